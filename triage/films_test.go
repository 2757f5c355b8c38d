package triage_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// newFilm has the first bytes of a film, and then others.
func newFilm(path string, size int) picture {
	content := append([]byte("\x00\x00\x00\x18ftypisom\x00\x00\x02\x00isommp42"), objectstest.Content(uint64(size), size)...)
	return newItem(path, content)
}

// filmFunc looks at the frames of a film.
type filmFunc func(ctx context.Context, film io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error)

func (f filmFunc) ExamineFilm(ctx context.Context, film io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error) {
	return f(ctx, film, size, x)
}

// frameOf has a hash in which every bit of a byte is that byte's.
func frameOf(b byte, at time.Duration) hashing.Frame {
	f := hashing.Frame{Index: int(at / time.Second), At: at, Quality: 90}
	for t := range f.PDQ {
		for i := range f.PDQ[t] {
			f.PDQ[t][i] = b*byte(i+1) ^ byte(t*37)
		}
	}
	return f
}

// A film is read here and there, whatever its beginning is; one of its frames is in a list.
func TestFramesOfAFilm(t *testing.T) {
	h := newHouse(t)
	film := newFilm("a.mp4", 3<<20)
	known := frameOf(0x5b, 7*time.Second)
	h.worker.Films = filmFunc(func(_ context.Context, r io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error) {
		for _, at := range []int64{size - 5, 0, size / 2} {
			got := make([]byte, 5)
			if n, err := r.ReadAt(got, at); n != len(got) || err != nil || !bytes.Equal(got, film.bytes[at:at+5]) {
				t.Errorf("%d bytes at %d of %d: %v", n, at, size, err)
			}
		}
		first := frameOf(0x13, 0)
		x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/2", PDQ: first.PDQ, Quality: first.Quality}
		x.Frames, x.Note = []hashing.Frame{known}, ""
		return x, nil
	})
	h.importSet(triage.KnownSet, known.PDQ[pdq.Original].String())
	x := h.mustSubmit("S1", film)
	h.run()
	h.settle(x)
	if f := h.findings(x)["a.mp4"]; f.Finding != triage.NearKnown || f.Match == nil || f.Match.Frame != known.Index || f.Match.At != known.At || f.Match.Distance != 0 {
		t.Errorf("found %s by %+v", f.Finding, f.Match)
	}
}

// While a film cannot be read, it is no finding that its frames could not be: a store that does not answer looks like a broken film.
func TestFilmThatIsNotReadNow(t *testing.T) {
	h := newHouse(t)
	asked := 0
	h.worker.Films = filmFunc(func(_ context.Context, r io.ReaderAt, _ int64, x hashing.Examination) (hashing.Examination, error) {
		asked++
		if asked == 1 {
			h.objects.Set(objectstest.Fault{Method: "GetRange", Err: errors.New("gone")})
		}
		if _, err := r.ReadAt(make([]byte, 10), 2<<20); err != nil {
			x.Unreadable = "truncated"
		}
		h.objects.Set()
		x.Note = ""
		return x, nil
	})
	x := h.mustSubmit("S1", newFilm("a.mp4", 3<<20))
	h.run()
	p := h.settle(x)
	if f := h.findings(x)["a.mp4"]; asked != 2 || p.Media[triage.Unreadable] != 0 || f.Reason != "" {
		t.Errorf("asked %d times, found %s, %q", asked, f.Finding, f.Reason)
	}
}

// TestFilmIsNotShown: a film's frames are hashed, and no reveal promises a picture of it; beside pictures it is left out.
func TestFilmIsNotShown(t *testing.T) {
	h := newHouse(t)
	first := frameOf(0x13, 0)
	h.worker.Films = filmFunc(func(_ context.Context, _ io.ReaderAt, _ int64, x hashing.Examination) (hashing.Examination, error) {
		x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/2", PDQ: first.PDQ, Quality: first.Quality}
		return x, nil
	})
	x := h.mustSubmit("S1", newFilm("a.mp4", 3<<20))
	h.run()
	h.settle(x)
	g, err := h.review.Next(t.Context(), h.reviewer.Actor, triage.QueueFilter{})
	if err != nil || g.Videos != 1 {
		t.Fatalf("%+v, %v", g, err)
	}
	if grant, err := h.review.Reveal(t.Context(), h.reviewer, g.ID, triage.StepBlurred, "is it new?"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("%+v, %v", grant, err)
	}
}

// filmsBy has the frames of films told by their names.
func (h *house) filmsBy(frames map[string][]hashing.Frame, films map[string]picture) {
	look := filmFunc(func(_ context.Context, r io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error) {
		for name, film := range films {
			if int64(len(film.bytes)) != size {
				continue
			}
			first := frames[name][0]
			x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/2", PDQ: first.PDQ, Quality: first.Quality}
			x.Frames, x.Note = frames[name][1:], ""
		}
		return x, nil
	})
	h.worker.Films = look
}

// frames are those of seconds of a film, one each; far apart from each other.
func frames(seconds ...int) (list []hashing.Frame) {
	for i, n := range seconds {
		f := hashing.Frame{Index: i, At: time.Duration(i) * time.Second, Quality: 90}
		for t := range f.PDQ {
			f.PDQ[t] = pdq.Hash(sha256.Sum256([]byte{byte(n), byte(n >> 8), byte(t)}))
		}
		list = append(list, f)
	}
	return list
}

func from(n, count int) (seconds []int) {
	for i := range count {
		seconds = append(seconds, n+i)
	}
	return seconds
}

// TestFilmsInCommon: a film of a list is found whole and in part, a title alone is no proof, and a rebuild says the same.
func TestFilmsInCommon(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	var list []string
	for _, f := range frames(from(0, 100)...) {
		list = append(list, fmt.Sprintf("%d,90,%s,%d", f.Index, f.PDQ[pdq.Original], f.Index))
	}
	if set := h.importSet(triage.KnownSet, list...); set.Entries != 1 || set.ByMethod[triage.ByVPDQ] != 1 || set.ByMethod[triage.ByPDQ] != 100 {
		t.Errorf("imported %+v", set)
	}
	seen := map[string][]hashing.Frame{
		"whole.mp4":  frames(from(0, 100)...),
		"third.mp4":  frames(from(30, 30)...),
		"joined.mp4": frames(append(from(1000, 200), from(0, 100)...)...),
		"title.mp4":  frames(append(from(0, 3), from(2000, 200)...)...),
		"other.mp4":  frames(from(3000, 20)...),
	}
	films, all := map[string]picture{}, []picture{}
	for i, name := range slices.Sorted(maps.Keys(seen)) {
		films[name] = newFilm(name, 10_000+i)
		all = append(all, films[name])
	}
	h.filmsBy(seen, films)
	x := h.mustSubmit("S1", all...)
	h.work()
	found := h.findings(x)
	for name, want := range map[string]triage.Likeness{"whole.mp4": triage.SamePicture, "third.mp4": triage.PartOfFilm, "joined.mp4": triage.PartOfFilm} {
		if f := found[name]; f.Finding != triage.NearKnown || f.Match == nil || f.Match.Film == nil || f.Match.Likeness() != want || f.Match.Entry != 1 {
			t.Errorf("%s: %s by %+v", name, f.Finding, f.Match)
		}
	}
	if s := found["joined.mp4"].Match.Film; s.Query != 333 || s.Known != 1000 || s.From != 200*time.Second || s.To != 299*time.Second || s.Frames != 100 || !s.OfFilm {
		t.Errorf("joined: %+v", s)
	}
	for _, name := range []string{"title.mp4", "other.mp4"} {
		if f := found[name]; f.Finding == triage.NearKnown || f.Match != nil {
			t.Errorf("%s: %s by %+v", name, f.Finding, f.Match)
		}
	}
	m := h.medium(films["title.mp4"])
	if len(m.Matches) != 1 || !m.Matches[0].Vote() || m.Matches[0].Film.Near != 3 {
		t.Errorf("a title: %+v", m.Matches)
	}
	h.rebuilt(c, "with films")
}

// TestConfirmedFilmIsSearched: a film that two people confirm enters the office's set with its frames; a part of it that comes later is found.
func TestConfirmedFilmIsSearched(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	one, two, _ := people()
	seen := map[string][]hashing.Frame{
		"whole.mp4": frames(from(0, 100)...), "third.mp4": frames(from(30, 30)...), "later.mp4": frames(from(60, 30)...), "other.mp4": frames(from(3000, 20)...),
	}
	films := map[string]picture{}
	for i, name := range slices.Sorted(maps.Keys(seen)) {
		films[name] = newFilm(name, 10_000+i)
	}
	h.filmsBy(seen, films)
	x := h.mustSubmit("S1", films["whole.mp4"], films["third.mp4"], films["other.mp4"])
	h.work()
	id := triage.GroupID(h.names.Medium(films["whole.mp4"].item.Digests.SHA256))
	h.concludes(one, id, opinion(triage.Illegal, "seen"))
	h.concludes(two, id, opinion(triage.Illegal, "I agree"))
	h.linked()
	later := h.mustSubmit("S2", films["later.mp4"])
	h.work()
	found := h.findings(x)
	maps.Copy(found, h.findings(later))
	for name, want := range map[string]triage.Finding{"whole.mp4": triage.Known, "third.mp4": triage.NearKnown, "later.mp4": triage.NearKnown, "other.mp4": triage.Unranked} {
		f := found[name]
		if name == "other.mp4" {
			if f.Match != nil {
				t.Errorf("%s: %+v", name, f.Match)
			}
			continue
		}
		if f.Finding != want || f.Match == nil || f.Match.Source != triage.OfficeSource {
			t.Errorf("%s: %s by %+v", name, f.Finding, f.Match)
		}
	}
	if f := found["third.mp4"]; f.Match != nil && (f.Match.Film == nil || f.Match.Likeness() != triage.PartOfFilm || f.Match.Film.Frames != 100) {
		t.Errorf("a part: %+v", f.Match.Film)
	}
	sets, err := h.sets.Store.Sets(t.Context())
	if err != nil || len(sets) != 1 || sets[0].Entries != 1 || sets[0].ByMethod[triage.ByVPDQ] != 1 {
		t.Errorf("%+v, %v", sets, err)
	}
	h.rebuilt(c, "with the office's film")
}

// TestFilmsOfAnAddition: the films that a decision brings into the office's set go into as many additions as their frames need.
func TestFilmsOfAnAddition(t *testing.T) {
	h := newHouse(t)
	h.caughtUp()
	one, two, _ := people()
	all := []picture{}
	shared := frames(from(0, 10)...)
	seen, films := map[string][]hashing.Frame{}, map[string]picture{}
	for i := range 7 {
		name := fmt.Sprintf("%d.mp4", i)
		films[name] = newFilm(name, 10_000+i)
		seen[name] = shared
		all = append(all, films[name])
	}
	h.filmsBy(seen, films)
	h.mustSubmit("S1", all...)
	h.work()
	g, err := h.review.Next(t.Context(), one, triage.QueueFilter{})
	if err != nil || g.Videos != 7 {
		t.Fatalf("%+v, %v", g, err)
	}
	h.concludes(one, g.ID, opinion(triage.Illegal, "seen"))
	h.concludes(two, g.ID, opinion(triage.Illegal, "I agree"))
	h.linked()
	if n := len(h.recorded(triage.SetExtended)); n != 2 {
		t.Errorf("%d additions", n)
	}
}
