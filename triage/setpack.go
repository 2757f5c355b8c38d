package triage

import (
	"cmp"
	"context"
	"crypto/rand"
	"encoding/hex"
	"io"
	"slices"
	"time"
)

const (
	// DefaultPackDays is how long a set pack answers unless told otherwise: a search is prepared and carried out within a week.
	DefaultPackDays = 7
	// MaxPackDays is the longest. So long an entry that is withdrawn meanwhile may still count on the spot, and a lost laptop may
	// still be asked; an examiner who is away for longer than a month is seldom without any line in between.
	MaxPackDays = 30
	// MaxPackEntries bounds a pack. Each takes 12 bytes of memory, here while it is made and on the laptop while it is open: 768 MiB.
	MaxPackEntries = 64 << 20
	// maxPackCategories bounds how many categories a pack tells apart in what it says of itself.
	maxPackCategories = 100
)

// PackOptions say which set pack is wanted.
type PackOptions struct {
	To        string // age recipient: only who has its identity opens the pack
	For       string // who that is, in words; may be empty
	Days      int    // until it expires; 0: DefaultPackDays
	KnownOnly bool   // without benign sets
}

// SetPack is what a set pack says of itself. A pack answers offline whether a file is in the sets, by its exact digests: with
// counts, never with an entry.
type SetPack struct {
	ID      string // "s" and 24 hexadecimal digits; the journal tells it
	To      string
	For     string
	Made    time.Time // UTC, to the second
	Expires time.Time // from then on it is refused
	Epoch   Epoch     // of the sets when they were read
	Known   int       // files that known sets hold, each once
	Benign  int       // and benign sets
	// Categories counts lines of known sets by what they state; the empty one are those without, and those of further categories
	// than the first hundred. A file in two lists is two lines.
	Categories map[string]int
	// Perceptual is how many lines were left out since they hold no exact digest: only the service finds what is near them.
	Perceptual int
}

// PackMaker makes set packs.
type PackMaker interface {
	// Draft returns an empty pack for an age recipient, with room for so many entries of each kind. Invalid: to is no recipient.
	Draft(to string, room map[SetKind]int) (PackDraft, error)
}

// PackDraft is a set pack in the making. It belongs to one goroutine, and holds 12 bytes an entry.
type PackDraft interface {
	// Add takes the strongest exact digest of an entry, and reports whether it has any.
	Add(kind SetKind, e RawEntry) bool
	// Count ends what is added, and returns how many differ of each kind. It may be called again.
	Count() map[SetKind]int
	// Write writes the pack, encrypted for its recipient and signed by the service.
	Write(w io.Writer, p SetPack) error
}

// ReadyPack is a pack that is on record, to be written once.
type ReadyPack struct {
	SetPack

	draft   PackDraft
	release func()
}

// Write writes the pack and lets its memory go. It must be called, also when nobody reads what is written.
func (r *ReadyPack) Write(w io.Writer) error {
	defer r.release()
	return r.draft.Write(w, r.SetPack)
}

// packedSets are the details of SetsPacked.
type packedSets struct {
	To      string    `json:"to"`
	For     string    `json:"for,omitempty"`
	Expires time.Time `json:"expires"`
	Epoch   Epoch     `json:"epoch"`
	Known   int       `json:"known"`
	Benign  int       `json:"benign"`
}

// Pack makes a set pack of all entries that match now. It is on record when Pack returns, before anybody has a byte of it. A
// process makes one at a time: another is refused (Unavailable) until that is written.
func (s *Sets) Pack(ctx context.Context, by Actor, o PackOptions) (*ReadyPack, error) {
	const op = "make set pack"
	if by.Role != Admin {
		return nil, forbidden(op, by)
	}
	if o.Days == 0 {
		o.Days = DefaultPackDays
	}
	if o.Days < 1 || o.Days > MaxPackDays {
		return nil, E(Invalid, op, "", "a set pack expires after 1 to 30 days", nil)
	}
	if o.For != "" {
		if err := checkLabel("name", o.For); err != nil {
			return nil, err
		}
	}
	if !s.packing.TryLock() {
		return nil, E(Unavailable, op, "", "another set pack is being made: this one follows when that is written", nil)
	}
	ready, err := s.pack(ctx, by, o)
	if err != nil {
		s.packing.Unlock()
		return nil, err
	}
	ready.release = s.packing.Unlock
	return ready, nil
}

func (s *Sets) pack(ctx context.Context, by Actor, o PackOptions) (*ReadyPack, error) {
	of, err := s.matching(ctx, o.KnownOnly)
	if err != nil {
		return nil, err
	}
	room, err := of.room()
	if err != nil {
		return nil, err
	}
	ready := &ReadyPack{SetPack: SetPack{To: o.To, For: o.For, Epoch: of.epoch, Categories: make(map[string]int)}}
	if ready.draft, err = s.Packs.Draft(o.To, room); err != nil {
		return nil, err
	}
	for _, set := range of.sets {
		err := s.eachMatching(ctx, set, of.withdrawn(set), func(e RawEntry) { ready.add(set, e) })
		if err != nil {
			return nil, err
		}
	}
	count := ready.draft.Count()
	ready.Known, ready.Benign = count[KnownSet], count[BenignSet]
	ready.Made = s.Now().UTC().Truncate(time.Second)
	ready.Expires = ready.Made.AddDate(0, 0, o.Days)
	ready.ID = newPackID()
	return ready, s.Events.act(ctx, by, SetsPacked, ready.ID, packedSets{
		o.To, o.For, ready.Expires, ready.Epoch, ready.Known, ready.Benign,
	})
}

func newPackID() string {
	var id [12]byte
	rand.Read(id[:])
	return "s" + hex.EncodeToString(id[:])
}

// add takes an entry of a set.
func (r *ReadyPack) add(set HashSet, e RawEntry) {
	if !r.draft.Add(set.Kind, e) {
		r.Perceptual++
		return
	}
	if set.Kind != KnownSet {
		return
	}
	category := cmp.Or(e.Category, set.Category)
	if _, is := r.Categories[category]; !is && len(r.Categories) >= maxPackCategories {
		category = ""
	}
	r.Categories[category]++
}

// matchingSets are the sets that match in one epoch, and what is said of their entries.
type matchingSets struct {
	epoch      Epoch
	sets       []HashSet
	objections []Objection
}

// matching returns what matches now, as it is in one epoch.
func (s *Sets) matching(ctx context.Context, knownOnly bool) (m matchingSets, err error) {
	for {
		if m.epoch, err = s.Store.Epoch(ctx); err != nil {
			return m, err
		}
		if m.sets, err = s.Store.Sets(ctx); err != nil {
			return m, err
		}
		if m.objections, err = s.Store.Objections(ctx); err != nil {
			return m, err
		}
		after, err := s.Store.Epoch(ctx)
		if err != nil || after == m.epoch {
			m.sets = slices.DeleteFunc(m.sets, func(set HashSet) bool {
				return set.State != Active || knownOnly && set.Kind != KnownSet
			})
			return m, err
		}
	}
}

// room returns how many entries there are of each kind.
func (m *matchingSets) room() (map[SetKind]int, error) {
	room, all := make(map[SetKind]int), 0
	for _, set := range m.sets {
		room[set.Kind] += set.Entries
		all += set.Entries
	}
	if all > MaxPackEntries {
		return nil, E(TooLarge, "make set pack", "", "the sets hold more than 67 million entries, too many for a laptop: leave benign sets out (--known-only)", nil)
	}
	return room, nil
}

// withdrawn returns the digests that are withdrawn from a set's lists.
func (m *matchingSets) withdrawn(set HashSet) map[DigestKey]bool {
	keys := make(map[DigestKey]bool)
	for _, o := range m.objections {
		if o.State == EntryWithdrawn && o.against(set) {
			for _, k := range o.Entry.Exact {
				keys[k] = true
			}
		}
	}
	return keys
}

// eachMatching calls do with each entry of an active set, without the digests that are withdrawn. do must not keep the entry.
func (s *Sets) eachMatching(ctx context.Context, set HashSet, withdrawn map[DigestKey]bool, do func(RawEntry)) error {
	counted := func(e RawEntry) {
		if len(withdrawn) == 0 || !e.drop(s.Names, withdrawn) {
			do(e)
		}
	}
	if set.office() {
		return s.eachAdded(ctx, set.ID, counted)
	}
	file, err := s.Archive.OpenSetFile(ctx, set.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	n := 0
	for e, err := range s.Parse(file, ParseOptions{Hash: set.longHash()}) {
		switch {
		case IsKind(err, Invalid):
			continue
		case err != nil:
			return err
		}
		counted(e)
		if n++; n%importBatch == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	return nil
}

// eachAdded calls do with each entry of the office's set that is on record.
func (s *Sets) eachAdded(ctx context.Context, set SetID, do func(RawEntry)) error {
	numbers, err := s.Store.Additions(ctx, set)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		a, err := s.Archive.Addition(ctx, AdditionID{set, n})
		if err != nil {
			return err
		}
		for _, e := range a.Entries {
			do(e)
		}
	}
	return nil
}

// drop takes the digests away that are withdrawn, and reports whether that were all it had.
func (e *RawEntry) drop(names Names, withdrawn map[DigestKey]bool) (all bool) {
	had := e.exact()
	if e.MD5 != nil && withdrawn[names.MD5(*e.MD5)] {
		e.MD5 = nil
	}
	if e.SHA1 != nil && withdrawn[names.SHA1(*e.SHA1)] {
		e.SHA1 = nil
	}
	if e.SHA256 != nil && withdrawn[names.SHA256(*e.SHA256)] {
		e.SHA256 = nil
	}
	return had && !e.exact()
}

// exact reports whether an entry has an exact digest.
func (e *RawEntry) exact() bool { return e.MD5 != nil || e.SHA1 != nil || e.SHA256 != nil }
