package container_test

import (
	"bytes"
	"encoding/binary"
	"slices"
	"strings"
	"unicode/utf16"
)

// makeOLE makes a compound file of 512-byte sectors. A "/" in a name makes storages. Streams below 4,096 bytes lie in
// small sectors, as they must.
func makeOLE(files []file) []byte {
	o := &oleMaker{}
	o.add("Root Entry", 5, 0xffffffff)
	folders := map[string]uint32{"": 0}
	var small []byte
	var smallTable []uint32
	for _, f := range files {
		parent, name := uint32(0), f.name
		if i := strings.LastIndexByte(f.name, '/'); i >= 0 {
			folder := f.name[:i]
			if _, ok := folders[folder]; !ok {
				folders[folder] = o.add(folder, 1, 0)
			}
			parent, name = folders[folder], f.name[i+1:]
		}
		e := o.add(name, 2, parent)
		binary.LittleEndian.PutUint64(o.entries[e][120:], uint64(len(f.content)))
		if len(f.content) >= 4096 {
			binary.LittleEndian.PutUint32(o.entries[e][116:], o.chain([]byte(f.content)))
			continue
		}
		binary.LittleEndian.PutUint32(o.entries[e][116:], uint32(len(smallTable)))
		small, smallTable = append(small, padded([]byte(f.content), 64)...), chained(smallTable, len(padded([]byte(f.content), 64))/64)
	}
	binary.LittleEndian.PutUint32(o.entries[0][116:], o.chain(small))
	binary.LittleEndian.PutUint64(o.entries[0][120:], uint64(len(small)))
	return o.finish(smallTable)
}

type oleMaker struct {
	entries [][]byte
	last    map[uint32]uint32 // the last child
	sectors []byte
	table   []uint32
}

func (o *oleMaker) add(name string, sort byte, parent uint32) uint32 {
	e, n := make([]byte, 128), uint32(len(o.entries))
	units := utf16.Encode([]rune(name))
	for i, u := range units {
		binary.LittleEndian.PutUint16(e[2*i:], u)
	}
	binary.LittleEndian.PutUint16(e[64:], uint16(2*len(units)+2))
	e[66] = sort
	for _, at := range []int{68, 72, 76} {
		binary.LittleEndian.PutUint32(e[at:], 0xffffffff)
	}
	o.entries = append(o.entries, e)
	if parent == 0xffffffff {
		o.last = make(map[uint32]uint32)
		return n
	}
	if before, ok := o.last[parent]; ok {
		binary.LittleEndian.PutUint32(o.entries[before][72:], n)
	} else {
		binary.LittleEndian.PutUint32(o.entries[parent][76:], n)
	}
	o.last[parent] = n
	return n
}

// chain writes b in sectors and returns the first.
func (o *oleMaker) chain(b []byte) uint32 {
	if len(b) == 0 {
		return 0xfffffffe
	}
	first := uint32(len(o.table))
	b = padded(b, 512)
	o.sectors, o.table = append(o.sectors, b...), chained(o.table, len(b)/512)
	return first
}

func (o *oleMaker) finish(smallTable []uint32) []byte {
	smallAt := o.chain(numbers(smallTable))
	directory := o.chain(bytes.Join(o.entries, nil))
	h := make([]byte, 512)
	copy(h, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
	for at, v := range map[int]uint16{24: 0x3e, 26: 3, 28: 0xfffe, 30: 9, 32: 6} {
		binary.LittleEndian.PutUint16(h[at:], v)
	}
	for i := 76; i < 512; i += 4 {
		binary.LittleEndian.PutUint32(h[i:], 0xffffffff)
	}
	n := (len(o.table) + 126) / 127 // each tells of 128, and of itself
	var more []uint32               // of these there are no more than 127 here
	for i := range n {
		if i < 109 {
			binary.LittleEndian.PutUint32(h[76+4*i:], uint32(len(o.table)))
		} else {
			more = append(more, uint32(len(o.table)))
		}
		o.table = append(o.table, 0xfffffffd)
	}
	for at, v := range map[int]uint32{44: uint32(n), 48: directory, 56: 4096, 60: smallAt, 64: uint32(len(smallTable)/128 + 1), 68: 0xfffffffe} {
		binary.LittleEndian.PutUint32(h[at:], v)
	}
	b := append(append(h, o.sectors...), numbers(o.table)...)
	if len(more) > 0 {
		binary.LittleEndian.PutUint32(b[68:], uint32(len(b)/512-1))
		binary.LittleEndian.PutUint32(b[72:], 1)
		b = append(b, numbers(append(more, slices.Repeat([]uint32{0xffffffff}, 127-len(more))...))...)
		binary.LittleEndian.PutUint32(b[len(b)-4:], 0xfffffffe)
	}
	return b
}

func padded(b []byte, to int) []byte {
	return append(bytes.Clone(b), make([]byte, (to-len(b)%to)%to)...)
}

func chained(table []uint32, n int) []uint32 {
	for i := range n {
		next := uint32(len(table) + 1)
		if i == n-1 {
			next = 0xfffffffe
		}
		table = append(table, next)
	}
	return table
}

// numbers writes a table in whole sectors.
func numbers(table []uint32) (b []byte) {
	for _, v := range table {
		b = binary.LittleEndian.AppendUint32(b, v)
	}
	for len(b)%512 != 0 {
		b = binary.LittleEndian.AppendUint32(b, 0xffffffff)
	}
	return b
}

// blipOf makes the record of a picture.
func blipOf(instance, sort uint16, head, data string) string {
	b := binary.LittleEndian.AppendUint16(nil, instance<<4)
	b = binary.LittleEndian.AppendUint16(b, sort)
	b = binary.LittleEndian.AppendUint32(b, uint32(len(head)+len(data)))
	return string(b) + head + data
}

// metafile makes the record of one that is packed.
func metafile(instance, sort uint16, whole int, mark byte, data string) string {
	h := binary.LittleEndian.AppendUint32(make([]byte, 16), uint32(whole))
	h = binary.LittleEndian.AppendUint32(append(h, make([]byte, 24)...), uint32(len(data)))
	return blipOf(instance, sort, string(append(h, mark, 0xfe)), data)
}

// catalogue makes the catalog of a Thumbs.db: names in the order of their numbers, from 1.
func catalogue(names ...string) string {
	b := make([]byte, 16)
	b[0], b[4] = 16, byte(len(names))
	for i, name := range names {
		text := utf16.Encode([]rune(name + "\x00\x00"))
		b = binary.LittleEndian.AppendUint32(b, uint32(16+2*len(text)))
		b = binary.LittleEndian.AppendUint32(b, uint32(i+1))
		b = binary.LittleEndian.AppendUint64(b, uint64(noon.Unix()+11644473600)*1e7)
		for _, u := range text {
			b = binary.LittleEndian.AppendUint16(b, u)
		}
	}
	return string(b)
}

// thumbnailOf puts before a picture what a Thumbs.db does.
func thumbnailOf(data string) string {
	b := binary.LittleEndian.AppendUint32([]byte{12, 0, 0, 0, 1, 0, 0, 0}, uint32(len(data)))
	return string(b) + data
}
