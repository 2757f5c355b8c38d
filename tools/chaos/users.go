package main

import (
	"bytes"
	"context"
	"encoding/hex"
	"fmt"
	"io"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"sync"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/tools/endtoend/service"
	"vigie/triage"
)

const (
	caseNumber = "2026/CHAOS"
	maxTries   = 40 // of one thing that a user wants
	maxOdd     = 3  // submissions that end as they never should
	pauseTries = 300 * time.Millisecond
	maxPause   = 400 // milliseconds between two acts of one user
)

// pause waits as a user does, and reports whether ctx is still live.
func pause(ctx context.Context, d time.Duration) bool {
	select {
	case <-ctx.Done():
		return false
	case <-time.After(d):
		return true
	}
}

func someTime(random *rand.Rand) time.Duration {
	return time.Duration(20+random.IntN(maxPause)) * time.Millisecond
}

// submitter submits a drive under one seal, again whenever that was killed or the service gave up.
type submitter struct {
	number string // of the case
	seal   string
	drive  *drive

	mu      sync.Mutex // guards process
	process *service.Process
}

func (u *submitter) kill() {
	u.mu.Lock()
	p := u.process
	u.mu.Unlock()
	if p != nil {
		p.Kill()
	}
}

// run returns when the service acknowledged the whole exhibit.
func (u *submitter) run(ctx context.Context, r *round) error {
	odd := 0
	for try := 0; try < maxTries && odd < maxOdd; try++ {
		p, err := r.start("examiner", "submit", "--case", u.number, "--exhibit", u.seal, "--uploads", "2", "--readers", "1", u.drive.source())
		if err != nil {
			return err
		}
		u.mu.Lock()
		u.process = p
		u.mu.Unlock()
		code, err := p.Wait(ctx, submitPatience)
		appendTo(filepath.Join(r.dir, "submit-"+u.seal+".log"), p.Said())
		switch {
		case err != nil:
			return fmt.Errorf("submit %s: %w", u.seal, err)
		case code == 0 || code == 3: // done; 3: some files could not be read
			return nil
		case code != -1 && code != 4: // neither killed nor given up by a service that was away
			odd++
			r.note("submit %s ended with %d: %s", u.seal, code, lastLine(p.Said()))
		}
		pause(ctx, pauseTries)
	}
	return fmt.Errorf("submit %s: not done, however often it was tried", u.seal)
}

func lastLine(said string) string {
	lines := strings.Split(strings.TrimSpace(said), "\n")
	return lines[len(lines)-1]
}

// The lists of a round. The stray one marks items that are not known, and is withdrawn again.
const (
	knownSource, benignSource, straySource = "chaos-known", "chaos-benign", "chaos-stray"
	smallKnown, smallBenign                = "chaos-small-known", "chaos-small-benign"
)

// custodian imports the drives' lists and a stray one, and withdraws the stray one.
func (r *round) custodian(ctx context.Context, random *rand.Rand) error {
	admin := r.as("admin")
	lists, err := r.drive.lists(knownSource, benignSource)
	if err != nil {
		return err
	}
	lists = append(lists, list{triage.ImportOptions{Kind: triage.KnownSet, Source: straySource, Hash: triage.BySHA256}, strayList(r.drive)})
	if r.small != nil {
		more, err := r.small.lists(smallKnown, smallBenign)
		if err != nil {
			return err
		}
		lists = append(lists, more...)
	}
	for _, l := range lists {
		pause(ctx, someTime(random))
		if err := importOnce(ctx, admin, l.options, l.body); err != nil {
			return err
		}
	}
	pause(ctx, 2*someTime(random))
	return withdrawAll(ctx, admin, straySource)
}

func strayList(d *drive) []byte {
	var b bytes.Buffer
	for _, digest := range d.others {
		fmt.Fprintln(&b, digest)
	}
	return b.Bytes()
}

// importOnce imports a list until a set of its source is active: an import whose answer was lost may have taken effect.
func importOnce(ctx context.Context, admin *client.Client, o triage.ImportOptions, list []byte) error {
	var last error
	for range maxTries {
		open := func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(list)), nil }
		if _, last = admin.ImportSet(ctx, o, open, int64(len(list))); last == nil {
			return nil
		}
		if sets, err := admin.Sets(ctx); err == nil {
			for _, s := range sets {
				if s.Source == o.Source && s.State == string(triage.Active) {
					return nil
				}
			}
		}
		if !pause(ctx, pauseTries) {
			break
		}
	}
	return fmt.Errorf("import of %s: %w", o.Source, last)
}

// withdrawAll withdraws every set of a source that is not withdrawn.
func withdrawAll(ctx context.Context, admin *client.Client, source string) error {
	var last error
	for range maxTries {
		var sets []wire.Set
		sets, last = admin.Sets(ctx)
		for _, s := range sets {
			if s.Source == source && s.State == string(triage.Active) && last == nil {
				_, last = admin.WithdrawSet(ctx, s.ID, "a stray list")
			}
		}
		if last == nil || !pause(ctx, pauseTries) {
			break
		}
	}
	if last != nil {
		return fmt.Errorf("withdrawal of %s: %w", source, last)
	}
	return nil
}

// reviewer claims groups, has some of them revealed, decides them, and confirms what is proposed for media that join, until
// ctx ends. What fails is not insisted on.
func (r *round) reviewer(ctx context.Context, random *rand.Rand) {
	c := r.as("reviewer")
	verdicts := []triage.Verdict{triage.Illegal, triage.NotIllegal, triage.Unsure}
	tried := make(map[string]bool)
	for pause(ctx, someTime(random)) {
		q, err := c.Queue(ctx, "", 50)
		if err != nil || len(q.Groups) == 0 {
			continue
		}
		for _, g := range q.Groups {
			if p := g.Proposal; p != nil {
				_, _ = c.Confirm(ctx, g.ID, triage.Verdict(p.Verdict), p.Media) // see below
			}
		}
		g := q.Groups[random.IntN(len(q.Groups))].ID
		verdict, reveal := verdicts[random.IntN(len(verdicts))], random.IntN(2) == 0
		if tried[g] {
			continue
		}
		tried[g] = true
		if _, err := c.Claim(ctx, g); err != nil {
			continue
		}
		if reveal {
			_, _ = c.Reveal(ctx, g, triage.StepBlurred, "to decide it")
		}
		_, _ = c.Decide(ctx, g, opinion(verdict)) // the gate keeps the answer
	}
}

// opinion is one of that verdict: what is illegal is of some category.
func opinion(v triage.Verdict) wire.DecisionRequest {
	q := wire.DecisionRequest{Verdict: string(v)}
	if v == triage.Illegal {
		q.Category = string(triage.DefaultScheme().Categories[0].Code)
	}
	return q
}

// unit asks about files, known ones and others, until ctx ends.
func (r *round) unit(ctx context.Context, random *rand.Rand) {
	c := r.as("unit")
	for pause(ctx, someTime(random)) {
		known, none := r.drive.known[random.IntN(len(r.drive.known))], unheardOf(random)
		_, _ = c.Check(ctx, []wire.CheckInput{{SHA256: &known}, {SHA256: &none}}) // the gate keeps the answer
	}
}

// unheardOf returns the digest of no file.
func unheardOf(random *rand.Rand) hashing.SHA256 {
	text := fmt.Sprintf("%016x%016x%016x%016x", random.Uint64(), random.Uint64(), random.Uint64(), random.Uint64())
	raw, _ := hex.DecodeString(text)
	return hashing.SHA256(raw)
}
