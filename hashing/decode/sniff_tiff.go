package decode

import (
	"bytes"
	"encoding/binary"

	"vigie/hashing"
)

// TIFF 6.0, TIFF/EP and DNG 1.7 tags that tell a raw picture from a plain TIFF.
const (
	tagNewSubfileType = 0x00fe
	tagMake           = 0x010f
	tagSubIFDs        = 0x014a
	tagDNGVersion     = 0xc612
)

// rawMakers are the makers whose raw pictures are TIFF files with the sensor's data in a sub-directory, by the
// beginning of the Make tag.
var rawMakers = []struct{ prefix, format string }{
	{"NIKON", "nef"}, {"SONY", "arw"}, {"PENTAX", "pef"}, {"RICOH", "pef"}, {"SAMSUNG", "srw"},
}

// sniffTIFF tells the raw pictures that use the TIFF structure from plain TIFF. It looks at the first directory
// only, and only where that lies within head: otherwise the file counts as a plain TIFF.
func sniffTIFF(head []byte) (hashing.Kind, string) {
	var order binary.ByteOrder
	switch {
	case bytes.HasPrefix(head, []byte("II*\x00")):
		order = binary.LittleEndian
	case bytes.HasPrefix(head, []byte("MM\x00*")):
		order = binary.BigEndian
	default:
		return "", ""
	}
	if len(head) >= 11 && string(head[8:11]) == "CR\x02" {
		return hashing.KindPicture, "cr2"
	}
	if len(head) < 8 {
		return hashing.KindPicture, "tiff"
	}
	return hashing.KindPicture, rawFormat(head, order)
}

// rawFormat reads the first directory of a TIFF file.
func rawFormat(head []byte, order binary.ByteOrder) string {
	start := int64(order.Uint32(head[4:]))
	if start+2 > int64(len(head)) {
		return "tiff"
	}
	var maker []byte
	subDirectories, reduced := false, false
	count := int(order.Uint16(head[start:]))
	for entry := head[start+2:]; count > 0 && len(entry) >= 12; entry, count = entry[12:], count-1 {
		value := order.Uint32(entry[8:])
		switch order.Uint16(entry) {
		case tagDNGVersion:
			return "dng"
		case tagSubIFDs:
			subDirectories = true
		case tagNewSubfileType:
			reduced = value&1 != 0
		case tagMake:
			if int64(value) < int64(len(head)) {
				maker = head[value:]
			}
		}
	}
	if subDirectories && reduced {
		for _, m := range rawMakers {
			if bytes.HasPrefix(maker, []byte(m.prefix)) {
				return m.format
			}
		}
	}
	return "tiff"
}
