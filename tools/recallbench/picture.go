package main

import (
	"bytes"
	"context"
	"fmt"
	"image"
	"image/jpeg"
	"image/png"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"

	"github.com/disintegration/imaging"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
)

// picture is an original, what a list would hold of it, and what is looked up of its edits.
type picture struct {
	name    string
	drawn   bool // a hard negative
	listed  bool // a list's, of which there is nothing but the PDQ
	open    func() (*image.NRGBA, error)
	entry   *hashing.Fingerprint
	queries []*hashing.Fingerprint // by edit; nil: it could not be examined
	exact   []int                  // by edit: the distance, in bits, of the very part that is the original; -1: there is none
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
func (p *picture) examine(ctx context.Context, list []edit, rng *rand.Rand) error {
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
	for _, e := range list {
		out, at := e.apply(img, rng)
		data, err := encoded(out, e.quality)
		if err == nil && e.webp {
			data, err = webp(ctx, data)
		}
		if err != nil {
			return fmt.Errorf("%s: %s: %w", p.name, e.name, err)
		}
		p.queries = append(p.queries, decode.Examine(data, decode.Limits{}).Fingerprint)
		p.exact = append(p.exact, p.distanceAt(data, at))
	}
	return nil
}

// distanceAt returns how far, in bits, the part of an edited picture that shows the whole original is from its entry: what is
// over pdq.MatchDistance, no search for that part can find. -1: there is no such part.
func (p *picture) distanceAt(data []byte, at image.Rectangle) int {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil || at.Empty() {
		return -1
	}
	codes, _ := pdq.FromImage(img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(at))
	return codes[pdq.Original].Distance(p.entry.PDQ[pdq.Original])
}

// encoded makes a JPEG, or a PNG where quality is 0.
func encoded(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if quality == 0 {
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
		return b.Bytes(), err
	}
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// listed reads the PDQs of a folder's lists: entries that are nobody's picture here. Any field of 64 hexadecimal digits is
// one; each is taken once.
func listed(folder string) (list []*picture, err error) {
	seen := map[pdq.Hash]bool{}
	err = filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, field := range strings.FieldsFunc(string(data), func(r rune) bool { return strings.ContainsRune(",;\" \t\r\n", r) }) {
			if code, err := pdq.Parse(field); err == nil && !seen[code] {
				seen[code] = true
				list = append(list, &picture{name: path, listed: true, entry: &hashing.Fingerprint{PDQ: pdq.Dihedrals{code}}})
			}
		}
		return nil
	})
	return list, err
}

// webp has ffmpeg make a WebP of a JPEG.
func webp(ctx context.Context, data []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-", "-frames:v", "1",
		"-c:v", "libwebp", "-quality", "60", "-f", "webp", "-")
	cmd.Stdin = bytes.NewReader(data)
	return cmd.Output()
}
