package decode

import (
	"encoding/binary"
	"image"
	"io"
	"iter"

	"golang.org/x/image/tiff"
)

// tiffPages yields the pages of a TIFF from its second on. A page that cannot be decoded is passed over: the next one
// does not depend on it.
func tiffPages(data []byte, b *budget) iter.Seq[frame] {
	return func(yield func(frame) bool) {
		t, at, ok := openTIFF(data)
		if !ok {
			return
		}
		seen := map[int64]bool{}
		for index := 0; at != 0 && !seen[at]; index++ {
			if index == maxDirectories {
				b.leftOut = true
				return
			}
			d, ok := t.directory(at)
			if !ok {
				return
			}
			seen[at] = true
			b.pictures = index + 1
			if index > 0 {
				if img := tiffPage(t, at, b); img != nil && !yield(frame{img: img, index: index}) {
					return
				}
			}
			at = d.next
		}
	}
}

// tiffPage decodes the page whose directory is at an offset, or returns nil.
func tiffPage(t tiffFile, at int64, b *budget) (img image.Image) {
	defer func() {
		if recover() != nil { // as of picture
			img = nil
		}
	}()
	page := func() io.Reader { return &patched{data: t.data, order: t.order, first: at} }
	config, err := tiff.DecodeConfig(page())
	if err != nil || !b.take(config.Width, config.Height) {
		return nil
	}
	img, err = tiff.Decode(page())
	if err != nil || img.Bounds().Empty() {
		return nil
	}
	return img
}

// patched is a TIFF file whose header leads to another directory. It is copied nowhere.
type patched struct {
	data  []byte
	order binary.ByteOrder
	first int64
	pos   int64
}

// ReadAt implements io.ReaderAt.
func (p *patched) ReadAt(into []byte, at int64) (int, error) {
	if at < 0 || at >= int64(len(p.data)) {
		return 0, io.EOF
	}
	n := copy(into, p.data[at:])
	var first [4]byte
	p.order.PutUint32(first[:], uint32(p.first)) //nolint:gosec // read from four bytes
	for i, b := range first {
		if k := 4 + int64(i) - at; k >= 0 && k < int64(n) {
			into[k] = b
		}
	}
	if n < len(into) {
		return n, io.EOF
	}
	return n, nil
}

// Read implements io.Reader.
func (p *patched) Read(into []byte) (int, error) {
	n, err := p.ReadAt(into, p.pos)
	p.pos += int64(n)
	return n, err
}
