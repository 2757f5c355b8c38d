package jpegluma

import "encoding/binary"

const (
	orientationTag = 0x0112
	shortType      = 3
)

// orientation returns the EXIF orientation (1 to 8) that the first directory of a TIFF structure states, or 0.
func orientation(tiff []byte) int {
	if len(tiff) < 8 {
		return 0
	}
	var order binary.ByteOrder = binary.BigEndian
	switch string(tiff[:2]) {
	case "II":
		order = binary.LittleEndian
	case "MM":
	default:
		return 0
	}
	offset := int64(order.Uint32(tiff[4:]))
	if offset+2 > int64(len(tiff)) {
		return 0
	}
	directory := tiff[offset:]
	entries := int(order.Uint16(directory))
	for i := range entries {
		if len(directory) < 2+12*(i+1) {
			return 0
		}
		entry := directory[2+12*i:][:12]
		if order.Uint16(entry) != orientationTag {
			continue
		}
		if o := order.Uint16(entry[8:]); order.Uint16(entry[2:]) == shortType && o >= 1 && o <= 8 {
			return int(o)
		}
		return 0
	}
	return 0
}
