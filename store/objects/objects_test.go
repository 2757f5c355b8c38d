package objects_test

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/store/embedded/embeddedtest"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

var serviceKey = bytes.Repeat([]byte{7}, objects.KeySize)

func folder(t *testing.T) objects.Store {
	t.Helper()
	s, err := objects.OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func minio(t *testing.T) objects.Store {
	t.Helper()
	c := embeddedtest.Minio(t)
	s, err := objects.OpenMinio(t.Context(), objects.MinioConfig{
		Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: c.SecretKey, BucketPrefix: c.Prefix,
	})
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func sealedOver(open func(*testing.T) objects.Store) func(*testing.T) objects.Store {
	return func(t *testing.T) objects.Store { return seal(t, open(t)) }
}

func seal(t *testing.T, inner objects.Store) objects.Store {
	t.Helper()
	s, err := objects.Seal(inner, serviceKey)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestFolder(t *testing.T)       { objectstest.Run(t, folder) }
func TestMinio(t *testing.T)        { objectstest.Run(t, minio) }
func TestSealedFolder(t *testing.T) { objectstest.Run(t, sealedOver(folder)) }
func TestSealedMinio(t *testing.T)  { objectstest.Run(t, sealedOver(minio)) }

// A wrapper without faults must be a store like any other.
func TestFaultyWithoutFaults(t *testing.T) {
	objectstest.Run(t, func(t *testing.T) objects.Store { return objectstest.NewFaulty(folder(t)) })
}

func TestCapabilities(t *testing.T) {
	if can := folder(t).Capabilities(); can != (objects.Capabilities{}) {
		t.Errorf("folder: %+v", can)
	}
	if can := seal(t, minio(t)).Capabilities(); !can.Versioning || !can.ObjectLock {
		t.Errorf("minio: %+v", can)
	}
}

func TestMinioUnreachable(t *testing.T) {
	_, err := objects.OpenMinio(t.Context(), objects.MinioConfig{Endpoint: "127.0.0.1:1", AccessKey: "a", SecretKey: "b"})
	if !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("closed port: %v", err)
	}
	c := embeddedtest.Minio(t)
	_, err = objects.OpenMinio(t.Context(), objects.MinioConfig{Endpoint: c.Endpoint, AccessKey: c.AccessKey, SecretKey: "wrong"})
	if !triage.IsKind(err, triage.Unavailable) || !strings.Contains(err.Error(), "VIGIE_S3") {
		t.Errorf("wrong secret: %v", err)
	}
}

// A failed write may be repeated: then it either takes effect or says that it had.
func TestFailedAndFailedButPersisted(t *testing.T) {
	for _, after := range []bool{false, true} {
		s := objectstest.NewFaulty(folder(t), objectstest.Fault{Method: "Put", Call: 1, After: after})
		put := func() error { return s.Put(t.Context(), "media/a", strings.NewReader("abc"), 3) }
		if err := put(); !triage.IsKind(err, triage.Unavailable) {
			t.Fatalf("after=%v: the fault: %v", after, err)
		}
		if err := put(); after != triage.IsKind(err, triage.Exists) || !after && err != nil {
			t.Errorf("after=%v: repeated: %v", after, err)
		}
		if s.Calls("Put") != 2 || s.Calls("") != 2 {
			t.Errorf("after=%v: %d calls counted", after, s.Calls("Put"))
		}
	}
}

func TestFolderSweepsWhatACrashLeft(t *testing.T) {
	dir := t.TempDir()
	if _, err := objects.OpenFolder(dir, time.Now); err != nil {
		t.Fatal(err)
	}
	left := filepath.Join(dir, "temporary+", "left")
	if err := os.WriteFile(left, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		later time.Duration
		stays bool
	}{{0, true}, {59 * time.Minute, true}, {61 * time.Minute, false}} {
		if _, err := objects.OpenFolder(dir, func() time.Time { return time.Now().Add(c.later) }); err != nil {
			t.Fatal(err)
		}
		if _, err := os.Stat(left); (err == nil) != c.stays {
			t.Errorf("after %v: %v", c.later, err)
		}
	}
}

func TestFolderIsPrivateAndFansOut(t *testing.T) {
	dir := t.TempDir()
	s, err := objects.OpenFolder(dir, time.Now)
	if err != nil {
		t.Fatal(err)
	}
	for key, path := range map[string]string{
		"media/ab12":               "media/ab+/ab12",
		"media/a":                  "media/a+/a",
		"records/x/y.json":         "records/x/y.+/y.json",
		"journal/0000000000012345": "journal/000000000001+/0000000000012345",
	} {
		if err := s.Put(t.Context(), key, strings.NewReader("x"), 1); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Stat(filepath.Join(dir, path)); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s is not at %s: %v", key, path, err)
		}
	}
	if left, err := os.ReadDir(filepath.Join(dir, "temporary+")); err != nil || len(left) > 0 {
		t.Errorf("temporary files: %v, %v", left, err)
	}
}

// TestMain doubles as the writer that TestFolderKilled kills.
func TestMain(m *testing.M) {
	if dir := os.Getenv("OBJECTS_TEST_WRITER"); dir != "" {
		writeForEver(dir)
	}
	os.Exit(m.Run())
}

func writeForEver(dir string) {
	s, err := objects.OpenFolder(dir, time.Now)
	if err != nil {
		panic(err)
	}
	for i := uint64(0); ; i++ {
		content := objectstest.Content(i, 300_000)
		key := "media/" + string(rune('a'+i%26)) + strings.Repeat("x", int(i/26)%150)
		err := s.Put(context.Background(), key, bytes.NewReader(content), int64(len(content)))
		if err == nil {
			os.Stdout.WriteString(key + "\n")
		}
	}
}

// A writer that is killed at any moment leaves complete objects only, and all that it was told were durable.
func TestFolderKilled(t *testing.T) {
	dir := t.TempDir()
	for range 3 {
		cmd := exec.Command(os.Args[0])
		cmd.Env = append(os.Environ(), "OBJECTS_TEST_WRITER="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		lines := bufio.NewReader(out)
		told, err := lines.ReadString('\n') // a busy machine takes its time to start it
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(150 * time.Millisecond)
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		rest, err := io.ReadAll(lines)
		if err != nil {
			t.Fatal(err)
		}
		told += string(rest)
		_ = cmd.Wait()
		s, err := objects.OpenFolder(dir, time.Now)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		for info, err := range s.List(t.Context(), "media/", "") {
			if n++; err != nil || info.Size != 300_000 {
				t.Errorf("half-written: %+v, %v", info, err)
			}
		}
		for key := range strings.Lines(told[:strings.LastIndexByte(told, '\n')+1]) {
			if _, err := s.Stat(t.Context(), strings.TrimSpace(key)); err != nil {
				t.Errorf("acknowledged and gone: %v", err)
			}
		}
		if n == 0 {
			t.Error("the writer wrote nothing")
		}
	}
}

func TestSealedKeepsNothingInClear(t *testing.T) {
	inner := folder(t)
	s := seal(t, inner)
	clear := bytes.Repeat([]byte("a secret in clear "), 10_000)
	if err := s.Put(t.Context(), "media/a", bytes.NewReader(clear), int64(len(clear))); err != nil {
		t.Fatal(err)
	}
	if stored := read(t, inner, "media/a"); bytes.Contains(stored, []byte("secret")) {
		t.Error("clear text in the store")
	}
	other, err := objects.Seal(inner, bytes.Repeat([]byte{8}, objects.KeySize))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := readAll(other.Get(t.Context(), "media/a")); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("with another service key: %v", err)
	}
	if _, err := objects.Seal(inner, []byte("short")); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("short key: %v", err)
	}
}

func TestSealedFindsEveryChange(t *testing.T) {
	inner := folder(t)
	s := seal(t, inner)
	for name, size := range map[string]int{"empty": 0, "small": 40, "package": 65535, "two": 65536, "three": 150_000} {
		key := "media/" + name
		content := objectstest.Content(uint64(size), size)
		if err := s.Put(t.Context(), key, bytes.NewReader(content), int64(size)); err != nil {
			t.Fatal(err)
		}
		stored := read(t, inner, key)
		check := func(what string, changed []byte) {
			t.Helper()
			if err := inner.Replace(t.Context(), key, bytes.NewReader(changed), int64(len(changed))); err != nil {
				t.Fatal(err)
			}
			if _, err := readAll(s.Get(t.Context(), key)); !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("%s, %s: Get: %v", name, what, err)
			}
			r, err := s.GetRange(t.Context(), key, 0, int64(size)+1)
			if got, err := readAll(r, err); err == nil && size > 0 && len(got) == size {
				t.Errorf("%s, %s: GetRange of everything noticed nothing", name, what)
			}
		}
		step := max(1, len(stored)/97)
		for i := 0; i < len(stored); i += step {
			changed := bytes.Clone(stored)
			changed[i] ^= 1
			check("flipped byte", changed)
		}
		for _, n := range []int{0, 1, 32, 33, len(stored) / 2, 65568, len(stored) - 1} {
			if n < len(stored) {
				check("cut", stored[:n])
			}
		}
		check("extended", append(bytes.Clone(stored), 0))
		check("doubled", append(bytes.Clone(stored), stored...))
		if err := inner.Replace(t.Context(), "media/elsewhere", bytes.NewReader(stored), int64(len(stored))); err != nil {
			t.Fatal(err)
		}
		if _, err := readAll(s.Get(t.Context(), "media/elsewhere")); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%s under another key: %v", name, err)
		}
	}
}

func read(t *testing.T, s objects.Store, key string) []byte {
	t.Helper()
	b, err := readAll(s.Get(t.Context(), key))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func readAll(r io.ReadCloser, err error) ([]byte, error) {
	if err != nil {
		return nil, err
	}
	b, err := io.ReadAll(r)
	return b, errors.Join(err, r.Close())
}
