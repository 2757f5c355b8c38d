package decode

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"image"
	"image/png"
	"iter"
	"time"
)

const pngSignature = "\x89PNG\r\n\x1a\n"

// pngChunk is one chunk of a PNG file.
type pngChunk struct {
	kind string
	body []byte
}

// pngChunks yields the whole chunks of a PNG file. Their check sums are left to the decoder.
func pngChunks(data []byte) iter.Seq[pngChunk] {
	return func(yield func(pngChunk) bool) {
		if !bytes.HasPrefix(data, []byte(pngSignature)) {
			return
		}
		for data = data[len(pngSignature):]; len(data) >= 12; {
			size := uint64(binary.BigEndian.Uint32(data))
			if size > uint64(len(data)-12) {
				return
			}
			if !yield(pngChunk{string(data[4:8]), data[8 : 8+size]}) {
				return
			}
			data = data[12+size:]
		}
	}
}

// appendChunk adds a chunk to a PNG file.
func appendChunk(out []byte, kind string, body ...[]byte) []byte {
	start := len(out) + 4
	size := 0
	for _, b := range body {
		size += len(b)
	}
	out = append(binary.BigEndian.AppendUint32(out, uint32(size)), kind...) //nolint:gosec // of chunks that were read
	for _, b := range body {
		out = append(out, b...)
	}
	return binary.BigEndian.AppendUint32(out, crc32.ChecksumIEEE(out[start:]))
}

// apngFrame is one frame of an animated PNG (PNG specification, third edition, chunks fcTL and fdAT).
type apngFrame struct {
	control []byte   // the body of its fcTL
	data    [][]byte // of its IDAT or fdAT
	still   bool     // it is the picture that programs without animation show
}

func (f apngFrame) word(at int) int { return int(binary.BigEndian.Uint32(f.control[at:])) }

// delay returns how long the frame is shown.
func (f apngFrame) delay() time.Duration {
	over, under := binary.BigEndian.Uint16(f.control[20:]), binary.BigEndian.Uint16(f.control[22:])
	if under == 0 {
		under = 100
	}
	return time.Duration(over) * time.Second / time.Duration(under)
}

// apngParse returns the frames of a PNG, the header of the file, and what its frames share.
func apngParse(data []byte) (frames []apngFrame, header, shared []byte) {
	var current *apngFrame
	for c := range pngChunks(data) {
		switch c.kind {
		case "IHDR":
			header = c.body
		case "PLTE", "tRNS":
			shared = appendChunk(shared, c.kind, c.body)
		case "fcTL":
			if len(c.body) < 26 || len(frames) > maxBoxes {
				return frames, header, shared
			}
			frames = append(frames, apngFrame{control: c.body})
			current = &frames[len(frames)-1]
		case "IDAT":
			if current != nil {
				current.still = true
				current.data = append(current.data, c.body)
			}
		case "fdAT":
			if current != nil && len(c.body) > 4 {
				current.data = append(current.data, c.body[4:])
			}
		}
	}
	return frames, header, shared
}

// apngFrames plays an animated PNG. Its still picture is the first one, whether or not it belongs to the animation.
func apngFrames(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		frames, header, shared := apngParse(data)
		if len(frames) == 0 || len(header) != 13 {
			return
		}
		index := 0
		if !frames[0].still {
			index = 1
		}
		b.pictures = len(frames) + index
		width, height := int(binary.BigEndian.Uint32(header)), int(binary.BigEndian.Uint32(header[4:]))
		if b.pictures < 2 || !b.take(width, height) {
			return
		}
		stage := newCanvas(width, height)
		at := time.Duration(0)
		for _, f := range frames {
			if !b.take(f.word(4), f.word(8)) || !b.take(width, height) {
				return
			}
			img, err := f.decode(header, shared)
			if err != nil {
				return
			}
			p := patch{
				img: img, at: image.Pt(f.word(12), f.word(16)), over: f.control[25] == 1,
				disposal: [3]disposal{keep, clearFrame, restore}[min(f.control[24], 2)],
			}
			whole := stage.show(p)
			if !f.still && !yield(frame{whole, index, at}) {
				return
			}
			at += f.delay()
			index++
		}
	}
}

// decode decodes the frame as a picture of its own.
func (f apngFrame) decode(header, shared []byte) (image.Image, error) {
	file := []byte(pngSignature)
	file = appendChunk(file, "IHDR", f.control[4:12], header[8:])
	file = append(file, shared...)
	file = appendChunk(file, "IDAT", f.data...)
	file = appendChunk(file, "IEND")
	return png.Decode(bytes.NewReader(file))
}
