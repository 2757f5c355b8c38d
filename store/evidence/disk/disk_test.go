package disk_test

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"vigie/hashing/jail"
	"vigie/store/evidence/disk"
)

// programArgument makes this test binary become a program in the jail.
const programArgument = "jail-program"

func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == programArgument {
		if err := jail.RunProgram(os.Args[2]); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	os.Exit(m.Run())
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// kit returns The Sleuth Kit in the jail that this machine has.
func kit(t testing.TB) *disk.Kit {
	t.Helper()
	self, err := os.Executable()
	must(t, err)
	bubblewrap, _ := exec.LookPath("bwrap")
	programs, err := jail.NewPrograms(t.Context(), jail.ProgramOptions{Command: []string{self, programArgument}, Bubblewrap: bubblewrap})
	must(t, err)
	k, err := disk.NewKit(programs)
	if err != nil {
		t.Skip("The Sleuth Kit is not installed: no drive image is read")
	}
	return k
}

// need skips a test whose images these programs make.
func need(t testing.TB, names ...string) {
	t.Helper()
	for _, name := range names {
		if _, err := exec.LookPath(name); err != nil {
			t.Skipf("%s is not installed", name)
		}
	}
}

// run runs a program that makes an image.
func run(t testing.TB, name string, args ...string) {
	t.Helper()
	if out, err := exec.CommandContext(t.Context(), name, args...).CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", name, err, out)
	}
}

func open(t testing.TB, k *disk.Kit, path string) *disk.Image {
	t.Helper()
	im, err := disk.Open(path, k)
	must(t, err)
	t.Cleanup(func() { _ = im.Close() })
	return im
}

// told is what came of one file.
type told struct {
	*disk.File
	sum    string // SHA-256; "" where there are no bytes
	reason string // why not
}

func (f told) String() string {
	words := []string{f.Path}
	if f.Deleted {
		words = append(words, "deleted")
	}
	if f.Whole {
		words = append(words, "whole")
	}
	if f.reason != "" {
		return strings.Join(append(words, "!", f.reason), " ")
	}
	return strings.Join(append(words, fmt.Sprint(f.Size), f.sum), " ")
}

// list goes through an image and reads everything.
func list(t testing.TB, im *disk.Image) (all []told, end error) {
	t.Helper()
	for f, err := range im.Files(t.Context()) {
		if err != nil {
			end = err
			break
		}
		sum, err := digest(t.Context(), f)
		reason := ""
		if err != nil {
			fault, ok := errors.AsType[*disk.Error](err)
			if !ok {
				t.Fatalf("reading: %v", err)
			}
			reason = fault.Reason
		}
		all = append(all, told{f, sum, reason})
	}
	return all, end
}

func digest(ctx context.Context, f *disk.File) (string, error) {
	r, err := f.Open(ctx)
	if err != nil {
		return "", err
	}
	defer r.Close()
	hash := sha256.New()
	if _, err := io.Copy(hash, r); err != nil {
		return "", err
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

func sum(content []byte) string {
	s := sha256.Sum256(content)
	return hex.EncodeToString(s[:])
}

// sorted returns the lines of what was told, and the reason of its end, in an order of its own.
func sorted(all []told, end error) []string {
	var lines []string
	for _, f := range all {
		lines = append(lines, f.String())
	}
	if end != nil {
		lines = append(lines, "! "+end.Error())
	}
	sort.Strings(lines)
	return lines
}

func write(t testing.TB, folder, name string, content []byte) string {
	t.Helper()
	path := filepath.Join(folder, name)
	must(t, os.MkdirAll(filepath.Dir(path), 0o755))
	must(t, os.WriteFile(path, content, 0o644))
	return path
}
