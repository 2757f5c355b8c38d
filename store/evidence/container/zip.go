package container

import (
	"bufio"
	"bytes"
	"errors"
	"io"
	"io/fs"
	"time"
)

// A zip's directory is read here, not by archive/zip, which keeps all of it: a phone's extraction has millions of
// members. The layout is PKWARE's APPNOTE.TXT 6.3.10, sections 4.3 and 4.5.

const (
	zipLocalMark = 0x04034b50 // "PK\3\4"
	zipEntryMark = 0x02014b50
	zipEndMark   = "PK\x05\x06"
	zip64EndMark = 0x06064b50
	zip64LocMark = 0x07064b50

	zipLocalLen = 30
	zipEntryLen = 46
	zipEndLen   = 22
	zip64EndLen = 56
	zip64LocLen = 20

	zipEncrypted  = 1 << 0
	zipDescriptor = 1 << 3  // sizes and sum follow the data
	zipPatched    = 1 << 5  // the data are a difference to another file
	zipMasked     = 1 << 13 // the directory is encrypted too
)

// zipFile is one file of a zip, as a header of its tells it.
type zipFile struct {
	name         string
	creator      uint16
	flags        uint16
	method       uint16
	dosTime      uint32
	sum          uint32
	packed, size int64
	attributes   uint32
	header       int64 // offset of its local header in the source
}

// zipPass walks a zip by its directory.
type zipPass struct {
	source     *source
	size       int64 // of the source
	limits     Limits
	start, end int64 // of the directory
	base       int64 // what was put before the zip, as in a program that unpacks itself
	records    int64 // entries that the directory should have
	twofold    bool  // there may be another directory: what another reader shows may differ
	in         *bufio.Reader
	offset     int64 // where in reads
	seen       int64 // entries read since start; -1 after a jump
	file       zipFile
	unzipper   unzipper
}

// beginZip finds the directory, or goes without.
func (c *Container) beginZip(s *source) (pass, error) {
	z := &zipPass{source: s, size: c.size, limits: c.limits}
	if !z.findDirectory() {
		if s.err != nil {
			return nil, s.err
		}
		return &zipLocals{zipPass: z}, nil
	}
	z.goTo(z.start)
	return z, nil
}

// goTo continues with the entry at offset.
func (z *zipPass) goTo(offset int64) {
	section := io.NewSectionReader(z.source, offset, max(z.end-offset, 0))
	if z.in == nil {
		z.in = bufio.NewReaderSize(section, 64<<10)
	} else {
		z.in.Reset(section)
	}
	z.offset, z.seen = offset, 0
}

// jump implements jumper.
func (z *zipPass) jump(ref Ref) error {
	if ref.offset < z.start || ref.offset > z.end {
		return broken("there is no such member")
	}
	if ref.offset != z.offset {
		z.goTo(ref.offset)
		z.seen = -1
	}
	return nil
}

// next implements pass.
func (z *zipPass) next() (*entry, error) {
	if z.offset >= z.end {
		return nil, z.complete()
	}
	at := z.offset
	fixed := make([]byte, zipEntryLen)
	if _, err := io.ReadFull(z.in, fixed); err != nil {
		return nil, broken("the directory is cut off")
	}
	if le32(fixed) != zipEntryMark {
		if uint16(z.seen) == uint16(z.records) { //nolint:gosec // as in complete
			return nil, z.complete() // a signature, or what else follows the entries
		}
		return nil, broken("the directory is damaged")
	}
	nameLen, extraLen, commentLen := int(le16(fixed[28:])), int(le16(fixed[30:])), int(le16(fixed[32:]))
	rest := make([]byte, nameLen+extraLen+commentLen)
	if _, err := io.ReadFull(z.in, rest); err != nil {
		return nil, broken("the directory is cut off")
	}
	z.offset += int64(len(fixed) + len(rest))
	if z.seen >= 0 {
		z.seen++
	}
	z.file = zipFile{
		name: string(rest[:nameLen]), creator: le16(fixed[4:]) >> 8, flags: le16(fixed[8:]), method: le16(fixed[10:]),
		dosTime: le32(fixed[12:]), sum: le32(fixed[16:]), packed: int64(le32(fixed[20:])), size: int64(le32(fixed[24:])),
		attributes: le32(fixed[38:]), header: int64(le32(fixed[42:])),
	}
	extra := rest[nameLen : nameLen+extraLen]
	z.file.widen(extra)
	z.file.header += z.base
	e := z.file.entry(extra)
	e.offset = at
	return e, nil
}

// complete returns io.EOF when the directory had as many entries as the end says (its count may have wrapped round), and
// nothing hints at members that it does not tell: the file begins like a zip, or it would not have come here.
func (z *zipPass) complete() error {
	switch {
	case z.seen >= 0 && uint16(z.seen) != uint16(z.records): //nolint:gosec // only these bits are told
		return broken("the directory has not as many members as it says")
	case z.base != 0:
		return broken("something stands before the archive, and looks like one")
	case z.twofold:
		return broken("there is more than one end")
	}
	return io.EOF
}

// open implements pass.
func (z *zipPass) open() (io.Reader, error) {
	f := &z.file
	local := make([]byte, zipLocalLen)
	if n, _ := z.source.ReadAt(local, f.header); n < len(local) || le32(local) != zipLocalMark {
		return nil, broken("a member is not where the directory says")
	}
	data := f.header + zipLocalLen + int64(le16(local[26:])) + int64(le16(local[28:]))
	if f.packed < 0 || f.size < 0 || data > z.size || f.packed > z.size-data {
		return nil, broken("a member is cut off")
	}
	r, err := z.unzipper.unzip(f.method, io.NewSectionReader(z.source, data, f.packed), f.size, z.limits.Window)
	if err != nil {
		return nil, err
	}
	return &checked{r: r, size: f.size, want: f.sum, sums: true}, nil
}

func (z *zipPass) close() {}

// entry returns what the header tells; extra are its extra fields.
func (f *zipFile) entry(extra []byte) *entry {
	e := &entry{name: f.name, size: f.size, mode: f.mode()}
	e.modified, e.local = zipTime(f.dosTime, extra)
	switch {
	case e.mode.IsDir():
	case f.flags&(zipEncrypted|zipMasked) != 0 || f.method == zipAES:
		e.reason = ReasonEncrypted
	case f.flags&zipPatched != 0 || !unzips(f.method):
		e.reason = ReasonMethod
	}
	return e
}

// mode returns the type bits. What has bytes is a file, whatever it says: nothing hides in a folder.
func (f *zipFile) mode() (mode fs.FileMode) {
	const dosFolder = 0x10
	switch f.creator {
	case 3, 19: // Unix, macOS
		mode = unixType(f.attributes >> 16)
	default:
		if f.attributes&dosFolder != 0 {
			mode = fs.ModeDir
		}
	}
	if len(f.name) > 0 && f.name[len(f.name)-1] == '/' && mode.IsRegular() {
		mode = fs.ModeDir
	}
	if mode.IsDir() && f.size > 0 {
		return 0
	}
	return mode
}

// widen reads the sizes that need more than 32 bits from the zip64 extra field.
func (f *zipFile) widen(extra []byte) {
	const wide = 0xffffffff
	field := extraField(extra, 0x0001)
	for _, value := range []*int64{&f.size, &f.packed, &f.header} {
		if *value == wide && len(field) >= 8 {
			*value = int64(le64(field)) //nolint:gosec // negative ones are refused when it is opened
			field = field[8:]
		}
	}
}

// extraField returns the data of the first extra field with this id, or nothing.
func extraField(extra []byte, id uint16) []byte {
	for len(extra) >= 4 {
		length := int(le16(extra[2:]))
		if length > len(extra)-4 {
			return nil
		}
		if le16(extra) == id {
			return extra[4 : 4+length]
		}
		extra = extra[4+length:]
	}
	return nil
}

// zipTime returns a member's time of modification, and whether it has no zone: MS-DOS's has none (and 2 seconds
// between two ticks), the extra fields of Info-ZIP, of Unix and of Windows do.
func zipTime(dos uint32, extra []byte) (modified time.Time, local bool) {
	if f := extraField(extra, 0x000a); len(f) >= 16 && le16(f[4:]) == 1 && le16(f[6:]) >= 8 {
		return fileTime(le64(f[8:])), false
	}
	if f := extraField(extra, 0x5455); len(f) >= 5 && f[0]&1 != 0 {
		return time.Unix(int64(int32(le32(f[1:]))), 0), false //nolint:gosec // signed, says Info-ZIP
	}
	for _, id := range []uint16{0x5855, 0x000d} { // Info-ZIP's and PKWARE's Unix fields: time of access, then this one
		if f := extraField(extra, id); len(f) >= 8 {
			return time.Unix(int64(le32(f[4:])), 0), false
		}
	}
	month, day := dos>>21&15, dos>>16&31
	if month == 0 || day == 0 {
		return time.Time{}, false
	}
	return time.Date(int(dos>>25)+1980, time.Month(month), int(day), int(dos>>11&31), int(dos>>5&63), int(dos&31)*2, 0, time.UTC), true
}

// fileTime returns the time of a Windows FILETIME, 100 ns since 1601, or none of 0.
func fileTime(ticks uint64) time.Time {
	const toUnix = 11644473600 // seconds from 1601 to 1970
	if ticks == 0 {
		return time.Time{}
	}
	return time.Unix(int64(ticks/1e7)-toUnix, int64(ticks%1e7)*100) //nolint:gosec // below 2^61
}

// findDirectory reads the end of the zip and reports whether there is a directory where it says.
func (z *zipPass) findDirectory() bool {
	end, tail := z.findEnd()
	if tail == nil {
		return false
	}
	z.twofold = bytes.Contains(tail[len(zipEndMark):], []byte(zipEndMark))
	z.records, z.end = int64(le16(tail[10:])), end
	size, offset := int64(le32(tail[12:])), int64(le32(tail[16:]))
	if at, wide := z.findEnd64(end); wide != nil {
		z.records, z.end = int64(le64(wide[32:])), at                 //nolint:gosec // compared modulo 2^16 only
		size, offset = int64(le64(wide[40:])), int64(le64(wide[48:])) //nolint:gosec // checked below
	}
	if size < 0 || offset < 0 || size > z.end || offset > z.end {
		return false
	}
	for _, start := range []int64{z.end - size, offset} { // the first where something was put before the zip
		mark := make([]byte, 4)
		n, _ := z.source.ReadAt(mark, start)
		if n == len(mark) && le32(mark) == zipEntryMark || start == z.end && z.records == 0 {
			z.start, z.base = start, start-offset
			return true
		}
	}
	return false
}

// findEnd returns the end record and its offset. It stands before a comment of at most 64 KiB; one whose comment reaches
// exactly to the end of the file is preferred to one that something follows.
func (z *zipPass) findEnd() (int64, []byte) {
	tail := make([]byte, min(z.size, zipEndLen+1<<16+1024))
	from := z.size - int64(len(tail))
	if n, _ := z.source.ReadAt(tail, from); n < len(tail) {
		return 0, nil
	}
	second := -1
	for i := bytes.LastIndex(tail, []byte(zipEndMark)); i >= 0; i = bytes.LastIndex(tail[:i], []byte(zipEndMark)) {
		if len(tail)-i < zipEndLen {
			continue
		}
		switch room := len(tail) - i - zipEndLen - int(le16(tail[i+20:])); {
		case room == 0:
			return from + int64(i), tail[i:]
		case room > 0 && second < 0:
			second = i
		}
	}
	if second < 0 {
		return 0, nil
	}
	return from + int64(second), tail[second:]
}

// findEnd64 returns the zip64 end record that belongs to the end record at end, and its offset.
func (z *zipPass) findEnd64(end int64) (int64, []byte) {
	locator := make([]byte, zip64LocLen)
	if end < zip64LocLen+zip64EndLen {
		return 0, nil
	}
	if n, _ := z.source.ReadAt(locator, end-zip64LocLen); n < len(locator) || le32(locator) != zip64LocMark {
		return 0, nil
	}
	for _, at := range []int64{int64(le64(locator[8:])), end - zip64LocLen - zip64EndLen} { //nolint:gosec // checked
		record := make([]byte, zip64EndLen)
		if at < 0 || at > end-zip64EndLen {
			continue
		}
		if n, _ := z.source.ReadAt(record, at); n == len(record) && le32(record) == zip64EndMark {
			return at, record
		}
	}
	return 0, nil
}

// errLonger is of a member that has more bytes than its header says.
var errLonger = errors.New("a member is longer than it says")
