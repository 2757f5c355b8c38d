package triage_test

import (
	"bytes"
	"context"
	"encoding/json"
	"image"
	"image/jpeg"
	"io"
	"testing"
	"time"

	"vigie/triage"
)

// TestWithin: what counts is the strictest of the rules and the limits, whichever is which.
func TestWithin(t *testing.T) {
	const facts, blurred, grey, colour, full = triage.StepFacts, triage.StepBlurred, triage.StepGrey, triage.StepColour, triage.StepFull
	all := triage.RevealRules{First: grey, Highest: full, Jumps: true, Tiles: true, Names: true}
	for _, c := range []struct {
		rules  triage.RevealRules
		limits triage.RevealLimits
		want   triage.RevealRules
	}{
		{triage.RevealRules{}, triage.RevealLimits{}, triage.RevealRules{First: blurred, Highest: full}},
		{all, triage.RevealLimits{}, all},
		{all, triage.RevealLimits{First: blurred}, triage.RevealRules{First: blurred, Highest: full, Jumps: true, Tiles: true, Names: true}},
		{all, triage.RevealLimits{First: full}, all}, // nobody goes further than the organisation allows
		{all, triage.RevealLimits{Highest: colour}, triage.RevealRules{First: grey, Highest: colour, Jumps: true, Tiles: true, Names: true}},
		{all, triage.RevealLimits{Highest: facts}, triage.RevealRules{First: grey, Highest: facts, Jumps: true, Tiles: true, Names: true}},
		{triage.RevealRules{Highest: grey}, triage.RevealLimits{Highest: full}, triage.RevealRules{First: blurred, Highest: grey}},
		{all, triage.RevealLimits{Grey: true, NoJumps: true}, triage.RevealRules{First: grey, Highest: full, Grey: true, Tiles: true, Names: true}},
		{all, triage.RevealLimits{NoTiles: true, NoNames: true}, triage.RevealRules{First: grey, Highest: full, Jumps: true}},
		{triage.RevealRules{Grey: true}, triage.RevealLimits{NoNames: true}, triage.RevealRules{First: blurred, Highest: full, Grey: true}},
	} {
		if got := c.rules.Within(c.limits); got != c.want {
			t.Errorf("%+v within %+v: %+v, not %+v", c.rules, c.limits, got, c.want)
		}
		if once := c.rules.Within(c.limits); once.Within(c.limits) != once {
			t.Errorf("%+v: twice is not once", c.limits)
		}
	}
	if r := (triage.RevealPolicy{}).Of(triage.Supervisor); len(r.Offered(facts)) > 0 || r.TileSteps() != nil || r.Names {
		t.Errorf("who has no rules is shown %+v", r)
	}
}

// TestRulesByRole: each role has its own, and a supervisor may see what a reviewer may not.
func TestRulesByRole(t *testing.T) {
	h := newHouse(t)
	h.review.Policy = triage.RevealPolicy{triage.Reviewer: {Highest: triage.StepGrey}, triage.Supervisor: {Jumps: true}}
	for role, want := range map[triage.Role]triage.RevealStep{triage.Reviewer: triage.StepGrey, triage.Supervisor: triage.StepFull} {
		own, err := h.review.OwnRules(t.Context(), triage.Actor{ID: "a8", Role: role})
		if err != nil || own.Rules.Highest != want || own.Rules.Jumps != (role == triage.Supervisor) || !own.Until.IsZero() {
			t.Errorf("%s: %+v, %v", role, own, err)
		}
	}
	for _, role := range []triage.Role{triage.Examiner, triage.Unit, triage.Admin} {
		by := triage.Actor{ID: "a8", Role: role}
		_, err := h.review.OwnRules(t.Context(), by)
		wantKind(t, "the rules of "+string(role), err, triage.Forbidden)
		wantKind(t, "limits of "+string(role), h.review.SetLimits(t.Context(), by, triage.RevealLimits{}), triage.Forbidden)
	}
}

// TestOwnLimits: stricter ones count at once, for what was granted too; looser ones a day after those before.
func TestOwnLimits(t *testing.T) {
	l, _ := newLadder(t)
	ctx := t.Context()
	l.review.Policy = triage.ForAll(triage.RevealRules{First: triage.StepFull, Tiles: true, Names: true, Jumps: true})
	const why = "to see what it is"
	by := l.reviewer.Actor
	set := func(limits triage.RevealLimits) {
		t.Helper()
		if err := l.review.SetLimits(ctx, by, limits); err != nil {
			t.Fatal(err)
		}
	}
	own := func() triage.OwnRules {
		t.Helper()
		o, err := l.review.OwnRules(ctx, by)
		if err != nil {
			t.Fatal(err)
		}
		return o
	}
	wantKind(t, "a step there is not", l.review.SetLimits(ctx, by, triage.RevealLimits{Highest: "all"}), triage.Invalid)
	wantKind(t, "a first step there is not", l.review.SetLimits(ctx, by, triage.RevealLimits{First: triage.StepFacts}), triage.Invalid)
	full := l.must(t, triage.StepFull, why)
	names, err := l.review.RevealNames(ctx, l.reviewer, l.group, why)
	if err != nil {
		t.Fatal(err)
	}
	tiles, err := l.review.RevealTiles(ctx, l.reviewer, l.group, wish(triage.StepFull, why, 1))
	if err != nil {
		t.Fatal(err)
	}

	strict := triage.RevealLimits{Highest: triage.StepGrey, NoNames: true}
	set(strict)
	set(strict) // no second event
	if events := l.recorded(triage.LimitsSet); len(events) != 1 || events[0].Subject != by.ID {
		t.Errorf("%+v", events)
	}
	for what, id := range map[string]string{"a picture beyond one's limit": full.ID, "tiles beyond it": tiles.ID} {
		_, err := l.review.Picture(ctx, l.reviewer, id, 0)
		wantKind(t, what, err, triage.NotFound)
	}
	_, err = l.review.Names(ctx, l.reviewer, names.ID)
	wantKind(t, "names that one does not want", err, triage.NotFound)
	_, err = l.review.Reveal(ctx, l.reviewer, l.group, triage.StepColour, why)
	wantKind(t, "a step beyond one's limit", err, triage.Forbidden)
	_, err = l.review.RevealNames(ctx, l.reviewer, l.group, why)
	wantKind(t, "names beyond one's limit", err, triage.Forbidden)
	l.must(t, triage.StepGrey, why)
	if o, err := l.review.OwnRules(ctx, l.other.Actor); err != nil || o.Rules.Highest != triage.StepFull {
		t.Errorf("another's: %+v, %v", o, err)
	}

	set(triage.RevealLimits{})
	if o := own(); o.Rules.Highest != triage.StepGrey || o.Rules.Names || o.Until.Before(time.Now().Add(23*time.Hour)) || o.Set != (triage.RevealLimits{}) {
		t.Errorf("lifted: %+v", o)
	}
	set(triage.RevealLimits{NoTiles: true})
	if o := own(); o.Rules.Tiles || o.Rules.Highest != triage.StepGrey {
		t.Errorf("others: %+v", o)
	}
	later := time.Now().Add(triage.LimitsLinger + time.Minute)
	l.review.Now = func() time.Time { return later }
	if o := own(); o.Rules.Highest != triage.StepFull || !o.Rules.Names || o.Rules.Tiles || !o.Until.IsZero() {
		t.Errorf("a day later: %+v", o)
	}
}

// TestNoColour: whoever wants no colour is shown none, at any step.
func TestNoColour(t *testing.T) {
	l, _ := newLadder(t)
	l.review.Policy = triage.ForAll(triage.RevealRules{First: triage.StepFull, Tiles: true})
	var seen []triage.View
	l.review.Renderer = watched{l.review.Renderer, &seen}
	if err := l.review.SetLimits(t.Context(), l.reviewer.Actor, triage.RevealLimits{Grey: true}); err != nil {
		t.Fatal(err)
	}
	g := l.must(t, triage.StepFull, "to see what it is")
	tiles, err := l.review.RevealTiles(t.Context(), l.reviewer, l.group, wish(triage.StepColour, "to read the poster", 4))
	if err != nil {
		t.Fatal(err)
	}
	for _, id := range []string{g.ID, tiles.ID} {
		shown, err := l.review.Picture(t.Context(), l.reviewer, id, 0)
		if err != nil || colourful(t, shown) {
			t.Errorf("%v, or colour", err)
		}
	}
	if len(seen) != 2 || !seen[0].Grey || seen[0].Tiles != 0 || !seen[1].Grey || seen[1].Tiles != 1<<3 {
		t.Errorf("%+v", seen)
	}
}

// TestLimitsOutliveRedis: when Redis has lost everything, nobody's limits are looser.
func TestLimitsOutliveRedis(t *testing.T) {
	l, stop := newLadder(t)
	ctx := t.Context()
	first, then := triage.RevealLimits{Highest: triage.StepBlurred, NoTiles: true}, triage.RevealLimits{Grey: true}
	for _, limits := range []triage.RevealLimits{first, then} {
		if err := l.review.SetLimits(ctx, l.reviewer.Actor, limits); err != nil {
			t.Fatal(err)
		}
	}
	before, err := l.review.OwnRules(ctx, l.reviewer.Actor)
	if err != nil || before.Rules.Highest != triage.StepBlurred || !before.Rules.Grey {
		t.Fatalf("%+v, %v", before, err)
	}
	kept, err := l.views.Limits.Limits(ctx, l.reviewer.Actor.ID)
	if err != nil || len(kept) != 2 || kept[0].RevealLimits != first || kept[1].RevealLimits != then {
		t.Fatalf("%+v, %v", kept, err)
	}
	for _, ev := range l.recorded(triage.LimitsSet) { // once more, the later first
		if err := l.events.Apply(ctx, ev); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	l.rdb.FlushAll(ctx)
	l.caughtUp()
	if after, err := l.review.OwnRules(ctx, l.reviewer.Actor); err != nil || after != before {
		t.Errorf("%+v, then %+v, %v", before, after, err)
	}
	if again, err := l.views.Limits.Limits(ctx, l.reviewer.Actor.ID); err != nil || len(again) != 2 || again[0] != kept[0] || again[1] != kept[1] {
		t.Errorf("%+v, %v", again, err)
	}
	var said triage.RevealLimits
	if err := json.Unmarshal(l.recorded(triage.LimitsSet)[0].Data, &said); err != nil || said != first {
		t.Errorf("%+v, %v", said, err)
	}
}

// watched notes what a renderer was asked for.
type watched struct {
	triage.Renderer
	seen *[]triage.View
}

func (w watched) Render(ctx context.Context, r io.Reader, size int64, v triage.View) ([]byte, error) {
	*w.seen = append(*w.seen, v)
	return w.Renderer.Render(ctx, r, size, v)
}

// colourful reports whether a JPEG has any colour.
func colourful(t *testing.T, shown []byte) bool {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(shown))
	if err != nil {
		t.Fatal(err)
	}
	_, grey := img.(*image.Gray)
	return !grey
}
