package triage

import (
	"bytes"
	"context"
	"errors"
	"io"
	"sync/atomic"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
)

// What one batch of small media may be.
const (
	MaxBatchMedia  = 128
	MaxBatchMedium = 1 << 20 // bytes of one of them
	MaxBatchBytes  = 4 << 20 // of all together
	// batchPuts is how many media of a batch are kept at once: they wait for the disk, not for processors.
	batchPuts = 16
)

// Upload takes the bytes of one wanted medium: verified against want while they stream, kept, and queued.
// Bytes that are held already are read to their end and not kept again.
func (s *Submission) Upload(ctx context.Context, by Actor, want hashing.SHA256, body io.Reader, size int64) error {
	if by.Role != Examiner {
		return forbidden(opUpload, by)
	}
	if err := s.Room.Check(); err != nil {
		return err
	}
	id := s.Names.Medium(want)
	medium, err := s.Media.Medium(ctx, id)
	if err == nil {
		err = admits(medium)
	}
	if IsKind(err, NotFound) {
		return undeclared(id)
	}
	if err != nil {
		return ours(opUpload, id, err)
	}
	arrived, err := s.keep(ctx, medium, want, body, size)
	if err != nil {
		return err
	}
	if err := s.Jobs.Enqueue(ctx, id); err != nil {
		return err
	}
	gone, err := s.Media.MarkQueued(ctx, arrived)
	if err == nil {
		err = gone[0]
	}
	if err == nil {
		metered(s.Meter).Received(MediaQueued, 1)
	}
	return err
}

const opUpload = "upload medium"

func undeclared(id MediumID) error {
	return E(NotFound, opUpload, string(id), "send the manifest part that lists this medium first", nil)
}

// admits fails where the bytes of a medium are not to be taken.
func admits(m Medium) error {
	switch {
	case m.State == Listed:
		return E(Conflict, opUpload, string(m.ID), "this file is listed as not media: its bytes are not wanted", nil)
	case m.State == Wanted && m.Slot.Exhibit == "":
		return E(Conflict, opUpload, string(m.ID), "its exhibit was destroyed or changed meanwhile: submit again", nil)
	}
	return nil
}

// keep verifies the bytes of a medium and keeps them, unless they are held: then they were verified when they came, and
// these only have to be theirs.
func (s *Submission) keep(ctx context.Context, m Medium, want hashing.SHA256, body io.Reader, size int64) (Arrived, error) {
	verifier := hashing.NewVerifier(body, want)
	var err error
	held := m.State != Wanted
	if !held {
		err = s.Archive.PutMedium(ctx, m.ID, m.Slot, verifier, size)
		held = IsKind(err, Exists)
	}
	if held {
		_, err = io.Copy(io.Discard, verifier)
	}
	if errors.Is(err, hashing.ErrDigestMismatch) {
		return Arrived{}, E(Corrupt, opUpload, string(m.ID), "the bytes are not the declared ones: read the file again", err)
	}
	if err != nil {
		return Arrived{}, ours(opUpload, m.ID, err)
	}
	return Arrived{m.ID, m.Slot.Generation, s.Names.Digests(verifier.Digests()), verifier.Size()}, nil
}

// SmallMedium is a medium whose bytes are in memory.
type SmallMedium struct {
	Want    hashing.SHA256
	Content []byte
}

// UploadBatch is Upload for small media, all at once. Of each it returns nil, or why it was not taken: Corrupt, NotFound or
// Conflict. An error of the whole says nothing of any: all may be sent again.
func (s *Submission) UploadBatch(ctx context.Context, by Actor, media []SmallMedium) ([]error, error) {
	if by.Role != Examiner {
		return nil, forbidden(opUpload, by)
	}
	if err := s.Room.Check(); err != nil {
		return nil, err
	}
	ids := make([]MediumID, len(media))
	for i := range media {
		ids[i] = s.Names.Medium(media[i].Want)
	}
	known, err := s.Media.Media(ctx, ids)
	if err != nil {
		return nil, err
	}
	refused, arrived := make([]error, len(media)), make([]Arrived, len(media))
	var failed atomic.Bool
	var g errgroup.Group // one that fails does not undo the others: what fits on a disk that is nearly full is kept
	g.SetLimit(batchPuts)
	for i, small := range media {
		if failed.Load() {
			break
		}
		g.Go(func() error {
			m, isKnown := known[ids[i]]
			if refused[i] = admits(m); !isKnown {
				refused[i] = undeclared(ids[i])
			}
			if refused[i] != nil {
				return nil
			}
			var err error
			arrived[i], err = s.keep(ctx, m, small.Want, bytes.NewReader(small.Content), int64(len(small.Content)))
			if IsKind(err, Corrupt) || IsKind(err, Conflict) {
				refused[i], err = err, nil
			}
			if err != nil {
				failed.Store(true)
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	return refused, s.queue(ctx, refused, arrived)
}

// queue queues those of a batch that were not refused, and notes of the others that they are.
func (s *Submission) queue(ctx context.Context, refused []error, arrived []Arrived) error {
	var ids []MediumID
	var taken []Arrived
	var at []int
	for i := range arrived {
		if refused[i] == nil {
			ids, taken, at = append(ids, arrived[i].Medium), append(taken, arrived[i]), append(at, i)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	if err := s.Jobs.Enqueue(ctx, ids...); err != nil {
		return err
	}
	gone, err := s.Media.MarkQueued(ctx, taken...)
	if err != nil {
		return err
	}
	queued := 0
	for i, err := range gone {
		if refused[at[i]] = err; err == nil {
			queued++
		}
	}
	metered(s.Meter).Received(MediaQueued, queued)
	return nil
}

// ours makes of a store's damage an Internal error: Corrupt would tell the examiner that the file has changed.
func ours(op string, id MediumID, err error) error {
	if IsKind(err, Corrupt) {
		return E(Internal, op, string(id), "", err)
	}
	return err
}
