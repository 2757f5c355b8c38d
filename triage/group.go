package triage

import (
	"time"

	"vigie/hashing/pdq"
	"vigie/triage/signals"
)

// GroupID names a group: the identifier of the medium that founded it.
type GroupID string

// GroupDistance is the largest PDQ distance, in bits of 256, between a group's founder and a member: the
// published distance at which two hashes are the same picture. Members are compared with the founder only, so
// that a group never chains unlike pictures together.
const GroupDistance = pdq.MatchDistance

// Founder is the birth of a group: its first medium's hash, by which later ones join. When that medium leaves, another
// member stands for the group, by a birth of its own.
type Founder struct {
	Group  GroupID
	Medium MediumID
	PDQ    *pdq.Hash // nil: nothing can join (a video, or a quality too low to compare)
	// Trimmed are the hashes of that picture without its plain borders, where it may have some.
	Trimmed []pdq.Hash
}

// Codes returns the hashes by which others can join: that of the picture, and then those without its borders.
func (f *Founder) Codes() []pdq.Hash {
	if f.PDQ == nil {
		return nil
	}
	return append([]pdq.Hash{*f.PDQ}, f.Trimmed...)
}

// SetCodes takes what Codes returned.
func (f *Founder) SetCodes(codes []pdq.Hash) {
	f.PDQ, f.Trimmed = nil, nil
	if len(codes) > 0 {
		f.PDQ = &codes[0]
	}
	if len(codes) > 1 {
		f.Trimmed = codes[1:]
	}
}

// Group is media that look alike, decided together.
type Group struct {
	ID       GroupID          `json:"id"`
	Members  int              `json:"members"`  // media
	Open     int              `json:"open"`     // members in no set
	Exhibits int              `json:"exhibits"` // in which members lie
	Cases    int              `json:"cases"`
	Videos   int              `json:"videos"`
	Score    int              `json:"score"`
	Finding  Finding          `json:"finding"` // of its open members
	Reasons  []signals.Reason `json:"reasons"`
	Claim    *Claim           `json:"claim,omitempty"`
	Decision *Decision        `json:"decision,omitempty"`
	// New is how many open members have joined since the decision: it does not cover them, and is a proposal for them.
	New int `json:"new,omitempty"`
	// Custody is why the group comes before others, where the queue or a sheet tells of it; nil: none runs.
	Custody *Custody `json:"custody,omitempty"`
	// Assigned is the account whose it is, while it is in the queue; empty: nobody's.
	Assigned string `json:"assigned,omitempty"`
}

// Waits reports whether it is in the queue: some of its members are in no set, and no decision covers all of these.
func (g Group) Waits() bool { return g.Open > 0 && (g.Decision == nil || g.New > 0) }

// Proposal returns what was concluded of a group that media have joined since, or nil: nothing was, or two people disagree.
func (g Group) Proposal() *Opinion {
	if g.New == 0 || g.Decision == nil || g.Decision.Round() == AwaitsThird {
		return nil
	}
	o := g.Decision.Conclusion()
	return &o
}

// Proposes reports whether a member is one for which the decision is a proposal.
func (g Group) Proposes(m Medium) bool {
	return g.Decision != nil && (m.Finding == ProbableNew || m.Finding == Unranked) && !g.Decision.Covers.Has(m.ID)
}

// Claim is a reviewer's lease on a group.
type Claim struct {
	By    string    `json:"by"`
	Until time.Time `json:"until"`
}
