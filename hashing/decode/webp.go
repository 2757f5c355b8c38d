package decode

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"iter"
	"time"

	"golang.org/x/image/webp"
)

// decodeWebP is webp.Decode, with two things that it leaves out: the first frame of an animation, and the range
// of lossy WebP, which stores luma and chroma in that of television (16 to 235 and 16 to 240, RFC 6386) and which
// other decoders stretch to the full one.
func decodeWebP(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	data = sized(data)
	if still := firstFrame(data); still != nil {
		if err := fits(still, data); err != nil {
			return nil, err
		}
		data = still
	}
	img, err := webp.Decode(bytes.NewReader(data))
	switch img := img.(type) {
	case *image.YCbCr:
		stretch(img)
	case *image.NYCbCrA:
		stretch(&img.YCbCr)
	}
	return img, err
}

// configWebP is webp.DecodeConfig, of files too that do not know how long they are.
func configWebP(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	return webp.DecodeConfig(bytes.NewReader(sized(data)))
}

// sized returns data with its length in its header, where a program that wrote to a pipe has left 0.
func sized(data []byte) []byte {
	const at, header = 4, 8
	if len(data) > header && binary.LittleEndian.Uint32(data[at:]) == 0 {
		binary.LittleEndian.PutUint32(data[at:], uint32(len(data)-header))
	}
	return data
}

// fits fails unless the frame is as small as the canvas it belongs to, whose size was checked.
func fits(frame, canvas []byte) error {
	inner, err := webp.DecodeConfig(bytes.NewReader(frame))
	if err != nil {
		return err
	}
	outer, err := webp.DecodeConfig(bytes.NewReader(canvas))
	if err != nil {
		return err
	}
	if inner.Width > outer.Width || inner.Height > outer.Height {
		return Corrupt
	}
	return nil
}

// webpFrame is one frame of an animated WebP (WebP container specification, chunk ANMF).
type webpFrame struct {
	header []byte // 16 bytes
	chunks []byte // the picture
}

// three reads a number of three bytes.
func (f webpFrame) three(at int) int {
	return int(f.header[at]) | int(f.header[at+1])<<8 | int(f.header[at+2])<<16
}

// webpChunk is one chunk of a WebP file, as much of it as there is.
type webpChunk struct {
	kind string
	body []byte
}

// webpChunks yields the chunks of a WebP file.
func webpChunks(data []byte) iter.Seq[webpChunk] {
	const riffHeader, chunkHeader = 12, 8
	return func(yield func(webpChunk) bool) {
		for at := riffHeader; at+chunkHeader <= len(data); {
			size := int64(binary.LittleEndian.Uint32(data[at+4:]))
			body := data[at+chunkHeader:]
			if !yield(webpChunk{string(data[at : at+4]), body[:min(size, int64(len(body)))]}) {
				return
			}
			next := size + size%2
			if next > int64(len(body)) {
				return
			}
			at += chunkHeader + int(next)
		}
	}
}

// webpFrames yields the frames of an animated WebP: none when data is no animation.
func webpFrames(data []byte) iter.Seq[webpFrame] {
	const frameHeader = 16
	return func(yield func(webpFrame) bool) {
		for c := range webpChunks(data) {
			if c.kind == "ANMF" && (len(c.body) < frameHeader || !yield(webpFrame{c.body[:frameHeader], c.body[frameHeader:]})) {
				return
			}
		}
	}
}

// firstFrame returns the first frame of an animated WebP as a file of its own, or nil when data is no animation.
// The frame is smaller than the canvas where the animation begins on a part of it.
func firstFrame(data []byte) []byte {
	for f := range webpFrames(data) {
		return stillWebP(f.header[6:12], f.chunks)
	}
	return nil
}

// playWebP plays an animated WebP from its second frame on.
func playWebP(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		b.pictures = 0
		for range webpFrames(data) {
			b.pictures++
		}
		config, err := webp.DecodeConfig(bytes.NewReader(data))
		if b.pictures < 2 || err != nil || !b.take(config.Width, config.Height) {
			return
		}
		stage := newCanvas(config.Width, config.Height)
		index, at := 0, time.Duration(0)
		for f := range webpFrames(data) {
			if !b.take(max(config.Width, f.three(6)+1), max(config.Height, f.three(9)+1)) {
				return
			}
			img, err := decodeWebP(bytes.NewReader(stillWebP(f.header[6:12], f.chunks)))
			if err != nil {
				return
			}
			p := patch{img: img, at: image.Pt(2*f.three(0), 2*f.three(3)), over: f.header[15]&2 == 0}
			if f.header[15]&1 != 0 {
				p.disposal = clearFrame
			}
			whole := stage.show(p)
			if index > 0 && !yield(frame{whole, index, at}) {
				return
			}
			at += time.Duration(f.three(12)) * time.Millisecond
			index++
		}
	}
}

// stillWebP puts the chunks of one frame into a file. The size is as frames and files both state it: width and
// height, each less one, in three bytes.
func stillWebP(size, chunks []byte) []byte {
	const alphaFlag = 1 << 4
	var flags byte
	if bytes.HasPrefix(chunks, []byte("ALPH")) {
		flags = alphaFlag
	}
	out := []byte("RIFF\x00\x00\x00\x00WEBPVP8X\x0a\x00\x00\x00")
	out = append(out, flags, 0, 0, 0)
	out = append(out, size...)
	out = append(out, chunks...)
	binary.LittleEndian.PutUint32(out[4:], uint32(len(out)-8)) //nolint:gosec // at most MaxBytes
	return out
}

// stretch maps the narrow range of television to the full one, in place.
func stretch(img *image.YCbCr) {
	var luma, chroma [256]uint8
	for i := range luma {
		luma[i] = uint8(min((max(i-16, 0)*255+219/2)/219, 255))
		chroma[i] = uint8(min(max((i-128)*255+128*224+224/2, 0)/224, 255))
	}
	for i, v := range img.Y {
		img.Y[i] = luma[v]
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = chroma[img.Cb[i]], chroma[img.Cr[i]]
	}
}
