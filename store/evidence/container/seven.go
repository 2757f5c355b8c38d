package container

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"io"
	"slices"
	"sort"
	"sync"

	"github.com/bodgit/sevenzip"
)

const (
	sevenStart = 32 // bytes of the mark and of where the header is
	// sevenHeaderBytes bounds a header, packed or unpacked, in bytes: some 300,000 members.
	sevenHeaderBytes = 32 << 20
	// sevenHeaderLayers bounds how often a header may be packed; 7-Zip does it once.
	sevenHeaderLayers = 4
)

// sevenPass walks a 7z by its header and unpacks one block at a time.
type sevenPass struct {
	source *source
	size   int64 // of the source
	limits Limits
	meter  *meter // of opening blocks
	index  *sevenIndex
	first  []int // of each block: its first stream
	list   sevenList
	file   *sevenFile

	block   int       // the one that is open
	in      io.Reader // its bytes; nil: none is open
	release func() error
	at      int64 // how many of them were read
	failed  error // what ended it, at that place
}

func (c *Container) beginSeven(s *source) (pass, error) {
	boundSevenZstd()
	z := &sevenPass{source: s, size: c.size, limits: c.limits, meter: c.meter()}
	header, err := z.header()
	if err != nil {
		return nil, err
	}
	for layers := 0; ; layers++ {
		index, encoded, err := parseSeven(header)
		if err != nil {
			return nil, err
		}
		if z.use(index); !encoded {
			return z, nil
		}
		if layers == sevenHeaderLayers {
			return nil, broken("the header is packed too often")
		}
		if header, err = z.unpackHeader(); err != nil {
			return nil, err
		}
	}
}

// use makes index the one that is walked.
func (z *sevenPass) use(index *sevenIndex) {
	z.index, z.list, z.first = index, index.list(), make([]int, len(index.blocks))
	streams := 0
	for i := range index.blocks {
		z.first[i] = streams
		streams += index.blocks[i].members
	}
	z.shut()
}

// header reads the header as it stands in the source.
func (z *sevenPass) header() ([]byte, error) {
	start := make([]byte, sevenStart)
	if n, _ := z.source.ReadAt(start, 0); n < len(start) {
		return nil, io.ErrUnexpectedEOF
	}
	if crc32.ChecksumIEEE(start[12:]) != le32(start[8:]) {
		return nil, broken("the start of the archive is damaged")
	}
	offset, length := le64(start[12:]), le64(start[20:])
	switch {
	case offset > uint64(z.size) || length > uint64(z.size) || sevenStart+offset+length > uint64(z.size): //nolint:gosec // positive
		return nil, broken("the archive is cut off before its header")
	case length > sevenHeaderBytes:
		return nil, &Error{Reason: ReasonSize}
	}
	header := make([]byte, length)
	if n, err := z.source.ReadAt(header, int64(sevenStart+offset)); n < len(header) { //nolint:gosec // just bounded
		return nil, err
	}
	if crc32.ChecksumIEEE(header) != le32(start[28:]) {
		return nil, &Error{Reason: ReasonChecksum}
	}
	return header, nil
}

// unpackHeader unpacks the header that the index describes.
func (z *sevenPass) unpackHeader() ([]byte, error) {
	if len(z.index.blocks) != 1 || z.index.blocks[0].members != 1 {
		return nil, errHeader
	}
	b := &z.index.blocks[0]
	if reason := z.refuse(b); reason != "" {
		return nil, &Error{Reason: reason}
	}
	if b.size() > sevenHeaderBytes {
		return nil, &Error{Reason: ReasonSize}
	}
	r, err := z.stream(0)
	if err != nil {
		return nil, err
	}
	return io.ReadAll(r)
}

// refuse returns why a block cannot be unpacked, or "".
func (z *sevenPass) refuse(b *sevenBlock) string {
	if slices.Contains(b.methods, sevenAES) {
		return ReasonEncrypted
	}
	for _, m := range b.methods {
		if !slices.Contains(sevenMethods, m) {
			return ReasonMethod
		}
	}
	if b.window > z.limits.Window {
		return ReasonWindow
	}
	return ""
}

// jump implements jumper: the list is gone through again, which unpacks nothing.
func (z *sevenPass) jump(ref Ref) error {
	z.meter = &meter{limits: z.limits, in: z.size} // whoever jumps knows what it costs
	if z.list.file > ref.index {
		z.list = z.index.list()
	}
	for z.list.file < ref.index {
		if _, err := z.next(); err != nil {
			return broken("there is no such member")
		}
	}
	return nil
}

// next implements pass.
func (z *sevenPass) next() (*entry, error) {
	f, err := z.list.next()
	if err != nil {
		return nil, err
	}
	z.file = f
	if f.stream >= 0 && f.mode.IsRegular() {
		f.reason = z.refuse(&z.index.blocks[z.blockOf(f.stream)])
	}
	return &f.entry, nil
}

// open implements pass.
func (z *sevenPass) open() (io.Reader, error) {
	if z.file.stream < 0 {
		return empty{}, nil
	}
	return z.stream(z.file.stream)
}

// blockOf returns the block that holds a stream.
func (z *sevenPass) blockOf(stream int) int {
	return sort.Search(len(z.first), func(i int) bool { return z.first[i]+z.index.blocks[i].members > stream })
}

// stream returns the bytes of a stream. What lies before it in its block is unpacked and left.
func (z *sevenPass) stream(stream int) (io.Reader, error) {
	block := z.blockOf(stream)
	if z.index.blocks[block].size() > 1<<62 {
		return nil, errHeader
	}
	s := z.index.streams[stream]
	offset, size := int64(s.offset), int64(s.size) //nolint:gosec // parts of the block's size
	switch same := z.block == block; {
	case same && z.failed != nil && offset+size > z.at:
		return nil, z.failed
	case !same || z.in == nil || z.failed != nil || z.at > offset:
		if err := z.openBlock(block); err != nil {
			z.failed = err
			return nil, err
		}
	}
	before := metered{&limited{z, offset - z.at}, &meter{limits: z.limits, in: z.size}}
	if _, err := io.Copy(io.Discard, before); err != nil {
		return nil, err
	}
	return &checked{r: &limited{z, size}, size: size, want: s.sum, sums: s.summed}, nil
}

// Read reads the open block.
func (z *sevenPass) Read(p []byte) (int, error) {
	if z.failed != nil {
		return 0, z.failed
	}
	n, err := z.in.Read(p)
	z.at += int64(n)
	if err != nil {
		if isEnd(err) {
			err = io.ErrUnexpectedEOF // no stream reaches beyond its block
		}
		z.failed = err
		if n > 0 {
			err = nil // once they are used
		}
	}
	return n, err
}

// openBlock begins to unpack a block: the library is given an archive that holds nothing else.
func (z *sevenPass) openBlock(i int) error {
	z.shut()
	z.block = i
	b := &z.index.blocks[i]
	if err := z.meter.open(b.window); err != nil {
		return err
	}
	var length int64
	for _, size := range b.packed {
		length += int64(size) //nolint:gosec // place has added them up
	}
	view := newSevenView(z.source, int64(b.packOffset), length, b.header()) //nolint:gosec // bounded by place
	archive, err := sevenzip.NewReader(view, view.size())
	if err != nil {
		return err
	}
	if len(archive.File) != 1 {
		return errHeader
	}
	r, err := archive.File[0].Open()
	if err != nil {
		return err
	}
	z.in, z.release = r, r.Close
	return nil
}

// shut closes the open block.
func (z *sevenPass) shut() {
	if z.release != nil {
		z.release() //nolint:errcheck // only read
	}
	z.in, z.release, z.at, z.failed, z.block = nil, nil, 0, nil, -1
}

func (z *sevenPass) close() { z.shut() }

// header returns the header of an archive that holds this block as one file of the block's size.
func (b *sevenBlock) header() []byte {
	h := []byte{sevenHeader, sevenStreams, sevenPackInfo, 0}
	h = append(number(h, uint64(len(b.packed))), sevenSize)
	for _, size := range b.packed {
		h = number(h, size)
	}
	h = append(h, sevenEnd, sevenUnpackInfo, sevenFolder, 1, 0)
	h = append(append(h, b.coders...), sevenUnpackSize)
	for _, size := range b.sizes {
		h = number(h, size)
	}
	// Two streams, the second of them empty: of a single one the library takes the last coder's size.
	h = append(h, sevenEnd, sevenSubStreams, sevenNumStreams, 2, sevenSize)
	h = append(number(h, b.size()), sevenEnd, sevenEnd)
	return append(h, sevenFiles, 1, sevenNames, 5, 0, 'x', 0, 0, 0, sevenEnd, sevenEnd)
}

// number appends n in 9 bytes, which every reader takes.
func number(b []byte, n uint64) []byte { return binary.LittleEndian.AppendUint64(append(b, 0xff), n) }

// sevenView is an archive put together: a start, packed streams of the source, a header.
type sevenView struct {
	start, header []byte
	packed        *io.SectionReader
}

func newSevenView(r io.ReaderAt, offset, length int64, header []byte) *sevenView {
	v := &sevenView{start: []byte("7z\xbc\xaf\x27\x1c\x00\x04"), header: header, packed: io.NewSectionReader(r, offset, length)}
	where := binary.LittleEndian.AppendUint64(nil, uint64(length)) //nolint:gosec // positive
	where = binary.LittleEndian.AppendUint64(where, uint64(len(header)))
	where = binary.LittleEndian.AppendUint32(where, crc32.ChecksumIEEE(header))
	v.start = append(binary.LittleEndian.AppendUint32(v.start, crc32.ChecksumIEEE(where)), where...)
	return v
}

func (v *sevenView) size() int64 { return sevenStart + v.packed.Size() + int64(len(v.header)) }

// ReadAt implements io.ReaderAt.
func (v *sevenView) ReadAt(p []byte, offset int64) (n int, err error) {
	parts := []*io.SectionReader{
		io.NewSectionReader(bytes.NewReader(v.start), 0, sevenStart), v.packed,
		io.NewSectionReader(bytes.NewReader(v.header), 0, int64(len(v.header))),
	}
	for _, part := range parts {
		if offset >= part.Size() {
			offset -= part.Size()
			continue
		}
		m, err := part.ReadAt(p[n:], offset)
		n += m
		if n == len(p) {
			return n, nil
		}
		if offset+int64(m) < part.Size() {
			return n, err // the source ends early
		}
		offset = 0
	}
	return n, io.EOF
}

// boundSevenZstd puts a decoder whose window is bounded in the place of the library's, which takes all that a frame asks
// for and decodes in goroutines of its own.
var boundSevenZstd = sync.OnceFunc(func() {
	sevenzip.RegisterDecompressor([]byte(sevenZstd), func(_ []byte, _ uint64, in []io.ReadCloser) (io.ReadCloser, error) {
		if len(in) != 1 {
			return nil, errHeader
		}
		r, err := unzstd(in[0], MaxWindow)
		return io.NopCloser(r), err
	})
})
