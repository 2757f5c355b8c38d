package disk

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"sync"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
)

// QEMU's QCOW2, versions 2 and 3, as docs/interop/qcow2.txt of QEMU has it: a table finds tables, and these find clusters of
// some 64 KiB, packed or not. Snapshots within are passed over: the drive is read as it is now.

// Bits of the features that a reader must know.
const (
	qcowDirty       = 1 << 0 // only the counts of references, which we do not look at
	qcowCorrupt     = 1 << 1 // every place is checked anyway
	qcowOtherFile   = 1 << 2
	qcowPacking     = 1 << 3 // another than deflate
	qcowKnown       = qcowDirty | qcowCorrupt | qcowPacking
	qcowPlaceMask   = 1<<56 - 1<<9 // of an entry of a table
	qcowPackedEntry = 1 << 62
	qcowZeroEntry   = 1
)

// qcow finds the clusters of a QCOW2. It keeps no table: what it looks up is in the kernel's cache.
type qcow struct {
	file    *io.SectionReader
	table   int64 // where the first table begins
	bits    uint  // of a cluster's size
	version uint32
	unpack  unpacker
}

// unpacker reads the beginning of what was packed in data, which may have more behind it.
type unpacker interface {
	unpack(data, cluster []byte) error
}

// openQCOW2 reads the drive that lies in file.
func openQCOW2(file *io.SectionReader) (io.ReaderAt, int64, error) {
	const short, long, lowestBits, highestBits = 72, 112, 9, 21
	head := make([]byte, long)
	if n, err := file.ReadAt(head, 0); n < short {
		return nil, 0, &Error{Reason: ReasonBroken, Err: err}
	}
	q := &qcow{file: file, version: binary.BigEndian.Uint32(head[4:]), unpack: &inflater{}}
	if err := q.readFeatures(head); err != nil {
		return nil, 0, err
	}
	size, bits := binary.BigEndian.Uint64(head[24:]), binary.BigEndian.Uint32(head[20:])
	tables, table := binary.BigEndian.Uint32(head[36:]), binary.BigEndian.Uint64(head[40:])
	if size == 0 || size > maxVirtualBytes || bits < lowestBits || bits > highestBits || table == 0 || table > uint64(file.Size()) { //nolint:gosec // positive
		return nil, 0, broken("the header makes no sense")
	}
	if spanned := uint64(1) << (2*bits - 3); uint64(tables) < (size+spanned-1)/spanned { // a table fills a cluster with entries of 8 bytes
		return nil, 0, broken("the tables tell of fewer clusters than the drive has")
	}
	q.bits, q.table = uint(bits), int64(table)
	m := &mapped{r: file, size: int64(size), block: 1 << bits, unpack: q.cluster, cache: recent{max: unpackedBytes}}
	m.find = func(i int64) (int64, error) {
		entry, err := q.find(i)
		switch {
		case err != nil:
			return 0, err
		case entry&qcowPackedEntry != 0:
			return packed, nil
		case entry&qcowPlaceMask == 0, q.version > 2 && entry&qcowZeroEntry != 0:
			return zeros, nil
		}
		return q.place(entry)
	}
	return m, int64(size), nil
}

// readFeatures refuses what an image has that we do not read.
func (q *qcow) readFeatures(head []byte) error {
	unread := func(why string) error { return &Error{Reason: ReasonFormat, What: string(QCOW2), Err: errors.New(why)} }
	switch {
	case q.version != 2 && q.version != 3:
		return unread("of a version that is not known")
	case binary.BigEndian.Uint32(head[32:]) != 0:
		return &Error{Reason: ReasonImageEncrypted, What: string(QCOW2)}
	case binary.BigEndian.Uint64(head[8:]) != 0:
		return &Error{Reason: ReasonParent, What: string(QCOW2), Err: errors.New("it has what differs from its backing file, which is missing")}
	case q.version == 2:
		return nil
	}
	const zlibPacking, zstdPacking, withPacking = 0, 1, 105 // bytes of a header that says how clusters are packed
	features := binary.BigEndian.Uint64(head[72:])
	switch {
	case features&qcowOtherFile != 0:
		return unread("its clusters lie in another file")
	case features&^qcowKnown != 0:
		return unread("it has a feature that is not known")
	case features&qcowPacking == 0:
		return nil
	case binary.BigEndian.Uint32(head[100:]) < withPacking:
		return broken("the header makes no sense")
	}
	switch head[104] {
	case zlibPacking:
		return nil
	case zstdPacking:
		q.unpack = &zstandard{}
		return nil
	}
	return unread("packed in a way that is not known")
}

// find returns the entry of a cluster; 0: nobody wrote there.
func (q *qcow) find(i int64) (uint64, error) {
	perTable := int64(1) << (q.bits - 3)
	first, err := q.entry(q.table + 8*(i/perTable))
	if err != nil || first&qcowPlaceMask == 0 {
		return 0, err
	}
	table, err := q.place(first)
	if err != nil {
		return 0, err
	}
	return q.entry(table + 8*(i%perTable))
}

// place returns where a table or a cluster lies.
func (q *qcow) place(entry uint64) (int64, error) {
	place := int64(entry & qcowPlaceMask)
	if place&(1<<q.bits-1) != 0 {
		return 0, broken("a table says where no cluster can lie")
	}
	return place, nil
}

func (q *qcow) entry(at int64) (uint64, error) {
	var p [8]byte
	if _, err := q.file.ReadAt(p[:], at); err != nil {
		return 0, &Error{Reason: ReasonBroken, Err: err}
	}
	return binary.BigEndian.Uint64(p[:]), nil
}

// cluster reads one that is packed. Its entry has the place in its lower bits, and above these how many sectors it takes
// beside the first.
func (q *qcow) cluster(i int64) ([]byte, error) {
	entry, err := q.find(i)
	if err != nil {
		return nil, err
	}
	shift := 62 - (q.bits - 8)
	place := int64(entry & (1<<shift - 1))                 //nolint:gosec // below 2^61
	sectors := int64(entry&(qcowPackedEntry-1)>>shift) + 1 //nolint:gosec // below 2^13
	length := sectors*sectorBytes - place%sectorBytes      // at most twice a cluster
	length = max(0, min(length, q.file.Size()-place))      // the last one may end early
	data, cluster := make([]byte, length), make([]byte, 1<<q.bits)
	if _, err := q.file.ReadAt(data, place); err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	if err := q.unpack.unpack(data, cluster); err != nil {
		return nil, &Error{Reason: ReasonBroken, Err: err}
	}
	return cluster, nil
}

// inflater unpacks deflate without a header.
type inflater struct{ readers sync.Pool }

func (f *inflater) unpack(data, cluster []byte) error {
	r, _ := f.readers.Get().(io.ReadCloser)
	if r == nil {
		r = flate.NewReader(bytes.NewReader(data))
	} else if err := r.(flate.Resetter).Reset(bytes.NewReader(data), nil); err != nil {
		return err
	}
	defer f.readers.Put(r)
	_, err := io.ReadFull(r, cluster)
	return err
}

// zstandard unpacks zstd.
type zstandard struct{ readers sync.Pool }

// zstdWindow is how much a reader of zstd keeps: four clusters of the largest size.
const zstdWindow = 8 << 20

func (z *zstandard) unpack(data, cluster []byte) (err error) {
	r, _ := z.readers.Get().(*zstd.Decoder)
	if r == nil {
		r, err = zstd.NewReader(bytes.NewReader(data), zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxWindow(zstdWindow), zstd.WithDecoderLowmem(true))
	} else {
		err = r.Reset(bytes.NewReader(data))
	}
	if err != nil {
		return err
	}
	defer z.readers.Put(r)
	_, err = io.ReadFull(r, cluster)
	return err
}
