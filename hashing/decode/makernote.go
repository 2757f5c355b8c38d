package decode

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"

	"vigie/hashing"
)

// Most cameras write their serial number, and the older ones their lens too, into the maker's note of EXIF alone, each
// maker in a layout of its own (there is no specification: ExifTool's documentation of tags and layouts is the source).

const (
	tagMakerNote = 0x927c
	exifMark     = "Exif\x00\x00"
	fujiMark     = "FUJIFILM"
	canon        = "Canon"
)

// noteLayout is how the notes of a maker are laid out: as a directory like those of TIFF.
type noteLayout struct {
	begin  string // of the note
	at     int64  // where the directory begins in the note
	own    bool   // offsets are from the beginning of the note, not of the EXIF data
	order  int    // where in the note "II" or "MM" is; -1: the order is that of the EXIF data
	serial []uint16
	lens   uint16
}

var noteLayouts = []noteLayout{
	{begin: "OLYMPUS\x00", at: 12, own: true, order: 8, serial: []uint16{0x0404}},
	{begin: "OLYMP\x00", at: 8, order: -1, serial: []uint16{0x0404}},
	{begin: "PENTAX \x00", at: 10, own: true, order: 8, serial: []uint16{0x0229}},
	{begin: "AOC\x00", at: 6, order: 4, serial: []uint16{0x0229}},
	{begin: "Panasonic\x00", at: 12, order: -1, serial: []uint16{0x0025}, lens: 0x0051},
	{begin: "SIGMA\x00", at: 10, order: -1, serial: []uint16{0x0002}},
	{begin: "FOVEON\x00", at: 10, order: -1, serial: []uint16{0x0002}},
}

// Layouts with something special: Nikon's newer notes are a TIFF structure of their own, Fujifilm's say where their directory
// is, and Canon's begin with nothing that is theirs.
var (
	nikonNote = noteLayout{serial: []uint16{0x001d, 0x00a0}}
	fujiNote  = noteLayout{serial: []uint16{0x0010}}
	canonNote = noteLayout{serial: []uint16{0x000c, 0x0096}, lens: 0x0095}
)

// Tags of Nikon's and Olympus's notes.
const (
	nikonLens        = 0x0084 // shortest and longest focal length, f-number at each
	olympusEquipment = 0x2010
	olympusSerial    = 0x0101
	olympusLens      = 0x0203
)

// Types of values (TIFF 6.0).
const (
	ascii     = 2
	long      = 4
	rational  = 5
	undefined = 7
)

// makerFacts adds the serial number and the lens that the maker's note tells, where EXIF itself tells none.
func makerFacts(data []byte, facts *hashing.Facts) {
	if facts.Serial != "" && facts.Lens != "" {
		return
	}
	t, first, ok := openTIFF(exifBlock(data, facts.Format))
	if !ok {
		return
	}
	t.walk(first, func(d tiffDirectory) {
		if e, ok := d.entry(tagMakerNote); ok && len(e.value) > 16 {
			readNote(t, e, facts)
		}
	})
}

// exifBlock returns the EXIF data of a file, which are laid out like a TIFF file.
func exifBlock(data []byte, format string) []byte {
	if format == "jpeg" {
		for s := range jpegSegments(data) {
			if s.marker == markerAPP1 && bytes.HasPrefix(s.body, []byte(exifMark)) {
				return s.body[len(exifMark):]
			}
		}
		return nil
	}
	if metadataFormats[format] != 0 || rawFormats[format] {
		if _, after, ok := bytes.Cut(data, []byte(exifMark)); ok && !rawFormats[format] && !isTIFF(data) {
			return after
		}
		return data
	}
	return nil
}

// isTIFF reports whether data begin like a TIFF file or a raw picture of that kind.
func isTIFF(data []byte) bool {
	return bytes.HasPrefix(data, []byte("II")) || bytes.HasPrefix(data, []byte("MM"))
}

// readNote reads one maker's note, which is an entry of EXIF data.
func readNote(t tiffFile, e tiffEntry, facts *hashing.Facts) {
	note := e.value
	switch {
	case bytes.HasPrefix(note, []byte("Nikon\x00\x02")):
		if own, first, ok := openTIFF(note[10:]); ok {
			nikonNote.read(own, first, facts)
		}
		return
	case bytes.HasPrefix(note, []byte(fujiMark)):
		own := tiffFile{data: note, order: binary.LittleEndian}
		fujiNote.read(own, int64(own.order.Uint32(note[len(fujiMark):])), facts)
		return
	case strings.HasPrefix(facts.Make, canon):
		canonNote.read(t, e.at, facts)
		return
	}
	for _, layout := range noteLayouts {
		if !bytes.HasPrefix(note, []byte(layout.begin)) {
			continue
		}
		in, at := t, e.at+layout.at
		if layout.own {
			in.data, at = note, layout.at
		}
		if layout.order >= 0 {
			in.order = binary.LittleEndian
			if note[layout.order] == 'M' {
				in.order = binary.BigEndian
			}
		}
		layout.read(in, at, facts)
		return
	}
}

// read takes what the layout knows out of a note's directory.
func (l noteLayout) read(t tiffFile, at int64, facts *hashing.Facts) {
	d, ok := t.directory(at)
	if !ok {
		return
	}
	for _, tag := range l.serial {
		if facts.Serial == "" {
			facts.Serial = t.serial(d, tag)
		}
	}
	if facts.Lens == "" && l.lens != 0 {
		facts.Lens = d.text(l.lens)
	}
	if facts.Lens == "" {
		facts.Lens = t.focalLengths(d)
	}
	if e, ok := d.entry(olympusEquipment); ok && strings.HasPrefix(l.begin, "OLYMP") {
		at := e.at // of the older ones, it is the entry's value itself
		if e.kind != undefined {
			at = t.number(d, olympusEquipment)
		}
		l = noteLayout{serial: []uint16{olympusSerial}, lens: olympusLens}
		l.read(t, at, facts)
	}
}

// serial returns a serial number, which is a text or, of Canon, a number.
func (t tiffFile) serial(d tiffDirectory, tag uint16) string {
	if e, _ := d.entry(tag); e.kind == long {
		return fmt.Sprintf("%010d", t.number(d, tag))
	}
	text := strings.TrimSpace(strings.TrimPrefix(d.text(tag), "No="))
	if strings.Trim(text, "0 ") == "" {
		return "" // nothing was written
	}
	return text
}

// text returns the value of a tag that is a text, up to its end, or bytes that are one.
func (d tiffDirectory) text(tag uint16) string {
	e, _ := d.entry(tag)
	if e.kind != ascii && e.kind != undefined {
		return ""
	}
	value, _, _ := bytes.Cut(bytes.TrimLeft(e.value, "\x00"), []byte{0}) // some cameras are off by two bytes
	return Clean(string(value))
}

// focalLengths returns Nikon's description of a lens in numbers as it is usually written: "18-70mm f/3.5-4.5".
func (t tiffFile) focalLengths(d tiffDirectory) string {
	e, _ := d.entry(nikonLens)
	if e.kind != rational || len(e.value) != 32 {
		return ""
	}
	var text [4]string
	for i := range text {
		above, below := t.order.Uint32(e.value[8*i:]), t.order.Uint32(e.value[8*i+4:])
		if above == 0 || below == 0 {
			return ""
		}
		text[i] = fmt.Sprintf("%.4g", float64(above)/float64(below))
	}
	span := func(a, b string) string {
		if a == b {
			return a
		}
		return a + "-" + b
	}
	return span(text[0], text[1]) + "mm f/" + span(text[2], text[3])
}
