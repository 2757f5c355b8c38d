package disk

import (
	"encoding/binary"
	"errors"
	"io"
)

// mapped reads a virtual drive that lies in blocks here and there in a file.
type mapped struct {
	r      io.ReaderAt
	size   int64 // of the drive
	block  int64
	find   func(block int64) (place int64, err error)    // where in the file, or zeros, or packed
	unpack func(block int64) (content []byte, err error) // of a block that is packed: as many bytes as a block has
	cache  recent
}

// Places of blocks that do not lie in the file as they are.
const (
	zeros  = -1
	packed = -2
)

// unpackedBytes is how much of what was unpacked last is kept.
const unpackedBytes = 4 << 20

// ReadAt implements io.ReaderAt.
func (m *mapped) ReadAt(p []byte, at int64) (n int, err error) {
	for len(p) > 0 && at < m.size {
		block, from := at/m.block, at%m.block
		place, err := m.find(block)
		if err != nil {
			return n, err
		}
		part := p[:min(int64(len(p)), m.block-from, m.size-at)]
		switch place {
		case zeros:
			clear(part)
		case packed:
			content, err := m.cache.get(block, func() ([]byte, error) { return m.unpack(block) })
			if err != nil {
				return n, err
			}
			copy(part, content[from:])
		default:
			if k, err := m.r.ReadAt(part, place+from); k < len(part) {
				return n + k, &Error{Reason: ReasonBroken, Err: err}
			}
		}
		n, at, p = n+len(part), at+int64(len(part)), p[len(part):]
	}
	if len(p) > 0 {
		return n, io.EOF
	}
	return n, nil
}

const (
	// maxVirtualBytes is how large a virtual drive may be: the limit of VHDX.
	maxVirtualBytes = 64 << 40
	// maxVirtualBlock is how large its blocks may be: the limit of VHDX.
	maxVirtualBlock = 256 << 20
)

// openVHD reads a Virtual Hard Disk, as Microsoft's specification 1.0 has it: the drive as it is before a footer, or in blocks
// that a table finds. file is the whole file.
func openVHD(file io.ReaderAt, length int64) (io.ReaderAt, int64, error) {
	const (
		fixed, dynamic, differing = 2, 3, 4
		headerBytes               = 1024
	)
	footer := make([]byte, sectorBytes)
	if _, err := file.ReadAt(footer, length-sectorBytes); err != nil || string(footer[:8]) != "conectix" {
		return nil, 0, broken("the footer is missing")
	}
	size := int64(binary.BigEndian.Uint64(footer[48:])) //nolint:gosec // compared
	if size <= 0 || size > maxVirtualBytes {
		return nil, 0, broken("the drive's size cannot be")
	}
	switch binary.BigEndian.Uint32(footer[60:]) {
	case fixed:
		if size > length-sectorBytes {
			return nil, 0, broken("the drive is larger than its file")
		}
		return file, size, nil
	case differing:
		return nil, 0, &Error{Reason: ReasonParent, What: string(VHD)}
	case dynamic:
	default:
		return nil, 0, &Error{Reason: ReasonFormat, What: string(VHD)}
	}
	header := make([]byte, headerBytes)
	at := int64(binary.BigEndian.Uint64(footer[16:])) //nolint:gosec // ReadAt refuses what is below zero
	if _, err := file.ReadAt(header, max(at, 0)); err != nil || string(header[:8]) != "cxsparse" {
		return nil, 0, broken("the dynamic header is missing")
	}
	table := int64(binary.BigEndian.Uint64(header[16:])) //nolint:gosec // compared
	entries, block := int64(binary.BigEndian.Uint32(header[28:])), int64(binary.BigEndian.Uint32(header[32:]))
	if table <= 0 || table > length || block < sectorBytes || block > maxVirtualBlock || block&(block-1) != 0 || entries < (size+block-1)/block {
		return nil, 0, broken("the dynamic header makes no sense")
	}
	bitmap := (block/sectorBytes/8 + sectorBytes - 1) / sectorBytes * sectorBytes
	m := &mapped{r: file, size: size, block: block}
	m.find = func(i int64) (int64, error) {
		const unused = 0xffffffff
		var entry [4]byte
		if _, err := file.ReadAt(entry[:], table+4*i); err != nil {
			return 0, &Error{Reason: ReasonBroken, Err: err}
		}
		sector := binary.BigEndian.Uint32(entry[:])
		if sector == unused {
			return zeros, nil
		}
		return int64(sector)*sectorBytes + bitmap, nil
	}
	return m, size, nil
}

// Identifiers of VHDX ([MS-VHDX] 2.2 and 2.6), as they lie in the file.
const (
	vhdxBAT        = "\x66\x77\xc2\x2d\x23\xf6\x00\x42\x9d\x64\x11\x5e\x9b\xfd\x4a\x08"
	vhdxMetadata   = "\x06\xa2\x7c\x8b\x90\x47\x9a\x4b\xb8\xfe\x57\x5f\x05\x0f\x88\x6e"
	vhdxParameters = "\x37\x67\xa1\xca\x36\xfa\x43\x4d\xb3\xb6\x33\xf0\xaa\x44\xe7\x6b"
	vhdxDriveSize  = "\x24\x42\xa5\x2f\x1b\xcd\x76\x48\xb2\x11\x5d\xbe\xd8\x3b\xf4\xb8"
	vhdxSectorSize = "\x1d\xbf\x41\x81\x6f\xa9\x09\x47\xba\x47\xf2\x33\xa8\xfa\xab\x5f"
)

// openVHDX reads a VHDX. One that was not closed as it should has a log with what is still to be written: it is not read.
func openVHDX(file io.ReaderAt) (io.ReaderAt, int64, error) {
	if err := vhdxClosed(file); err != nil {
		return nil, 0, err
	}
	bat, metadata, err := vhdxRegions(file)
	if err != nil {
		return nil, 0, err
	}
	block, flags, err := vhdxItem(file, metadata, vhdxParameters)
	if err != nil {
		return nil, 0, err
	}
	low, high, err := vhdxItem(file, metadata, vhdxDriveSize)
	if err != nil {
		return nil, 0, err
	}
	sector, _, err := vhdxItem(file, metadata, vhdxSectorSize)
	if err != nil {
		return nil, 0, err
	}
	const hasParent = 2
	size := int64(high)<<32 | int64(low)
	switch {
	case flags&hasParent != 0:
		return nil, 0, &Error{Reason: ReasonParent, What: string(VHDX)}
	case size <= 0 || size > maxVirtualBytes || sector != 512 && sector != 4096, block < 1<<20 || block > maxVirtualBlock || block&(block-1) != 0:
		return nil, 0, broken("the sizes of sectors, blocks and drive cannot be")
	}
	ratio := (int64(1) << 23) * int64(sector) / int64(block) // blocks before each entry of another sort
	m := &mapped{r: file, size: size, block: int64(block)}
	m.find = func(i int64) (int64, error) {
		const present, partly, states = 6, 7, 7
		var entry [8]byte
		if _, err := file.ReadAt(entry[:], bat+8*(i+i/ratio)); err != nil {
			return 0, &Error{Reason: ReasonBroken, Err: err}
		}
		switch v := binary.LittleEndian.Uint64(entry[:]); v & states {
		case present:
			return int64(v >> 20 << 20 & (1<<63 - 1)), nil //nolint:gosec // below 2^63
		case partly:
			return 0, &Error{Reason: ReasonParent, What: string(VHDX)}
		}
		return zeros, nil
	}
	return m, size, nil
}

// vhdxClosed looks at the newer of the two headers: whether it names a log.
func vhdxClosed(file io.ReaderAt) error {
	const first, second = 64 << 10, 128 << 10
	newest, found, clean := uint64(0), false, false
	for _, at := range []int64{first, second} {
		header := make([]byte, 64)
		if _, err := file.ReadAt(header, at); err != nil || string(header[:4]) != "head" {
			continue
		}
		if sequence := binary.LittleEndian.Uint64(header[8:]); !found || sequence > newest {
			newest, found, clean = sequence, true, isEmpty(header[48:64])
		}
	}
	switch {
	case !found:
		return broken("both headers are missing")
	case !clean:
		return &Error{Reason: ReasonFormat, What: string(VHDX), Err: errors.New("it was not closed, and its log was not written")}
	}
	return nil
}

// vhdxRegions finds the table of blocks and the metadata.
func vhdxRegions(file io.ReaderAt) (bat, metadata int64, err error) {
	const at, most = 192 << 10, 2047
	table := make([]byte, 64<<10)
	if _, err := file.ReadAt(table, at); err != nil || string(table[:4]) != "regi" {
		return 0, 0, broken("the table of regions is missing")
	}
	for i := range min(binary.LittleEndian.Uint32(table[8:]), most) {
		entry := table[16+32*i:]
		place := int64(binary.LittleEndian.Uint64(entry[16:]) & (1<<62 - 1)) //nolint:gosec // below 2^62
		switch string(entry[:16]) {
		case vhdxBAT:
			bat = place
		case vhdxMetadata:
			metadata = place
		}
	}
	if bat == 0 || metadata == 0 {
		return 0, 0, broken("a region is missing")
	}
	return bat, metadata, nil
}

// vhdxItem returns the first eight bytes of one item of the metadata as two numbers.
func vhdxItem(file io.ReaderAt, metadata int64, name string) (first, second uint32, err error) {
	table := make([]byte, 64<<10)
	if _, err := file.ReadAt(table, metadata); err != nil || string(table[:8]) != "metadata" {
		return 0, 0, broken("the metadata are missing")
	}
	for i := range min(int(binary.LittleEndian.Uint16(table[10:])), 2047) {
		entry := table[32+32*i:]
		if string(entry[:16]) != name {
			continue
		}
		value := make([]byte, 8)
		if _, err := file.ReadAt(value, metadata+int64(binary.LittleEndian.Uint32(entry[16:]))); err != nil {
			return 0, 0, broken("an item of the metadata is missing")
		}
		return binary.LittleEndian.Uint32(value), binary.LittleEndian.Uint32(value[4:]), nil
	}
	return 0, 0, broken("an item of the metadata is missing")
}
