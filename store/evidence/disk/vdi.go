package disk

import (
	"encoding/binary"
	"errors"
	"io"
)

// openVDI reads a drive of VirtualBox (VDI 1.1, Storage/VDICore.h of VirtualBox): a table says where each block lies.
func openVDI(file *io.SectionReader) (io.ReaderAt, int64, error) {
	const (
		mark, major          = 0xbeda107f, 1
		growing, fixed       = 1, 2
		undo, differing      = 3, 4
		unused, zeroed       = 0xffffffff, 0xfffffffe
		headerBytes          = 400
		atMark, atVersion    = 0x40, 0x44
		atSort               = 0x4c
		atTable, atBlocks    = 0x154, 0x158
		atSize, atBlockBytes = 0x170, 0x178
		atExtra, atCount     = 0x17c, 0x180
	)
	head := make([]byte, headerBytes)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, 0, broken("the header is cut off")
	}
	number := func(at int) int64 { return int64(binary.LittleEndian.Uint32(head[at:])) }
	if number(atMark) != mark || number(atVersion)>>16 != major || number(atExtra) != 0 {
		return nil, 0, &Error{Reason: ReasonFormat, What: string(VDI), Err: errors.New("of a version that is not known")}
	}
	switch number(atSort) {
	case growing, fixed:
	case undo, differing:
		return nil, 0, &Error{Reason: ReasonParent, What: string(VDI)}
	default:
		return nil, 0, &Error{Reason: ReasonFormat, What: string(VDI)}
	}
	size, block, table, blocks := int64(binary.LittleEndian.Uint64(head[atSize:])), number(atBlockBytes), number(atTable), number(atBlocks) //nolint:gosec // compared
	if size <= 0 || size > maxVirtualBytes || block < sectorBytes || block > maxVirtualBlock || block&(block-1) != 0 || number(atCount) < (size+block-1)/block {
		return nil, 0, broken("the header makes no sense")
	}
	m := &mapped{r: file, size: size, block: block}
	m.find = func(i int64) (int64, error) {
		var p [4]byte
		if _, err := file.ReadAt(p[:], table+4*i); err != nil {
			return 0, &Error{Reason: ReasonBroken, Err: err}
		}
		entry := binary.LittleEndian.Uint32(p[:])
		if entry == unused || entry == zeroed {
			return zeros, nil
		}
		return blocks + int64(entry)*block, nil // below 2^60
	}
	return m, size, nil
}
