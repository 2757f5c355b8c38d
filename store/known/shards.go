package known

import (
	"context"
	"strconv"
	"strings"

	"vigie/triage"
)

// Shards finds the perceptual entries that are near. A Mirror does so for its share; a client of processes that each hold a
// share does for all (store/known/matcher).
type Shards interface {
	// Near returns for each lookup the nearest of all entries of the active sets as they were at that moment. Stale: it is
	// another moment there. Unavailable: somebody who holds some of them does not answer, or has not loaded them.
	Near(ctx context.Context, at Moment, lookups []Lookup) ([]Nearest, error)
}

var _ Shards = (*Mirror)(nil)

// Share says which of the segments of all sets a mirror holds: of Of equal shares, number Index, from 1.
type Share struct{ Index, Of int }

// MaxShares is how many shares there can be.
const MaxShares = 1000

// Whole is all of the segments.
var Whole = Share{1, 1}

// none is no segment.
var none = Share{}

// ParseShare reads "2/3". Invalid: it is no share.
func ParseShare(text string) (Share, error) {
	first, second, _ := strings.Cut(text, "/")
	index, err := strconv.Atoi(first)
	of, err2 := strconv.Atoi(second)
	s := Share{index, of}
	if err != nil || err2 != nil || !s.Valid() {
		return Share{}, triage.E(triage.Invalid, "read a share", "", "a share is 1/3, 2/3 or 3/3, for any number of shares", nil)
	}
	return s, nil
}

// Valid reports whether there is such a share.
func (s Share) Valid() bool { return s.Index >= 1 && s.Index <= s.Of && s.Of <= MaxShares }

// String writes it as "2/3".
func (s Share) String() string { return strconv.Itoa(s.Index) + "/" + strconv.Itoa(s.Of) }

// holds reports whether a segment of a set belongs to the share. Sets begin with different shares, for many sets have one
// segment only.
func (s Share) holds(set triage.SetID, segment int) bool { return (segment+int(set))%s.Of == s.Index-1 }

// of returns about how many perceptual entries of a set the share has.
func (s Share) of(set triage.HashSet) int {
	if s == none || set.Kind != triage.KnownSet {
		return 0
	}
	return (set.ByMethod[triage.ByPDQ] + set.ByMethod[triage.ByPHash]) / s.Of
}

// Near implements Shards for the share of the entries that m holds.
func (m *Mirror) Near(ctx context.Context, at Moment, lookups []Lookup) ([]Nearest, error) {
	v := m.view.Load()
	if v == nil || v.moment != at {
		var err error
		if v, err = m.current(ctx); err != nil {
			return nil, err
		}
	}
	if v.moment != at {
		return nil, triage.E(triage.Stale, "match", "", staleHint, nil)
	}
	return v.near(lookups), nil
}

const staleHint = "the hash sets changed meanwhile: try again"

// Ready fails with Unavailable while m does not hold the sets as they are now.
func (m *Mirror) Ready(ctx context.Context) error {
	now, err := m.sets.moment(ctx)
	if err != nil {
		return err
	}
	if v := m.view.Load(); v == nil || v.moment != now {
		return loading()
	}
	return nil
}

// loading is what is said while the sets are read.
func loading() error {
	return triage.E(triage.Unavailable, "match", "", "the hash sets are being loaded: try again in a moment", nil)
}

// Loaded says how many perceptual entries the load that goes on, or the last one, has read, and about how many there are.
// Only what is new is read.
func (m *Mirror) Loaded() (done, of int) { return int(m.loaded.Load()), int(m.most.Load()) }

// Held says how many perceptual entries m holds, and for which epoch.
func (m *Mirror) Held() (entries int, epoch triage.Epoch) {
	v := m.view.Load()
	if v == nil {
		return 0, 0
	}
	for _, s := range v.loaded {
		entries += len(s.pdqRefs) + len(s.phashRefs)
	}
	return entries, v.moment.Epoch
}

// Together merges what several shards found for one lookup.
func Together(parts ...Nearest) Nearest {
	var all Nearest
	for _, part := range parts {
		all.All += part.All
		for _, h := range part.Hits {
			if h.State != triage.EntryWithdrawn && all.has(h) { // an import that was repeated wrote it to two segments
				all.All--
			}
			all.keep(h)
		}
	}
	return all
}
