package jpegluma

import (
	"bytes"
	"encoding/binary"
)

// Markers of T.81, table B.1.
const (
	markerSOF0  = 0xc0 // baseline
	markerSOF1  = 0xc1 // extended sequential
	markerSOF2  = 0xc2 // progressive
	markerDHT   = 0xc4
	markerJPG   = 0xc8
	markerDAC   = 0xcc
	markerSOF15 = 0xcf
	markerRST0  = 0xd0
	markerRST7  = 0xd7
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerDNL   = 0xdc
	markerDRI   = 0xdd
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP14 = 0xee
	markerTEM   = 0x01
)

// component is what the frame header says of one colour component.
type component struct {
	id   byte
	h, v int // sampling factors, 1 to 4
	tq   byte
}

// header is what stands before and between the scans of a picture.
type header struct {
	data   []byte
	pos    int // of the next marker
	info   Info
	tables *tableCache

	components []component
	hMax, vMax int
	quant      [4]*[64]uint16 // in zigzag order
	dc, ac     [4]*huffman
	restart    int // MCUs between restart markers, 0 for none

	jfif           bool
	adobe          bool
	adobeTransform byte
}

// readFrame reads as far as the first scan and checks that the picture is of a kind known here. The position is then
// that of the scan's marker.
func (h *header) readFrame() error {
	if len(h.data) < 2 {
		return ErrTruncated
	}
	if h.data[0] != 0xff || h.data[1] != markerSOI {
		return ErrCorrupt
	}
	h.pos = 2
	for {
		at := h.pos
		marker, segment, err := h.segment()
		switch {
		case err != nil:
			return err
		case marker == markerEOI:
			return ErrCorrupt
		case marker != markerSOS:
			if err := h.take(marker, segment); err != nil {
				return err
			}
			continue
		case h.components == nil:
			return ErrCorrupt
		}
		if h.info.Height == 0 {
			h.info.Height = lateHeight(h.data[h.pos:])
		}
		h.pos = at
		return h.checkKind()
	}
}

// segment returns the next marker and its parameters, and moves behind them. Bytes between segments are passed over.
func (h *header) segment() (marker byte, parameters []byte, err error) {
	for {
		i := bytes.IndexByte(h.data[h.pos:], 0xff)
		if i < 0 || h.pos+i+1 >= len(h.data) {
			h.pos = len(h.data)
			return 0, nil, ErrTruncated
		}
		h.pos += i + 1
		marker = h.data[h.pos]
		if marker == 0xff { // a fill byte: the marker may follow
			continue
		}
		h.pos++
		if marker == 0 || marker == markerTEM || marker >= markerRST0 && marker <= markerSOI {
			continue
		}
		if marker == markerEOI {
			return marker, nil, nil
		}
		rest := h.data[h.pos:]
		if len(rest) < 2 {
			return 0, nil, ErrTruncated
		}
		length := int(binary.BigEndian.Uint16(rest))
		if length < 2 {
			return 0, nil, ErrCorrupt
		}
		if length > len(rest) {
			return 0, nil, ErrTruncated
		}
		h.pos += length
		return marker, rest[2:length], nil
	}
}

// take reads the parameters of a marker other than SOS and EOI.
func (h *header) take(marker byte, p []byte) error {
	switch {
	case marker == markerDHT:
		return h.takeHuffman(p)
	case marker == markerDAC:
		return ErrUnsupported
	case marker >= markerSOF0 && marker <= markerSOF15 && marker != markerJPG:
		return h.takeFrame(marker, p)
	case marker == markerDQT:
		return h.takeQuantization(p)
	case marker == markerDRI:
		if len(p) < 2 {
			return ErrCorrupt
		}
		h.restart = int(binary.BigEndian.Uint16(p))
	case marker == markerAPP0:
		h.jfif = h.jfif || bytes.HasPrefix(p, []byte("JFIF\x00"))
	case marker == markerAPP1:
		if tiff, ok := bytes.CutPrefix(p, []byte("Exif\x00\x00")); ok && h.info.Orientation == 0 {
			h.info.Orientation = orientation(tiff)
		}
	case marker == markerAPP14:
		if bytes.HasPrefix(p, []byte("Adobe")) && len(p) >= 12 {
			h.adobe, h.adobeTransform = true, p[11]
		}
	}
	return nil
}

func (h *header) takeFrame(marker byte, p []byte) error {
	if marker > markerSOF2 {
		return ErrUnsupported // lossless, hierarchical or arithmetic
	}
	if h.components != nil || len(p) < 6 || len(p) < 6+3*int(p[5]) || p[5] == 0 {
		return ErrCorrupt
	}
	h.info.Progressive = marker == markerSOF2
	h.info.Height, h.info.Width = int(binary.BigEndian.Uint16(p[1:])), int(binary.BigEndian.Uint16(p[3:]))
	h.info.Components = int(p[5])
	if p[0] != 8 || p[5] != 1 && p[5] != 3 {
		return ErrUnsupported
	}
	for i := range int(p[5]) {
		c := component{id: p[6+3*i], h: int(p[7+3*i] >> 4), v: int(p[7+3*i] & 15), tq: p[8+3*i]}
		if c.h < 1 || c.h > 4 || c.v < 1 || c.v > 4 || c.tq > 3 {
			return ErrCorrupt
		}
		for _, other := range h.components {
			if other.id == c.id {
				return ErrCorrupt
			}
		}
		h.components = append(h.components, c)
		h.hMax, h.vMax = max(h.hMax, c.h), max(h.vMax, c.v)
	}
	if len(h.components) == 1 { // T.81 A.2.2: the factors of a single component mean nothing
		h.components[0].h, h.components[0].v, h.hMax, h.vMax = 1, 1, 1, 1
	}
	return nil
}

// checkKind refuses what has no luma, and what has no size.
func (h *header) checkKind() error {
	if h.info.Width == 0 || h.info.Height == 0 {
		return ErrCorrupt
	}
	c := h.components
	if len(c) == 3 && !h.jfif {
		switch {
		case h.adobe && h.adobeTransform == 0:
			return ErrUnsupported // RGB
		case c[0].id == 'R' && c[1].id == 'G' && c[2].id == 'B':
			return ErrUnsupported
		}
	}
	if h.hMax%c[0].h != 0 || h.vMax%c[0].v != 0 {
		return ErrUnsupported // a sample of luma would be a broken number of pixels wide
	}
	h.info.LumaWidth = ceilDiv(h.info.Width, h.hMax/c[0].h)
	h.info.LumaHeight = ceilDiv(h.info.Height, h.vMax/c[0].v)
	return nil
}

func (h *header) takeQuantization(p []byte) error {
	for len(p) > 0 {
		wide, id := p[0]>>4, p[0]&15
		size := 64 * (1 + int(wide))
		if wide > 1 || id > 3 || len(p) < 1+size {
			return ErrCorrupt
		}
		q := new([64]uint16)
		for k := range q {
			if wide == 0 {
				q[k] = uint16(p[1+k])
			} else {
				q[k] = binary.BigEndian.Uint16(p[1+2*k:])
			}
		}
		h.quant[id] = q
		p = p[1+size:]
	}
	return nil
}

func (h *header) takeHuffman(p []byte) error {
	for len(p) > 0 {
		if len(p) < 17 {
			return ErrCorrupt
		}
		class, id := p[0]>>4, p[0]&15
		total := 0
		for _, n := range p[1:17] {
			total += int(n)
		}
		if class > 1 || id > 3 || total > 256 || len(p) < 17+total {
			return ErrCorrupt
		}
		table := h.tables.huffman(p[1 : 17+total])
		if table == nil {
			return ErrCorrupt
		}
		if class == 0 {
			h.dc[id] = table
		} else {
			h.ac[id] = table
		}
		p = p[17+total:]
	}
	return nil
}

// lateHeight looks behind the first scan for the marker that states the number of lines when the frame header does
// not (T.81 B.2.5). It returns 0 when there is none.
func lateHeight(scan []byte) int {
	end := scanEnd(scan)
	if p := scan[end:]; len(p) >= 6 && p[1] == markerDNL {
		return int(binary.BigEndian.Uint16(p[4:]))
	}
	return 0
}

// scanEnd returns the position of the first marker in entropy-coded data that is not a restart marker, or the length
// of the data.
func scanEnd(data []byte) int {
	at := 0
	for {
		marker, i := nextMarker(data[at:])
		at += i
		if marker < markerRST0 || marker > markerRST7 {
			return at
		}
		at += 2
	}
}

// nextMarker returns the first marker in entropy-coded data and its position, that of the last 0xff before it; or 0
// and the length of the data.
func nextMarker(data []byte) (marker byte, at int) {
	for {
		i := bytes.IndexByte(data[at:], 0xff)
		if i < 0 || at+i+1 >= len(data) {
			return 0, len(data)
		}
		at += i
		switch b := data[at+1]; b {
		case 0:
			at += 2
		case 0xff:
			at++
		default:
			return b, at
		}
	}
}

func ceilDiv(a, b int) int { return (a + b - 1) / b }
