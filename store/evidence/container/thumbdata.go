package container

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
)

// .thumbdata3 to 5 of Android (MiniThumbFile of its media library): blocks of one length, each at its number, which is
// that of the picture in the phone's media database. A block is a byte that says whether it is used, a magic number of 8,
// the JPEG's length in 4, in versions 4 and 5 a checksum of 8, then the JPEG. Nothing marks the file as a whole, and
// most of it may be holes: it is known by its blocks.

// thumbdataBlocks are the layouts: of Android itself, then as MediaTek and others have changed it.
var thumbdataBlocks = []struct{ block, head int64 }{{10_000, 13}, {10_000, 21}, {17_000, 21}, {17_000, 13}, {16_384, 21}, {16_384, 13}}

// thumbdataProbes is how many blocks are looked at to know the file: the first pictures of a phone that is not new have
// numbers of some thousands. Only files that begin with zeros, or with a block, are looked at: 40 ms.
const thumbdataProbes = 1 << 15

// thumbdataPass walks the blocks.
type thumbdataPass struct {
	source *source
	size   int64
	block  int64
	head   int64
	number int64 // of the block that is looked at next
	data   *io.SectionReader
}

// isThumbdata looks for blocks of one layout: r is size bytes long and begins with head.
func isThumbdata(r io.ReaderAt, size int64, head []byte) bool {
	if len(head) < HeadBytes || head[0] > 1 || head[0] == 0 && len(bytes.Trim(head, "\x00")) > 0 {
		return false
	}
	_, ok := thumbdataLayout(r, size)
	return ok
}

// thumbdataLayout returns the layout of which a block is found first.
func thumbdataLayout(r io.ReaderAt, size int64) (layout int, ok bool) {
	for n := range int64(thumbdataProbes) {
		for i, l := range thumbdataBlocks {
			if _, found := thumbdataBlock(r, size, n*l.block, l.block, l.head); found {
				return i, true
			}
		}
		if n*thumbdataBlocks[0].block > size {
			break
		}
	}
	return 0, false
}

// thumbdataBlock returns the length of the JPEG in a block.
func thumbdataBlock(r io.ReaderAt, size, at, block, head int64) (int64, bool) {
	b := make([]byte, head+3)
	if at+int64(len(b)) > size {
		return 0, false
	}
	if n, _ := r.ReadAt(b, at); n < len(b) {
		return 0, false
	}
	length := int64(binary.BigEndian.Uint32(b[9:]))
	return length, b[0] <= 1 && length > 3 && length <= block-head && string(b[head:]) == "\xff\xd8\xff"
}

func (c *Container) beginThumbdata(s *source) (pass, error) {
	i, ok := thumbdataLayout(s, c.size)
	if !ok {
		return nil, broken("there is no block")
	}
	return &thumbdataPass{source: s, size: c.size, block: thumbdataBlocks[i].block, head: thumbdataBlocks[i].head}, nil
}

// jump implements jumper.
func (t *thumbdataPass) jump(ref Ref) error {
	t.number = ref.offset
	return nil
}

// next implements pass. A block that is not used any more, and still has its JPEG, is a member too.
func (t *thumbdataPass) next() (*entry, error) {
	for ; t.number*t.block < t.size; t.number++ {
		length, ok := thumbdataBlock(t.source, t.size, t.number*t.block, t.block, t.head)
		if err := t.source.ctx.Err(); err != nil {
			return nil, err
		}
		if !ok {
			continue
		}
		t.data = io.NewSectionReader(t.source, t.number*t.block+t.head, length)
		t.number++
		return &entry{name: fmt.Sprintf("%d.jpg", t.number-1), size: length, offset: t.number - 1}, nil
	}
	if t.source.err != nil {
		return nil, t.source.err
	}
	return nil, io.EOF
}

// open implements pass.
func (t *thumbdataPass) open() (io.Reader, error) {
	return &exactly{t.data, t.data.Size()}, nil
}

func (t *thumbdataPass) close() {}
