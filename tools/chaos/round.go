package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"sync"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/triage"
)

const (
	roundPatience  = 5 * time.Minute
	submitPatience = 3 * time.Minute
	// settlePatience is how long the service may take to settle once everything is up: a store's connections time
	// out after half a minute, and the steward looks for what a crash left between two steps every 15 s.
	settlePatience = 150 * time.Second
	settlePoll     = 250 * time.Millisecond
)

var seals = []string{"A", "B"}

// round is one service, its users, and what goes wrong.
type round struct {
	*stack
	number     int
	objects    string
	drive      *drive
	small      *drive // of the case that is closed, or of which entries are doubted; nil: neither
	doubting   bool   // entries that it matches are withdrawn, and no case is closed
	doubts     doubts
	weighing   bool // the weights of the ranking are changed
	submitters []*submitter
	result     *result

	noting sync.Mutex // guards result.wrong while users are about
}

// result is what became of a round.
type result struct {
	number       int
	objects      string
	blows        []blow
	limited      bool // the disk could be full
	took, healed time.Duration
	items        int
	acked        map[triage.EventKind]int
	wrong        []string
}

// note writes down what is wrong.
func (r *round) note(format string, args ...any) {
	r.noting.Lock()
	defer r.noting.Unlock()
	r.result.wrong = append(r.result.wrong, fmt.Sprintf(format, args...))
}

// playRound runs one round in a folder of its own, which stays when something is wrong.
func playRound(ctx context.Context, o *options, number int, objects string, d, small *drive, window time.Duration) *result {
	ctx, cancel := context.WithTimeout(ctx, roundPatience)
	defer cancel()
	random := o.chance(number)
	dir := filepath.Join(o.dir, fmt.Sprintf("round-%d", number))
	res := &result{number: number, objects: objects, acked: make(map[triage.EventKind]int)}
	begin := time.Now()
	if err := os.MkdirAll(dir, 0o700); err != nil {
		res.wrong = append(res.wrong, err.Error())
		return res
	}
	s, err := startStack(ctx, o, dir, objects)
	if err != nil {
		res.wrong = append(res.wrong, "start: "+err.Error())
	} else {
		r := &round{stack: s, number: number, objects: objects, drive: d, small: small, doubting: o.doubts(number), weighing: o.weighs(number), result: res}
		res.limited = s.disk.limited
		res.blows = plan(random, possible(objects, s.disk.limited, o.with), window)
		r.play(ctx, random, window)
		s.stop()
	}
	res.took = time.Since(begin)
	kept := ""
	if len(res.wrong) > 0 {
		kept = dir + "/disk-kept"
	}
	if s.disk != nil {
		if err := s.disk.end(kept); err != nil {
			res.wrong = append(res.wrong, "disk: "+err.Error())
		}
	}
	if len(res.wrong) == 0 {
		_ = os.RemoveAll(dir)
	}
	return res
}

// play lets users and faults loose, waits until everything settled, and looks what is left.
func (r *round) play(ctx context.Context, random *rand.Rand, window time.Duration) {
	for _, seal := range seals {
		r.submitters = append(r.submitters, &submitter{number: caseNumber, seal: seal, drive: r.drive})
	}
	chances := make([]*rand.Rand, 7)
	for i := range chances {
		chances[i] = rand.New(rand.NewPCG(random.Uint64(), 0)) //nolint:gosec // see above
	}
	busy, rest := context.WithCancel(ctx) // reviewers and units work until the others are done
	var idle sync.WaitGroup
	idle.Go(func() { r.reviewer(busy, chances[0]) })
	idle.Go(func() { r.unit(busy, chances[1]) })
	idle.Go(func() { r.custody(busy, chances[5]) })
	idle.Go(func() { r.assigner(busy, chances[6]) })

	g, gctx := errgroup.WithContext(ctx)
	for _, u := range r.submitters {
		g.Go(func() error { return u.run(gctx, r) })
	}
	if r.small != nil {
		u := &submitter{number: shutNumber, seal: "C", drive: r.small}
		r.submitters = append(r.submitters, u)
		do := r.clerk
		if r.doubting {
			do = r.doubter
		}
		g.Go(func() error { return do(gctx, chances[3], u) })
	}
	g.Go(func() error { return r.custodian(gctx, chances[2]) })
	if r.weighing {
		g.Go(func() error { return r.weigher(gctx, chances[4]) })
	}
	for _, b := range r.result.blows {
		g.Go(func() error {
			if !pause(gctx, b.at) {
				return nil
			}
			if err := b.fault.strike(gctx, r, b); err != nil {
				return fmt.Errorf("%s: %w", b.fault.name, err)
			}
			return nil
		})
	}
	g.Go(func() error { pause(gctx, window); return nil })
	err := g.Wait()
	rest()
	idle.Wait()
	if err != nil {
		r.note("%v", err)
		return
	}
	if err := r.settle(ctx); err != nil {
		r.note("%v", err)
	}
	r.verify(ctx)
}

// settle reopens what is closed, and waits until every exhibit has its last finding, every medium its match under the newest epoch,
// no job is left, and all groups are ranked by the weights in force.
func (r *round) settle(ctx context.Context) error {
	begin := time.Now()
	ctx, cancel := context.WithTimeout(ctx, settlePatience)
	defer cancel()
	if r.small != nil && !r.doubting {
		if err := r.settleCase(ctx); err != nil {
			return err
		}
	}
	c := r.as("examiner")
	c.Patience = settlePatience
	for {
		why := ""
		list, err := c.Exhibits(ctx)
		if err == nil && len(list) != len(r.submitters) {
			why = fmt.Sprintf("%d exhibits instead of %d", len(list), len(r.submitters))
		}
		for _, x := range list {
			p, perr := c.Exhibit(ctx, x.ID)
			err = errors.Join(err, perr)
			if q := p.Progress; perr == nil && (!q.Settled || q.Rematch > 0) {
				why = fmt.Sprintf("exhibit %s: sealed %t, %d pending of which %d wanted, %d to match again", x.Exhibit, q.Sealed, q.Pending, q.Wanted, q.Rematch)
			}
		}
		jobs, jerr := r.jobs(ctx)
		if err = errors.Join(err, jerr); err == nil && why == "" && jobs > 0 {
			why = fmt.Sprintf("%d jobs are left", jobs)
		}
		if now, rerr := r.as("reviewer").Ranking(ctx); rerr != nil || now.Reranking.Done < now.Reranking.Of {
			err, why = errors.Join(err, rerr), fmt.Sprintf("groups are ranked to %d of %d", now.Reranking.Done, now.Reranking.Of)
		}
		if err == nil && why == "" {
			r.result.healed = time.Since(begin)
			return nil
		}
		if !pause(ctx, settlePoll) {
			return fmt.Errorf("not settled after %s: %s (%v)", settlePatience, why, err)
		}
	}
}
