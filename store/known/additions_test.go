package known

import (
	"encoding/binary"
	"log/slog"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// grown returns an active set without a list.
func grown(t testing.TB, s *Sets) triage.HashSet {
	t.Helper()
	set := create(t, s, triage.KnownSet, triage.OfficeSource)
	activate(t, s, set)
	return set
}

// addition is the n-th to a set: one entry with a digest, a PDQ and a pHash of their own, and a category.
func addition(set triage.HashSet, n int) triage.Extension {
	return triage.Extension{
		AdditionID: triage.AdditionID{Set: set.ID, Number: n}, Name: string(rune('a' + n)), At: day.Add(time.Duration(n) * time.Hour),
		Entries: []triage.Entry{{
			Number: uint32(n*1000 + 1), Category: string(rune('A' + n)), Exact: []triage.DigestKey{key(n)}, PDQ: code(n), PHash: vote(n), //nolint:gosec // small
		}},
		ByMethod: map[triage.Method]int{triage.BySHA256: 1, triage.ByPDQ: 1, triage.ByPHash: 1},
	}
}

// vote is a pHash far from those of other n.
func vote(n int) *hashing.Hash64 { return phash(binary.BigEndian.Uint64(code(n)[:])) }

func extend(t testing.TB, s *Sets, x triage.Extension) triage.Epoch {
	t.Helper()
	epoch, err := s.Extend(t.Context(), x)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

// added is what is submitted of the n-th addition: its bytes, and its picture after an edit.
func added(n int) triage.Probe {
	return triage.Probe{Keys: triage.DigestKeys{SHA256: key(n)}, PDQ: []pdq.Hash{flip(*code(n), 9)}, Quality: 90, PHash: vote(n)}
}

// wantAdded holds that of the first n additions those match that are not left out, by all three hashes, and no other.
func wantAdded(t *testing.T, when string, m triage.Matcher, n int, out ...int) {
	t.Helper()
	for i := 1; i <= n; i++ {
		want := 3
		for _, o := range out {
			if o == i {
				want = 0
			}
		}
		got := match(t, m, added(i))
		if len(got) != want {
			t.Errorf("%s: addition %d is matched %d times, want %d", when, i, len(got), want)
		}
		for _, g := range got {
			if g.Entry != uint32(i*1000+1) || g.Category != string(rune('A'+i)) { //nolint:gosec // small
				t.Errorf("%s: addition %d: %+v", when, i, g)
			}
		}
	}
}

// TestExtend adds in any order, again, and when the set was withdrawn; who mirrors reads only what is new, and who begins then, all.
func TestExtend(t *testing.T) {
	s, m := open(t)
	silent := slog.New(slog.DiscardHandler)
	list := create(t, s, triage.KnownSet, "partner")
	list.Entries = 1
	add(t, s, list, triage.Entry{Number: 1, PDQ: code(1000)})
	activate(t, s, list)
	if _, err := s.Extend(t.Context(), addition(list, 1)); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("a list grows: %v", err)
	}
	if _, err := s.Extend(t.Context(), addition(create(t, s, triage.KnownSet, "p"), 1)); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a set that never was active grows: %v", err)
	}
	set := grown(t, s)
	wantAdded(t, "before", m, 3, 1, 2, 3)
	first := extend(t, s, addition(set, 2))
	wantAdded(t, "one", m, 3, 1, 3)
	if again := extend(t, s, addition(set, 2)); again != first {
		t.Errorf("added again in epoch %d, before in %d", again, first)
	}
	extend(t, s, addition(set, 1))
	wantAdded(t, "an earlier one", m, 3, 3)
	if read := m.most.Load(); read != 2 {
		t.Errorf("%d entries were read, of which 2 are new", read)
	}
	extend(t, s, addition(set, 3))
	wantAdded(t, "all", m, 3)
	wantAdded(t, "mirrored now", NewMirror(s, silent), 3)
	if entries, _ := m.Held(); entries != 7 {
		t.Errorf("%d entries are held", entries)
	}
	got, err := s.Set(t.Context(), set.ID)
	if err != nil || got.Additions != 3 || got.Entries != 3 || got.ByMethod[triage.ByPDQ] != 3 || !got.Extended.Equal(day.Add(3*time.Hour)) || got.Epoch >= first {
		t.Errorf("%+v, %v", got, err)
	}
	if id, err := s.Added(t.Context(), "c"); err != nil || id != (triage.AdditionID{Set: set.ID, Number: 2}) {
		t.Errorf("the one named c is %v, %v", id, err)
	}
	for n := 1; n <= 3; n++ { // a mirror for each share finds its own
		if got := NewShard(s, Share{n, 3}, silent); true {
			moment, err := s.moment(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			near, err := got.Near(t.Context(), moment, lookups([]triage.Probe{added(1), added(2), added(3)}))
			held := 0
			for i := range near {
				held += len(near[i].Hits)
			}
			if err != nil || held != 2 {
				t.Errorf("share %d of 3 has %d hits of 2, %v", n, held, err)
			}
		}
	}

	if _, err := s.Withdraw(t.Context(), set.ID, day); err != nil {
		t.Fatal(err)
	}
	wantAdded(t, "withdrawn", m, 4, 1, 2, 3, 4)
	before, _ := s.moment(t.Context())
	extend(t, s, addition(set, 4))
	wantAdded(t, "added to what was withdrawn", m, 4, 1, 2, 3, 4)
	if after, _ := s.moment(t.Context()); after != before {
		t.Errorf("it made a new moment: %v after %v", after, before)
	}
	if left := s.rdb.Keys(t.Context(), "t:known:p:"+set.ID.String()+":*").Val(); len(left) > 0 {
		t.Errorf("segments are left: %q", left)
	}
	if got, err := s.Set(t.Context(), set.ID); err != nil || got.Additions != 4 {
		t.Errorf("%+v, %v", got, err)
	}
}

// TestChangesByAdditions: a sweep is told what was added since, in sets that came and in those that were there.
func TestChangesByAdditions(t *testing.T) {
	s, m := open(t)
	set := grown(t, s)
	extend(t, s, addition(set, 1))
	middle := extend(t, s, addition(set, 2))
	extend(t, s, addition(set, 3))
	for since, want := range map[triage.Epoch][]int{0: {1, 2, 3}, middle: {3}, middle + 1: nil} {
		c, err := m.Changes(t.Context(), since)
		if err != nil || len(c.Added) != len(want) || (len(c.Came) > 0) != (since == 0) {
			t.Fatalf("since %d: %+v, %v", since, c, err)
		}
		for i, n := range want {
			if c.Added[i] != (triage.AdditionID{Set: set.ID, Number: n}) {
				t.Errorf("since %d: %v", since, c.Added)
			}
		}
		for n := 1; n <= 3; n++ {
			near := c.Near != nil && c.Near([]triage.Probe{added(n)})[0]
			if came := len(want) > 0 && n >= want[0]; near != came {
				t.Errorf("since %d: what is near addition %d is touched: %v", since, n, near)
			}
		}
	}
}

// TestAdditionsOnACluster adds on a cluster, one node of which comes back as it was before: it is noticed, whichever addition it lacks.
func TestAdditionsOnACluster(t *testing.T) {
	rdb, nodes := connectCluster(t)
	s := New(rdb, "{t}:", [KeySize]byte{4})
	m := NewMirror(s, slog.New(slog.DiscardHandler))
	ctx := t.Context()
	set := grown(t, s)
	extend(t, s, addition(set, 1))
	extend(t, s, addition(set, 2))
	wantAdded(t, "on a cluster", m, 2)
	complete := func(when string, want bool) {
		t.Helper()
		if got, err := s.Complete(ctx); err != nil || got != want {
			t.Errorf("%s: complete: %v, %v", when, got, err)
		}
	}
	complete("added", true)
	for _, node := range nodes {
		if len(node.Keys(ctx, "{t}:*").Val()) > 0 {
			continue // it keeps the sets' states too
		}
		copies := make(map[string]string)
		for _, key := range node.Keys(ctx, "*").Val() {
			copies[key] = node.Dump(ctx, key).Val()
		}
		extend(t, s, addition(set, 3))
		complete("the third", true)
		for _, key := range node.Keys(ctx, "*").Val() {
			node.Del(ctx, key)
		}
		for key, value := range copies {
			if err := node.Restore(ctx, key, 0, value).Err(); err != nil {
				t.Fatal(err)
			}
		}
		complete("a node came back without the third", false)
		extend(t, s, addition(set, 4))
		complete("a fourth does not hide it", false)
		extend(t, s, addition(set, 3)) // as whoever applies its event again does
		complete("the third again", true)
		wantAdded(t, "the third again", m, 4)
		break
	}
}

// A node that loses an addition's digests before it counts is written to again.
func TestAdditionLostMeanwhile(t *testing.T) {
	s, m := open(t)
	set := grown(t, s)
	extend(t, s, addition(set, 1)) // from now on Redis has the scripts
	x := addition(set, 2)
	group := s.groups[groupOf(x.Entries[0].Exact[0])]
	rdb := s.rdb
	lost := false
	s.rdb = hooked(t, rdb, func() {
		if bits := rdb.GetBit(t.Context(), keyGroupAdded(group, set.ID), 2).Val(); bits == 1 && !lost && rdb.ZCard(t.Context(), s.key(keyAdded, set.ID.String())).Val() == 1 {
			lost = true
			for _, key := range rdb.Keys(t.Context(), group+"*").Val() {
				rdb.Del(t.Context(), key)
			}
		}
	})
	extend(t, s, x)
	if !lost {
		t.Fatal("nothing was lost")
	}
	if got := match(t, m, added(2)); len(got) != 3 {
		t.Errorf("%+v", got)
	}
}
