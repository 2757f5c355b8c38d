package container

import (
	"bytes"
	"fmt"
	"io"
)

// thumbcache_*.db of Windows Vista to 11: a header, then entries behind each other, each with its length, the hash of
// the file it shows and the picture's bytes. The layout is that of libwtcdb's documentation. Entries are looked for by
// their mark where one does not follow the other: what Windows has given up lies there as it was.

const (
	thumbcacheMark = "CMMM"
	thumbcacheHead = 12 // bytes at least before the first entry, which begins with the same mark
)

// thumbcachePass walks a cache.
type thumbcachePass struct {
	source *source
	size   int64
	vista  bool  // its entries tell the file's extension
	tall   bool  // its entries tell width and height
	at     int64 // where the next entry is looked for
	data   *io.SectionReader
}

func (c *Container) beginThumbcache(s *source) (pass, error) {
	const vista, eight = 0x14, 0x1a // the versions of Windows Vista and 8; 7 has 0x15, 10 and 11 have 0x20
	h := make([]byte, thumbcacheHead)
	if n, _ := s.ReadAt(h, 0); n < len(h) {
		return nil, broken("the header is cut off")
	}
	version := le32(h[4:])
	return &thumbcachePass{source: s, size: c.size, vista: version <= vista, tall: version >= eight, at: thumbcacheHead}, nil
}

// jump implements jumper.
func (t *thumbcachePass) jump(ref Ref) error {
	if ref.offset < thumbcacheHead || ref.offset > t.size {
		return broken("there is no such member")
	}
	t.at = ref.offset
	return nil
}

// next implements pass. Entries that are kept free have no picture, and are no members.
func (t *thumbcachePass) next() (*entry, error) {
	b := make([]byte, len(thumbcacheMark), 64<<10) // mostly it is where it should be
	for ; t.at < t.size; b = b[:cap(b)] {
		n, _ := t.source.ReadAt(b, t.at)
		i := bytes.Index(b[:n], []byte(thumbcacheMark))
		if i < 0 {
			t.at += int64(max(n-len(thumbcacheMark)+1, 1))
			continue
		}
		at := t.at + int64(i)
		e, end := t.entry(at)
		if t.at = end; e != nil {
			e.offset = at
			return e, nil
		}
	}
	if t.source.err != nil {
		return nil, t.source.err
	}
	return nil, io.EOF
}

// entry reads the entry at an offset, and returns where the next may begin. It returns nothing where there is none, or it is empty.
func (t *thumbcachePass) entry(at int64) (*entry, int64) {
	none := at + int64(len(thumbcacheMark))
	h := make([]byte, 56)
	n, _ := t.source.ReadAt(h, at)
	clear(h[n:])
	lengths, head := 16, int64(48)
	switch {
	case t.vista:
		lengths, head = 24, 56
	case t.tall:
		head = 56
	}
	whole, name := int64(le32(h[4:])), int64(le32(h[lengths:]))
	filler, size := int64(le32(h[lengths+4:])), int64(le32(h[lengths+8:]))
	if whole < head || name > whole || filler > whole || head+name+filler+size > whole {
		return nil, none
	}
	if size == 0 {
		return nil, min(at+whole, max(t.size, none))
	}
	data := at + head + name + filler
	t.data = io.NewSectionReader(t.source, data, size)
	extension := pictureExtension(t.source, data)
	told := &entry{name: fmt.Sprintf("%016x%s", le64(h[8:]), extension), size: size}
	if at+whole > t.size { // one of its lengths is wrong
		return told, none
	}
	return told, at + whole
}

// open implements pass.
func (t *thumbcachePass) open() (io.Reader, error) {
	return &exactly{t.data, t.data.Size()}, nil
}

func (t *thumbcachePass) close() {}

// pictureExtension returns the ending that belongs to how the bytes at an offset begin.
func pictureExtension(r io.ReaderAt, at int64) string {
	b := make([]byte, 12)
	n, _ := r.ReadAt(b, at)
	switch b = b[:n]; {
	case bytes.HasPrefix(b, []byte("\xff\xd8\xff")):
		return ".jpg"
	case bytes.HasPrefix(b, []byte("\x89PNG")):
		return ".png"
	case bytes.HasPrefix(b, []byte("BM")):
		return ".bmp"
	case bytes.HasPrefix(b, []byte("GIF8")):
		return ".gif"
	case bytes.HasPrefix(b, []byte("RIFF")) && bytes.HasSuffix(b, []byte("WEBP")):
		return ".webp"
	}
	return ".bin"
}
