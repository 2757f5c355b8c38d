package i18n

import (
	"strings"
	"testing"

	"vigie/hashing"
)

// TestFacts: what is known is told in both languages, what needs attention first, and what is not known is not told.
func TestFacts(t *testing.T) {
	f := hashing.Facts{
		Make: "Apple", Model: "iPhone", Lens: "back camera", Serial: "F2L", TakenFrom: "CreateDate", Zone: "+02:00", LivePhoto: "6D6C-1", FilmAt: 5000, FilmBytes: 2_100_000,
		Software: "17.5", Pictures: 2, Tables: "0011223344556677", JPEGQuality: 92, Subsampling: "4:2:0", Progressive: true,
		Profile: "Display P3", Thumbnail: hashing.ThumbnailOther, Editors: "One; Two", Saves: 1, Provenance: true, Generated: "Midjourney",
	}
	for _, l := range Langs {
		if got := CameraFacts(l, hashing.Facts{}); got != nil {
			t.Errorf("%s: of no camera: %q", l, got)
		}
		if got := OriginFacts(l, hashing.Facts{}); got != nil {
			t.Errorf("%s: of no origin: %q", l, got)
		}
		camera, origin := CameraFacts(l, f), OriginFacts(l, f)
		all := strings.Join(append(camera, origin...), "\n")
		for _, s := range []string{"back camera", "+02:00", "17.5", "2 ", "0011223344556677", "92", "4:2:0", "Display P3", "One; Two", "C2PA", Size(l, f.FilmBytes)} {
			if !strings.Contains(all, s) {
				t.Errorf("%s: %q is not told:\n%s", l, s, all)
			}
		}
		if strings.Contains(all, "F2L") || strings.Contains(all, "6D6C-1") {
			t.Errorf("%s: a device or a picture is named:\n%s", l, all)
		}
		if strings.Contains(all, "%!") || len(camera) != 6 || len(origin) != 9 {
			t.Errorf("%s: %d and %d lines:\n%s", l, len(camera), len(origin), all)
		}
		if !strings.Contains(origin[0], "Midjourney") || !strings.Contains(strings.ToUpper(origin[1]), map[Lang]string{FR: "AUTRE", EN: "ANOTHER"}[l]) {
			t.Errorf("%s: the first are %q", l, origin[:2])
		}
	}
}
