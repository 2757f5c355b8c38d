package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	_ "image/png" // of the pictures
	"io/fs"
	"math/rand/v2"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/disintegration/imaging"

	"vigie/hashing"
	"vigie/hashing/decode"
)

// picture is an original, what a list would hold of it, and what is looked up of its edits.
type picture struct {
	name    string
	drawn   bool // a hard negative
	open    func() (*image.NRGBA, error)
	entry   *hashing.Fingerprint
	queries []*hashing.Fingerprint // by edit; nil: it could not be examined
}

// shows reports whether p and other are the same picture: of one folder of the corpus, which holds two pictures in eight
// orientations each.
func (p *picture) shows(other *picture) bool {
	stem := func(name string) string { return strings.TrimRight(name, "0123456789.jpg") }
	return p == other || strings.Contains(p.name, "/orientation/") && stem(p.name) == stem(other.name)
}

// load lists the pictures of folders, each reduced when it is opened.
func load(folders []string, side, every int) (list []*picture, err error) {
	n := 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !slices.Contains([]string{".jpg", ".jpeg", ".png"}, strings.ToLower(filepath.Ext(path))) {
				return err
			}
			if n++; n%every == 0 {
				list = append(list, &picture{name: path, open: func() (*image.NRGBA, error) { return opened(path, side) }})
			}
			return nil
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

func opened(path string, side int) (*image.NRGBA, error) {
	img, err := imaging.Open(path)
	if err != nil {
		return nil, err
	}
	return imaging.Fit(img, side, side, imaging.Lanczos), nil
}

func drawn(hard int) (list []*picture) {
	for _, kind := range negatives() {
		for n := range hard {
			list = append(list, &picture{name: sprintf("%s %d", kind.name, n), drawn: true, open: func() (*image.NRGBA, error) {
				return kind.draw(rand.New(rand.NewPCG(uint64(n), 77))), nil
			}})
		}
	}
	return list
}

// examine makes the entry and the queries of a picture.
func (p *picture) examine(ctx context.Context, list []edit, seed uint64) error {
	p.entry = &hashing.Fingerprint{} // of quality 0: left out
	img, err := p.open()
	if err != nil {
		return nil //nolint:nilerr // broken pictures are among them on purpose, and are not what is measured here
	}
	whole, err := encoded(img, 95)
	if err != nil {
		return err
	}
	fp := decode.ExamineReference(whole, decode.Limits{}).Fingerprint
	if fp == nil {
		return fmt.Errorf("%s: no fingerprint", p.name)
	}
	p.entry = fp
	rng := rand.New(rand.NewPCG(seed, 4))
	for _, e := range list {
		data, err := encoded(e.apply(img, rng), e.quality)
		if err == nil && e.webp {
			data, err = webp(ctx, data)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", p.name, e.name, err)
		}
		p.queries = append(p.queries, decode.Examine(data, decode.Limits{}).Fingerprint)
	}
	return nil
}

func encoded(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// webp has ffmpeg make a WebP of a JPEG.
func webp(ctx context.Context, data []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-", "-frames:v", "1",
		"-c:v", "libwebp", "-quality", "60", "-f", "webp", "-")
	cmd.Stdin = bytes.NewReader(data)
	return cmd.Output()
}
