// Package container reads the files of evidence that hold other files: zip (and what is a zip inside: office documents,
// JAR, APK), tar, 7z, rar, single files under gzip, bzip2, xz or zstd, mail, compound files (OLE2), PDF, and caches of
// thumbnails. It tells every member once, in order, with the reason where one cannot be read; it never writes to a disk,
// and every container ends within Limits. What is inside a member is the caller's to look at: a member's bytes may be a
// container again.
//
// Memory of one walk or cursor: Limits.Window for the decoder, the header of a 7z (at most sevenHeaderBytes; four times
// that is needed while it is unpacked, and half a GiB for one that is made to need much), the directory of a compound
// file (at most 64 MiB) or the index of a PDF (at most 64 MiB), and 4 MiB of buffers; a walk holds some 40 bytes a member
// besides, to tell equal paths apart.
package container

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"time"
)

// Container is an opened file that holds others. It may be used by several goroutines at once: each walk and each cursor has a
// state of its own.
type Container struct {
	r      io.ReaderAt
	size   int64
	format Format
	limits Limits
}

// Open looks at the first bytes of r, which is size bytes long. It fails with ReasonNoArchive when they are of no format
// known here, and with ReasonInput when r does not give them. Whatever else is wrong with the archive is told by Members.
// It keeps r and never closes it.
func Open(r io.ReaderAt, size int64, limits Limits) (*Container, error) {
	head := make([]byte, min(size, HeadBytes))
	if n, err := r.ReadAt(head, 0); n < len(head) {
		return nil, &Error{Reason: ReasonInput, Err: err}
	}
	format := Sniff(head)
	if format == "" && isThumbdata(r, size, head) {
		format = Thumbdata
	}
	if format == "" {
		return nil, &Error{Reason: ReasonNoArchive}
	}
	return &Container{r: r, size: size, format: format, limits: limits.orDefaults()}, nil
}

// Format returns the outer format: of a .tar.gz it is Gzip.
func (c *Container) Format() Format { return c.format }

// Ref says where a member is in its archive, for a Cursor. Members of one archive have different ones.
type Ref struct {
	index  int
	offset int64 // of a zip: where its directory, or its data, tell it; of a mail box: its message
	part   int   // of a mail box: which one of its message
}

// Index returns the member's place in the archive, from 0.
func (r Ref) Index() int { return r.index }

// Member is one name in a container. Reading it gives its bytes; that is possible until the walk goes on, and for
// regular files without a Fault. Read ends with io.EOF only when all bytes came and the format's checksum, where it has
// one (tar has none), agrees; else with an *Error.
type Member struct {
	Ref  Ref
	Name string // as the archive tells it, bytes of an encoding that only its maker knows
	// Path is Name below the archive, separated by "/": no root, drive, "." or "..", never equal to the one of another
	// member that is no folder. Its bytes may be no UTF-8.
	Path     string
	Altered  bool      // Path is more than Name with its separators in order: something was put in a name's place
	Size     int64     // declared, in bytes; UnknownSize where nothing is
	Modified time.Time // in UTC; zero where there is none
	// LocalTime says that Modified is what a clock showed in a zone that the archive does not tell (zip and rar 4 have
	// such), written down as if that zone were UTC.
	LocalTime bool
	Type      fs.FileMode // type bits; 0 is a regular file
	Fault     *Error      // why there are no bytes: a link, a device, a password, an unknown method, …; nil of folders

	bytes io.Reader
}

// UnknownSize is the size of a member whose archive does not declare it.
const UnknownSize = -1

// Read implements io.Reader.
func (m *Member) Read(p []byte) (int, error) { return m.bytes.Read(p) }

// Members goes through the archive once, from its beginning, and yields each member in the archive's order. An error is
// the last thing it yields: an *Error for what ends the archive early (its Told says how many members came before), or
// that of ctx. An archive that is whole ends without one. A member need not be read.
//
// A walk that reads nothing costs the directory of a zip or 7z, the headers of a tar or rar, but the whole of what is
// compressed as one stream (tar.gz and the like, solid rar).
func (c *Container) Members(ctx context.Context) iter.Seq2[*Member, error] {
	return func(yield func(*Member, error) bool) {
		w := &walk{container: c, paths: newPaths(c.limits.PathBytes), meter: c.meter()}
		w.source = &source{ctx: ctx, r: c.r}
		defer w.close()
		for {
			m, fault := w.next()
			switch {
			case ctx.Err() != nil:
				yield(nil, ctx.Err())
				return
			case fault != nil:
				fault.Told = w.told
				yield(nil, fault)
				return
			case m == nil:
				return
			}
			w.told++
			if !yield(m, nil) {
				return
			}
		}
	}
}

// walk is one going through an archive.
type walk struct {
	container *Container
	source    *source
	pass      pass
	paths     *paths
	meter     *meter
	told      int
	last      *reading // of the member told last
}

// next returns the next member, nothing at the end, or what ends the archive early.
func (w *walk) next() (*Member, *Error) {
	if w.meter.fault != nil {
		return nil, &Error{Reason: w.meter.fault.Reason}
	}
	if w.pass == nil {
		var fault *Error
		if w.pass, fault = w.container.begin(w.source); fault != nil {
			return nil, fault
		}
	}
	w.last.expire()
	e, fault := advance(w.pass, w.source)
	switch {
	case fault != nil || e == nil:
		return nil, fault
	case w.told >= w.container.limits.Members:
		return nil, &Error{Reason: ReasonMemberLimit}
	}
	return w.member(e), nil
}

// member makes of what a format tells what the caller sees.
func (w *walk) member(e *entry) *Member {
	m := &Member{
		Ref: Ref{index: w.told, offset: e.offset, part: e.part}, Name: e.name, Size: e.size, Modified: year4(e.modified), LocalTime: e.local,
		Type: e.mode.Type(), bytes: empty{},
	}
	reason := e.reason
	if reason == "" {
		reason = refusal(m.Type)
	}
	var tooLong bool
	m.Path, m.Altered, tooLong = w.paths.path(e.name, w.told, m.Type.IsDir())
	if tooLong {
		reason = ReasonPathTooLong
	}
	switch {
	case reason != "":
		m.Fault = &Error{Reason: reason}
		m.bytes = failing{m.Fault}
	case m.Type.IsRegular():
		w.last = &reading{pass: w.pass, source: w.source, meter: w.meter}
		m.bytes = w.last
	}
	return m
}

func (w *walk) close() {
	if w.pass != nil {
		w.pass.close()
	}
}

// year4 returns t in UTC, or none where RFC 3339 has no way to write it.
func year4(t time.Time) time.Time {
	if t.IsZero() {
		return time.Time{}
	}
	t = t.UTC()
	if y := t.Year(); y < 0 || y > 9999 {
		return time.Time{}
	}
	return t
}

// empty has no bytes: of a folder.
type empty struct{}

// Read implements io.Reader.
func (empty) Read([]byte) (int, error) { return 0, io.EOF }

// failing has a reason in place of bytes.
type failing struct{ err error }

// Read implements io.Reader.
func (f failing) Read([]byte) (int, error) { return 0, f.err }

// isEnd reports whether err is the end that everybody expects.
func isEnd(err error) bool { return errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) }
