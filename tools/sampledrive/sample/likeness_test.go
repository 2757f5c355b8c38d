package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"math"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/pdq"
)

// An independent measure of likeness: the normalised cross-correlation (-1 to 1) of 32×32 grey thumbnails, the
// greatest over the eight rotations and mirrors. It shares nothing with PDQ but the pixels. Measured on
// ten drives, copies correlate at 0.98 and more, unlike pictures at 0.90 at most; the thresholds lie between.
const (
	thumb      = 32
	alikeFrom  = 0.95
	unlikeUpTo = 0.93
)

// Margins, in bits of 256, around the match distance of PDQ: the labels must not hang on single bits.
const (
	alikeBits  = pdq.MatchDistance - 8
	unlikeBits = 50
)

var testNow = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sight is one copy as the two measures see it.
type sight struct {
	subject int
	what    string
	decided bool // its label hangs on what it looks like
	turns   [8][]float64
	hashes  pdq.Dihedrals
	quality int
}

// TestLikenessIsAsPlanned looks at the whole drive of the demonstration (seed 1), and at smaller ones whose pictures
// have half the width and height: the composition decides, not the number of pixels.
func TestLikenessIsAsPlanned(t *testing.T) {
	for _, tc := range []struct {
		seed    uint64
		scale   float64
		divisor int
	}{{1, 1, 1}, {2, 0.3, 2}, {3, 0.3, 2}} {
		t.Run(fmt.Sprint("seed ", tc.seed), func(t *testing.T) {
			checkLikeness(t, look(t, Options{Seed: tc.seed, Scale: tc.scale, Now: testNow}, tc.divisor))
		})
	}
}

func checkLikeness(t *testing.T, seen []sight) {
	t.Helper()
	lowest, farthest, nearest, highest := 1.0, 0, 256, -1.0
	for i, a := range seen {
		if a.decided && a.quality < pdq.MinQuality {
			t.Errorf("%s: quality %d, too low to be decided by PDQ", a.what, a.quality)
		}
		for _, b := range seen[:i] {
			likeness, bits := a.likeness(b), a.distance(b)
			if a.subject == b.subject {
				lowest, farthest = min(lowest, likeness), max(farthest, bits)
				if likeness < alikeFrom || bits > alikeBits {
					t.Errorf("%s and %s are copies of one picture: correlation %.3f, %d bits", a.what, b.what, likeness, bits)
				}
				continue
			}
			highest, nearest = max(highest, likeness), min(nearest, bits)
			if likeness > unlikeUpTo || bits <= unlikeBits {
				t.Errorf("%s and %s are different pictures: correlation %.3f, %d bits", a.what, b.what, likeness, bits)
			}
		}
	}
	t.Logf("%d pictures; copies: correlation from %.3f, up to %d bits; different ones: up to %.3f, from %d bits",
		len(seen), lowest, farthest, highest, nearest)
}

// look makes every picture of a drive, large ones at a fraction of their width and height, and measures it.
func look(t *testing.T, o Options, divisor int) []sight {
	t.Helper()
	l, err := plan(o)
	if err != nil {
		t.Fatal(err)
	}
	bySubject := make([][]sight, len(l.subjects))
	var g errgroup.Group
	g.SetLimit(2)
	for i, s := range l.subjects {
		if s.size.X >= 1280 {
			s.size = s.size.Div(divisor)
		}
		g.Go(func() error {
			files, err := s.files(chance(o.Seed, fmt.Sprintf("subject %d", i)))
			if err != nil {
				return err
			}
			seen := map[edit]bool{truncated: true} // the same bytes need no second look
			for k, c := range s.copies {
				if seen[c.edit] {
					continue
				}
				seen[c.edit] = true
				img, _, err := image.Decode(bytes.NewReader(files[k].data))
				if err != nil {
					return fmt.Errorf("picture %d, %s: %w", i, c.edit, err)
				}
				v := sight{subject: i, what: fmt.Sprintf("picture %d (%s, %s)", i, s.scene.name, c.edit)}
				v.decided = s.size.X >= 640
				v.hashes, v.quality = pdq.FromImage(img)
				v.turns = turns(thumbnail(img))
				bySubject[i] = append(bySubject[i], v)
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	var all []sight
	for _, v := range bySubject {
		all = append(all, v...)
	}
	return all
}

func (a sight) likeness(b sight) float64 {
	best := -1.0
	for _, turned := range b.turns {
		sum := 0.0
		for i, v := range a.turns[0] {
			sum += v * turned[i]
		}
		best = max(best, sum)
	}
	return best
}

func (a sight) distance(b sight) int {
	best := pdq.Bits
	for _, h := range b.hashes {
		best = min(best, a.hashes[pdq.Original].Distance(h))
	}
	return best
}

// thumbnail averages the grey levels of each of 32×32 blocks, then centres and normalises them.
func thumbnail(img image.Image) []float64 {
	b := img.Bounds()
	out := make([]float64, thumb*thumb)
	const samples = 6 // a side, in each block: enough for an average
	mean := 0.0
	for i := range out {
		for k := range samples * samples {
			x := b.Min.X + (i%thumb*samples+k%samples)*b.Dx()/(thumb*samples)
			y := b.Min.Y + (i/thumb*samples+k/samples)*b.Dy()/(thumb*samples)
			out[i] += float64(color.GrayModel.Convert(img.At(x, y)).(color.Gray).Y)
		}
		mean += out[i] / float64(len(out))
	}
	norm := 0.0
	for i := range out {
		out[i] -= mean
		norm += out[i] * out[i]
	}
	for i := range out {
		out[i] /= math.Sqrt(norm)
	}
	return out
}

// turns returns the eight rotations and mirrors of a thumbnail.
func turns(t []float64) (all [8][]float64) {
	for k := range all {
		all[k] = make([]float64, len(t))
		for i, v := range t {
			x, y := i%thumb, i/thumb
			if k&1 != 0 {
				x = thumb - 1 - x
			}
			if k&2 != 0 {
				y = thumb - 1 - y
			}
			if k&4 != 0 {
				x, y = y, x
			}
			all[k][y*thumb+x] = v
		}
	}
	return all
}
