package triage_test

import (
	"bytes"
	"context"
	"errors"
	"io"
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
		x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/1", PDQ: first.PDQ, Quality: first.Quality}
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
		x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/1", PDQ: first.PDQ, Quality: first.Quality}
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
