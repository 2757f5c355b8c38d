package main

import (
	"context"
	"fmt"
	"image"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
	"vigie/tools/recallbench/edits"
)

// picture is an original, what a list would hold of it, and what is looked up of its edits.
type picture struct {
	name    string
	drawn   bool // a hard negative
	listed  bool // a list's, of which there is nothing but the PDQ
	open    func() (*image.NRGBA, error)
	entry   *hashing.Fingerprint
	queries []*hashing.Fingerprint // by edit; nil: it could not be examined
	exact   []int                  // by edit: the distance, in bits, of the very part that is the original; edits.NoPart: there is none
}

// shows reports whether p and other are the same picture: of one folder of the corpus, which holds two pictures in eight
// orientations each.
func (p *picture) shows(other *picture) bool {
	stem := func(name string) string { return strings.TrimRight(name, "0123456789.jpg") }
	return p == other || strings.Contains(p.name, "/orientation/") && stem(p.name) == stem(other.name)
}

// load lists the pictures of folders, each reduced when it is opened.
func load(folders []string, side, every int) (list []*picture, err error) {
	paths, err := edits.Pictures(folders, every)
	for _, path := range paths {
		list = append(list, &picture{name: path, open: func() (*image.NRGBA, error) { return edits.Open(path, side) }})
	}
	return list, err
}

func drawn(hard int) (list []*picture) {
	for _, kind := range edits.Negatives() {
		for n := range hard {
			list = append(list, &picture{name: fmt.Sprintf("%s %d", kind.Name, n), drawn: true, open: func() (*image.NRGBA, error) {
				return kind.Draw(rand.New(rand.NewPCG(uint64(n), 77))), nil
			}})
		}
	}
	return list
}

// examine makes the entry and the queries of a picture.
func (p *picture) examine(ctx context.Context, list []edits.Edit, rng *rand.Rand) error {
	p.entry = &hashing.Fingerprint{} // of quality 0: left out
	img, err := p.open()
	if err != nil {
		return nil //nolint:nilerr // broken pictures are among them on purpose, and are not what is measured here
	}
	whole, err := edits.Encode(img, 95)
	if err != nil {
		return err
	}
	fp := decode.ExamineReference(whole, decode.Limits{}).Fingerprint
	if fp == nil {
		return fmt.Errorf("%s: no fingerprint", p.name)
	}
	p.entry = fp
	for _, e := range list {
		data, at, err := e.Make(ctx, img, rng)
		if err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
		p.queries = append(p.queries, decode.Examine(data, decode.Limits{}).Fingerprint)
		p.exact = append(p.exact, edits.PartDistance(data, at, p.entry.PDQ[pdq.Original]))
	}
	return nil
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
