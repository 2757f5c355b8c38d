package views

import (
	"fmt"
	"log/slog"
	"math/rand/v2"
	"reflect"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
	"vigie/triage/signals"
)

func TestApplyChecksTheEpoch(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	b.setEpoch(5)
	for _, epoch := range []triage.Epoch{0, 4, 6} {
		if err := b.Outcomes.Apply(t.Context(), examined(1, triage.Known, epoch)); !triage.IsKind(err, triage.Stale) {
			t.Errorf("epoch %d: %v", epoch, err)
		}
	}
	if m := b.medium(1); m.State != triage.Wanted || m.Finding != triage.Pending {
		t.Errorf("a stale outcome left a trace: %+v", m)
	}
	b.examine(1, triage.Known, 5)
	if m := b.medium(1); m.Finding != triage.Known || m.Epoch != 5 {
		t.Errorf("%+v", m)
	}
}

func TestCountFailure(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	for want := 1; want <= 3; want++ {
		if n, err := b.Outcomes.CountFailure(t.Context(), mediumID(1)); err != nil || n != want {
			t.Errorf("%d, %v; want %d", n, err, want)
		}
	}
}

// One medium through its findings: what it is then, whether it waits for a group, whether its group is ranked.
func TestFindingsAndTheirGroups(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	steps := []struct {
		name      string
		do        func()
		finding   triage.Finding
		ungrouped int
		waiting   []int
	}{
		{"matched before its bytes came", func() { b.rematch(1, triage.Pending, 0) }, triage.Pending, 0, nil},
		{"examined", func() { b.examine(1, triage.Pending, 0) }, triage.Pending, 1, nil},
		{"grouped", func() { b.join(1, 1) }, triage.Pending, 0, []int{1}},
		{"ranked", func() { b.rank(50, triage.ProbableNew) }, triage.ProbableNew, 0, nil},
		{"matched again", func() { b.rematch(1, triage.Pending, 0) }, triage.ProbableNew, 0, nil},
		{"known", func() { b.rematch(1, triage.Known, 0) }, triage.Known, 0, []int{1}},
		{"ranked without it", func() { b.rank(0, triage.Unranked) }, triage.Known, 0, nil},
		{"withdrawn", func() { b.rematch(1, triage.Pending, 0) }, triage.Pending, 0, []int{1}},
		{"ranked anew", func() { b.rank(0, triage.Unranked) }, triage.Unranked, 0, nil},
		{"unreadable", func() { b.examine(1, triage.Unreadable, 0) }, triage.Unreadable, 0, []int{1}},
	}
	for _, step := range steps {
		for _, again := range []string{"", ", again"} {
			step.do()
			p := b.progress(x.ID)
			ungrouped, err := b.Groups.Ungrouped(t.Context(), 10)
			b.ok(err)
			if m := b.medium(1); m.Finding != step.finding || len(ungrouped) != step.ungrouped || !b.waiting(step.waiting...) {
				t.Fatalf("%s%s: finding %q, ungrouped %v, waiting %v", step.name, again, m.Finding, ungrouped, b.toRank())
			}
			if step.finding == triage.Pending && p.Pending != 1 || step.finding != triage.Pending && p.Media[step.finding] != 1 {
				t.Fatalf("%s%s: %+v", step.name, again, p)
			}
		}
	}
	b.rank(0, triage.Unranked)
	// A vote changes what a ranked medium is worth, and nothing else.
	vote := triage.Outcome{Medium: mediumID(1), Finding: triage.Pending, Matches: []triage.Match{{Set: 1, Kind: triage.KnownSet, Method: triage.ByPHash}}}
	b.examine(1, triage.Pending, 0)
	b.rank(0, triage.Unranked)
	b.ok(b.Outcomes.Apply(t.Context(), vote))
	if m := b.medium(1); m.Finding != triage.Unranked || !b.waiting(1) {
		t.Errorf("a vote: %+v, waiting %v", m, b.toRank())
	}
}

func TestListedMedia(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), item(x.ID, 1, hashing.KindOther, "a", ""), item(x.ID, 2, hashing.KindOther, "a", ""))
	b.ok(b.Exhibits.SealExhibit(t.Context(), x.ID, triage.Manifest{Version: 1, Parts: []triage.PartID{part(1)}}))
	if p := b.progress(x.ID); p.Pending != 2 || p.Settled {
		t.Errorf("not matched yet: %+v", p)
	}
	b.rematch(1, triage.NoFinding, 0)
	b.rematch(2, triage.Benign, 0)
	p := b.progress(x.ID)
	media := 0
	for _, n := range p.Media {
		media += n
	}
	if p.Pending != 0 || !p.Settled || media != 1 || p.Media[triage.Benign] != 1 {
		t.Errorf("only what has a finding counts: %+v", p)
	}
	// It turns out to be a picture: an outcome made while it was not is no finding.
	b.register(x.ID, part(2), picture(x.ID, 1, "a"))
	b.rematch(1, triage.NoFinding, 0)
	if m := b.medium(1); m.Finding != triage.Pending {
		t.Errorf("%+v", m)
	}
	if p := b.progress(x.ID); p.Pending != 1 || p.Wanted != 1 || p.Settled {
		t.Errorf("%+v", p)
	}
}

func TestFounders(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"), picture(x.ID, 3, "a"))
	code := pdq.Hash{1, 2, 3, 31: 9}
	want := []triage.Founder{{Group: triage.GroupID(mediumID(1)), PDQ: &code, Trimmed: []pdq.Hash{{7}, {31: 8}}}, {Group: triage.GroupID(mediumID(2))}}
	for range 2 {
		for _, f := range want {
			f.Medium = triage.MediumID(f.Group)
			b.ok(b.Groups.Bear(ctx, []triage.Founder{f}))
			b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: triage.MediumID(f.Group), Group: f.Group}}))
		}
	}
	for i := range want {
		want[i].Medium = ""
	}
	for from := range 3 {
		got, err := b.Groups.Founders(ctx, triage.FounderPoint{Births: from})
		if err != nil || got.At != (triage.FounderPoint{Births: 2}) || got.Anew != (from == 0) || len(got.Born) != 2-from ||
			from < 2 && !reflect.DeepEqual(got.Born, want[from:]) {
			t.Errorf("from %d: %+v, %v", from, got, err)
		}
	}
	if err := b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(3), Group: triage.GroupID(mediumID(3))}}); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a group that was not born: %v", err)
	}
	b.join(1, 2) // it has a group already
	if m := b.medium(1); m.Group != triage.GroupID(mediumID(1)) {
		t.Errorf("%+v", m)
	}
	if members, err := b.Groups.GroupMedia(ctx, triage.GroupID(mediumID(2))); err != nil || len(members) != 1 {
		t.Errorf("members %+v, %v", members, err)
	}
}

// TestLeaving: a medium leaves the group that it has, and no other; then it waits for a group, if it is in no set.
func TestLeaving(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"), picture(x.ID, 3, "a"))
	for n := 1; n <= 3; n++ {
		b.examine(n, triage.Pending, 0)
		b.join(n, 1)
	}
	b.rank(50, triage.ProbableNew)
	b.rematch(3, triage.Known, 0)
	b.rank(50, triage.ProbableNew)
	leave := func(n int, g triage.GroupID) {
		t.Helper()
		b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(n), Group: g, Left: true}}))
	}
	first := triage.GroupID(mediumID(1))
	leave(2, triage.GroupID(mediumID(2)))
	leave(9, first)
	if m := b.medium(2); m.Group != first || m.Finding != triage.ProbableNew || !b.waiting() {
		t.Errorf("it left another group than its own: %+v", m)
	}
	for range 2 {
		leave(2, first)
		leave(3, first)
		if m := b.medium(2); m.Group != "" || m.Finding != triage.Pending || !b.waiting(1) {
			t.Errorf("it left: %+v, waiting %v", m, b.toRank())
		}
		if m := b.medium(3); m.Group != "" || m.Finding != triage.Known {
			t.Errorf("what is known left: %+v", m)
		}
		if ungrouped, err := b.Groups.Ungrouped(ctx, 9); err != nil || !slices.Equal(ungrouped, []triage.MediumID{mediumID(2)}) {
			t.Errorf("%q wait for a group, %v", ungrouped, err)
		}
		if p := b.progress(x.ID); p.Pending != 1 || p.Media[triage.ProbableNew] != 1 || p.Media[triage.Known] != 1 {
			t.Errorf("counted %+v", p)
		}
	}
	b.join(2, 2)
	leave(2, first) // a record that is applied once more
	if m := b.medium(2); m.Group != triage.GroupID(mediumID(2)) {
		t.Errorf("it has a group of its own: %+v", m)
	}
	if members, err := b.Groups.GroupMedia(ctx, first); err != nil || len(members) != 1 {
		t.Errorf("members %+v, %v", members, err)
	}
	b.rematch(3, triage.Pending, 0)
	if ungrouped, err := b.Groups.Ungrouped(ctx, 9); err != nil || len(ungrouped) != 1 {
		t.Errorf("in no set any more: %q wait for a group, %v", ungrouped, err)
	}
}

// TestEndedGroups end: who follows the births is told, what was decided stays, and lists of births that count no more go.
func TestEndedGroups(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	decided := triage.GroupID(mediumID(7))
	var births []triage.Founder
	var groups []triage.GroupID
	for n := range birthsTogether + 3 {
		births = append(births, triage.Founder{Group: triage.GroupID(mediumID(n)), Medium: mediumID(n)})
		groups = append(groups, births[n].Group)
	}
	b.ok(b.Groups.Bear(ctx, births))
	b.ok(b.Queue.SaveDecision(ctx, decided, triage.Decision{Opinion: triage.Opinion{Verdict: triage.Illegal, By: "eve", At: day}, Members: 1}))
	all, err := b.Groups.Founders(ctx, triage.FounderPoint{})
	if err != nil || len(all.Born) != len(births) {
		t.Fatalf("%d births, %v", len(all.Born), err)
	}
	b.ok(b.Groups.Bury(ctx, groups[:2]...))
	news, err := b.Groups.Founders(ctx, all.At)
	if err != nil || news.Anew || len(news.Born) != 0 || !slices.Equal(news.Ended, []triage.GroupID{groups[1], groups[0]}) {
		t.Errorf("two ended: %+v, %v", news, err)
	}
	b.ok(b.Groups.Bury(ctx, groups[2:]...))
	b.ok(b.Groups.Bury(ctx, groups...)) // again
	if keys := b.rdb.Keys(ctx, "{t}:founders:*").Val(); !slices.Equal(slices.Sorted(slices.Values(keys)), []string{"{t}:founders:1"}) {
		t.Errorf("what is left of the births: %q", keys)
	}
	if n := b.rdb.LLen(ctx, "{t}:ended").Val(); n != int64(len(groups)) {
		t.Errorf("%d ends are told", n)
	}
	if _, err := b.Queue.Group(ctx, decided); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a group that ended: %v", err)
	}
	if err := b.Queue.Claim(ctx, decided, triage.Claim{By: "eve", Until: day}, day); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("claimed: %v", err)
	}
	b.ok(b.Groups.Bear(ctx, births[7:8]))
	if g, err := b.Queue.Group(ctx, decided); err != nil || g.Decision == nil || g.Decision.Verdict != triage.Illegal {
		t.Errorf("born again: %+v, %v", g, err)
	}
	// Who has not looked for too long reads all anew.
	b.ok(b.rdb.LTrim(ctx, "{t}:ended", 0, 4).Err())
	if news, err := b.Groups.Founders(ctx, all.At); err != nil || !news.Anew || len(news.Born) != 1 || news.Born[0].Group != decided {
		t.Errorf("after a long while: %+v, %v", news, err)
	}
}

func TestMarksThatComeMeanwhileStay(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"))
	b.examine(1, triage.Pending, 0)
	b.join(1, 1)
	old := b.toRank()[0]
	b.examine(2, triage.Pending, 0)
	b.join(2, 1)
	ranking := b.ranking(old.Group, 10, triage.Unranked)
	b.ok(b.Groups.SaveRankings(ctx, byTest, []triage.Marked{old}, []triage.Group{ranking}))
	now := b.toRank()
	if len(now) != 1 || now[0].Mark <= old.Mark {
		t.Fatalf("the later request was struck: %+v", now)
	}
	b.ok(b.Groups.SaveRankings(ctx, byTest, []triage.Marked{now[0]}, []triage.Group{ranking}))
	if !b.waiting() {
		t.Errorf("the request stays: %+v", b.toRank())
	}
}

// Known media come to a folder and go: groups in it and around it are ranked again, others are not.
func TestNearKnownMarksItsNeighbours(t *testing.T) {
	b := open(t)
	x, other := b.exhibit(1, "ada"), b.exhibit(2, "ada")
	const none, around, same = signals.NearNone, signals.NearAround, signals.NearSame
	b.register(x.ID, part(1),
		item(x.ID, 1, hashing.KindPicture, "top/a", "top"), item(x.ID, 2, hashing.KindPicture, "top/a/b", "top/a"),
		item(x.ID, 3, hashing.KindPicture, "top", "top"), item(x.ID, 4, hashing.KindPicture, "top/c", "top"),
		item(x.ID, 6, hashing.KindPicture, "top/c/d", "top/c"), item(x.ID, 7, hashing.KindPicture, "else", "else"),
		item(x.ID, 10, hashing.KindPicture, "top/a", "top"), item(x.ID, 11, hashing.KindPicture, "top/a", "top"),
		item(x.ID, 12, hashing.KindPicture, "top/c", "top"), item(x.ID, 13, hashing.KindPicture, "top", "top"))
	b.register(other.ID, part(2), item(other.ID, 5, hashing.KindPicture, "top/a", "top"))
	for n := 1; n <= 7; n++ {
		b.examine(n, triage.Pending, 0)
		b.join(n, n)
	}
	b.rank(1, triage.Unranked)
	near := func(when string, want ...signals.Where) {
		t.Helper()
		var got []signals.Where
		for n := 1; n <= 7; n++ {
			for _, near := range b.ties(n).Near {
				got = append(got, near.Where)
			}
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, not %v", when, got, want)
		}
	}
	near("at first", none, none, none, none, none, none, none)
	b.examine(10, triage.NearKnown, 0)
	if !b.waiting(1, 2, 3, 4) {
		t.Errorf("the first came: %v", b.toRank())
	}
	near("the first came", same, around, around, around, none, none, none)
	b.rank(1, triage.Unranked)
	b.examine(11, triage.Known, 0)
	b.rematch(10, triage.Known, 0)
	b.rank(1, triage.Unranked) // more came: the folder is denser
	b.rematch(10, triage.NearKnown, 0)
	if !b.waiting() {
		t.Errorf("known in another way: %v", b.toRank())
	}
	b.examine(12, triage.Known, 0) // the first in its folder, not the first within "top"
	if waiting := b.toRank(); len(waiting) < 2 || b.waiting() {
		t.Errorf("in the folder beside it: %v", waiting)
	}
	near("in the folder beside it", same, around, around, same, none, around, none)
	b.rematch(12, triage.Benign, 0)
	b.examine(13, triage.Known, 0) // in a folder of the root
	b.rank(1, triage.Unranked)
	near("in a folder of the root", same, around, same, around, none, none, none)
	b.rematch(13, triage.Pending, 0)
	b.rank(1, triage.Unranked)
	b.rematch(10, triage.Benign, 0)
	b.rank(1, triage.Unranked)
	b.rematch(11, triage.Unreadable, 0)
	if !b.waiting(1, 2, 3, 4) {
		t.Errorf("the last went: %v", b.toRank())
	}
	near("the last went", none, none, none, none, none, none, none)
	// A medium that is known comes to another exhibit.
	b.rank(1, triage.Unranked)
	b.rematch(11, triage.Known, 0)
	b.rank(1, triage.Unranked)
	b.register(other.ID, part(3), item(other.ID, 11, hashing.KindPicture, "top/a", "top"))
	if !b.waiting(5) {
		t.Errorf("in the other exhibit: %v", b.toRank())
	}
	near("in the other exhibit", same, around, around, around, same, none, none)
}

// covers is what a decision on some media covers.
func covers(media ...int) (c triage.Coverage) {
	for _, n := range media {
		c = c.With(mediumID(n))
	}
	return c
}

func TestQueue(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	var items []triage.ListedItem
	for n := range 7 {
		items = append(items, picture(x.ID, n, "folder "+strconv.Itoa(n)))
	}
	b.register(x.ID, part(1), items...)
	for n := range 5 {
		b.examine(n, triage.Pending, 0)
		b.join(n, n)
	}
	b.examine(5, triage.Pending, 0)
	b.join(5, 0)
	scores := map[triage.GroupID]int{}
	for n, score := range []int{10, -5, 70, 10, 10} {
		scores[triage.GroupID(mediumID(n))] = score
	}
	want := triage.Group{}
	for _, m := range b.toRank() {
		g := b.ranking(m.Group, scores[m.Group], triage.ProbableNew)
		g.Exhibits, g.Cases, g.Videos = 2, 1, 1
		g.Reasons = []signals.Reason{{Signal: signals.CameraOriginal, Points: 40, Detail: "Model"}, {Signal: signals.Icon, Points: -30, Share: 500}}
		b.ok(b.Groups.SaveRankings(ctx, byTest, []triage.Marked{m}, []triage.Group{g}))
		if m.Group == triage.GroupID(mediumID(2)) {
			want = g
		}
	}
	order := func(n ...int) {
		t.Helper()
		groups, total, err := b.Queue.Queue(ctx, 0, 100)
		b.ok(err)
		var got, want []triage.GroupID
		for _, g := range groups {
			got = append(got, g.ID)
		}
		for _, n := range n {
			want = append(want, triage.GroupID(mediumID(n)))
		}
		if !slices.Equal(got, want) || total != len(want) {
			t.Fatalf("queue of %d: %v, want %v", total, got, want)
		}
	}
	ties := []int{0, 3, 4}
	slices.SortFunc(ties, func(a, b int) int {
		if mediumID(a) < mediumID(b) {
			return -1
		}
		return 1
	})
	order(2, ties[0], ties[1], ties[2], 1)
	page, total, err := b.Queue.Queue(ctx, 0, 1)
	if err != nil || total != 5 || !reflect.DeepEqual(page[0], want) {
		t.Errorf("page %+v of %d, %v; want %+v", page, total, err, want)
	}
	for _, far := range []int{5, 99} {
		if page, total, err := b.Queue.Queue(ctx, far, 10); err != nil || total != 5 || len(page) != 0 {
			t.Errorf("past the end: %v of %d, %v", page, total, err)
		}
	}
	// A decision that covers all members takes a group out; a new member brings it back.
	decision := triage.Decision{Opinion: triage.Opinion{Verdict: triage.Illegal, Note: "ñ", By: "eve", At: day}, Members: 2, Covers: covers(0, 5), Confirms: day.Add(-time.Hour)}
	for range 2 {
		b.ok(b.Queue.SaveDecision(ctx, triage.GroupID(mediumID(0)), decision))
	}
	others := slices.DeleteFunc(slices.Clone(ties), func(n int) bool { return n == 0 })
	order(2, others[0], others[1], 1)
	if g, err := b.Queue.Group(ctx, triage.GroupID(mediumID(0))); err != nil || !reflect.DeepEqual(g.Decision, &decision) {
		t.Errorf("decision %+v, %v", g.Decision, err)
	}
	b.examine(6, triage.Pending, 0)
	b.join(6, 0)
	order(2, others[0], others[1], 1)
	b.rank(80, triage.ProbableNew)
	order(0, 2, others[0], others[1], 1)
	if g, err := b.Queue.Group(ctx, triage.GroupID(mediumID(0))); err != nil || g.New != 1 || !reflect.DeepEqual(g.Proposal(), &decision.Opinion) {
		t.Errorf("%d new, proposed %+v, %v", g.New, g.Proposal(), err)
	}
	// One that is covered leaves: there are as many members as were decided, and still one that nobody looked at.
	b.rematch(5, triage.Known, 0)
	b.rank(80, triage.ProbableNew)
	order(0, 2, others[0], others[1], 1)
	decision.Covers = covers(0, 5, 6)
	b.ok(b.Queue.SaveDecision(ctx, triage.GroupID(mediumID(0)), decision))
	order(2, others[0], others[1], 1)
	if g, err := b.Queue.Group(ctx, triage.GroupID(mediumID(0))); err != nil || g.New != 0 || g.Proposal() != nil {
		t.Errorf("all covered: %d new, proposed %+v, %v", g.New, g.Proposal(), err)
	}
	// A group without open members leaves.
	b.rematch(2, triage.Known, 0)
	b.rank(0, triage.Unranked)
	order(others[0], others[1], 1)
}

func TestClaims(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	b.examine(1, triage.Pending, 0)
	g := b.join(1, 1)
	b.rank(5, triage.ProbableNew)
	claim := func(by string, now time.Time) error {
		return b.Queue.Claim(ctx, g, triage.Claim{By: by, Until: now.Add(time.Minute)}, now)
	}
	b.ok(claim("eve", day))
	if err := claim("bob", day.Add(59*time.Second)); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("claimed by another: %v", err)
	}
	b.ok(claim("eve", day.Add(30*time.Second))) // renewed
	b.now = day.Add(80 * time.Second)
	if got, err := b.Queue.Group(ctx, g); err != nil || got.Claim == nil || got.Claim.By != "eve" || !got.Claim.Until.Equal(day.Add(90*time.Second)) {
		t.Errorf("claim %+v, %v", got.Claim, err)
	}
	b.ok(b.Queue.Unclaim(ctx, g, "bob")) // not his
	if err := claim("bob", b.now); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("somebody else's claim was ended: %v", err)
	}
	b.now = day.Add(2 * time.Minute)
	if groups, _, err := b.Queue.Queue(ctx, 0, 1); err != nil || groups[0].Claim != nil {
		t.Errorf("an expired claim shows: %+v, %v", groups, err)
	}
	b.ok(claim("bob", b.now))
	for range 2 {
		b.ok(b.Queue.Unclaim(ctx, g, "bob"))
	}
	b.ok(claim("eve", b.now))
}

// TestReserve takes groups of a queue in its order, by several reviewers, over several leaves and scores; what is kept of those that
// hold groups does not grow.
func TestReserve(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	const n = 24
	b.rankedGroups(n)
	alike := triage.WeightsSum{All: "three scores", Evidence: byTest.Evidence}
	b.ok(b.Rerank.StartReranking(ctx, alike))
	b.rerank(alike, func(g *triage.Group) { g.Score %= 3 })
	groups, total, err := b.Queue.Queue(ctx, 0, n)
	if err != nil || total != n {
		t.Fatalf("%d groups wait, %v", total, err)
	}
	reserve := func(by string, now time.Time) triage.GroupID {
		t.Helper()
		g, err := b.Queue.Reserve(ctx, by, now, time.Second)
		b.ok(err)
		return g
	}
	if g := reserve("hand", day); g != groups[0].ID {
		t.Errorf("reserved %s, want %s", g, groups[0].ID)
	}
	b.ok(b.Queue.Claim(ctx, groups[0].ID, triage.Claim{By: "eve", Until: day.Add(time.Hour)}, day)) // by hand, before who reserved it
	for i, g := range groups[1:] {
		by := fmt.Sprint("bob", i)
		if i == 0 {
			by = "hand" // its reservation was overtaken
		}
		if got := reserve(by, day); got != g.ID {
			t.Fatalf("%s reserved %s, want %s", by, got, g.ID)
		}
		b.ok(b.Queue.Claim(ctx, g.ID, triage.Claim{By: by, Until: day.Add(time.Minute)}, day))
		if got := reserve(by, day); got != g.ID {
			t.Fatalf("%s, who holds %s, reserved %s", by, g.ID, got)
		}
	}
	if g := reserve("ada", day); g != "" {
		t.Errorf("all are held, and %s was reserved", g)
	}
	if g := reserve("ada", day.Add(2*time.Minute)); g != groups[1].ID {
		t.Errorf("all leases but one ended, and %s was reserved, not %s", g, groups[1].ID)
	}
	if g := reserve("eve", day.Add(2*time.Minute)); g != groups[0].ID {
		t.Errorf("eve holds %s, and reserved %s", groups[0].ID, g)
	}
	b.ok(b.Queue.SaveDecision(ctx, groups[0].ID, triage.Decision{Opinion: triage.Opinion{Verdict: triage.NotIllegal, At: day}, Members: 1, Covers: triage.Coverage{}.With(triage.MediumID(groups[0].ID))}))
	if g := reserve("eve", day.Add(2*time.Minute)); g != groups[2].ID {
		t.Errorf("eve decided, and reserved %s, not %s", g, groups[2].ID)
	}
	b.ok(b.Queue.Unclaim(ctx, groups[0].ID, "eve"))
	if held, err := b.rdb.ZCard(ctx, "{t}:held").Result(); err != nil || held != 2 {
		t.Errorf("%d holds are kept, %v", held, err)
	}
}

// However a drive goes, the counters are those that counting anew gives.
func TestCountersAlwaysAddUp(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	rng := rand.New(rand.NewPCG(1, 2))
	exhibits := []triage.ExhibitID{b.exhibit(0, "ada").ID, b.exhibit(1, "ada").ID, b.exhibit(2, "eve").ID}
	folders := []string{"top", "top/a", "top/b", "top/a/x"}
	parents := []string{"", "top", "top", "top/a"}
	kinds := []hashing.Kind{hashing.KindPicture, hashing.KindPicture, hashing.KindVideo, hashing.KindOther}
	outcomes := []triage.Finding{triage.Pending, triage.Pending, triage.Known, triage.NearKnown, triage.Benign, triage.Unreadable, triage.NoFinding}
	const media, parts = 60, 12
	epoch := 0
	for step := range 1500 {
		x, n := exhibits[rng.IntN(3)], rng.IntN(media)
		switch rng.IntN(12) {
		case 0:
			var items []triage.ListedItem
			p := rng.IntN(parts)
			for i := range 6 { // the same part always lists the same items
				f := (p + i) % len(folders)
				items = append(items, item(x, (p*5+i*7)%media, kinds[(p+i)%len(kinds)], folders[f], parents[f]))
			}
			b.register(x, part(p), items...)
		case 1:
			var listed []triage.PartID
			for p := range parts {
				if rng.IntN(3) > 0 {
					listed = append(listed, part(p))
				}
			}
			b.ok(b.Exhibits.SealExhibit(ctx, x, triage.Manifest{Version: step + 1, Parts: listed}))
		case 2:
			if m, err := b.Media.Medium(ctx, mediumID(n)); err == nil {
				b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: m.ID, Generation: 1, Keys: m.Keys, Size: m.Size}))
			}
		case 3, 4, 5:
			if m, err := b.Media.Medium(ctx, mediumID(n)); err == nil && m.State == triage.Queued {
				b.examine(n, outcomes[rng.IntN(6)], triage.Epoch(epoch))
			}
		case 6, 7:
			b.rematch(n, outcomes[rng.IntN(len(outcomes))], triage.Epoch(epoch))
		case 8, 9:
			ids, err := b.Groups.Ungrouped(ctx, 5)
			b.ok(err)
			for _, id := range ids {
				b.ok(b.Groups.Bear(ctx, []triage.Founder{{Group: triage.GroupID(id), Medium: id}}))
				b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: id, Group: triage.GroupID(id)}}))
			}
		case 10:
			b.rank(rng.IntN(100), []triage.Finding{triage.ProbableNew, triage.Unranked}[rng.IntN(2)])
		case 11:
			epoch++
			b.setEpoch(epoch)
		}
		if step%25 == 0 {
			b.recount(exhibits, media)
		}
		if t.Failed() {
			t.Fatalf("after step %d", step)
		}
	}
	b.rank(7, triage.Unranked)
	b.recount(exhibits, media)
}

// recount compares the counters of exhibits and folders, the queue and the lists with what the media themselves say.
func (b *bench) recount(exhibits []triage.ExhibitID, media int) {
	t, ctx := b.t, b.t.Context()
	t.Helper()
	near := make(map[string]int)
	want := make(map[triage.ExhibitID]*triage.Progress)
	for _, x := range exhibits {
		want[x] = &triage.Progress{Media: make(map[triage.Finding]int)}
	}
	ungrouped := 0
	for n := range media {
		m, err := b.Media.Medium(ctx, mediumID(n))
		if triage.IsKind(err, triage.NotFound) {
			continue
		}
		b.ok(err)
		if m.State == triage.Examined && m.Finding == triage.Pending && m.Group == "" {
			ungrouped++
		}
		for _, p := range m.Places {
			w := want[p.Exhibit]
			switch {
			case m.State == triage.Wanted:
				w.Wanted++
				w.Pending++
			case m.Finding == triage.Pending:
				w.Pending++
			default:
				w.Media[m.Finding]++
			}
			near["t"+packFolder(p.Folder)]++
			if p.Parent != p.Folder {
				near["a"+packFolder(p.Parent)]++
			}
			if m.Finding == triage.Known || m.Finding == triage.NearKnown {
				near[packFolder(p.Folder)]++
				if p.Parent != p.Folder {
					near["p"+packFolder(p.Parent)]++
				}
			}
		}
	}
	for _, x := range exhibits {
		got := b.progress(x)
		for _, f := range triage.Findings {
			if got.Media[f] != want[x].Media[f] {
				t.Errorf("%s: %d %s, counted %d", x, got.Media[f], f, want[x].Media[f])
			}
		}
		if got.Pending != want[x].Pending || got.Wanted != want[x].Wanted {
			t.Errorf("%s: pending %d, wanted %d; counted %d, %d", x, got.Pending, got.Wanted, want[x].Pending, want[x].Wanted)
		}
		b.recountParts(x, got)
		counts, err := b.rdb.HGetAll(ctx, "{t}:near:"+packExhibit(x)).Result()
		b.ok(err)
		for folder, text := range counts {
			if n, _ := strconv.Atoi(text); n != near[folder] {
				t.Errorf("%s: %d in a neighbourhood (%q), counted %d", x, n, folder, near[folder])
			}
			delete(near, folder)
		}
	}
	if len(near) != 0 {
		t.Errorf("neighbourhoods that are not counted: %v", near)
	}
	if ids, err := b.Groups.Ungrouped(ctx, 1000); err != nil || len(ids) != ungrouped {
		t.Errorf("%d ungrouped, counted %d, %v", len(ids), ungrouped, err)
	}
}

// recountParts compares the items of an exhibit with the sum over its parts.
func (b *bench) recountParts(x triage.ExhibitID, got triage.Progress) {
	b.t.Helper()
	parts, err := b.rdb.HVals(b.t.Context(), "{t}:xp:"+packExhibit(x)).Result()
	b.ok(err)
	items := 6 * len(parts)
	sum := 0
	for _, n := range got.Items {
		sum += n
	}
	if sum != items {
		b.t.Errorf("%s: %d items, %d in its parts", x, sum, items)
	}
}

// After a withdrawal returned, no outcome that uses an entry of the set is applied.
func TestNoOutcomeOfAWithdrawnSet(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	const media, workers = 40, 4
	var items []triage.ListedItem
	var entries []triage.Entry
	for n := range media {
		it := picture(x.ID, n, "a")
		items = append(items, it)
		entries = append(entries, triage.Entry{Number: uint32(n + 1), Exact: []triage.DigestKey{it.Keys.SHA1}})
	}
	b.register(x.ID, part(1), items...)
	sets := known.New(b.all, "{t}:", [known.KeySize]byte{4})
	mirror := known.NewMirror(sets, slog.New(slog.DiscardHandler))
	if _, _, err := mirror.Match(ctx, nil); err != nil { // loaded
		t.Fatal(err)
	}
	for range 5 {
		set, err := sets.CreateSet(ctx, triage.HashSet{Source: "partner", Kind: triage.KnownSet, Imported: day})
		b.ok(err)
		_, err = sets.AddEntries(ctx, set, entries)
		b.ok(err)
		_, err = sets.Activate(ctx, set, nil)
		b.ok(err)
		var group sync.WaitGroup
		withdrawn := make(chan struct{})
		for w := range workers {
			group.Go(func() {
				for n := w; n < media; n += workers {
					m := items[n]
					matches, epoch, err := mirror.Match(ctx, []triage.Probe{{Keys: m.Keys}})
					if err != nil {
						t.Error(err)
						return
					}
					over := false
					select {
					case <-withdrawn:
						over = true
					default:
					}
					o := examined(n, triage.Conclude(m.Kind, "", matches[0]), epoch)
					o.Matches = matches[0]
					err = b.Outcomes.Apply(ctx, o)
					if over && err == nil && len(o.Matches) > 0 {
						t.Error("an outcome of a withdrawn set was applied")
					}
					if err != nil && !triage.IsKind(err, triage.Stale) {
						t.Error(err)
					}
				}
			})
		}
		time.Sleep(time.Millisecond)
		epoch, err := sets.Withdraw(ctx, set.ID, day)
		b.ok(err)
		close(withdrawn)
		group.Wait()
		for n := range media {
			if m := b.medium(n); len(m.Matches) > 0 && m.Epoch >= epoch {
				t.Errorf("medium %d has a match at epoch %d, withdrawn in %d", n, m.Epoch, epoch)
			}
		}
	}
}
