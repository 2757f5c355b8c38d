package decode

import (
	"bytes"
	"encoding/binary"
	"image"
	"image/gif"
	"iter"
	"slices"
	"time"
)

// Parts of a GIF (GIF89a specification, 1990).
const (
	gifHeader     = 13 // signature and logical screen
	gifExtension  = 0x21
	gifImage      = 0x2c
	gifTrailer    = 0x3b
	gifControl    = 0xf9
	gifDescriptor = 10 // of an image, with its first byte
)

// gifPart is one image of a GIF with what was said of it before.
type gifPart struct {
	rect    image.Rectangle
	delay   time.Duration
	then    disposal
	control []byte // its control extension, or nothing
	data    []byte // from the descriptor to the end of its last block
}

// gifParts yields the images of a GIF, up to the first that is not whole.
func gifParts(data []byte) iter.Seq[gifPart] {
	return func(yield func(gifPart) bool) {
		if len(data) < gifHeader {
			return
		}
		rest := data[min(gifHeader+colours(data[10]), len(data)):]
		var part gifPart
		for len(rest) > 1 {
			switch rest[0] {
			case gifExtension:
				n := 2 + blocks(rest[min(2, len(rest)):])
				if n > len(rest) {
					return
				}
				if rest[1] == gifControl && n >= 8 && rest[2] >= 4 {
					part.control = rest[:n]
					part.delay = time.Duration(binary.LittleEndian.Uint16(rest[4:])) * 10 * time.Millisecond
					part.then = [8]disposal{2: clearFrame, 3: restore}[rest[3]>>2&7]
				}
				rest = rest[n:]
			case gifImage:
				if len(rest) < gifDescriptor {
					return
				}
				n := gifDescriptor + colours(rest[9]) + 1 // and the size of the codes
				if n > len(rest) {
					return
				}
				n += blocks(rest[n:])
				if n > len(rest) {
					return
				}
				word := func(at int) int { return int(binary.LittleEndian.Uint16(rest[at:])) }
				part.rect = image.Rect(0, 0, word(5), word(7)).Add(image.Pt(word(1), word(3)))
				part.data = rest[:n]
				if !yield(part) {
					return
				}
				part, rest = gifPart{}, rest[n:]
			default: // the trailer, or nothing known
				return
			}
		}
	}
}

// colours returns the size of the table of colours that flags announce, in bytes.
func colours(flags byte) int {
	if flags&0x80 == 0 {
		return 0
	}
	return 3 << (flags&7 + 1)
}

// blocks returns the length of a chain of blocks, its end included; more than there is when it has none.
func blocks(data []byte) int {
	for at := 0; at < len(data); {
		size := int(data[at])
		at += 1 + size
		if size == 0 {
			return at
		}
	}
	return len(data) + 1
}

// gifFrames plays a GIF from its second frame on.
func gifFrames(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		b.pictures = 0
		for range gifParts(data) {
			b.pictures++
		}
		if b.pictures < 2 {
			return
		}
		width, height := int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))
		if !b.take(width, height) {
			return
		}
		stage := newCanvas(width, height)
		index, at := -1, time.Duration(0)
		for part := range gifParts(data) {
			index++
			if part.rect.Empty() {
				continue
			}
			if !b.take(max(width, part.rect.Max.X), max(height, part.rect.Max.Y)) {
				return
			}
			img, err := gifStill(data, part)
			if err != nil {
				return
			}
			whole := stage.show(patch{img: img, at: part.rect.Min, over: true, disposal: part.then})
			if index > 0 && !yield(frame{whole, index, at}) {
				return
			}
			at += part.delay
		}
	}
}

// gifStill decodes one image of a GIF.
func gifStill(data []byte, part gifPart) (image.Image, error) {
	head := slices.Clone(data[:min(gifHeader+colours(data[10]), len(data))])
	binary.LittleEndian.PutUint16(head[6:], uint16(part.rect.Max.X)) //nolint:gosec // the sum of two is checked by gif
	binary.LittleEndian.PutUint16(head[8:], uint16(part.rect.Max.Y)) //nolint:gosec // likewise
	file := slices.Concat(head, part.control, part.data, []byte{gifTrailer})
	return gif.Decode(bytes.NewReader(file))
}
