package decode

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"image"
	"image/jpeg"
	"io"
	"slices"
)

// Raw pictures are shown by the largest JPEG that the camera put into them: it is what the photographer saw, and what
// other programs list. The sensor's data are never developed.

const (
	// maxPreviews bounds how many embedded JPEGs of a raw picture are looked at.
	maxPreviews = 64
	// minPreview is the smallest embedded JPEG that is worth a look, in bytes.
	minPreview = 128
)

// Tags by which TIFF-like files refer to JPEGs.
const (
	tagCompression   = 0x0103
	tagStripOffsets  = 0x0111
	tagStripCounts   = 0x0117
	tagJPEGOffset    = 0x0201
	tagJPEGLength    = 0x0202
	tagExifDirectory = 0x8769
	tagPanasonicJPEG = 0x002e // JpgFromRaw, of RW2
)

// preview is a JPEG within a raw picture.
type preview struct {
	data          []byte
	width, height int
}

// previews returns the JPEGs that a raw picture refers to, the largest first. Where it refers to none, or where the
// maker keeps them in a place of its own, all of the file is searched.
func previews(data []byte, format string) []preview {
	var found []preview
	add := func(jpegData []byte) {
		if len(found) == maxPreviews || len(jpegData) < minPreview || !bytes.HasPrefix(jpegData, []byte{0xff, markerSOI, 0xff}) {
			return
		}
		// The sensor's data can be a JPEG too, a lossless one, which DecodeConfig refuses.
		if config, err := jpeg.DecodeConfig(bytes.NewReader(jpegData)); err == nil {
			found = append(found, preview{jpegData, config.Width, config.Height})
		}
	}
	hidden := false
	switch format {
	case "raf":
		rafPreview(data, add)
	case "cr3":
		cr3Previews(data, add)
	case "orf", "pef", "srw": // in the maker's notes
		hidden = true
		fallthrough
	default:
		tiffPreviews(data, add)
	}
	if hidden || len(found) == 0 {
		searchPreviews(data, add)
	}
	slices.SortStableFunc(found, func(a, b preview) int {
		return cmp.Compare(int64(b.width)*int64(b.height), int64(a.width)*int64(a.height))
	})
	return found
}

// part returns n bytes from an offset on, as many as there are.
func part(data []byte, from, n int64) []byte {
	if from < 0 || n <= 0 || from >= int64(len(data)) {
		return nil
	}
	return data[from:min(from+n, int64(len(data)))]
}

// tiffPreviews adds the JPEGs of raw formats that use the TIFF structure: CR2, NEF, ARW, DNG, PEF, SRW, ORF, RW2.
func tiffPreviews(data []byte, add func([]byte)) {
	t, first, ok := openTIFF(data)
	if !ok {
		return
	}
	t.walk(first, func(d tiffDirectory) {
		add(part(data, t.number(d, tagJPEGOffset), t.number(d, tagJPEGLength)))
		if e, ok := d.entry(tagPanasonicJPEG); ok {
			add(e.value)
		}
		if c := t.number(d, tagCompression); c == 6 || c == 7 { // JPEG, the old way and the new
			offsets, counts := t.numbers(d, tagStripOffsets), t.numbers(d, tagStripCounts)
			if len(offsets) > 0 && len(counts) == len(offsets) {
				last := len(offsets) - 1
				add(part(data, offsets[0], offsets[last]+counts[last]-offsets[0]))
			}
		}
	})
}

// walk visits the directories of a TIFF structure: the chain, and those that lie in others.
func (t tiffFile) walk(first int64, visit func(tiffDirectory)) {
	seen := map[int64]bool{}
	var descend func(at int64, depth int)
	descend = func(at int64, depth int) {
		for at != 0 && !seen[at] && len(seen) < maxDirectories && depth < maxDepth {
			seen[at] = true
			d, ok := t.directory(at)
			if !ok {
				return
			}
			visit(d)
			for _, tag := range []uint16{tagSubIFDs, tagExifDirectory} {
				for _, sub := range t.numbers(d, tag) {
					descend(sub, depth+1)
				}
			}
			at = d.next
		}
	}
	descend(first, 0)
}

// rafPreview adds the JPEG of a Fujifilm raw picture: its place is at byte 84 of the header.
func rafPreview(data []byte, add func([]byte)) {
	const at = 84
	if len(data) >= at+8 {
		add(part(data, int64(binary.BigEndian.Uint32(data[at:])), int64(binary.BigEndian.Uint32(data[at+4:]))))
	}
}

// canonPreview is the type of the box that holds the preview of a CR3.
const canonPreview = "\xea\xf4\x2b\x5e\x1c\x98\x4b\x88\xb9\xfb\xb7\xdc\x40\x6e\x4d\x16"

// cr3Previews adds the JPEGs of a Canon CR3: the preview in a box of its own, and those that are tracks of a film of
// one frame, among them one of full size.
func cr3Previews(data []byte, add func([]byte)) {
	for b := range boxes(data) {
		switch {
		case b.kind == "uuid" && bytes.HasPrefix(b.body, []byte(canonPreview)):
			if at := bytes.Index(b.body[:min(len(b.body), 256)], []byte{0xff, markerSOI, 0xff}); at >= 0 {
				add(b.body[at:])
			}
		case b.kind == "moov":
			for track := range boxes(b.body) {
				if track.kind != "trak" {
					continue
				}
				table := find(track.body, "mdia", "minf", "stbl")
				sizes, offsets := find(table, "stsz"), find(table, "co64")
				if len(sizes) >= 12 && len(offsets) >= 16 {
					size := int64(binary.BigEndian.Uint32(sizes[4:]))
					if size == 0 && len(sizes) >= 16 {
						size = int64(binary.BigEndian.Uint32(sizes[12:]))
					}
					add(part(data, int64(binary.BigEndian.Uint64(offsets[8:])), size)) //nolint:gosec // part refuses what is negative
				}
			}
		}
	}
}

// searchPreviews adds whatever begins like a JPEG.
func searchPreviews(data []byte, add func([]byte)) {
	for n := 0; n < maxPreviews; n++ {
		at := bytes.Index(data, []byte{0xff, markerSOI, 0xff})
		if at < 0 {
			return
		}
		add(data[at:])
		data = data[at+3:]
	}
}

// rawCodec decodes one raw format by its largest preview.
func rawCodec(format string) codec {
	largest := func(r io.Reader) ([]preview, error) {
		data, err := io.ReadAll(r)
		if err != nil {
			return nil, err
		}
		list := previews(data, format)
		if len(list) == 0 {
			return nil, NoPreview
		}
		return list, nil
	}
	return codec{
		library: "image/jpeg",
		config: func(r io.Reader) (image.Config, error) {
			list, err := largest(r)
			if err != nil {
				return image.Config{}, err
			}
			return image.Config{Width: list[0].width, Height: list[0].height}, nil
		},
		decode: func(r io.Reader) (image.Image, error) {
			list, err := largest(r)
			if err != nil {
				return nil, err
			}
			for _, p := range list { // a smaller one rather than none
				var img image.Image
				if img, err = jpeg.Decode(bytes.NewReader(p.data)); err == nil {
					return img, nil
				}
			}
			return nil, err
		},
	}
}
