package main

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"vigie/hashing"
	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
)

// driveScale makes drives of about 150 items.
const driveScale = 0.1

// drive is one sample drive, which several rounds submit.
type drive struct {
	dir    string
	labels []sample.Label
	known  []hashing.SHA256 // of items that the known set lists
	others []hashing.SHA256 // of items that no set lists
}

func (d *drive) source() string { return filepath.Join(d.dir, sample.DriveDir) }

// makeDrives makes n drives below dir.
func makeDrives(ctx context.Context, dir string, n int) ([]*drive, error) {
	var drives []*drive
	for i := range n {
		d := &drive{dir: filepath.Join(dir, fmt.Sprintf("drive-%d", i+1))}
		_, err := sample.Generate(ctx, sample.Options{Dir: d.dir, Seed: uint64(i) + 1, Scale: driveScale, Now: time.Now()}) //nolint:gosec // i is not negative
		if err != nil {
			return nil, err
		}
		if d.labels, err = service.ReadLabels(d.dir); err != nil {
			return nil, err
		}
		if err := d.digest(); err != nil {
			return nil, err
		}
		drives = append(drives, d)
	}
	return drives, nil
}

// digest computes the digests that units ask about and that the stray list holds.
func (d *drive) digest() error {
	for _, l := range d.labels {
		if l.Finding != sample.Known && l.Finding != sample.Unranked && l.Finding != sample.ProbableNew {
			continue
		}
		f, err := os.Open(filepath.Join(d.source(), l.Path))
		if err != nil {
			return err
		}
		digests, _, err := hashing.Digest(f)
		f.Close()
		if err != nil {
			return err
		}
		if l.Finding == sample.Known {
			d.known = append(d.known, digests.SHA256)
		} else {
			d.others = append(d.others, digests.SHA256)
		}
	}
	if len(d.known) == 0 || len(d.others) == 0 {
		return fmt.Errorf("%s holds nothing known, or nothing else", d.dir)
	}
	return nil
}
