//go:build !windows

package pack_test

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"filippo.io/age"

	"vigie/store/evidence/pack"
	"vigie/triage"
)

// TestFailuresOfTheDiskAreTold maps what the system says to what is to be done.
func TestFailuresOfTheDiskAreTold(t *testing.T) {
	for _, c := range []struct {
		err  error
		kind triage.Kind
		hint string
	}{
		{syscall.ENOSPC, triage.Full, "make room"},
		{syscall.EDQUOT, triage.Full, "make room"},
		{syscall.EFBIG, triage.Full, "FAT32"},
		{syscall.EIO, triage.Unavailable, "check its disk"},
	} {
		err := pack.Unwritten(&fs.PathError{Op: "write", Path: "secret-name", Err: c.err})
		if !triage.IsKind(err, c.kind) || !strings.Contains(err.Error(), c.hint) || strings.Contains(err.Error(), "secret-name") {
			t.Errorf("%v: %v", c.err, err)
		}
	}
}

// childSeal is what the children of this test pack.
func childSeal() seal { return sealOf(600, 50, 5<<20, 6<<20) }

// TestMain packs, when a test has started this program for that, onto a disk that has not room for all: it resumes what is at
// the path, and ends as the writer does.
func TestMain(m *testing.M) {
	path, key := os.Getenv("PACK_CHILD"), os.Getenv("PACK_KEY")
	if path == "" {
		os.Exit(m.Run())
	}
	if err := packAsChild(path, key); err != nil {
		fmt.Println(triage.KindOf(err), err)
		os.Exit(3)
	}
}

func packAsChild(path, secret string) error {
	key, err := age.ParseX25519Identity(secret)
	if err != nil {
		return err
	}
	if limit := os.Getenv("PACK_LIMIT"); limit != "" {
		var n uint64
		if _, err := fmt.Sscan(limit, &n); err != nil {
			return err
		}
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: n}); err != nil {
			return err
		}
	}
	ctx, endless := context.Background(), os.Getenv("PACK_LIMIT") == ""
	w, err := pack.Resume(ctx, path, key, nil)
	if err != nil {
		return err
	}
	for _, files := range childSeal() {
		if _, err := packPart(ctx, w, files); err != nil {
			// Whatever follows is refused too.
			f := digested("more.gif", []byte("more"), triage.IsMedia)
			_, again := w.Part([]triage.Item{f.Item})
			if !errors.Is(again, err) || !errors.Is(w.Medium(ctx, f.Digests.SHA256, f.Size, f.opener), err) || !errors.Is(w.Finish(nil), err) {
				return fmt.Errorf("after %w: %w", err, again)
			}
			return err
		}
	}
	for n := uint64(0); endless && n < 100; n++ { // it is killed long before
		f := digested("endless.gif", noise(n, 4<<20), triage.IsMedia)
		if err := w.Medium(ctx, f.Digests.SHA256, f.Size, f.opener); err != nil {
			return err
		}
	}
	return nil
}

func child(path string, key *age.X25519Identity, limit string) *exec.Cmd {
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), "PACK_CHILD="+path, "PACK_KEY="+key.String(), "PACK_LIMIT="+limit)
	return cmd
}

// begun returns a bundle that holds its header only.
func begun(t *testing.T) (path string, key *age.X25519Identity) {
	t.Helper()
	path, key = filepath.Join(t.TempDir(), "usb.vgp"), newKey(t)
	if err := create(t, path, key).Close(); err != nil {
		t.Fatal(err)
	}
	return path, key
}

// TestAFullDiskIsTold lets the file grow so far only: what was written before can be resumed, and again.
func TestAFullDiskIsTold(t *testing.T) {
	path, key := begun(t)
	for _, limit := range []string{"900000", "900001", "4000000", "7000000"} {
		out, err := child(path, key, limit).CombinedOutput()
		if code, isCode := errors.AsType[*exec.ExitError](err); !isCode || code.ExitCode() != 3 || !strings.HasPrefix(string(out), "full write bundle") {
			t.Fatalf("limit %s: %v, %s", limit, err, out)
		}
		if _, err := pack.Open(path, key); !errors.Is(err, pack.ErrUnfinished) {
			t.Errorf("limit %s: %v", limit, err)
		}
	}
	w := resumeAt(t, path, key)
	if w.Dropped() > 1<<20 {
		t.Errorf("%d bytes were not whole", w.Dropped())
	}
	packAll(t, w, childSeal())
	mustHold(t, path, key, childSeal())
}

// TestAKillCostsNoMoreThanItMust kills a process in the midst of its writing.
func TestAKillCostsNoMoreThanItMust(t *testing.T) {
	path, key := begun(t)
	for _, size := range []int64{1 << 20, 9 << 20, 40 << 20} {
		cmd := child(path, key, "")
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		ended := make(chan error, 1)
		go func() { ended <- cmd.Wait() }()
		for length(t, path) < size {
			select {
			case err := <-ended:
				t.Fatalf("it ended by itself: %v", err)
			case <-time.After(time.Millisecond):
			}
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err == nil {
			t.Fatal("it was not killed")
		}
	}
	w := resumeAt(t, path, key)
	packAll(t, w, childSeal())
	mustHold(t, path, key, childSeal())
}

func length(t *testing.T, path string) int64 {
	t.Helper()
	info, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	return info.Size()
}
