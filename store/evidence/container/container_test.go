package container_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"path"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/store/evidence/container"
	"vigie/triage"
)

// told is what a walk told of one member.
type told struct {
	container.Member
	reason string // of the member, or of reading it
	sum    [32]byte
	read   int64
}

// looked is what came out of one archive.
type looked struct {
	format  container.Format
	members []told
	end     *container.Error // what ended it early
}

// String gives a line of the corpus' table.
func (l looked) String() string {
	files, whole, reasons := 0, 0, make(map[string]int)
	for _, m := range l.members {
		if m.Type.IsDir() {
			continue
		}
		files++
		if m.reason == "" {
			whole++
		} else {
			reasons[m.reason]++
		}
	}
	s := fmt.Sprintf("%s\t%d members\t%d of %d whole", l.format, len(l.members), whole, files)
	for _, reason := range slices.Sorted(maps.Keys(reasons)) {
		s += fmt.Sprintf("\t%d %s", reasons[reason], reason)
	}
	if l.end != nil {
		s += "\t! " + l.end.Reason
	}
	return s
}

// look goes through an archive, reads everything, and holds it to what every archive must keep.
func look(t testing.TB, content []byte, limits container.Limits) (l looked) {
	t.Helper()
	a, err := container.Open(bytes.NewReader(content), int64(len(content)), limits)
	if err != nil {
		if fault := faultOf(t, err); fault.Reason != container.ReasonNoArchive {
			t.Fatalf("Open: %v", err)
		}
		return looked{}
	}
	l.format = a.Format()
	paths := make(map[string]bool)
	for m, err := range a.Members(t.Context()) {
		if err != nil {
			if l.end = faultOf(t, err); l.end.Told != len(l.members) {
				t.Fatalf("%d members were told, not %d", len(l.members), l.end.Told)
			}
			continue
		}
		if l.end != nil || m.Ref.Index() != len(l.members) {
			t.Fatalf("member %d after %d, %v", m.Ref.Index(), len(l.members), l.end)
		}
		checkPath(t, m, paths)
		one := told{Member: *m}
		hash := sha256.New()
		n, err := io.Copy(hash, m)
		one.read, one.sum = n, [32]byte(hash.Sum(nil))
		if err != nil {
			one.reason = faultOf(t, err).Reason
			if name := path.Base(m.Path); m.Fault == nil && len(name) > 3 && strings.Contains(err.Error(), name) {
				t.Fatalf("the error tells the name: %v", err)
			}
		} else if m.Size != container.UnknownSize && m.Size != n && m.Type.IsRegular() {
			t.Fatalf("%d bytes of %d, and no word of it", n, m.Size)
		}
		if m.Fault != nil && (one.reason != m.Fault.Reason || n != 0) {
			t.Fatalf("%v, and yet %d bytes, %q", m.Fault, n, one.reason)
		}
		l.members = append(l.members, one)
	}
	return l
}

// checkPath holds a path to what the caller may rely on.
func checkPath(t testing.TB, m *container.Member, paths map[string]bool) {
	t.Helper()
	if m.Path == "" || m.Path[0] == '/' || len(m.Path) > triage.MaxPathBytes || strings.Contains(m.Path, `\`) {
		t.Fatalf("path %q of %q", m.Path, m.Name)
	}
	for part := range strings.SplitSeq(m.Path, "/") {
		if part == "" || part == "." || part == ".." || len(part) == 2 && part[1] == ':' {
			t.Fatalf("path %q of %q", m.Path, m.Name)
		}
	}
	if !m.Type.IsDir() {
		if paths[m.Path] {
			t.Fatalf("path %q twice", m.Path)
		}
		paths[m.Path] = true
	}
	if m.Modified.Location() != time.UTC || m.Modified.Year() > 9999 {
		t.Fatalf("modified %v", m.Modified)
	}
}

func faultOf(t testing.TB, err error) *container.Error {
	t.Helper()
	fault, ok := errors.AsType[*container.Error](err)
	if !ok || fault.Reason == "" {
		t.Fatalf("an error without a reason: %v", err)
	}
	return fault
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
