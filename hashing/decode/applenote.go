package decode

import (
	"bytes"
	"encoding/binary"
	"strings"
)

// appleNote begins the maker's note of Apple's cameras: a TIFF directory follows, whose offsets are from the note's
// beginning.
const appleNote = "Apple iOS\x00\x00\x01MM"

// tagContentIdentifier is what the still and the film of a live photo share, in Apple's note.
const tagContentIdentifier = 0x0011

// liveIdentifier returns the identifier of a live photo's still, or "".
func liveIdentifier(data []byte) string {
	at := bytes.Index(data, []byte(appleNote))
	if at < 0 {
		return ""
	}
	note := tiffFile{data: data[at:], order: binary.BigEndian}
	d, ok := note.directory(int64(len(appleNote)))
	if !ok {
		return ""
	}
	e, _ := d.entry(tagContentIdentifier)
	return identifier(string(bytes.TrimRight(e.value, "\x00")))
}

// identifier returns what looks like the identifier of a live photo, a UUID, and "" for anything else.
func identifier(id string) string {
	id = Clean(id)
	if len(id) < 8 || strings.Trim(id, "0123456789abcdefABCDEF-") != "" {
		return ""
	}
	return id
}
