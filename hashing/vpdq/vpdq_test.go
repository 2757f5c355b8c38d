package vpdq_test

import (
	"bytes"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
)

func TestList(t *testing.T) {
	frames := []hashing.Frame{{Index: 0, Quality: 100}, {Index: 3, At: 1001 * time.Millisecond, Quality: 51}}
	frames[1].PDQ[pdq.Original][0] = 0xd8
	var list bytes.Buffer
	if err := vpdq.WriteList(&list, frames, 29.97); err != nil {
		t.Fatal(err)
	}
	zeros := strings.Repeat("0", 64)
	want := "0,100," + zeros + ",0.000\n30,51," + "d8" + zeros[2:] + ",1.001\n"
	if list.String() != want {
		t.Errorf("%q, not %q", list.String(), want)
	}
	back, err := vpdq.ReadList(strings.NewReader("\n" + want + "\r\n"))
	if err != nil || len(back) != 2 || back[1].At != frames[1].At || back[1].PDQ[pdq.Original] != frames[1].PDQ[pdq.Original] || back[1].Quality != 51 || back[1].Index != 30 {
		t.Errorf("%+v, %v", back, err)
	}
	for _, wrong := range []string{"1,2,3", "1,101," + zeros + ",1", "-1,100," + zeros + ",1", "1,100," + zeros[1:] + ",1", "1,100," + zeros + ",-1", "1,100," + zeros + ",NaN", "1,100," + zeros + ",1e99", zeros, strings.Repeat("x", 5000)} {
		if got, err := vpdq.ReadList(strings.NewReader(wrong)); err == nil || strings.Contains(err.Error(), zeros) {
			t.Errorf("%.80q: %v, %v", wrong, got, err)
		}
	}
}

// go test ./hashing/vpdq -run '^$' -fuzz ReadList
func FuzzReadList(f *testing.F) {
	f.Add("0,100," + strings.Repeat("0f", 32) + ",0.040\n")
	f.Fuzz(func(t *testing.T, text string) {
		frames, err := vpdq.ReadList(strings.NewReader(text))
		if err != nil {
			return
		}
		var list bytes.Buffer
		if err := vpdq.WriteList(&list, frames, 0); err != nil {
			t.Fatal(err)
		}
		again, err := vpdq.ReadList(&list)
		if err != nil || len(again) != len(frames) {
			t.Errorf("%d frames come back as %d: %v", len(frames), len(again), err)
		}
	})
}

// film has so many frames of chance, one a second from a number on: two films share those of the same numbers.
func film(from, n int) (frames []hashing.Frame) {
	for i := range n {
		rng := rand.New(rand.NewPCG(uint64(from+i), 1)) //nolint:gosec // repeatable on purpose
		f := hashing.Frame{Index: i, At: time.Duration(i) * time.Second, Quality: 100}
		for t := range f.PDQ {
			for b := range f.PDQ[t] {
				f.PDQ[t][b] = byte(rng.Uint32())
			}
		}
		frames = append(frames, f)
	}
	return frames
}

func TestShares(t *testing.T) {
	low := film(0, 10)
	for i := range low {
		low[i].Quality = pdq.MinQuality - 1
	}
	mirrored := film(0, 10)
	for i := range mirrored {
		mirrored[i].PDQ[pdq.Original], mirrored[i].PDQ[pdq.FlipY] = mirrored[i].PDQ[pdq.FlipY], mirrored[i].PDQ[pdq.Original]
	}
	for name, c := range map[string]struct {
		query, known []hashing.Frame
		want         vpdq.Shares
	}{
		"the same":        {film(0, 10), film(0, 10), vpdq.Shares{Query: 1000, Known: 1000, Near: 10, Frames: 10, To: 9 * time.Second}},
		"nothing":         {film(0, 10), film(100, 10), vpdq.Shares{Frames: 10}},
		"a part of it":    {film(3, 4), film(0, 10), vpdq.Shares{Query: 1000, Known: 400, Near: 4, Frames: 10, To: 3 * time.Second}},
		"within another":  {append(film(50, 5), film(0, 5)...), film(0, 5), vpdq.Shares{Query: 500, Known: 1000, Near: 5, Frames: 5, From: 0, To: 4 * time.Second}},
		"mirrored":        {mirrored, film(0, 10), vpdq.Shares{Query: 1000, Known: 1000, Transform: pdq.FlipY, Near: 10, Frames: 10, To: 9 * time.Second}},
		"a few of many":   {append(film(500, 300), film(0, 3)...), film(0, 10), vpdq.Shares{Query: 9, Known: 300, Near: 3, Frames: 10, To: 2 * time.Second}},
		"too low to tell": {low, film(0, 10), vpdq.Shares{}},
		"of nothing":      {nil, film(0, 10), vpdq.Shares{}},
	} {
		if got := vpdq.Compare(vpdq.Query(c.query, nil), vpdq.Codes(c.known)); got != c.want {
			t.Errorf("%s: %+v, not %+v", name, got, c.want)
		}
	}
}

// parts are frames with another part each, of their times, that shows what the other film does.
func parts(of, shown []hashing.Frame) (frames []hashing.Frame) {
	for i := range of {
		part := shown[i]
		part.At, part.View = of[i].At, hashing.ViewTrimmed
		frames = append(frames, of[i], part)
	}
	return frames
}

// TestParts: a frame and its parts are one frame, and a part must be as near as its kind says.
func TestParts(t *testing.T) {
	framed := parts(film(500, 10), film(0, 10))
	strict := func(hashing.ViewName) int { return 0 }
	s := vpdq.Compare(vpdq.Query(framed, strict), vpdq.Codes(film(0, 10)))
	if s.Query != 1000 || s.Known != 1000 || s.Near != 10 || !s.Same() {
		t.Errorf("%+v", s)
	}
	for i := range framed {
		for t := range framed[i].PDQ {
			framed[i].PDQ[t][0] ^= 1
		}
	}
	if s := vpdq.Compare(vpdq.Query(framed, strict), vpdq.Codes(film(0, 10))); s.Near != 0 {
		t.Errorf("one bit away: %+v", s)
	}
	if codes := vpdq.Codes(framed); len(codes) != 10 {
		t.Errorf("%d frames go into lists", len(codes))
	}
	if s := vpdq.Compare(vpdq.Query(framed, func(hashing.ViewName) int { return 1 }), vpdq.Codes(film(0, 10))); s.Near != 10 {
		t.Errorf("one bit away, which is near enough: %+v", s)
	}
}

// TestStretch: a stretch ends where three seconds pass without a near frame, and one of ten seconds is a part, whatever the shares.
func TestStretch(t *testing.T) {
	of := append(film(0, 30), film(1000, 400)...)
	for name, c := range map[string]struct {
		from, n, apart int
		part           bool
		length         time.Duration
	}{
		"ten seconds":                {0, 11, 1, true, 10 * time.Second},
		"nine seconds":               {0, 10, 1, false, 9 * time.Second},
		"two of them apart":          {0, 6, 4, false, 0},
		"every third second of many": {0, 10, 3, true, 27 * time.Second},
	} {
		query := film(5000, 400)
		for i := range c.n {
			frame := of[c.from+i]
			frame.At = query[100+i*c.apart].At
			query[100+i*c.apart] = frame
		}
		s := vpdq.Compare(vpdq.Query(query, nil), vpdq.Codes(of))
		if s.Near != c.n || s.To-s.From != c.length || s.Part() != c.part || s.Same() {
			t.Errorf("%s: %+v", name, s)
		}
	}
}

// TestDistinct: what shows the same as before goes, and of too many frames some of all stay.
func TestDistinct(t *testing.T) {
	twice := append(film(0, 1), film(0, 2)...)
	if kept, coarse := vpdq.Distinct(twice); len(kept) != 2 || coarse {
		t.Errorf("%d frames, %v", len(kept), coarse)
	}
	var slow []hashing.Frame // each some bits from the one before
	for i := range 3 * vpdq.MaxFrames {
		f := film(0, 1)[0]
		for bit := range 11 {
			n := i*11 + bit
			f.PDQ[pdq.Original][n/8%32] ^= 1 << (n % 8)
		}
		f.Index = i
		slow = append(slow, f)
	}
	kept, coarse := vpdq.Distinct(slow)
	if len(kept) > vpdq.MaxFrames || !coarse || len(kept) > 1 && kept[len(kept)-1].Index < 2*vpdq.MaxFrames {
		t.Errorf("%d frames, %v", len(kept), coarse)
	}
}
