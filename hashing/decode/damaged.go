package decode

import (
	"bytes"
	"compress/lzw"
	"compress/zlib"
	"encoding/binary"
	"image"
	"image/png"
	"io"
	"slices"

	"vigie/hashing/jpegluma"
)

// A file that was cut off, or overwritten in part, as deleted files are when they are found again, is decoded as far as
// it goes. What it shows counts when that is half of the picture: the hash of less says little of the whole.

// NoteDamaged says that only a part of a picture could be decoded.
const NoteDamaged = "damaged"

// wholeEnough reports whether enough of a picture was decoded, in whatever unit.
func wholeEnough(decoded, all int) bool { return decoded > 0 && decoded >= all-all/2 }

// salvage are the decoders of what is left of a damaged file. They return nil where that is too little.
var salvage = map[string]func([]byte) image.Image{"jpeg": salvageJPEG, "png": salvagePNG, "gif": salvageGIF}

// damagedPicture is a picture of which a part is missing.
type damagedPicture struct{ image.Image }

// salvaged returns what is left of a picture that could not be decoded for some reason, or nil.
func salvaged(data []byte, format string, why Unreadable) image.Image {
	decode := salvage[format]
	if decode == nil || why != Truncated && why != Corrupt {
		return nil
	}
	img := decode(data)
	if img == nil || img.Bounds().Empty() {
		return nil
	}
	return damagedPicture{img}
}

// salvageJPEG decodes the luma of a damaged JPEG. What is missing at its end is mid grey.
func salvageJPEG(data []byte) image.Image {
	plane, info, err := jpegluma.Decode(data, jpegluma.Full, jpegluma.Options{})
	if err != nil {
		return nil
	}
	grey := wholeLuma(plane, info)
	height := info.Height
	for height > 0 && blank(grey.Pix[(height-1)*grey.Stride:][:info.Width]) {
		height--
	}
	if !wholeEnough(height, info.Height) {
		return nil
	}
	return lumaPicture{grey}
}

// blank reports whether a row is mid grey throughout.
func blank(row []byte) bool {
	return !slices.ContainsFunc(row, func(v byte) bool { return v != 128 })
}

// salvagePNG completes the pixels of a PNG with zeros, and decodes that.
func salvagePNG(data []byte) image.Image {
	var header []byte
	var packed bytes.Buffer
	file := []byte(pngSignature)
	rest := data[min(len(pngSignature), len(data)):]
	for len(rest) >= 8 {
		kind, size := string(rest[4:8]), int64(binary.BigEndian.Uint32(rest))
		body := part(rest, 8, size) // the last one may be cut
		switch kind {
		case "IHDR":
			header = body
			file = appendChunk(file, kind, body)
		case "PLTE", "tRNS":
			file = appendChunk(file, kind, body)
		case "IDAT":
			packed.Write(body)
		}
		if size+12 > int64(len(rest)) {
			break
		}
		rest = rest[size+12:]
	}
	needed := pngPixelBytes(header)
	if needed == 0 {
		return nil
	}
	unpacker, err := zlib.NewReader(&packed)
	if err != nil {
		return nil
	}
	pixels := make([]byte, needed)
	n, _ := io.ReadFull(unpacker, pixels)
	if !wholeEnough(n, needed) {
		return nil
	}
	var repacked bytes.Buffer
	packer, err := zlib.NewWriterLevel(&repacked, zlib.NoCompression)
	if err != nil {
		return nil
	}
	_, _ = packer.Write(pixels) // a buffer takes all
	_ = packer.Close()
	file = appendChunk(file, "IDAT", repacked.Bytes())
	img, err := png.Decode(bytes.NewReader(appendChunk(file, "IEND")))
	if err != nil {
		return nil
	}
	return img
}

// pngPixelBytes returns how many bytes the pixels of a PNG have, with the filter of each row, by its header; 0 where
// that is none.
func pngPixelBytes(header []byte) int {
	if len(header) != 13 {
		return 0
	}
	channels := map[byte]int{0: 1, 2: 3, 3: 1, 4: 2, 6: 4}[header[9]]
	bits := channels * int(header[8])
	width, height := int(binary.BigEndian.Uint32(header)), int(binary.BigEndian.Uint32(header[4:]))
	rows := func(width, height int) int {
		if width <= 0 || height <= 0 {
			return 0
		}
		return height * (1 + (width*bits+7)/8)
	}
	if header[12] == 0 {
		return rows(width, height)
	}
	sum := 0
	for _, pass := range [7][4]int{{0, 0, 8, 8}, {4, 0, 8, 8}, {0, 4, 4, 8}, {2, 0, 4, 4}, {0, 2, 2, 4}, {1, 0, 2, 2}, {0, 1, 1, 2}} {
		sum += rows((width-pass[0]+pass[2]-1)/pass[2], (height-pass[1]+pass[3]-1)/pass[3])
	}
	return sum
}

// salvageGIF completes the pixels of a GIF's first image with its first colour, and decodes that.
func salvageGIF(data []byte) image.Image {
	broken, ok := gifFirst(data)
	if !ok {
		return nil
	}
	size := broken.rect.Size()
	head := gifDescriptor + colours(broken.data[9])
	width := int(broken.data[head])                                                                                  // of the codes, in bits
	canvas := image.Rect(0, 0, int(binary.LittleEndian.Uint16(data[6:])), int(binary.LittleEndian.Uint16(data[8:]))) // whose size was checked
	if size.X <= 0 || size.Y <= 0 || !broken.rect.In(canvas) || width < 2 || width > 8 {
		return nil
	}
	pixels := make([]byte, size.X*size.Y)
	unpacker := lzw.NewReader(&gifBlocks{rest: broken.data[head+1:]}, lzw.LSB, width)
	n, _ := io.ReadFull(unpacker, pixels)
	if !wholeEnough(n, len(pixels)) {
		return nil
	}
	var codes bytes.Buffer
	packer := lzw.NewWriter(&codes, lzw.LSB, width)
	_, err := packer.Write(pixels)
	if err = firstOf(err, packer.Close()); err != nil {
		return nil
	}
	mended := slices.Clone(broken.data[:head+1])
	for block := range slices.Chunk(codes.Bytes(), 255) {
		mended = append(append(mended, byte(len(block))), block...)
	}
	broken.data = append(mended, 0)
	img, err := gifStill(data, broken)
	if err != nil {
		return nil
	}
	return img
}

func firstOf(a, b error) error {
	if a != nil {
		return a
	}
	return b
}

// gifFirst returns the first image of a GIF, to the end of the file where it is not whole.
func gifFirst(data []byte) (part gifPart, ok bool) {
	for p := range gifParts(append(slices.Clip(data), 0, gifTrailer)) {
		return p, true
	}
	// The file ends within a block: complete it, so that the chain ends.
	if len(data) < gifHeader {
		return part, false
	}
	for p := range gifParts(slices.Concat(data, make([]byte, 256))) {
		return p, true
	}
	return part, false
}

// gifBlocks reads the contents of a chain of blocks.
type gifBlocks struct {
	rest  []byte
	block []byte
}

// Read implements io.Reader.
func (b *gifBlocks) Read(into []byte) (int, error) {
	if len(b.block) == 0 {
		if len(b.rest) == 0 || b.rest[0] == 0 {
			return 0, io.EOF
		}
		n := min(1+int(b.rest[0]), len(b.rest))
		b.block, b.rest = b.rest[1:n], b.rest[n:]
	}
	n := copy(into, b.block)
	b.block = b.block[n:]
	return n, nil
}
