package jpegluma

import "slices"

// maxScans bounds the scans that are read of one picture. Progressive encoders write about ten.
const maxScans = 500

// picture is one decode.
type picture struct {
	header
	decoder *Decoder
	scale   Scale
	plane   Plane
	pix     []byte // the whole plane, up to the edge of its last MCU
	side    int    // samples of a block, in each direction, in the plane
	fold    *fold  // how coefficients become samples; nil at 1/8
	scaleDC int    // quantization step of the constant coefficient

	cols, rows int // MCUs of an interleaved scan
	store      *coefficients
	begun      bool // data of a scan with luma have been read
}

// decode reads scans until the plane is complete, or the data end.
func (p *picture) decode() error {
	p.cols, p.rows = ceilDiv(p.info.Width, 8*p.hMax), ceilDiv(p.info.Height, 8*p.vMax)
	p.allocate()
	read := 0 // scans
	for ; read < maxScans; read++ {
		scan, err := p.nextScan()
		if err != nil && read == 0 {
			return err
		}
		if err != nil { // the end, or what cannot be read: what there is counts
			p.info.Damaged = p.info.Damaged || err != errEnd
			break
		}
		complete, err := p.read(scan)
		if err != nil && !p.begun {
			return err
		}
		if err != nil {
			p.info.Damaged = true
			break
		}
		if complete {
			break
		}
	}
	return p.finish()
}

// read decodes one scan as far as the plane needs it. complete says that no other scan is needed.
func (p *picture) read(s *scan) (complete bool, err error) {
	if !s.hasLuma() {
		p.pos += scanEnd(p.data[p.pos:])
		return false, nil
	}
	if err := p.prepare(); err != nil {
		return false, err
	}
	if p.info.Progressive {
		return p.progressive(s)
	}
	return true, p.sequential(s)
}

// allocate makes the plane, all of it mid grey.
func (p *picture) allocate() {
	luma := p.components[0]
	p.side = 8 / int(p.scale)
	stride := p.cols * luma.h * p.side
	p.decoder.pix = slices.Grow(p.decoder.pix[:0], stride*p.rows*luma.v*p.side)
	p.pix = p.decoder.pix[:stride*p.rows*luma.v*p.side]
	p.pix[0] = 128
	for n := 1; n < len(p.pix); n *= 2 {
		copy(p.pix[n:], p.pix[:n])
	}
	p.plane = Plane{
		Pix: p.pix, Stride: stride,
		Width: ceilDiv(p.info.LumaWidth, int(p.scale)), Height: ceilDiv(p.info.LumaHeight, int(p.scale)),
		StepX: int(p.scale) * (p.hMax / luma.h), StepY: int(p.scale) * (p.vMax / luma.v),
	}
}

// prepare takes the quantization table of luma as it is at luma's first scan.
func (p *picture) prepare() error {
	if p.scaleDC != 0 {
		return nil
	}
	q := p.quant[p.components[0].tq]
	if q == nil || q[0] == 0 {
		return ErrCorrupt
	}
	p.scaleDC = int(q[0])
	if p.scale != Eighth {
		p.fold = newFold(p.side, q)
	}
	return nil
}

// finish makes the plane of what was collected.
func (p *picture) finish() error {
	if !p.begun {
		return ErrCorrupt // no scan has luma
	}
	if p.store != nil {
		p.store.draw(p)
	}
	return nil
}

// scan is what a scan header says (T.81 B.2.3), and where its MCUs lie.
type scan struct {
	parts      []part
	cols, rows int // MCUs
	ss, se     int // first and last coefficient, in zigzag order
	ah, al     int // bit positions of successive approximation
}

// part is one component in a scan. h and v are its blocks in an MCU.
type part struct {
	index  int // of the component
	h, v   int
	dc, ac *huffman
}

// hasLuma tells whether the scan has luma, which is then its first part (T.81 B.2.3 keeps the frame's order).
func (s *scan) hasLuma() bool { return s.parts[0].index == 0 }

// nextScan reads up to and with the next scan header. The end of the picture is errEnd.
func (p *picture) nextScan() (*scan, error) {
	for {
		marker, segment, err := p.segment()
		switch {
		case err != nil:
			return nil, err
		case marker == markerEOI:
			return nil, errEnd
		case marker == markerSOS:
			return p.newScan(segment)
		}
		if err := p.take(marker, segment); err != nil {
			return nil, err
		}
	}
}

func (p *picture) newScan(b []byte) (*scan, error) {
	if len(b) < 1 || b[0] < 1 || int(b[0]) > len(p.components) || len(b) < 4+2*int(b[0]) {
		return nil, ErrCorrupt
	}
	s := &scan{cols: p.cols, rows: p.rows}
	last := -1
	for i := range int(b[0]) {
		id, selectors := b[1+2*i], b[2+2*i]
		index := p.componentIndex(id)
		if index <= last || selectors>>4 > 3 || selectors&15 > 3 {
			return nil, ErrCorrupt
		}
		last = index
		c := p.components[index]
		s.parts = append(s.parts, part{index: index, h: c.h, v: c.v, dc: p.dc[selectors>>4], ac: p.ac[selectors&15]})
	}
	if len(s.parts) == 1 { // T.81 A.2.2: its blocks alone, as many as the picture needs
		c := p.components[last]
		s.parts[0].h, s.parts[0].v = 1, 1
		s.cols = ceilDiv(ceilDiv(p.info.Width*c.h, p.hMax), 8)
		s.rows = ceilDiv(ceilDiv(p.info.Height*c.v, p.vMax), 8)
	}
	tail := b[1+2*int(b[0]):]
	s.ss, s.se, s.ah, s.al = int(tail[0]), int(tail[1]), int(tail[2]>>4), int(tail[2]&15)
	if p.info.Progressive {
		wrong := s.ss > s.se || s.se > 63 || s.ss == 0 && s.se != 0 || s.ss > 0 && len(s.parts) > 1 ||
			s.al > 13 || s.ah != 0 && s.ah != s.al+1
		if wrong {
			return nil, ErrCorrupt
		}
	}
	return s, nil
}

func (p *picture) componentIndex(id byte) int {
	for i, c := range p.components {
		if c.id == id {
			return i
		}
	}
	return -1
}
