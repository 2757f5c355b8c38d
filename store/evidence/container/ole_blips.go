package container

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"

	"github.com/klauspost/compress/zlib"
)

// blip is a picture in a stream, with the header that [MS-ODRAW] 2.2.23 puts before it.
type blip struct {
	sort   uint16 // of its record
	at     int64  // offset of the record in the stream
	head   int64  // bytes before the picture's
	size   int64  // of the picture as it lies there
	packed bool   // by deflate
	whole  int64  // bytes when unpacked
	kind   string // its ending, by its first bytes
}

// blipSorts tells the sorts of records, and their instances with one identifier of 16 bytes and with two.
var blipSorts = map[uint16]struct {
	extension string
	one, two  []uint16
}{
	0xf01a: {".emf", []uint16{0x3d4}, []uint16{0x3d5}},
	0xf01b: {".wmf", []uint16{0x216}, []uint16{0x217}},
	0xf01c: {".pict", []uint16{0x542}, []uint16{0x543}},
	0xf01d: {".jpg", []uint16{0x46a, 0x6e2}, []uint16{0x46b, 0x6e3}},
	0xf01e: {".png", []uint16{0x6e0}, []uint16{0x6e1}},
	0xf01f: {".dib", []uint16{0x7a8}, []uint16{0x7a9}},
	0xf029: {".tif", []uint16{0x6e4}, []uint16{0x6e5}},
	0xf02a: {".jpg", []uint16{0x46a, 0x6e2}, []uint16{0x46b, 0x6e3}},
}

const (
	recordHead  = 8
	blipPeek    = recordHead + 32 + metafileLen + 40
	metafileLen = 34 // bytes that tell how a metafile is packed
)

// readBlip reads the header of a record; left is how many bytes there are from it to the stream's end.
func readBlip(b []byte, left int64) (blip, bool) {
	if len(b) < recordHead || b[0]&0x0f != 0 || b[3] != 0xf0 {
		return blip{}, false
	}
	sort, instance, length := le16(b[2:]), le16(b)>>4, int64(le32(b[4:]))
	known, ok := blipSorts[sort]
	if !ok || length > left-recordHead {
		return blip{}, false
	}
	p := blip{sort: sort, head: recordHead + 16, kind: known.extension}
	switch {
	case contains(known.two, instance):
		p.head += 16
	case !contains(known.one, instance):
		return blip{}, false
	}
	if sort >= 0xf01d {
		p.head++ // a mark
		p.size = length + recordHead - p.head
		return p, p.size > 0
	}
	if p.size = length + recordHead - p.head - metafileLen; p.size <= 0 || int64(len(b)) < p.head+metafileLen {
		return blip{}, false
	}
	info := b[p.head:]
	const deflated, plain = 0, 0xfe
	p.whole, p.packed = int64(le32(info)), info[32] == deflated
	if !p.packed && info[32] != plain || int64(le32(info[28:])) > p.size {
		return blip{}, false
	}
	p.size = int64(le32(info[28:])) // the rest fills up
	p.head += metafileLen
	return p, p.size > 0
}

func contains(all []uint16, one uint16) bool {
	for _, v := range all {
		if v == one {
			return true
		}
	}
	return false
}

// looksRight reports whether the picture begins as its record says, or as another known one.
func (p *blip) looksRight(data []byte) bool {
	switch {
	case bytes.HasPrefix(data, []byte("\xff\xd8\xff")):
		p.kind = ".jpg"
	case bytes.HasPrefix(data, []byte("\x89PNG")):
		p.kind = ".png"
	case bytes.HasPrefix(data, []byte("GIF8")):
		p.kind = ".gif"
	case bytes.HasPrefix(data, []byte("BM")) && p.sort == 0xf01f:
		p.kind = ".bmp"
	case bytes.HasPrefix(data, []byte("II*\x00")), bytes.HasPrefix(data, []byte("MM\x00*")):
		p.kind = ".tif"
	case p.sort == 0xf01f && len(data) >= 4 && (le32(data) == 40 || le32(data) == 12 || le32(data) == 108 || le32(data) == 124):
	case p.packed && len(data) >= 2 && data[0]&0x0f == 8 && (uint16(data[0])<<8|uint16(data[1]))%31 == 0:
	case p.sort <= 0xf01c && !p.packed && p.whole == p.size:
	default:
		return false
	}
	return true
}

func (p blip) extension() string {
	if p.kind == ".dib" {
		return ".bmp"
	}
	return p.kind
}

// outSize returns how many bytes the member has.
func (p blip) outSize() int64 {
	switch {
	case p.packed:
		return UnknownSize
	case p.kind == ".dib":
		return p.size + bmpHeadLen
	}
	return p.size
}

const bmpHeadLen = 14

// open makes the member of the bytes behind the header.
func (p blip) open(r io.Reader) (io.Reader, error) {
	switch {
	case p.packed:
		return zlib.NewReader(r)
	case p.kind == ".dib":
		in := bufio.NewReader(r)
		info, _ := in.Peek(40)
		return io.MultiReader(bytes.NewReader(bmpHead(info, p.size)), &exactly{in, p.size}), nil
	}
	return &exactly{r, p.size}, nil
}

// exactly is a reader that must give so many bytes.
type exactly struct {
	r    io.Reader
	left int64
}

// Read implements io.Reader.
func (e *exactly) Read(p []byte) (int, error) {
	if e.left <= 0 {
		return 0, io.EOF
	}
	n, err := e.r.Read(p[:min(int64(len(p)), e.left)])
	if e.left -= int64(n); isEnd(err) && e.left > 0 {
		err = broken("a picture is cut off")
	}
	return n, err
}

// bmpHead returns the header of a file for a bitmap that has lost it: info is how the bitmap begins.
func bmpHead(info []byte, size int64) []byte {
	var colours, masks uint32
	head := uint32(40)
	if len(info) >= 40 {
		head = le32(info)
		bits := le16(info[14:])
		if head == 12 {
			bits = le16(info[10:])
		}
		if colours = le32(info[32:]); head == 12 || colours == 0 && bits <= 8 {
			colours = 1 << min(bits, 8)
		}
		if colours = min(colours, 256); bits > 8 && head == 12 {
			colours = 0
		}
		if head == 40 && le32(info[16:]) == 3 {
			masks = 12
		}
	}
	each := uint32(4)
	if head == 12 {
		each = 3
	}
	b := append([]byte("BM"), make([]byte, bmpHeadLen-2)...)
	binary.LittleEndian.PutUint32(b[2:], uint32(min(size+bmpHeadLen, 1<<32-1))) //nolint:gosec // it fits
	binary.LittleEndian.PutUint32(b[10:], bmpHeadLen+head+masks+colours*each)
	return b
}

// blipSearch looks for pictures in a stream, from its beginning to its end: also inside what it has found, so that
// nothing hides behind a length that is too large.
type blipSearch struct {
	in      *bufio.Reader
	at      int64 // offset of what in gives next
	size    int64
	covered int64 // up to here there is nothing but pictures
	gap     bool  // something else lies between
}

func newBlipSearch(r io.Reader, size int64) *blipSearch {
	return &blipSearch{in: bufio.NewReaderSize(r, 32<<10), size: size}
}

// here returns the picture whose record is next.
func (s *blipSearch) here() (blip, bool) {
	b, _ := s.in.Peek(blipPeek)
	p, ok := readBlip(b, s.size-s.at)
	if !ok || !p.looksRight(b[min(p.head, int64(len(b))):]) {
		return blip{}, false
	}
	p.at = s.at
	return p, true
}

// next returns the next picture, and whether there is one.
func (s *blipSearch) next() (blip, bool, error) {
	for {
		b, err := s.in.Peek(blipPeek)
		if len(b) < recordHead+16 {
			if _, ok := errors.AsType[*Error](err); ok || isEnd(err) {
				s.gap = s.gap || !isEnd(err) // a stream that breaks off is told itself
				return blip{}, false, nil
			}
			return blip{}, false, err
		}
		if b[3] == 0xf0 {
			if p, ok := s.here(); ok {
				s.cover(p)
				s.skip(recordHead)
				return p, true, nil
			}
		}
		s.skip(s.distance())
	}
}

// distance returns how far the next record may be: its fourth byte tells.
func (s *blipSearch) distance() int {
	b, _ := s.in.Peek(s.in.Buffered())
	if len(b) <= 4 {
		return 1
	}
	if i := bytes.IndexByte(b[4:], 0xf0); i >= 0 {
		return i + 1
	}
	return max(len(b)-3, 1)
}

func (s *blipSearch) skip(n int) {
	n, _ = s.in.Discard(n) // an error comes again
	s.at += int64(n)
}

// cover notes where a picture lies: between two of them there may be the record of a reference to one.
func (s *blipSearch) cover(p blip) {
	const reference = 64 // bytes
	s.gap = s.gap || p.at-s.covered > reference
	s.covered = max(s.covered, p.at+p.head+p.size)
}

// all reports, at the end, whether there was nothing but pictures.
func (s *blipSearch) all() bool { return s.covered > 0 && !s.gap && s.size == s.covered }
