package main

import (
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"time"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/triage"
)

// work is what two reviewers did until nothing was left to decide.
type work struct {
	groups   int             // that the first one decided
	unseen   int             // of these, decided from facts: they have no picture that can be shown
	joined   int             // proposals that were confirmed
	second   int             // opinions of the second person
	media    int             // that decisions cover
	pure     int             // of these, those that show what most of their group shows
	wrong    int             // of these, those whose truth is not the verdict
	largest  int             // media of one group
	met      map[int]int     // groups by scene of most of their media
	opening  []time.Duration // from asking for the next group until it is told
	wrongOf  map[kind]int
	decision time.Duration // from the facts to the decision's answer, all of them together
}

// review has one reviewer decide the whole queue and another confirm what has to be, and returns what they did.
func (s *service) review(ctx context.Context, d *drive, exhibit string, step triage.RevealStep) (*work, error) {
	w := &work{met: make(map[int]int), wrongOf: make(map[kind]int)}
	first, second := s.as("first"), s.as("second")
	for ctx.Err() == nil {
		begin := time.Now()
		g, err := first.Next(ctx)
		switch {
		case triage.IsKind(err, triage.NotFound):
			if again, err := s.left(ctx, exhibit, second, w); err != nil || !again {
				return w, err
			}
			continue
		case err != nil:
			return nil, err
		}
		w.opening = append(w.opening, time.Since(begin))
		if err := w.decide(ctx, first, d, g, step); err != nil {
			return nil, err
		}
		if err := w.confirm(ctx, second); err != nil {
			return nil, err
		}
		if w.groups%20 == 0 {
			fmt.Fprintf(os.Stderr, "\r%d groups, %d media decided", w.groups, w.media)
		}
	}
	return w, ctx.Err()
}

// left says whether there may be more to decide when the queue is empty: something awaits the second person, or is being ranked.
func (s *service) left(ctx context.Context, exhibit string, second *client.Client, w *work) (bool, error) {
	before := w.second
	if err := w.confirm(ctx, second); err != nil || w.second > before {
		return true, err
	}
	if err := s.settle(ctx, exhibit); err != nil {
		return false, err
	}
	q, err := second.Queue(ctx, "", 1)
	return len(q.Groups) > 0, err
}

// decide decides one group as what most of the pictures of one reveal show.
func (w *work) decide(ctx context.Context, c *client.Client, d *drive, g wire.Group, step triage.RevealStep) error {
	sheet, err := c.Group(ctx, g.ID)
	if err != nil {
		return err
	}
	begin := time.Now()
	if p := sheet.Group.Proposal; p != nil {
		w.joined++
		if _, err := c.Confirm(ctx, g.ID, triage.Verdict(p.Verdict), p.Media); err != nil {
			return err
		}
		return w.count(d, sheet, p.Verdict == string(triage.Illegal))
	}
	shown, err := w.look(ctx, c, d, sheet, step)
	if err != nil {
		return err
	}
	illegal := slices.DeleteFunc(slices.Clone(shown), func(scene int) bool { return !d.scenes[scene].illegal })
	request := wire.DecisionRequest{Verdict: string(triage.NotIllegal)}
	if 2*len(illegal) > len(shown) {
		request = wire.DecisionRequest{Verdict: string(triage.Illegal), Category: string(triage.DefaultScheme().Categories[0].Code)}
	}
	if _, err := c.Decide(ctx, g.ID, request); err != nil {
		return err
	}
	w.decision += time.Since(begin)
	w.groups++
	return w.count(d, sheet, request.Verdict == string(triage.Illegal))
}

// look asks for one reveal, fetches what it shows, and returns the scenes that were seen. Where nothing can be shown, it goes by the facts of the
// first medium.
func (w *work) look(ctx context.Context, c *client.Client, d *drive, sheet wire.Sheet, step triage.RevealStep) ([]int, error) {
	pictures := slices.DeleteFunc(slices.Clone(sheet.Media), func(m wire.MediumFacts) bool { return m.Quality == nil })
	reveal := wire.Reveal{}
	var err error
	if len(pictures) > 0 {
		if reveal, err = c.Reveal(ctx, sheet.Group.ID, step, "to decide the group"); err != nil {
			return nil, err
		}
	} else {
		w.unseen++
		pictures = sheet.Media[:1]
	}
	for n := range reveal.Pictures {
		if _, err := c.Picture(ctx, reveal.ID, n); err != nil {
			return nil, err
		}
	}
	return scenesOf(d, pictures[:max(reveal.Pictures, 1)])
}

// confirm has the second person agree with all that awaits them, by what the first one said, without a look.
func (w *work) confirm(ctx context.Context, c *client.Client) error {
	for {
		g, err := c.NextAwaiting(ctx)
		if triage.IsKind(err, triage.NotFound) {
			return nil
		}
		if err != nil {
			return err
		}
		if g.Decision == nil {
			return fmt.Errorf("group %s awaits an opinion, but nobody gave one", g.ID)
		}
		request := wire.DecisionRequest{Verdict: g.Decision.Verdict, Category: g.Decision.Category}
		if _, err := c.Decide(ctx, g.ID, request); err != nil {
			return err
		}
		w.second++
	}
}

// count holds what a decision covers against the truth.
func (w *work) count(d *drive, sheet wire.Sheet, illegal bool) error {
	open := slices.DeleteFunc(slices.Clone(sheet.Media), func(m wire.MediumFacts) bool {
		return m.Finding == string(triage.Known) || m.Finding == string(triage.NearKnown) || sheet.Group.Proposal != nil && !m.Proposed
	})
	list, err := scenesOf(d, open)
	if err != nil {
		return err
	}
	times := make(map[int]int)
	for _, scene := range list {
		times[scene]++
		if d.scenes[scene].illegal != illegal {
			w.wrong++
			w.wrongOf[d.scenes[scene].kind]++
		}
	}
	most, n := 0, 0
	for scene, k := range times {
		if k > n {
			most, n = scene, k
		}
	}
	w.media, w.pure, w.largest = w.media+len(list), w.pure+n, max(w.largest, len(list))
	w.met[most]++
	return nil
}

// scenesOf returns what media show, by the times of their files.
func scenesOf(d *drive, media []wire.MediumFacts) ([]int, error) {
	list := make([]int, len(media))
	for i, m := range media {
		if len(m.Modified) != 1 {
			return nil, fmt.Errorf("a medium has %d times, not the one of its file", len(m.Modified))
		}
		var err error
		if list[i], err = d.at(m.Modified[0]); err != nil {
			return nil, err
		}
	}
	return list, nil
}

// after is what the office's set matched besides what was decided.
type after struct {
	matched, wrong int // media, and of these those that are not illegal
	undecided      int // media of which neither a decision nor a set says anything
}

// findings reads what the examiner is told in the end, when what two people confirmed has entered the office's set.
func (s *service) findings(ctx context.Context, d *drive, exhibit string) (a after, err error) {
	if err := s.settle(ctx, exhibit); err != nil {
		return a, err
	}
	for f, err := range s.as("examiner").Findings(ctx, exhibit) {
		if err != nil {
			return a, err
		}
		n, met := d.byPath[strings.TrimPrefix(f.Path, "/")]
		if !met {
			return a, fmt.Errorf("finding %q is of no file of the drive", f.Path)
		}
		switch triage.Finding(f.Finding) {
		case triage.Known, triage.NearKnown:
			a.matched++
			if !d.scenes[d.of[n]].illegal {
				a.wrong++
			}
		case triage.Unreadable, triage.Pending:
			a.undecided++
		}
	}
	return a, nil
}
