package objects

import (
	"context"
	"errors"
	"io"
	"strconv"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// Scrub reads everything that is kept and verifies it.
type Scrub struct {
	Archive *Archive
	Name    func(hashing.SHA256) triage.MediumID // names media, as whoever kept them did
	Rate    int64                                // bytes a second at most; 0: as fast as it goes
	Now     func() time.Time
	// Looked is called after each object, with the number of bytes read and what is wrong with it, or nil.
	Looked func(key string, bytes int64, damage error)
}

// snapshotPrefix begins the keys of what goes by itself: see store/journal.
const snapshotPrefix = Records + "/snapshots/"

// unsealed are the prefixes of what is kept in clear: it says nothing.
var unsealed = []string{Records + "/key-check", Records + "/probe/", holdPrefix}

// Run verifies every object whose key is greater than after ("": all): media against the digests that name them,
// keyrings and records by decryption. Damage is told to Looked and ends nothing; the error is that of a store that
// does not answer. Keys come in one order, so that a run goes on where another ended.
func (s *Scrub) Run(ctx context.Context, after string) error {
	for _, bucket := range []string{Journal, Keys, Media, Records} { // in the order of keys
		prefix := bucket + "/"
		from := after
		switch {
		case after > prefix && !strings.HasPrefix(after, prefix):
			continue // done by an earlier run
		case !strings.HasPrefix(after, prefix):
			from = ""
		}
		for info, err := range s.Archive.raw.List(ctx, prefix, from) {
			if err != nil {
				return err
			}
			if isUnsealed(info.Key) {
				continue
			}
			n, err := s.look(ctx, info.Key)
			if goes := strings.HasPrefix(info.Key, snapshotPrefix) || strings.HasPrefix(info.Key, printPrefix); goes && triage.IsKind(err, triage.NotFound) {
				continue // it is made again
			}
			if err != nil && !isDamage(err) {
				return err
			}
			s.Looked(info.Key, n, err)
		}
	}
	return nil
}

func isUnsealed(key string) bool {
	for _, prefix := range unsealed {
		if strings.HasPrefix(key, prefix) {
			return true
		}
	}
	return false
}

// isDamage tells what is wrong with an object from a store that does not answer. An object that went away since it
// was listed is no damage, and is told as such by look.
func isDamage(err error) bool {
	k := triage.KindOf(err)
	return k == triage.Corrupt || k == triage.Conflict || k == triage.NotFound
}

// look verifies one object and returns how much it read.
func (s *Scrub) look(ctx context.Context, key string) (int64, error) {
	segments := strings.Split(key, "/")
	switch {
	case segments[0] == Keys:
		_, err := loadKeyring(ctx, s.Archive.raw, s.Archive.keys, key)
		return 0, err
	case segments[0] == Media:
		return s.medium(ctx, key, segments[1])
	case len(segments) > 3 && segments[1] == "manifests":
		manifests, err := s.Archive.exhibitStore(ctx, triage.ExhibitID(segments[2]), false)
		if err != nil {
			return 0, err
		}
		return s.read(ctx, manifests, key, io.Discard)
	}
	return s.read(ctx, s.Archive.store, key, io.Discard)
}

// medium verifies one generation of a medium against its name.
func (s *Scrub) medium(ctx context.Context, key, name string) (int64, error) {
	const op = "objects.Scrub"
	id, digits, _ := strings.Cut(name, ".")
	generation, err := strconv.Atoi(digits)
	if err != nil {
		return 0, triage.E(triage.Corrupt, op, key, "not the name of a medium", err)
	}
	body, _, err := s.Archive.openGeneration(ctx, triage.MediumID(id), generation)
	if body == nil || err != nil {
		return 0, err // destroyed, or not to be opened
	}
	defer body.Close()
	digests, n, err := hashing.Digest(&paced{ctx: ctx, src: body, rate: s.Rate, now: s.Now, began: s.Now()})
	if err == nil && s.Name(digests.SHA256) != triage.MediumID(id) {
		err = triage.E(triage.Corrupt, op, key, "the stored bytes were changed: restore them from a copy", nil)
	}
	return n, err
}

func (s *Scrub) read(ctx context.Context, from Store, key string, to io.Writer) (int64, error) {
	body, err := from.Get(ctx, key)
	if err != nil {
		return 0, err
	}
	n, err := io.Copy(to, &paced{ctx: ctx, src: body, rate: s.Rate, now: s.Now, began: s.Now()})
	return n, errors.Join(err, body.Close())
}

// paced reads no faster than rate bytes a second.
type paced struct {
	ctx   context.Context //nolint:containedctx // lives no longer than the call it belongs to
	src   io.Reader
	rate  int64
	now   func() time.Time
	began time.Time
	read  int64
}

func (p *paced) Read(b []byte) (int, error) {
	if err := p.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := p.src.Read(b)
	p.read += int64(n)
	if p.rate > 0 {
		due := time.Duration(float64(p.read) / float64(p.rate) * float64(time.Second))
		if early := due - p.now().Sub(p.began); early > 0 {
			timer := time.NewTimer(early)
			defer timer.Stop()
			select {
			case <-timer.C:
			case <-p.ctx.Done():
				return n, p.ctx.Err()
			}
		}
	}
	return n, err
}
