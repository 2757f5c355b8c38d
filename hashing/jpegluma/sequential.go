package jpegluma

// unit is one block of an MCU.
type unit struct {
	luma  bool
	dc    *huffman
	ac    *huffman
	first *firstTable
	skips *skipTable
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
		if !u.luma || p.scale == Eighth {
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

// skip passes over the AC coefficients of a block from position k on.
func (r *run) skip(c cursor, buf []byte, u *unit, k int) cursor {
	for {
		c = c.refill(buf)
		for range 3 {
			start := c
			e := entry(u.skips[c.bits>>(64-lookup)])
			c = c.drop(e.n())
			k += e.advance()
			if k < 64 {
				continue
			}
			if k == 64 || k > advanceEnd && k < advanceEnd+64 {
				return c
			}
			// Not an end: nothing found, or symbols of the next block passed over. One by one, then.
			k -= e.advance()
			c = start.refill(buf)
			e, ok := u.ac.coefficient(c.bits)
			c = c.drop(e.n())
			k += e.advance()
			if !ok || k > 64 && k < advanceEnd {
				r.picture.info.Damaged = true
			}
			if k >= 64 {
				return c
			}
			break
		}
	}
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
	c, buf := s.cursor.refill(s.buf[:]), s.buf[:]
	e, ok := u.dc.constant(c.bits)
	r.predicted += e.value(c.bits)
	c = c.drop(e.n())

	fold, table := p.fold, u.ac.coefTable()
	var f folded
	f[0] = fold.constant(r.predicted)
	flat := true
	for k := 1; k < 64; {
		c = c.refill(buf)
		e := table[c.bits>>(64-lookup)]
		if e.advance() == advanceNone {
			var known bool
			e, known = u.ac.coefficient(c.bits)
			ok = ok && known
		}
		k += e.advance()
		if k <= 64 {
			flat = false
			t := &fold.terms[k-1]
			f[t.to] += float32(float32(e.value(c.bits)) * t.weight)
		} else if k < advanceEnd {
			ok = false
		}
		c = c.drop(e.n())
	}
	s.cursor = c
	if !ok {
		p.info.Damaged = true
	}
	fold.draw(&f, flat, p.pix[u.at:], p.plane.Stride)
}
