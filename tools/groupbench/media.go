package main

import (
	"context"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
	"vigie/tools/recallbench/edits"
	"vigie/tools/sampledrive/sample"
	"vigie/triage"
)

// medium is a copy, with the truth about it.
type medium struct {
	id      triage.MediumID
	picture int    // number of the picture that it was made of
	edit    string // or onDrive
	drawn   bool   // a hard negative's: completeness is not asked of it
	// within says that the medium is within the radius of its picture: as it is, turned, or by the very part that shows all of the
	// picture. A collage shows others as well, and is not.
	within bool
	found  hashing.Examination
}

// collection is all that may arrive.
type collection struct {
	copies, drives []medium
	originals      []*pdq.Dihedrals // by picture; nil: of too low a quality to be compared
	pictures       int              // of the corpus
	twins          int              // pictures that are one with an earlier one
}

// load makes every edit of every picture of the folders, and the drives.
func load(ctx context.Context, folders []string, o options) (*collection, error) {
	c := &collection{}
	if err := c.corpus(ctx, folders, o); err != nil {
		return nil, err
	}
	c.pictures = len(c.originals)
	for n := range o.drives {
		if err := c.drive(ctx, n, o.scale); err != nil {
			return nil, err
		}
	}
	c.unite()
	return c, nil
}

func (c *collection) corpus(ctx context.Context, folders []string, o options) error {
	sources, photographs, err := sourcesOf(folders, o)
	if err != nil {
		return err
	}
	list, whole := edits.All()
	if !whole {
		fmt.Println("ffmpeg is not installed: WebP is NOT measured")
	}
	originals, copies := make([]*hashing.Fingerprint, len(sources)), make([][]medium, len(sources))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	var progress sync.Mutex
	done := 0
	for i, open := range sources {
		g.Go(func() error {
			img, err := open()
			if err != nil {
				return nil //nolint:nilerr // broken pictures are among them on purpose
			}
			originals[i], copies[i], err = edited(ctx, img, list, rand.New(rand.NewPCG(uint64(i), 4))) //nolint:gosec // repeatable on purpose
			progress.Lock()
			defer progress.Unlock()
			done++
			fmt.Fprintf(os.Stderr, "\r%d of %d pictures", done, len(sources))
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr)
	for i, original := range originals {
		if original == nil || original.Quality < pdq.MinQuality {
			continue
		}
		for j := range copies[i] {
			copies[i][j].picture = len(c.originals)
			copies[i][j].drawn = i >= photographs
			copies[i][j].id = triage.MediumID(fmt.Sprintf("%016x%016x", len(c.originals), j))
		}
		c.copies = append(c.copies, copies[i]...)
		c.originals = append(c.originals, &original.PDQ)
	}
	return nil
}

// sourcesOf returns what opens each picture of the folders, how many these are, and what draws pictures that are alike in kind.
func sourcesOf(folders []string, o options) (list []func() (*image.NRGBA, error), photographs int, err error) {
	paths, err := edits.Pictures(folders, o.every)
	for _, path := range paths {
		list = append(list, func() (*image.NRGBA, error) { return edits.Open(path, o.side) })
	}
	for _, kind := range edits.Negatives() {
		for n := range o.negatives {
			list = append(list, func() (*image.NRGBA, error) { return kind.Draw(rand.New(rand.NewPCG(uint64(n), 77))), nil }) //nolint:gosec // repeatable on purpose
		}
	}
	return list, len(paths), err
}

// edited examines a picture and all edits of it.
func edited(ctx context.Context, img *image.NRGBA, list []edits.Edit, rng *rand.Rand) (*hashing.Fingerprint, []medium, error) {
	whole, err := edits.Encode(img, 95)
	if err != nil {
		return nil, nil, err
	}
	original := decode.ExamineReference(whole, decode.Limits{}).Fingerprint
	if original == nil {
		return nil, nil, nil
	}
	var copies []medium
	for _, e := range list {
		data, at, err := e.Make(ctx, img, rng)
		if err != nil {
			return nil, nil, err
		}
		m := medium{edit: e.Name, found: decode.Examine(data, decode.Limits{})}
		if fp := m.found.Fingerprint; fp != nil {
			m.within = fp.Quality >= pdq.MinQuality && nearest(&fp.PDQ, original.PDQ[pdq.Original]) <= triage.GroupDistance
		}
		m.within = !e.Several && (m.within || edits.PartDistance(data, at, original.PDQ[pdq.Original]) <= triage.GroupDistance)
		copies = append(copies, m)
	}
	return original, copies, nil
}

// nearest returns the distance of the nearest of codes, in bits.
func nearest(codes *pdq.Dihedrals, to pdq.Hash) int {
	best := pdq.Bits
	for _, code := range codes {
		best = min(best, code.Distance(to))
	}
	return best
}

// drive generates the n-th drive, and takes what can be decoded of it: files of the same bytes are one medium.
func (c *collection) drive(ctx context.Context, n int, scale float64) error {
	dir, err := os.MkdirTemp("", "groupbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	if _, err := sample.Generate(ctx, sample.Options{Dir: dir, Seed: uint64(100 + n), Scale: scale, Now: now}); err != nil {
		return err
	}
	return c.take(dir, n)
}

// population draws 2 to 10 copies of each picture, and takes all of the drives.
func (c *collection) population(rng *rand.Rand) []medium {
	media := slices.Clone(c.drives)
	for from := 0; from < len(c.copies); {
		to := from
		for to < len(c.copies) && strings.HasPrefix(string(c.copies[to].id), string(c.copies[from].id[:16])) {
			to++
		}
		for _, i := range rng.Perm(to - from)[:min(2+rng.IntN(9), to-from)] {
			media = append(media, c.copies[from+i])
		}
		from = to
	}
	return media
}

// unite makes one of pictures that are within the radius of one another, turned or not, or of a third: to us, they are the same.
func (c *collection) unite() {
	same := make([]int, len(c.originals))
	for i := range same {
		same[i] = i
		for j := range i {
			if c.originals[i] == nil || c.originals[j] == nil || same[j] == same[i] {
				continue
			}
			if nearest(c.originals[j], c.originals[i][pdq.Original]) <= triage.GroupDistance {
				old, kept := max(same[i], same[j]), min(same[i], same[j])
				for k := range i + 1 {
					if same[k] == old {
						same[k] = kept
					}
				}
				c.twins++
			}
		}
	}
	for _, media := range [][]medium{c.copies, c.drives} {
		for i := range media {
			media[i].picture = same[media[i].picture]
		}
	}
}
