package container

import (
	"bytes"
	"io"
	"strconv"
	"strings"
	"unicode/utf16"
)

// Thumbs.db of Windows ME to XP is a compound file: a stream for each picture, called by its number written backwards,
// and a catalog of numbers, times and names of files. Vista's, on shares, have no catalog, and streams like
// "256_0123456789abcdef".

const thumbsCatalog = "Catalog"

// catalogBytes bounds a catalog: that of a folder of 100,000 pictures has 5 MB.
const catalogBytes = 16 << 20

// readCatalog returns what a Thumbs.db says of its streams; nothing where this is none.
func (o *olePass) readCatalog() map[string]thumbEntry {
	all := map[string]thumbEntry{}
	sized := 0
	for _, i := range o.streams {
		e := o.file.entries[i]
		if size, hash, ok := strings.Cut(e.name, "_"); e.parent == 0 && ok && isNumber(size) && len(hash) >= 8 && strings.Trim(hash, "0123456789abcdef") == "" {
			sized++
		}
		if e.name != thumbsCatalog || e.parent != 0 {
			continue
		}
		b, _ := io.ReadAll(io.LimitReader(metered{o.file.stream(i), o.meter}, catalogBytes))
		return catalogOf(b)
	}
	if sized == 0 {
		return nil
	}
	return all
}

// catalogOf reads a catalog; nothing where it is none: another file may have a stream called so.
func catalogOf(b []byte) map[string]thumbEntry {
	const head, fixed = 16, 16
	if len(b) < head || le16(b) != head {
		return nil
	}
	all := map[string]thumbEntry{}
	for b = b[head:]; len(b) >= fixed; {
		length := int(le32(b))
		if length < fixed || length > len(b) {
			break
		}
		name, _, _ := strings.Cut(utf16Text(b[fixed:length]), "\x00")
		if _, twice := all[backwards(le32(b[4:]))]; !twice {
			all[backwards(le32(b[4:]))] = thumbEntry{name: mailName(name), modified: fileTime(le64(b[8:]))}
		}
		b = b[length:]
	}
	return all
}

// backwards writes a number as the streams are called.
func backwards(number uint32) string {
	s := []byte(strconv.FormatUint(uint64(number), 10))
	for i, j := 0, len(s)-1; i < j; i, j = i+1, j-1 {
		s[i], s[j] = s[j], s[i]
	}
	return string(s)
}

func isNumber(s string) bool { return s != "" && strings.Trim(s, "0123456789") == "" }

// thumbnail makes of a stream of a Thumbs.db its picture: called as the file it shows, without the header that says how
// long it and the picture are; it returns that header's length. The oldest ones have no JPEG but one that lacks its
// tables: it comes as it is.
func (o *olePass) thumbnail(stream uint32, told *entry) (from int64) {
	e := o.file.entries[stream]
	head := make([]byte, 64)
	n, _ := io.ReadFull(o.file.stream(stream), head)
	if head = head[:n]; n < 16 || e.name == thumbsCatalog || e.parent != 0 {
		return 0
	}
	length := int(le32(head))
	known, listed := o.catalog[e.name]
	if length < 12 || length > n-3 || !listed && int64(le32(head[8:])) != e.size-int64(length) && !strings.Contains(e.name, "_") {
		return 0
	}
	extension := ".thumbnail"
	if bytes.HasPrefix(head[length:], []byte("\xff\xd8\xff")) {
		extension = ".jpg"
	}
	if known.name != "" {
		told.name = known.name
	}
	if !strings.HasSuffix(strings.ToLower(told.name), extension) {
		told.name += extension
	}
	if !known.modified.IsZero() {
		told.modified = known.modified
	}
	told.size = e.size - int64(length)
	return int64(length)
}

// utf16Text decodes UTF-16 of the small end.
func utf16Text(b []byte) string {
	units := make([]uint16, 0, len(b)/2)
	for i := 0; i+1 < len(b); i += 2 {
		units = append(units, le16(b[i:]))
	}
	return string(utf16.Decode(units))
}
