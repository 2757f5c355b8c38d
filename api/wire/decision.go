package wire

import (
	"time"

	"vigie/triage"
)

// DecisionRequest is a reviewer's conclusion. What is illegal has a category; the rest may be absent.
type DecisionRequest struct {
	Verdict  string `json:"verdict" enum:"illegal,not-illegal,unsure"`
	Category string `json:"category,omitempty"` // its code in the office's scheme
	Violent  bool   `json:"violent,omitempty"`  // whoever opens it next is warned before
	Victim   string `json:"victim,omitempty" enum:"unidentified,identified,known-series,"`
	Producer string `json:"producer,omitempty" enum:"none,possible,strong,"` // how much it tells of who made it
	Series   string `json:"series,omitempty"`
	Note     string `json:"note,omitempty"`
	// SameAs is a group that is a precedent of this one: what was concluded of it, with that verdict, is taken over, and the rest but the
	// note is left out.
	SameAs string `json:"same_as,omitempty"`
}

// Opinion converts a request.
func (r DecisionRequest) Opinion() triage.Opinion {
	return triage.Opinion{
		Verdict: triage.Verdict(r.Verdict), Category: triage.CategoryCode(r.Category), Violent: r.Violent, Victim: triage.Victim(r.Victim),
		Producer: triage.Lead(r.Producer), Series: r.Series, Note: r.Note,
	}
}

// ConfirmationRequest takes a group's decision over for media that have joined since.
type ConfirmationRequest struct {
	Verdict string `json:"verdict" enum:"illegal,not-illegal,unsure"` // as proposed
	Media   int    `json:"media"`                                     // as proposed
}

// Opinion is what one person concluded.
type Opinion struct {
	DecisionRequest
	By string    `json:"by"`
	At time.Time `json:"at"`
	// SameAsAt is when the group was decided that it was taken over from.
	SameAsAt *time.Time `json:"same_as_at,omitempty"`
	// Folder: it was decided with others of the folder of SameAs, whatever was decided of that.
	Folder bool `json:"folder,omitempty"`
}

// NewOpinion converts an opinion.
func NewOpinion(o triage.Opinion) Opinion {
	w := Opinion{DecisionRequest: DecisionRequest{
		Verdict: string(o.Verdict), Category: string(o.Category), Violent: o.Violent, Victim: string(o.Victim),
		Producer: string(o.Producer), Series: o.Series, Note: o.Note, SameAs: string(o.SameAs.Group),
	}, By: o.By, At: o.At, Folder: o.SameAs.Folder}
	if !o.SameAs.At.IsZero() {
		w.SameAsAt = &o.SameAs.At
	}
	return w
}

// Precedent is a decided group that shares something with another.
type Precedent struct {
	Group   string   `json:"group"`
	Opinion Opinion  `json:"opinion"`        // that counts of it
	Shares  []string `json:"shares"`         // any of shoot, close, folder, camera
	Bits    int      `json:"bits,omitempty"` // by which their pictures differ, of 256, where they are close
}

func newPrecedent(p triage.Precedent) Precedent {
	return Precedent{string(p.Group), NewOpinion(p.Opinion), p.Shared.Names(), p.Shared.Bits}
}

// Decision is what was concluded of a group, on record: the last opinion, and those before it of the same media.
type Decision struct {
	Opinion
	Awaits     string    `json:"awaits,omitempty" enum:"second,third,"` // whose opinion it waits for; absent: it is settled
	Conclusion *Opinion  `json:"conclusion,omitempty"`                  // what counts, where it is settled
	Before     []Opinion `json:"before,omitempty"`                      // the first one first
	Members    int       `json:"members"`                               // how many media it covers
	// Confirms is when the decision was made that this one takes over.
	Confirms *time.Time `json:"confirms,omitempty"`
}

// NewDecision converts a decision.
func NewDecision(d triage.Decision) Decision {
	w := Decision{Opinion: NewOpinion(d.Opinion), Awaits: string(d.Round()), Members: d.Members}
	for _, o := range d.Before {
		w.Before = append(w.Before, NewOpinion(o))
	}
	if w.Awaits == "" {
		c := NewOpinion(d.Conclusion())
		w.Conclusion = &c
	}
	if !d.Confirms.IsZero() {
		w.Confirms = &d.Confirms
	}
	return w
}

// Awaiting is a stretch of the groups whose decision awaits somebody else's opinion, the longest waiting first.
type Awaiting struct {
	Total  int     `json:"total"` // of all of them
	Groups []Group `json:"groups"`
}

// NewAwaiting converts a stretch of them.
func NewAwaiting(total int, list []triage.Group) Awaiting {
	w := Awaiting{Total: total, Groups: make([]Group, len(list))}
	for i, g := range list {
		w.Groups[i] = NewGroup(g)
	}
	return w
}

// Scheme is by which categories the office decides.
type Scheme struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Categories []Category `json:"categories"`
}

// Category is one class of illegal content.
type Category struct {
	Code   string            `json:"code"`
	Name   map[string]string `json:"name"`             // by language
	Others map[string]string `json:"others,omitempty"` // what it is in other schemes
}

// NewScheme converts a scheme.
func NewScheme(s *triage.Scheme) Scheme {
	w := Scheme{Name: s.Name, Version: s.Version, Categories: make([]Category, len(s.Categories))}
	for i, c := range s.Categories {
		w.Categories[i] = Category{string(c.Code), c.Name, c.Others}
	}
	return w
}
