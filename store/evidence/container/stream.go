package container

import (
	"bufio"
	"compress/bzip2"
	"io"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// unnamed is the name of a compressed file whose format, or writer, keeps none.
const unnamed = "content"

// beginStream unpacks one compressed stream: a tar inside is walked as it comes, anything else is the only member.
func (c *Container) beginStream(s *source) pass {
	in := bufio.NewReaderSize(io.NewSectionReader(s, 0, c.size), 64<<10)
	only := &entry{name: unnamed, size: UnknownSize}
	var r io.Reader
	var err error
	var stop func()
	switch c.format {
	case Gzip:
		r, err = ungzip(in, only)
	case Bzip2:
		r = bzip2.NewReader(in)
	case Xz:
		r, err = unxz(in, c.limits.Window)
	case Zstd:
		r, err = unzstd(in, c.limits.Window)
		if d, ok := r.(*zstd.Decoder); ok {
			stop = d.Close
		}
	}
	if err != nil {
		r = failing{err} // there is a file, and this is why it cannot be had
	}
	content := bufio.NewReaderSize(metered{r, c.meter()}, 32<<10)
	if head, _ := content.Peek(HeadBytes); isTar(head) { // an error comes again
		t := newTar(content)
		t.stop = stop
		return t
	}
	return &singlePass{only: only, r: content, stop: stop}
}

// ungzip decodes all members of a gzip file, and takes name and time from the first.
func ungzip(in io.Reader, only *entry) (io.Reader, error) {
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, err
	}
	if z.Name != "" {
		only.name = z.Name
	}
	if z.ModTime.After(time.Unix(0, 0)) {
		only.modified = z.ModTime
	}
	return z, nil
}

// singlePass has one member.
type singlePass struct {
	only *entry
	told bool
	r    io.Reader
	stop func()
}

// next implements pass.
func (s *singlePass) next() (*entry, error) {
	if s.told {
		return nil, io.EOF
	}
	s.told = true
	return s.only, nil
}

// open implements pass.
func (s *singlePass) open() (io.Reader, error) { return s.r, nil }

func (s *singlePass) close() {
	if s.stop != nil {
		s.stop()
	}
}
