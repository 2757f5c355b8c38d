package disk_test

import (
	"encoding/binary"
	"unicode/utf16"
)

// exFAT writes files into an empty exFAT file system: Microsoft's specification 1.00.
type exFAT struct {
	image   []byte
	heap    int // where cluster 2 begins
	cluster int // bytes
	root    int // where the next entry of the root folder goes
	next    int // the next free cluster
}

func newExFAT(image []byte) *exFAT {
	sector := 1 << image[108]
	v := &exFAT{image: image, cluster: sector << image[109], heap: int(binary.LittleEndian.Uint32(image[88:])) * sector, next: 100}
	v.root = v.place(int(binary.LittleEndian.Uint32(image[96:])))
	for image[v.root] != 0 {
		v.root += 32
	}
	return v
}

func (v *exFAT) place(cluster int) int { return v.heap + (cluster-2)*v.cluster }

// add writes a file that lies in one piece, so that its clusters are in no chain.
func (v *exFAT) add(name string, content []byte) {
	units := utf16.Encode([]rune(name))
	names := (len(units) + 14) / 15
	set := make([]byte, 32*(2+names))
	set[0], set[1] = 0x85, byte(1+names)
	const day = (2026-1980)<<25 | 5<<21 | 6<<16 | 7<<11
	for _, at := range []int{8, 12, 16} {
		binary.LittleEndian.PutUint32(set[at:], day)
	}
	stream := set[32:]
	stream[0], stream[1], stream[3] = 0xc0, 1, byte(len(units))
	if len(content) > 0 {
		stream[1] |= 2
		binary.LittleEndian.PutUint32(stream[20:], uint32(v.next))
	}
	binary.LittleEndian.PutUint64(stream[8:], uint64(len(content)))
	binary.LittleEndian.PutUint64(stream[24:], uint64(len(content)))
	for i := range names {
		entry := set[32*(2+i):]
		entry[0] = 0xc1
		for j, u := range units[15*i : min(len(units), 15*i+15)] {
			binary.LittleEndian.PutUint16(entry[2+2*j:], u)
		}
	}
	check := uint16(0)
	for i, b := range set {
		if i != 2 && i != 3 {
			check = check<<15 | check>>1
			check += uint16(b)
		}
	}
	binary.LittleEndian.PutUint16(set[2:], check)
	copy(v.image[v.root:], set)
	v.root += len(set)
	copy(v.image[v.place(v.next):], content)
	bitmap := v.bitmap()
	for range (len(content) + v.cluster - 1) / v.cluster {
		v.image[bitmap+(v.next-2)/8] |= 1 << ((v.next - 2) % 8)
		v.next++
	}
}

// bitmap finds where the file system notes which clusters are taken.
func (v *exFAT) bitmap() int {
	for at := v.place(int(binary.LittleEndian.Uint32(v.image[96:]))); ; at += 32 {
		if v.image[at] == 0x81 {
			return v.place(int(binary.LittleEndian.Uint32(v.image[at+20:])))
		}
	}
}
