package evidence_test

import (
	"encoding/json"
	"fmt"
	"io/fs"
	"net"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"vigie/store/evidence"
	"vigie/triage"
)

func TestWhatIsNoFileIsRefused(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"real/a.gif": gifBytes})
	must(t, os.Symlink("real/a.gif", filepath.Join(dir, "link.gif")))
	must(t, os.Symlink("real", filepath.Join(dir, "linked-folder")))
	must(t, os.Symlink("/etc", filepath.Join(dir, "outside")))
	must(t, os.Symlink(".", filepath.Join(dir, "loop")))
	must(t, os.Symlink("nowhere", filepath.Join(dir, "dangling")))
	must(t, syscall.Mkfifo(filepath.Join(dir, "pipe.jpg"), 0o644))
	socket, err := net.Listen("unix", filepath.Join(dir, "socket"))
	must(t, err)
	defer socket.Close()
	want := map[string]string{
		"link.gif": "symlink", "linked-folder": "symlink", "outside": "symlink", "loop": "symlink", "dangling": "symlink",
		"pipe.jpg": "pipe", "socket": "socket", "real/a.gif": "",
	}
	if err := syscall.Mknod(filepath.Join(dir, "null"), syscall.S_IFCHR|0o644, 1<<8|3); err == nil {
		want["null"] = "device"
	} else {
		t.Logf("devices are not tested: %v", err)
	}
	got := items(t, open(t, dir))
	if len(got) != len(want) {
		t.Errorf("%d items, want %d", len(got), len(want))
	}
	for _, it := range got {
		reason, listed := want[it.Path]
		if refused := it.Disposition == triage.IsRefused; !listed || it.Reason != reason || refused != (reason != "") || refused && it.Digests != nil {
			t.Errorf("%s: %s %q, want %q", it.Path, it.Disposition, it.Reason, reason)
		}
	}
}

func TestNamesThatAreNotUTF8(t *testing.T) {
	dir := t.TempDir()
	raw := "caf\xe9/\xff\xfe.gif"
	write(t, dir, map[string]string{raw: gifBytes})
	s := open(t, dir)
	got := found(t, s)
	if len(got) != 1 || got[0].Path != "caf\uFFFD/\uFFFD.gif" || string(got[0].PathB64) != raw || got[0].Disposition != triage.IsMedia {
		t.Fatalf("%+v", got)
	}
	encoded, err := json.Marshal(got[0].Item)
	must(t, err)
	var back triage.Item
	must(t, json.Unmarshal(encoded, &back))
	if back.RawPath() != raw {
		t.Errorf("%q", back.RawPath())
	}
	r, err := got[0].Open(t.Context())
	must(t, err)
	r.Close()
}

// TestPathsAreThoseOfTheSource holds paths to "/" between names, and to nothing else: what separates elsewhere is part of
// a name here.
func TestPathsAreThoseOfTheSource(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{`DCIM/100\101:x/a\b.gif`: gifBytes})
	got := items(t, open(t, dir))
	if len(got) != 1 || got[0].Path != `DCIM/100\101:x/a\b.gif` || got[0].PathB64 != nil {
		t.Errorf("%+v", got)
	}
}

func TestAFileSwappedForALinkIsNotFollowed(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.gif": gifBytes, "b.gif": gifBytes, "d/c.gif": gifBytes})
	s := open(t, dir)
	for e, err := range s.Walk(t.Context()) {
		must(t, err)
		if e.Path == "a.gif" {
			must(t, os.Remove(filepath.Join(dir, "a.gif")))
			must(t, os.Symlink("b.gif", filepath.Join(dir, "a.gif")))
			must(t, os.Rename(filepath.Join(dir, "d"), filepath.Join(dir, "e")))
			must(t, os.Symlink("e", filepath.Join(dir, "d")))
		}
		it, err := s.Examine(t.Context(), e)
		must(t, err)
		if want := map[string]string{"a.gif": evidence.ReasonChanged, "d": evidence.ReasonChanged}[e.Path]; it.Reason != want {
			t.Errorf("%s: %s %q, want %q", e.Path, it.Disposition, it.Reason, want)
		}
	}
}

func TestWhatMayNotBeReadIsAnItem(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"closed.gif": gifBytes, "locked/a.gif": gifBytes, "open.gif": gifBytes})
	must(t, os.Chmod(filepath.Join(dir, "closed.gif"), 0))
	must(t, os.Chmod(filepath.Join(dir, "locked"), 0))
	for parent := dir; parent != "/" && parent != os.TempDir(); parent = filepath.Dir(parent) {
		must(t, os.Chmod(parent, 0o755)) //nolint:gosec // somebody else reads it below
	}
	t.Cleanup(func() { os.Chmod(filepath.Join(dir, "locked"), 0o755) })
	got := make(chan string)
	go func() {
		defer close(got)
		if os.Getuid() == 0 { // root may read everything: read as nobody
			runtime.LockOSThread() // and let the thread die with this goroutine
			unix.SetfsuidRetUid(65534)
		}
		s, err := evidence.Open(dir, nil)
		if err != nil {
			got <- err.Error()
			return
		}
		defer s.Close()
		for e, err := range s.Walk(t.Context()) {
			if err != nil {
				got <- err.Error()
				return
			}
			it, err := s.Examine(t.Context(), e)
			got <- fmt.Sprintf("%s %s %s %v", it.Path, it.Disposition, it.Reason, err)
		}
	}()
	var lines []string
	for line := range got {
		lines = append(lines, line)
	}
	want := "closed.gif unreadable permission-denied <nil>\nlocked unreadable permission-denied <nil>\nopen.gif media  <nil>"
	if s := strings.Join(lines, "\n"); s != want {
		t.Errorf("got\n%s\nwant\n%s", s, want)
	}
}

func TestReadingAltersNothing(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"d/a.gif": gifBytes})
	long := time.Unix(1e9, 0)
	for _, name := range []string{"d/a.gif", "d", "."} {
		must(t, os.Chtimes(filepath.Join(dir, name), long, long))
	}
	s := open(t, dir)
	it := found(t, s)[0]
	r, err := it.Open(t.Context())
	must(t, err)
	_, err = r.Read(make([]byte, 4))
	must(t, err)
	r.Close()
	must(t, filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		var stat unix.Stat_t
		must(t, unix.Lstat(path, &stat))
		if stat.Atim.Sec != long.Unix() || stat.Mtim.Sec != long.Unix() {
			t.Errorf("%s: read at %d, modified at %d", path, stat.Atim.Sec, stat.Mtim.Sec)
		}
		return err
	}))
}

func TestPathsThatAreTooLongAreAccountedFor(t *testing.T) {
	dir := t.TempDir()
	root, err := os.OpenRoot(dir)
	must(t, err)
	deep := strings.Repeat("n", 250)
	for range 140 { // 35,000 bytes: longer than a manifest's paths
		must(t, root.Mkdir(deep, 0o755))
		next, err := root.OpenRoot(deep)
		must(t, err)
		root.Close()
		root = next
	}
	must(t, root.WriteFile("a.gif", []byte(gifBytes), 0o644))
	root.Close()
	got := items(t, open(t, dir))
	if len(got) != 1 || got[0].Disposition != triage.IsUnreadable || got[0].Reason != evidence.ReasonPathTooLong || len(got[0].Path) > triage.MaxPathBytes {
		t.Errorf("%d items, the first %s %s", len(got), got[0].Disposition, got[0].Reason)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
