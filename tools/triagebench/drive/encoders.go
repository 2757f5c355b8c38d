package drive

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"vigie/hashing"
)

// encoder is a program that writes pictures anew, and what it leaves of where they came from: nothing, mostly.
type encoder struct {
	side        int // longest, in pixels
	quality     int // of JPEG, as the Independent JPEG Group counts
	progressive bool
	software    string
}

// What services and programs make of pictures that pass through them. Sides and qualities are those observed by others
// on what such services hand on; they differ between versions.
var (
	byWhatsApp  = encoder{side: 1600, quality: 80}
	byTelegram  = encoder{side: 1280, quality: 87}
	bySignal    = encoder{side: 2048, quality: 85}
	bySnapchat  = encoder{side: 1920, quality: 75}
	byFacebook  = encoder{side: 2048, quality: 71, progressive: true}
	byInstagram = encoder{side: 1350, quality: 75, progressive: true}
	byWeb       = encoder{side: 1200, quality: 82, progressive: true}
	byThumbnail = encoder{side: 512, quality: 80}
	bySmall     = encoder{side: 256, quality: 75}
	byPhotoshop = encoder{side: 3000, quality: 93, software: "Adobe Photoshop CC 2019 (Windows)"}
	bySnapseed  = encoder{side: 4000, quality: 95, software: "Snapseed 2.0"}
	byLightroom = encoder{side: 4000, quality: 92, software: "Adobe Photoshop Lightroom Classic 9.2 (Windows)"}
	byGimp      = encoder{side: 2400, quality: 90, software: "GIMP 2.10.34"}
)

// facts are those of a picture that the encoder wrote.
func (e encoder) facts(d dice) hashing.Facts {
	f := hashing.Facts{
		Kind: hashing.KindPicture, Format: "jpeg", Width: e.side, Height: e.side * 3 / 4, JPEGQuality: e.quality,
		Tables: standardTables(e.quality), TablesOf: hashing.TablesLibrary, Subsampling: "4:2:0", Progressive: e.progressive, Software: e.software,
	}
	if strings.HasPrefix(e.software, "Adobe") {
		f.Tables, f.TablesOf = newDice("tables of Adobe", e.quality).hex(16), hashing.TablesAdobe
	}
	if d.chance(.4) {
		f.Width, f.Height = f.Height, f.Width
	}
	return f
}

// edited are the facts of a camera's picture that somebody changed and saved, where what the camera said stays.
func (e encoder) edited(d dice, original hashing.Facts) hashing.Facts {
	f := e.facts(d)
	f.Make, f.Model, f.Serial, f.Lens, f.Taken, f.TakenFrom, f.GPS = original.Make, original.Model, original.Serial, original.Lens, original.Taken, original.TakenFrom, original.GPS
	f.Thumbnail, f.Profile = pick(d, hashing.ThumbnailSame, hashing.ThumbnailOther, ""), "sRGB IEC61966-2.1"
	if e == byPhotoshop || e == byLightroom {
		f.Editors, f.Saves = e.software, d.between(1, 4)
	}
	return f
}

// standard are the tables of ITU-T T.81, annex K, in zigzag order, from which most programs make theirs.
var standard = [2][64]int{
	{
		16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40, 26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
		56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87, 95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
	},
	{
		17, 18, 18, 24, 21, 24, 47, 26, 26, 47, 99, 66, 56, 66, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
		99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
	},
}

// standardTables is hashing.Facts.Tables of what those programs write at a quality from 50.
func standardTables(quality int) string {
	sum := sha256.New()
	for id, table := range standard {
		for i, v := range table {
			table[i] = min(max((v*(200-2*quality)+50)/100, 1), 255)
		}
		_, _ = fmt.Fprintln(sum, id, table)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// drawn are the facts of graphics: of programs, of pages, of games.
func drawn(format string, width, height int) hashing.Facts {
	f := hashing.Facts{Kind: hashing.KindPicture, Format: format, Width: width, Height: height}
	if format == "jpeg" {
		f.JPEGQuality, f.Tables, f.TablesOf, f.Subsampling = 85, standardTables(85), hashing.TablesLibrary, "4:2:0"
	}
	return f
}

// recorded are the facts of a film that no camera took: nothing is read of its frames.
func recorded(format string) hashing.Facts {
	return hashing.Facts{Kind: hashing.KindVideo, Format: format}
}
