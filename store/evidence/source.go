// Package evidence reads the sources that examiners submit. For now those are folders. Reading never alters a source,
// never leaves it, and never follows a link in it; what cannot be read is reported as an item with its reason.
package evidence

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sync/atomic"
	"syscall"
	"time"

	"vigie/triage"
)

// Reasons are the stable codes of items that could not be read.
const (
	ReasonPermission  = "permission-denied"
	ReasonInput       = "io-error"
	ReasonChanged     = "changed-while-read"
	ReasonVanished    = "vanished"
	ReasonPathTooLong = "path-too-long"
)

// Reasons are the stable codes of items that are refused.
const (
	ReasonLink      = "symlink"
	ReasonDevice    = "device"
	ReasonPipe      = "pipe"
	ReasonSocket    = "socket"
	ReasonIrregular = "not-a-regular-file" // of a sort that only the operating system knows
)

// Source is an opened folder. It may be used by several goroutines at once.
type Source struct {
	root *os.Root
	read atomic.Int64 // bytes digested
}

// Open opens the folder dir. A link given as dir itself is followed: somebody asked for it.
func Open(dir string) (*Source, error) {
	const op = "open source"
	info, err := os.Stat(dir)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, triage.E(triage.NotFound, op, "", "there is no such folder: check its path", err)
	case err == nil && !info.IsDir():
		return nil, triage.E(triage.Invalid, op, "", "this is a file: give the folder that holds the exhibit", nil)
	case err != nil:
		return nil, triage.E(triage.Invalid, op, "", "the folder cannot be read", err)
	}
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, triage.E(triage.Invalid, op, "", "the folder cannot be read", err)
	}
	return &Source{root: root}, nil
}

// Close releases the source.
func (s *Source) Close() error { return s.root.Close() }

// Digested returns how many bytes Examine and Items have read so far, those of files under way included.
func (s *Source) Digested() int64 { return s.read.Load() }

// Error is a failure to read a file of a source. Its text names no file.
type Error struct {
	Reason string // a stable code
	Err    error  // cause; may be nil
}

func (e *Error) Error() string {
	if e.Err == nil {
		return "read source: " + e.Reason
	}
	if p, ok := errors.AsType[*fs.PathError](e.Err); ok {
		return fmt.Sprintf("read source: %s: %v", e.Reason, p.Err) // a PathError tells the name
	}
	return fmt.Sprintf("read source: %s: %v", e.Reason, e.Err)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// failed names what the operating system says of a file.
func failed(err error) *Error {
	reason := ReasonInput
	switch {
	case errors.Is(err, fs.ErrPermission):
		reason = ReasonPermission
	case errors.Is(err, fs.ErrNotExist):
		reason = ReasonVanished
	case errors.Is(err, syscall.ENOTDIR), errors.Is(err, syscall.ELOOP):
		reason = ReasonChanged // it was a folder, or no link, a moment ago
	}
	return &Error{Reason: reason, Err: err}
}

// Open opens the file of an item for reading. Its reader fails with an *Error when the file is not, or no longer, as
// long and as old as the item says.
func (s *Source) Open(it *triage.Item) (io.ReadCloser, error) {
	f, info, err := s.open(it.RawPath())
	if err != nil {
		return nil, err
	}
	if info.Size() != it.Size || !modified(info).Equal(it.Modified) {
		f.Close()
		return nil, &Error{Reason: ReasonChanged}
	}
	return &steady{File: f, info: info}, nil
}

// open opens a regular file.
func (s *Source) open(path string) (*os.File, fs.FileInfo, error) {
	return s.openAs(0, path, fileFlags)
}

// openAs opens a file of the given type without following a link in its place and, where possible, without touching
// its time of access.
func (s *Source) openAs(kind fs.FileMode, path string, flags int) (*os.File, fs.FileInfo, error) {
	name := filepath.FromSlash(path)
	before, err := s.root.Lstat(name)
	if err != nil {
		return nil, nil, failed(err)
	}
	if before.Mode().Type() != kind {
		return nil, nil, &Error{Reason: ReasonChanged}
	}
	f, err := s.openFile(name, flags)
	if err != nil {
		return nil, nil, failed(err)
	}
	info, err := f.Stat()
	if err != nil {
		f.Close()
		return nil, nil, failed(err)
	}
	if !os.SameFile(before, info) {
		f.Close()
		return nil, nil, &Error{Reason: ReasonChanged} // something else took its place: perhaps a link
	}
	return f, info, nil
}

// openFile tries to leave the time of access alone, which only a file's owner (or root) may ask for.
func (s *Source) openFile(name string, flags int) (*os.File, error) {
	f, err := s.root.OpenFile(name, flags|keepAccessTime, 0)
	if keepAccessTime != 0 && errors.Is(err, syscall.EPERM) {
		return s.root.OpenFile(name, flags, 0)
	}
	return f, err
}

// steady reads a file and fails when it turns out to be another than it was.
type steady struct {
	*os.File
	info fs.FileInfo // when it was opened
	read int64
}

// Read implements io.Reader.
func (f *steady) Read(p []byte) (int, error) {
	n, err := f.File.Read(p)
	f.read += int64(n)
	switch {
	case f.read > f.info.Size():
		return 0, &Error{Reason: ReasonChanged}
	case err == io.EOF:
		if changed := f.changed(); changed != nil {
			return n, changed
		}
	case err != nil:
		return n, failed(err)
	}
	return n, err
}

// changed reports whether the file is not what it was when it was opened.
func (f *steady) changed() error {
	now, err := f.Stat()
	if err != nil {
		return failed(err)
	}
	if f.read != f.info.Size() || now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return &Error{Reason: ReasonChanged}
	}
	return nil
}

// WriteTo hides the one of os.File, which would go round Read.
func (f *steady) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{f})
}

// modified is a file's time of modification in UTC, or none where it cannot be written down (RFC 3339 ends in the
// year 9999; damaged file systems do not).
func modified(info fs.FileInfo) time.Time {
	t := info.ModTime().UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return time.Time{}
	}
	return t
}
