package container

import (
	"archive/tar"
	"bytes"
	"errors"
	"io"
	"io/fs"
)

// tarPass walks a tar of any dialect. Holes of sparse files come out as zeros, and count.
type tarPass struct {
	in   *tar.Reader
	rest io.Reader // what in reads of: after the last member, what follows it
	stop func()
}

func newTar(r io.Reader) *tarPass { return &tarPass{in: tar.NewReader(r), rest: r} }

// next implements pass.
func (t *tarPass) next() (*entry, error) {
	for {
		h, err := t.in.Next()
		switch {
		case isEnd(err):
			return nil, t.end()
		case err != nil && !errors.Is(err, tar.ErrInsecurePath): // paths are made secure here
			return nil, err
		case h.Typeflag == tar.TypeXGlobalHeader:
			continue // says something about those that follow
		}
		e := &entry{name: h.Name, size: h.Size, modified: h.ModTime}
		e.mode, e.reason = tarType(h.Typeflag)
		if e.mode != 0 {
			e.size = 0
		}
		return e, nil
	}
}

// end reads what follows the last member, up to the checksum of a compressed tar. It returns io.EOF when there are only
// zeros: anything else may be members that another reader tells.
func (t *tarPass) end() error {
	b := make([]byte, 8<<10)
	for {
		n, err := t.rest.Read(b)
		if bytes.Count(b[:n], []byte{0}) < n {
			return broken("something follows the end")
		}
		if err != nil {
			return err
		}
	}
}

// tarType returns the type bits of a member, and the reason to refuse what they cannot say.
func tarType(flag byte) (fs.FileMode, string) {
	const gnuFolder = 'D' // with the list of what was in it at an earlier dump
	switch flag {
	case tar.TypeReg, tar.TypeRegA, tar.TypeCont, tar.TypeGNUSparse: //nolint:staticcheck // old writers use TypeRegA
		return 0, ""
	case tar.TypeDir, gnuFolder:
		return fs.ModeDir, ""
	case tar.TypeSymlink:
		return fs.ModeSymlink, ""
	case tar.TypeLink:
		return fs.ModeIrregular, ReasonHardLink
	case tar.TypeChar:
		return fs.ModeDevice | fs.ModeCharDevice, ""
	case tar.TypeBlock:
		return fs.ModeDevice, ""
	case tar.TypeFifo:
		return fs.ModeNamedPipe, ""
	}
	return fs.ModeIrregular, ""
}

// open implements pass.
func (t *tarPass) open() (io.Reader, error) { return struct{ io.Reader }{t.in}, nil }

func (t *tarPass) close() {
	if t.stop != nil {
		t.stop()
	}
}
