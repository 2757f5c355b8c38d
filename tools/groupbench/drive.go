package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
	"vigie/tools/sampledrive/sample"
	"vigie/triage"
)

// onDrive stands for the edit of what lies on a drive.
const onDrive = "on generated drives"

// take reads the pictures of the n-th drive, by its labels. Files of the same bytes are one medium. What cannot be decoded is
// left out.
func (c *collection) take(dir string, n int) error {
	file, err := os.Open(filepath.Join(dir, sample.LabelsFile))
	if err != nil {
		return err
	}
	defer file.Close()
	labels, err := sample.ReadLabels(file)
	if err != nil {
		return err
	}
	seen, numbers := make(map[[32]byte]bool), make(map[string]int)
	for _, l := range labels {
		if l.Picture == "" {
			continue
		}
		data, err := os.ReadFile(filepath.Join(dir, sample.DriveDir, filepath.FromSlash(l.Path)))
		if err != nil {
			return err
		}
		sum := sha256.Sum256(data)
		found := decode.Examine(data, decode.Limits{})
		if seen[sum] || found.Fingerprint == nil {
			continue
		}
		seen[sum] = true
		number, met := numbers[l.Picture]
		if !met {
			number = len(c.originals)
			numbers[l.Picture] = number
			c.originals = append(c.originals, comparable(found.Fingerprint))
		}
		c.drives = append(c.drives, medium{
			id: triage.MediumID(fmt.Sprintf("f%015x%016x", n, len(c.drives))), picture: number, edit: onDrive, within: true, found: found,
		})
	}
	return nil
}

// comparable returns the hashes of a picture, or none where they are of too low a quality.
func comparable(fp *hashing.Fingerprint) *pdq.Dihedrals {
	if fp.Quality < pdq.MinQuality {
		return nil
	}
	return &fp.PDQ
}
