package triage

import (
	"context"
	"maps"
	"slices"
	"strings"
	"time"
)

// OutcomeCode says what came of a case.
type OutcomeCode string

// What may come of a case.
const (
	VictimWasIdentified   OutcomeCode = "victim-identified"
	VictimIsSafe          OutcomeCode = "victim-safe"
	ProducerWasIdentified OutcomeCode = "producer-identified"
	SomebodyArrested      OutcomeCode = "arrest"
	SomebodyConvicted     OutcomeCode = "conviction"
	NoLeadLeft            OutcomeCode = "no-lead"
)

// OutcomeCodes are all, in the order in which they are told.
var OutcomeCodes = []OutcomeCode{VictimWasIdentified, VictimIsSafe, ProducerWasIdentified, SomebodyArrested, SomebodyConvicted, NoLeadLeft}

// CaseOutcome is what came of a case, as somebody recorded it.
type CaseOutcome struct {
	Event  uint64 // of the journal
	Case   CaseID
	Number string // of the case
	What   []OutcomeCode
	Note   string
	By     string // account
	At     time.Time
}

// OutcomeNotice is an outcome as somebody is told of it who worked on the case.
type OutcomeNotice struct {
	CaseOutcome
	Read time.Time // when they took note; zero: not yet
}

// CaseOutcomeStore keeps what came of cases, who worked on them, and who was told. Each of its effects may be repeated, in any order.
type CaseOutcomeStore interface {
	// AddWorked notes that accounts worked on cases; Worked returns them, in order.
	AddWorked(ctx context.Context, cases []CaseID, accounts []string) error
	Worked(ctx context.Context, id CaseID) ([]string, error)
	// SaveCaseOutcome keeps an outcome, which accounts are told of.
	SaveCaseOutcome(ctx context.Context, o CaseOutcome, told []string) error
	// CaseOutcomes returns all of a case, the latest first; "": of all cases.
	CaseOutcomes(ctx context.Context, id CaseID) ([]CaseOutcome, error)
	// OutcomeNotices returns all that an account is told of, the latest first.
	OutcomeNotices(ctx context.Context, account string) ([]OutcomeNotice, error)
	// ReadOutcome notes when an account took note of an outcome, unless it had: NotFound when it is not told of it.
	ReadOutcome(ctx context.Context, account string, event uint64, at time.Time) error
}

// caseOutcome are the details of CaseHasOutcome. Whom it is told is fixed when it is recorded.
type caseOutcome struct {
	Number string        `json:"case"`
	What   []OutcomeCode `json:"what"`
	Note   string        `json:"note,omitempty"`
	Told   []string      `json:"told"`
}

// readOutcome are the details of OutcomeRead.
type readOutcome struct {
	Event uint64 `json:"event"`
}

// CaseOutcomes takes what came of cases, and tells it to those whose opinions were given on groups with media of them.
type CaseOutcomes struct {
	Cases  *Cases
	Media  MediumStore
	Events *Projector
}

// maxWorkedParts bounds how many manifest parts are read for who decided media of a case before it brought them: at some 10 ms each, two
// seconds.
const maxWorkedParts = 200

// checkOutcome returns what somebody says of a case as it is kept.
func checkOutcome(id CaseID, what []OutcomeCode, note string) (caseOutcome, error) {
	const op = "record the outcome of a case"
	d := caseOutcome{Note: strings.TrimSpace(note)}
	for _, code := range OutcomeCodes {
		if slices.Contains(what, code) {
			d.What = append(d.What, code)
		}
	}
	known := func(code OutcomeCode) bool { return slices.Contains(OutcomeCodes, code) }
	switch {
	case len(what) == 0:
		return d, E(Invalid, op, string(id), "state what came of the case", nil)
	case !slices.ContainsFunc(what, known) || slices.ContainsFunc(what, func(code OutcomeCode) bool { return !known(code) }):
		return d, E(Invalid, op, string(id), "an outcome is victim-identified, victim-safe, producer-identified, arrest, conviction or no-lead", nil)
	case len(d.Note) > MaxNote:
		return d, E(Invalid, op, string(id), "the note is longer than 2,000 bytes: shorten it", nil)
	}
	return d, nil
}

// Record keeps what came of a case, open or closed, and tells those who worked on it. Examiners do, of cases with exhibits of their own,
// supervisors and administrators. It returns to how many people it is told.
func (o *CaseOutcomes) Record(ctx context.Context, by Actor, id CaseID, what []OutcomeCode, note string) (told int, err error) {
	if by.Role != Examiner && by.Role != Supervisor && by.Role != Admin {
		return 0, forbidden("record the outcome of a case", by)
	}
	d, err := checkOutcome(id, what, note)
	if err != nil {
		return 0, err
	}
	k, err := o.Cases.Find(ctx, by, id)
	if err != nil {
		return 0, err
	}
	d.Number = k.Number
	if d.Told, err = o.worked(ctx, k); err != nil {
		return 0, err
	}
	return len(d.Told), o.Events.act(ctx, by, CaseHasOutcome, string(id), d)
}

// worked returns who worked on a case: who gave opinions while its media lay in their groups and, of an open case, who decided its media
// before, as far as maxWorkedParts tell.
func (o *CaseOutcomes) worked(ctx context.Context, k Case) ([]string, error) {
	accounts, err := o.Events.Outcomes.Worked(ctx, k.ID)
	if err != nil || k.State != CaseOpen {
		return accounts, err
	}
	read := 0
	for i := range k.Exhibits {
		parts, err := o.Events.Shelving.Parts(ctx, k.Exhibits[i].ID)
		if err != nil {
			return nil, err
		}
		for _, part := range parts[:min(len(parts), maxWorkedParts-read)] {
			more, err := o.decidedIn(ctx, k.Exhibits[i].ID, part)
			if err != nil {
				return nil, err
			}
			accounts, read = append(accounts, more...), read+1
		}
	}
	slices.Sort(accounts)
	return slices.Compact(accounts), nil
}

// decidedIn returns who gave the opinions of decisions, those in force and those before them, that cover media of a part. One that was destroyed meanwhile has none.
func (o *CaseOutcomes) decidedIn(ctx context.Context, x ExhibitID, part PartID) (accounts []string, err error) {
	items, err := partItems(ctx, o.Events.Manifests, x, part)
	if err != nil || len(items) == 0 {
		return nil, err
	}
	_, listed, _ := list(o.Events.Names, x, items)
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	media, err := o.Media.Media(ctx, ids)
	if err != nil {
		return nil, err
	}
	of := make(map[GroupID][]MediumID)
	for id, m := range media {
		if m.Group != "" {
			of[m.Group] = append(of[m.Group], id)
		}
	}
	groups, err := o.Events.Queue.GroupList(ctx, slices.Sorted(maps.Keys(of)))
	for i := range groups {
		for d := groups[i].Decision; d != nil; d = d.Replaces { // who confirms replaces what others concluded
			if !slices.ContainsFunc(of[groups[i].ID], d.Covers.Has) {
				continue
			}
			for _, opinion := range d.Opinions() {
				accounts = append(accounts, opinion.By)
			}
		}
	}
	return accounts, err
}

// Of returns what came of a case that by may see, the latest first.
func (o *CaseOutcomes) Of(ctx context.Context, by Actor, id CaseID) ([]CaseOutcome, error) {
	if _, err := o.Cases.Find(ctx, by, id); err != nil {
		return nil, err
	}
	return o.Events.Outcomes.CaseOutcomes(ctx, id)
}

// Told returns what came of the cases that by worked on, the latest first.
func (o *CaseOutcomes) Told(ctx context.Context, by Actor) ([]OutcomeNotice, error) {
	if !by.Role.Reviews() {
		return nil, forbidden("read what came of one's work", by)
	}
	return o.Events.Outcomes.OutcomeNotices(ctx, by.ID)
}

// Unread returns how many of these by has not taken note of.
func (o *CaseOutcomes) Unread(ctx context.Context, by Actor) (n int, err error) {
	told, err := o.Told(ctx, by)
	for i := range told {
		if told[i].Read.IsZero() {
			n++
		}
	}
	return n, err
}

// Read records that by took note of an outcome.
func (o *CaseOutcomes) Read(ctx context.Context, by Actor, event uint64) error {
	told, err := o.Told(ctx, by)
	if err != nil {
		return err
	}
	i := slices.IndexFunc(told, func(n OutcomeNotice) bool { return n.Event == event })
	switch {
	case i < 0:
		return E(NotFound, "take note of an outcome", "", "you are told of no such outcome", nil)
	case !told[i].Read.IsZero():
		return nil
	}
	return o.Events.act(ctx, by, OutcomeRead, string(told[i].Case), readOutcome{event})
}

// decidedGroup are the details of DecisionMade: the decision, and the cases in which media of the group lay then. What was written by
// a version that told nobody of outcomes names none.
type decidedGroup struct {
	Decision
	Cases []CaseID `json:"cases,omitempty"`
}

// casesOf returns the cases in which media of a group lie, in order.
func (r *Review) casesOf(ctx context.Context, id GroupID) ([]CaseID, error) {
	media, err := r.Queue.GroupMedia(ctx, id)
	if err != nil {
		return nil, err
	}
	cases, seen := make(map[CaseID]bool), make(map[ExhibitID]bool)
	for i := range media {
		for _, place := range media[i].Places {
			if seen[place.Exhibit] {
				continue
			}
			seen[place.Exhibit] = true
			x, err := r.Exhibits.Exhibit(ctx, place.Exhibit)
			if unlessMissing(err) != nil {
				return nil, err
			}
			if err == nil {
				cases[r.Events.Names.Case(x.Case)] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(cases)), nil
}

// groupDecided keeps a decision, and that whoever gave its opinions worked on the cases.
func (p *Projector) groupDecided(ctx context.Context, id GroupID, d decidedGroup) error {
	var accounts []string
	for _, o := range d.Opinions() {
		accounts = append(accounts, o.By)
	}
	if len(d.Cases) > 0 {
		if err := p.Outcomes.AddWorked(ctx, d.Cases, accounts); err != nil {
			return err
		}
	}
	return p.Queue.SaveDecision(ctx, id, d.Decision)
}

func (p *Projector) caseHasOutcome(ctx context.Context, ev Event, d caseOutcome) error {
	return p.Outcomes.SaveCaseOutcome(ctx, CaseOutcome{ev.Seq, CaseID(ev.Subject), d.Number, d.What, d.Note, ev.Actor, ev.Time.UTC()}, d.Told)
}
