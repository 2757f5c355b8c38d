package container

import (
	"io"
	"strings"
)

// A compound file ([MS-CFB]) is a file system of its own: a table of sectors chains those of each stream, a second one the
// small sectors of short streams. Nothing of it is believed: a chain has no more sectors than the file.

const (
	oleMark        = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
	oleHeaderLen   = 512
	oleHeadTable   = 109 // sectors of the table that the header tells
	oleMiniSector  = 64
	oleMiniStream  = 4096 // bytes; shorter streams lie in small sectors
	oleEntryLen    = 128
	oleLastSector  = 0xfffffffa // numbers above mean something else
	oleEndOfChain  = 0xfffffffe
	oleNoEntry     = 0xffffffff
	oleMaxEntries  = 1 << 17 // of the directory: 64 MiB here; installers of large programs have some thousands
	oleMaxSmall    = 1 << 20 // sectors that hold small ones, and of their table: 512 MiB of short streams
	oleSortStorage = 1
	oleSortStream  = 2
	oleSortRoot    = 5
)

// oleFile is an opened compound file.
type oleFile struct {
	source    *source
	size      int64
	sector    int64    // bytes of one
	table     []uint32 // the sectors of the table of sectors
	small     []uint32 // the sectors that small ones lie in
	smallNext []uint32 // the sectors of their table
	entries   []oleEntry
	cut       bool // the directory has more
	cached    []byte
	cachedAt  int64 // offset of cached in the file
	children  map[uint32][]uint32
}

// oleEntry is one of the directory.
type oleEntry struct {
	name               string
	sort               byte
	left, right, child uint32
	parent             uint32
	start              uint32
	size               int64
	modified           uint64
}

// openOLE reads header, table and directory. It fails when there is no directory.
func openOLE(s *source, size int64) (*oleFile, error) {
	h := make([]byte, oleHeaderLen)
	if n, _ := s.ReadAt(h, 0); n < len(h) {
		return nil, broken("the header is cut off")
	}
	shift := le16(h[30:])
	if shift < 7 || shift > 16 {
		return nil, broken("the header is damaged")
	}
	o := &oleFile{source: s, size: size, sector: 1 << shift, cachedAt: -1}
	o.readTable(h)
	if err := o.readDirectory(le32(h[48:]), le16(h[26:]) < 4); err != nil {
		return nil, err
	}
	o.smallNext = o.chain(le32(h[60:]), oleMaxSmall)
	o.small = o.chain(o.entries[0].start, oleMaxSmall)
	return o, nil
}

// sectors is how many the file has.
func (o *oleFile) sectors() int64 { return max(o.size/o.sector, 1) }

// at returns the offset of a sector: the header takes the place of one.
func (o *oleFile) at(sector uint32) int64 { return (int64(sector) + 1) * o.sector }

// readTable lists the sectors of the table: the first in the header, the others in a chain.
func (o *oleFile) readTable(h []byte) {
	most := int(o.sectors()/(o.sector/4)) + 1
	for i := range min(oleHeadTable, most) {
		o.table = append(o.table, le32(h[76+4*i:]))
	}
	b := make([]byte, o.sector)
	next := le32(h[68:])
	for len(o.table) < most && next < oleLastSector {
		if n, _ := o.source.ReadAt(b, o.at(next)); n < len(b) {
			return
		}
		for i := 0; i < len(b)-4 && len(o.table) < most; i += 4 {
			o.table = append(o.table, le32(b[i:]))
		}
		next = le32(b[len(b)-4:])
	}
}

// number returns the i-th number of a table that lies in sectors.
func (o *oleFile) number(sectors []uint32, i uint32) uint32 {
	each := uint32(o.sector / 4) //nolint:gosec // below 2^16
	if i/each >= uint32(len(sectors)) || sectors[i/each] >= oleLastSector {
		return oleEndOfChain
	}
	at := o.at(sectors[i/each])
	if o.cachedAt != at {
		if o.cached == nil {
			o.cached = make([]byte, o.sector)
		}
		o.cachedAt = -1
		if n, _ := o.source.ReadAt(o.cached, at); n < len(o.cached) {
			clear(o.cached[n:]) // the last sector of a file that is cut off
			if n == 0 {
				return oleEndOfChain
			}
		}
		o.cachedAt = at
	}
	return le32(o.cached[4*(i%each):])
}

// next returns the sector behind one.
func (o *oleFile) next(sector uint32) uint32 { return o.number(o.table, sector) }

// chain lists the sectors of a chain, at most so many.
func (o *oleFile) chain(sector uint32, most int) (all []uint32) {
	most = int(min(int64(most), o.sectors()))
	for sector < oleLastSector && len(all) < most {
		all = append(all, sector)
		sector = o.next(sector)
	}
	return all
}

// readDirectory reads all entries, and finds what each lies in.
func (o *oleFile) readDirectory(start uint32, narrow bool) error {
	b := make([]byte, o.sector)
	left := o.sectors()
	for ; start < oleLastSector && left > 0 && !o.cut; left-- {
		n, _ := o.source.ReadAt(b, o.at(start))
		if n == 0 {
			break
		}
		for i := 0; i+oleEntryLen <= n; i += oleEntryLen {
			o.entries = append(o.entries, oleEntryOf(b[i:i+oleEntryLen], narrow))
		}
		o.cut = len(o.entries) >= oleMaxEntries
		start = o.next(start)
	}
	if len(o.entries) == 0 {
		return broken("there is no directory")
	}
	return nil
}

func oleEntryOf(b []byte, narrow bool) oleEntry {
	e := oleEntry{
		name: oleName(b[:min(max(int(le16(b[64:]))-2, 0), 62)]), sort: b[66],
		left: le32(b[68:]), right: le32(b[72:]), child: le32(b[76:]), parent: oleNoEntry,
		modified: le64(b[108:]), start: le32(b[116:]), size: int64(min(le64(b[120:]), 1<<62)), //nolint:gosec // it fits
	}
	if narrow { // some leave the upper half as it was
		e.size = int64(le32(b[120:]))
	}
	return e
}

// oleName decodes UTF-16. Characters that control are written as 7-Zip does, "[5]SummaryInformation", and those of an
// installer's tables, packed two into one, are unpacked.
func oleName(b []byte) string {
	const packed = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz._"
	var name strings.Builder
	for _, r := range utf16Text(b) {
		switch {
		case r >= 0x3800 && r < 0x4840:
			name.WriteByte(packed[(r-0x3800)&63])
			if second := (r - 0x3800) >> 6; second < 64 {
				name.WriteByte(packed[second])
			}
		case r == 0x4840:
			name.WriteByte('!')
		case r < ' ':
			name.WriteString("[" + string("0123456789ABCDEFGHIJKLMNOPQRSTUV"[r]) + "]")
		case r == '/' || r == '\\' || r == ':':
			name.WriteByte('_')
		default:
			name.WriteRune(r)
		}
	}
	return name.String()
}

// order lists the streams as the tree has them, those behind that it does not reach.
func (o *oleFile) order() (streams []uint32) {
	reached := make([]bool, len(o.entries))
	reached[0] = true
	type step struct{ entry, parent uint32 }
	stack := []step{{o.entries[0].child, 0}}
	for len(stack) > 0 {
		s := stack[len(stack)-1]
		stack = stack[:len(stack)-1]
		if s.entry >= uint32(len(o.entries)) || reached[s.entry] { //nolint:gosec // below 2^17
			continue
		}
		reached[s.entry] = true
		e := &o.entries[s.entry]
		e.parent = s.parent
		if e.sort == oleSortStream {
			streams = append(streams, s.entry)
		}
		stack = append(stack, step{e.right, s.parent}, step{e.left, s.parent}, step{e.child, s.entry})
	}
	for i, e := range o.entries {
		if !reached[i] && e.sort == oleSortStream && e.size > 0 {
			streams = append(streams, uint32(i)) //nolint:gosec // below 2^17
		}
	}
	return streams
}

// path returns the names of an entry and of what it lies in; no more of them than limit bytes need.
func (o *oleFile) path(entry uint32, limit int) string {
	p := o.entries[entry].name
	for parent := o.entries[entry].parent; parent != oleNoEntry && parent != 0 && len(p) <= limit; parent = o.entries[parent].parent {
		p = o.entries[parent].name + "/" + p
	}
	return p
}

// oleStream reads one stream. It ends with an error when the chain does before the bytes.
type oleStream struct {
	file   *oleFile
	small  bool
	sector uint32
	within int64 // offset in sector
	left   int64
	steps  int64 // sectors that the chain may have yet
}

// stream returns the bytes of an entry.
func (o *oleFile) stream(entry uint32) *oleStream {
	e := o.entries[entry]
	s := &oleStream{file: o, sector: e.start, left: e.size, small: e.size < oleMiniStream, steps: o.sectors()}
	if s.small {
		s.steps = oleMiniStream / oleMiniSector
	}
	return s
}

// Read implements io.Reader.
func (s *oleStream) Read(p []byte) (int, error) {
	if s.left <= 0 {
		return 0, io.EOF
	}
	at, run, ok := s.run(int64(len(p)))
	if !ok {
		return 0, broken("a stream is shorter than it says")
	}
	n, _ := s.file.source.ReadAt(p[:min(int64(len(p)), run, s.left)], at)
	s.left -= int64(n)
	s.within += int64(n)
	if n == 0 {
		return 0, broken("a stream is cut off")
	}
	return n, nil
}

// run returns where the next bytes lie, and how many in one piece: want, or as many as sectors follow each other.
func (s *oleStream) run(want int64) (at, length int64, ok bool) {
	each := s.each()
	for s.within >= each {
		s.sector = s.following(s.sector)
		s.within -= each
		s.steps--
	}
	if s.sector >= oleLastSector || s.steps <= 0 {
		return 0, 0, false
	}
	if !s.small {
		length = each - s.within
		first := s.sector
		for length < want && s.steps > 1 {
			next := s.following(s.sector)
			if next != s.sector+1 {
				break
			}
			s.sector, length = next, length+each
			s.steps--
			s.within -= each
		}
		// within counts from the last sector of the run: below zero while the run is read
		return s.file.at(first) + s.offset(first), length, true
	}
	per := uint32(s.file.sector / oleMiniSector) //nolint:gosec // below 2^10
	if per == 0 || s.sector/per >= uint32(len(s.file.small)) {
		return 0, 0, false
	}
	return s.file.at(s.file.small[s.sector/per]) + int64(s.sector%per)*oleMiniSector + s.within, each - s.within, true
}

// offset returns within as counted from an earlier sector of the same run.
func (s *oleStream) offset(first uint32) int64 { return s.within + int64(s.sector-first)*s.file.sector }

func (s *oleStream) each() int64 {
	if s.small {
		return oleMiniSector
	}
	return s.file.sector
}

func (s *oleStream) following(sector uint32) uint32 {
	if s.small {
		return s.file.number(s.file.smallNext, sector)
	}
	return s.file.next(sector)
}
