package triage

import (
	"bytes"
	"encoding/hex"
	"slices"
	"time"
)

// Verdict is what a reviewer concluded of a group.
type Verdict string

// The verdicts.
const (
	Illegal    Verdict = "illegal"
	NotIllegal Verdict = "not-illegal"
	Unsure     Verdict = "unsure" // stays in the queue's reach, with its note
)

// Verdicts are all verdicts.
var Verdicts = []Verdict{Illegal, NotIllegal, Unsure}

// ParseVerdict returns the verdict named s.
func ParseVerdict(s string) (Verdict, error) {
	switch v := Verdict(s); v {
	case Illegal, NotIllegal, Unsure:
		return v, nil
	}
	return "", E(Invalid, "parse verdict", s, "a verdict is illegal, not-illegal or unsure", nil)
}

// Decision is what was concluded of the media that a group had, by one person or several.
type Decision struct {
	Opinion           // the last
	Before  []Opinion `json:"before,omitempty"` // what others concluded of the same media before, the first one first
	Members int       `json:"members"`          // how many media it covers
	Covers  Coverage  `json:"covers"`           // and which: for those that join later it is a proposal
	// Confirms is the time of the decision that was taken over for media that had joined since; zero: none.
	Confirms time.Time `json:"confirms,omitzero"`
	// Overturns reports that what it says is against a decision by which media are in the office's set.
	Overturns bool `json:"overturns,omitempty"`
	// Replaces is what stood before, without what that one replaced: it stands again when the first opinion is taken back.
	Replaces *Decision `json:"replaces,omitempty"`
}

// CoverBytes is how much of a medium's identifier a decision names it by: of two media in one group, another is taken for it
// once in 2.8 × 10^14 times.
const CoverBytes = 6

// Coverage names the media that a decision covers: CoverBytes of each, one after the other.
type Coverage []byte

// With returns c with a medium more.
func (c Coverage) With(id MediumID) Coverage {
	name, _ := hex.DecodeString(string(id))
	return append(c, name[:min(len(name), CoverBytes)]...)
}

// Has reports whether a medium is covered.
func (c Coverage) Has(id MediumID) bool {
	name := Coverage(nil).With(id)
	for covered := range slices.Chunk(c, CoverBytes) {
		if bytes.Equal(covered, name) {
			return true
		}
	}
	return false
}

// covering returns what a decision covers that is made now: the media of a group that were there when it was ranked (one that
// joined since has no finding yet), and those that the decision before covered.
func covering(media []Medium, before *Decision) (covers Coverage, members int) {
	for i := range media {
		if m := &media[i]; m.Finding != Pending || before != nil && before.Covers.Has(m.ID) {
			covers, members = covers.With(m.ID), members+1
		}
	}
	return covers, members
}
