package views

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// caseExhibit opens an exhibit of a case of its own.
func (b *bench) caseExhibit(number string, n int) triage.Exhibit {
	b.t.Helper()
	x := triage.Exhibit{ID: names.Exhibit(number, strconv.Itoa(n)), Case: number, Seal: strconv.Itoa(n), Owner: "ada", Opened: day}
	kept, err := b.Exhibits.SaveExhibit(b.t.Context(), x)
	b.ok(err)
	return kept
}

// hold sets a custody, and goes over media of the case's exhibits, as a steward would.
func (b *bench) hold(number string, event uint64, until time.Time, media []triage.MediumID, exhibits ...triage.ExhibitID) {
	b.t.Helper()
	ctx := b.t.Context()
	b.ok(b.Custody.SetCustody(ctx, triage.Custody{Case: names.Case(number), Number: number, Until: until, By: "ada", At: day, Event: event}))
	b.ok(b.Custody.LiftExhibits(ctx, number, exhibits...))
	for {
		x, _, err := b.Custody.NextLift(ctx, day)
		b.ok(err)
		if x == "" {
			return
		}
		b.ok(b.Custody.LiftMedia(ctx, x, media))
		b.ok(b.Custody.LiftedPart(ctx, x, ""))
	}
}

// walked goes through the queue, so many groups at a time.
func (b *bench) walked(now time.Time, n, most int) (list []triage.Group) {
	b.t.Helper()
	for from := (triage.QueuePlace{}); ; {
		s, err := b.Queue.Walk(b.t.Context(), from, triage.Walking{Now: now, Groups: n, Most: most})
		b.ok(err)
		if len(s.Groups) > n {
			b.t.Fatalf("%d groups, not %d at most", len(s.Groups), n)
		}
		list = append(list, s.Groups...)
		if s.End {
			return list
		}
		if s.Last == from {
			b.t.Fatalf("stands still at %+v", from)
		}
		if from, err = triage.ParseQueuePlace(s.Last.String()); err != nil {
			b.t.Fatal(err)
		}
	}
}

// lifting is what Walk should tell: groups with a member in an exhibit of a case come first, by the end of its custody.
func (d *drift) lifting(now time.Time, until map[string]time.Time) (ids []triage.GroupID, cases []string) {
	d.t.Helper()
	type place struct {
		id     triage.GroupID
		number string
	}
	groups, _, err := d.Queue.Queue(d.t.Context(), 0, 1000)
	d.ok(err)
	var all []place
	for _, g := range groups {
		p := place{g.ID, ""}
		for c := range d.casesOf(g.ID) {
			if now.Before(until[c]) && (p.number == "" || until[c].Before(until[p.number])) {
				p.number = c
			}
		}
		all = append(all, p)
	}
	far := day.Add(1000 * time.Hour)
	end := func(p place) time.Time {
		if p.number == "" {
			return far
		}
		return until[p.number]
	}
	slices.SortStableFunc(all, func(p, q place) int { return end(p).Compare(end(q)) })
	for _, p := range all {
		ids, cases = append(ids, p.id), append(cases, p.number)
	}
	return ids, cases
}

// TestLiftFollows sets and ends custodies while media come, join, are ranked, decided and leave: the groups that come first are always
// those that their members say, in whatever steps the queue is gone through, and nothing is kept for other cases.
func TestLiftFollows(t *testing.T) {
	for seed := range uint64(6) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) { liftFollows(t, rand.New(rand.NewPCG(seed, 3))) })
	}
}

func liftFollows(t *testing.T, rng *rand.Rand) {
	b := newDrift(t, rng)
	ctx := t.Context()
	until := make(map[string]time.Time)
	for step := range 120 {
		if rng.IntN(8) == 0 {
			number := b.number()
			end := day.Add(time.Duration(1+rng.IntN(100))*time.Minute + time.Duration(step)*time.Millisecond)
			if rng.IntN(4) == 0 {
				end = time.Time{}
			}
			_, known := until[number]
			if end.IsZero() && !known {
				continue // only what was set is ended
			}
			until[number] = end
			b.hold(number, uint64(step+1), end, b.media, b.exhibitsOf[number]...)
			b.hold(number, uint64(step), day.Add(time.Hour), b.media, b.exhibitsOf[number]...) // an earlier event, again
		}
		b.step(step)
		for _, now := range []time.Time{day, day.Add(50 * time.Minute)} {
			want, cases := b.lifting(now, until)
			got := b.walked(now, cmp.Or(rng.IntN(9), 1), 1+rng.IntN(20))
			if len(got) != len(want) {
				t.Fatalf("step %d: %d groups, not %d", step, len(got), len(want))
			}
			for i, g := range got {
				if g.ID != want[i] || g.Custody != nil != (cases[i] != "") || g.Custody != nil && g.Custody.Number != cases[i] {
					t.Fatalf("step %d: %d. is %s of %v, not %s of %q", step, i, g.ID, g.Custody, want[i], cases[i])
				}
			}
			if g, err := b.Queue.Reserve(ctx, "eve", now, time.Nanosecond); err != nil || len(want) > 0 && g != want[0] {
				t.Fatalf("step %d: reserved %s, %v, not %v", step, g, err, want[:min(1, len(want))])
			}
			b.ok(b.rdb.Del(ctx, "{t}:held").Err())
		}
	}
	// After the last of them nothing is left.
	if _, _, err := b.Custody.NextLift(ctx, day.Add(200*time.Minute)); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"custody", "lifted", "lifting"} {
		if n := b.rdb.Exists(ctx, "{t}:"+key).Val(); n != 0 {
			t.Errorf("%s is left", key)
		}
	}
	if left := b.rdb.Keys(ctx, "{t}:up:*").Val(); len(left) > 0 {
		t.Errorf("%q is left", left)
	}
}
