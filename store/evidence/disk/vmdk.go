package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/zlib"
)

// VMware's virtual disks, as its "Virtual Disk Format 5.0" has them: a descriptor names extents, which lie one after the other on the
// drive, in a file each, flat or sparse; or it lies within the only extent. In a sparse extent a directory finds tables,
// and these find grains of some 64 KiB, packed or not.

const (
	// maxGrain is how large a grain may be; tools write 64 KiB.
	maxGrain = 2 << 20
	// grainsPerTable is what the specification says, and no tool does otherwise.
	grainsPerTable = 512
)

// openVMDK reads the drive whose files are s: the descriptor and its extents' files, in the order of extentNames, or an extent with its
// descriptor within.
func openVMDK(s *span) (io.ReaderAt, int64, error) {
	first := s.part(0)
	d, err := readDescriptor(first)
	if err != nil {
		return nil, 0, err
	}
	if d.within {
		e, err := openSparse(first)
		if err != nil {
			return nil, 0, err
		}
		return e, e.size, nil
	}
	files := make(map[string]*io.SectionReader)
	for i, name := range d.extentNames() {
		if i+1 >= len(s.files) {
			return nil, 0, broken("the descriptor became another")
		}
		files[name] = s.part(i + 1)
	}
	var all chain
	for _, e := range d.extents {
		link, err := e.open(files[e.name])
		if err != nil {
			return nil, 0, err
		}
		all = append(all, chained{link, all.size() + e.bytes})
	}
	return all, all.size(), nil
}

// part returns the bytes of one file.
func (s *span) part(i int) *io.SectionReader {
	length := s.ends[i]
	if i > 0 {
		length -= s.ends[i-1]
	}
	return io.NewSectionReader(s.files[i], 0, length)
}

// open returns the bytes of an extent that lies in file.
func (e *extent) open(file *io.SectionReader) (io.ReaderAt, error) {
	switch e.sort {
	case extentZero:
		return nil, nil
	case extentFlat:
		return io.NewSectionReader(file, e.offset, e.bytes), nil
	}
	m, err := openSparse(file)
	if err != nil {
		return nil, err
	}
	if m.size < e.bytes {
		return nil, broken("an extent is smaller than its descriptor says")
	}
	return m, nil
}

// chain is parts of a drive one after the other.
type chain []chained

type chained struct {
	r   io.ReaderAt // nil: zeros
	end int64       // on the drive
}

func (c chain) size() int64 {
	if len(c) == 0 {
		return 0
	}
	return c[len(c)-1].end
}

// ReadAt implements io.ReaderAt.
func (c chain) ReadAt(p []byte, at int64) (n int, err error) {
	start := int64(0)
	for _, link := range c {
		if len(p) > 0 && at < link.end {
			part := p[:min(int64(len(p)), link.end-at)]
			if link.r == nil {
				clear(part)
			} else if k, err := link.r.ReadAt(part, at-start); k < len(part) {
				if _, ok := errors.AsType[*Error](err); ok {
					return n + k, err
				}
				return n + k, &Error{Reason: ReasonBroken, Err: err}
			}
			n, at, p = n+len(part), at+int64(len(part)), p[len(part):]
		}
		start = link.end
	}
	if len(p) > 0 {
		return n, io.EOF
	}
	return n, nil
}

// sparseHeader is what we look at of the header of a sparse extent.
type sparseHeader struct {
	flags                        uint32
	sectors, grain               uint64
	descriptor, descriptorLength uint64 // in sectors
	tableEntries                 uint32
	directory                    uint64 // where it begins, in sectors
	packing                      uint16
}

// Flags of a sparse extent.
const (
	sparseZeroGrains = 1 << 2
	sparsePacked     = 1 << 16
	sparseMarkers    = 1 << 17
)

// directoryAtEnd is where the directory of an extent begins that was written in one go: a copy of the header behind its end says.
const directoryAtEnd = 1<<64 - 1

func readSparseHeader(file *io.SectionReader, at int64) (h sparseHeader, err error) {
	p := make([]byte, sectorBytes)
	if _, err := file.ReadAt(p, at); err != nil || string(p[:4]) != "KDMV" {
		return h, broken("the header of an extent is missing")
	}
	if string(p[73:77]) != "\n \r\n" {
		return h, broken("it was copied as text, which changed its bytes")
	}
	if version := binary.LittleEndian.Uint32(p[4:]); version < 1 || version > 3 {
		return h, &Error{Reason: ReasonFormat, What: string(VMDK), Err: errors.New("of a version that is not known")}
	}
	number := func(at int) uint64 { return binary.LittleEndian.Uint64(p[at:]) }
	return sparseHeader{
		flags: binary.LittleEndian.Uint32(p[8:]), sectors: number(12), grain: number(20), descriptor: number(28), descriptorLength: number(36),
		tableEntries: binary.LittleEndian.Uint32(p[44:]), directory: number(56), packing: binary.LittleEndian.Uint16(p[77:]),
	}, nil
}

// openSparse reads a sparse extent.
func openSparse(file *io.SectionReader) (*mapped, error) {
	h, err := readSparseHeader(file, 0)
	if err == nil && h.directory == directoryAtEnd {
		h, err = readSparseHeader(file, file.Size()-2*sectorBytes)
	}
	if err != nil {
		return nil, err
	}
	const deflate = 1
	isPacked := h.flags&sparsePacked != 0
	switch {
	case h.sectors == 0 || h.sectors > maxVirtualBytes/sectorBytes, h.grain == 0 || h.grain > maxGrain/sectorBytes || h.grain&(h.grain-1) != 0,
		h.tableEntries != grainsPerTable, h.directory == 0 || h.directory > uint64(file.Size())/sectorBytes: //nolint:gosec // positive
		return nil, broken("the header of an extent makes no sense")
	case isPacked && (h.packing != deflate || h.flags&sparseMarkers == 0):
		return nil, &Error{Reason: ReasonFormat, What: string(VMDK), Err: errors.New("packed in a way that is not known")}
	}
	g := &grains{file: file, directory: int64(h.directory) * sectorBytes, sectors: int64(h.grain), zeroGrains: h.flags&sparseZeroGrains != 0}    //nolint:gosec // compared
	m := &mapped{r: file, size: int64(h.sectors) * sectorBytes, block: g.sectors * sectorBytes, find: g.find, cache: recent{max: unpackedBytes}} //nolint:gosec // compared
	if isPacked {
		m.unpack = g.unpack
		m.find = func(i int64) (int64, error) {
			place, err := g.find(i)
			if place > 0 {
				place = packed
			}
			return place, err
		}
	}
	return m, nil
}

// grains finds the grains of a sparse extent. It keeps nothing: what it looks up is in the kernel's cache.
type grains struct {
	file       *io.SectionReader
	directory  int64 // where it begins
	sectors    int64 // of a grain
	zeroGrains bool  // a grain may be said to be zeros
	zlibs      sync.Pool
}

func (g *grains) find(i int64) (int64, error) {
	table, err := g.entry(g.directory + 4*(i/grainsPerTable))
	if err != nil || table == 0 {
		return zeros, err
	}
	grain, err := g.entry(table*sectorBytes + 4*(i%grainsPerTable))
	if err != nil || grain == 0 || grain == 1 && g.zeroGrains {
		return zeros, err
	}
	return grain * sectorBytes, nil
}

func (g *grains) entry(at int64) (int64, error) {
	var p [4]byte
	if _, err := g.file.ReadAt(p[:], at); err != nil {
		return 0, &Error{Reason: ReasonBroken, Err: err}
	}
	return int64(binary.LittleEndian.Uint32(p[:])), nil
}

// unpack reads a grain, before which there are its place on the drive and its packed length.
func (g *grains) unpack(i int64) ([]byte, error) {
	const marker = 12
	place, err := g.find(i)
	if err != nil {
		return nil, err
	}
	head := make([]byte, marker)
	if _, err := g.file.ReadAt(head, place); err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	length, block := int64(binary.LittleEndian.Uint32(head[8:])), g.sectors*sectorBytes
	if binary.LittleEndian.Uint64(head) != uint64(i*g.sectors) || length == 0 || length > 2*block+1<<10 { //nolint:gosec // positive
		return nil, broken("a table says where no grain lies")
	}
	data := make([]byte, length)
	if _, err := g.file.ReadAt(data, place+marker); err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	r, _ := g.zlibs.Get().(io.ReadCloser)
	if r == nil {
		r, err = zlib.NewReader(bytes.NewReader(data))
	} else {
		err = r.(zlib.Resetter).Reset(bytes.NewReader(data), nil)
	}
	if err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	defer g.zlibs.Put(r)
	grain := make([]byte, block)
	if _, err := io.ReadFull(r, grain); err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	if k, last := r.Read(make([]byte, 1)); k != 0 || last != io.EOF { // the checksum is behind the last byte
		return nil, broken("a packed grain does not end where it must")
	}
	return grain, nil
}
