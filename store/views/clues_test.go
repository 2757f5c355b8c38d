package views

import (
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
	"vigie/triage/signals"
)

// shot is what a picture of these tests is: a model of clues that knows no keys.
type shot struct {
	serial, model string
	hour          int // 0: no time
	folder        string
	number        int
	day           int // of the file's change; 0: not known
}

func (s shot) facts() hashing.Facts {
	f := hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Model: s.model, Serial: s.serial}
	if s.hour > 0 {
		f.Taken = day.Add(time.Duration(s.hour)*time.Hour + 17*time.Minute)
	}
	return f
}

// parentOf is the folder around one; what lies in the root has none.
func parentOf(folder string) string {
	for i := len(folder) - 1; i > 0; i-- {
		if folder[i] == '/' {
			return folder[:i]
		}
	}
	return folder
}

// numbersOf keys a number as files of a folder have it: in blocks of 16.
func numbersOf(x triage.ExhibitID, folder string, number int) triage.NumberKeys {
	if number == 0 {
		return ""
	}
	var keys string
	for _, block := range []int{number / 16, number/16 - 1, number/16 + 1} {
		keys += string(names.Folder(x, fmt.Sprint(folder, " number ", block)))[:6]
	}
	return triage.NumberKeys(keys)
}

func (s shot) item(x triage.ExhibitID, n int) triage.ListedItem {
	it := item(x, n, hashing.KindPicture, s.folder, parentOf(s.folder))
	it.Place.Numbers = numbersOf(x, s.folder, s.number)
	if s.day > 0 {
		it.Place.Day = triage.DayKey(names.Folder(x, fmt.Sprint(s.folder, " day ", s.day))[:6])
	}
	return it
}

// shoot examines the n-th medium as a shot.
func (b *bench) shoot(n int, s shot, f triage.Finding, epoch triage.Epoch) {
	b.t.Helper()
	o := examined(n, f, epoch)
	o.Examination.Facts = s.facts()
	o.Clue = names.Clue(&o.Examination.Facts)
	b.ok(b.Outcomes.Apply(b.t.Context(), o))
}

// seenShot is a medium of the model.
type seenShot struct {
	shot
	examined bool
	finding  triage.Finding
	in       []triage.ExhibitID
	group    triage.GroupID
	decided  triage.Verdict // by the decision on its group that covers it; empty: by none
}

func (s *seenShot) known() bool { return s.finding == triage.Known || s.finding == triage.NearKnown }

func (s *seenShot) illicit() bool { return s.known() || s.decided == triage.Illegal }

// open tells what ranking looks at.
func (s *seenShot) open() bool {
	return s.finding == triage.Pending || s.finding == triage.ProbableNew || s.finding == triage.Unranked
}

// model tells the ties of one medium from all that there is.
func model(of *seenShot, all map[int]*seenShot) (t triage.Tied) {
	seen := func(list []triage.ExhibitID, x triage.ExhibitID) []triage.ExhibitID {
		if slices.Contains(list, x) {
			return list
		}
		return append(list, x)
	}
	for _, x := range of.in {
		var same, within, around tally
		var folder, today decisions
		for _, o := range all {
			if !slices.Contains(o.in, x) {
				continue
			}
			parent, others := parentOf(of.folder), parentOf(o.folder)
			same.count(o, o.folder == of.folder)
			folder.count(o.decided, o.folder == of.folder)
			thatDay := o.folder == of.folder && o.day > 0 && o.day == of.day
			today.count(o.decided, thatDay)
			if o.known() {
				today.count(triage.Illegal, thatDay)
			}
			within.count(o, o.folder != others && others == of.folder)
			around.count(o, of.folder != parent && (o.folder == parent || o.folder != others && others == parent))
			if o.illicit() && o.folder == of.folder && of.number > 0 && o.number > 0 && distance(of.number/16, o.number/16) <= 1 {
				t.ShootKnown = true
			}
		}
		near := signals.Nearness{Where: signals.NearSame, Density: same.density()}
		if near.Density == 0 {
			near = signals.Nearness{Where: signals.NearAround, Density: max(within.density(), around.density())}
		}
		if near.Density == 0 {
			near.Where = signals.NearNone
		}
		t.Near = append(t.Near, near)
		t.Decided = append(t.Decided, signals.Decided{Folder: folder.class(), Day: today.class()})
	}
	if !of.examined || of.serial+of.model == "" {
		return t
	}
	for _, o := range all {
		if !o.examined || o.finding == triage.Benign || o.serial != of.serial || o.model != of.model {
			continue
		}
		for _, x := range o.in {
			if of.serial == "" && !slices.Contains(of.in, x) {
				continue
			}
			together := of.hour > 0 && o.hour > 0 && distance(of.hour, o.hour) <= 1
			t.CameraKnown = t.CameraKnown || o.illicit()
			t.ShootKnown = t.ShootKnown || together && o.illicit()
			if of.serial != "" {
				t.CameraSeen = seen(t.CameraSeen, x)
			}
			if of.serial != "" && together {
				t.ShootSeen = seen(t.ShootSeen, x)
			}
		}
	}
	slices.Sort(t.CameraSeen)
	slices.Sort(t.ShootSeen)
	return t
}

// tally counts files of a neighbourhood.
type tally struct{ known, all int }

func (t *tally) count(o *seenShot, there bool) {
	if there {
		t.all++
	}
	if there && o.known() {
		t.known++
	}
}

func (t *tally) density() int { return signals.DensityOf(t.known, t.all) }

// decisions counts what was decided of files.
type decisions struct{ illegal, all int }

func (d *decisions) count(v triage.Verdict, there bool) {
	if !there || v != triage.Illegal && v != triage.NotIllegal {
		return
	}
	d.all++
	if v == triage.Illegal {
		d.illegal++
	}
}

func (d *decisions) class() int { return signals.DecidedClass(d.illegal, d.all) }

func distance(a, b int) int { return max(a-b, b-a) }

// However media come, change and go, their ties are those that a model finds which knows nothing of the order; and whose ties
// change is ranked again.
func TestTiesFollowFromWhatIsThere(t *testing.T) {
	for _, seed := range []uint64{1, 2} {
		t.Run(fmt.Sprint(seed), func(t *testing.T) { tiesFollow(t, rand.New(rand.NewPCG(seed, 6))) }) //nolint:gosec // a test
	}
}

func tiesFollow(t *testing.T, rng *rand.Rand) {
	b := open(t)
	ctx := t.Context()
	const media, parts = 24, 6
	exhibits := []triage.ExhibitID{b.exhibit(0, "ada").ID, b.exhibit(1, "ada").ID, b.exhibit(2, "eve").ID}
	cameras := []shot{{}, {serial: "A100"}, {serial: "B200", model: "Twin"}, {model: "Twin"}, {model: "Lone"}}
	folders := []string{"top", "top/a", "top/b", "top/a/x", "else"}
	draw := func() shot {
		s := cameras[rng.IntN(len(cameras))]
		s.hour, s.folder, s.number, s.day = rng.IntN(7), folders[rng.IntN(len(folders))], max(0, rng.IntN(120)-20), rng.IntN(3)
		return s
	}
	shots := make([]shot, media)
	for n := range shots {
		shots[n] = draw()
	}
	findings := []triage.Finding{triage.Pending, triage.Pending, triage.Known, triage.NearKnown, triage.Benign, triage.Unreadable}
	decided := make(map[triage.GroupID]triage.Decision)
	// state reads what is there, and compares what is said of it with the model.
	state := func() (map[int]*seenShot, map[int]triage.Tied) {
		all, ties := make(map[int]*seenShot), make(map[int]triage.Tied)
		for n := range media {
			m, err := b.Media.Medium(ctx, mediumID(n))
			if triage.IsKind(err, triage.NotFound) {
				continue
			}
			b.ok(err)
			s := &seenShot{shot: shots[n], examined: m.State == triage.Examined, finding: m.Finding, group: m.Group}
			if d := decided[m.Group]; d.Covers.Has(m.ID) {
				s.decided = d.Verdict
			}
			for _, p := range m.Places {
				s.in = append(s.in, p.Exhibit)
			}
			slices.Sort(s.in)
			all[n] = s
		}
		for n, s := range all {
			got := b.ties(n)
			if want := model(s, all); !reflect.DeepEqual(got, want) {
				t.Fatalf("medium %d, %+v:\n%+v, not\n%+v", n, s, got, want)
			}
			ties[n] = got
		}
		return all, ties
	}
	groupOf := func(n int) triage.GroupID {
		m, err := b.Media.Medium(ctx, mediumID(n))
		if err != nil {
			return ""
		}
		return m.Group
	}
	_, before := state()
	for step := range 400 {
		x, n := exhibits[rng.IntN(3)], rng.IntN(media)
		switch rng.IntN(12) {
		case 0, 1:
			p := rng.IntN(parts)
			var items []triage.ListedItem
			for i := range 6 {
				items = append(items, shots[(p*4+i)%media].item(x, (p*4+i)%media))
			}
			b.register(x, part(p), items...)
		case 2:
			var listed []triage.PartID
			for p := range parts {
				if rng.IntN(4) > 0 {
					listed = append(listed, part(p))
				}
			}
			b.ok(b.Exhibits.SealExhibit(ctx, x, triage.Manifest{Version: step + 1, Parts: listed}))
		case 3, 4: // sometimes examined anew, with other facts
			before := shots[n]
			if m, err := b.Media.Medium(ctx, mediumID(n)); err == nil && m.State == triage.Examined {
				shots[n] = draw()
				shots[n].folder, shots[n].number, shots[n].day = before.folder, before.number, before.day
			}
			b.shoot(n, shots[n], findings[rng.IntN(len(findings))], 0)
		case 5, 6:
			b.rematch(n, findings[rng.IntN(5)], 0)
		case 7, 8:
			ids, err := b.Groups.Ungrouped(ctx, 5)
			b.ok(err)
			for _, id := range ids {
				b.ok(b.Groups.Bear(ctx, []triage.Founder{{Group: triage.GroupID(id), Medium: id}}))
				b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: id, Group: triage.GroupID(id)}}))
			}
		case 9, 10: // a group is decided, or decided otherwise, and some of its members are covered
			if g := groupOf(n); g != "" {
				decided[g] = b.decide(g, rng)
			}
		case 11: // a medium moves to another group, or comes back
			if from, to := groupOf(n), groupOf(rng.IntN(media)); from != "" && to != "" {
				b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(n), Group: from, Left: true}}))
				if rng.IntN(2) == 0 {
					b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(n), Group: to}}))
				}
			}
		}
		all, ties := state()
		waiting := make(map[triage.GroupID]bool)
		for _, m := range b.toRank() {
			waiting[m.Group] = true
		}
		for n, s := range all {
			if s.group != "" && s.open() && !reflect.DeepEqual(before[n], ties[n]) && !waiting[s.group] {
				t.Fatalf("step %d: medium %d, %+v was tied as\n%+v, is now as\n%+v, and is not ranked again", step, n, s, before[n], ties[n])
			}
		}
		before = ties
		if rng.IntN(3) > 0 {
			b.rank(1, triage.Unranked)
		}
	}
	// Nothing is left of what is not there any more.
	for _, x := range exhibits {
		b.ok(b.Exhibits.SealExhibit(ctx, x, triage.Manifest{Version: 1000}))
	}
	b.toRank()
	for _, family := range []string{keyCamera, keyNear, keyStirred} {
		if left := b.rdb.Keys(ctx, "{t}:"+family+"*").Val(); len(left) > 0 {
			t.Errorf("%q are left", left)
		}
	}
}

// decide has a decision made of a group that covers some of its members.
func (b *bench) decide(g triage.GroupID, rng *rand.Rand) triage.Decision {
	b.t.Helper()
	members, err := b.Groups.GroupMedia(b.t.Context(), g)
	b.ok(err)
	d := triage.Decision{Opinion: triage.Opinion{Verdict: []triage.Verdict{triage.Illegal, triage.NotIllegal, triage.Unsure}[rng.IntN(3)], By: "eve", At: day}}
	for i := range members {
		if rng.IntN(4) > 0 {
			d.Covers, d.Members = d.Covers.With(members[i].ID), d.Members+1
		}
	}
	b.ok(b.Queue.SaveDecision(b.t.Context(), g, d))
	return d
}

// TestClueOfDestroyedBytes: what was learned of bytes that were destroyed is no clue any more, though the medium is listed still.
func TestClueOfDestroyedBytes(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	one, other := b.exhibit(1, "ada").ID, b.exhibit(2, "ada").ID
	s := shot{serial: "A100", hour: 3, folder: "top"}
	b.register(one, part(1), s.item(one, 1))
	b.register(other, part(2), s.item(other, 1), s.item(other, 2))
	b.shoot(1, s, triage.Known, 0)
	b.shoot(2, s, triage.Pending, 0)
	if got := b.ties(2); !got.ShootKnown || len(got.CameraSeen) != 2 {
		t.Errorf("before: %+v", got)
	}
	b.ok(b.Ends.Remove(ctx, one, []triage.Doomed{{Medium: mediumID(1), Generation: 1}}))
	if m := b.medium(1); m.State != triage.Wanted || m.Clue != (triage.Clue{}) {
		t.Errorf("its bytes are wanted again: %+v", m)
	}
	want := triage.Tied{Near: []signals.Nearness{{}}, Decided: []signals.Decided{{}}, CameraSeen: []triage.ExhibitID{other}, ShootSeen: []triage.ExhibitID{other}}
	if got := b.ties(2); !reflect.DeepEqual(got, want) {
		t.Errorf("afterwards: %+v", got)
	}
}
