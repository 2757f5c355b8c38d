package triage

import (
	"context"
	"slices"
	"sync"
)

// events gives all events after from their effect: those that snapshots leave out have none.
func (c *CatchUp) events(ctx context.Context, from uint64) error {
	head, err := c.Journal.Head(ctx)
	if err != nil || from >= head {
		return err
	}
	if err := c.foundations(ctx, from, head); err != nil {
		return err
	}
	last, n := from, 0
	for ev, err := range c.Journal.Replay(ctx, from+1) {
		if err == nil {
			err = c.Events.Apply(ctx, ev)
		}
		if err != nil {
			return err
		}
		last = ev.Seq
		if n++; n%markEvery == 0 {
			if err := c.Events.Marks.MarkEvents(ctx, last); err != nil {
				return err
			}
		}
		c.tell(StepEvents, int(last-from), int(head-from)) //nolint:gosec // counts
	}
	return c.Events.Marks.MarkEvents(ctx, max(last, head)) // the last ones may have been left out
}

// foundations gives the events after from on which others rest their effect, before anything is counted. Every case
// becomes what they leave it at: what belongs to one that was put away, and still is, does not come back. What is being
// reopened is brought back, for later events count on it; and since that is matched, the sets and the words on their entries
// come before it, or matches would be found that nobody ever had.
func (c *CatchUp) foundations(ctx context.Context, from, head uint64) error {
	type ends struct{ closed, away, reopened Event } // the last of each
	all := make(map[string]*ends)
	for ev, err := range c.Journal.Replay(ctx, from+1) {
		if err != nil {
			return err
		}
		switch ev.Kind {
		case SetImported, SetExtended, SetWithdrawn, SetRemoved, EntryWasWithdrawn, EntryWasDisputed, EntryWasRestored, MatchesWithdrawn:
			if err := c.Events.Apply(ctx, ev); err != nil {
				return err
			}
			c.tell(StepEvents, 0, int(head-from)) //nolint:gosec // a count
		case CaseIsClosed, CaseIsPutAway, CaseIsReopened:
			if all[ev.Subject] == nil {
				all[ev.Subject] = &ends{}
			}
		}
		switch k := all[ev.Subject]; ev.Kind {
		case CaseIsClosed:
			k.closed = ev
		case CaseIsPutAway:
			k.away = ev
		case CaseIsReopened:
			k.reopened = ev
		}
	}
	for _, k := range all {
		last := []Event{k.reopened}
		if k.closed.Seq > k.reopened.Seq && k.away.Seq > k.closed.Seq {
			last = []Event{k.closed, k.away}
		}
		for _, ev := range last {
			if ev.Seq == 0 {
				continue // closed, and not put away: that is to be done once it is counted
			}
			if err := c.Events.Apply(ctx, ev); err != nil {
				return err
			}
		}
	}
	return c.Closer.BringBack(ctx)
}

// examinations restores the packs beyond the given ones.
func (c *CatchUp) examinations(ctx context.Context, beyond map[string]uint64) error {
	var packs []PackID
	for id, err := range c.Steward.Examinations.Packs(ctx, beyond) {
		if err != nil {
			return err
		}
		packs = append(packs, id)
	}
	if _, _, err := c.Steward.Matcher.Match(ctx, nil); err != nil { // loads the sets, once, before many ask
		return err
	}
	var done sync.Mutex // guards n
	n := 0
	err := atMost(ctx, packsAtOnce, packs, func(ctx context.Context, _ int, id PackID) error {
		filed, err := c.Steward.Examinations.Pack(ctx, id)
		if err == nil {
			err = c.Steward.restore(ctx, filed, nil)
		}
		done.Lock()
		n++
		c.tell(StepExaminations, n, len(packs))
		done.Unlock()
		return err
	})
	if err != nil {
		return err
	}
	return c.Steward.Media.NotePacks(ctx, lastPacks(packs)...)
}

// lastPacks returns the last pack of each writer.
func lastPacks(packs []PackID) (last []PackID) {
	of := make(map[string]uint64)
	for _, p := range packs {
		of[p.Writer] = max(of[p.Writer], p.Number)
	}
	for writer, number := range of {
		last = append(last, PackID{writer, number})
	}
	return last
}

// restore gives media their examinations, matched as the sets are now. Nothing is decoded. had are matches that media had
// when they left the projections, if they did.
func (s *Steward) restore(ctx context.Context, filed []Filed, had map[MediumID][]Match) error {
	standings, err := s.Media.FileExaminations(ctx, filed...)
	if err != nil {
		return err
	}
	var todo []int // indexes of filed
	var probes []Probe
	for i, stands := range standings {
		if stands.State != "" && (stands.State != Examined || filed[i].Attempt > 0) { // else there is a later one, or it is done
			todo = append(todo, i)
			probes = append(probes, NewProbe(filed[i].Keys, filed[i].Examination))
		}
	}
	for len(todo) > 0 {
		matches, epoch, err := s.Matcher.Match(ctx, probes)
		if err != nil {
			return err
		}
		outcomes := make([]Outcome, len(todo))
		for i, at := range todo {
			x := &filed[at].Examination
			outcomes[i] = Outcome{
				Medium: filed[at].Medium, Generation: max(1, filed[at].Generation), Epoch: epoch, Matches: matches[i], Examination: x,
				Clue: s.Names.Clue(&x.Facts), Attempt: filed[at].Attempt,
				Finding: Conclude(standings[at].Kind, x.Unreadable, matches[i]),
			}
		}
		if err := s.Events.keepEarlier(ctx, s.Media, outcomes, had); err != nil {
			return err
		}
		if err := s.Outcomes.Apply(ctx, outcomes...); !IsKind(err, Stale) {
			return err
		}
	}
	return nil
}

// joins gives the records of groups after from their effect. Where a medium left and came back, the last one counts; what
// was in a group that it left since leaves that first.
func (c *CatchUp) joins(ctx context.Context, from uint64) error {
	into := make(map[MediumID]GroupID)
	var some []Join
	last := from
	for ; ; last++ {
		joins, err := c.Steward.Records.Joins(ctx, last+1)
		if IsKind(err, NotFound) {
			break
		}
		if err != nil {
			return err
		}
		var births []Founder
		for _, j := range joins {
			switch {
			case j.Left:
				some = append(some, j)
				delete(into, j.Medium)
			case j.Medium != "":
				into[j.Medium] = j.Group
			}
			if j.Born != nil {
				births = append(births, *j.Born)
			}
		}
		if err := c.Steward.Groups.Bear(ctx, births); err != nil {
			return err
		}
	}
	if last == from {
		return nil
	}
	done, of := 0, len(some)+len(into)
	flush := func() error {
		done += len(some)
		c.tell(StepGroups, done, of)
		err := c.Steward.Groups.JoinGroups(ctx, some)
		some = some[:0]
		return err
	}
	for medium, group := range into {
		if some = append(some, Join{Medium: medium, Group: group}); len(some) >= stewardBatch {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	if err := flush(); err != nil {
		return err
	}
	return c.Steward.Groups.MarkJoins(ctx, last)
}

// mend does what neither an event nor a record tells: media that are held and were not examined are queued, before anybody
// can be asked for them again, and numbers that imports used up stay used up. On a server that was looked at since it started there are none. What was made from
// nothing is ranked too.
func (c *CatchUp) mend(ctx context.Context, m Marks) error {
	if m.Generation != "" && slices.Equal(m.Mended, m.Servers) {
		return nil
	}
	if err := c.reserve(ctx); err != nil {
		return err
	}
	if err := c.Steward.repair(ctx, 0); err != nil || m.Generation != "" {
		return err
	}
	for rounds := 0; ; rounds++ {
		worked, err := c.Steward.round(ctx)
		if err != nil || !worked {
			return err
		}
		c.tell(StepRanking, rounds*stewardBatch, 0)
	}
}

// reserve keeps the numbers of imports that failed from being given again: their files are kept, though no event tells
// of them.
func (c *CatchUp) reserve(ctx context.Context) error {
	last, err := c.Events.SetFiles.LastSetFile(ctx)
	if err != nil || last == 0 {
		return err
	}
	return c.Events.Sets.ReserveSets(ctx, last)
}
