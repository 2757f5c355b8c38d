package decode

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"vigie/hashing"
)

// ijgLuma is the luma quantisation table of ITU-T T.81, table K.1, in zigzag order, from which the Independent JPEG
// Group's encoder and most others make theirs.
var ijgLuma = [64]int{
	16, 11, 12, 14, 12, 10, 16, 14, 13, 14, 18, 17, 16, 19, 24, 40,
	26, 24, 22, 22, 24, 49, 35, 37, 29, 40, 58, 51, 61, 60, 57, 51,
	56, 55, 64, 72, 92, 78, 64, 68, 87, 69, 55, 56, 80, 109, 81, 87,
	95, 98, 103, 104, 103, 62, 77, 113, 121, 112, 100, 120, 92, 101, 103, 99,
}

// jpegFacts adds what the headers of a JPEG tell of its encoder.
func jpegFacts(data []byte, facts *hashing.Facts) {
	tables, adobe := make(map[byte][64]int), false
	for s := range jpegSegments(data) {
		switch {
		case s.marker == markerDQT:
			quantisation(s.body, tables)
		case s.marker == markerAPP14:
			adobe = adobe || bytes.HasPrefix(s.body, []byte("Adobe"))
		case s.marker >= 0xc0 && s.marker <= 0xcf && s.marker != 0xc4 && s.marker != 0xc8 && s.marker != 0xcc:
			facts.Progressive = s.marker&3 == 2 // SOF2, 6, 10 and 14
			facts.Subsampling = subsampling(s.body)
		}
	}
	if len(tables) == 0 {
		return
	}
	facts.Tables = tablesHash(tables)
	if luma, ok := tables[0]; ok {
		facts.JPEGQuality = ijgQuality(luma)
		facts.TablesOf = tableMaker(luma, facts.JPEGQuality, adobe)
	}
}

func tableMaker(luma [64]int, quality int, adobe bool) hashing.TableMaker {
	switch {
	case luma == ijgTable(quality):
		return hashing.TablesLibrary
	case adobe:
		return hashing.TablesAdobe
	}
	return hashing.TablesOwn
}

// quantisation adds the tables of a DQT segment, by their number.
func quantisation(body []byte, tables map[byte][64]int) {
	for len(body) > 0 {
		id, size := body[0]&15, 1+int(body[0]>>4&1)
		if len(body) < 1+64*size {
			return
		}
		var table [64]int
		for i := range table {
			if size == 1 {
				table[i] = int(body[1+i])
			} else {
				table[i] = int(binary.BigEndian.Uint16(body[1+2*i:]))
			}
		}
		tables[id] = table
		body = body[1+64*size:]
	}
}

// tablesHash names a set of tables, whatever segments they came in.
func tablesHash(tables map[byte][64]int) string {
	hash := sha256.New()
	for id := range byte(16) {
		if table, ok := tables[id]; ok {
			_, _ = fmt.Fprintln(hash, id, table)
		}
	}
	return hex.EncodeToString(hash.Sum(nil)[:8])
}

// ijgQuality returns the quality, 1 to 100, at which the Independent JPEG Group's encoder makes that table, or the one
// that is nearest to it on average.
func ijgQuality(luma [64]int) int {
	for q := 100; q > 0; q-- {
		if ijgTable(q) == luma {
			return q
		}
	}
	sum, standard := 0.0, 0.0
	for i, v := range luma {
		sum += float64(v)
		standard += float64(ijgLuma[i])
	}
	scale := 100 * sum / standard // percent, as jpeg_quality_scaling returns it
	quality := (200 - scale) / 2
	if scale > 100 {
		quality = 5000 / scale
	}
	return min(max(int(math.Round(quality)), 1), 100)
}

// ijgTable is the table that the Independent JPEG Group's encoder makes at a quality.
func ijgTable(quality int) (table [64]int) {
	scale := 200 - 2*quality
	if quality < 50 {
		scale = 5000 / quality
	}
	for i, v := range ijgLuma {
		table[i] = min(max((v*scale+50)/100, 1), 255)
	}
	return table
}

// subsampling names the layout of chroma by the body of a frame header; "" for grey pictures and odd layouts.
func subsampling(body []byte) string {
	const header, component = 6, 3
	if len(body) < header+3*component || body[5] < 3 {
		return ""
	}
	luma, chroma := body[header+1], body[header+component+1]
	if chroma != body[header+2*component+1] || chroma&15 == 0 || chroma>>4 == 0 {
		return ""
	}
	across, down := luma>>4/(chroma>>4), luma&15/(chroma&15)
	switch [2]byte{across, down} {
	case [2]byte{1, 1}:
		return "4:4:4"
	case [2]byte{2, 1}:
		return "4:2:2"
	case [2]byte{2, 2}:
		return "4:2:0"
	case [2]byte{1, 2}:
		return "4:4:0"
	case [2]byte{4, 1}:
		return "4:1:1"
	case [2]byte{4, 2}:
		return "4:1:0"
	}
	return ""
}
