package decode

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"io"
	"unicode/utf16"
)

const (
	// maxProfile bounds how much of a colour profile is unpacked: its name is near its beginning.
	maxProfile = 64 << 10
	// iccMarker begins the part of a profile that a JPEG segment holds; a number and a count follow.
	iccMarker = "ICC_PROFILE\x00"
)

// iccProfile returns the colour profile of a file, or the beginning of it.
func iccProfile(data []byte, format string) []byte {
	switch format {
	case "jpeg":
		for s := range jpegSegments(data) {
			if s.marker == markerAPP2 && bytes.HasPrefix(s.body, []byte(iccMarker)) && len(s.body) > len(iccMarker)+2 {
				return s.body[len(iccMarker)+2:]
			}
		}
	case "png":
		for c := range pngChunks(data) {
			if c.kind == "iCCP" {
				if _, packed, ok := bytes.Cut(c.body, []byte{0}); ok && len(packed) > 1 {
					return inflate(packed[1:], maxProfile)
				}
			}
		}
	case "webp":
		for c := range webpChunks(data) {
			if c.kind == "ICCP" {
				return c.body
			}
		}
	case "tiff":
		if t, first, ok := openTIFF(data); ok {
			if d, ok := t.directory(first); ok {
				e, _ := d.entry(0x8773)
				return e.value
			}
		}
	case "heic", "heif", "avif":
		for b := range boxes(find(data, "meta", "iprp", "ipco")) {
			if b.kind == "colr" && len(b.body) > 4 && (string(b.body[:4]) == "prof" || string(b.body[:4]) == "rICC") {
				return b.body[4:]
			}
		}
	case "jp2":
		const restricted = 2 // a profile that needs no more than a matrix; the same bytes
		if colour := find(data, "jp2h", "colr"); len(colour) > 3 && colour[0] >= restricted {
			return colour[3:]
		}
	}
	return nil
}

// inflate unpacks at most max bytes; what there is before an error.
func inflate(packed []byte, max int64) []byte {
	r, err := zlib.NewReader(bytes.NewReader(packed))
	if err != nil {
		return nil
	}
	out, _ := io.ReadAll(io.LimitReader(r, max))
	return out
}

// profileName returns the description of an ICC profile (ICC.1:2022, section 9.2.41; type desc of version 2).
func profileName(profile []byte) string {
	const header, entry = 128, 12
	if len(profile) < header+4 {
		return ""
	}
	tags := profile[header+4:]
	for range min(int(binary.BigEndian.Uint32(profile[header:])), 100) {
		if len(tags) < entry {
			return ""
		}
		if string(tags[:4]) == "desc" {
			return Clean(description(part(profile, int64(binary.BigEndian.Uint32(tags[4:])), int64(binary.BigEndian.Uint32(tags[8:])))))
		}
		tags = tags[entry:]
	}
	return ""
}

// description reads a text of either version.
func description(tag []byte) string {
	switch {
	case len(tag) >= 12 && string(tag[:4]) == "desc":
		text := part(tag, 12, int64(binary.BigEndian.Uint32(tag[8:])))
		text, _, _ = bytes.Cut(text, []byte{0})
		return string(text)
	case len(tag) >= 28 && string(tag[:4]) == "mluc": // several languages, the first of which will do
		raw := part(tag, int64(binary.BigEndian.Uint32(tag[24:])), int64(binary.BigEndian.Uint32(tag[20:])))
		var units []uint16
		for ; len(raw) >= 2 && len(units) < 4*maxText; raw = raw[2:] {
			units = append(units, binary.BigEndian.Uint16(raw))
		}
		return string(utf16.Decode(units))
	}
	return ""
}
