package main

import (
	"errors"
	"fmt"
	"image"
	"math/rand/v2"
	"os"

	"github.com/disintegration/imaging"

	"vigie/hashing/decode"
	"vigie/hashing/pdq"
	"vigie/tools/recallbench/edits"
	"vigie/tools/sampledrive/sample"
	"vigie/triage"
)

// kind is where the picture of a scene comes from.
type kind string

// The kinds of scene. Hard negatives are drawn so that many are alike in kind: forms with other entries, charts with other bars.
const (
	photograph   kind = "photograph"
	part         kind = "part of a photograph" // a quarter: what it shows is in no other scene but the photograph
	hardNegative kind = "hard negative"
	drawing      kind = "drawing"
)

// hardShare is how many of the scenes are hard negatives.
const hardShare = 0.1

// maxDraws bounds how often a picture is drawn anew because it is of low quality or looks like an earlier one.
const maxDraws = 20

// scene is one thing that copies show.
type scene struct {
	kind    kind
	picture *image.NRGBA
	illegal bool // as the truth of this simulation has it: by lot
}

// scenes are what the copies of a drive show. To PDQ, no two are one picture but some hard negatives, and each has something to tell.
type scenes struct {
	list   []scene
	hashes []*pdq.Dihedrals
	side   int
	rng    *rand.Rand
}

// makeScenes takes photographs whole, then quarters of them, some hard negatives, and draws the rest.
func (o *options) makeScenes() ([]scene, error) {
	s := &scenes{side: o.side, rng: rand.New(rand.NewPCG(o.seed, 1))} //nolint:gosec // repeatable on purpose
	paths, err := edits.Pictures(o.folders, 1)
	if err != nil {
		return nil, err
	}
	drawn := int(hardShare * float64(o.scenes))
	negatives := edits.Negatives()
	for range drawn {
		if err := s.draw(hardNegative, func() *image.NRGBA { return negatives[s.rng.IntN(len(negatives))].Draw(s.rng) }); err != nil {
			return nil, err
		}
	}
	for _, path := range paths {
		if len(s.list) < o.scenes {
			s.photograph(path)
		}
	}
	for _, path := range paths {
		if len(s.list) < o.scenes {
			s.quarters(path, o.scenes)
		}
	}
	for len(s.list) < o.scenes {
		if err := s.draw(drawing, func() *image.NRGBA { return sample.Scene(s.rng, o.side, o.side*3/4) }); err != nil {
			return nil, err
		}
	}
	fmt.Fprintln(os.Stderr)
	s.rng.Shuffle(len(s.list), func(i, j int) { s.list[i], s.list[j] = s.list[j], s.list[i] })
	for i := range s.list {
		s.list[i].illegal = s.rng.IntN(o.illegal) == 0
	}
	return s.list, nil
}

func (s *scenes) photograph(path string) {
	if img, err := edits.Open(path, s.side); err == nil { // broken pictures are among them on purpose
		s.take(photograph, img)
	}
}

// quarters takes up to four quarters of a photograph as scenes of their own.
func (s *scenes) quarters(path string, limit int) {
	img, err := edits.Open(path, 2*s.side)
	if err != nil {
		return
	}
	w, h := img.Rect.Dx()/2, img.Rect.Dy()/2
	for i := range 4 {
		if len(s.list) < limit {
			at := image.Pt(i%2*w, i/2*h)
			s.take(part, imaging.Crop(img, image.Rectangle{at, at.Add(image.Pt(w, h))}))
		}
	}
}

// draw takes what is drawn, or what is drawn after it when that will not do.
func (s *scenes) draw(k kind, picture func() *image.NRGBA) error {
	for range maxDraws {
		if s.take(k, imaging.Fit(picture(), s.side, s.side, imaging.Lanczos)) {
			return nil
		}
	}
	return fmt.Errorf("after %d drawings of a %s none is new", maxDraws, k)
}

// take takes a picture, unless it is of too low a quality to be compared or looks like one that was taken. Hard negatives may: what
// is alike in kind and shows another thing is a scene of its own.
func (s *scenes) take(k kind, img *image.NRGBA) bool {
	hashes, err := hashesOf(img)
	if err != nil {
		return false
	}
	if k != hardNegative && s.near(hashes) {
		return false
	}
	s.list, s.hashes = append(s.list, scene{kind: k, picture: img}), append(s.hashes, hashes)
	if n := len(s.list); n%100 == 0 {
		fmt.Fprintf(os.Stderr, "\r%d scenes", n)
	}
	return true
}

// near reports whether a picture is, to PDQ, one that was taken.
func (s *scenes) near(hashes *pdq.Dihedrals) bool {
	for _, other := range s.hashes {
		for _, h := range hashes {
			if h.Distance(other[pdq.Original]) <= triage.GroupDistance {
				return true
			}
		}
	}
	return false
}

func hashesOf(img image.Image) (*pdq.Dihedrals, error) {
	data, err := edits.Encode(img, 95)
	if err != nil {
		return nil, err
	}
	f := decode.ExamineReference(data, decode.Limits{}).Fingerprint
	if f == nil || f.Quality < pdq.MinQuality {
		return nil, errors.New("of too low a quality to be compared")
	}
	return &f.PDQ, nil
}
