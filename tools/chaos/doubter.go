package main

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"vigie/api/wire"
	"vigie/tools/endtoend/service"
	"vigie/triage"
)

const (
	doubtedSource   = "chaos-doubted"
	doubtedEntries  = 6 // that are withdrawn; one more is withdrawn and restored
	doubterPatience = 3 * time.Second
)

// doubts is what became of the entries of the doubted list. Its first lines are of items that no other list has, and are
// withdrawn; the last is of a known one, and is withdrawn and restored.
type doubts struct {
	entries uint32
	matched []string // paths that were told to match one of the first lines, before it was withdrawn
	marked  []string // of these: told since that they did once
}

// doubter submits a drive as u, and withdraws entries of a list that it matches.
func (r *round) doubter(ctx context.Context, random *rand.Rand, u *submitter) error {
	listed := slices.Clone(r.small.others[:min(doubtedEntries, len(r.small.others))])
	r.doubts.entries = uint32(len(listed)) //nolint:gosec // a few
	var lines strings.Builder
	for _, digest := range append(listed, r.small.known[random.IntN(len(r.small.known))]) {
		fmt.Fprintln(&lines, digest)
	}
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: doubtedSource, Hash: triage.BySHA256}
	if err := importOnce(ctx, r.as("admin"), o, []byte(lines.String())); err != nil {
		return err
	}
	if err := u.run(ctx, r); err != nil {
		return err
	}
	r.doubts.matched = r.untilTold(ctx, u, len(listed), func(f service.Finding) bool { return r.doubts.names(f.Set, f.Entry) })
	for line := uint32(1); line <= r.doubts.entries+1; line++ {
		if err := r.objectTo(ctx, line, string(triage.EntryWithdrawn)); err != nil {
			return err
		}
	}
	r.doubts.marked = r.untilTold(ctx, u, len(r.doubts.matched), func(f service.Finding) bool { return r.doubts.once(f.Withdrawn) })
	pause(ctx, someTime(random))
	return r.objectTo(ctx, r.doubts.entries+1, "restored")
}

// names reports whether a finding names one of the first lines as its match.
func (d *doubts) names(set string, entry uint32) bool {
	return strings.HasPrefix(set, doubtedSource+" ") && entry <= d.entries
}

// once reports whether what a finding says of an earlier match (source, version, entry) names one of the first lines.
func (d *doubts) once(withdrawn string) bool {
	var version, entry uint32
	_, err := fmt.Sscanf(withdrawn, doubtedSource+" v%d %d", &version, &entry)
	return err == nil && entry <= d.entries
}

// untilTold reads the findings of a submission until n items are told as wanted, or a while has passed, and returns their paths.
func (r *round) untilTold(ctx context.Context, u *submitter, n int, wanted func(service.Finding) bool) (told []string) {
	for end := time.Now().Add(doubterPatience); time.Now().Before(end); {
		found, err := r.findings(ctx, u)
		if err == nil {
			told = nil
		}
		for path, f := range found {
			if wanted(f) {
				told = append(told, path)
			}
		}
		if len(told) >= n || !pause(ctx, settlePoll) {
			break
		}
	}
	return told
}

// findings reads what is told of each item of a submission.
func (r *round) findings(ctx context.Context, u *submitter) (map[string]service.Finding, error) {
	out, err := r.run(ctx, "examiner", "findings", "--case", u.number, "--exhibit", u.seal, "--json")
	if err != nil {
		return nil, err
	}
	return service.ReadFindings(out)
}

// objectTo gives an entry of the doubted list a state. That an answer was lost does no harm: said again, it changes nothing.
func (r *round) objectTo(ctx context.Context, line uint32, state string) error {
	var last error
	for range maxTries {
		var set uint32
		if set, last = r.doubted(ctx); last == nil {
			if _, last = r.as("admin").ObjectToEntry(ctx, set, line, wire.ObjectToEntry{State: state, Reason: "a doubt"}); last == nil {
				return nil
			}
		}
		if !pause(ctx, pauseTries) {
			break
		}
	}
	return fmt.Errorf("entry %d should be %s: %w", line, state, last)
}

// doubted returns the number of the doubted list.
func (r *round) doubted(ctx context.Context) (uint32, error) {
	sets, err := r.as("admin").Sets(ctx)
	for _, s := range sets {
		if s.Source == doubtedSource && s.State == string(triage.Active) {
			return s.ID, nil
		}
	}
	if err == nil {
		err = fmt.Errorf("no set of %s is active", doubtedSource)
	}
	return 0, err
}

// verifyEntries looks whether the entries are withdrawn and restored as was acknowledged, whether a withdrawn one makes a finding,
// and whether what matched one is told. Who was told once must be told at the end. Whoever matched must be, too, unless
// Redis may have lost the match before the medium was matched again.
func (r *round) verifyEntries(ctx context.Context) ([]string, error) {
	if !r.doubting {
		return nil, nil
	}
	set, err := r.doubted(ctx)
	if err != nil {
		return nil, err
	}
	said, err := r.as("admin").Objections(ctx, set)
	if err != nil {
		return nil, err
	}
	var wrong []string
	withdrawn := 0
	for _, o := range said {
		if o.State == string(triage.EntryWithdrawn) && o.Entry <= r.doubts.entries {
			withdrawn++
		} else {
			wrong = append(wrong, fmt.Sprintf("entry %d is %s", o.Entry, o.State))
		}
	}
	if withdrawn != int(r.doubts.entries) {
		wrong = append(wrong, fmt.Sprintf("%d of %d entries are withdrawn", withdrawn, r.doubts.entries))
	}
	marked := r.doubts.marked
	if !r.lostRedis() {
		marked = append(slices.Clone(marked), r.doubts.matched...)
	}
	for _, u := range r.submitters {
		found, err := r.findings(ctx, u)
		if err != nil {
			return wrong, err
		}
		for path, f := range found {
			switch {
			case r.doubts.names(f.Set, f.Entry):
				wrong = append(wrong, fmt.Sprintf("%q matches entry %d, which is withdrawn", path, f.Entry))
			case u.drive == r.small && slices.Contains(marked, path) && !r.doubts.once(f.Withdrawn):
				wrong = append(wrong, fmt.Sprintf("%q matched an entry once, and is told without", path))
			}
		}
	}
	return wrong, nil
}

// lostRedis reports whether a blow may have made Redis forget what it had acknowledged.
func (r *round) lostRedis() bool {
	return slices.ContainsFunc(r.result.blows, func(b blow) bool {
		return slices.Contains([]string{"kill-redis", "redis-emptied", "redis-older"}, b.fault.name)
	})
}
