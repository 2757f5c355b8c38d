package decode

import (
	"testing"

	"vigie/hashing"
)

func TestTableMaker(t *testing.T) {
	own := [64]int{3, 3, 3, 4, 5}
	for _, c := range []struct {
		luma [64]int
		mark string
		want hashing.TableMaker
	}{
		{ijgTable(75), "", hashing.TablesLibrary},
		{ijgTable(100), "Adobe", hashing.TablesLibrary},
		{own, "", hashing.TablesOwn},
		{own, "Adobe", hashing.TablesAdobe},
		{own, "Other", hashing.TablesOwn},
	} {
		var f hashing.Facts
		jpegFacts(headers(c.luma, c.mark), &f)
		if f.TablesOf != c.want {
			t.Errorf("mark %q: tables of %q, want %q", c.mark, f.TablesOf, c.want)
		}
	}
	var f hashing.Facts
	if jpegFacts([]byte{0xff, markerSOI, 0xff, markerEOI}, &f); f.TablesOf != "" {
		t.Errorf("no tables: of %q", f.TablesOf)
	}
}

// headers are those of a JPEG with that luma table, and with that APP14 segment if it is not empty.
func headers(luma [64]int, mark string) []byte {
	data := []byte{0xff, markerSOI}
	if mark != "" {
		data = append(append(data, 0xff, markerAPP14, 0, byte(2+len(mark))), mark...)
	}
	data = append(data, 0xff, markerDQT, 0, 67, 0)
	for _, v := range luma {
		data = append(data, byte(max(v, 1)))
	}
	return append(data, 0xff, markerSOS, 0, 2)
}
