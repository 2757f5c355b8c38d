package jpegluma

import (
	"bytes"
	"encoding/binary"
)

const (
	// chunk is how many bytes of entropy-coded data are made ready at a time: they stay in the second-level cache.
	chunk = 32 << 10
	// maxBlockBytes bounds what a block takes: 64 symbols of at most 16 bits of code and 16 of value.
	maxBlockBytes = 64 * 4
	// maxUnits is how many blocks an MCU may have here: three components, each with up to 4×4.
	maxUnits = 3 * 16
	// slack is what may be read beyond the last real byte before anybody looks: one MCU and a 64-bit word.
	slack = maxUnits*maxBlockBytes + 16
)

// source is the entropy-coded data of one segment, as bits. A segment is what lies between two markers; its zero
// stuffing (T.81 B.1.1.5) is removed chunk by chunk, so that reading bits never has to look for 0xff. Behind the last
// byte there are zeros, enough for one MCU: whoever decodes asks afterwards whether they were used.
//
// The bits are left-aligned: the next one is the highest of bits. have counts those that are valid; lower ones may be
// valid too, and are read again.
type source struct {
	data  []byte
	next  int  // where in data the next bytes come from; when ended, that of the marker that ends the segment
	ended bool // all bytes of the segment are in buf

	buf  [chunk + slack]byte
	fill int // how many bytes of buf are real
	cursor
}

// cursor is a position in the bits of a source.
type cursor struct {
	bits uint64
	have uint // 0 to 63
	pos  int  // in buf, of the byte after the last whole one in bits
}

// open begins with the segment at data[next:].
func (s *source) open(data []byte, next int) {
	s.data, s.next = data, next
	s.ended, s.fill, s.cursor = false, 0, cursor{}
}

// ready makes sure that one MCU and a word can be read from buf. The position may change.
func (s *source) ready() {
	if s.ended || s.fill-s.pos >= slack {
		return
	}
	s.fill = copy(s.buf[:], s.buf[s.pos:s.fill])
	s.pos = 0
	for s.fill < chunk && !s.ended {
		s.copyRun()
	}
	if s.ended {
		clear(s.buf[s.fill : s.fill+slack])
	}
}

// copyRun adds the bytes as far as the next 0xff, and what that one stands for.
func (s *source) copyRun() {
	rest := s.data[s.next:]
	window := rest[:min(len(rest), chunk-s.fill)]
	run := bytes.IndexByte(window, 0xff)
	if run < 0 {
		s.fill += copy(s.buf[s.fill:], window)
		s.next += len(window)
		s.ended = s.next == len(s.data)
		return
	}
	s.fill += copy(s.buf[s.fill:], window[:run])
	s.next += run
	for rest = rest[run:]; len(rest) > 1 && rest[1] == 0xff; rest = rest[1:] {
		s.next++ // fill bytes
	}
	if len(rest) < 2 || rest[1] != 0 {
		s.ended = true
		return
	}
	s.buf[s.fill] = 0xff
	s.fill++
	s.next += 2
}

// overrun tells whether bits were used that the segment does not have.
func (s *source) overrun() bool { return s.ended && s.pos*8-int(s.have) > s.fill*8 }

// leftover tells whether whole bytes of the segment have not been used.
func (s *source) leftover() bool {
	s.ready()
	return s.fill*8-(s.pos*8-int(s.have)) >= 8
}

// align drops the bits that fill up the current byte.
func (s *source) align() {
	drop := s.have & 7
	s.bits <<= drop
	s.have -= drop
}

// refill returns c with at least 56 bits, read from buf.
func (c cursor) refill(buf []byte) cursor {
	c.bits |= binary.BigEndian.Uint64(buf[c.pos:]) >> (c.have & 63)
	c.pos += int(63-c.have) >> 3
	c.have |= 56
	return c
}

// drop returns c without its first n bits, n up to have.
func (c cursor) drop(n uint) cursor {
	c.bits <<= n & 63
	c.have -= n
	return c
}
