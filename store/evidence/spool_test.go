package evidence

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"testing"
	"testing/iotest"
)

// TestSpool reads back what was written, wherever it lies, and leaves nothing that others can read.
func TestSpool(t *testing.T) {
	t.Setenv("TMPDIR", t.TempDir())
	want := bytes.Repeat([]byte("a long text, said again. "), 3*spoolMemory/25)
	for _, size := range []int{0, 1, spoolMemory - 1, spoolMemory, spoolMemory + 1, spoolMemory + 16, len(want)} {
		s := &spool{}
		for rest := want[:size]; len(rest) > 0; {
			n, err := s.Write(rest[:min(len(rest), 100_003)])
			if err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		if s.size != int64(size) {
			t.Errorf("%d bytes of %d", s.size, size)
		}
		if got, err := io.ReadAll(io.NewSectionReader(s, 0, s.size)); err != nil || !bytes.Equal(got, want[:size]) {
			t.Errorf("%d: %d bytes, %v", size, len(got), err)
		}
		around := min(max(0, size-500), spoolMemory-500)
		end := min(around+1000, size)
		if err := iotest.TestReader(io.NewSectionReader(s, int64(around), int64(end-around)), want[around:end]); err != nil {
			t.Errorf("%d: %v", size, err)
		}
		for _, offset := range []int{0, 1, spoolMemory - 5, spoolMemory, spoolMemory + 7, spoolMemory + 100_001} {
			got := make([]byte, 1000)
			n, err := s.ReadAt(got, int64(offset))
			expect := want[min(offset, size):min(offset+1000, size)]
			if !bytes.Equal(got[:n], expect) || (n < 1000) != errors.Is(err, io.EOF) {
				t.Errorf("%d bytes at %d of %d: %v", n, offset, size, err)
			}
		}
		if s.file != nil {
			raw := make([]byte, 1000)
			if n, _ := s.file.ReadAt(raw, 0); n >= 16 && bytes.Contains(want, raw[:16]) {
				t.Error("the file can be read")
			}
		}
		if err := s.Close(); err != nil {
			t.Error(err)
		}
		if _, err := s.ReadAt(make([]byte, 1), 0); size > 0 && err == nil {
			t.Error("read after it was closed")
		}
		if left, _ := filepath.Glob(filepath.Join(os.TempDir(), "*")); len(left) > 0 {
			t.Errorf("%d files are left", len(left))
		}
	}
}

// TestSpoolWithoutRoom tells whoever reads it, and nobody before.
func TestSpoolWithoutRoom(t *testing.T) {
	t.Setenv("TMPDIR", filepath.Join(t.TempDir(), "nowhere"))
	s := &spool{}
	if n, err := s.Write(make([]byte, spoolMemory+1)); n != spoolMemory+1 || err != nil {
		t.Errorf("%d, %v", n, err)
	}
	_, err := s.ReadAt(make([]byte, 1), 0)
	if fault, ok := errors.AsType[*Error](err); !ok || fault.Reason != ReasonNoRoom {
		t.Errorf("%v", err)
	}
}
