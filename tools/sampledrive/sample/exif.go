package sample

import (
	"encoding/binary"
	"fmt"
	"slices"
	"time"
)

// Exif tags that the drive's cameras write (CIPA DC-008, Exif 2.32).
const (
	tagMake             = 0x010F
	tagModel            = 0x0110
	tagOrientation      = 0x0112
	tagSoftware         = 0x0131
	tagDateTime         = 0x0132
	tagExifIFD          = 0x8769
	tagGPSIFD           = 0x8825
	tagExifVersion      = 0x9000
	tagDateTimeOriginal = 0x9003
	tagOffsetTime       = 0x9010
	tagOffsetOriginal   = 0x9011
	tagBodySerial       = 0xA431
	tagGPSLatitudeRef   = 0x0001
	tagGPSLatitude      = 0x0002
	tagGPSLongitudeRef  = 0x0003
	tagGPSLongitude     = 0x0004
)

// TIFF field types (TIFF 6.0).
const (
	typeASCII     = 2
	typeShort     = 3
	typeLong      = 4
	typeRational  = 5
	typeUndefined = 7
)

// A camera is a device as its pictures describe it.
type camera struct {
	vendor, model, serial, software string
	places                          bool // writes GPS positions
}

// exposure is what a camera writes into one picture.
type exposure struct {
	camera
	taken       time.Time
	orientation int // 1 to 8; 0 is not written
	latitude    float64
	longitude   float64
}

type field struct {
	tag, kind uint16
	count     uint32
	value     []byte
}

func ascii(tag uint16, s string) field {
	return field{tag, typeASCII, uint32(len(s) + 1), append([]byte(s), 0)}
}

func short(tag, v uint16) field {
	return field{tag, typeShort, 1, binary.BigEndian.AppendUint16(nil, v)}
}

func long(tag uint16, v uint32) field {
	return field{tag, typeLong, 1, binary.BigEndian.AppendUint32(nil, v)}
}

// degrees encodes a position as degrees, minutes and hundredths of a second.
func degrees(tag uint16, v float64) field {
	hundredths := uint32(v*360000 + 0.5)
	var b []byte
	for _, n := range []uint32{hundredths / 360000, 1, hundredths / 6000 % 60, 1, hundredths % 6000, 100} {
		b = binary.BigEndian.AppendUint32(b, n)
	}
	return field{tag, typeRational, 3, b}
}

// directory encodes fields as an image file directory that starts at the given offset of the TIFF stream.
func directory(offset int, fields []field) []byte {
	slices.SortFunc(fields, func(a, b field) int { return int(a.tag) - int(b.tag) })
	head := binary.BigEndian.AppendUint16(nil, uint16(len(fields)))
	room := offset + 2 + 12*len(fields) + 4
	var tail []byte
	for _, f := range fields {
		head = binary.BigEndian.AppendUint16(head, f.tag)
		head = binary.BigEndian.AppendUint16(head, f.kind)
		head = binary.BigEndian.AppendUint32(head, f.count)
		if len(f.value) <= 4 {
			head = append(head, append(slices.Clone(f.value), 0, 0, 0, 0)[:4]...)
			continue
		}
		head = binary.BigEndian.AppendUint32(head, uint32(room+len(tail)))
		if tail = append(tail, f.value...); len(tail)%2 == 1 {
			tail = append(tail, 0)
		}
	}
	return append(binary.BigEndian.AppendUint32(head, 0), tail...)
}

// tiff encodes e as the TIFF stream of an Exif segment.
func (e exposure) tiff() []byte {
	const stamp = "2006:01:02 15:04:05"
	root := []field{ascii(tagMake, e.vendor), ascii(tagModel, e.model), ascii(tagDateTime, e.taken.Format(stamp))}
	if e.software != "" {
		root = append(root, ascii(tagSoftware, e.software))
	}
	if e.orientation != 0 {
		root = append(root, short(tagOrientation, uint16(e.orientation)))
	}
	exif := []field{
		{tagExifVersion, typeUndefined, 4, []byte("0232")},
		ascii(tagDateTimeOriginal, e.taken.Format(stamp)),
		ascii(tagOffsetTime, e.taken.Format("-07:00")),
		ascii(tagOffsetOriginal, e.taken.Format("-07:00")),
	}
	if e.serial != "" {
		exif = append(exif, ascii(tagBodySerial, e.serial))
	}
	var gps []field
	pointers := []field{long(tagExifIFD, 0)}
	if e.places {
		gps = []field{ascii(tagGPSLatitudeRef, "N"), degrees(tagGPSLatitude, e.latitude), ascii(tagGPSLongitudeRef, "E"), degrees(tagGPSLongitude, e.longitude)}
		pointers = append(pointers, long(tagGPSIFD, 0))
	}

	// The pointers do not change the length of the root directory: measure it with zeros first.
	const start = 8
	exifAt := start + len(directory(start, slices.Concat(root, pointers)))
	exifBytes := directory(exifAt, exif)
	gpsAt := exifAt + len(exifBytes)
	pointers[0] = long(tagExifIFD, uint32(exifAt))
	if e.places {
		pointers[1] = long(tagGPSIFD, uint32(gpsAt))
	}
	out := append([]byte("MM\x00*"), 0, 0, 0, start)
	out = append(out, directory(start, slices.Concat(root, pointers))...)
	out = append(out, exifBytes...)
	if e.places {
		out = append(out, directory(gpsAt, gps)...)
	}
	return out
}

// tag returns the JPEG with e as its first application segment.
func (e exposure) tag(jpeg []byte) ([]byte, error) {
	if len(jpeg) < 2 || jpeg[0] != 0xFF || jpeg[1] != 0xD8 {
		return nil, fmt.Errorf("not a JPEG: no place for Exif")
	}
	payload := append([]byte("Exif\x00\x00"), e.tiff()...)
	segment := binary.BigEndian.AppendUint16([]byte{0xFF, 0xD8, 0xFF, 0xE1}, uint16(len(payload)+2))
	return slices.Concat(segment, payload, jpeg[2:]), nil
}
