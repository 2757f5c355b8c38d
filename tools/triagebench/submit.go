package main

import (
	"bytes"
	"context"
	"fmt"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/tools/triagebench/drive"
	"vigie/triage"
)

const (
	uploadsAtOnce = 16
	patience      = 30 * time.Minute
	glance        = 2 * time.Millisecond // between looks whether anything is pending: the answer is exact and cheap
)

// lastSubmission is when the last drive of a run comes in; the others before it.
var lastSubmission = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// measured are the groups of a world in the order of the service's queue.
type measured struct {
	before []*group     // any decision
	known  map[cell]int // media that count in cells before any decision
	worked []*group     // as a reviewer opens them
}

// measure submits the drives of a world to a service of its own, and has a reviewer work the queue that it makes of them.
func measure(ctx context.Context, dir string, w *drive.World) (q measured, err error) {
	media := make(decoder)
	for m := range mediaOf(w) {
		media[m.Name] = m.Examination
	}
	s, err := startService(ctx, dir, media)
	if err != nil {
		return q, err
	}
	defer s.stop()
	if err := s.lists(ctx, w); err != nil {
		return q, err
	}
	s.run()
	if err := s.takeAll(ctx, w); err != nil {
		return q, err
	}
	spots := s.spots(w)
	if q.before, err = s.queue(ctx, spots); err != nil {
		return q, err
	}
	if q.known, err = s.known(ctx, spots); err != nil {
		return q, err
	}
	q.worked, err = s.work(ctx, q.before)
	return q, err
}

// takeAll submits all exhibits, and waits until each is settled.
func (s *service) takeAll(ctx context.Context, w *drive.World) error {
	for i, d := range w.Drives {
		fmt.Fprintf(os.Stderr, "\rdrive %d of %d", i+1, len(w.Drives))
		for _, x := range d.Exhibits {
			id, err := s.take(ctx, d, x)
			if err != nil {
				return err
			}
			s.exhibits = append(s.exhibits, id)
		}
	}
	fmt.Fprintln(os.Stderr)
	for _, id := range s.exhibits {
		if err := s.settle(ctx, id); err != nil {
			return err
		}
	}
	return nil
}

// mediaOf returns the content of every file, often more than once.
func mediaOf(w *drive.World) iter.Seq[*drive.Medium] {
	return func(yield func(*drive.Medium) bool) {
		for _, d := range w.Drives {
			for _, x := range d.Exhibits {
				for _, f := range x.Files {
					if !yield(f.Medium) {
						return
					}
				}
			}
		}
	}
}

func digestsOf(m *drive.Medium) hashing.Digests {
	d, _, _ := hashing.Digest(strings.NewReader(m.Name)) // reading a string does not fail
	return d
}

// take submits one exhibit, as "vigie submit" does.
func (s *service) take(ctx context.Context, d *drive.Drive, x *drive.Exhibit) (triage.ExhibitID, error) {
	s.now.set(x.Opened)
	opened, err := s.submit.Open(ctx, s.examiner, d.Case, x.Seal, x.Seized)
	if err != nil {
		return "", err
	}
	var parts []triage.PartID
	for some := range slices.Chunk(x.Files, triage.MaxPartItems) {
		part, err := s.part(ctx, opened.ID, some)
		if err != nil {
			return "", err
		}
		parts = append(parts, part)
	}
	_, err = s.submit.Seal(ctx, s.examiner, opened.ID, parts)
	return opened.ID, err
}

// part sends a part of the manifest, and the media that the service wants of it.
func (s *service) part(ctx context.Context, id triage.ExhibitID, files []*drive.File) (triage.PartID, error) {
	items := make([]triage.Item, len(files))
	bodies := make(map[hashing.SHA256]string)
	for i, f := range files {
		digests, facts := digestsOf(f.Medium), &f.Medium.Examination.Facts
		items[i] = triage.Item{
			Path: f.Path, Size: int64(len(f.Medium.Name)), Modified: f.Modified, Disposition: triage.IsMedia, Kind: facts.Kind, Format: facts.Format, Digests: &digests,
		}
		bodies[digests.SHA256] = f.Medium.Name
	}
	body, part, err := triage.EncodePart(items)
	if err != nil {
		return "", err
	}
	wanted, err := s.submit.PutPart(ctx, s.examiner, id, 0, part, body)
	if err != nil {
		return "", err
	}
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(uploadsAtOnce)
	for _, w := range wanted {
		g.Go(func() error {
			return s.submit.Upload(ctx, s.examiner, w, bytes.NewReader([]byte(bodies[w])), int64(len(bodies[w])))
		})
	}
	return part, g.Wait()
}

// settle waits until nothing of an exhibit is pending, and no group waits for its rank or for what others tell of it, whoever's it
// is: what a decision changes waits from the moment on that it was made.
func (s *service) settle(ctx context.Context, id triage.ExhibitID) error {
	for begin := time.Now(); time.Since(begin) < patience; time.Sleep(glance) {
		p, err := s.submit.Progress(ctx, s.examiner, id)
		if err != nil || p.Settled {
			return err
		}
	}
	return fmt.Errorf("exhibit %s is not settled after %s", id, patience)
}
