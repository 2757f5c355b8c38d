package known

import (
	"reflect"
	"slices"
	"testing"

	"vigie/hashing/pdq"
	"vigie/triage"
)

// TestObjections says something of entries of one source's lists: it holds for all of them, by each of their hashes, and
// for nobody else's.
func TestObjections(t *testing.T) {
	s, m := open(t)
	list := func(kind triage.SetKind, source string, entries ...triage.Entry) triage.HashSet {
		set := create(t, s, kind, source)
		add(t, s, set, entries...)
		activate(t, s, set)
		return set
	}
	e := triage.Entry{Number: 7, Exact: []triage.DigestKey{key(1), key(2)}, PDQ: code(1), PHash: phash(1)}
	moved := e
	moved.Number = 8
	first := list(triage.KnownSet, "partner", e, triage.Entry{Number: 9, Exact: []triage.DigestKey{key(3)}})
	list(triage.KnownSet, "partner", moved)
	list(triage.KnownSet, "other", e)
	list(triage.BenignSet, "partner", e)
	probe := triage.Probe{Keys: triage.DigestKeys{MD5: key(1), SHA1: key(2), SHA256: key(3)}, PDQ: []pdq.Hash{*code(1)}, Quality: 100, PHash: phash(1)}
	states := func() map[triage.EntryState]int {
		n := make(map[triage.EntryState]int)
		for _, match := range match(t, m, probe) {
			n[match.State]++
			if match.State != triage.EntryCounts && (match.Source != "partner" || match.Kind != triage.KnownSet || match.Entry == 9) {
				t.Errorf("%+v", match)
			}
		}
		return n
	}
	// Four hashes in three known lists, two in the benign one, one alone.
	if got := states(); !reflect.DeepEqual(got, map[triage.EntryState]int{"": 15}) {
		t.Fatalf("at first %v", got)
	}
	o := triage.Objection{
		Set: first.ID, Entry: e, Source: "partner", Kind: triage.KnownSet, State: triage.EntryDisputed, Reason: "why", By: "a1", At: day, Event: 5,
	}
	at, err := s.moment(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	before := at.Epoch
	for _, step := range []struct {
		event uint64
		state triage.EntryState
		want  map[triage.EntryState]int
		epoch triage.Epoch // since the first
	}{
		{5, triage.EntryDisputed, map[triage.EntryState]int{"": 7, "disputed": 8}, 1},
		{5, triage.EntryDisputed, map[triage.EntryState]int{"": 7, "disputed": 8}, 1}, // repeated
		{9, triage.EntryWithdrawn, map[triage.EntryState]int{"": 7, "withdrawn": 8}, 2},
		{8, triage.EntryCounts, map[triage.EntryState]int{"": 7, "withdrawn": 8}, 2}, // came before
		{10, triage.EntryCounts, map[triage.EntryState]int{"": 15}, 3},
		{9, triage.EntryWithdrawn, map[triage.EntryState]int{"": 15}, 3},
		{11, triage.EntryWithdrawn, map[triage.EntryState]int{"": 7, "withdrawn": 8}, 4},
	} {
		o.Event, o.State = step.event, step.state
		epoch, err := s.Object(t.Context(), o)
		if err != nil || epoch != before+step.epoch {
			t.Errorf("event %d: epoch %d after %d, %v", step.event, epoch, before, err)
		}
		if got := states(); !reflect.DeepEqual(got, step.want) {
			t.Errorf("after event %d: %v", step.event, got)
		}
	}
	kept, err := s.Objections(t.Context())
	if err != nil || len(kept) != 1 {
		t.Fatalf("%+v, %v", kept, err)
	}
	o.Event, o.Epoch = 11, before+4
	if !reflect.DeepEqual(kept[0], o) {
		t.Errorf("kept %+v, not %+v", kept[0], o)
	}

	// Lists that come later have their share, and a mirror that begins says the same.
	list(triage.KnownSet, "partner", moved)
	if got := states(); got[triage.EntryWithdrawn] != 12 {
		t.Errorf("with a new list: %v", got)
	}
	m.Forget()
	if got := states(); got[triage.EntryWithdrawn] != 12 || got[triage.EntryCounts] != 7 {
		t.Errorf("anew: %v", got)
	}

	// Of two words on one hash, the graver one counts until it is taken back.
	o.Entry.Number, o.Event, o.State = 8, 12, triage.EntryDisputed
	if _, err := s.Object(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := states(); got[triage.EntryWithdrawn] != 12 {
		t.Errorf("disputed besides: %v", got)
	}
	o.Entry.Number, o.Event, o.State = 7, 13, triage.EntryCounts
	if _, err := s.Object(t.Context(), o); err != nil {
		t.Fatal(err)
	}
	if got := states(); got[triage.EntryDisputed] != 12 {
		t.Errorf("taken back: %v", got)
	}
}

// TestWithdrawnTakeNoPlace: however many withdrawn entries are nearer, those that count are told.
func TestWithdrawnTakeNoPlace(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	var entries []triage.Entry
	for i := range MaxMatches + 5 {
		entries = append(entries, triage.Entry{Number: uint32(i + 1), PDQ: code(1)})
	}
	far := flip(*code(1), 9)
	add(t, s, set, append(entries, triage.Entry{Number: 500, PDQ: &far})...)
	activate(t, s, set)
	if _, err := s.Object(t.Context(), triage.Objection{Set: set.ID, Entry: entries[0], Source: "partner", Kind: triage.KnownSet, State: triage.EntryWithdrawn, Event: 1}); err != nil {
		t.Fatal(err)
	}
	got := match(t, m, triage.Probe{PDQ: []pdq.Hash{*code(1)}, Quality: 100})
	if len(got) != MaxMatches || got[0].Entry != 500 || got[0].State != triage.EntryCounts {
		t.Errorf("%d matches, the first %+v", len(got), got[0])
	}
	if slices.ContainsFunc(got[1:], func(m triage.Match) bool { return m.State != triage.EntryWithdrawn }) {
		t.Error("an entry with a withdrawn hash counts")
	}
}

// FuzzReadObjection: what is not ours is an error, never a panic.
func FuzzReadObjection(f *testing.F) {
	s := New(nil, "t:", [KeySize]byte{4})
	place := s.objectionPlace("3:7", "5")
	f.Add("3:7", "5 1 "+string(s.sealer.seal(place, []byte(`{"s":"partner","k":"known","e":"disputed","x":["AAAA"]}`))))
	f.Add("3:7", "5 1 "+string(s.sealer.seal(place, []byte(`{`))))
	f.Add("3", "")
	f.Fuzz(func(t *testing.T, name, value string) {
		o, err := s.readObjection(name, value)
		if err == nil && o.Set == 0 {
			t.Errorf("%q: %+v", name, o)
		}
	})
}
