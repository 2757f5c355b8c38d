package main

import (
	"context"
	"crypto/sha256"
	"fmt"
	"image"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"time"

	"github.com/disintegration/imaging"
	"golang.org/x/sync/errgroup"

	"vigie/tools/recallbench/edits"
)

// Files of a drive lie in folders of so many scenes; so many of ten lie in any other folder.
const (
	scenesAFolder = 8
	astray        = 3
)

// firstModified and between give every file a time of its own, by which the facts of a group, which name no file, say what a
// medium is: that is how the script knows what it sees.
var firstModified = time.Date(2019, 1, 1, 0, 0, 0, 0, time.UTC)

const between = 7 * time.Minute

// drive is what was generated.
type drive struct {
	dir    string
	scenes []scene
	of     []int          // the scene of each file, by its number
	byPath map[string]int // the number of each file
}

// scene returns what the file shows that was modified at t.
func (d *drive) at(t time.Time) (int, error) {
	n := int(t.Sub(firstModified) / between)
	if n < 0 || n >= len(d.of) || !firstModified.Add(time.Duration(n)*between).Equal(t) {
		return 0, fmt.Errorf("no file was modified at %s", t)
	}
	return d.of[n], nil
}

// makeDrive writes copies of all scenes into a folder, no two of the same bytes.
func (o *options) makeDrive(ctx context.Context, dir string) (*drive, error) {
	list, err := o.makeScenes()
	if err != nil {
		return nil, err
	}
	d := &drive{dir: dir, scenes: list, byPath: make(map[string]int)}
	rng := rand.New(rand.NewPCG(o.seed, 2)) //nolint:gosec // repeatable on purpose
	for i, copies := range counts(rng, len(list), o.media) {
		for range copies {
			d.of = append(d.of, i)
		}
	}
	rng.Shuffle(len(d.of), func(i, j int) { d.of[i], d.of[j] = d.of[j], d.of[i] })
	folders := max(len(list)/scenesAFolder, 1)
	paths := make([]string, len(d.of))
	for n, scene := range d.of {
		folder := scene / scenesAFolder
		if rng.IntN(10) < astray {
			folder = rng.IntN(folders)
		}
		paths[n] = fmt.Sprintf("d%03d/f%06d", folder, n)
	}
	return d, o.writeCopies(ctx, d, paths)
}

// counts shares media among scenes: two at least, most a few, some hundreds.
func counts(rng *rand.Rand, scenes, media int) []int {
	const least = 2
	weights, sum := make([]float64, scenes), 0.
	for i := range weights {
		weights[i] = rng.ExpFloat64()
		sum += weights[i]
	}
	list, left := make([]int, scenes), media
	for i := range list {
		list[i] = least + int(weights[i]/sum*float64(media-least*scenes))
		left -= list[i]
	}
	for ; left > 0; left-- {
		list[rng.IntN(scenes)]++
	}
	return list
}

// copier makes copies of scenes, no two of the same bytes.
type copier struct {
	light, hard []edits.Edit
	every       int // of so many copies one is hard; 0: none

	mu   sync.Mutex // guards what follows
	seen map[[sha256.Size]byte]bool
	done int
}

// hardEdits are those of which docs/groups.md says that fewer than half of the copies are within the radius.
var hardEdits = []string{"crop", "rotate 1°", "rotate 2°", "rotate 5°", "collage"}

func newCopier(every int) *copier {
	c := &copier{every: every, seen: make(map[[sha256.Size]byte]bool)}
	all, _ := edits.All()
	for _, e := range all {
		switch {
		case e.WebP: // a process each, in a hundred thousand
		case isHard(e.Name):
			c.hard = append(c.hard, e)
		default:
			c.light = append(c.light, e)
		}
	}
	return c
}

func isHard(name string) bool {
	for _, prefix := range hardEdits {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return false
}

func (o *options) writeCopies(ctx context.Context, d *drive, paths []string) error {
	c := newCopier(o.hard)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	for n, path := range paths {
		name := filepath.Join(d.dir, filepath.FromSlash(path))
		d.byPath[path] = n
		if ctx.Err() != nil {
			break
		}
		g.Go(func() error {
			data, err := c.copy(ctx, d.scenes[d.of[n]].picture, rand.New(rand.NewPCG(o.seed, uint64(n)<<8|3))) //nolint:gosec // repeatable on purpose
			if err != nil {
				return err
			}
			return write(name, data, firstModified.Add(time.Duration(n)*between))
		})
	}
	err := g.Wait()
	fmt.Fprintf(os.Stderr, "\r%d files\n", c.done)
	return err
}

func write(name string, data []byte, modified time.Time) error {
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		return err
	}
	if err := os.WriteFile(name, data, 0o600); err != nil {
		return err
	}
	return os.Chtimes(name, modified, modified)
}

// copy makes one copy: reduced to 60 to 100 % of the size, and edited.
func (c *copier) copy(ctx context.Context, img *image.NRGBA, rng *rand.Rand) ([]byte, error) {
	for {
		list := c.light
		if c.every > 0 && rng.IntN(c.every) == 0 {
			list = c.hard
		}
		width := int(float64(img.Rect.Dx()) * (0.6 + 0.4*rng.Float64()))
		data, _, err := list[rng.IntN(len(list))].Make(ctx, imaging.Resize(img, width, 0, imaging.Linear), rng)
		if err != nil {
			return nil, err
		}
		if c.first(sha256.Sum256(data)) {
			return data, nil
		}
	}
}

// first reports whether nothing else has these bytes so far.
func (c *copier) first(sum [sha256.Size]byte) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.seen[sum] {
		return false
	}
	c.seen[sum] = true
	if c.done++; c.done%500 == 0 {
		fmt.Fprintf(os.Stderr, "\r%d files", c.done)
	}
	return true
}
