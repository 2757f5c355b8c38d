package triage

import (
	"context"
	"slices"
	"strconv"
)

// Objected says what became of a word on an entry.
type Objected struct {
	Objection
	Already bool // it was so before: nothing changed, and the reason is not recorded
}

// objectedEntry are the details of EntryWasWithdrawn, EntryWasDisputed and EntryWasRestored. What the entry says is in the archive.
type objectedEntry struct {
	Entry  uint32 `json:"entry"`
	Reason string `json:"reason"`
}

// entryEvents are the events by which an entry gets a state.
var entryEvents = map[EntryState]EventKind{
	EntryWithdrawn: EntryWasWithdrawn, EntryDisputed: EntryWasDisputed, EntryCounts: EntryWasRestored,
}

// Objections returns what is in force against entries of a set's lists, the latest first.
func (s *Sets) Objections(ctx context.Context, by Actor, id SetID) ([]Objection, error) {
	if by.Role != Admin {
		return nil, forbidden("list withdrawn entries", by)
	}
	set, err := s.Store.Set(ctx, id)
	if err != nil {
		return nil, err
	}
	all, err := s.Store.Objections(ctx)
	return slices.DeleteFunc(all, func(o Objection) bool { return !o.against(set) }), err
}

// Object gives an entry of a set, named by its line, another state: EntryWithdrawn makes it match no more, at once;
// EntryDisputed marks its matches until it is withdrawn or restored; EntryCounts restores it.
func (s *Sets) Object(ctx context.Context, by Actor, id SetID, line uint32, state EntryState, reason string) (Objected, error) {
	const op = "object to entry"
	kind, known := entryEvents[state]
	switch {
	case by.Role != Admin:
		return Objected{}, forbidden(op, by)
	case !known:
		return Objected{}, E(Invalid, op, string(state), "an entry is withdrawn, disputed or restored", nil)
	}
	reason, err := checkReason(reason)
	if err != nil {
		return Objected{}, err
	}
	before, err := s.objection(ctx, id, line)
	if err != nil {
		return Objected{}, err
	}
	switch said := before.Event > 0; {
	case said && before.State == state:
		return Objected{before, true}, nil
	case !said && state == EntryCounts:
		return Objected{}, E(Conflict, op, entryName(id, line), "this entry is neither withdrawn nor disputed: name it as it was then", nil)
	case before.State == EntryWithdrawn && state == EntryDisputed:
		return Objected{}, E(Conflict, op, entryName(id, line), "this entry is withdrawn: restore it first", nil)
	case !said:
		if err := s.keepEntry(ctx, id, line); err != nil {
			return Objected{}, err
		}
	}
	if err := s.Events.act(ctx, by, kind, id.String(), objectedEntry{line, reason}); err != nil {
		return Objected{}, err
	}
	after, err := s.objection(ctx, id, line)
	return Objected{Objection: after}, err
}

// objection returns the last word on an entry; Event is 0 where there was none.
func (s *Sets) objection(ctx context.Context, id SetID, line uint32) (Objection, error) {
	all, err := s.Store.Objections(ctx)
	for _, o := range all {
		if o.Set == id && o.Entry.Number == line {
			return o, nil
		}
	}
	return Objection{}, err
}

// keepEntry puts what an entry of an active set says where every later replay finds it, without reading its list.
func (s *Sets) keepEntry(ctx context.Context, id SetID, line uint32) error {
	const op = "object to entry"
	set, err := s.Store.Set(ctx, id)
	if err != nil {
		return err
	}
	if set.State != Active {
		return E(Conflict, op, id.String(), "this set is not active: none of its entries matches", nil)
	}
	if set.office() {
		raw, err := s.addedEntry(ctx, id, line)
		if err != nil {
			return err
		}
		return s.Archive.PutSetEntry(ctx, id, raw)
	}
	file, err := s.Archive.OpenSetFile(ctx, id)
	if err != nil {
		return err
	}
	defer file.Close()
	for raw, err := range s.Parse(file, ParseOptions{Hash: set.longHash()}) {
		switch {
		case IsKind(err, Invalid):
		case err != nil:
			return err
		case raw.Line == line:
			return s.Archive.PutSetEntry(ctx, id, raw)
		case raw.Line > line:
			return noEntry(id, line)
		}
	}
	return noEntry(id, line)
}

// longHash says what hashes of 64 digits are in a plain list: what they were read as when it was imported.
func (s *HashSet) longHash() Method {
	if s.ByMethod[ByPDQ] > 0 && s.ByMethod[BySHA256] == 0 {
		return ByPDQ
	}
	return BySHA256
}

func noEntry(id SetID, line uint32) error {
	return E(NotFound, "object to entry", entryName(id, line), "this set has no entry in this line: lines are counted from 1, as an editor does, a header included", nil)
}

func entryName(id SetID, line uint32) string {
	return id.String() + ":" + strconv.FormatUint(uint64(line), 10)
}

// entryObjected gives an entry the state that an event says.
func (p *Projector) entryObjected(ctx context.Context, ev Event, state EntryState, d objectedEntry) error {
	id, err := ParseSetID(ev.Subject)
	if err != nil {
		return err
	}
	set, err := p.Sets.Set(ctx, id)
	if err != nil {
		return err
	}
	raw, err := p.SetFiles.SetEntry(ctx, id, d.Entry)
	if err != nil {
		return err
	}
	var one entryBatch
	one.add(p.Names, raw, make(map[Method]int))
	_, err = p.Sets.Object(ctx, Objection{
		Set: id, Entry: one.entries[0], Source: set.Source, Kind: set.Kind,
		State: state, Reason: d.Reason, By: ev.Actor, At: ev.Time.UTC(), Event: ev.Seq,
	})
	return err
}
