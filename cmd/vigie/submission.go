package main

import (
	"context"
	"sync/atomic"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/api/client"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/triage"
)

// submission sends one source as one exhibit. Three stages run at once, with bounded queues between them:
//
//	walk and digest ──parts──▶ send the parts ──wanted media──▶ upload
//
// Nothing is remembered on this machine: of a submission that was stopped, the service has the first parts, and what they
// tell is not read again. All parts are sent again and are the same ones, and the service wants only what it does not hold.
type submission struct {
	*reading
	client  *client.Client
	exhibit string
	uploads *uploads

	fromStart bool                   // read everything, also what an earlier run has told
	complete  map[triage.PartID]bool // parts that the service has, with all their media

	// What progress shows.
	allRead atomic.Pointer[milestone]
	sealing atomic.Bool
}

// milestone is when the last file was digested, and how much was uploaded by then: what follows is uploading only.
type milestone struct {
	at   time.Time
	sent int64 // bytes
}

func newSubmission(c *client.Client, from source, exhibit string, readers, parallel int) *submission {
	s := &submission{reading: newReading(from, readers), client: c, exhibit: exhibit}
	s.uploads = newUploads(s, parallel)
	return s
}

// part is one manifest part on its way.
type part struct {
	index int
	found []evidence.Found

	// Owned by uploads, under its lock:
	waiting int // media of it that are not done
	changed bool
}

// encode is what triage.EncodePart makes of it.
func (p *part) encode() ([]byte, triage.PartID, error) {
	items := make([]triage.Item, len(p.found))
	for i := range p.found {
		items[i] = p.found[i].Item
	}
	return triage.EncodePart(items)
}

// run sends everything and seals the exhibit.
func (s *submission) run(ctx context.Context) (wire.Sealed, error) {
	earlier, err := s.earlier(ctx)
	if err != nil {
		return wire.Sealed{}, err
	}
	g, sending := errgroup.WithContext(ctx)
	parts := make(chan *part, 2)
	g.Go(func() error {
		defer close(parts)
		return s.digest(sending, earlier, parts)
	})
	g.Go(func() error {
		defer s.uploads.close()
		return s.sendParts(sending, parts)
	})
	s.uploads.start(sending, g)
	if err := g.Wait(); err != nil {
		return wire.Sealed{}, err
	}
	s.sealing.Store(true)
	return s.client.Seal(ctx, s.exhibit, s.uploads.partIDs())
}

// digest makes parts of what the source holds.
func (s *submission) digest(ctx context.Context, earlier evidence.Earlier, parts chan<- *part) error {
	index := 0
	allRead := func() { s.allRead.Store(&milestone{time.Now(), s.uploads.sent.Load()}) }
	send := func(found []evidence.Found) error {
		select {
		case parts <- &part{index: index, found: found}:
			index++
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return s.reading.parts(ctx, earlier, taker{last: allRead, part: send})
}

// partsAtOnce is how many parts are on their way at once: the service waits for the disk and for Redis with each.
const partsAtOnce = 3

// sendParts sends what comes, a few at once. What the service wants of them is queued in their order.
func (s *submission) sendParts(ctx context.Context, parts <-chan *part) error {
	g, sending := errgroup.WithContext(ctx)
	g.SetLimit(partsAtOnce)
	before := make(chan struct{})
	close(before)
	for p := range parts {
		turn, done := before, make(chan struct{})
		g.Go(func() error {
			if err := s.sendPart(sending, p, turn); err != nil {
				return err
			}
			close(done)
			return nil
		})
		before = done
	}
	return g.Wait()
}

// sendPart sends a part and queues, when its turn has come, what the service wants of it.
func (s *submission) sendPart(ctx context.Context, p *part, turn <-chan struct{}) error {
	body, id, err := p.encode()
	if err != nil {
		return err
	}
	if s.complete[id] {
		return s.queue(ctx, p, id, nil, turn)
	}
	question := s.uploads.ask()
	defer s.uploads.answered(question)
	finish, done := finishing(ctx)
	defer done()
	wanted, err := s.client.PutPart(finish, s.exhibit, p.index+1, id, body)
	if err != nil {
		return err
	}
	return s.queue(ctx, p, id, wanted, turn)
}

func (s *submission) queue(ctx context.Context, p *part, id triage.PartID, wanted []hashing.SHA256, turn <-chan struct{}) error {
	select {
	case <-turn:
		return s.uploads.add(ctx, p, id, wanted)
	case <-ctx.Done():
		return ctx.Err()
	}
}

// amend sends a part again some of whose files could not be uploaded, and returns its new name. The old part is not
// sealed, and so does not count.
func (s *submission) amend(ctx context.Context, p *part) (triage.PartID, error) {
	body, id, err := p.encode()
	if err != nil {
		return "", err
	}
	_, err = s.client.PutPart(ctx, s.exhibit, p.index+1, id, body)
	return id, err
}

func (s *submission) summary(x wire.Exhibit, sealed wire.Sealed, took time.Duration) summary {
	taken, bytes := s.source.Taken()
	return summary{
		ID: x.ID, Case: x.Case, Exhibit: x.Exhibit, ManifestVersion: sealed.Version, Items: s.items.items(),
		Bytes: s.seenBytes.Load(), Reasons: s.items.reasons(), Uploaded: int(s.uploads.done.Load()), UploadedBytes: s.uploads.doneBytes.Load(), Seconds: took.Seconds(),
		Resumed: int(taken), ResumedBytes: bytes,
	}
}

// line tells how far the submission is. What was read and has still to be sent does not count as done.
func (s *submission) line(env *environment, since time.Duration) string {
	if s.sealing.Load() {
		return env.T("submit.sealing")
	}
	if m := s.allRead.Load(); m != nil {
		return s.uploadLine(env, m, time.Since(m.at))
	}
	uploaded := messages.N(env.Lang, "submit.so-far-uploaded", int(s.uploads.done.Load()), i18n.Size(env.Lang, s.uploads.sent.Load()))
	return s.reading.line(env.Lang, since, s.uploads.pending.Load(), uploaded)
}

// uploadLine tells how far the uploads are when all is read: rate and time left are theirs alone.
func (s *submission) uploadLine(env *environment, m *milestone, since time.Duration) string {
	l := env.Lang
	pending, sent := max(0, s.uploads.pending.Load()), s.uploads.sent.Load()-m.sent
	uploaded := messages.N(l, "submit.so-far-uploaded", int(s.uploads.done.Load()), i18n.Size(l, s.uploads.sent.Load()))
	whole := s.seenBytes.Load()
	line := bar(whole-pending, whole) + env.T("submit.uploading", i18n.Size(l, pending), rate(l, sent, since), uploaded)
	if d := left(sent, sent+pending, since); d > 0 {
		line += env.T("submit.left", i18n.Duration(l, d))
	}
	return line
}
