package decode

import (
	"bytes"
	"encoding/binary"
	"image"
	"io"
	"iter"
	"math"
	"slices"

	"golang.org/x/image/tiff"

	"vigie/hashing"
)

// BigTIFF is TIFF with numbers of 64 bits (BigTIFF design, 2004; libtiff 4). No file that is decoded here is so large that
// it needs them: its directories are written anew with numbers of 32 bits, behind what they refer to, which stays where it
// is.

// Types of values that TIFF does not have, of 8 bytes each.
const (
	kindLong8  = 16
	kindIFD8   = 18
	kindLong   = 4
	sizeOfBig  = 20 // bytes of an entry
	sizeOfTIFF = 12
)

// inBigTIFF are the tags that lead to directories which are not written anew.
var inBigTIFF = []uint16{tagSubIFDs, tagExifDirectory, 0x8825} // the last one that of the position

// classicTIFF returns a BigTIFF file as a TIFF file.
func classicTIFF(data []byte) ([]byte, error) {
	const header = 16
	if len(data) < header {
		return nil, io.ErrUnexpectedEOF
	}
	order := endian(binary.LittleEndian)
	if data[0] == 'M' {
		order = binary.BigEndian
	}
	if len(data) > math.MaxInt32 || order.Uint16(data[4:]) != 8 {
		return nil, FormatNotSupported
	}
	w := bigTIFF{data: data, order: order, out: append(slices.Clone(data), 0)[:len(data)+len(data)%2]}
	order.PutUint16(w.out[2:], 42)
	link := 4 // where the offset of the next directory goes
	seen := make(map[uint64]bool)
	for at := order.Uint64(data[8:]); at != 0 && !seen[at] && len(seen) < maxDirectories; {
		seen[at] = true
		order.PutUint32(w.out[link:], uint32(len(w.out))) //nolint:gosec // below 2^32, see copyDirectory
		var err error
		if link, at, err = w.copyDirectory(at); err != nil {
			return nil, err
		}
	}
	if link == 4 {
		return nil, Corrupt
	}
	return w.out, nil
}

type endian interface {
	binary.ByteOrder
	binary.AppendByteOrder
}

// bigTIFF is a file on its way.
type bigTIFF struct {
	data  []byte
	order endian
	out   []byte
}

// copyDirectory appends a directory, and returns where the offset of its successor goes and where that one is.
func (w *bigTIFF) copyDirectory(at uint64) (link int, next uint64, err error) {
	if at > uint64(len(w.data)-8) {
		return 0, 0, io.ErrUnexpectedEOF
	}
	count, rest := w.order.Uint64(w.data[at:]), w.data[at+8:]
	if count > maxEntries {
		return 0, 0, Corrupt
	}
	if uint64(len(rest)) < count*sizeOfBig+8 {
		return 0, 0, io.ErrUnexpectedEOF
	}
	start := len(w.out)
	w.out = append(w.out, make([]byte, 2+count*sizeOfTIFF+4)...)
	entries := 0
	for ; count > 0; count, rest = count-1, rest[sizeOfBig:] {
		if slices.Contains(inBigTIFF, w.order.Uint16(rest)) {
			continue
		}
		kind, number, value := w.value(rest)
		if value == nil {
			continue // of a type that nobody knows, or outside of the file
		}
		entry := start + 2 + entries*sizeOfTIFF
		w.order.PutUint16(w.out[entry:], w.order.Uint16(rest))
		w.order.PutUint16(w.out[entry+2:], kind)
		w.order.PutUint32(w.out[entry+4:], uint32(number)) //nolint:gosec // its values are in the file
		if len(value) > 4 {
			where := uint32(len(w.out)) //nolint:gosec // at most twice the file
			w.out = append(w.out, value...)
			w.out = append(w.out, make([]byte, len(value)%2)...)
			value = w.order.AppendUint32(nil, where)
		}
		copy(w.out[entry+8:entry+12], value)
		entries++
		if len(w.out) > 2*len(w.data)+maxEntries*sizeOfTIFF { // the same values again and again
			return 0, 0, Corrupt
		}
	}
	w.order.PutUint16(w.out[start:], uint16(entries)) //nolint:gosec // at most maxEntries
	return start + 2 + entries*sizeOfTIFF, w.order.Uint64(rest), nil
}

// value returns the values of an entry with their type and number, or none.
func (w *bigTIFF) value(entry []byte) (kind uint16, number uint64, value []byte) {
	kind, number = w.order.Uint16(entry[2:]), w.order.Uint64(entry[4:])
	size := uint64(8)
	if kind != kindLong8 && kind != kindIFD8 {
		if int(kind) >= len(kindSize) || kindSize[kind] == 0 {
			return 0, 0, nil
		}
		size = uint64(kindSize[kind]) //nolint:gosec // 1 to 8
	}
	if number == 0 || number > uint64(len(w.data))/size {
		return 0, 0, nil
	}
	if value = entry[12:]; number*size > 8 {
		from := w.order.Uint64(entry[12:])
		if from > uint64(len(w.data))-number*size {
			return 0, 0, nil
		}
		value = w.data[from:]
	}
	value = value[:number*size]
	if kind != kindLong8 && kind != kindIFD8 {
		return kind, number, value
	}
	longs := make([]byte, 0, 4*number)
	for ; len(value) > 0; value = value[8:] {
		longs = w.order.AppendUint32(longs, uint32(min(w.order.Uint64(value), math.MaxUint32))) //nolint:gosec // what is more lies outside of the file
	}
	return kindLong, number, longs
}

// bigTIFFReader reads a BigTIFF file as TIFF.
func bigTIFFReader(r io.Reader) (io.Reader, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	classic, err := classicTIFF(data)
	return bytes.NewReader(classic), err
}

func bigTIFFConfig(r io.Reader) (image.Config, error) {
	classic, err := bigTIFFReader(r)
	if err != nil {
		return image.Config{}, err
	}
	return tiff.DecodeConfig(classic)
}

func decodeBigTIFF(r io.Reader) (image.Image, error) {
	classic, err := bigTIFFReader(r)
	if err != nil {
		return nil, err
	}
	return tiff.Decode(classic)
}

func bigTIFFPages(data []byte, b *budget) iter.Seq[frame] {
	classic, err := classicTIFF(data)
	if err != nil {
		return func(func(frame) bool) {}
	}
	return tiffPages(classic, b)
}

func bigTIFFFacts(data []byte, facts *hashing.Facts) {
	if classic, err := classicTIFF(data); err == nil {
		tiffFacts(classic, facts)
	}
}
