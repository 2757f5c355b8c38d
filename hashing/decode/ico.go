package decode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/png"
	"io"
	"iter"
	"slices"
)

// maxIcons is how many pictures of an icon are looked at: programs bring a dozen sizes.
const maxIcons = 64

// icons returns the pictures of an ICO or CUR file, each as a PNG or BMP file of its own, the largest first. Where a
// file ends early, those that are there are returned.
func icons(data []byte) [][]byte {
	const header, entry = 6, 16
	if len(data) < header {
		return nil
	}
	type icon struct {
		width, height int
		file          []byte
	}
	var list []icon
	for i := range min(int(binary.LittleEndian.Uint16(data[4:])), maxIcons) {
		at := header + i*entry
		if at+entry > len(data) {
			break
		}
		size, from := int64(binary.LittleEndian.Uint32(data[at+8:])), int64(binary.LittleEndian.Uint32(data[at+12:]))
		if from >= int64(len(data)) {
			continue
		}
		file := data[from:min(from+size, int64(len(data)))]
		if !bytes.HasPrefix(file, []byte(pngSignature)) {
			file = bitmapFile(file)
		}
		if config, err := iconConfig(file); err == nil {
			list = append(list, icon{config.Width, config.Height, file})
		}
	}
	slices.SortStableFunc(list, func(a, b icon) int { return cmp.Compare(b.width*b.height, a.width*a.height) })
	files := make([][]byte, len(list))
	for i := range list {
		files[i] = list[i].file
	}
	return files
}

// bitmapFile makes a BMP file of a bitmap as icons have it: without the file's header, and with the height of picture
// and mask together. The mask is left behind.
func bitmapFile(bitmap []byte) []byte {
	const fileHeader, infoHeader = 14, 40
	if len(bitmap) < infoHeader || binary.LittleEndian.Uint32(bitmap) != infoHeader {
		return nil
	}
	out := make([]byte, fileHeader, fileHeader+len(bitmap))
	out = append(out, bitmap...)
	copy(out, "BM")
	info := out[fileHeader:]
	binary.LittleEndian.PutUint32(info[8:], binary.LittleEndian.Uint32(info[8:])/2)
	pixels := uint32(fileHeader + infoHeader)
	if bits := binary.LittleEndian.Uint16(info[14:]); bits <= 8 {
		colours := binary.LittleEndian.Uint32(info[32:])
		if colours == 0 || colours > 256 {
			colours = 1 << bits
		}
		pixels += 4 * colours
	}
	binary.LittleEndian.PutUint32(out[2:], uint32(len(out))) //nolint:gosec // at most MaxBytes
	binary.LittleEndian.PutUint32(out[10:], pixels)
	return out
}

func iconConfig(file []byte) (image.Config, error) {
	if bytes.HasPrefix(file, []byte(pngSignature)) {
		return png.DecodeConfig(bytes.NewReader(file))
	}
	return bmpConfig(bytes.NewReader(file))
}

func decodeIcon(file []byte) (image.Image, error) {
	if bytes.HasPrefix(file, []byte(pngSignature)) {
		return png.Decode(bytes.NewReader(file))
	}
	return decodeBMP(bytes.NewReader(file))
}

// icoConfig is of the largest picture.
func icoConfig(r io.Reader) (image.Config, error) {
	file, err := largestIcon(r)
	if err != nil {
		return image.Config{}, err
	}
	return iconConfig(file)
}

func decodeICO(r io.Reader) (image.Image, error) {
	file, err := largestIcon(r)
	if err != nil {
		return nil, err
	}
	return decodeIcon(file)
}

func largestIcon(r io.Reader) ([]byte, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	files := icons(data)
	if len(files) == 0 {
		return nil, io.ErrUnexpectedEOF
	}
	return files[0], nil
}

// icoPictures yields the smaller pictures of an icon: most often the same one again.
func icoPictures(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		files := icons(data)
		b.pictures = len(files)
		for i, file := range files {
			config, err := iconConfig(file)
			if i == 0 || err != nil || !b.take(config.Width, config.Height) {
				continue
			}
			if img, err := decodeIcon(file); err == nil && !yield(frame{img: img, index: i}) {
				return
			}
		}
	}
}
