package disk_test

import (
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/hashing/jail"
	"vigie/store/evidence/disk"
)

// reasonOf returns the reason of an *Error, which must not tell of the evidence.
func reasonOf(t *testing.T, err error) string {
	t.Helper()
	fault, ok := errors.AsType[*disk.Error](err)
	if !ok {
		t.Fatalf("error %v", err)
	}
	if strings.Contains(err.Error(), "/") && !strings.Contains(err.Error(), "I/O") {
		t.Errorf("the error tells a path: %v", err)
	}
	return fault.Reason
}

// TestOpenFails: each image that cannot be opened says why, and how to go on.
func TestOpenFails(t *testing.T) {
	k := kit(t)
	folder := t.TempDir()
	raw := noise(1, 64<<10)
	for _, name := range []string{"gap.001", "gap.002", "gap.004"} {
		write(t, folder, name, raw)
	}
	for name, want := range map[string]string{
		write(t, folder, "notes.txt", []byte("hello")):                                                   disk.ReasonNoImage,
		write(t, folder, "picture.jpg", raw):                                                             disk.ReasonNoImage,
		filepath.Join(folder, "absent.dd"):                                                               disk.ReasonInput,
		filepath.Join(folder, "gap.001"):                                                                 disk.ReasonSegment,
		write(t, folder, "a.qcow2", append([]byte("QFI\xfb"), raw...)):                                   disk.ReasonFormat,
		write(t, folder, "a.vdi", append([]byte("<<< Oracle VM VirtualBox Disk Image"), raw...)):         disk.ReasonFormat,
		write(t, folder, "a.Ex01", append([]byte("EVF2\r\n\x81\x00"), raw...)):                           disk.ReasonFormat,
		write(t, folder, "a.vmdk", append([]byte("KDMV"), raw...)):                                       disk.ReasonBroken,
		write(t, folder, "a.vhdx", append([]byte("vhdxfile"), raw...)):                                   disk.ReasonBroken,
		write(t, folder, "a.E01", append([]byte("EVF\x09\x0d\x0a\xff\x00\x01\x01\x00\x00\x00"), raw...)): disk.ReasonBroken,
		write(t, folder, "a.dmg", append([]byte("encrcdsa"), raw...)):                                    disk.ReasonImageEncrypted,
	} {
		im, err := disk.Open(name, k)
		if err == nil {
			_ = im.Close()
			t.Errorf("%s opens", filepath.Base(name))
			continue
		}
		if got := reasonOf(t, err); got != want {
			t.Errorf("%s: %s, want %s", filepath.Base(name), got, want)
		}
		fault, _ := errors.AsType[*disk.Error](err)
		if want != disk.ReasonNoImage && want != disk.ReasonInput && fault.Hint() == "" {
			t.Errorf("%s: no way out", filepath.Base(name))
		}
	}
}

// TestDamage: an E01 of which a byte is another, one that is cut off, and a raw image that is. What cannot be read says so,
// and the rest is what it was.
func TestDamage(t *testing.T) {
	need(t, "ewfacquire")
	k := kit(t)
	raw := drives["fat16"](t, tree())
	whole, err := os.ReadFile(raw)
	must(t, err)
	target := filepath.Join(t.TempDir(), "image")
	run(t, "ewfacquire", "-u", "-q", "-c", "fast", "-t", target, raw)
	packed, err := os.ReadFile(target + ".E01")
	must(t, err)
	sums := make(map[string]string)
	for name, content := range tree() {
		sums[name] = sum(content)
	}
	check := func(t *testing.T, path string) (bad int) {
		im, err := disk.Open(path, k)
		if err != nil {
			t.Log(reasonOf(t, err))
			return 1
		}
		defer im.Close()
		all, end := list(t, im)
		if end != nil {
			t.Log(reasonOf(t, end))
			bad++
		}
		for _, f := range all {
			switch {
			case f.reason != "":
				bad++
			case f.sum != sums[f.Path]:
				t.Errorf("told with other bytes: %v", f)
			}
		}
		return bad
	}
	t.Run("flipped", func(t *testing.T) {
		// The large file is noise: the byte in the middle of it is in no header and in no folder.
		damaged := slices.Clone(packed)
		damaged[len(damaged)/2] ^= 1
		if bad := check(t, write(t, t.TempDir(), "d.E01", damaged)); bad == 0 {
			t.Error("nobody noticed")
		}
	})
	for _, length := range []int{len(packed) / 3, len(packed) - 100} {
		if check(t, write(t, t.TempDir(), "c.E01", packed[:length])) == 0 {
			t.Errorf("cut at %d: nobody noticed", length)
		}
	}
	if check(t, write(t, t.TempDir(), "c.dd", whole[:200<<10])) == 0 {
		t.Error("a raw image that is cut off: nobody noticed")
	}
}

// TestUse: files outlive the walk, are read by several at once and again, and not when the image is closed.
func TestUse(t *testing.T) {
	k := kit(t)
	im, err := disk.Open(drives["ext4"](t, tree()), k)
	must(t, err)
	var files []*disk.File
	for f, err := range im.Files(t.Context()) {
		must(t, err)
		files = append(files, f)
	}
	var all sync.WaitGroup
	for range 3 {
		for _, f := range files {
			all.Go(func() {
				if got, err := digest(t.Context(), f); err != nil || got != sum(tree()[f.Path]) {
					t.Errorf("%s: %s, %v", f.Path, got, err)
				}
			})
		}
	}
	all.Wait()
	for range im.Files(t.Context()) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for _, err := range im.Files(ctx) {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("given up: %v", err)
		}
	}
	i := slices.IndexFunc(files, func(f *disk.File) bool { return f.Size > 0 })
	late, err := files[i].Open(t.Context())
	must(t, err)
	must(t, im.Close())
	if n, err := io.Copy(io.Discard, late); err != nil || n != files[i].Size {
		t.Errorf("a file that was open when the image was closed: %d bytes, %v", n, err)
	}
	must(t, late.Close())
	if _, err := files[i].Open(t.Context()); reasonOf(t, err) != disk.ReasonClosed {
		t.Errorf("of a closed image: %v", err)
	}
	for _, err := range im.Files(t.Context()) {
		if reasonOf(t, err) != disk.ReasonClosed {
			t.Errorf("of a closed image: %v", err)
		}
	}
	if im.Close() == nil {
		t.Error("closed twice")
	}
}

// TestOrder: reading all files as they come goes forwards through the image, and the same way each time.
func TestOrder(t *testing.T) {
	k := kit(t)
	files := make(map[string][]byte)
	for i := range 500 {
		files["d"+string(rune('a'+i%20))+"/f"+string(rune('a'+i/20))] = noise(uint64(i), 500+37*i)
	}
	for _, name := range []string{"ext4", "fat32"} {
		t.Run(name, func(t *testing.T) {
			im := open(t, k, drives[name](t, files))
			var paths [2][]string
			backwards, reads, last := 0, 0, int64(0)
			im.Watch(func(at int64, length int) {
				reads++
				if at < last {
					backwards++
				}
				last = at + int64(length)
			})
			for round := range paths {
				for f, err := range im.Files(t.Context()) {
					must(t, err)
					if len(paths[round]) == 0 {
						backwards, last = 0, 0
					}
					_, err := digest(t.Context(), f)
					must(t, err)
					paths[round] = append(paths[round], f.Path)
				}
				if backwards > 0 || reads < len(files) {
					t.Errorf("%d of %d reads went backwards", backwards, reads)
				}
			}
			if len(paths[0]) != len(files) || !slices.Equal(paths[0], paths[1]) {
				t.Errorf("%d and %d files, or in another order", len(paths[0]), len(paths[1]))
			}
		})
	}
}

// TestLister: a listing that ends early, by whatever cause, is never taken for a whole one; what it told is told.
func TestLister(t *testing.T) {
	self, err := os.Executable()
	must(t, err)
	kit(t)                                                                                                        // skips
	programs, err := jail.NewPrograms(t.Context(), jail.ProgramOptions{Command: []string{self, programArgument}}) // bubblewrap would not show it our script
	must(t, err)
	k, err := disk.NewKit(programs)
	must(t, err)
	path := drives["ext4"](t, tree())
	whole, err := exec.CommandContext(t.Context(), "fiwalk", "-x", "-z", "-g", path).Output()
	must(t, err)
	text := string(whole)
	cut := strings.LastIndex(text, "<fileobject>")
	for name, c := range map[string]struct {
		script string
		told   bool
	}{
		"cut off": {"printf '%s' " + quoted(text[:cut]), true},
		"crash":   {"printf '%s' " + quoted(text[:cut]) + "\nkill -SEGV $$", true},
		"failure": {"printf '%s' " + quoted(text[:cut]) + "\nexit 3", true},
		"late":    {"printf '%s' " + quoted(text) + "\nexit 3", true},
		"nothing": {"exit 0", false},
		"silence": {"printf '%s' " + quoted(text[:cut]) + "\nwhile :; do :; done", true},
		"other":   {"printf 'Segmentation fault'", false},
	} {
		t.Run(name, func(t *testing.T) {
			script := write(t, t.TempDir(), "lister", []byte("#!/bin/sh\n"+c.script+"\n"))
			must(t, os.Chmod(script, 0o755))
			started := time.Now()
			all, end := list(t, open(t, k.Lister(script, time.Second), path))
			if end == nil || reasonOf(t, end) != disk.ReasonListing {
				t.Errorf("ended with %v", end)
			}
			files := slices.DeleteFunc(all, func(f told) bool { return f.Whole })
			if (len(files) > 0) != c.told {
				t.Errorf("%d files", len(files))
			}
			if took := time.Since(started); took > 20*time.Second {
				t.Errorf("took %v", took)
			}
		})
	}
}

func quoted(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }
