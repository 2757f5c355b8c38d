package views

import (
	"maps"
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"vigie/triage"
)

// drift has media come into exhibits of a few cases, join groups, be ranked and decided, and leave, at random.
type drift struct {
	*bench
	rng        *rand.Rand
	numbers    []string // of the cases
	of         map[triage.ExhibitID]string
	exhibitsOf map[string][]triage.ExhibitID
	media      []triage.MediumID // all that may come
}

func newDrift(t *testing.T, rng *rand.Rand) *drift {
	d := &drift{
		bench: open(t), rng: rng, numbers: []string{"k/1", "k/2", "k/3"},
		of: make(map[triage.ExhibitID]string), exhibitsOf: make(map[string][]triage.ExhibitID),
	}
	for n := range 40 {
		d.media = append(d.media, mediumID(n))
	}
	for n := range 4 {
		d.open(n)
	}
	return d
}

// number picks a case.
func (d *drift) number() string { return d.numbers[d.rng.IntN(len(d.numbers))] }

// open opens an exhibit of some case.
func (d *drift) open(n int) {
	number := d.number()
	x := d.caseExhibit(number, n)
	d.of[x.ID], d.exhibitsOf[number] = number, append(d.exhibitsOf[number], x.ID)
}

// step has something happen, and then ranks what is to be.
func (d *drift) step(step int) {
	d.t.Helper()
	ctx := d.t.Context()
	switch d.rng.IntN(7) {
	case 0, 1, 2:
		d.arrive(step)
	case 3:
		if groups, _, err := d.Queue.Queue(ctx, 0, 100); err == nil && len(groups) > 0 {
			d.decide(groups[d.rng.IntN(len(groups))].ID, d.rng)
		}
	case 4:
		by := triage.WeightsSum{All: strconv.Itoa(step), Evidence: byTest.Evidence}
		d.ok(d.Rerank.StartReranking(ctx, by))
		d.rerank(by, func(g *triage.Group) { g.Score = (g.Score + 7) % 40 })
		d.ok(d.rdb.HSet(ctx, "{t}:rerank", "all", byTest.All).Err()) // the bench ranks by these
	case 5:
		d.open(100 + step)
	case 6:
		if m, err := d.Media.Medium(ctx, d.media[d.rng.IntN(len(d.media))]); err == nil && len(m.Places) > 0 {
			d.ok(d.Media.run(ctx, dropItems, d.Media.key(keyCounts), packExhibit(m.Places[0].Exhibit), packID(string(m.ID))).Err())
		}
	}
	for _, m := range d.toRank() {
		score := d.rng.IntN(5)*10 - step%3*20
		d.ok(d.Groups.SaveRankings(ctx, byTest, []triage.Marked{m}, []triage.Group{d.ranking(m.Group, score, triage.Unranked)}))
	}
}

// arrive has a medium come into an exhibit, and found a group or join one.
func (d *drift) arrive(step int) {
	d.t.Helper()
	n := d.rng.IntN(len(d.media))
	ids := slices.Sorted(maps.Keys(d.of))
	x := ids[d.rng.IntN(len(ids))]
	d.register(x, part(1000+step), picture(x, n, "a"))
	d.examine(n, triage.Pending, 0)
	if m := d.medium(n); m.Group != "" {
		return
	}
	founder := n
	if other := d.rng.IntN(len(d.media)); d.rng.IntN(2) == 0 {
		if o, err := d.Media.Medium(d.t.Context(), d.media[other]); err == nil && o.Group == triage.GroupID(o.ID) {
			founder = other
		}
	}
	d.join(n, founder)
}

// casesOf are the cases in which members of a group lie.
func (d *drift) casesOf(g triage.GroupID) map[string]bool {
	d.t.Helper()
	members, err := d.Groups.GroupMedia(d.t.Context(), g)
	d.ok(err)
	cases := make(map[string]bool)
	for _, m := range members {
		for _, x := range m.Places {
			cases[d.of[x.Exhibit]] = true
		}
	}
	return cases
}
