package triage

import (
	"context"
	"iter"
	"log/slog"
	"time"
)

const (
	// printSpan is how many bytes of packs make a file of prints: about 20,000 examinations, and 6 MB of prints.
	printSpan = 32 << 20
	// printSettled is after which time a pack is condensed: whoever kept one with a smaller number has long succeeded or given up.
	printSettled = 10 * time.Minute
	// printIdle is after which time what a writer left is condensed though it is little: most likely it has ended.
	printIdle  = 24 * time.Hour
	printEvery = time.Minute      // between looks for packs to condense
	printLease = 15 * time.Second // after which another process goes on for one that died
)

// Prints are what is looked up of some media that were examined: what a sweep needs of their examinations, and no more.
type Prints struct {
	Media  []MediumID
	Probes []Probe // of each, without Keys
}

// PackSpan is the packs of a writer whose numbers are beyond After, up to To.
type PackSpan struct {
	Writer    string
	After, To uint64
}

func (s PackSpan) has(p PackID) bool {
	return p.Writer == s.Writer && p.Number > s.After && p.Number <= s.To
}

// KeptPack is a pack of examinations as it lies in the store.
type KeptPack struct {
	PackID
	Size int64     // bytes
	Kept time.Time // by the store's clock
}

// PrintArchive keeps the prints of many packs in one file, which takes a small part of the time to read. Nothing in it is the
// only copy: what is lost is made again from the packs. Nobody can read the prints of a medium that was destroyed.
type PrintArchive interface {
	// PrintSpans returns the spans that there are files of, those of one writer in order.
	PrintSpans(ctx context.Context) ([]PackSpan, error)
	// Prints yields what a file holds of media that were not destroyed, some media at a time. Those of examinations without a
	// fingerprint are left out; a medium that was examined anew may come again, from whichever file. NotFound and Corrupt mean
	// that the packs of the span are to be read instead.
	Prints(ctx context.Context, s PackSpan) iter.Seq2[Prints, error]
	// PacksBeside yields, by writer and in order, every pack that lies in none of the spans.
	PacksBeside(ctx context.Context, spans []PackSpan) iter.Seq2[KeptPack, error]
	// Condense keeps the prints of packs, which are all that there are of the span. That there is such a file is no error.
	Condense(ctx context.Context, s PackSpan, packs []PackID) error
	// DropPrints removes a file, if it is there.
	DropPrints(ctx context.Context, s PackSpan) error
}

// Condenser condenses packs of examinations as they come. Any number of processes may run one; a lease lets one of them work
// at a time. A file is there, whole, or it is not: who dies on the way leaves nothing.
type Condenser struct {
	Archive PrintArchive
	Lease   Lease
	Now     func() time.Time
	Log     *slog.Logger
}

// Run condenses until ctx ends.
func (c *Condenser) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, err := holding(ctx, c.Lease, "prints", printLease, c.Once)
		if err != nil && ctx.Err() == nil {
			c.Log.Warn("prints are put off", "error", err)
		}
		sleep(ctx, printEvery)
	}
	return nil
}

// Once condenses what there is to condense, with a pause as long as each file took.
func (c *Condenser) Once(ctx context.Context) error {
	spans, err := c.Archive.PrintSpans(ctx)
	if err != nil {
		return err
	}
	left, todo := 0, []condensable{}
	for run, err := range runsOf(c.Archive.PacksBeside(ctx, spans), spans) {
		if err != nil {
			return err
		}
		ready := run.ready(c.Now())
		left += len(run.packs)
		for _, part := range ready {
			left -= len(part.packs)
		}
		todo = append(todo, ready...)
	}
	for i, part := range todo {
		began := c.Now()
		err := c.Archive.Condense(ctx, part.span, part.packs)
		if IsKind(err, Corrupt) || IsKind(err, NotFound) { // whoever needs these packs will tell
			c.Log.Warn("examinations cannot be condensed", "error", err)
			continue
		}
		if err != nil {
			return err
		}
		took := c.Now().Sub(began)
		c.Log.Info("examinations condensed", "packs", len(part.packs), "files", i+1, "of", len(todo), "later", left,
			"took", took.Round(time.Millisecond))
		if !sleep(ctx, took) {
			return ctx.Err()
		}
	}
	return nil
}

// condensable is a span with the packs that there are of it.
type condensable struct {
	span  PackSpan
	packs []PackID
}

// packRun is packs of one writer between which no span lies.
type packRun struct {
	after  uint64 // where the span before them ends
	packs  []KeptPack
	closed bool // a span follows
}

// runsOf puts packs into runs.
func runsOf(packs iter.Seq2[KeptPack, error], spans []PackSpan) iter.Seq2[packRun, error] {
	return func(yield func(packRun, error) bool) {
		var run packRun
		flush := func(closed bool) bool {
			run.closed = closed
			return len(run.packs) == 0 || yield(run, nil)
		}
		for p, err := range packs {
			if err != nil {
				yield(packRun{}, err)
				return
			}
			after := endBefore(spans, p.PackID)
			same := len(run.packs) > 0 && run.packs[0].Writer == p.Writer
			if !same || run.after != after {
				if !flush(same) {
					return
				}
				run = packRun{after: after}
			}
			run.packs = append(run.packs, p)
		}
		if len(run.packs) > 0 {
			last := run.packs[len(run.packs)-1].PackID
			flush(endBefore(spans, PackID{last.Writer, 1<<64 - 1}) > last.Number)
		}
	}
}

// endBefore returns where the last of the spans that end before a pack does, 0 when there is none.
func endBefore(spans []PackSpan, p PackID) (end uint64) {
	for _, s := range spans {
		if s.Writer == p.Writer && s.To < p.Number {
			end = max(end, s.To)
		}
	}
	return end
}

// ready cuts off what of a run is to be condensed now.
func (r packRun) ready(now time.Time) (parts []condensable) {
	after, size := r.after, int64(0)
	var some []PackID
	cut := func() {
		last := some[len(some)-1]
		parts = append(parts, condensable{PackSpan{last.Writer, after, last.Number}, some})
		after, size, some = last.Number, 0, nil
	}
	for _, p := range r.packs {
		if now.Sub(p.Kept) < printSettled {
			return parts
		}
		some = append(some, p.PackID)
		if size += p.Size; size >= printSpan {
			cut()
		}
	}
	if len(some) > 0 && (r.closed || now.Sub(r.packs[len(r.packs)-1].Kept) > printIdle) {
		cut()
	}
	return parts
}
