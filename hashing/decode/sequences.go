package decode

import (
	"bytes"
	"encoding/binary"
	"iter"
	"time"

	"github.com/gen2brain/avif"
	"github.com/gen2brain/jpegxl"
)

// maxAtOnce is how many pixels the frames of an AVIF sequence may have together: its decoder keeps all of them at the same
// time, in up to eight bytes each.
const maxAtOnce = 60_000_000

// avifFrames yields the frames of an AVIF sequence from its second on. Where they have more pixels than may be, none: its
// decoder gives all or one.
func avifFrames(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		width, height, err := heifSize(data)
		count := avifCount(data)
		if err != nil || count < 2 {
			return
		}
		b.pictures = int(count)
		if !b.take(width, height) {
			return
		}
		if b.leftOut = count*int64(width)*int64(height) > min(maxAtOnce, b.pixels); b.leftOut {
			return
		}
		all, err := avif.DecodeAll(bytes.NewReader(data), avif.Options{AutoRotate: true})
		if err != nil {
			return
		}
		at := 0.0
		for i, img := range all.Image {
			if i > 0 && (!b.take(width, height) || !yield(frame{img, i, time.Duration(at * float64(time.Second))})) {
				return
			}
			at += all.Delay[i]
		}
	}
}

// maxCount is how many frames are believed.
const maxCount = 1 << 30

// avifCount returns how many frames the longest track of a sequence has, by its table of samples (ISO/IEC 14496-12): how
// many chunks there are, and for runs of chunks how many samples each has.
func avifCount(data []byte) (longest int64) {
	for b := range boxes(find(data, "moov")) {
		if b.kind != "trak" {
			continue
		}
		table := find(b.body, "mdia", "minf", "stbl")
		chunks, runs := int64(0), find(table, "stsc")
		for _, kind := range []string{"stco", "co64"} {
			if offsets := find(table, kind); len(offsets) >= 8 {
				chunks = int64(binary.BigEndian.Uint32(offsets[4:]))
			}
		}
		var samples int64
		for at := 8; at+12 <= len(runs); at += 12 {
			first, end := int64(binary.BigEndian.Uint32(runs[at:])), chunks+1
			if at+24 <= len(runs) {
				end = int64(binary.BigEndian.Uint32(runs[at+12:]))
			}
			each := int64(binary.BigEndian.Uint32(runs[at+4:]))
			if end = min(end, chunks+1); end > first && each > 0 {
				samples += min(end-first, maxCount/each+1) * each
			}
			samples = min(samples, maxCount)
		}
		longest = max(longest, samples)
	}
	return longest
}

// jxlFrames yields the frames of a JPEG XL animation from its second on, as they are seen: put together, and of full size.
func jxlFrames(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		tick, ok := jxlTick(data)
		config, err := jpegxl.DecodeConfig(bytes.NewReader(data))
		if !ok || err != nil || !b.take(config.Width, config.Height) {
			return
		}
		all, err := jpegxl.DecodeAll(bytes.NewReader(data))
		if err != nil {
			return
		}
		b.pictures = len(all.Image)
		var at float64 // ticks
		for i, img := range all.Image {
			if i > 0 {
				if size := img.Bounds().Size(); !b.take(size.X, size.Y) || !yield(frame{img, i, time.Duration(at * tick)}) {
					return
				}
			}
			at += float64(all.Delay[i])
		}
	}
}

// jxlTick reads the header of a JPEG XL picture (ISO/IEC 18181-1, annex D) as far as it tells whether it is an animation, and
// how many nanoseconds the unit of its time has.
func jxlTick(data []byte) (tick float64, animated bool) {
	stream := data
	if !bytes.HasPrefix(stream, []byte{0xff, 0x0a}) {
		if stream = find(data, "jxlc"); stream == nil {
			if part := find(data, "jxlp"); len(part) > 4 { // a number, then the first part
				stream = part[4:]
			}
		}
		if !bytes.HasPrefix(stream, []byte{0xff, 0x0a}) {
			return 0, false
		}
	}
	r := bitReader{data: stream[2:]}
	r.jxlSize()
	if r.bits(1) == 1 || r.bits(1) == 0 { // all as usual, or nothing unusual of this kind
		return 0, false
	}
	r.bits(3) // orientation
	if r.bits(1) == 1 {
		r.jxlSize() // intended
	}
	if r.bits(1) == 1 {
		r.jxlPreview()
	}
	if r.bits(1) == 0 {
		return 0, false
	}
	numerator := r.choice([4]jxlNumber{{0, 100}, {0, 1000}, {10, 1}, {30, 1}})
	denominator := r.choice([4]jxlNumber{{0, 1}, {0, 1001}, {8, 1}, {10, 1}})
	return float64(time.Second) * float64(denominator) / float64(numerator), !r.ended
}

// bitReader reads numbers that begin with their lowest bit. Behind the end it reads zeros.
type bitReader struct {
	data  []byte
	at    int // bits
	ended bool
}

func (r *bitReader) bits(n int) (v uint32) {
	for i := range n {
		if r.at/8 >= len(r.data) {
			r.ended = true
			return v
		}
		v |= uint32(r.data[r.at/8]>>(r.at%8)&1) << i
		r.at++
	}
	return v
}

// jxlNumber is a way to write a number: so many bits, and what is added.
type jxlNumber struct{ bits, plus int }

// choice reads a number that is written in one of four ways.
func (r *bitReader) choice(ways [4]jxlNumber) uint32 {
	way := ways[r.bits(2)]
	return r.bits(way.bits) + uint32(way.plus) //nolint:gosec // small
}

// jxlSize passes over a width and a height. Where the width is a ratio of the height, it is not written.
func (r *bitReader) jxlSize() {
	small := r.bits(1) == 1
	side := func() {
		if small {
			r.bits(5)
			return
		}
		r.choice([4]jxlNumber{{9, 1}, {13, 1}, {18, 1}, {30, 1}})
	}
	side()
	if r.bits(3) == 0 {
		side()
	}
}

// jxlPreview passes over the width and the height of a preview.
func (r *bitReader) jxlPreview() {
	ways := [4]jxlNumber{{6, 1}, {8, 65}, {10, 321}, {12, 1345}}
	if r.bits(1) == 1 { // multiples of 8
		ways = [4]jxlNumber{{0, 16}, {0, 32}, {5, 1}, {9, 33}}
	}
	r.choice(ways)
	if r.bits(3) == 0 {
		r.choice(ways)
	}
}
