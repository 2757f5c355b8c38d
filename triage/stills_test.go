package triage_test

import (
	"bytes"
	"context"
	"errors"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"io"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// brightness shows at each second of a film a picture as bright as that, and reads the film for it.
type brightness struct {
	asked []time.Duration
	err   error
}

func (b *brightness) Still(_ context.Context, film io.ReaderAt, size int64, at time.Duration) ([]byte, error) {
	b.asked = append(b.asked, at)
	if _, err := film.ReadAt(make([]byte, 100), size/2); err != nil {
		return nil, triage.E(triage.Invalid, "show a still", "", "", err) // as ffmpeg would
	}
	if b.err != nil {
		return nil, b.err
	}
	img := image.NewGray(image.Rect(0, 0, 400, 300))
	for i := range img.Pix {
		img.Pix[i] = byte(at / time.Second)
	}
	var out bytes.Buffer
	err := png.Encode(&out, img)
	return out.Bytes(), err
}

// aFilm is a house in which somebody holds a group of one film of 120 seconds and, if wanted, pictures like its first frame.
func aFilm(t *testing.T, films int) (*house, triage.Group, *brightness) {
	h := newHouse(t)
	first := frameOf(0x13, 0)
	h.worker.Films = filmFunc(func(_ context.Context, _ io.ReaderAt, _ int64, x hashing.Examination) (hashing.Examination, error) {
		x.Facts.Film.Duration = 120 * time.Second
		x.Fingerprint = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "film/2", PDQ: first.PDQ, Quality: first.Quality}
		return x, nil
	})
	shows := &brightness{}
	h.review.Films = shows
	var all []picture
	for i := range films {
		all = append(all, newFilm(string(rune('a'+i))+".mp4", 3<<20+i))
	}
	x := h.mustSubmit("S1", all...)
	h.run()
	h.settle(x)
	g, err := h.review.Next(t.Context(), h.reviewer.Actor, triage.QueueFilter{})
	if err != nil || g.Videos != films {
		t.Fatalf("%+v, %v", g, err)
	}
	return h, g, shows
}

func seconds(g triage.Grant) (list []float64) {
	for i := range g.Media {
		at, is := g.Still(i)
		if !is {
			at = -time.Second
		}
		list = append(list, at.Seconds())
	}
	return list
}

// TestContactSheet: a film is revealed by stills from all of it, at the step that was asked for, each on record before it is seen.
func TestContactSheet(t *testing.T) {
	h, g, shows := aFilm(t, 1)
	ctx := t.Context()
	grant, err := h.review.Reveal(ctx, h.reviewer, g.ID, triage.StepBlurred, "is it new?")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seconds(grant), []float64{5, 15, 25, 35, 45, 55, 65, 75, 85, 95, 105, 115}; !slices.Equal(got, want) {
		t.Errorf("stills at %v, not %v", got, want)
	}
	for _, n := range []int{0, 11} {
		shown, err := h.review.Picture(ctx, h.reviewer, grant.ID, n)
		if err != nil {
			t.Fatal(err)
		}
		img, err := jpeg.Decode(bytes.NewReader(shown))
		if err != nil {
			t.Fatal(err)
		}
		at, _ := grant.Still(n)
		if y := color.GrayModel.Convert(img.At(img.Bounds().Dx()/2, img.Bounds().Dy()/5)).(color.Gray).Y; int(y) < int(at.Seconds())-8 || int(y) > int(at.Seconds())+8 {
			t.Errorf("still %d is of brightness %d", n, y)
		}
	}
	if served := h.recorded(triage.PictureServed); len(served) != 2 || len(shows.asked) != 2 {
		t.Errorf("%d on record, %d made", len(served), len(shows.asked))
	}
	if _, err := h.review.Picture(ctx, h.reviewer, grant.ID, 12); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a still there is not: %v", err)
	}
	other := h.reviewer
	other.ID = "s9"
	if _, err := h.review.Picture(ctx, other, grant.ID, 0); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("in another session: %v", err)
	}
	if days, err := h.shown().Own(ctx, h.reviewer.Actor); err != nil || len(days) != 1 || days[0].Looks[triage.Look(triage.StepBlurred)].N != 2 {
		t.Errorf("counted %v, %v", days, err)
	}

	// A store that does not answer is no broken film, and what is broken is not on record as shown.
	h.objects.Set(objectstest.Fault{Method: "GetRange", Err: errors.New("gone")})
	if _, err := h.review.Picture(ctx, h.reviewer, grant.ID, 1); err == nil || triage.IsKind(err, triage.Invalid) {
		t.Errorf("while the store does not answer: %v", err)
	}
	h.objects.Set()
	shows.err = triage.E(triage.Invalid, "show a still", "", "broken", nil)
	if _, err := h.review.Picture(ctx, h.reviewer, grant.ID, 1); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("a broken film: %v", err)
	}
	if served := h.recorded(triage.PictureServed); len(served) != 2 {
		t.Errorf("%d on record after failures", len(served))
	}
	h.review.Films = nil
	if _, err := h.review.Reveal(ctx, h.reviewer, g.ID, triage.StepBlurred, "is it new?"); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("without ffmpeg: %v", err)
	}
}

// TestSheetsOfManyFilms: films share what a grant shows, and none is left out while there is room.
func TestSheetsOfManyFilms(t *testing.T) {
	h, g, _ := aFilm(t, 5)
	grant, err := h.review.Reveal(t.Context(), h.reviewer, g.ID, triage.StepBlurred, "is it new?")
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seconds(grant), []float64{30, 90, 30, 90, 30, 90, 30, 90, 30, 90}; !slices.Equal(got, want) {
		t.Errorf("stills at %v, not %v", got, want)
	}
	if want := []int{1, 1, 2, 2, 3, 3, 4, 4, 5, 5}; !slices.Equal(grant.Numbers, want) {
		t.Errorf("of %v, not %v", grant.Numbers, want)
	}
}

// TestFramesOfAStretch: of one film, stills of a stretch are granted at a step that was granted of all, and nothing else.
func TestFramesOfAStretch(t *testing.T) {
	h, g, _ := aFilm(t, 2)
	ctx := t.Context()
	wish := triage.FramesWish{Film: 2, Media: 2, From: 10 * time.Second, To: 22 * time.Second, Step: triage.StepBlurred}
	if _, err := h.review.RevealFrames(ctx, h.reviewer, g.ID, wish); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("before any step: %v", err)
	}
	if _, err := h.review.Reveal(ctx, h.reviewer, g.ID, triage.StepBlurred, "is it new?"); err != nil {
		t.Fatal(err)
	}
	grant, err := h.review.RevealFrames(ctx, h.reviewer, g.ID, wish)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := seconds(grant), []float64{10.5, 11.5, 12.5, 13.5, 14.5, 15.5, 16.5, 17.5, 18.5, 19.5, 20.5, 21.5}; !slices.Equal(got, want) || grant.Numbers[0] != 2 || grant.Sight != triage.SeeFrames {
		t.Errorf("%+v, %v", grant, got)
	}
	if _, err := h.review.Picture(ctx, h.reviewer, grant.ID, 3); err != nil {
		t.Error(err)
	}
	if reached, err := h.review.Reached(ctx, h.reviewer.Actor, g.ID); err != nil || reached != triage.StepBlurred {
		t.Errorf("reached %s, %v", reached, err)
	}
	one := wish
	one.From, one.To = 61*time.Second, 61*time.Second
	if grant, err := h.review.RevealFrames(ctx, h.reviewer, g.ID, one); err != nil || !slices.Equal(seconds(grant), []float64{61}) {
		t.Errorf("one frame: %+v, %v", grant, err)
	}
	end := wish
	end.From, end.To = 0, -1
	if grant, err := h.review.RevealFrames(ctx, h.reviewer, g.ID, end); err != nil || seconds(grant)[11] != 115 {
		t.Errorf("up to the end: %+v, %v", grant, err)
	}
	for name, c := range map[string]struct {
		change func(w *triage.FramesWish)
		kind   triage.Kind
	}{
		"a film there is not":     {func(w *triage.FramesWish) { w.Film = 3 }, triage.Invalid},
		"no film":                 {func(w *triage.FramesWish) { w.Film = 0 }, triage.Invalid},
		"a group that changed":    {func(w *triage.FramesWish) { w.Media = 1 }, triage.Conflict},
		"behind its end":          {func(w *triage.FramesWish) { w.To = 121 * time.Second }, triage.Invalid},
		"the wrong way round":     {func(w *triage.FramesWish) { w.From = 30 * time.Second }, triage.Invalid},
		"before its beginning":    {func(w *triage.FramesWish) { w.From = -time.Second }, triage.Invalid},
		"a step further":          {func(w *triage.FramesWish) { w.Step = triage.StepGrey }, triage.Conflict},
		"no step":                 {func(w *triage.FramesWish) { w.Step = triage.StepFacts }, triage.Conflict},
		"a reason that says less": {func(w *triage.FramesWish) { w.Reason = "x" }, triage.Invalid},
	} {
		w := wish
		c.change(&w)
		if _, err := h.review.RevealFrames(ctx, h.reviewer, g.ID, w); !triage.IsKind(err, c.kind) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if n := len(h.recorded(triage.RevealGranted)); n != 4 {
		t.Errorf("%d grants on record", n)
	}
}
