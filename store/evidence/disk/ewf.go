package disk

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"hash/adler32"
	"io"
	"sort"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// The Expert Witness Compression Format, version 1, as libewf's documentation describes it ("EWF file format", Joachim
// Metz): each segment is a list of sections; the drive lies in chunks of some 32 KiB, packed with zlib or as they are,
// each with a checksum of its own; tables say where chunks begin.

const (
	ewfFileHeader    = 13
	ewfSectionHeader = 76
	ewfTableHeader   = 24
	// ewfMaxChunk is how large a chunk may be: tools go up to 32,768 sectors.
	ewfMaxChunk = 32768 * sectorBytes
	// ewfMaxSections is how many sections one segment may have; tools write four for each table of 16,375 chunks or more.
	ewfMaxSections = 1 << 16
	// ewfMaxTables is how many tables an image may have, at some 80 bytes of memory each.
	ewfMaxTables = 1 << 20
	// ewfMaxEntries is how many chunks one table may tell of; tools write up to 65,534.
	ewfMaxEntries = 1 << 22
	// ewfCacheBytes is how much of what was unpacked last is kept.
	ewfCacheBytes = 4 << 20
)

// ewfTable says where some chunks lie.
type ewfTable struct {
	first      int64 // its first chunk's number
	chunks     int64
	file       int   // of which segment
	entries    int64 // where its list begins
	copy       int64 // where the second list begins, in table2; 0: none
	base       int64 // where its offsets count from
	end        int64 // of the last chunk's bytes
	unpackedAt int64 // from this chunk of the table on, offsets need all 32 bits and no chunk is packed
}

// ewfImage reads the drive that lies in an E01.
type ewfImage struct {
	*span
	tables     []ewfTable
	size       int64
	chunk      int64 // bytes
	sector     int
	md5, sha1  string
	done       bool
	sectorsEnd int64 // of the section of chunks seen last

	cache recent
	zlibs sync.Pool
}

// openEWF reads the lists of sections of all segments; no chunk is touched.
func openEWF(s *span) (*ewfImage, error) {
	e := &ewfImage{span: s, cache: recent{max: ewfCacheBytes}}
	for i := range s.files {
		if err := e.readSegment(i); err != nil {
			return nil, err
		}
	}
	switch {
	case e.chunk == 0:
		return nil, broken("no section says how large the drive is")
	case !e.done:
		return nil, &Error{Reason: ReasonSegment, Err: errors.New("the last segment says that another follows")}
	}
	told := int64(0)
	if n := len(e.tables); n > 0 {
		told = e.tables[n-1].first + e.tables[n-1].chunks
	}
	if told < (e.size+e.chunk-1)/e.chunk {
		return nil, broken("the tables tell of fewer chunks than the drive has")
	}
	return e, nil
}

func (e *ewfImage) readSegment(file int) error {
	f := e.files[file]
	head := make([]byte, ewfFileHeader)
	if _, err := f.ReadAt(head, 0); err != nil || !bytes.HasPrefix(head, []byte(magics[0].mark)) {
		return &Error{Reason: ReasonBroken, Err: errors.New("a segment does not begin as one")}
	}
	if number := int(binary.LittleEndian.Uint16(head[9:])); number != file+1 {
		return &Error{Reason: ReasonSegment, Err: errors.New("a segment has another number than its name says")}
	}
	length := e.ends[file]
	if file > 0 {
		length -= e.ends[file-1]
	}
	e.sectorsEnd = 0
	at := int64(ewfFileHeader)
	section := make([]byte, ewfSectionHeader)
	for range ewfMaxSections {
		if _, err := f.ReadAt(section, at); err != nil {
			return broken("a list of sections ends early")
		}
		if adler32.Checksum(section[:72]) != binary.LittleEndian.Uint32(section[72:]) {
			return broken("the header of a section is damaged")
		}
		kind := string(bytes.TrimRight(section[:16], "\x00"))
		next := int64(binary.LittleEndian.Uint64(section[16:]) & (1<<63 - 1)) //nolint:gosec // below 2^63
		end := next
		if kind == "done" || kind == "next" {
			e.done = kind == "done"
			return nil
		}
		if next <= at || next > length {
			return broken("a section ends beyond its segment")
		}
		if err := e.readSection(file, kind, at+ewfSectionHeader, end); err != nil {
			return err
		}
		at = next
	}
	return broken("a segment has too many sections")
}

func (e *ewfImage) readSection(file int, kind string, at, end int64) error {
	const most = 4 << 10 // bytes of a section that we look at
	data := make([]byte, max(0, min(end-at, most)))
	if _, err := e.files[file].ReadAt(data, at); err != nil {
		return &Error{Reason: ReasonInput, Err: err}
	}
	switch kind {
	case "volume", "disk", "data":
		return e.readVolume(data)
	case "sectors":
		e.sectorsEnd = end
	case "table":
		return e.readTable(file, data, at, end)
	case "table2":
		if n := len(e.tables); n > 0 && e.tables[n-1].file == file && len(data) > ewfTableHeader {
			e.tables[n-1].copy = at + ewfTableHeader
		}
	case "hash":
		if len(data) >= 16 && !isEmpty(data[:16]) {
			e.md5 = hex.EncodeToString(data[:16])
		}
	case "digest":
		if len(data) >= 36 && !isEmpty(data[16:36]) {
			e.sha1 = hex.EncodeToString(data[16:36])
		}
	}
	return nil
}

// readVolume reads how large drive and chunks are. The data of SMART are shorter, and count sectors in 32 bits.
func (e *ewfImage) readVolume(data []byte) error {
	const short, long = 94, 1052
	if e.chunk != 0 {
		return nil // repeated in each segment
	}
	if len(data) < short {
		return broken("the section that says how large the drive is, is cut off")
	}
	perChunk, sector := binary.LittleEndian.Uint32(data[8:]), binary.LittleEndian.Uint32(data[12:])
	sectors := uint64(binary.LittleEndian.Uint32(data[16:]))
	if len(data) >= long {
		sectors = binary.LittleEndian.Uint64(data[16:])
	}
	chunk := uint64(perChunk) * uint64(sector)
	if sector < sectorBytes || sector > 1<<16 || chunk == 0 || chunk > ewfMaxChunk || sectors > 1<<62/uint64(sector) {
		return broken("the sizes of sectors, chunks and drive cannot be")
	}
	e.chunk, e.sector, e.size = int64(chunk), int(sector), int64(sectors*uint64(sector)) //nolint:gosec // compared above
	return nil
}

func (e *ewfImage) readTable(file int, data []byte, at, end int64) error {
	if len(data) < ewfTableHeader {
		return broken("a table is cut off")
	}
	n := int64(binary.LittleEndian.Uint32(data))
	base := binary.LittleEndian.Uint64(data[8:])
	if n == 0 {
		return nil
	}
	t := ewfTable{chunks: n, file: file, entries: at + ewfTableHeader, base: int64(base & (1<<63 - 1)), end: e.sectorsEnd, unpackedAt: n} //nolint:gosec // below 2^63
	if t.entries+4*n > end || n > ewfMaxEntries || len(e.tables) == ewfMaxTables {
		return broken("a table is longer than its section, or than any")
	}
	if k := len(e.tables); k > 0 {
		t.first = e.tables[k-1].first + e.tables[k-1].chunks
	}
	if t.end == 0 { // SMART: the chunks lie in the table's own section
		t.end = end
	}
	const offsetBits = 31
	if t.end-t.base > 1<<offsetBits {
		if err := e.findUnpacked(&t); err != nil {
			return err
		}
	}
	e.tables = append(e.tables, t)
	return nil
}

// findUnpacked looks for the chunk from which on offsets need their 32nd bit, which says "packed" before: there they
// become smaller.
func (e *ewfImage) findUnpacked(t *ewfTable) error {
	list := make([]byte, 4*t.chunks)
	if _, err := e.files[t.file].ReadAt(list, t.entries); err != nil {
		return &Error{Reason: ReasonInput, Err: err}
	}
	before := uint32(0)
	for i := range t.chunks {
		offset := binary.LittleEndian.Uint32(list[4*i:]) &^ packedBit
		if offset < before {
			t.unpackedAt = i
			return nil
		}
		before = offset
	}
	return nil
}

const packedBit = 1 << 31

// Size returns the drive's length.
func (e *ewfImage) Size() int64 { return e.size }

// ReadAt implements io.ReaderAt.
func (e *ewfImage) ReadAt(p []byte, at int64) (n int, err error) {
	for len(p) > 0 && at < e.size {
		chunk, err := e.chunkAt(at / e.chunk)
		if err != nil {
			return n, err
		}
		from := at % e.chunk
		if from >= int64(len(chunk)) {
			return n, broken("a chunk is shorter than it must be")
		}
		k := copy(p, chunk[from:min(int64(len(chunk)), from+e.size-at)])
		n, at, p = n+k, at+int64(k), p[k:]
	}
	if len(p) > 0 {
		return n, io.EOF
	}
	return n, nil
}

// chunkAt returns the bytes of a chunk, which nobody may change.
func (e *ewfImage) chunkAt(i int64) ([]byte, error) {
	return e.cache.get(i, func() ([]byte, error) {
		t := sort.Search(len(e.tables), func(k int) bool { return e.tables[k].first > i }) - 1
		if t < 0 {
			return nil, broken("no table tells of a chunk")
		}
		table := &e.tables[t]
		chunk, err := e.unpack(table, table.entries, i-table.first)
		if err != nil && table.copy != 0 {
			if again, second := e.unpack(table, table.copy, i-table.first); second == nil {
				return again, nil
			}
		}
		return chunk, err
	})
}

// unpack reads a chunk, of which the list at entries says where it lies, and checks it.
func (e *ewfImage) unpack(t *ewfTable, entries, i int64) ([]byte, error) {
	const checksum = 4
	f := e.files[t.file]
	pair := make([]byte, 8)
	want := pair[:min(8, 4*(t.chunks-i))]
	if _, err := f.ReadAt(want, entries+4*i); err != nil {
		return nil, &Error{Reason: ReasonInput, Err: err}
	}
	offset := func(b []byte, i int64) (int64, bool) {
		v := binary.LittleEndian.Uint32(b)
		if i >= t.unpackedAt {
			return t.base + int64(v), false
		}
		return t.base + int64(v&^packedBit), v&packedBit != 0
	}
	from, packed := offset(pair, i)
	to := t.end
	if len(want) == 8 {
		to, _ = offset(pair[4:], i+1)
	}
	if from <= 0 || to <= from || to-from > 2*e.chunk+1<<10 {
		return nil, broken("a table says where no chunk can lie")
	}
	data := make([]byte, to-from)
	if _, err := f.ReadAt(data, from); err != nil {
		return nil, &Error{Reason: ReasonInput, Err: err}
	}
	if packed {
		return e.inflate(data)
	}
	if int64(len(data)) > e.chunk+checksum { // a table of before 2003 may leave a gap
		data = data[:e.chunk+checksum]
	}
	if len(data) < checksum {
		return nil, broken("a chunk is cut off")
	}
	body, sum := data[:len(data)-checksum], data[len(data)-checksum:]
	if adler32.Checksum(body) != binary.LittleEndian.Uint32(sum) {
		return nil, broken("the checksum of a chunk is another")
	}
	return body, nil
}

func (e *ewfImage) inflate(data []byte) ([]byte, error) {
	r, _ := e.zlibs.Get().(io.ReadCloser)
	var err error
	if r == nil {
		r, err = zlib.NewReader(bytes.NewReader(data))
	} else {
		err = r.(zlib.Resetter).Reset(bytes.NewReader(data), nil)
	}
	if err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	defer e.zlibs.Put(r)
	chunk := make([]byte, e.chunk)
	n, err := io.ReadFull(r, chunk)
	if err == nil { // the checksum is behind the last byte
		if k, last := r.Read(make([]byte, 1)); k != 0 || last != io.EOF {
			return nil, broken("a packed chunk does not end where it must")
		}
	}
	if err != nil && !errors.Is(err, io.ErrUnexpectedEOF) || n == 0 {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	return chunk[:n], nil // the last one may be shorter; ReadAt sees to the others
}
