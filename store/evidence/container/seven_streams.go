package container

import (
	"io"
	"math"
)

// Methods of 7z that matter here; the others that are known are in sevenMethods.
const (
	sevenLZMA  = "\x03\x01\x01"
	sevenLZMA2 = "\x21"
	sevenPPMd  = "\x03\x04\x01"
	sevenZstd  = "\x04\xf7\x11\x01"
	sevenAES   = "\x06\xf1\x07\x01"
)

// sevenMethods are what the library decodes: copying, delta, the filters for x86 (two), PowerPC, ARM, SPARC and ARM64,
// Deflate, bzip2, Brotli and LZ4 beside those above. Deflate64 and the filters for ARM Thumb, IA-64 and RISC-V are not
// among them.
var sevenMethods = []string{
	"\x00", "\x03", "\x03\x03\x01\x03", "\x03\x03\x01\x1b", "\x03\x03\x02\x05", "\x03\x03\x05\x01", "\x03\x03\x08\x05", "\x0a",
	"\x04\x01\x08", "\x04\x02\x02", "\x04\xf7\x11\x02", "\x04\xf7\x11\x04", sevenLZMA, sevenLZMA2, sevenPPMd, sevenZstd,
}

// sevenMaxCoders is as many as 7-Zip itself takes in one block.
const sevenMaxCoders = 32

// sevenMaxBlocks bounds the blocks, some 250 bytes of memory each. Only an archive that is not solid has one a member.
const sevenMaxBlocks = 300_000

// streamsInfo reads where the bytes are: packed streams, blocks made of them, members' streams within blocks.
func (h *headerReader) streamsInfo(x *sevenIndex) {
	var packed []uint64
	var position uint64
	for id := h.byte(); id != sevenEnd; id = h.byte() {
		switch id {
		case sevenPackInfo:
			position, packed = h.packInfo()
		case sevenUnpackInfo:
			h.blocks(x)
		case sevenSubStreams:
			h.subStreams(x)
		default:
			panic(errHeader)
		}
	}
	if x.streams == nil { // nothing divides the blocks
		for i := range x.blocks {
			b := &x.blocks[i]
			b.members = 1
			x.streams = append(x.streams, sevenStream{size: b.size(), sum: b.sum, summed: b.summed})
		}
	}
	x.place(position, packed)
}

// place gives each block its packed streams.
func (x *sevenIndex) place(position uint64, packed []uint64) {
	position += sevenStart
	for i := range x.blocks {
		b := &x.blocks[i]
		if len(b.packed) > len(packed) {
			panic(errHeader)
		}
		b.packOffset = position
		copy(b.packed, packed)
		packed = packed[len(b.packed):]
		for _, size := range b.packed {
			if size > math.MaxInt64-position {
				panic(errHeader)
			}
			position += size
		}
	}
}

func (h *headerReader) packInfo() (position uint64, packed []uint64) {
	position = h.number()
	packed = make([]uint64, h.count())
	if position > math.MaxInt64-sevenStart {
		panic(errHeader)
	}
	for id := h.byte(); id != sevenEnd; id = h.byte() {
		switch id {
		case sevenSize:
			for i := range packed {
				packed[i] = h.number()
			}
		case sevenCRC:
			h.sums(len(packed), func(int, uint32) {}) // members have their own
		default:
			panic(errHeader)
		}
	}
	return position, packed
}

func (h *headerReader) blocks(x *sevenIndex) {
	h.expect(sevenFolder)
	n := h.count()
	h.expect(0) // they stand here, not elsewhere
	if n > sevenMaxBlocks {
		panic(&Error{Reason: ReasonSize})
	}
	for range n {
		x.blocks = append(x.blocks, h.block())
	}
	h.expect(sevenUnpackSize)
	for i := range x.blocks {
		for j := range x.blocks[i].sizes {
			x.blocks[i].sizes[j] = h.number()
		}
	}
	for id := h.byte(); id != sevenEnd; id = h.byte() {
		if id != sevenCRC {
			panic(errHeader)
		}
		h.sums(n, func(i int, sum uint32) { x.blocks[i].sum, x.blocks[i].summed = sum, true })
	}
}

// block reads how a block's coders are and how their inputs and outputs hang together.
func (h *headerReader) block() (b sevenBlock) {
	start := h.b
	coders, inputs := h.number(), uint64(0)
	if coders == 0 || coders > sevenMaxCoders {
		panic(errHeader)
	}
	for range coders {
		inputs += h.coder(&b)
	}
	if inputs < coders || inputs > sevenMaxCoders {
		panic(errHeader)
	}
	var bound [sevenMaxCoders]bool // outputs that are another coder's input
	for range coders - 1 {
		h.number()
		output := h.number()
		if output >= coders {
			panic(errHeader)
		}
		bound[output] = true
	}
	b.packed = make([]uint64, inputs-(coders-1))
	if len(b.packed) > 1 {
		for range b.packed {
			if h.number() >= inputs {
				panic(errHeader)
			}
		}
	}
	b.coders = start[:len(start)-len(h.b)]
	b.sizes = make([]uint64, coders)
	for bound[b.main] { // fewer than all are
		b.main++
	}
	return b
}

// coder reads one coder and returns how many inputs it has. More than one output nobody makes.
func (h *headerReader) coder(b *sevenBlock) (inputs uint64) {
	const idLen, complex, properties = 0x0f, 0x10, 0x20
	flags := h.byte()
	method := string(h.take(uint64(flags & idLen)))
	inputs = 1
	if flags&complex != 0 {
		inputs = h.number()
		if h.number() != 1 || inputs == 0 || inputs > sevenMaxCoders {
			panic(errHeader)
		}
	}
	var p []byte
	if flags&properties != 0 {
		p = h.take(h.number())
	}
	b.methods = append(b.methods, method)
	b.window += sevenWindow(method, p)
	return inputs
}

// sevenWindow returns the memory that a coder with these properties asks for, in bytes.
func sevenWindow(method string, p []byte) int64 {
	switch {
	case (method == sevenLZMA || method == sevenPPMd) && len(p) >= 5:
		return int64(le32(p[1:]))
	case method == sevenLZMA2 && len(p) >= 1 && p[0] <= 40:
		return (2 | int64(p[0]&1)) << (p[0]/2 + 11)
	}
	return 0
}

// subStreams reads how blocks divide into members' streams.
func (h *headerReader) subStreams(x *sevenIndex) {
	for i := range x.blocks {
		x.blocks[i].members = 1
	}
	id := h.byte()
	if id == sevenNumStreams {
		for i := range x.blocks {
			x.blocks[i].members = h.count()
		}
		id = h.byte()
	}
	x.streams = []sevenStream{}
	for i := range x.blocks {
		if uint64(len(x.streams)+x.blocks[i].members) > h.most { //nolint:gosec // positive
			panic(errHeader)
		}
		h.divide(x, &x.blocks[i], id == sevenSize)
	}
	if id == sevenSize {
		id = h.byte()
	}
	for ; id != sevenEnd; id = h.byte() {
		if id != sevenCRC {
			panic(errHeader)
		}
		h.streamSums(x)
	}
}

// divide reads the sizes of a block's streams: all but the last one's are told.
func (h *headerReader) divide(x *sevenIndex, b *sevenBlock, told bool) {
	if b.members > 1 && !told {
		panic(errHeader)
	}
	left := b.size()
	for i := range b.members {
		s := sevenStream{size: left, offset: b.size() - left}
		if i < b.members-1 {
			if s.size = h.number(); s.size > left {
				panic(errHeader)
			}
		} else if b.members == 1 {
			s.sum, s.summed = b.sum, b.summed
		}
		left -= s.size
		x.streams = append(x.streams, s)
	}
}

// streamSums reads the sums of the streams that have none from their block.
func (h *headerReader) streamSums(x *sevenIndex) {
	var missing []int
	for i := range x.streams {
		if !x.streams[i].summed {
			missing = append(missing, i)
		}
	}
	h.sums(len(missing), func(i int, sum uint32) {
		x.streams[missing[i]].sum, x.streams[missing[i]].summed = sum, true
	})
}

// limited is r to the next n bytes, and io.ErrUnexpectedEOF when it ends before.
type limited struct {
	r io.Reader
	n int64
}

// Read implements io.Reader.
func (l *limited) Read(p []byte) (int, error) {
	if l.n <= 0 {
		return 0, io.EOF
	}
	n, err := l.r.Read(p[:min(int64(len(p)), l.n)])
	l.n -= int64(n)
	if isEnd(err) && l.n > 0 {
		err = io.ErrUnexpectedEOF
	}
	return n, err
}
