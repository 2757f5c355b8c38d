// Package evidence reads the sources that examiners submit: folders and files, and what lies within the containers among
// them. Reading never alters a source, never leaves it, and never follows a link in it; what cannot be read is reported
// as an item with its reason.
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

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/evidence/container"
	"vigie/store/evidence/disk"
	"vigie/triage"
)

// Reasons are the stable codes of items that could not be read.
const (
	ReasonPermission  = "permission-denied"
	ReasonInput       = "io-error"
	ReasonChanged     = "changed-while-read"
	ReasonVanished    = "vanished"
	ReasonPathTooLong = "path-too-long"
	ReasonNoRoom      = "no-room"     // a container within a container did not fit into the temporary folder
	ReasonDepth       = "depth-limit" // MaxDepth
)

// Reasons are the stable codes of items that are refused.
const (
	ReasonLink      = "symlink"
	ReasonDevice    = "device"
	ReasonPipe      = "pipe"
	ReasonSocket    = "socket"
	ReasonIrregular = "not-a-regular-file" // of a sort that only the operating system knows
)

// Source is an opened folder or file. It may be used by several goroutines at once.
type Source struct {
	root   *os.Root
	only   string       // the name of the one file that it is; "": a folder
	whole  bool         // that file is a drive image, and no item itself
	boxes  boxes        // containers that are open
	drives drives       // drive images that are open
	read   atomic.Int64 // bytes digested
	found  atomic.Int64 // members of containers
	held   atomic.Int64 // bytes of those
	taken  tallied      // what was taken over from an earlier reading
}

// tallied counts items and their bytes.
type tallied struct{ items, bytes atomic.Int64 }

func (c *tallied) add(bytes int64) {
	c.items.Add(1)
	c.bytes.Add(bytes)
}

// Open opens a folder or a file. A link given as path itself is followed: somebody asked for it. A drive image is read as
// the drive: it is no item itself, and of one in several files path is the first. Without a kit, drive images are told as
// ones that cannot be read.
func Open(path string, kit Kit) (*Source, error) {
	const op = "open source"
	real, err := filepath.EvalSymlinks(path)
	if err != nil {
		return nil, noSource(op, err)
	}
	info, err := os.Stat(real)
	if err != nil {
		return nil, noSource(op, err)
	}
	s := &Source{drives: drives{find: kit}}
	switch {
	case info.Mode().IsRegular():
		s.only, real = filepath.Base(real), filepath.Dir(real)
	case !info.IsDir():
		return nil, triage.E(triage.Invalid, op, "", "this is neither a folder nor a file", nil)
	}
	if s.root, err = os.OpenRoot(real); err != nil {
		return nil, noSource(op, err)
	}
	s.whole = s.only != "" && s.isDrive()
	return s, nil
}

// isDrive tells whether the one file of a source is a drive image. By its name too: somebody has chosen this file.
func (s *Source) isDrive() bool {
	f, _, err := s.open(s.only)
	if err != nil {
		return false
	}
	defer f.Close()
	head := make([]byte, disk.HeadBytes)
	n, _ := io.ReadFull(f, head) // a shorter one is no drive
	kind, _ := decode.Sniff(head[:n])
	return kind == hashing.KindOther && container.Sniff(head[:min(n, container.HeadBytes)]) == "" && disk.Sniff(s.only, head[:n]) != ""
}

func noSource(op string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return triage.E(triage.NotFound, op, "", "there is no such folder or file: check its path", err)
	}
	return triage.E(triage.Invalid, op, "", "it cannot be read", err)
}

// Close releases the source.
func (s *Source) Close() error {
	s.boxes.close()
	s.drives.close()
	return s.root.Close()
}

// Name returns the name of the one file that the source is, with which the paths of its items begin; "": it is a folder.
func (s *Source) Name() string { return s.only }

// Digested returns how many bytes the last call of Items or Resume has read so far, those of files under way included.
func (s *Source) Digested() int64 { return s.read.Load() }

// Held returns how many members of containers were told so far, and how many bytes those have.
func (s *Source) Held() (members, bytes int64) { return s.found.Load(), s.held.Load() }

// Taken returns how many items were taken over from an earlier reading so far, and how many bytes those have.
func (s *Source) Taken() (items, bytes int64) { return s.taken.items.Load(), s.taken.bytes.Load() }

// countAnew begins to count from nothing.
func (s *Source) countAnew() {
	for _, n := range []*atomic.Int64{&s.read, &s.found, &s.held, &s.taken.items, &s.taken.bytes} {
		n.Store(0)
	}
}

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

// modified is a file's time of modification in UTC, or none where it cannot be written down (RFC 3339 ends in the
// year 9999; damaged file systems do not).
func modified(info fs.FileInfo) time.Time {
	t := info.ModTime().UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return time.Time{}
	}
	return t
}
