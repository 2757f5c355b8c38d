package main

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/api/wire"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/tools/endtoend/service"
	"vigie/triage"
)

// jobStream is where the service keeps its jobs in Redis.
const jobStream = "{vigie}:jobs"

// jobs returns how many jobs there are, taken or not.
func (r *round) jobs(ctx context.Context) (int64, error) {
	r.mu.Lock()
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: r.redis.Addr(), Password: r.password})
	r.mu.Unlock()
	defer rdb.Close()
	kind, err := rdb.Type(ctx, jobStream).Result()
	if err == nil && kind != "stream" {
		err = fmt.Errorf("the jobs are a %s: has their key changed?", kind)
	}
	if err != nil {
		return 0, err
	}
	return rdb.XLen(ctx, jobStream).Result()
}

// verify looks, from outside, whether everything that was acknowledged is there exactly once.
func (r *round) verify(ctx context.Context) {
	for _, look := range []struct {
		what string
		do   func(context.Context) ([]string, error)
	}{
		{"findings", r.verifyFindings}, {"sets", r.verifySets}, {"entries", r.verifyEntries}, {"checks", r.verifyChecks}, {"decisions", r.verifyDecisions},
		{"weights", r.verifyWeights}, {"custody", r.verifyCustody}, {"assignments", r.verifyAssignments},
		{"journal", r.verifyJournal}, {"doctor", r.verifyByCommands},
	} {
		wrong, err := look.do(ctx)
		for _, w := range wrong {
			r.note("%s: %s", look.what, w)
		}
		if err != nil {
			r.note("%s: %v", look.what, err)
		}
	}
	for _, w := range r.ledger.wrong {
		r.note("%s", w)
	}
	for _, kind := range counted {
		r.result.acked[kind] = r.ledger.total(kind)
	}
}

// counted are the acts that the table tells.
var counted = []triage.EventKind{
	triage.PartReceived, uploaded, triage.ExhibitSealed, triage.SetImported, triage.SetWithdrawn, triage.HashChecked,
	triage.GroupClaimed, triage.RevealGranted, triage.DecisionMade, confirmed, triage.WeightsChanged, triage.CaseIsClosed, triage.CaseIsReopened, triage.EntryWasWithdrawn, triage.EntryWasRestored,
}

// verifyFindings holds what is reported of each item against its label.
func (r *round) verifyFindings(ctx context.Context) ([]string, error) {
	var wrong []string
	for _, u := range r.submitters {
		found, err := r.findings(ctx, u)
		if err != nil {
			return wrong, err
		}
		r.result.items += len(found)
		for _, w := range service.Compare(u.drive.labels, found) {
			wrong = append(wrong, "exhibit "+u.seal+": "+w)
		}
	}
	return wrong, nil
}

// verifySets looks for each acknowledged import, once, in the state that was acknowledged last.
func (r *round) verifySets(ctx context.Context) ([]string, error) {
	sets, err := r.as("admin").Sets(ctx)
	if err != nil {
		return nil, err
	}
	var wrong []string
	have := make(map[uint32]wire.Set)
	for _, s := range sets {
		if _, twice := have[s.ID]; twice {
			wrong = append(wrong, fmt.Sprintf("set %d is listed twice", s.ID))
		}
		have[s.ID] = s
	}
	for id, source := range r.ledger.imports {
		state := string(triage.Active)
		if r.ledger.withdrawn[id] {
			state = string(triage.Withdrawn)
		}
		if s, ok := have[id]; !ok || s.Source != source || s.State != state {
			wrong = append(wrong, fmt.Sprintf("set %d of %s should be %s: %q of %q", id, source, state, s.State, s.Source))
		}
	}
	return wrong, nil
}

// verifyChecks asks about one file that is known, one that only the withdrawn list knew, and one that nobody saw.
func (r *round) verifyChecks(ctx context.Context) ([]string, error) {
	none := unheardOf(newChance(r.o.seed))
	answers, err := r.as("unit").Check(ctx, []wire.CheckInput{{SHA256: &r.drive.known[0]}, {SHA256: &r.drive.others[0]}, {SHA256: &none}})
	if err != nil {
		return nil, err
	}
	var wrong []string
	for i, want := range []triage.CheckVerdict{triage.CheckKnown, triage.CheckSeen, triage.CheckUnknown} {
		if answers[i].Verdict != string(want) {
			wrong = append(wrong, fmt.Sprintf("%s instead of %s", answers[i].Verdict, want))
		}
	}
	return wrong, nil
}

// verifyDecisions looks for each acknowledged decision on its group, with as many media as it was to cover; a later one, whose
// answer was lost, may have taken its place. What a confirmation covers is proposed no more.
func (r *round) verifyDecisions(ctx context.Context) ([]string, error) {
	var wrong []string
	c := r.as("reviewer")
	for group, acked := range r.ledger.decisions {
		sheet, err := c.Group(ctx, group)
		if err != nil {
			return wrong, err
		}
		d := sheet.Group.Decision
		if d == nil || d.Verdict != acked.Verdict || d.At.Before(acked.At) || d.At.Equal(acked.At) && d.Members != acked.Members {
			wrong = append(wrong, fmt.Sprintf("group %s was decided: %+v: %+v", group, acked, d))
		}
		if p := sheet.Group.Proposal; p != nil && acked.Confirms != nil && sheet.Group.Members == acked.Members {
			wrong = append(wrong, fmt.Sprintf("group %s: %d of the media that a confirmation covers are proposed again", group, p.Media))
		}
	}
	return wrong, nil
}

// verifyJournal reads the whole journal, past every fault, and holds it against the ledger.
func (r *round) verifyJournal(ctx context.Context) ([]string, error) {
	chain, err := r.openJournal(ctx)
	if err != nil {
		return nil, err
	}
	if err := chain.Verify(ctx); err != nil {
		return nil, err
	}
	var events []triage.Event
	for ev, err := range chain.Read(ctx, 1) {
		if err != nil {
			return nil, err
		}
		events = append(events, ev)
	}
	return r.ledger.compare(events), nil
}

func (r *round) openJournal(ctx context.Context) (*journal.Journal, error) {
	var raw objects.Store
	var err error
	if r.minio == nil {
		raw, err = objects.OpenFolder(filepath.Join(r.disk.dir, "data", "objects"), time.Now)
	} else {
		raw, err = objects.OpenMinio(ctx, objects.MinioConfig{Endpoint: r.minio.Addr(), AccessKey: minioUser, SecretKey: r.password})
	}
	if err != nil {
		return nil, err
	}
	return service.OpenJournal(ctx, raw, filepath.Join(r.dir, "secrets"))
}

// verifyByCommands runs what an operator and an auditor would run.
func (r *round) verifyByCommands(ctx context.Context) ([]string, error) {
	if _, err := r.run(ctx, "", "doctor"); err != nil {
		return nil, err
	}
	help, err := r.run(ctx, "", "help")
	if err != nil || !slices.Contains(strings.Fields(help), "audit") {
		return nil, err
	}
	_, err = r.run(ctx, "", "audit", "verify")
	return nil, err
}
