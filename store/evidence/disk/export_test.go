package disk

import (
	"bytes"
	"io"
	"time"
)

// Watch has see told of each place in the image that is read from now on.
func (im *Image) Watch(see func(at int64, length int)) { im.r = &watched{im.r, see} }

type watched struct {
	io.ReaderAt
	see func(at int64, length int)
}

func (w *watched) ReadAt(p []byte, at int64) (int, error) {
	w.see(at, len(p))
	return w.ReaderAt.ReadAt(p, at)
}

// Pieces returns in how many pieces the file's bytes are read, or 0 where icat gives them.
func (f *File) Pieces() int { return len(f.runs) }

// ByIcat reports whether icat gives the file's bytes.
func (f *File) ByIcat() bool { return f.icat != "" }

// Resident reports whether the file's bytes lie in a record of the MFT.
func (f *File) Resident() bool { return f.resident != nil }

// Lister replaces the program that lists files, and how long it may be silent.
func (k *Kit) Lister(path string, silence time.Duration) *Kit {
	other := *k
	other.fiwalk, other.silence = path, silence
	return &other
}

// ReadListing reads a listing as fiwalk gives it, to its end, and returns how many objects it told, and its error.
func ReadListing(r io.Reader, see func(name string, size int64, runs int)) error {
	d := newDFXML(r)
	for {
		e, err := d.next()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e.object != nil {
			see(e.object.name, e.object.size, len(e.object.runs))
		}
	}
}

// NextRaw and NextEWF return what follows in the counting of segments.
var (
	NextRaw = nextRaw
	NextEWF = nextEWF
)

// Blocks is a set of blocks.
type Blocks struct{ *blocks }

func NewBlocks(block, volume int64) Blocks       { return Blocks{newBlocks(block, 0, volume)} }
func (b Blocks) Add(from, length int64)          { b.add([]run{{0, from, length}}) }
func (b Blocks) Touches(from, length int64) bool { return b.touches([]run{{0, from, length}}) }

// ReadAt reads the drive.
func (im *Image) ReadAt(p []byte, at int64) (int, error) { return im.r.ReadAt(p, at) }

// Records looks at the first records of an NTFS volume's MFT.
func Records(volume []byte, count uint64) {
	n := openNTFS(bytes.NewReader(volume), 0)
	if n == nil {
		return
	}
	for i := range count {
		for _, d := range n.streams(i) {
			if d.resident != nil && int64(d.resident.at)+d.size > n.record {
				panic("bytes beyond a record")
			}
		}
	}
}

// EncryptedInode looks at an inode of an ext4 volume.
func EncryptedInode(volume []byte, inode uint64) bool {
	return openExt(bytes.NewReader(volume), 0).encrypted(inode)
}
