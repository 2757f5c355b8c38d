package container

import (
	"errors"
	"io"
	"io/fs"
	"math/bits"
	"unicode/utf16"
)

// A 7z's header is read here and not by the library that decodes its blocks: that one allocates what a header claims, and
// one of a hundred bytes may claim gigabytes. The layout is that of 7zFormat.txt in 7-Zip's sources. Everything here is
// bounded by the header's length: at worst 16 bytes of memory for one of a hostile header, 2 for one of 7-Zip's.

const (
	sevenEnd = iota
	sevenHeader
	sevenProperties
	sevenMoreStreams
	sevenStreams
	sevenFiles
	sevenPackInfo
	sevenUnpackInfo
	sevenSubStreams
	sevenSize
	sevenCRC
	sevenFolder
	sevenUnpackSize
	sevenNumStreams
	sevenEmptyStream
	sevenEmptyFile
	sevenAnti
	sevenNames
	sevenCreated
	sevenAccessed
	sevenModified
	sevenAttributes
	sevenComment
	sevenEncoded
)

// sevenBlock is what 7z calls a folder: members that were packed as one.
type sevenBlock struct {
	coders     []byte // its description, as it stands in the header
	methods    []string
	window     int64 // the largest of its decoders'
	packed     []uint64
	packOffset uint64   // of the first packed stream, in the source
	sizes      []uint64 // unpacked, by coder
	main       int      // of sizes: the block's
	sum        uint32
	summed     bool
	members    int // how many of the streams below are its
}

func (b *sevenBlock) size() uint64 { return b.sizes[b.main] }

// sevenStream is the bytes of one member within its block.
type sevenStream struct {
	offset uint64
	size   uint64
	sum    uint32
	summed bool
}

// sevenIndex is a parsed header. Lists of files stay as they stand there, and are read as one goes along.
type sevenIndex struct {
	blocks     []sevenBlock
	streams    []sevenStream
	files      int
	emptyMarks []byte // a bit a file: it has no stream
	emptyFiles []byte // a bit a file without a stream: it is a file and no folder
	antis      []byte // the same: it is none at all, but says that one was deleted
	names      []byte // UTF-16, each ends in 0
	modified   sevenColumn
	attributes sevenColumn
}

// sevenColumn has a value of fixed width for those files whose bit is set.
type sevenColumn struct {
	marks  []byte // nil: all have one, unless values is empty
	values []byte
}

func bit(marks []byte, i int) bool { return i/8 < len(marks) && marks[i/8]&(0x80>>(i%8)) != 0 }

// headerReader takes things from a header. Its methods panic where the header ends, or lies (errHeader), or asks for too
// much (an *Error); parseSeven catches both.
type headerReader struct {
	b    []byte
	most uint64 // of anything that is counted
}

var errHeader = errors.New("the header is damaged")

func (h *headerReader) take(n uint64) []byte {
	if n > uint64(len(h.b)) {
		panic(errHeader)
	}
	taken := h.b[:n]
	h.b = h.b[n:]
	return taken
}

func (h *headerReader) byte() byte { return h.take(1)[0] }

// number reads a number of 1 to 9 bytes: the first one's leading ones say how many follow.
func (h *headerReader) number() uint64 {
	first := h.byte()
	more := bits.LeadingZeros8(^first)
	var n uint64
	for i, b := range h.take(uint64(more)) { //nolint:gosec // 0 to 8
		n |= uint64(b) << (8 * i)
	}
	if more < 7 {
		n |= uint64(first&(1<<(7-more)-1)) << (8 * more)
	}
	return n
}

// count reads how many things follow: as many at most as the whole header has room for.
func (h *headerReader) count() int {
	n := h.number()
	if n > h.most {
		panic(errHeader)
	}
	return int(n) //nolint:gosec // just checked
}

func (h *headerReader) expect(id byte) {
	if h.byte() != id {
		panic(errHeader)
	}
}

// marks reads a bit for each of n things.
func (h *headerReader) marks(n int) []byte { return h.take(uint64(n+7) / 8) } //nolint:gosec // positive

// optionalMarks is marks, which are nil where all are set.
func (h *headerReader) optionalMarks(n int) []byte {
	if h.byte() != 0 {
		return nil
	}
	return h.marks(n)
}

// sums reads the CRC-32 of those of n things that have one, and hands each to set.
func (h *headerReader) sums(n int, set func(i int, sum uint32)) {
	marks := h.optionalMarks(n)
	for i := range n {
		if marks == nil || bit(marks, i) {
			set(i, le32(h.take(4)))
		}
	}
}

// parseSeven reads a header, or the description of where the real header is packed (encoded).
func parseSeven(header []byte) (x *sevenIndex, encoded bool, err error) {
	defer func() {
		switch p := recover().(type) {
		case nil:
		case *Error:
			err = p
		case error:
			if err = errHeader; !errors.Is(p, errHeader) {
				panic(p)
			}
		default:
			panic(p)
		}
	}()
	const (
		least = 6  // bytes that a member takes: 7-Zip's take 30 and more
		free  = 64 // members of a header that is shorter than that
	)
	h := &headerReader{b: header, most: uint64(max(len(header)/least, free))} //nolint:gosec // positive
	x = &sevenIndex{}
	if len(header) == 0 {
		return x, false, nil // an archive of nothing
	}
	switch h.byte() {
	case sevenEncoded:
		h.streamsInfo(x)
		return x, true, nil
	case sevenHeader:
		h.header(x)
		return x, false, nil
	}
	return nil, false, errHeader
}

func (h *headerReader) header(x *sevenIndex) {
	for id := h.byte(); id != sevenEnd; id = h.byte() {
		switch id {
		case sevenProperties:
			for h.byte() != sevenEnd {
				h.take(h.number())
			}
		case sevenMoreStreams:
			h.streamsInfo(&sevenIndex{}) // nothing of it is used
		case sevenStreams:
			h.streamsInfo(x)
		case sevenFiles:
			h.filesInfo(x)
		default:
			panic(errHeader)
		}
	}
}

func (h *headerReader) filesInfo(x *sevenIndex) {
	x.files = h.count()
	empty := 0
	for id := h.byte(); id != sevenEnd; id = h.byte() {
		p := &headerReader{b: h.take(h.number())}
		switch id {
		case sevenEmptyStream:
			x.emptyMarks = p.marks(x.files)
			for _, b := range x.emptyMarks {
				empty += bits.OnesCount8(b)
			}
		case sevenEmptyFile:
			x.emptyFiles = p.marks(empty)
		case sevenAnti:
			x.antis = p.marks(empty)
		case sevenNames:
			p.expect(0) // they stand here, not elsewhere
			x.names = p.b
		case sevenModified:
			x.modified = p.column(x.files)
		case sevenAttributes:
			x.attributes = p.column(x.files)
		}
	}
	if 2*x.files > len(x.names) {
		panic(errHeader) // each has a name, if only its end
	}
}

func (h *headerReader) column(files int) sevenColumn {
	c := sevenColumn{marks: h.optionalMarks(files)}
	h.expect(0)
	c.values = h.b
	return c
}

// sevenFile is a file of the list, and where its bytes are.
type sevenFile struct {
	entry
	stream int // of sevenIndex.streams; -1 without bytes
}

// sevenList goes through the files of an index.
type sevenList struct {
	*sevenIndex
	file, stream, empty int // how many were told
	names               []byte
	modified            []byte
	attributes          []byte
}

func (x *sevenIndex) list() sevenList {
	return sevenList{sevenIndex: x, names: x.names, modified: x.modified.values, attributes: x.attributes.values}
}

// next returns the next file, io.EOF after the last one.
func (l *sevenList) next() (*sevenFile, error) {
	if l.file >= l.files {
		if l.stream < len(l.streams) {
			return nil, broken("there are bytes that belong to no member")
		}
		return nil, io.EOF
	}
	f := &sevenFile{stream: -1}
	var named bool
	if f.name, named = l.name(); !named {
		return nil, errHeader
	}
	if value := take(&l.modified, l.sevenIndex.modified, l.file, 8); value != nil {
		f.modified = fileTime(le64(value))
	}
	if value := take(&l.attributes, l.sevenIndex.attributes, l.file, 4); value != nil {
		f.mode = sevenType(le32(value))
	}
	if bit(l.emptyMarks, l.file) {
		l.emptyFile(f)
	} else if l.stream < len(l.streams) {
		f.stream, f.size = l.stream, int64(min(l.streams[l.stream].size, 1<<63-1)) //nolint:gosec // just bounded
		if f.mode.IsDir() {
			f.mode = 0 // it has bytes: nothing hides in a folder
		}
		l.stream++
	} else {
		return nil, errHeader
	}
	l.file++
	return f, nil
}

// emptyFile tells a file without bytes: an empty one, a folder, or one that is said to be deleted.
func (l *sevenList) emptyFile(f *sevenFile) {
	switch {
	case bit(l.antis, l.empty):
		f.mode = fs.ModeIrregular
	case !bit(l.emptyFiles, l.empty):
		f.mode = fs.ModeDir
	}
	l.empty++
}

// take returns the value of file i, of width bytes, or nil where it has none.
func take(left *[]byte, c sevenColumn, i, width int) []byte {
	if c.marks != nil && !bit(c.marks, i) || len(*left) < width {
		return nil
	}
	value := (*left)[:width]
	*left = (*left)[width:]
	return value
}

// name reads the next name. What is no UTF-16 becomes U+FFFD.
func (l *sevenList) name() (string, bool) {
	var units []uint16
	for len(l.names) >= 2 {
		unit := le16(l.names)
		l.names = l.names[2:]
		if unit == 0 {
			return string(utf16.Decode(units)), true
		}
		units = append(units, unit)
	}
	return "", false
}

// sevenType returns the type bits of Windows' attributes, or of the Unix mode that p7zip puts above them.
func sevenType(attributes uint32) fs.FileMode {
	const unix, folder, reparse = 0x8000, 0x10, 0x400
	switch {
	case attributes&unix != 0:
		return unixType(attributes >> 16)
	case attributes&reparse != 0:
		return fs.ModeSymlink
	case attributes&folder != 0:
		return fs.ModeDir
	}
	return 0
}
