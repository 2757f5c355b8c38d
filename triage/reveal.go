package triage

import (
	"strings"
	"time"
)

// RevealStep says how much of a group is shown.
type RevealStep string

// The steps, the least first.
const (
	StepFirst RevealStep = "first" // small, grey, strongly blurred
	StepFull  RevealStep = "full"  // colour, as large as a screen, upright
)

// ParseRevealStep returns the step named s.
func ParseRevealStep(s string) (RevealStep, error) {
	switch step := RevealStep(s); step {
	case StepFirst, StepFull:
		return step, nil
	}
	return "", E(Invalid, "parse step", s, "a step is first or full", nil)
}

const (
	// GrantLife is how long a reveal may be looked at before it must be asked for again.
	GrantLife = 3 * time.Minute
	// MaxGrantPictures bounds how many pictures of a group one reveal shows.
	MaxGrantPictures = 12
	// MinReason is the shortest reason accepted, in characters: long enough to say something.
	MinReason = 5
	// MaxNote bounds reasons and notes, in bytes.
	MaxNote = 2000
)

// Grant is a live permission to see the pictures of one group, at one step, for one person in one session.
type Grant struct {
	ID      string     `json:"id"`
	Group   GroupID    `json:"group"`
	Step    RevealStep `json:"step"`
	Actor   string     `json:"actor"`
	Session string     `json:"session"` // identifier of the session or token that asked; never the secret
	Media   []MediumID `json:"media"`
	Expires time.Time  `json:"expires"`
}

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
