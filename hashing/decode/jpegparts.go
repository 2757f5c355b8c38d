package decode

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/jpeg"
	"iter"
)

// Markers of JPEG (ITU-T T.81, table B.1).
const (
	markerSOI   = 0xd8
	markerEOI   = 0xd9
	markerSOS   = 0xda
	markerDQT   = 0xdb
	markerAPP14 = 0xee
	markerCOM   = 0xfe
	markerAPP0  = 0xe0
	markerAPP1  = 0xe1
	markerAPP2  = 0xe2
)

// maxSegments bounds how many segments of a JPEG are looked at. A large profile or provenance record takes a hundred.
const maxSegments = 10_000

// segment is one segment of a JPEG, before its entropy-coded data.
type segment struct {
	marker byte
	body   []byte // without its length
	at     int    // offset of body in the file
}

// jpegSegments yields the segments of a JPEG up to its first scan.
func jpegSegments(data []byte) iter.Seq[segment] {
	return func(yield func(segment) bool) {
		if len(data) < 2 || data[0] != 0xff || data[1] != markerSOI {
			return
		}
		at := 2
		for range maxSegments {
			for at+1 < len(data) && data[at] == 0xff && data[at+1] == 0xff { // fill bytes
				at++
			}
			if at+4 > len(data) || data[at] != 0xff {
				return
			}
			marker, size := data[at+1], int(binary.BigEndian.Uint16(data[at+2:]))
			if size < 2 || at+2+size > len(data) || marker == markerEOI {
				return
			}
			if !yield(segment{marker, data[at+4 : at+2+size], at + 4}) || marker == markerSOS {
				return
			}
			at += 2 + size
		}
	}
}

// Tags of the index of a multi-picture file (CIPA DC-007).
const (
	tagPictures = 0xb002 // entries of 16 bytes: attributes, size, offset, dependants
)

// mpoParts returns the further pictures of a multi-picture JPEG, each a JPEG of its own: the other eye of a stereo
// camera, a burst's, a gain map.
func mpoParts(data []byte) [][]byte {
	for s := range jpegSegments(data) {
		if s.marker != markerAPP2 || !bytes.HasPrefix(s.body, []byte("MPF\x00")) {
			continue
		}
		t, first, ok := openTIFF(s.body[4:])
		if !ok {
			return nil
		}
		index, ok := t.directory(first)
		if !ok {
			return nil
		}
		list, _ := index.entry(tagPictures)
		var parts [][]byte
		for e := list.value; len(e) >= 16 && len(parts) < maxIcons; e = e[16:] {
			size, offset := int64(t.order.Uint32(e[4:])), int64(t.order.Uint32(e[8:]))
			from := int64(s.at) + 4 + offset // offsets are from the index's own beginning
			if offset == 0 || from+2 > int64(len(data)) {
				continue
			}
			parts = append(parts, data[from:min(from+size, int64(len(data)))])
		}
		return parts
	}
	return nil
}

// mpoPictures yields the further pictures of a multi-picture JPEG.
func mpoPictures(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		parts := mpoParts(data)
		b.pictures = 1 + len(parts)
		for i, part := range parts {
			config, err := jpeg.DecodeConfig(bytes.NewReader(part))
			if err != nil || !b.take(config.Width, config.Height) {
				continue
			}
			var img image.Image
			if img, err = jpeg.Decode(bytes.NewReader(part)); err == nil && !yield(frame{img: img, index: i + 1}) {
				return
			}
		}
	}
}
