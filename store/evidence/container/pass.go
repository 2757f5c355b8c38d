package container

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"time"
)

// entry is what a format tells of one member.
type entry struct {
	name     string
	size     int64 // UnknownSize where none is declared
	modified time.Time
	local    bool // modified has no zone
	mode     fs.FileMode
	reason   string // why it cannot be read, where the header tells
	offset   int64  // of its Ref
	part     int    // likewise
}

// pass goes through one archive once. Its errors are as its decoders give them; advance and reading name them.
type pass interface {
	// next moves to the next member. After the last one it returns io.EOF; any other error ends the pass.
	next() (*entry, error)
	// open returns the bytes of the member that next returned. They may be had once, until next is called.
	open() (io.Reader, error)
	close()
}

// jumper is a pass that reaches a member without those before it.
type jumper interface {
	// jump makes next return the member of ref.
	jump(ref Ref) error
}

// begin starts a pass over a.
func (c *Container) begin(s *source) (p pass, fault *Error) {
	err := guarded(func() (err error) {
		switch c.format {
		case Zip:
			p, err = c.beginZip(s)
		case SevenZip:
			p, err = c.beginSeven(s)
		case Rar:
			p, err = c.beginRar(s)
		case Thumbcache:
			p, err = c.beginThumbcache(s)
		case Thumbdata:
			p, err = c.beginThumbdata(s)
		case PDF:
			p, err = c.beginPDF(s)
		case OLE:
			p, err = c.beginOLE(s)
		case Mail, Mbox:
			p = c.beginMail(s)
		case Tar:
			p = newTar(io.NewSectionReader(s, 0, c.size))
		default:
			p = c.beginStream(s)
		}
		return err
	})
	if err != nil {
		return nil, s.fault(err)
	}
	return p, nil
}

// advance moves p and returns its next member, nothing at the end, or what ended it early.
func advance(p pass, s *source) (e *entry, fault *Error) {
	err := guarded(func() (err error) {
		e, err = p.next()
		return err
	})
	switch {
	case err == nil:
		return e, nil
	case isEnd(err) && s.err == nil:
		return nil, nil
	}
	return nil, s.fault(err)
}

// reading reads the member that pass is at, and counts.
type reading struct {
	pass   pass
	source *source
	meter  *meter
	r      io.Reader
	err    error // its end, for good
}

// Read implements io.Reader.
func (m *reading) Read(p []byte) (n int, err error) {
	if m.err != nil || len(p) == 0 {
		return 0, m.err
	}
	err = guarded(func() (err error) {
		if m.r == nil {
			if m.r, err = m.pass.open(); err != nil {
				return err
			}
		}
		n, err = m.r.Read(p)
		return err
	})
	switch {
	case err != nil && !(isEnd(err) && m.source.err == nil):
		m.err = m.source.fault(err)
	case m.meter.add(n) != nil:
		m.err = m.meter.fault
	default:
		m.err = err
	}
	return n, m.err
}

// errPassed is of reading a member when the walk, or the cursor, is at another.
var errPassed = errors.New("the archive is read elsewhere by now")

// expire ends the reading: its pass goes on.
func (m *reading) expire() {
	if m != nil && m.err == nil {
		m.err = errPassed
	}
}

// guarded runs f and makes an error of a panic: decoders of foreign formats meet what their writers did not think of.
func guarded(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("the decoder gave up: %T", p)
		}
	}()
	return f()
}

// source is the archive's bytes for one walk or cursor. It remembers the first failure that is the source's and not the
// archive's, and ends with ctx.
type source struct {
	ctx context.Context //nolint:containedctx // lives as long as one walk or cursor
	r   io.ReaderAt
	err error
}

// ReadAt implements io.ReaderAt.
func (s *source) ReadAt(p []byte, offset int64) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	if offset < 0 {
		return 0, io.EOF // an archive that points before itself; the source is all right
	}
	n, err := s.r.ReadAt(p, offset)
	if err != nil && !errors.Is(err, io.EOF) && s.err == nil {
		s.err = err
	}
	return n, err
}

// fault names err, unless the source itself has failed: then that is what happened.
func (s *source) fault(err error) *Error {
	if s.err != nil {
		return &Error{Reason: ReasonInput, Err: s.err}
	}
	return faultOf(err)
}
