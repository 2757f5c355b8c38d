package jpegluma

import (
	"bytes"
	"math/bits"
)

// coefficients are the luma coefficients of a progressive picture, in zigzag order: all 64 of a block, or at 1/8 the
// constant one. They are collected from several scans.
type coefficients struct {
	each int // coefficients kept of a block: 64 or 1
	cols int // blocks
	all  []int16
	// some has a bit for each AC coefficient of a block that is not zero, by its position. Most are zero: going over
	// the others takes half of the time.
	some []uint64
	// precision is the number of low bits that are not known yet of each coefficient, plus one; 0 when nothing is.
	precision [64]int
}

func (p *picture) newCoefficients() *coefficients {
	luma := p.components[0]
	s := &coefficients{each: 64, cols: p.cols * luma.h}
	if p.scale == Eighth {
		s.each = 1
	}
	n := s.cols * p.rows * luma.v * s.each
	if cap(p.decoder.coefs) < n {
		p.decoder.coefs = make([]int16, n)
	}
	s.all = p.decoder.coefs[:n]
	clear(s.all)
	if s.each > 1 {
		s.some = make([]uint64, n/s.each)
	}
	return s
}

// follows tells whether scan may come after those before it (T.81 G.1.1.1): a coefficient has one first scan, and then
// one for each bit.
func (s *coefficients) follows(scan *scan) bool {
	ok := true
	for k := scan.ss; k <= scan.se; k++ {
		before := 0
		if scan.ah > 0 {
			before = scan.ah + 1
		}
		ok = ok && s.precision[k] == before
		s.precision[k] = scan.al + 1
	}
	return ok
}

// block returns the coefficients of the block in a column and row.
func (s *coefficients) block(col, row int) []int16 {
	at := (row*s.cols + col) * s.each
	return s.all[at : at+s.each : at+s.each]
}

// coefs returns all coefficients of the block in a column and row, and its bits in some.
func (s *coefficients) coefs(col, row int) (*[64]int16, *uint64) {
	block := row*s.cols + col
	return (*[64]int16)(s.all[64*block:]), &s.some[block]
}

// draw makes samples of all blocks.
func (s *coefficients) draw(p *picture) {
	for at := 0; at < len(s.all); at += s.each {
		block := at / s.each
		pix := p.pix[block/s.cols*p.side*p.plane.Stride+block%s.cols*p.side:]
		if s.each == 1 {
			pix[0] = level(int(s.all[at]) * p.scaleDC)
			continue
		}
		var f folded
		f[0] = p.fold.constant(int(s.all[at]))
		coefs := (*[64]int16)(s.all[at:])
		for rest := s.some[block]; rest != 0; rest &= rest - 1 {
			k := bits.TrailingZeros64(rest) & 63
			t := &p.fold.terms[k]
			f[t.to&63] += float32(float32(coefs[k]) * t.weight)
		}
		p.fold.draw(&f, s.some[block] == 0, pix, p.plane.Stride)
	}
}

// saturate keeps a coefficient in 16 bits. Those of a picture of 8 bits need 12.
func saturate(v int) int16 { return int16(max(-1<<15, min(v, 1<<15-1))) }

// progressive decodes one scan that has luma, or passes it over when the plane does not need it.
func (p *picture) progressive(s *scan) (complete bool, err error) {
	if p.store == nil {
		p.store = p.newCoefficients()
	}
	if !p.store.follows(s) {
		p.info.Damaged = true
	}
	r := bands{picture: p, source: &p.decoder.source, scan: s}
	switch {
	case s.ss > 0 && p.scale == Eighth:
		p.pos += scanEnd(p.data[p.pos:])
		return false, nil
	case s.ss == 0 && s.ah == 0:
		for _, part := range s.parts {
			if part.dc == nil {
				return false, ErrCorrupt
			}
		}
		p.walk(s, r.reset, r.constants)
	case s.ss == 0:
		p.walk(s, r.reset, r.constantBits)
	case s.parts[0].ac == nil:
		return false, ErrCorrupt
	case s.ah == 0:
		p.walk(s, r.reset, r.band)
	default:
		p.walk(s, r.reset, r.bandBits)
	}
	if r.ended > 0 { // blocks beyond the last one were promised
		r.damaged()
	}
	if p.scale != Eighth || s.al > 0 {
		return false, nil
	}
	if bytes.LastIndex(p.data[p.pos:], []byte{0xff, markerEOI}) < 0 { // what is left unread is not all there
		r.damaged()
	}
	return true, nil
}

// bands decodes MCUs of a progressive scan (T.81 G.1.2).
type bands struct {
	picture   *picture
	source    *source
	scan      *scan
	predicted int // constant coefficient of the last luma block, shifted
	ended     int // blocks to come whose band is zero, or has only bits of known coefficients
}

func (b *bands) reset() { b.predicted, b.ended = 0, 0 }

func (b *bands) damaged() { b.picture.info.Damaged = true }

// constants decodes count MCUs of the first scan of constant coefficients.
func (b *bands) constants(mcu, count int) bool {
	s := b.source
	row, col := mcu/b.scan.cols, mcu%b.scan.cols
	for ; count > 0; count-- {
		s.ready()
		c := s.cursor
		for _, part := range b.scan.parts {
			for i := range part.h * part.v {
				c = c.refill(s.buf[:])
				e, ok := part.dc.constant(c.bits)
				if !ok {
					b.damaged()
				}
				if part.index == 0 {
					b.predicted += e.value(c.bits)
					block := b.picture.store.block(col*part.h+i%part.h, row*part.v+i/part.h)
					block[0] = saturate(b.predicted << b.scan.al)
				}
				c = c.drop(e.n())
			}
		}
		s.cursor = c
		if s.overrun() {
			return false
		}
		col++
	}
	return true
}

// constantBits decodes count MCUs of a scan that adds a bit to the constant coefficients.
func (b *bands) constantBits(mcu, count int) bool {
	s := b.source
	row, col := mcu/b.scan.cols, mcu%b.scan.cols
	for ; count > 0; count-- {
		s.ready()
		c := s.cursor
		for _, part := range b.scan.parts {
			for i := range part.h * part.v {
				c = c.refill(s.buf[:])
				if part.index == 0 && int64(c.bits) < 0 {
					b.picture.store.block(col*part.h+i%part.h, row*part.v+i/part.h)[0] |= 1 << b.scan.al
				}
				c = c.drop(1)
			}
		}
		s.cursor = c
		if s.overrun() {
			return false
		}
		col++
	}
	return true
}

// band decodes count blocks of the first scan of a band of coefficients.
func (b *bands) band(mcu, count int) bool {
	row, col := mcu/b.scan.cols, mcu%b.scan.cols
	for end := col + count; col < end; col++ {
		if b.ended > 0 {
			skipped := min(b.ended, end-col)
			b.ended -= skipped
			col += skipped - 1
			continue
		}
		b.source.ready()
		b.firstBits(b.picture.store.coefs(col, row))
		if b.source.overrun() {
			return false
		}
	}
	return true
}

func (b *bands) firstBits(block *[64]int16, some *uint64) {
	s, table := b.source, b.scan.parts[0].ac
	c := s.cursor
	for k := b.scan.ss; k <= b.scan.se; k++ {
		c = c.refill(s.buf[:])
		symbol, length := table.symbol(c.bits)
		if length == 0 {
			b.damaged()
			c = c.drop(16)
			break
		}
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 && run < 15 {
			c = c.drop(length)
			b.ended = 1<<run - 1 + int(c.bits>>1>>(63-run))
			c = c.drop(uint(run))
			break
		}
		e := newEntry(int(length)+size, 0, size, int(length))
		k += run
		if k > b.scan.se {
			b.damaged()
		} else if size > 0 {
			block[k&63] = saturate(e.value(c.bits) << b.scan.al)
			*some |= 1 << (k & 63)
		}
		c = c.drop(e.n())
	}
	s.cursor = c
}

// bandBits decodes count blocks of a scan that adds a bit to a band of coefficients.
func (b *bands) bandBits(mcu, count int) bool {
	row, col := mcu/b.scan.cols, mcu%b.scan.cols
	for end := col + count; col < end; col++ {
		b.source.ready()
		b.laterBits(b.picture.store.coefs(col, row))
		if b.source.overrun() {
			return false
		}
	}
	return true
}

// laterBits adds a bit to the coefficients of a block that are not zero, and places new ones among those that are
// (T.81 G.1.2.3).
func (b *bands) laterBits(block *[64]int16, some *uint64) {
	s, table, k := b.source, b.scan.parts[0].ac, b.scan.ss
	for b.ended == 0 && k <= b.scan.se {
		c := s.cursor.refill(s.buf[:])
		symbol, length := table.symbol(c.bits)
		if length == 0 {
			b.damaged()
			s.cursor = c.drop(16)
			return
		}
		c = c.drop(length)
		run, size := int(symbol>>4), int(symbol&15)
		if size == 0 && run < 15 {
			b.ended = 1<<run + int(c.bits>>1>>(63-run))
			s.cursor = c.drop(uint(run))
			break
		}
		placed := 0
		if size != 0 { // 1 in a good file
			placed = -1 << b.scan.al
			if int64(c.bits) < 0 {
				placed = 1 << b.scan.al
			}
			c = c.drop(1)
		}
		s.cursor = c
		k = b.passZeros(block, *some, k, run)
		if placed != 0 && k <= b.scan.se {
			block[k&63] = saturate(placed)
			*some |= 1 << (k & 63)
		} else if placed != 0 {
			b.damaged()
		}
		k++
	}
	if b.ended > 0 {
		b.passZeros(block, *some, k, 64)
		b.ended--
	}
}

// passZeros goes on from position k over count zero coefficients and on to one more, and adds a bit to all others on
// the way. It returns where it stands: on a zero, or behind the band.
func (b *bands) passZeros(block *[64]int16, some uint64, k, count int) int {
	last := b.scan.se
	c, buf := b.source.cursor, b.source.buf[:]
	for k <= last {
		zeros := min(bits.TrailingZeros64(some>>(k&63)), last+1-k)
		if count < zeros {
			k += count
			break
		}
		count -= zeros
		if k += zeros; k > last {
			break
		}
		c = c.refill(buf)
		if v := block[k&63]; int64(c.bits) < 0 && v>>b.scan.al&1 == 0 {
			if v > 0 {
				block[k&63] = saturate(int(v) + 1<<b.scan.al)
			} else {
				block[k&63] = saturate(int(v) - 1<<b.scan.al)
			}
		}
		c = c.drop(1)
		k++
	}
	b.source.cursor = c
	return k
}
