package triage

import (
	"context"
	"slices"
	"strings"
	"time"
)

// Assignment is whose a group is to decide, or all groups with media of a case that were not assigned by themselves. A group in several
// assigned cases is whose the first of them was assigned to. It says what the next group is, and keeps nobody from claiming one by hand.
type Assignment struct {
	Group  GroupID // of this and Case, one
	Case   CaseID
	Number string // of the case
	To     string // account; empty: it was taken back
	By     string // account
	At     time.Time
	Event  uint64 // number of the event that says so
}

// AssignmentStore keeps assignments, and whose each group of the queue is. Each of its effects may be repeated.
type AssignmentStore interface {
	// Assign keeps what an event says of a group or a case, unless a later one did. A group is its account's at once; those of a case
	// are when Settle says that there is no more to do.
	Assign(ctx context.Context, a Assignment) error
	// Settle gives some groups to whoever they are since an assignment of their case changed, and reports whether there may be more.
	Settle(ctx context.Context) (more bool, err error)
	// Assignments returns those in force, in the order of their events.
	Assignments(ctx context.Context) ([]Assignment, error)
	// AssignedTo returns how many groups of the queue are each account's.
	AssignedTo(ctx context.Context, accounts []string) ([]int, error)
}

// Assigner lets a supervisor say whose groups and cases are.
type Assigner struct {
	Cases  *Cases
	Lease  Lease
	Events *Projector
}

// assignedGroup are the details of GroupIsAssigned; assignedCase, of CaseIsAssigned. To nobody: it was taken back.
type (
	assignedGroup struct {
		To string `json:"to,omitempty"`
	}
	assignedCase struct {
		Number string `json:"case"`
		To     string `json:"to,omitempty"`
	}
)

// Assignee is somebody who may be assigned groups, and what is theirs.
type Assignee struct {
	Actor
	Groups int          // of the queue
	Cases  []Assignment // in the order in which they were assigned
}

// Assignees returns everybody who reviews, by name, with what is theirs.
func (a *Assigner) Assignees(ctx context.Context, by Actor) ([]Assignee, error) {
	if !by.Role.Reviews() {
		return nil, forbidden("read the assignments", by)
	}
	people, err := a.Events.reviewing(ctx)
	if err != nil {
		return nil, err
	}
	ids := make([]string, len(people))
	for i := range people {
		ids[i] = people[i].ID
	}
	counts, err := a.Events.Assigned.AssignedTo(ctx, ids)
	if err != nil {
		return nil, err
	}
	all, err := a.Events.Assigned.Assignments(ctx)
	if err != nil {
		return nil, err
	}
	list := make([]Assignee, len(people))
	for i := range people {
		list[i] = Assignee{Actor: people[i], Groups: counts[i]}
		for _, one := range all {
			if one.To == people[i].ID && one.Case != "" {
				list[i].Cases = append(list[i].Cases, one)
			}
		}
	}
	return list, nil
}

// AssignGroup says whose a group of the queue is: an account, by its identifier or its name.
func (a *Assigner) AssignGroup(ctx context.Context, by Actor, id GroupID, to string) error {
	const op = "assign a group"
	return a.deciding(ctx, op, by, to, func(to string) error {
		g, err := a.Events.Queue.Group(ctx, id)
		switch {
		case err != nil:
			return err
		case !g.Waits():
			return E(Conflict, op, string(id), "this group does not wait in the queue", nil)
		}
		return a.Events.act(ctx, by, GroupIsAssigned, string(id), assignedGroup{to})
	})
}

// TakeBackGroup has a group be nobody's, or whose its case is.
func (a *Assigner) TakeBackGroup(ctx context.Context, by Actor, id GroupID) error {
	const op = "take a group back"
	return a.takingBack(ctx, op, by, func(one Assignment) bool { return one.Group == id },
		func(Assignment) error { return a.Events.act(ctx, by, GroupIsAssigned, string(id), assignedGroup{}) },
		E(NotFound, op, string(id), "this group was assigned to nobody by itself: take back its case", nil))
}

// AssignCase says whose the groups with media of a case are, now and later: an account, by its identifier or its name. It ends when the case is closed.
func (a *Assigner) AssignCase(ctx context.Context, by Actor, id CaseID, to string) error {
	const op = "assign a case"
	return a.deciding(ctx, op, by, to, func(to string) error {
		k, err := a.Cases.Find(ctx, by, id)
		switch {
		case err != nil:
			return err
		case k.State != CaseOpen:
			return E(Conflict, op, string(id), ClosedHint, ErrClosed)
		}
		return a.Events.act(ctx, by, CaseIsAssigned, string(id), assignedCase{k.Number, to})
	})
}

// TakeBackCase has the groups of a case be nobody's, but for those that were assigned by themselves or lie in another such case.
func (a *Assigner) TakeBackCase(ctx context.Context, by Actor, id CaseID) error {
	const op = "take a case back"
	return a.takingBack(ctx, op, by, func(one Assignment) bool { return one.Case == id },
		func(one Assignment) error {
			return a.Events.act(ctx, by, CaseIsAssigned, string(id), assignedCase{Number: one.Number})
		},
		E(NotFound, op, string(id), "this case was assigned to nobody", nil))
}

// deciding has a supervisor assign something, with the account of whoever it is to be.
func (a *Assigner) deciding(ctx context.Context, op string, by Actor, to string, do func(to string) error) error {
	if by.Role != Supervisor {
		return forbidden(op, by)
	}
	person, err := a.Events.reviewer(ctx, op, to)
	if err != nil {
		return err
	}
	return deciding(ctx, a.Lease, func() error { return do(person.ID) })
}

func (a *Assigner) takingBack(ctx context.Context, op string, by Actor, is func(Assignment) bool, do func(Assignment) error, none error) error {
	if by.Role != Supervisor {
		return forbidden(op, by)
	}
	return deciding(ctx, a.Lease, func() error {
		all, err := a.Events.Assigned.Assignments(ctx)
		if err != nil {
			return err
		}
		i := slices.IndexFunc(all, is)
		if i < 0 {
			return none
		}
		return do(all[i])
	})
}

// Reviewers returns everybody who reviews and may sign in, by name.
func (r *Review) Reviewers(ctx context.Context, by Actor) ([]Actor, error) {
	if !by.Role.Reviews() {
		return nil, forbidden("read who reviews", by)
	}
	return r.Events.reviewing(ctx)
}

// reviewing returns everybody who reviews and may sign in, by name.
func (p *Projector) reviewing(ctx context.Context) ([]Actor, error) {
	accounts, err := p.Accounts.Accounts(ctx)
	var people []Actor
	for _, acc := range accounts {
		if acc.Role.Reviews() && acc.Revoked.IsZero() {
			people = append(people, acc.Actor)
		}
	}
	slices.SortStableFunc(people, func(x, y Actor) int { return strings.Compare(x.Name, y.Name) })
	return people, err
}

// reviewer returns the one of them whom an identifier or a name stands for.
func (p *Projector) reviewer(ctx context.Context, op, who string) (Actor, error) {
	people, err := p.reviewing(ctx)
	if err != nil {
		return Actor{}, err
	}
	if i := slices.IndexFunc(people, func(a Actor) bool { return a.ID == who }); i >= 0 {
		return people[i], nil
	}
	named := slices.DeleteFunc(people, func(a Actor) bool { return a.Name != who })
	switch len(named) {
	case 0:
		return Actor{}, E(NotFound, op, "", "no reviewer or supervisor has this name or identifier: vigie assign shows all", nil)
	case 1:
		return named[0], nil
	}
	return Actor{}, E(Conflict, op, "", "several people have this name: give the account's identifier", nil)
}

func (p *Projector) groupAssigned(ctx context.Context, ev Event, d assignedGroup) error {
	return p.assign(ctx, Assignment{Group: GroupID(ev.Subject), To: d.To, By: ev.Actor, At: ev.Time.UTC(), Event: ev.Seq})
}

// caseAssigned keeps an assignment, and then has all exhibits of its case gone over: one that is opened meanwhile is by itself.
func (p *Projector) caseAssigned(ctx context.Context, ev Event, d assignedCase) error {
	a := Assignment{Case: CaseID(ev.Subject), Number: d.Number, To: d.To, By: ev.Actor, At: ev.Time.UTC(), Event: ev.Seq}
	if err := p.assign(ctx, a); err != nil || d.To == "" {
		return err
	}
	_, err := p.liftCase(ctx, d.Number)
	return err
}

// assign keeps an assignment, as one to nobody where its account was revoked since.
func (p *Projector) assign(ctx context.Context, a Assignment) error {
	if a.To != "" {
		acc, err := p.Accounts.Account(ctx, a.To)
		if err != nil {
			return err
		}
		if !acc.Revoked.IsZero() {
			a.To = ""
		}
	}
	return p.Assigned.Assign(ctx, a)
}

// unassign takes back, by an event, all that an account was assigned before it.
func (p *Projector) unassign(ctx context.Context, ev Event, account string) error {
	all, err := p.Assigned.Assignments(ctx)
	if err != nil {
		return err
	}
	for _, a := range all {
		if a.To != account || a.Event > ev.Seq {
			continue
		}
		a.To, a.By, a.At, a.Event = "", ev.Actor, ev.Time.UTC(), ev.Seq
		if err := p.Assigned.Assign(ctx, a); err != nil {
			return err
		}
	}
	return nil
}

// settle gives some groups of a case to whoever they are since it was assigned, or taken back.
func (s *Steward) settle(ctx context.Context) (int, error) {
	more, err := s.Events.Assigned.Settle(ctx)
	if more {
		return 1, err
	}
	return 0, err
}
