package disk

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strconv"
	"time"

	"vigie/hashing/jail"
)

// File is one name in a file system of the image, or with Whole a volume that could not be read. It stays valid until the
// image is closed.
type File struct {
	// Path is where it lies below the image: "p2/Users/x/a.jpg" on the second partition, without "p2/" where the drive has no
	// partitions. It has the bytes of the file system's own name, in UTF-8 where that counts in 16 bits (NTFS, FAT, HFS+,
	// APFS); never "", "." or ".." between two slashes. Of an alternate data stream it ends in ":" and the stream's name. Two
	// files may have one path: a deleted file's name can be another's now.
	Path string
	// Address is what The Sleuth Kit calls it: the volume's first sector, inode and attribute ("2048/66-128-4"). The names of
	// one file share it; the inode is 0 where a deleted name leads nowhere.
	Address string
	Altered bool // Path is not what the file system says: something was put in a name's place
	Stream  bool // an alternate data stream
	Whole   bool // tells of a volume, or a stretch of the drive, and is no file
	Deleted bool
	Size    int64 // declared, in bytes; of a Whole, that of the volume

	Modified, Created, Accessed, Changed time.Time // in UTC; zero where there is none
	// LocalTime says that times are what a clock showed in a zone that the file system does not tell (FAT, exFAT), written
	// down as if that zone were UTC.
	LocalTime bool
	Type      fs.FileMode // type bits; 0 is a regular file
	Fault     *Error      // why there are no bytes

	im       *Image
	volume   *volume
	runs     []run     // of the bytes, if they all lie in runs
	resident *resident // where they lie in a record of the MFT
	valid    int64     // bytes before what was never written
	icat     string    // the address for icat, when neither gives the bytes
}

// maxKeptRuns is how many runs a file keeps (24 KiB of memory). One in more pieces is read by icat.
const maxKeptRuns = 1 << 10

// first returns where its bytes begin in the image, or -1.
func (f *File) first() int64 {
	if f.resident != nil {
		return f.resident.record
	}
	for _, r := range f.runs {
		if r.from >= 0 {
			return r.from
		}
	}
	return -1
}

// Open returns the file's bytes. It may be called again, at any time until the image is closed, by several goroutines.
// Reading ends with io.EOF only when all bytes came that the file system declares; else with an *Error. The context holds
// for Open and for the reading.
func (f *File) Open(ctx context.Context) (io.ReadCloser, error) {
	if f.Fault != nil {
		return nil, f.Fault
	}
	if !f.Type.IsRegular() {
		return nil, &Error{Reason: refusal(f.Type | fs.ModeIrregular)}
	}
	if !f.im.enter() {
		return nil, &Error{Reason: ReasonClosed}
	}
	var r io.ReadCloser
	switch {
	case f.Size == 0:
		r = io.NopCloser(empty{})
	case f.resident != nil:
		record := f.volume.ntfs.read(f.resident.record)
		if end := int64(f.resident.at) + f.Size; record == nil || end > int64(len(record)) {
			f.im.leave()
			return nil, &Error{Reason: ReasonUnreadable}
		}
		r = &stretches{ctx: ctx, r: bytes.NewReader(record[f.resident.at:]), runs: []run{{0, 0, f.Size}}, valid: f.Size, size: f.Size}
	case f.icat != "":
		r = f.im.catch(ctx, f)
	default:
		r = &stretches{ctx: ctx, r: f.im.r, runs: f.runs, valid: f.valid, size: f.Size}
	}
	return &exact{ReadCloser: r, ctx: ctx, left: f.Size, leave: f.im.leave}, nil
}

// stretches reads the bytes that lie in runs, each read in the order of the file.
type stretches struct {
	ctx         context.Context
	r           io.ReaderAt
	runs        []run
	at          int64
	valid, size int64
}

// Read implements io.Reader.
func (s *stretches) Read(p []byte) (int, error) {
	if err := s.ctx.Err(); err != nil {
		return 0, err
	}
	for len(s.runs) > 0 && s.at >= s.runs[0].at+s.runs[0].length {
		s.runs = s.runs[1:]
	}
	if s.at >= s.size || len(s.runs) == 0 {
		return 0, io.EOF
	}
	r := s.runs[0]
	p = p[:min(int64(len(p)), r.at+r.length-s.at, s.size-s.at)]
	if s.at < s.valid {
		p = p[:min(int64(len(p)), s.valid-s.at)]
	}
	n, err := len(p), error(nil)
	if r.from < 0 || s.at >= s.valid {
		clear(p)
	} else if n, err = s.r.ReadAt(p, r.from+s.at-r.at); n > 0 {
		err = nil // the next Read meets it again
	}
	s.at += int64(n)
	return n, err
}

// Close does nothing.
func (s *stretches) Close() error { return nil }

// exact fails where fewer bytes come than are declared, and gives no more.
type exact struct {
	io.ReadCloser
	ctx   context.Context
	left  int64
	leave func()
}

// Read implements io.Reader.
func (e *exact) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n, err := e.ReadCloser.Read(p[:min(int64(len(p)), e.left)])
	e.left -= int64(n)
	switch {
	case e.left <= 0:
		return n, nil
	case err == nil:
		return n, nil
	case e.ctx.Err() != nil:
		return n, e.ctx.Err()
	case err == io.EOF:
		return n, &Error{Reason: ReasonShort}
	}
	if _, ok := errors.AsType[*Error](err); ok {
		return n, err
	}
	return n, &Error{Reason: ReasonInput, Err: err}
}

// Close releases the file. It may be called twice.
func (e *exact) Close() error {
	if e.leave == nil {
		return nil
	}
	err := e.ReadCloser.Close()
	e.leave()
	e.leave = nil
	return err
}

// catch has icat give a file's bytes.
func (im *Image) catch(ctx context.Context, f *File) io.ReadCloser {
	args := []string{"-o", strconv.FormatInt(f.volume.start/sectorBytes, 10)}
	switch {
	case f.volume.apsb != 0:
		args = append(args, f.volume.pool()...)
	case f.volume.fs != "":
		args = append(args, "-f", f.volume.fs)
	}
	if f.Deleted {
		args = append(args, "-r")
	}
	p := im.program(im.kit.icat, args...)
	p.Args = append(p.Args, f.icat)
	p.Limits.OutputBytes = f.Size + 1
	return &caught{im.listen(ctx, p), ctx}
}

// caught is a speech of icat: that it failed tells of the file, not of the image.
type caught struct {
	*speech
	ctx context.Context
}

// Read implements io.Reader.
func (c *caught) Read(p []byte) (int, error) {
	n, err := c.speech.Read(p)
	if err == nil || err == io.EOF {
		return n, err
	}
	if failed, ok := errors.AsType[*jail.Failed](err); ok {
		return n, &Error{Reason: ReasonUnreadable, Err: fmt.Errorf("icat ended with code %d", failed.Code)}
	}
	return n, whyEnded(c.ctx, err, ReasonUnreadable)
}

// empty has no bytes.
type empty struct{}

// Read implements io.Reader.
func (empty) Read([]byte) (int, error) { return 0, io.EOF }
