package triage_test

import (
	"context"
	"iter"
	"log/slog"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vigie/triage"
)

// packsOnly is a PrintArchive of packs without content.
type packsOnly struct {
	packs  []triage.KeptPack // by writer and in order
	spans  []triage.PackSpan
	broken triage.PackID // cannot be condensed
}

func (p *packsOnly) PrintSpans(context.Context) ([]triage.PackSpan, error) {
	return slices.Clone(p.spans), nil
}

func (p *packsOnly) Prints(context.Context, triage.PackSpan) iter.Seq2[triage.Prints, error] {
	return func(func(triage.Prints, error) bool) {}
}

func within(id triage.PackID, spans ...triage.PackSpan) bool {
	return slices.ContainsFunc(spans, func(s triage.PackSpan) bool {
		return s.Writer == id.Writer && s.After < id.Number && id.Number <= s.To
	})
}

func (p *packsOnly) PacksBeside(_ context.Context, spans []triage.PackSpan) iter.Seq2[triage.KeptPack, error] {
	return func(yield func(triage.KeptPack, error) bool) {
		for _, k := range p.packs {
			if !within(k.PackID, spans...) && !yield(k, nil) {
				return
			}
		}
	}
}

func (p *packsOnly) Condense(_ context.Context, s triage.PackSpan, packs []triage.PackID) error {
	var all []triage.PackID
	for _, k := range p.packs {
		if within(k.PackID, s) {
			all = append(all, k.PackID)
		}
	}
	if !slices.Equal(packs, all) {
		return triage.E(triage.Internal, "packsOnly", "", "these are not all packs of the span", nil)
	}
	if slices.Contains(packs, p.broken) {
		return triage.E(triage.Corrupt, "packsOnly", "", "", nil)
	}
	p.spans = append(p.spans, s)
	slices.SortFunc(p.spans, func(a, b triage.PackSpan) int { return int(a.After) - int(b.After) })
	return nil
}

func (p *packsOnly) DropPrints(_ context.Context, s triage.PackSpan) error {
	p.spans = slices.DeleteFunc(p.spans, func(other triage.PackSpan) bool { return other == s })
	return nil
}

func (p *packsOnly) add(writer string, number uint64, size int64, kept time.Time) {
	p.packs = append(p.packs, triage.KeptPack{PackID: triage.PackID{Writer: writer, Number: number}, Size: size, Kept: kept})
}

// TestCondenser: packs are condensed when there are enough of them, or when no more come; never those that are so young that one
// with a smaller number may still come; a gap is filled; what cannot be read holds up nothing else.
func TestCondenser(t *testing.T) {
	now := time.Now()
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	p := &packsOnly{}
	c := triage.Condenser{Archive: p, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	check := func(when string, want ...triage.PackSpan) {
		t.Helper()
		if err := c.Once(t.Context()); err != nil {
			t.Fatal(err)
		}
		if !slices.Equal(p.spans, want) {
			t.Errorf("%s: %v, want %v", when, p.spans, want)
		}
	}
	span := func(writer string, after, to uint64) triage.PackSpan {
		return triage.PackSpan{Writer: writer, After: after, To: to}
	}
	for n := range uint64(4) {
		p.add("a", 2+n, 10<<20, ago(time.Hour))
	}
	p.add("a", 9, 1<<20, ago(time.Hour))
	check("enough packs, and a few more", span("a", 0, 5))
	p.add("a", 12, 40<<20, ago(time.Minute))
	check("a young one", span("a", 0, 5))
	now = now.Add(10 * time.Minute)
	check("not young any more", span("a", 0, 5), span("a", 5, 12))
	p.add("a", 13, 1, ago(0))
	now = now.Add(time.Hour)
	check("a small one", span("a", 0, 5), span("a", 5, 12))
	now = now.Add(24 * time.Hour)
	check("that stayed alone", span("a", 0, 5), span("a", 5, 12), span("a", 12, 13))
	_ = p.DropPrints(t.Context(), span("a", 0, 5))
	_ = p.DropPrints(t.Context(), span("a", 5, 12))
	check("two lost", span("a", 0, 5), span("a", 5, 12), span("a", 12, 13))
	_ = p.DropPrints(t.Context(), span("a", 0, 5))
	p.broken = triage.PackID{Writer: "a", Number: 3}
	p.add("b", 1, 64<<20, ago(time.Hour))
	if err := c.Once(t.Context()); err != nil || !slices.Contains(p.spans, span("b", 0, 1)) || len(p.spans) != 3 {
		t.Errorf("beside a damaged pack: %v, %v", p.spans, err)
	}
}

// TestCondenserLeavesNothingOut: whatever comes and goes in whatever order, each pack lies in a span or beside them, and spans
// claim nothing that they were not made of.
func TestCondenserLeavesNothingOut(t *testing.T) {
	rng := rand.New(rand.NewPCG(3, 4)) //nolint:gosec // test data
	now := time.Now()
	p := &packsOnly{}
	c := triage.Condenser{Archive: p, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	last := map[string]uint64{}
	for range 200 {
		now = now.Add(time.Duration(rng.IntN(5*60)) * time.Minute)
		writer := string(rune('a' + rng.IntN(3)))
		for range rng.IntN(4) {
			last[writer] += 1 + uint64(rng.IntN(3)) //nolint:gosec // small
			p.add(writer, last[writer], int64(rng.IntN(20<<20)), now)
		}
		slices.SortStableFunc(p.packs, func(a, b triage.KeptPack) int { return int(a.Writer[0]) - int(b.Writer[0]) })
		if len(p.spans) > 0 && rng.IntN(4) == 0 {
			_ = p.DropPrints(t.Context(), p.spans[rng.IntN(len(p.spans))])
		}
		if err := c.Once(t.Context()); err != nil { // packsOnly compares each span with its packs
			t.Fatal(err)
		}
	}
	if len(p.spans) < 10 {
		t.Errorf("only %d spans", len(p.spans))
	}
}
