package jpegluma

// unit is one block of an MCU.
type unit struct {
	luma  bool
	dc    *huffman
	ac    *huffman
	first *firstTable
	skips *skipTable
	coefs *coefTable
	// For luma, the place of the block in the plane: at the start of a run of MCUs, and what it moves by from one
	// MCU to the next.
	at, step int
	x, y     int // in the MCU, in blocks
}

// sequential decodes a baseline or extended sequential scan that has luma.
func (p *picture) sequential(s *scan) error {
	units, err := p.newUnits(s)
	if err != nil {
		return err
	}
	r := run{picture: p, source: &p.decoder.source, units: units}
	decode := r.decodeBlocks
	if p.scale == Eighth {
		decode = r.decodeConstants
	}
	luma := s.parts[0]
	p.walk(s, func() { r.predicted = 0 }, func(mcu, count int) bool {
		row, col := mcu/s.cols, mcu%s.cols
		for i := range units {
			u := &units[i]
			u.at = (row*luma.v+u.y)*p.side*p.plane.Stride + (col*luma.h+u.x)*p.side
		}
		return decode(count)
	})
	return nil
}

// newUnits lists the blocks of an MCU of s.
func (p *picture) newUnits(s *scan) ([]unit, error) {
	units := p.decoder.units[:0]
	for _, part := range s.parts {
		if part.dc == nil || part.ac == nil {
			return nil, ErrCorrupt
		}
		p.info.Damaged = p.info.Damaged || part.ac.odd
		u := unit{luma: part.index == 0, dc: part.dc, ac: part.ac}
		if u.luma {
			u.step = part.h * p.side
		}
		if u.luma && p.scale != Eighth {
			u.coefs = part.ac.coefTable()
		} else {
			u.first, u.skips = p.tables.first(part.dc, part.ac), part.ac.skipTable()
		}
		for y := range part.v {
			for x := range part.h {
				u.x, u.y = x, y
				units = append(units, u)
			}
		}
	}
	p.decoder.units = units
	return units, nil
}

// run decodes MCUs of a sequential scan.
type run struct {
	picture   *picture
	source    *source
	units     []unit
	predicted int // constant coefficient of the last luma block
}

// decodeConstants decodes count MCUs at 1/8: a sample is the constant coefficient of its block, all others are
// passed over. It is the hottest loop there is, and therefore in one piece; c.bits, c.have and the word that follows
// stay in registers. Three look-ups drop at most 3·maxSkipBits of the 56 bits of a refill.
func (r *run) decodeConstants(count int) bool {
	s, pix, scale := r.source, r.picture.pix, r.picture.scaleDC
	for range count {
		s.ready()
		c, buf := s.cursor, s.buf[:]
		for i := range r.units {
			u := &r.units[i]
			c = c.refill(buf)
			e := u.first[c.bits>>(64-lookup)]
			start := c
			c = c.drop(e.n())
			k := e.advance()
			if k >= advanceNone || k > 64 && (k < advanceEnd || k >= advanceEnd+64) {
				var ok bool
				if e, ok = u.dc.constant(start.bits); !ok {
					r.picture.info.Damaged = true
				}
				c = start.drop(e.n())
				k = 1
			}
			if u.luma {
				r.predicted += e.value(start.bits)
				pix[u.at] = level(r.predicted * scale)
				u.at += u.step
			}
			if k < 64 {
				c = r.skip(c, buf, u, k)
			}
		}
		s.cursor = c
		if s.overrun() {
			return false
		}
	}
	return true
}

// level is the sample of a block with the given dequantized constant coefficient, 8 times the distance of the mean from
// mid grey.
func level(v int) byte {
	v = (v+4)>>3 + 128
	return byte(max(0, min(v, 255)))
}

// skip passes over the AC coefficients of a block from position k on: three look-ups between refills.
func (r *run) skip(c cursor, buf []byte, u *unit, k int) cursor {
	table := u.skips
	for {
		c = c.refill(buf)
		e := entry(table[c.bits>>(64-lookup)])
		after := k + e.advance()
		if after < 64 {
			c, k = c.drop(e.n()), after
			e = entry(table[c.bits>>(64-lookup)])
			after = k + e.advance()
		}
		if after < 64 {
			c, k = c.drop(e.n()), after
			e = entry(table[c.bits>>(64-lookup)])
			after = k + e.advance()
		}
		if after < 64 {
			c, k = c.drop(e.n()), after
			continue
		}
		if after == 64 || after > advanceEnd && after < advanceEnd+64 {
			return c.drop(e.n())
		}
		// Not an end: nothing found, or symbols of the next block passed over.
		if c, k = r.skipOne(c.refill(buf), u, k); k >= 64 {
			return c
		}
	}
}

// skipOne passes over one symbol. The position that it returns is 64 or more at the end of the block.
func (r *run) skipOne(c cursor, u *unit, k int) (cursor, int) {
	e, ok := u.ac.coefficient(c.bits)
	k += e.advance()
	if !ok || k > 64 && k < advanceEnd {
		r.picture.info.Damaged = true
	}
	return c.drop(e.n()), k
}

// decodeBlocks decodes count MCUs at a larger scale.
func (r *run) decodeBlocks(count int) bool {
	s := r.source
	for range count {
		s.ready()
		for i := range r.units {
			u := &r.units[i]
			if u.luma {
				r.block(u)
				u.at += u.step
				continue
			}
			c := s.cursor.refill(s.buf[:])
			e, ok := u.dc.constant(c.bits)
			if !ok {
				r.picture.info.Damaged = true
			}
			s.cursor = r.skip(c.drop(e.n()), s.buf[:], u, 1)
		}
		if s.overrun() {
			return false
		}
	}
	return true
}

// block decodes one luma block and draws it.
func (r *run) block(u *unit) {
	p, s := r.picture, r.source
	buf := s.buf[:]
	c := s.cursor.refill(buf)
	e, ok := u.dc.constant(c.bits)
	r.predicted += e.value(c.bits)
	c = c.drop(e.n())

	var f folded
	f[0] = p.fold.constant(r.predicted)
	c, end, known := p.fold.collect(c, buf, u.ac, u.coefs, &f)
	if !ok || !known {
		p.info.Damaged = true
	}
	s.cursor = c
	p.fold.draw(&f, end == 1, p.pix[u.at:], p.plane.Stride)
}

// collect decodes the AC coefficients of a block into f. end is 1 when there are none. Two symbols need at most
// 2·(lookup+15) of the 56 bits of a refill.
func (f *fold) collect(c cursor, buf []byte, ac *huffman, table *coefTable, to *folded) (_ cursor, end int, ok bool) {
	k := 1
	for {
		c = c.refill(buf)
		for range 2 {
			e := table[c.bits>>(64-lookup)]
			next := k + e.advance()
			if next > 64 {
				if e.advance() == advanceEnd {
					return c.drop(e.n()), k, true
				}
				if e.advance() != advanceNone {
					return c.drop(e.n()), k, false
				}
				if e, ok = ac.coefficient(c.bits); !ok || e.advance() == advanceEnd {
					return c.drop(e.n()), k, ok
				}
				if next = k + e.advance(); next > 64 {
					return c.drop(e.n()), k, false
				}
			}
			k = next
			t := &f.terms[(k-1)&63]
			to[t.to&63] += float32(float32(e.value(c.bits)) * t.weight)
			c = c.drop(e.n())
			if k == 64 {
				return c, k, true
			}
			if e.n() > lookup+15 {
				break
			}
		}
	}
}
