package i18n

import (
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// TestMatch: whatever matches says how sure that is, by what, how far apart and of what part, in both languages.
func TestMatch(t *testing.T) {
	for _, l := range Langs {
		said := map[string]bool{}
		for _, method := range []triage.Method{triage.ByMD5, triage.BySHA1, triage.BySHA256, triage.ByPDQ, triage.ByPHash} {
			s := MatchOf(triage.Match{Method: method, Distance: 7, Quality: 93}).In(l)
			said[s] = true
			near := method == triage.ByPDQ || method == triage.ByPHash
			if strings.Contains(s, "%!") || !strings.Contains(s, Method(l, method)) || strings.Contains(s, "7") != near || strings.Contains(s, "93") != (method == triage.ByPDQ) {
				t.Errorf("%s, %s: %q", l, method, s)
			}
		}
		for transform := pdq.Original; transform <= pdq.FlipPlus1; transform++ { // the last two are told alike
			for _, view := range []hashing.ViewName{"", hashing.ViewTrimmed, hashing.ViewScreen, hashing.ViewTile} {
				said[MatchOf(triage.Match{Method: triage.ByPDQ, Distance: 11, Transform: transform, View: view}).In(l)] = true
			}
		}
		said[MatchOf(triage.Match{Method: triage.ByPDQ, Distance: 11, Frame: 3}).In(l)] = true
		if want := 5 + 7*4 + 1; len(said) != want {
			t.Errorf("%s: %d sentences, want %d different ones", l, len(said), want)
		}
	}
	for name, c := range map[string]struct {
		shares vpdq.Shares
		want   string
	}{
		"a part":  {vpdq.Shares{Query: 1000, Known: 66, Near: 20, OfFilm: true, From: time.Minute, To: 79 * time.Second}, "One video, or a stretch of it, is within the other: PDQ, 12 of 256 bits apart, quality 0 of 100, 100% of this video and 6% of the entry in common, mostly from 0:01:00.0 to 0:01:19.0"},
		"a title": {vpdq.Shares{Query: 10, Known: 66, Near: 2, OfFilm: true}, "Some frames in common, no proof: PDQ, 12 of 256 bits apart, quality 0 of 100, 1% of this video and 6% of the entry in common, mostly from 0:00:00.0 to 0:00:00.0"},
		"a still": {vpdq.Shares{Query: 1000, Known: 66, Near: 1}, "Same picture, edited: PDQ, 12 of 256 bits apart, quality 0 of 100, a still of a known video"},
	} {
		if got := MatchOf(triage.Match{Method: triage.ByPDQ, Distance: 12, Film: &c.shares}).In(EN); got != c.want {
			t.Errorf("%s: %q", name, got)
		}
	}
	if got := MatchOf(triage.Match{Method: triage.ByPDQ, Distance: 12, Frame: 3, At: time.Hour + 62_540*time.Millisecond}).In(EN); !strings.HasSuffix(got, ", at 1:01:02.5 of the video") {
		t.Errorf("%q", got)
	}
	if got, want := MatchOf(triage.Match{Method: triage.ByPDQ, Distance: 12, Quality: 93, Transform: pdq.FlipY, View: hashing.ViewScreen}).In(FR),
		"Même image, modifiée\u00a0: PDQ, 12 bits d’écart sur 256, qualité 93 sur 100, en miroir, dans une capture d’écran"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
}
