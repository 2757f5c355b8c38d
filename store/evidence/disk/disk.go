// Package disk reads images of drives: raw ones, in one file or split, Expert Witness (E01), VHD, VHDX, VMDK, QCOW2 and VDI. It tells every
// file of every file system that The Sleuth Kit knows, deleted ones too, and what else there is on the drive, with the reason
// where something is not read. It opens images for reading only, and writes to no disk.
//
// fiwalk (The Sleuth Kit 4.11), in a jail, lists the files and says where their bytes lie; we read them there ourselves, in
// the order of the drive. icat, jailed too, gives the bytes of those files that do not simply lie somewhere.
//
// Memory of one listing, beside what is yielded: a window of files that is sorted (windowFiles, some 35 MiB), one bit for
// each block of the drive that belongs to a file (blocks), and 30 MiB at most for a file in very many pieces.
package disk

import (
	"errors"
	"io"
	"sync"
)

// Image is an opened image. It may be used by several goroutines at once.
type Image struct {
	kit    *Kit
	span   *span // the files
	r      io.ReaderAt
	size   int64
	facts  Facts
	mu     sync.Mutex
	users  int // files that are being read, and listings
	closed bool
}

// Facts are what the image says of itself.
type Facts struct {
	Format   Format
	Size     int64  // of the drive, in bytes
	Segments int    // files that make up the image
	Sector   int    // bytes; 0: the format does not tell
	MD5      string // of the drive, as whoever acquired it noted, in lower-case hexadecimal; "" where there is none. Not verified
	SHA1     string // the same
}

// Open opens an image, of which path is the only or the first file, and finds the others beside it. It fails with an
// *Error: of which sort the image is, is in its What where it is known.
func Open(path string, kit *Kit) (im *Image, err error) {
	first, err := openFiles([]string{path})
	if err != nil {
		return nil, err
	}
	format, err := formatOf(path, first)
	_ = first.Close()
	if err != nil {
		return nil, err
	}
	names, err := findSegments(path, format)
	if err != nil {
		return nil, err
	}
	im = &Image{kit: kit, facts: Facts{Format: format, Segments: len(names)}}
	if im.span, err = openFiles(names); err != nil {
		return nil, err
	}
	if err := im.openFormat(format); err != nil {
		_ = im.span.Close()
		return nil, err
	}
	im.facts.Size = im.size
	return im, nil
}

// formatOf looks at the beginning of an image, and at its end where some formats have their mark.
func formatOf(path string, first *span) (Format, error) {
	size := first.Size()
	head := make([]byte, min(size, HeadBytes))
	if _, err := first.ReadAt(head, 0); err != nil {
		return "", &Error{Reason: ReasonInput, Err: err}
	}
	format := Sniff(path, head)
	if format != Raw && format != "" {
		return format, nil
	}
	if size >= sectorBytes {
		tail := make([]byte, sectorBytes)
		if _, err := first.ReadAt(tail, size-sectorBytes); err != nil {
			return "", &Error{Reason: ReasonInput, Err: err}
		}
		switch {
		case string(tail[:8]) == "conectix":
			return VHD, nil
		case string(tail[:4]) == "koly":
			return UDIF, nil
		}
	}
	if format == "" {
		return "", &Error{Reason: ReasonNoImage}
	}
	return format, nil
}

// openFormat makes the drive's bytes readable.
func (im *Image) openFormat(format Format) (err error) {
	switch format {
	case Raw:
		im.r, im.size = im.span, im.span.Size()
		return nil
	case EWF:
		e, err := openEWF(im.span)
		if err != nil {
			return err
		}
		im.r, im.size = e, e.Size()
		im.facts.Sector, im.facts.MD5, im.facts.SHA1 = e.sector, e.md5, e.sha1
		return nil
	case VHD:
		im.r, im.size, err = openVHD(im.span, im.span.Size())
		return err
	case VHDX:
		im.r, im.size, err = openVHDX(im.span)
		return err
	case VMDK:
		im.r, im.size, err = openVMDK(im.span)
		return err
	case QCOW2:
		im.r, im.size, err = openQCOW2(im.span.part(0))
		return err
	case VDI:
		im.r, im.size, err = openVDI(im.span.part(0))
		return err
	case Encrypted:
		return &Error{Reason: ReasonImageEncrypted, What: string(format)}
	}
	return &Error{Reason: ReasonFormat, What: string(format)}
}

// Paths returns the files that make up the image, in order.
func (im *Image) Paths() []string {
	var all []string
	for _, f := range im.span.files {
		all = append(all, f.Name())
	}
	return all
}

// Facts returns what the image says of itself.
func (im *Image) Facts() Facts { return im.facts }

// enter notes that somebody reads, and reports false when the image is closed.
func (im *Image) enter() bool {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.closed {
		return false
	}
	im.users++
	return true
}

// leave notes that somebody reads no longer.
func (im *Image) leave() {
	im.mu.Lock()
	defer im.mu.Unlock()
	im.users--
	if im.closed && im.users == 0 {
		_ = im.span.Close()
	}
}

// Close ends the use of the image: nothing is opened from it any more, and its files are released when what is being read
// is closed too.
func (im *Image) Close() error {
	im.mu.Lock()
	defer im.mu.Unlock()
	if im.closed {
		return errors.New("the image is closed already")
	}
	im.closed = true
	if im.users > 0 {
		return nil
	}
	return im.span.Close()
}
