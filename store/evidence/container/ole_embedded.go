package container

import (
	"bytes"
	"io"
	"strings"
)

// attachmentName returns the name of the file that a stream of a message of Outlook is the content of ([MS-OXMSG]): it
// lies beside it, in UTF-16 or in bytes of some code page.
func (o *olePass) attachmentName(stream uint32) string {
	const content = "__substg1.0_37010102"
	e := o.file.entries[stream]
	if e.name != content || e.parent == oleNoEntry {
		return ""
	}
	for _, wanted := range []string{"__substg1.0_3707001F", "__substg1.0_3707001E", "__substg1.0_3704001F", "__substg1.0_3704001E"} {
		for _, i := range o.file.siblings(stream) {
			if o.file.entries[i].name != wanted {
				continue
			}
			b, _ := io.ReadAll(io.LimitReader(o.file.stream(i), 2*nameBytes+64))
			if strings.HasSuffix(wanted, "1F") {
				return mailName(utf16Text(b))
			}
			return mailName(string(b))
		}
	}
	return ""
}

// siblings returns the entries that lie where one does.
func (o *oleFile) siblings(entry uint32) (all []uint32) {
	if o.children == nil {
		o.children = make(map[uint32][]uint32)
		for i := range o.entries {
			if p := o.entries[i].parent; p != oleNoEntry {
				o.children[p] = append(o.children[p], uint32(i)) //nolint:gosec // below 2^17
			}
		}
	}
	return o.children[o.entries[entry].parent]
}

// packagedFile is the stream of a file that was put into a document as an object.
const packagedFile = "[1]Ole10Native"

// packaged makes of such a stream the file, under its own name, and returns where it begins: behind a length, a mark, a
// title, the path it had, two numbers, and the path of a copy with its length. Other programs keep other things under
// this name: those come whole.
func (o *olePass) packaged(stream uint32, told *entry) (from int64) {
	e := o.file.entries[stream]
	const most = 4 << 10 // bytes before the file
	b := make([]byte, most)
	n, _ := io.ReadFull(o.file.stream(stream), b)
	b = b[:n]
	if len(b) < 6 || le16(b[4:]) != 2 {
		return 0
	}
	title, b, ok := bytes.Cut(b[6:], []byte{0})
	if !ok || len(title) == 0 {
		return 0
	}
	if _, b, ok = bytes.Cut(b, []byte{0}); !ok || len(b) < 8 || le16(b[2:]) != 3 {
		return 0
	}
	copied := int64(le32(b[4:]))
	if b = b[8:]; copied+4 > int64(len(b)) {
		return 0
	}
	size := int64(le32(b[copied:]))
	from = int64(n) - int64(len(b)) + copied + 4
	if size > e.size-from {
		return 0
	}
	told.name = strings.TrimSuffix(told.name, e.name) + mailName(string(title))
	told.size = size
	return from
}
