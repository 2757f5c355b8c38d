package decode

import (
	"bytes"

	"vigie/hashing"
)

// rawFormats are those raw formats whose metadata no library of ours reads.
var rawFormats = map[string]bool{"cr3": true, "rw2": true, "orf": true, "raf": true, "srw": true}

// Tags of EXIF that are read here.
const (
	tagModel       = 0x0110
	tagOrientation = 0x0112
	tagSoftware    = 0x0131
	tagTaken       = 0x9003
	tagZone        = 0x9011
	tagSerial      = 0xa431
	tagLens        = 0xa434
)

// rawMetadata adds what a raw picture says of itself, then what its previews say, which have EXIF data of their own.
func rawMetadata(data []byte, facts *hashing.Facts) {
	if facts.Format == "cr3" {
		// Canon keeps the directories of a TIFF file in boxes, one each.
		for b := range boxes(find(data, "moov")) {
			for inner := range boxes(b.body[min(16, len(b.body)):]) {
				if b.kind == "uuid" && (inner.kind == "CMT1" || inner.kind == "CMT2") {
					tiffFacts(inner.body, facts)
				}
			}
		}
	} else {
		tiffFacts(data, facts)
	}
	for _, p := range previews(data, facts.Format) {
		if facts.Make != "" && !facts.Taken.IsZero() {
			return
		}
		inner := hashing.Facts{Format: "jpeg"}
		readMetadata(p.data, &inner)
		if inner.Make != "" {
			facts.Make, facts.Model, facts.Serial, facts.Lens = inner.Make, inner.Model, inner.Serial, inner.Lens
			facts.Software, facts.Orientation, facts.GPS = inner.Software, inner.Orientation, inner.GPS
			facts.Taken, facts.Zone, facts.TakenFrom = inner.Taken, inner.Zone, inner.TakenFrom
			return
		}
	}
}

// tiffFacts adds what the directories of a TIFF structure say.
func tiffFacts(data []byte, facts *hashing.Facts) {
	t, first, ok := openTIFF(data)
	if !ok {
		return
	}
	t.walk(first, func(d tiffDirectory) {
		text := func(tag uint16, to *string) {
			if e, ok := d.entry(tag); ok && *to == "" {
				value, _, _ := bytes.Cut(e.value, []byte{0})
				*to = Clean(string(value))
			}
		}
		text(tagMake, &facts.Make)
		text(tagModel, &facts.Model)
		text(tagSoftware, &facts.Software)
		text(tagSerial, &facts.Serial)
		text(tagLens, &facts.Lens)
		if o := t.number(d, tagOrientation); o >= 1 && o <= 8 && facts.Orientation == 0 {
			facts.Orientation = int(o)
		}
		if facts.Taken.IsZero() {
			var local, zone string
			text(tagTaken, &local)
			text(tagZone, &zone)
			if facts.Taken = taken(local, zone); !facts.Taken.IsZero() {
				facts.TakenFrom, facts.Zone = "DateTimeOriginal", zone
			}
		}
	})
}
