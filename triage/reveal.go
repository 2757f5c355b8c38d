package triage

import (
	"slices"
	"strings"
	"time"
)

// RevealStep says how much of a group is shown: a rung of the ladder that a reviewer climbs.
type RevealStep string

// The steps, the least first.
const (
	StepFacts   RevealStep = "facts"   // type, size, dates, counts, reasons: told without a grant
	StepBlurred RevealStep = "blurred" // small, grey, strongly blurred
	StepGrey    RevealStep = "grey"    // small and grey
	StepColour  RevealStep = "colour"  // small, in colour
	StepFull    RevealStep = "full"    // in colour, as large as a screen
)

// RevealSteps are all steps, the least first.
var RevealSteps = []RevealStep{StepFacts, StepBlurred, StepGrey, StepColour, StepFull}

// Rung is how high a step stands: 0 for the facts, -1 for what is no step.
func (s RevealStep) Rung() int { return slices.Index(RevealSteps, s) }

// ParseRevealStep returns the step named s, of those that are granted.
func ParseRevealStep(s string) (RevealStep, error) {
	if step := RevealStep(s); step.Rung() > 0 {
		return step, nil
	}
	return "", E(Invalid, "parse step", s, "a step is blurred, grey, colour or full", nil)
}

// RevealRules are what counts for somebody. The zero value is the strictest that is of use: from the
// blurred step up to the full one, step by step.
type RevealRules struct {
	First   RevealStep // the highest that may be the first of a claim; empty: StepBlurred
	Highest RevealStep // that is granted at all; empty: StepFull; StepFacts: nothing is shown to anybody
	Jumps   bool       // after the first, steps may be left out by who states why
	Tiles   bool       // some tiles of a picture may be asked for by themselves
	Names   bool       // file names and paths may be asked for
	Grey    bool       // nothing is shown in colour, whatever the step
}

// RevealPolicy is what the organisation allows, by role. Who has a role that is not in it is shown nothing.
type RevealPolicy map[Role]RevealRules

// ForAll returns the policy of the same rules for all who work the queue.
func ForAll(rules RevealRules) RevealPolicy {
	p := make(RevealPolicy)
	for _, role := range Reviewing {
		p[role] = rules
	}
	return p
}

// Of returns the rules of a role.
func (p RevealPolicy) Of(role Role) RevealRules {
	if rules, ok := p[role]; ok {
		return rules
	}
	return RevealRules{Highest: StepFacts}
}

func (r RevealRules) first() RevealStep {
	if r.First == "" {
		return StepBlurred
	}
	return r.First
}

func (r RevealRules) highest() RevealStep {
	if r.Highest == "" {
		return StepFull
	}
	return r.Highest
}

// Offered returns the steps that may be asked for by somebody who was granted steps up to reached in this claim, the least
// first.
func (r RevealRules) Offered(reached RevealStep) []RevealStep {
	var offered []RevealStep
	for _, s := range RevealSteps[1:] {
		if r.admits(reached, s) == nil {
			offered = append(offered, s)
		}
	}
	return offered
}

// admits fails when step may not be asked for by somebody who was granted steps up to reached.
func (r RevealRules) admits(reached, step RevealStep) error {
	const op = "reveal a group"
	switch {
	case step.Rung() < 1 || step.Rung() > r.highest().Rung():
		return E(Forbidden, op, string(step), "this service does not grant this step", nil)
	case reached == StepFacts && step.Rung() <= r.first().Rung(), reached != StepFacts && r.Jumps, step.Rung() <= reached.Rung()+1:
		return nil
	}
	return E(Conflict, op, string(step), "ask for the step before this one first", nil)
}

// TileSteps returns the steps at which tiles of a picture may be asked for, the least first. None is blurred: tiles are to be read.
func (r RevealRules) TileSteps() []RevealStep {
	if !r.Tiles {
		return nil
	}
	return slices.Clone(RevealSteps[StepGrey.Rung():max(StepGrey.Rung(), r.highest().Rung()+1)])
}

// admitsStill reports whether a grant that was given may still be used.
func (r RevealRules) admitsStill(g *Grant) bool {
	switch g.Sight {
	case SeeNames:
		return r.Names
	case SeeTiles:
		return slices.Contains(r.TileSteps(), g.Step)
	}
	return g.Step.Rung() <= r.highest().Rung()
}

// admitsTiles fails when tiles of a picture may not be asked for at step by somebody who was granted others of it before.
func (r RevealRules) admitsTiles(before, tiles Tiles, step RevealStep) error {
	const op = "reveal tiles"
	switch {
	case !r.Tiles:
		return E(Forbidden, op, "", "this service does not grant tiles", nil)
	case !slices.Contains(r.TileSteps(), step):
		return E(Forbidden, op, string(step), "this service does not grant this step", nil)
	case tiles == 0 || tiles.Count() > MaxGrantTiles:
		return E(Invalid, op, "", "choose 1 to 4 tiles", nil)
	case (before | tiles).Count() > MaxClaimTiles:
		return E(Conflict, op, "", "8 tiles of this picture were granted: ask for the whole of it, step by step", nil)
	}
	return nil
}

// NeedsReason reports whether who asks for step must state why: for the first look, for the full size, and for a step that leaves
// others out. Whoever goes one step further, or back, has said why already.
func NeedsReason(reached, step RevealStep) bool {
	return reached == StepFacts || step == StepFull || step.Rung() > reached.Rung()+1
}

// highestOf returns the highest of the steps.
func highestOf(steps []RevealStep) RevealStep {
	highest := StepFacts
	for _, s := range steps {
		if s.Rung() > highest.Rung() {
			highest = s
		}
	}
	return highest
}

const (
	// GrantLife is how long a reveal may be looked at before it must be asked for again.
	GrantLife = 3 * time.Minute
	// MaxGrantPictures bounds how many pictures of a group one reveal shows.
	MaxGrantPictures = 12
	// MaxGrantTiles bounds how many tiles of a picture one reveal shows, and MaxClaimTiles how many while a group is claimed: half
	// of it. Whoever wants more wants the picture.
	MaxGrantTiles = 4
	MaxClaimTiles = 8
	// MinReason is the shortest reason accepted, in characters: long enough to say something.
	MinReason = 5
	// MaxNote bounds reasons and notes, in bytes.
	MaxNote = 2000
)

// checkReason refuses a reason that says nothing.
func checkReason(reason string) (string, error) {
	reason = strings.TrimSpace(reason)
	switch {
	case len([]rune(reason)) < MinReason:
		return "", E(Invalid, "check reason", "", "state why, in at least 5 characters", nil)
	case len(reason) > MaxNote:
		return "", E(Invalid, "check reason", "", "the reason is longer than 2,000 bytes: shorten it", nil)
	}
	return reason, nil
}
