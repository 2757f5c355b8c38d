package container

import (
	"errors"
	"io"
	"io/fs"
	"time"

	"github.com/nwaples/rardecode/v2"
)

// The marks of versions 1.5 to 4, and of 5 and later.
const (
	rar4Mark = "Rar!\x1a\x07\x00"
	rar5Mark = "Rar!\x1a\x07\x01\x00"
)

// rarPass walks a rar. Of a set of volumes only one is here: what lies in it is told.
type rarPass struct {
	in     *rardecode.Reader
	local  bool // versions before 5 tell times without a zone
	solid  bool // the member that is to be skipped is needed for the next
	meter  *meter
	window int64 // the largest
	told   bool  // a member was
	goesOn bool  // in another volume
}

func (c *Container) beginRar(s *source) (pass, error) {
	mark := make([]byte, len(rar4Mark))
	s.ReadAt(mark, 0) //nolint:errcheck // Open has read it
	in, err := rardecode.NewReader(io.NewSectionReader(s, 0, c.size), rardecode.MaxDictionarySize(c.limits.Window))
	if err != nil {
		return nil, err
	}
	return &rarPass{in: in, local: string(mark) == rar4Mark, meter: c.meter(), window: c.limits.Window}, nil
}

// next implements pass.
func (r *rarPass) next() (*entry, error) {
	if r.solid { // the decoder would skip it uncounted
		r.solid = false
		if _, err := io.Copy(io.Discard, metered{r, r.meter}); err != nil {
			return nil, err
		}
	}
	h, err := r.in.Next()
	switch {
	case r.goesOn && err != nil, !r.told && errors.Is(err, rardecode.ErrInvalidFileBlock):
		return nil, &Error{Reason: ReasonVolumes, Err: err} // it begins in the middle of a member
	case err != nil:
		return nil, err
	}
	r.told = true
	if err := r.meter.open(min(max(h.UnPackedSize, 0), r.window)); err != nil {
		return nil, err
	}
	e := &entry{name: h.Name, size: h.UnPackedSize, mode: h.Mode().Type(), modified: h.ModificationTime}
	if h.UnKnownSize {
		e.size = UnknownSize
	}
	if r.local && !e.modified.IsZero() {
		e.modified, e.local = asUTC(e.modified), true
	}
	switch {
	case h.LinkType == rardecode.LinkTypeHardLink || h.LinkType == rardecode.LinkTypeFileCopy:
		e.mode, e.reason = fs.ModeIrregular, ReasonHardLink
	case h.LinkType != rardecode.LinkTypeNone:
		e.mode = fs.ModeSymlink
	case h.IsDir && (h.UnPackedSize == 0 || h.PackedSize == 0):
		e.mode = fs.ModeDir
	case h.IsDir, e.mode.IsDir():
		e.mode = 0 // it has bytes: nothing hides in a folder
	}
	if h.Encrypted && e.mode.IsRegular() {
		e.reason = ReasonEncrypted
	}
	r.solid = h.Solid && !h.Encrypted
	return e, nil
}

// Read reads the member that next returned.
func (r *rarPass) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	r.goesOn = r.goesOn || errors.Is(err, rardecode.ErrMultiVolume)
	return n, err
}

// asUTC writes down what the clock showed as if it had been in UTC: the decoder takes it to be of this machine's zone.
func asUTC(t time.Time) time.Time {
	return time.Date(t.Year(), t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
}

// open implements pass.
func (r *rarPass) open() (io.Reader, error) { return r, nil }

func (r *rarPass) close() {}
