package decode

import (
	"bytes"
	"encoding/binary"
)

const (
	// maxDirectories bounds how many directories of one TIFF structure are read, and maxEntries how many entries of
	// each: raw pictures have a dozen of some hundred.
	maxDirectories = 64
	maxEntries     = 4096
	// maxDepth bounds how deep directories lie in each other.
	maxDepth = 4
)

// tiffFile is a TIFF structure: a file, or what EXIF and MPF put into other files. Offsets are from its beginning.
type tiffFile struct {
	data  []byte
	order binary.ByteOrder
}

// tiffEntry is one entry of a directory (TIFF 6.0, section 2).
type tiffEntry struct {
	tag, kind uint16
	count     uint32
	value     []byte // all count values; nil when they lie outside of the file
	at        int64  // where they are, unless they are in the entry itself
}

// tiffDirectory is one directory: a page, a reduced picture, or a collection of tags.
type tiffDirectory struct {
	entries []tiffEntry
	next    int64 // offset of the next one in the chain; 0 for none
}

// kindSize is how many bytes a value takes, by the number of its type.
var kindSize = [...]int64{0, 1, 1, 2, 4, 8, 1, 1, 2, 4, 8, 4, 8, 4}

// openTIFF returns the structure that data begins with, and the offset of its first directory. The raw formats of
// Panasonic and Olympus differ from TIFF in the number after the byte order only.
func openTIFF(data []byte) (t tiffFile, first int64, ok bool) {
	if len(data) < 8 {
		return t, 0, false
	}
	switch {
	case bytes.HasPrefix(data, []byte("II")):
		t.order = binary.LittleEndian
	case bytes.HasPrefix(data, []byte("MM")):
		t.order = binary.BigEndian
	default:
		return t, 0, false
	}
	t.data = data
	return t, int64(t.order.Uint32(data[4:])), true
}

// directory reads the directory at an offset, as much of it as there is.
func (t tiffFile) directory(at int64) (d tiffDirectory, ok bool) {
	if at < 0 || at+2 > int64(len(t.data)) {
		return d, false
	}
	count := int(t.order.Uint16(t.data[at:]))
	rest := t.data[at+2:]
	for range min(count, maxEntries) {
		if len(rest) < 12 {
			return d, true
		}
		e := tiffEntry{tag: t.order.Uint16(rest), kind: t.order.Uint16(rest[2:]), count: t.order.Uint32(rest[4:])}
		if int(e.kind) < len(kindSize) {
			size := kindSize[e.kind] * int64(e.count)
			if size <= 4 {
				e.value = rest[8 : 8+size]
			} else if from := int64(t.order.Uint32(rest[8:])); from+size <= int64(len(t.data)) {
				e.value, e.at = t.data[from:from+size], from
			}
		}
		d.entries = append(d.entries, e)
		rest = rest[12:]
	}
	if count <= maxEntries && len(rest) >= 4 {
		d.next = int64(t.order.Uint32(rest))
	}
	return d, true
}

// entry returns the entry of a tag.
func (d tiffDirectory) entry(tag uint16) (tiffEntry, bool) {
	for _, e := range d.entries {
		if e.tag == tag {
			return e, true
		}
	}
	return tiffEntry{}, false
}

// numbers returns the values of a tag, which are whole numbers.
func (t tiffFile) numbers(d tiffDirectory, tag uint16) []int64 {
	e, _ := d.entry(tag)
	var list []int64
	for v := e.value; len(v) > 0 && len(list) < maxEntries; {
		switch e.kind {
		case 1, 7:
			list, v = append(list, int64(v[0])), v[1:]
		case 3:
			list, v = append(list, int64(t.order.Uint16(v))), v[2:]
		case 4, 13:
			list, v = append(list, int64(t.order.Uint32(v))), v[4:]
		default:
			return nil
		}
	}
	return list
}

// number returns the first value of a tag, or 0.
func (t tiffFile) number(d tiffDirectory, tag uint16) int64 {
	if list := t.numbers(d, tag); len(list) > 0 {
		return list[0]
	}
	return 0
}
