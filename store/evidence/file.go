package evidence

import (
	"context"
	"io"
	"io/fs"
	"os"
	"time"
)

// Open opens the bytes of an item that has some. Its reader fails with an *Error when the file is not, or no longer, as
// long and as old as the item says, and when what it lies in does not give the bytes.
func (f *Found) Open(ctx context.Context) (io.ReadCloser, error) {
	if f.way == nil {
		return nil, &Error{Reason: ReasonInput}
	}
	return f.way.open(ctx)
}

// Ordered reports whether items like this one are to be opened one after the other, in the order in which they were
// found: those of a container that is compressed as one stream.
func (f *Found) Ordered() bool { return f.way != nil && f.way.ordered() }

// opened is what a way leads to.
type opened interface {
	io.ReadCloser
	// at returns the bytes for reading at any place, and how many they are. It is asked for before anything was read, and
	// closing opened closes it.
	at() (io.ReaderAt, int64, error)
}

// file is the way to a file of the source.
type file struct {
	source   *Source
	path     string
	size     int64
	modified time.Time
}

// open implements way.
func (f *file) open(context.Context) (opened, error) {
	opened, info, err := f.source.open(f.path)
	if err != nil {
		return nil, err
	}
	if info.Size() != f.size || !modified(info).Equal(f.modified) {
		opened.Close()
		return nil, &Error{Reason: ReasonChanged}
	}
	return &steady{File: opened, info: info}, nil
}

func (f *file) ordered() bool { return false }

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

// changed reports whether the file is not what it was when it was opened, or was not read to its end.
func (f *steady) changed() error {
	if f.read != f.info.Size() {
		return &Error{Reason: ReasonChanged}
	}
	return f.altered()
}

// altered reports whether the file is not what it was when it was opened.
func (f *steady) altered() error {
	now, err := f.Stat()
	if err != nil {
		return failed(err)
	}
	if now.Size() != f.info.Size() || !now.ModTime().Equal(f.info.ModTime()) {
		return &Error{Reason: ReasonChanged}
	}
	return nil
}

// at implements opened.
func (f *steady) at() (io.ReaderAt, int64, error) { return f.File, f.info.Size(), nil }

// WriteTo hides the one of os.File, which would go round Read.
func (f *steady) WriteTo(w io.Writer) (int64, error) {
	return io.Copy(w, struct{ io.Reader }{f})
}
