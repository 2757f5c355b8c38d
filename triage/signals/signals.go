// Package signals ranks a group of alike media that is in no set: named, additive, explained signals, each a
// number of points and one sentence. Ranking orders; it never hides anything.
//
// What each signal looks at stands in origin.go (where a picture comes from), ties.go (what it has to do with others),
// places.go (where it lay) and content.go (what it is); how much each counts, in weights.go.
package signals

import (
	"slices"
	"time"

	"vigie/hashing"
)

// Signal names one ranking signal.
type Signal string

// Reason is one signal that applied, with its points. One that is given no points is a reason too, so that giving it
// some changes the rank at once; whoever shows reasons leaves it out.
type Reason struct {
	Signal Signal `json:"signal"`
	Points int    `json:"points"`
	// Share is how much of the weight it is worth, in thousandths; 0: all of it.
	Share int `json:"share,omitempty"`
	// Detail is what the sentence names: a camera's model, a number.
	Detail string `json:"detail,omitempty"`
}

// Group is what ranking knows of a group: its members that are in no set.
type Group struct {
	Members  []Member
	Exhibits int // in which members were found
	Cases    int // legal procedures of these
}

// Member is what ranking knows of one medium.
type Member struct {
	Facts    hashing.Facts
	Quality  int  // of its PDQ, 0 to 100
	Matched  bool // any entry of a known set matched, by whatever hash, withdrawn ones too
	Possible bool // near a known entry by pHash alone
	// CameraKnown and ShootKnown: media that are known or near-known, or were decided to be illegal, share its camera, or its shoot.
	CameraKnown, ShootKnown bool
	// CameraCases and ShootCases are in how many cases media of its camera, or its shoot, were found; 0: not known.
	CameraCases, ShootCases int
	// Score is what a classifier made of it, in thousandths; only if Scored.
	Score  int
	Scored bool
	Places []Place
}

// Nearness is how near known or near-known media lie in the folder tree, and how dense.
type Nearness struct {
	Where   Where
	Density int // 1 to MaxDensity: DensityOf the files there; 0 with NearNone
}

// Where is where in the folder tree something lies.
type Where int

// The places, from far to near.
const (
	NearNone   Where = iota
	NearAround       // in the folder above, in one beside it, or in one within it
	NearSame         // in the same folder
)

// Place is where a member lay.
type Place struct {
	Class     string // a triage.PlaceClass
	Deleted   bool   // in a recycle bin, or recovered
	Hidden    bool   // in a hidden folder, or a vault
	Archived  bool   // within an archive
	Near      Nearness
	Decided   Decided
	Modified  time.Time // of the file system; zero when not known
	Submitted time.Time // when the exhibit was opened
	Seized    time.Time // when the exhibit was seized; zero when nobody said
}

// reference is the moment against which the age of what lay there is told.
func (p Place) reference() time.Time {
	if p.Seized.IsZero() {
		return p.Submitted
	}
	return p.Seized
}

// Rank adds up the signals that apply to g. The reasons stand in the order of their weight, the heaviest first.
func (w *Weights) Rank(g Group) (score int, reasons []Reason) {
	for _, s := range all {
		if r, applies := s.applies(&w.Parameters, &g); applies {
			r.Signal = s.name
			reasons = append(reasons, r)
		}
	}
	return w.Rescore(reasons)
}

// Rescore gives reasons the points of these weights, in place, and adds them up.
func (w *Weights) Rescore(reasons []Reason) (score int, same []Reason) {
	for i := range reasons {
		r := &reasons[i]
		r.Points = w.Points[r.Signal]
		if r.Share != 0 {
			r.Points = (r.Points*r.Share + roundHalf(r.Points)) / thousand
		}
		score += r.Points
	}
	sortByWeight(reasons)
	return score, reasons
}

// Shown leaves out the reasons that count for nothing.
func Shown(reasons []Reason) []Reason {
	return slices.DeleteFunc(slices.Clone(reasons), func(r Reason) bool { return r.Points == 0 })
}

const thousand = 1000

// roundHalf makes a division by a thousand round to the nearest.
func roundHalf(n int) int {
	if n < 0 {
		return -thousand / 2
	}
	return thousand / 2
}
