package disk

import (
	"encoding/binary"
	"io"
	"strings"
	"unicode/utf16"
)

// fiwalk says nothing of some things that NTFS keeps in a file's record of the MFT: where the bytes of a small file lie,
// which lie in the record itself; up to where the bytes of a larger one were ever written (what lies behind is another
// file's past, and reads as zeros); whether it is encrypted; and its alternate data streams. So each record is looked at
// once, while it is listed. Structures as in the Linux-NTFS project's documentation.

// ntfs is what it takes to find records.
type ntfs struct {
	r       io.ReaderAt
	start   int64 // of the volume
	cluster int64 // bytes
	record  int64 // bytes
	mft     []run
}

const (
	attributeList = 0x20
	attributeData = 0x80
	attributeEnd  = 0xffffffff

	flagCompressed = 0x00ff
	flagEncrypted  = 0x4000

	// maxRecord is how large a record may be, in bytes: 1 KiB, or 4 KiB on drives with such sectors.
	maxRecord = 4 << 10
	// maxList is how large a list of attributes may be: Windows allows 256 KiB.
	maxList = 256 << 10
	// maxStreams is how many streams of one file are told.
	maxStreams = 1 << 10
	// systemRecords is how many records at the beginning of an MFT are the file system's own.
	systemRecords = 24
)

// data is one stream of a file: its name is "" for the bytes of the file itself.
type data struct {
	name      string // UTF-8
	id        uint16
	size      int64
	valid     int64 // bytes that were ever written; what follows reads as zeros
	encrypted bool
	resident  *resident
	runs      []run
	whole     bool // runs are all there is, and give the bytes
}

// resident says where bytes lie within a record.
type resident struct {
	record int64 // where in the image
	at     int   // within the record
}

// openNTFS reads where the MFT is, or returns nil where the volume's beginning makes no sense.
func openNTFS(r io.ReaderAt, start int64) *ntfs {
	boot := make([]byte, sectorBytes)
	if _, err := r.ReadAt(boot, start); err != nil {
		return nil
	}
	sector := int64(binary.LittleEndian.Uint16(boot[11:]))
	perCluster := int64(boot[13])
	if boot[13] > 0x80 {
		perCluster = 1 << (256 - int64(boot[13]))
	}
	n := &ntfs{r: r, start: start, cluster: sector * perCluster}
	if size := int64(int8(boot[64])); size > 0 { //nolint:gosec // a signed byte, negative for a power of two
		n.record = size * n.cluster
	} else {
		n.record = 1 << min(-size, 62)
	}
	place := int64(binary.LittleEndian.Uint64(boot[48:])) //nolint:gosec // compared
	if sector < 256 || n.cluster <= 0 || n.cluster > 2<<20 || n.record < sectorBytes || n.record > maxRecord || place <= 0 || place > 1<<40 {
		return nil
	}
	n.mft = []run{{0, start + place*n.cluster, n.record}}
	own := n.streams(0)
	if len(own) == 0 || len(own[0].runs) == 0 || own[0].name != "" {
		return nil
	}
	n.mft = own[0].runs // the first ones, when the MFT has so many that one record does not hold them: the others are not looked at
	return n
}

// place returns where in the image a record lies, or -1.
func (n *ntfs) place(number uint64) int64 {
	if number > 1<<40 {
		return -1
	}
	at := int64(number) * n.record //nolint:gosec // compared
	for _, r := range n.mft {
		if r.from >= 0 && at >= r.at && at+n.record <= r.at+r.length {
			return r.from + at - r.at
		}
	}
	return -1
}

// read returns a record with its last two bytes of each sector in their place, or nil.
func (n *ntfs) read(place int64) []byte {
	record := make([]byte, n.record)
	if place < 0 {
		return nil
	}
	if _, err := n.r.ReadAt(record, place); err != nil || string(record[:4]) != "FILE" {
		return nil
	}
	at, count := int(binary.LittleEndian.Uint16(record[4:])), int(binary.LittleEndian.Uint16(record[6:]))
	if count < 1 || at+2*count > len(record) || (count-1)*sectorBytes > len(record) {
		return nil
	}
	for i := 1; i < count; i++ {
		end := i*sectorBytes - 2
		if record[end] != record[at] || record[end+1] != record[at+1] {
			return nil // torn
		}
		copy(record[end:end+2], record[at+2*i:])
	}
	return record
}

// streams returns the streams of a file, its own bytes first if it has any, or nothing where the record cannot be read.
func (n *ntfs) streams(number uint64) []data {
	place := n.place(number)
	record := n.read(place)
	if record == nil {
		return nil
	}
	all := n.dataOf(record, place, nil)
	for _, other := range n.listed(record, number) {
		if place := n.place(other); place >= 0 {
			if record := n.read(place); record != nil {
				all = n.dataOf(record, place, all)
			}
		}
	}
	for i := range all {
		if all[i].name == "" {
			all[0], all[i] = all[i], all[0]
			break
		}
	}
	return all
}

// attributesOf calls see for each attribute of a record.
func attributesOf(record []byte, see func(kind uint32, at int, a []byte)) {
	at := int(binary.LittleEndian.Uint16(record[20:]))
	for at+24 <= len(record) {
		kind, length := binary.LittleEndian.Uint32(record[at:]), int(binary.LittleEndian.Uint32(record[at+4:]))
		if kind == attributeEnd || length < 24 || length > len(record)-at {
			return
		}
		see(kind, at, record[at:at+length])
		at += length
	}
}

// dataOf adds the streams that a record tells of. What continues one that is known is left to icat.
func (n *ntfs) dataOf(record []byte, place int64, all []data) []data {
	attributesOf(record, func(kind uint32, at int, a []byte) {
		if kind != attributeData || len(all) == maxStreams {
			return
		}
		d, ok := n.parse(a)
		if !ok {
			return
		}
		if d.resident != nil {
			d.resident.record, d.resident.at = place, d.resident.at+at
		}
		all = append(all, d)
	})
	return all
}

// parse reads a $DATA attribute. One that begins in the middle of a stream is passed over.
func (n *ntfs) parse(a []byte) (d data, ok bool) {
	nameAt, nameLength := int(binary.LittleEndian.Uint16(a[10:])), int(a[9])
	if nameAt+2*nameLength > len(a) {
		return d, false
	}
	d.name = utf16Name(a[nameAt : nameAt+2*nameLength])
	flags := binary.LittleEndian.Uint16(a[12:])
	d.id, d.encrypted = binary.LittleEndian.Uint16(a[14:]), flags&flagEncrypted != 0
	if a[8] == 0 {
		length, at := int64(binary.LittleEndian.Uint32(a[16:])), int(binary.LittleEndian.Uint16(a[20:]))
		if int64(at)+length > int64(len(a)) {
			return d, false
		}
		d.size, d.valid, d.resident, d.whole = length, length, &resident{at: at}, true
		return d, true
	}
	if len(a) < 64 || binary.LittleEndian.Uint64(a[16:]) != 0 {
		return d, false
	}
	d.size, d.valid = int64(binary.LittleEndian.Uint64(a[48:])), int64(binary.LittleEndian.Uint64(a[56:])) //nolint:gosec // compared
	if d.size < 0 || d.valid < 0 {
		return d, false
	}
	list := int(binary.LittleEndian.Uint16(a[32:]))
	if list > len(a) {
		return d, false
	}
	var sound bool
	d.runs, sound = n.runs(a[list:])
	covered := int64(0)
	for _, r := range d.runs {
		covered += r.length
	}
	d.whole = sound && covered >= d.size && flags&flagCompressed == 0
	return d, true
}

// runs reads a run list, and whether it ends as it must.
func (n *ntfs) runs(list []byte) ([]run, bool) {
	const largest = 1 << 40 // clusters, far beyond any drive, and no product of it is too large for 64 bits
	var all []run
	at, lcn := int64(0), int64(0)
	for len(list) > 0 && list[0] != 0 {
		lengthBytes, offsetBytes := int(list[0]&15), int(list[0]>>4)
		if lengthBytes == 0 || lengthBytes > 8 || offsetBytes > 8 || 1+lengthBytes+offsetBytes > len(list) {
			return all, false
		}
		length := signed(list[1 : 1+lengthBytes])
		lcn += signed(list[1+lengthBytes : 1+lengthBytes+offsetBytes])
		list = list[1+lengthBytes+offsetBytes:]
		if length <= 0 || length > largest || lcn < 0 || lcn > largest {
			return all, false
		}
		r := run{at, -1, length * n.cluster}
		if offsetBytes > 0 {
			r.from = n.start + lcn*n.cluster
		}
		all = append(all, r)
		at += r.length
	}
	return all, len(list) > 0
}

// signed reads a number of up to eight bytes.
func signed(b []byte) int64 {
	v := uint64(0)
	for i := len(b) - 1; i >= 0; i-- {
		v = v<<8 | uint64(b[i])
	}
	shift := 64 - 8*len(b)
	return int64(v<<shift) >> shift //nolint:gosec // meant to be signed
}

// listed returns the other records that hold streams of a file, as its list of attributes says.
func (n *ntfs) listed(record []byte, own uint64) (others []uint64) {
	var list []byte
	attributesOf(record, func(kind uint32, _ int, a []byte) {
		if kind != attributeList {
			return
		}
		if a[8] == 0 {
			at, length := int(binary.LittleEndian.Uint16(a[20:])), int(binary.LittleEndian.Uint32(a[16:]))
			if at+length <= len(a) {
				list = a[at : at+length]
			}
			return
		}
		list = n.readList(a)
	})
	seen := map[uint64]bool{own: true}
	for len(list) >= 26 {
		length := int(binary.LittleEndian.Uint16(list[4:]))
		if length < 26 || length > len(list) {
			return others
		}
		const recordBits = 48
		other := binary.LittleEndian.Uint64(list[16:]) & (1<<recordBits - 1)
		if binary.LittleEndian.Uint32(list) == attributeData && binary.LittleEndian.Uint64(list[8:]) == 0 && !seen[other] && len(others) < maxStreams {
			seen[other] = true
			others = append(others, other)
		}
		list = list[length:]
	}
	return others
}

// readList reads a list of attributes that does not lie in the record.
func (n *ntfs) readList(a []byte) []byte {
	if len(a) < 64 {
		return nil
	}
	size, at := binary.LittleEndian.Uint64(a[48:]), int(binary.LittleEndian.Uint16(a[32:]))
	if size > maxList || at > len(a) {
		return nil
	}
	list := make([]byte, 0, size)
	runs, _ := n.runs(a[at:])
	for _, r := range runs {
		part := make([]byte, min(r.length, int64(size)-int64(len(list)))) //nolint:gosec // at most maxList
		if r.from < 0 || len(part) == 0 {
			break
		}
		if _, err := n.r.ReadAt(part, r.from); err != nil {
			break
		}
		list = append(list, part...)
	}
	return list
}

// utf16Name returns a name in UTF-8, with a word for the slash, which would make two names of it.
func utf16Name(b []byte) string {
	units := make([]uint16, len(b)/2)
	for i := range units {
		units[i] = binary.LittleEndian.Uint16(b[2*i:])
	}
	return strings.ReplaceAll(strings.ReplaceAll(string(utf16.Decode(units)), "/", slashMark), "\x00", "")
}
