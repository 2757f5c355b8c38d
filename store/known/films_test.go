package known

import (
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// filmOf has the codes of these numbers as frames, one a second, all of its rotations and mirrors alike.
func filmOf(numbers ...int) triage.Probe {
	p := triage.Probe{Film: true}
	for i, n := range numbers {
		f := hashing.Frame{Index: i, At: time.Duration(i) * time.Second, Quality: 100}
		for t := range f.PDQ {
			f.PDQ[t] = *code(n)
		}
		p.Frames = append(p.Frames, f)
	}
	return p
}

func codes(numbers ...int) (film []pdq.Hash) {
	for _, n := range numbers {
		film = append(film, *code(n))
	}
	return film
}

func seq(from, n int) (numbers []int) {
	for i := range n {
		numbers = append(numbers, from+i)
	}
	return numbers
}

// TestFilms: a film of a list is one entry, and a match with it says how much the two have in common.
func TestFilms(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set,
		triage.Entry{Number: 1, PDQ: code(900)},
		triage.Entry{Number: 2, Film: codes(seq(0, 300)...)}, // over several sealed chunks
		triage.Entry{Number: 302, Film: codes(seq(500, 10)...), Exact: []triage.DigestKey{key(1)}},
		triage.Entry{Number: 312, PDQ: code(901)},
	)
	activate(t, s, set)
	still := triage.Probe{PDQ: codes(7), Quality: 100}
	for name, c := range map[string]struct {
		probe    triage.Probe
		entry    uint32
		shares   vpdq.Shares
		likeness triage.Likeness
		finding  triage.Finding
	}{
		"the film itself":          {filmOf(seq(0, 300)...), 2, vpdq.Shares{Query: 1000, Known: 1000, Near: 300, Frames: 300, OfFilm: true, To: 299 * time.Second}, triage.SamePicture, triage.NearKnown},
		"a part of it":             {filmOf(seq(100, 20)...), 2, vpdq.Shares{Query: 1000, Known: 66, Near: 20, Frames: 300, OfFilm: true, To: 19 * time.Second}, triage.PartOfFilm, triage.NearKnown},
		"within a longer one":      {filmOf(append(seq(2000, 90), seq(500, 10)...)...), 302, vpdq.Shares{Query: 100, Known: 1000, Near: 10, Frames: 10, OfFilm: true, From: 90 * time.Second, To: 99 * time.Second}, triage.PartOfFilm, triage.NearKnown},
		"a stretch of both":        {filmOf(append(seq(2000, 90), seq(50, 12)...)...), 2, vpdq.Shares{Query: 117, Known: 40, Near: 12, Frames: 300, OfFilm: true, From: 90 * time.Second, To: 101 * time.Second}, triage.PartOfFilm, triage.NearKnown},
		"a title":                  {filmOf(append(seq(2000, 90), seq(0, 4)...)...), 2, vpdq.Shares{Query: 42, Known: 13, Near: 4, Frames: 300, OfFilm: true, From: 90 * time.Second, To: 93 * time.Second}, triage.PossiblySame, triage.Pending},
		"a still":                  {still, 2, vpdq.Shares{Query: 1000, Known: 3, Near: 1, Frames: 300}, triage.SamePicture, triage.NearKnown},
		"a known still in it":      {filmOf(append(seq(2000, 90), 901)...), 312, vpdq.Shares{}, triage.SamePicture, triage.NearKnown},
		"a film of the same bytes": {triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, Film: true}, 302, vpdq.Shares{}, triage.IdenticalFile, triage.Known},
	} {
		got := match(t, m, c.probe)
		if len(got) != 1 || got[0].Entry != c.entry || got[0].More != 0 {
			t.Errorf("%s: %+v", name, got)
			continue
		}
		if c.shares != (vpdq.Shares{}) && (got[0].Film == nil || *got[0].Film != c.shares) || c.shares == (vpdq.Shares{}) && got[0].Film != nil {
			t.Errorf("%s: shares %+v, not %+v", name, got[0].Film, c.shares)
		}
		if got[0].Likeness() != c.likeness {
			t.Errorf("%s: %s, not %s", name, got[0].Likeness(), c.likeness)
		}
		if f := triage.Conclude(hashing.KindVideo, "", got); f != c.finding {
			t.Errorf("%s: %s, not %s", name, f, c.finding)
		}
	}
	if _, err := s.Object(t.Context(), triage.Objection{Set: set.ID, Entry: triage.Entry{Number: 2, Film: codes(seq(0, 300)...)}, Source: "partner", Kind: triage.KnownSet, State: triage.EntryWithdrawn, Event: 1}); err != nil {
		t.Fatal(err)
	}
	for _, match := range append(match(t, m, filmOf(seq(0, 300)...)), match(t, m, still)...) {
		if match.State != triage.EntryWithdrawn {
			t.Errorf("a film that was withdrawn: %+v", match)
		}
	}
}

// TestFilmsChange: what Redis does not hold as it was mirrored is no match, and is loaded anew.
func TestFilmsChange(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	entries := []triage.Entry{{Number: 1, Film: codes(seq(0, 100)...)}}
	add(t, s, set, entries...)
	activate(t, s, set)
	if got := match(t, m, filmOf(seq(0, 100)...)); len(got) != 1 || got[0].Film.Known != 1000 {
		t.Fatalf("%+v", got)
	}
	other := slices.Clone(entries)
	other[0].Film = codes(append(seq(0, 80), 999)...) // shorter by the last nineteen
	near, _ := segmentsOf(other, map[string]uint16{"": 0})
	key := s.segment(keyPDQ, set.ID, 1)
	if err := s.rdb.Set(t.Context(), key, s.sealer.sealSegment(key, near, pdqSize), 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got := match(t, m, filmOf(seq(0, 100)...)); len(got) != 1 || got[0].Film.Known != 987 || got[0].Film.Frames != 81 {
		t.Errorf("%+v", got[0].Film)
	}
}

// An hour of video, a frame a second, looked up beside a million PDQs of pictures and 500 films of 200 frames: one that shares nothing, and
// itself; make bench-films.
func BenchmarkHour(b *testing.B) {
	const films, frames = 500, 200
	n := benchEntries(b)
	s, m := open(b)
	set := create(b, s, triage.KnownSet, "large")
	addMany(b, s, set, n, pdqEntry)
	var listed []triage.Entry
	for i := range films {
		listed = append(listed, triage.Entry{Number: uint32(n + i*frames), Film: codes(seq(2*n+i*frames, frames)...)})
	}
	for some := range slices.Chunk(listed, 50) {
		add(b, s, set, some...)
	}
	add(b, s, set, triage.Entry{Number: uint32(n + films*frames), Film: codes(seq(-vpdq.MaxFrames, vpdq.MaxFrames)...)})
	activate(b, s, set)
	drawn := func(from int) triage.Probe {
		p := filmOf(seq(from, vpdq.MaxFrames)...)
		for i := range p.Frames {
			for t := range p.Frames[i].PDQ { // nothing is near when it is turned
				if t > 0 {
					p.Frames[i].PDQ[t] = *code(from*1000 - 10*i - t)
				}
			}
			p.Frames[i].PHash = hashing.Hash64(i) * 0x9e3779b97f4a7c15
		}
		return p
	}
	for name, c := range map[string]struct {
		from  int
		found int
	}{"other": {-10 * vpdq.MaxFrames, 0}, "itself": {-vpdq.MaxFrames, 1}} {
		probe := drawn(c.from)
		match(b, m, probe) // what was to be loaded is
		b.Run(name, func(b *testing.B) {
			slowest := time.Duration(0)
			for b.Loop() {
				start := time.Now()
				if got := match(b, m, probe); len(got) != c.found || c.found == 1 && got[0].Film.Known != 1000 {
					b.Fatalf("%+v", got)
				}
				slowest = max(slowest, time.Since(start))
			}
			b.ReportMetric(float64(slowest.Milliseconds()), "ms/slowest")
		})
	}
}
