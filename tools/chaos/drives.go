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
	"vigie/triage"
)

const (
	driveScale = 0.1  // about 150 items
	smallScale = 0.03 // of the drive of the case that is closed
)

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
		d, err := makeDrive(ctx, filepath.Join(dir, fmt.Sprintf("drive-%d", i+1)), uint64(i)+1, driveScale) //nolint:gosec // i is not negative
		if err != nil {
			return nil, err
		}
		drives = append(drives, d)
	}
	return drives, nil
}

func makeDrive(ctx context.Context, dir string, seed uint64, scale float64) (*drive, error) {
	d := &drive{dir: dir}
	if _, err := sample.Generate(ctx, sample.Options{Dir: dir, Seed: seed, Scale: scale, Now: time.Now()}); err != nil {
		return nil, err
	}
	var err error
	if d.labels, err = service.ReadLabels(dir); err != nil {
		return nil, err
	}
	return d, d.digest()
}

// list is one to be imported.
type list struct {
	options triage.ImportOptions
	body    []byte
}

// lists reads the drive's known and benign list.
func (d *drive) lists(known, benign string) ([]list, error) {
	lists := []list{
		{options: triage.ImportOptions{Kind: triage.KnownSet, Source: known}},
		{options: triage.ImportOptions{Kind: triage.BenignSet, Source: benign}},
	}
	for i, name := range []string{sample.KnownFile, sample.BenignFile} {
		var err error
		if lists[i].body, err = os.ReadFile(filepath.Join(d.dir, filepath.FromSlash(name))); err != nil {
			return nil, err
		}
	}
	return lists, nil
}

// digest computes the digests that units ask about and that the stray list holds.
func (d *drive) digest() error {
	for _, l := range d.labels {
		if l.Packed() || l.Finding != sample.Known && l.Finding != sample.Unlisted {
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
