package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// TestOffered: which steps may be asked for, by what was granted before and by what the organisation allows.
func TestOffered(t *testing.T) {
	const facts, blurred, grey, colour, full = triage.StepFacts, triage.StepBlurred, triage.StepGrey, triage.StepColour, triage.StepFull
	for _, c := range []struct {
		rules   triage.RevealRules
		reached triage.RevealStep
		want    []triage.RevealStep
	}{
		{triage.RevealRules{}, facts, []triage.RevealStep{blurred}},
		{triage.RevealRules{}, blurred, []triage.RevealStep{blurred, grey}},
		{triage.RevealRules{}, grey, []triage.RevealStep{blurred, grey, colour}},
		{triage.RevealRules{}, colour, []triage.RevealStep{blurred, grey, colour, full}},
		{triage.RevealRules{}, full, []triage.RevealStep{blurred, grey, colour, full}},
		{triage.RevealRules{First: grey}, facts, []triage.RevealStep{blurred, grey}},
		{triage.RevealRules{First: full}, facts, []triage.RevealStep{blurred, grey, colour, full}},
		{triage.RevealRules{First: full, Highest: grey}, facts, []triage.RevealStep{blurred, grey}},
		{triage.RevealRules{First: grey}, blurred, []triage.RevealStep{blurred, grey}},
		{triage.RevealRules{Highest: grey}, colour, []triage.RevealStep{blurred, grey}}, // the rules became stricter
		{triage.RevealRules{Highest: facts}, facts, nil},
		{triage.RevealRules{Jumps: true}, facts, []triage.RevealStep{blurred}},
		{triage.RevealRules{Jumps: true}, blurred, []triage.RevealStep{blurred, grey, colour, full}},
		{triage.RevealRules{Jumps: true, Highest: colour}, blurred, []triage.RevealStep{blurred, grey, colour}},
	} {
		if got := c.rules.Offered(c.reached); !slices.Equal(got, c.want) {
			t.Errorf("%+v, after %s: %v, not %v", c.rules, c.reached, got, c.want)
		}
	}
	for _, c := range []struct {
		reached, step triage.RevealStep
		want          bool
	}{
		{facts, blurred, true}, {facts, grey, true}, {blurred, grey, false}, {blurred, blurred, false}, {blurred, colour, true}, {grey, colour, false},
		{colour, full, true}, {full, full, true}, {full, blurred, false},
	} {
		if got := triage.NeedsReason(c.reached, c.step); got != c.want {
			t.Errorf("from %s to %s: needs a reason: %t", c.reached, c.step, got)
		}
	}
}

func wantKind(t *testing.T, what string, err error, kind triage.Kind) {
	t.Helper()
	if !triage.IsKind(err, kind) {
		t.Errorf("%s: got %v, want %s", what, err, kind)
	}
}

// ladder is a claimed group of one picture, its reviewer, and somebody else.
type ladder struct {
	*house
	picture picture
	group   triage.GroupID
	other   triage.Session
}

func newLadder(t *testing.T) (*ladder, func()) {
	t.Helper()
	h := newHouse(t)
	stop := h.run()
	p, g := queued(t, h)
	if _, err := h.review.Claim(t.Context(), h.reviewer.Actor, g); err != nil {
		t.Fatal(err)
	}
	return &ladder{h, p, g, triage.Session{ID: "s2", Actor: triage.Actor{ID: "a7", Role: triage.Reviewer}}}, stop
}

func (l *ladder) must(t *testing.T, step triage.RevealStep, reason string) triage.Grant {
	t.Helper()
	g, err := l.review.Reveal(t.Context(), l.reviewer, l.group, step, reason)
	if err != nil {
		t.Fatalf("%s: %v", step, err)
	}
	return g
}

func TestRevealStepByStep(t *testing.T) {
	l, _ := newLadder(t)
	ctx := t.Context()
	_, err := l.review.Reveal(ctx, l.other, l.group, triage.StepBlurred, "to see what it is")
	wantKind(t, "claimed by another", err, triage.Conflict)
	_, err = l.review.Reveal(ctx, l.reviewer, l.group, triage.StepBlurred, " hm ")
	wantKind(t, "the first look without a reason", err, triage.Invalid)
	_, err = l.review.Reveal(ctx, l.reviewer, l.group, triage.StepFacts, "to see what it is")
	wantKind(t, "the facts", err, triage.Forbidden)
	for i, step := range triage.RevealSteps[1:] {
		for _, later := range triage.RevealSteps[i+2:] {
			_, err := l.review.Reveal(ctx, l.reviewer, l.group, later, "to see what it is")
			wantKind(t, string(later)+" before "+string(step), err, triage.Conflict)
		}
		if triage.NeedsReason(triage.RevealSteps[i], step) {
			_, err := l.review.Reveal(ctx, l.reviewer, l.group, step, "")
			wantKind(t, string(step)+" without a reason", err, triage.Invalid)
			l.must(t, step, "to see what it is")
		} else {
			l.must(t, step, "")
		}
		if reached, err := l.review.Reached(ctx, l.reviewer.Actor, l.group); err != nil || reached != step {
			t.Errorf("after %s: %s, %v", step, reached, err)
		}
	}
	if reached, err := l.review.Reached(ctx, l.other.Actor, l.group); err != nil || reached != triage.StepFacts {
		t.Errorf("the other reached %s, %v", reached, err)
	}
	if _, err := l.review.Claim(ctx, l.reviewer.Actor, l.group); err != nil { // a sign of life: the claim goes on
		t.Fatal(err)
	}
	l.must(t, triage.StepFull, "once more, please")
	if err := l.review.Return(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	if _, err := l.review.Claim(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	_, err = l.review.Reveal(ctx, l.reviewer, l.group, triage.StepGrey, "to see what it is")
	wantKind(t, "the second step of another claim", err, triage.Conflict)
}

// TestRevealJumps: where the rules allow it, steps are left out, with a reason that is on record.
func TestRevealJumps(t *testing.T) {
	l, _ := newLadder(t)
	l.review.Policy = triage.ForAll(triage.RevealRules{Jumps: true, Highest: triage.StepColour})
	l.must(t, triage.StepBlurred, "to see what it is")
	_, err := l.review.Reveal(t.Context(), l.reviewer, l.group, triage.StepColour, "")
	wantKind(t, "a jump without a reason", err, triage.Invalid)
	_, err = l.review.Reveal(t.Context(), l.reviewer, l.group, triage.StepFull, "to see what it is")
	wantKind(t, "beyond the highest", err, triage.Forbidden)
	l.must(t, triage.StepColour, "grey tells nothing here")
	events := l.recorded(triage.RevealGranted)
	var said struct{ Step, After, Reason string }
	if err := json.Unmarshal(events[len(events)-1].Data, &said); err != nil || said.Step != "colour" || said.After != "blurred" || said.Reason != "grey tells nothing here" {
		t.Errorf("%s, %v", events[len(events)-1].Data, err)
	}
}

// TestWhoseGrant: a grant is one session's of one person, until it ends, and while its group is claimed.
func TestWhoseGrant(t *testing.T) {
	l, _ := newLadder(t)
	ctx := t.Context()
	now := time.Now()
	l.review.Now = func() time.Time { return now }
	g := l.must(t, triage.StepBlurred, "to see what it is")
	looks := func(what string, s triage.Session, id string, n int, want triage.Kind) {
		t.Helper()
		shown, err := l.review.Picture(ctx, s, id, n)
		if want == "" {
			if err != nil || len(shown) == 0 {
				t.Errorf("%s: %v", what, err)
			}
			return
		}
		wantKind(t, what, err, want)
		if n == 0 {
			_, err = l.review.Grant(ctx, s, id)
			wantKind(t, what+": its page", err, want)
		}
	}
	looks("their own", l.reviewer, g.ID, 0, "")
	looks("another person", l.other, g.ID, 0, triage.NotFound)
	looks("the same person in another session", triage.Session{ID: "s3", Actor: l.reviewer.Actor}, g.ID, 0, triage.NotFound)
	looks("another person in the session", triage.Session{ID: l.reviewer.ID, Actor: l.other.Actor}, g.ID, 0, triage.NotFound)
	looks("another role", triage.Session{ID: l.reviewer.ID, Actor: triage.Actor{ID: l.reviewer.Actor.ID, Role: triage.Admin}}, g.ID, 0, triage.Forbidden)
	looks("a picture beyond the last", l.reviewer, g.ID, 1, triage.NotFound)
	looks("a picture before the first", l.reviewer, g.ID, -1, triage.NotFound)
	looks("a grant there is not", l.reviewer, "r0", 0, triage.NotFound)

	now = now.Add(triage.GrantLife - time.Second)
	looks("in its last second", l.reviewer, g.ID, 0, "")
	now = now.Add(time.Second)
	looks("when it is over", l.reviewer, g.ID, 0, triage.NotFound)

	g = l.must(t, triage.StepGrey, "")
	if err := l.review.Return(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	looks("of a group handed back", l.reviewer, g.ID, 0, triage.NotFound)
	if _, err := l.review.Claim(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	looks("of an earlier claim", l.reviewer, g.ID, 0, triage.NotFound)
	first := l.must(t, triage.StepBlurred, "to see what it is")
	looks("of an earlier claim, with one of this", l.reviewer, g.ID, 0, triage.NotFound)
	looks("of this claim", l.reviewer, first.ID, 0, "")
	now = now.Add(triage.ClaimLife - time.Minute)
	if g = l.must(t, triage.StepBlurred, "to see what it is"); g.Expires.After(now.Add(time.Minute)) {
		t.Errorf("granted until %v, the claim ends at %v", g.Expires, now.Add(time.Minute))
	}
}

// TestNothingOfTheFile looks at what is shown at each step: no bytes of the file, but who sees it, when, and by which grant.
func TestNothingOfTheFile(t *testing.T) {
	l, _ := newLadder(t)
	now := time.Date(2026, 3, 4, 5, 6, 7, 0, time.UTC)
	for _, step := range triage.RevealSteps[1:] {
		g := l.must(t, step, "to see what it is")
		shown, err := l.review.Picture(t.Context(), l.reviewer, g.ID, 0)
		if err != nil {
			t.Fatal(err)
		}
		const run = 48
		for at := bytes.Index(l.picture.bytes, []byte{0xff, 0xda}) + 14; at+run < len(l.picture.bytes); at += run { // of its scan: tables are alike
			if bytes.Contains(shown, l.picture.bytes[at:at+run]) {
				t.Fatalf("%s holds bytes %d to %d of the file", step, at, at+run)
			}
		}
		if _, err := jpeg.Decode(bytes.NewReader(shown)); err != nil {
			t.Errorf("%s: %v", step, err)
		}
		said := fmt.Sprintf("vigie; group=%s; person=%s; time=", l.group, l.reviewer.Actor.ID)
		if !bytes.Contains(shown, []byte(said)) || !bytes.Contains(shown, []byte("; grant="+g.ID)) {
			t.Errorf("%s begins with %q", step, shown[:160])
		}
		v := g.View(now.In(time.FixedZone("x", 3600)))
		if v.Step != step || v.Mark != l.reviewer.Actor.ID+" 2026-03-04 05:06:07Z" || !strings.Contains(v.Comment, "time=2026-03-04T05:06:07Z;") {
			t.Errorf("%+v", v)
		}
	}
	if granted, served := len(l.recorded(triage.RevealGranted)), len(l.recorded(triage.PictureServed)); granted != 4 || served != 4 {
		t.Errorf("the journal holds %d grants and %d showings", granted, served)
	}
}

// TestNoRecordNoPicture makes the journal fail, before and after it wrote: then there is no grant of any step, and no picture under
// a live one, unless the journal found that it wrote.
func TestNoRecordNoPicture(t *testing.T) {
	l, stop := newLadder(t)
	stop() // nobody else writes objects
	ctx := t.Context()
	// recorded runs an act while the journal fails, and holds what came of it against what is on record.
	recorded := func(what string, kind triage.EventKind, act func() error) {
		t.Helper()
		for _, after := range []bool{false, true} {
			before := len(l.recorded(kind))
			l.objects.Set(objectstest.Fault{Method: "Put", After: after})
			err := act()
			l.objects.Set()
			if on := len(l.recorded(kind)) - before; err == nil && on != 1 || err != nil && !after && on != 0 {
				t.Errorf("%s, persisted %t: %v, and %d on record", what, after, err, on)
			}
			if err == nil && !after {
				t.Errorf("%s happened without a record", what)
			}
		}
	}
	for _, step := range triage.RevealSteps[1:] {
		recorded("a grant of "+string(step), triage.RevealGranted, func() error {
			g, err := l.review.Reveal(ctx, l.reviewer, l.group, step, "to see what it is")
			if err != nil && g.ID != "" {
				t.Errorf("%s: a grant beside the failure: %+v", step, g)
			}
			return err
		})
		grant := l.must(t, step, "to see what it is")
		recorded("a picture of "+string(step), triage.PictureServed, func() error {
			shown, err := l.review.Picture(ctx, l.reviewer, grant.ID, 0)
			if err != nil && len(shown) > 0 {
				t.Errorf("%s: %d bytes beside the failure", step, len(shown))
			}
			return err
		})
		if _, err := l.review.Picture(ctx, l.reviewer, grant.ID, 0); err != nil {
			t.Errorf("%s, when the journal writes again: %v", step, err)
		}
	}
	l.review.Policy = triage.ForAll(allowing)
	tiles := wish(triage.StepGrey, "to read the poster", 3)
	recorded("a grant of tiles", triage.RevealGranted, func() error {
		g, err := l.review.RevealTiles(ctx, l.reviewer, l.group, tiles)
		if err != nil && g.ID != "" {
			t.Errorf("a grant of tiles beside the failure: %+v", g)
		}
		return err
	})
	grant, err := l.review.RevealTiles(ctx, l.reviewer, l.group, tiles)
	if err != nil {
		t.Fatal(err)
	}
	recorded("tiles", triage.PictureServed, func() error {
		shown, err := l.review.Picture(ctx, l.reviewer, grant.ID, 0)
		if err != nil && len(shown) > 0 {
			t.Errorf("%d bytes of tiles beside the failure", len(shown))
		}
		return err
	})
	recorded("a grant of names", triage.RevealGranted, func() error {
		g, err := l.review.RevealNames(ctx, l.reviewer, l.group, "to know where it came from")
		if err != nil && g.ID != "" {
			t.Errorf("a grant of names beside the failure: %+v", g)
		}
		return err
	})
	if grant, err = l.review.RevealNames(ctx, l.reviewer, l.group, "to know where it came from"); err != nil {
		t.Fatal(err)
	}
	recorded("names", triage.NamesServed, func() error {
		list, err := l.review.Names(ctx, l.reviewer, grant.ID)
		if err != nil && len(list.Items) > 0 {
			t.Errorf("%d names beside the failure", len(list.Items))
		}
		return err
	})
}
