package decode

import (
	"encoding/binary"
	"iter"
)

// maxBoxes bounds how many boxes of one level are looked at: real files have some dozens, a hostile one millions.
const maxBoxes = 4096

// box is one box of an ISO base media file (ISO/IEC 14496-12).
type box struct {
	kind string // four characters
	body []byte // as much of it as there is
	at   int    // offset of body
	// whole is false when the file ends before the box does.
	whole bool
}

// boxes yields the boxes that data consists of, up to the first that is none.
func boxes(data []byte) iter.Seq[box] {
	return func(yield func(box) bool) {
		at := 0
		for n := 0; len(data) >= 8 && n < maxBoxes; n++ {
			size, header := uint64(binary.BigEndian.Uint32(data)), uint64(8)
			switch {
			case size == 1 && len(data) >= 16:
				size, header = binary.BigEndian.Uint64(data[8:]), 16
			case size == 0: // to the end
				size = uint64(len(data))
			}
			if size < header {
				return
			}
			b := box{kind: string(data[4:8]), at: at + int(header), whole: size <= uint64(len(data))} //nolint:gosec // 8 or 16
			end := min(size, uint64(len(data)))
			b.body = data[header:end]
			at += int(end) //nolint:gosec // within data
			if !yield(b) || !b.whole {
				return
			}
			data = data[end:]
		}
	}
}

// find returns the body of the first box at the end of a path of box types, or nil. The boxes "meta" and "iprp" are
// what they are in HEIF: the first begins with a version and flags.
func find(data []byte, path ...string) []byte {
	for _, kind := range path {
		var body []byte
		for b := range boxes(data) {
			if b.kind == kind {
				body = b.body
				break
			}
		}
		if kind == "meta" && len(body) >= 4 {
			body = body[4:]
		}
		if body == nil {
			return nil
		}
		data = body
	}
	return data
}

// complete reports whether the file ends where its last box does.
func complete(data []byte) bool {
	for b := range boxes(data) {
		if !b.whole {
			return false
		}
	}
	return true
}

// heifSize returns the largest width and the largest height of the pictures in a HEIF file (ISO/IEC 23008-12): tiles,
// the picture that they make, thumbnails, the frames of a sequence.
func heifSize(data []byte) (width, height int, err error) {
	properties, tracks := find(data, "meta", "iprp", "ipco"), find(data, "moov")
	if properties == nil && tracks == nil {
		return 0, 0, cutShort(data, Corrupt)
	}
	for b := range boxes(tracks) {
		const sizes = 8 // bytes at the end: two numbers of 16 bits, each with 16 bits of a fraction
		if header := find(b.body, "tkhd"); b.kind == "trak" && len(header) >= sizes {
			end := header[len(header)-sizes:]
			width, height = max(width, int(binary.BigEndian.Uint16(end))), max(height, int(binary.BigEndian.Uint16(end[4:])))
		}
	}
	for b := range boxes(properties) {
		if b.kind == "ispe" && len(b.body) >= 12 {
			width = max(width, int(binary.BigEndian.Uint32(b.body[4:])))
			height = max(height, int(binary.BigEndian.Uint32(b.body[8:])))
		}
	}
	if width == 0 || height == 0 {
		return 0, 0, Corrupt
	}
	return width, height, nil
}
