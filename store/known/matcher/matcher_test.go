package matcher_test

import (
	"errors"
	"fmt"
	"reflect"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
)

// crowd draws entries: spread evenly, in clusters of edits, and several hundred at one place; some with votes.
func crowd(d drawn) []triage.Entry {
	var entries []triage.Entry
	add := func(code *pdq.Hash) {
		e := triage.Entry{Number: uint32(len(entries) + 1), PDQ: code, Category: fmt.Sprint("c", len(entries)%3)}
		if len(entries)%4 == 0 {
			e.PHash = d.vote()
		}
		entries = append(entries, e)
	}
	for range 400 {
		add(d.code())
	}
	for range 30 {
		centre := d.code()
		for range 10 {
			add(d.near(centre, d.IntN(25)))
		}
	}
	centre := d.code()
	for range 300 {
		add(d.near(centre, d.IntN(12)))
	}
	return entries
}

// pictures draws what to look up: near entries, as they are, turned, in frames and in parts, and near nothing.
func pictures(d drawn, entries []triage.Entry) []triage.Probe {
	var probes []triage.Probe
	for i := range 150 {
		e := entries[d.IntN(len(entries))]
		p := triage.Probe{PDQ: []pdq.Hash{*d.near(e.PDQ, d.IntN(36))}, Quality: 45 + d.IntN(50), PHash: e.PHash}
		switch i % 5 {
		case 1:
			for len(p.PDQ) < 8 {
				p.PDQ = append(p.PDQ, *d.near(entries[d.IntN(len(entries))].PDQ, d.IntN(36)))
			}
		case 2:
			var turned pdq.Dihedrals
			for t := range turned {
				turned[t] = *d.near(entries[d.IntN(len(entries))].PDQ, d.IntN(30))
			}
			p.Frames = []hashing.Frame{{Index: 3, PDQ: turned, Quality: 80, PHash: *d.vote()}}
			p.Views = []hashing.View{{Name: hashing.ViewTrimmed, PDQ: turned, Quality: 70}, {Name: hashing.ViewTile, PDQ: pdq.Dihedrals{*d.code()}, Quality: 90}}
		case 3:
			p = triage.Probe{PDQ: []pdq.Hash{*d.code()}, Quality: 90, PHash: d.vote()}
		case 4:
			p = triage.Probe{} // nothing to look up
		}
		probes = append(probes, p)
	}
	return probes
}

// films draws films of 700 frames, three of which have the same ones, between pictures.
func (d drawn) films() []triage.Entry {
	var entries []triage.Entry
	same := draw(7).frames(700)
	for i := range 100 {
		e := triage.Entry{Number: uint32(1000 * i), PDQ: d.code()}
		if i%10 == 3 {
			e = triage.Entry{Number: e.Number, Film: d.frames(3 + i)}
		}
		if i%40 == 7 {
			e = triage.Entry{Number: e.Number, Film: same}
		}
		entries = append(entries, e)
	}
	return entries
}

// watched are a film that is known, one with a part of it, and forty others, more than go into one request.
func (d drawn) watched() (probes []triage.Probe) {
	same := draw(7).frames(700)
	for i := range 42 {
		frames := d.frames(700)
		switch i {
		case 0:
			frames = same
		case 1:
			copy(frames[100:200], same)
		}
		p := triage.Probe{Film: true}
		for n, code := range frames {
			f := hashing.Frame{Index: n, At: time.Duration(n) * time.Second, Quality: 100}
			for t := range f.PDQ {
				f.PDQ[t] = *d.near(&code, 3)
			}
			p.Frames = append(p.Frames, f)
		}
		probes = append(probes, p)
	}
	return probes
}

func (d drawn) frames(n int) []pdq.Hash {
	frames := make([]pdq.Hash, n)
	for i := range frames {
		frames[i] = *d.code()
	}
	return frames
}

// TestShardsSayWhatOneProcessSays compares matching through 1, 2 and 3 shards with matching in memory.
func TestShardsSayWhatOneProcessSays(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t), draw(1)
	entries := crowd(d)
	first := h.list(triage.KnownSet, "partner", entries...)
	h.list(triage.KnownSet, "other", entries[200:330]...)
	for i := range 5 { // of one segment each
		h.list(triage.KnownSet, fmt.Sprint("small", i), triage.Entry{Number: 1, PDQ: entries[i].PDQ})
	}
	twice := triage.Entry{Number: 1, PDQ: d.code(), PHash: d.vote()}
	again := append([]triage.Entry{twice}, crowd(d)[:60]...)
	h.list(triage.KnownSet, "repeated", append(again, again...)...) // as an import that was repeated leaves it: in two segments
	h.list(triage.BenignSet, "benign", entries[:50]...)
	for i, line := range []int{5, 120, 450, 800, 900} {
		_, err := h.sets.Object(t.Context(), triage.Objection{
			Set: first.ID, Entry: entries[line], Source: "partner", Kind: triage.KnownSet, Event: uint64(i + 1),
			State: []triage.EntryState{triage.EntryWithdrawn, triage.EntryDisputed}[i%2],
		})
		h.ok(err)
	}
	h.list(triage.KnownSet, "films", d.films()...)
	probes := append(pictures(d, entries), triage.Probe{PDQ: []pdq.Hash{*twice.PDQ}, Quality: 90, PHash: twice.PHash})
	probes = append(d.watched(), probes...)
	want, epoch, err := known.NewMirror(h.sets, silent).Match(t.Context(), probes)
	h.ok(err)
	if last := want[len(want)-1]; len(last) != 2 || last[0].More != 0 {
		t.Errorf("an entry in two segments, in memory: %+v", last)
	}
	for i := range want[0] {
		if m := &want[0][i]; m.Film == nil || m.Film.Near != 700 || m.Film.Query != 1000 || len(want[0]) != 3 {
			t.Errorf("an hour's film, in memory: %d matches, %+v", len(want[0]), m)
		}
	}
	matched, full := 0, 0
	for _, matches := range want {
		matched += min(len(matches), 1)
		if len(matches) == known.MaxMatches && matches[0].More > 0 {
			full++
		}
	}
	if matched < 60 || full < 10 {
		t.Fatalf("%d probes match, %d of them more than are told", matched, full)
	}
	for n := 1; n <= 3; n++ {
		shards := h.shards(n)
		got, at, err := h.asking(shards...).Match(t.Context(), probes)
		h.ok(err)
		if at != epoch {
			t.Errorf("%d shards: epoch %d, not %d", n, at, epoch)
		}
		for i := range want {
			if !reflect.DeepEqual(got[i], want[i]) {
				t.Fatalf("%d shards, probe %d:\ngot  %+v\nwant %+v", n, i, got[i], want[i])
			}
		}
		held := 0
		for _, s := range shards {
			entries, _ := s.mirror.Held()
			held += entries
			if n > 1 && entries == 0 {
				t.Errorf("one of %d shards holds nothing", n)
			}
			s.stop()
		}
		if all := len(entries) + 130 + 5; held < all { // and the votes
			t.Errorf("%d shards hold %d entries of more than %d", n, held, all)
		}
	}
}

// TestShardsDieAndComeBack: without one of the shards nothing is said, and afterwards it goes on by itself.
func TestShardsDieAndComeBack(t *testing.T) {
	t.Parallel()
	h, d := newHouse(t), draw(2)
	entries := crowd(d)
	h.list(triage.KnownSet, "partner", entries...)
	probes := pictures(d, entries)
	shards := h.shards(3)
	m, ready := h.asking(shards...), h.client(ourKey, shards...)
	want, _, err := m.Match(t.Context(), probes)
	h.ok(err)
	shards[1].stop()
	for range 3 {
		if _, _, err := m.Match(t.Context(), probes); !triage.IsKind(err, triage.Unavailable) {
			t.Fatalf("without 2/3: %v", err)
		}
	}
	h.says(ready.Ready(t.Context()), "no. 2") // which this client never met
	_, _, err = m.Match(t.Context(), probes)
	h.says(err, "2/3")
	if exact, _, err := m.Match(t.Context(), []triage.Probe{{Keys: triage.DigestKeys{MD5: triage.DigestKey{1}}}}); err != nil || len(exact[0]) != 0 {
		t.Errorf("digests alone need nobody: %v, %v", exact, err)
	}
	shards[1] = h.start(known.Share{Index: 2, Of: 3}, shards[1].address, ourKey, h.sets)
	var got [][]triage.Match
	h.within("it is back", func() bool {
		got, _, err = m.Match(t.Context(), probes)
		return err == nil
	})
	if !reflect.DeepEqual(got, want) {
		t.Error("back, the shards say something else")
	}
	h.ok(ready.Ready(t.Context()))
}

// says fails unless err is Unavailable and names what is meant.
func (h *house) says(err error, name string) {
	h.Helper()
	e, ok := errors.AsType[*triage.Error](err)
	if !ok || e.Kind != triage.Unavailable || !strings.Contains(e.Hint, name) {
		h.Errorf("%v does not name %s", err, name)
	}
}

// TestSharesFit: shards that are not each share once are refused.
func TestSharesFit(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	holds := func(index, of int) *shard { return h.start(known.Share{Index: index, Of: of}, "", ourKey, h.sets) }
	firstOf3, secondOf3, lastOf3 := holds(1, 3), holds(2, 3), holds(3, 3)
	firstOf2, secondOf2 := holds(1, 2), holds(2, 2)
	probe := triage.Probe{PDQ: []pdq.Hash{{1}}, Quality: 90}
	for _, test := range []struct {
		says  string // "" fits
		given []*shard
	}{
		{"", of(firstOf3, secondOf3, lastOf3)},
		{"", of(secondOf2, firstOf2)},
		{"1/3, 2/3", of(firstOf3, secondOf3)},
		{"1/2, 2/3", of(firstOf2, secondOf3)},
		{"1/2, 1/3, 2/3", of(firstOf3, secondOf3, firstOf2)},
		{"1/2, 1/2", of(firstOf2, holds(1, 2))},
		{"2/2", of(secondOf2)},
		{"1/2, 2/2, 3/3", of(firstOf2, secondOf2, lastOf3)},
	} {
		c := h.client(ourKey, test.given...)
		_, _, err := known.NewAsking(h.sets, c, silent).Match(t.Context(), []triage.Probe{probe})
		if test.says == "" {
			h.within("they are ready", func() bool { return c.Ready(t.Context()) == nil })
			continue
		}
		h.says(err, test.says+":")
		h.says(c.Ready(t.Context()), test.says+":")
	}
}

func of(shards ...*shard) []*shard { return shards }

// TestAnotherShareAtTheSameAddress: who has another share than before is not believed to have that one.
func TestAnotherShareAtTheSameAddress(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := triage.Entry{Number: 1, PDQ: draw(3).code()}
	h.list(triage.KnownSet, "partner", e)
	shards := h.shards(2)
	m := h.asking(shards...)
	probes := []triage.Probe{{PDQ: []pdq.Hash{*e.PDQ}, Quality: 90}}
	for range 2 {
		got, _, err := m.Match(t.Context(), probes)
		if err != nil || len(got[0]) != 1 {
			t.Fatalf("%v, %v", got, err)
		}
		for i, s := range shards {
			s.stop()
			shards[i] = h.start(known.Share{Index: 2 - i, Of: 2}, s.address, ourKey, h.sets)
			h.within("it is loaded", func() bool { return shards[i].mirror.Ready(t.Context()) == nil })
			if got, _, err := m.Match(t.Context(), probes); i == 0 && !triage.IsKind(err, triage.Unavailable) {
				t.Fatalf("one share twice: %v, %v", got, err)
			}
		}
		shards[0], shards[1] = shards[1], shards[0]
	}
}

// TestWrongKey: neither who asks nor who answers with another key is believed.
func TestWrongKey(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	e := triage.Entry{Number: 1, PDQ: draw(4).code()}
	h.list(triage.KnownSet, "partner", e)
	right, wrong := h.shards(2), h.start(known.Share{Index: 2, Of: 2}, "", [32]byte{8}, h.sets)
	h.asking(right...)
	probes := []triage.Probe{{PDQ: []pdq.Hash{*e.PDQ}, Quality: 90}}
	for name, c := range map[string]known.Shards{
		"who asks":         h.client([32]byte{8}, right...),
		"one who answers":  h.client(ourKey, right[0], wrong),
		"and both of them": h.client([32]byte{8}, right[0], wrong),
	} {
		_, _, err := known.NewAsking(h.sets, c, silent).Match(t.Context(), probes)
		t.Log(name)
		h.says(err, "keys of another service")
	}
}

// TestLagging: a shard that does not follow, as one with another Redis, is never taken at its word.
func TestLagging(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := draw(5)
	e, late := triage.Entry{Number: 1, PDQ: d.code()}, triage.Entry{Number: 1, PDQ: d.code()}
	h.list(triage.KnownSet, "partner", e)
	elsewhere := newHouse(t)
	elsewhere.list(triage.KnownSet, "partner", e) // at the same epoch
	good := h.start(known.Share{Index: 1, Of: 2}, "", ourKey, h.sets)
	stray := h.start(known.Share{Index: 2, Of: 2}, "", ourKey, elsewhere.sets)
	m := h.asking(good, stray)
	began := time.Now()
	_, _, err := m.Match(t.Context(), []triage.Probe{{PDQ: []pdq.Hash{*e.PDQ}, Quality: 90}})
	h.says(err, "2/2 has not followed")
	if took := time.Since(began); took > 20*time.Second {
		t.Errorf("it took %v to say so", took)
	}
	// One that follows, late or not, is waited for.
	stray.stop()
	h.start(known.Share{Index: 2, Of: 2}, stray.address, ourKey, h.sets)
	h.within("it is back", func() bool {
		_, _, err := m.Match(t.Context(), []triage.Probe{{PDQ: []pdq.Hash{*e.PDQ}, Quality: 90}})
		return err == nil
	})
	for range 10 {
		h.list(triage.KnownSet, "partner", late)
		got, epoch, err := m.Match(t.Context(), []triage.Probe{{PDQ: []pdq.Hash{*late.PDQ}, Quality: 90}})
		if err != nil || len(got[0]) != int(epoch)-1 {
			t.Fatalf("epoch %d: %d matches, %v", epoch, len(got[0]), err)
		}
	}
}

// TestAnotherLifeOfRedis: the same epoch of a Redis that lost its data is another moment.
func TestAnotherLifeOfRedis(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := draw(6)
	before, after := d.code(), d.code()
	h.list(triage.KnownSet, "partner", triage.Entry{Number: 1, PDQ: before})
	m := h.asking(h.shards(2)...)
	counts := func(code *pdq.Hash) int {
		got, epoch, err := m.Match(t.Context(), []triage.Probe{{PDQ: []pdq.Hash{*code}, Quality: 90}})
		if err != nil || epoch != 1 {
			t.Fatalf("epoch %d, %v", epoch, err)
		}
		return len(got[0])
	}
	if counts(before) != 1 || counts(after) != 0 {
		t.Error("at first")
	}
	h.ok(h.rdb.FlushAll(t.Context()).Err())
	h.list(triage.KnownSet, "partner", triage.Entry{Number: 1, PDQ: after})
	if counts(after) != 1 || counts(before) != 0 {
		t.Error("in its other life")
	}
}

// TestWithdrawnWhileShardsMatch: while sets come and go, matches through shards and their epoch always agree.
func TestWithdrawnWhileShardsMatch(t *testing.T) {
	t.Parallel()
	h := newHouse(t)
	d := draw(7)
	var entries []triage.Entry
	for i := range 90 { // three segments: both shards have some
		entries = append(entries, triage.Entry{Number: uint32(i + 1), PDQ: d.code()})
	}
	m := h.asking(h.shards(2)...)
	probes := []triage.Probe{{PDQ: []pdq.Hash{*entries[0].PDQ}, Quality: 90}, {PDQ: []pdq.Hash{*entries[50].PDQ}, Quality: 90}, {PDQ: []pdq.Hash{*entries[85].PDQ}, Quality: 90}}
	var over atomic.Bool
	var rounds atomic.Int64
	var readers sync.WaitGroup
	for range 3 {
		readers.Go(func() {
			for !over.Load() {
				matches, epoch, err := m.Match(t.Context(), probes)
				if triage.IsKind(err, triage.Unavailable) {
					continue // the first load of the asking one
				}
				if err != nil {
					t.Error(err)
					return
				}
				rounds.Add(1)
				for i := range matches { // odd epochs activate a set, even ones withdraw it
					if len(matches[i]) != int(epoch%2) {
						t.Errorf("epoch %d: %d matches", epoch, len(matches[i]))
						return
					}
				}
			}
		})
	}
	for range 12 {
		set := h.list(triage.KnownSet, "partner", entries...)
		time.Sleep(3 * time.Millisecond)
		_, err := h.sets.Withdraw(t.Context(), set.ID, day)
		h.ok(err)
	}
	h.within("somebody matched", func() bool { return rounds.Load() > 20 })
	over.Store(true)
	readers.Wait()
}
