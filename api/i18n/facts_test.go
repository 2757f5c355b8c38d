package i18n

import (
	"strings"
	"testing"
	"time"

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

// TestFilmFacts: of a film, what it is made of, and how much of it was looked at.
func TestFilmFacts(t *testing.T) {
	film := hashing.Film{Duration: 95 * time.Minute, Codec: "h264", MilliRate: 29_970, Sound: "aac", Looked: 994}
	for l, want := range map[Lang]string{
		FR: "durée : 1 h 35 min|vidéo : h264, 29,97 images par seconde|son : aac|examinée sur 99 % de sa durée",
		EN: "duration: 1 h 35 min|video: h264, 29.97 frames a second|sound: aac|99% of its duration were looked at",
	} {
		got := strings.Join(OriginFacts(l, hashing.Facts{Film: film}), "|")
		if got = strings.NewReplacer("\u00a0", " ", "\u202f", " ").Replace(got); got != want {
			t.Errorf("%s: %q", l, got)
		}
		if got := OriginFacts(l, hashing.Facts{Film: hashing.Film{Codec: "vp8"}}); len(got) != 2 {
			t.Errorf("%s: of a silent one: %q", l, got)
		}
	}
}
