package main

import (
	"context"
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"vigie/api/i18n"
	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/store/examiner"
	"vigie/triage"
)

// packing writes one source into a bundle: while files are read and digested, what came before them is packed.
type packing struct {
	*reading
	to    *pack.Writer
	known *knownFiles // nil: nobody asked

	media, mediaBytes atomic.Int64 // packed so far
}

// run packs everything and returns the names of the parts.
func (p *packing) run(whole context.Context, env *environment, fromStart bool) (parts []triage.PartID, err error) {
	ctx, stop := context.WithCancel(whole)
	defer stop()
	var earlier evidence.Earlier
	if !fromStart {
		if earlier, err = p.to.Earlier(ctx); err != nil {
			return nil, err
		}
	}
	go p.count(ctx)
	start := time.Now()
	line := env.startProgress(func() string {
		came := messages.N(env.Lang, "pack.so-far", int(p.media.Load()), i18n.Size(env.Lang, p.mediaBytes.Load()))
		return p.line(env.Lang, time.Since(start), 0, came)
	})
	defer line.end()
	err = p.parts(ctx, earlier, taker{
		item: func(f *evidence.Found) error { return p.item(ctx, f) },
		part: func(found []evidence.Found) error {
			id, err := p.part(found)
			parts = append(parts, id)
			return err
		},
	})
	return parts, err
}

// item packs an item's bytes. A file that no longer gives those that were digested is one that could not be read.
func (p *packing) item(ctx context.Context, f *evidence.Found) error {
	err := p.medium(ctx, f)
	if fault, changed := errors.AsType[*evidence.Error](err); changed {
		p.unreadable(&f.Item, fault.Reason)
		err = nil
	}
	p.known.count(&f.Item)
	return err
}

// part packs a part, whose media are packed.
func (p *packing) part(found []evidence.Found) (triage.PartID, error) {
	items := make([]triage.Item, len(found))
	for i := range found {
		items[i] = found[i].Item
	}
	return p.to.Part(items)
}

// medium packs an item's bytes, if it is a medium that the bundle does not hold.
func (p *packing) medium(ctx context.Context, f *evidence.Found) error {
	if f.Disposition != triage.IsMedia || p.to.Has(f.Digests.SHA256) {
		return nil
	}
	err := p.to.Medium(ctx, f.Digests.SHA256, f.Size, f.Open)
	if err == nil {
		p.media.Add(1)
		p.mediaBytes.Add(f.Size)
	}
	return err
}

func (p *packing) summary(o *packOptions, key *examiner.Key, took time.Duration) packSummary {
	taken, bytes := p.source.Taken()
	sum := packSummary{
		Case: o.caseNumber, Exhibit: o.exhibit, Bundle: o.file, SignedBy: key.Name(), Key: key.Fingerprint(), Items: p.items.items(), Reasons: p.items.reasons(),
		Recipients: len(p.to.Header().To), Bytes: p.seenBytes.Load(), Media: int(p.media.Load()), MediaBytes: p.mediaBytes.Load(), Resumed: int(taken), ResumedBytes: bytes, Seconds: took.Seconds(),
	}
	if p.known != nil {
		sum.Known = p.known.files
	}
	return sum
}

func (p *packing) print(env *environment, sum *packSummary) {
	took := time.Duration(sum.Seconds * float64(time.Second))
	read := sum.Bytes - sum.ResumedBytes
	p.items.print(env)
	fmt.Fprintln(env.Stdout)
	fmt.Fprintln(env.Stdout, env.T("submit.done", i18n.Size(env.Lang, read), i18n.Duration(env.Lang, took),
		rate(env.Lang, read, took), i18n.Number(env.Lang, int(float64(p.seen.Load()-int64(sum.Resumed))/max(sum.Seconds, 0.001)))))
	if sum.Resumed > 0 {
		fmt.Fprintln(env.Stdout, messages.N(env.Lang, "pack.resumed", sum.Resumed, i18n.Size(env.Lang, sum.ResumedBytes)))
	}
	fmt.Fprintln(env.Stdout, messages.N(env.Lang, "pack.packed", sum.Media, i18n.Size(env.Lang, sum.MediaBytes)))
	fmt.Fprintln(env.Stdout, env.T("pack.signed", sum.SignedBy, sum.Key))
	fmt.Fprintln(env.Stdout, messages.N(env.Lang, "pack.for", sum.Recipients))
	if p.known != nil {
		p.known.print(env)
	}
	fmt.Fprintf(env.Stdout, "\n%s\n", env.T("pack.next", harmless(sum.Bundle)))
}
