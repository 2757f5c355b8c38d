package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync/atomic"

	"github.com/disintegration/imaging"
	"golang.org/x/sync/errgroup"

	"vigie/tools/recallbench/edits"
)

// Sizes of what is no picture, in bytes: most are small, as on any drive.
const (
	smallestOther = 200
	largestOther  = 1 << 20
)

// filesAFolder of the drive lie in one folder.
const filesAFolder = 100

// drive is what was made.
type drive struct {
	dir      string
	paths    []string // of all files
	jpegs    []string // of the photographs
	bytes    int64
	pictures int // no two of them the same medium
	media    int64
	packed   int64 // bytes of its E01
}

// makeDrive writes photographs, each varied from one of the folders', and as many other files.
func (o *options) makeDrive(ctx context.Context, dir string) (*drive, error) {
	originals, err := open(o.folders)
	if err != nil {
		return nil, err
	}
	d := &drive{dir: dir, paths: make([]string, o.files), pictures: o.files / 2}
	var all, media, done atomic.Int64
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.NumCPU())
	for n := range o.files {
		folder := filepath.Join(dir, fmt.Sprintf("d%03d", n/filesAFolder))
		isPicture := n%2 == 0
		d.paths[n] = filepath.Join(folder, fmt.Sprintf("f%06d.%s", n, map[bool]string{true: "jpg", false: "dat"}[isPicture]))
		if isPicture {
			d.jpegs = append(d.jpegs, d.paths[n])
		}
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			rng := rand.New(rand.NewPCG(o.seed, uint64(n))) //nolint:gosec // repeatable on purpose
			data, err := other(rng), error(nil)
			if isPicture {
				data, err = varied(originals[n/2%len(originals)], rng)
				media.Add(int64(len(data)))
			}
			all.Add(int64(len(data)))
			if err == nil {
				err = os.MkdirAll(folder, 0o755)
			}
			if err == nil {
				err = os.WriteFile(d.paths[n], data, 0o644)
			}
			if i := done.Add(1); i%500 == 0 {
				fmt.Fprintf(os.Stderr, "\r%d files ", i)
			}
			return err
		})
	}
	err = g.Wait()
	fmt.Fprintln(os.Stderr)
	d.bytes, d.media = all.Load(), media.Load()
	return d, err
}

// open reads all photographs of the folders; broken pictures are among them on purpose.
func open(folders []string) (all []image.Image, err error) {
	paths, err := edits.Pictures(folders, 1)
	if err != nil {
		return nil, err
	}
	for _, path := range paths {
		if img, err := imaging.Open(path); err == nil {
			all = append(all, img)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no photographs in %s", strings.Join(folders, ", "))
	}
	return all, nil
}

// varied returns a part of a photograph, half of it at least, in other light, as a JPEG.
func varied(img image.Image, rng *rand.Rand) ([]byte, error) {
	between := func(least, most float64) float64 { return least + rng.Float64()*(most-least) }
	size := img.Bounds().Size()
	w, h := int(float64(size.X)*between(0.7, 1)), int(float64(size.Y)*between(0.7, 1))
	at := img.Bounds().Min.Add(image.Pt(rng.IntN(size.X-w+1), rng.IntN(size.Y-h+1)))
	part := imaging.AdjustBrightness(imaging.Crop(img, image.Rectangle{at, at.Add(image.Pt(w, h))}), between(-20, 20))
	var b bytes.Buffer
	err := imaging.Encode(&b, part, imaging.JPEG, imaging.JPEGQuality(75+rng.IntN(20)))
	return b.Bytes(), err
}

// other returns what is no picture: words, as many as the logarithm of their number is drawn.
func other(rng *rand.Rand) []byte {
	size := int(math.Exp(math.Log(smallestOther) + rng.Float64()*(math.Log(largestOther)-math.Log(smallestOther))))
	var b bytes.Buffer
	for b.Len() < size {
		fmt.Fprintf(&b, "%x %d\n", rng.Uint64(), rng.IntN(1000))
	}
	return b.Bytes()[:size]
}
