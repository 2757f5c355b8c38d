package views

import (
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/triage"
)

// TestCaseOutcomesAreKept: who worked, what came of it and who was told, sealed, twice as once, in any order; what was read stays read.
func TestCaseOutcomesAreKept(t *testing.T) {
	b := open(t)
	ctx, s := t.Context(), b.Told
	k, other := names.Case("2026/1"), names.Case("2026/2")
	for range 2 {
		b.ok(s.AddWorked(ctx, []triage.CaseID{k, other}, []string{"a2", "a1"}))
		b.ok(s.AddWorked(ctx, []triage.CaseID{k}, []string{"a3"}))
	}
	if got, err := s.Worked(ctx, k); err != nil || !slices.Equal(got, []string{"a1", "a2", "a3"}) {
		t.Errorf("%q, %v", got, err)
	}
	if got, err := s.Worked(ctx, names.Case("2026/3")); err != nil || len(got) != 0 {
		t.Errorf("%q, %v", got, err)
	}
	first := triage.CaseOutcome{Event: 9, Case: k, Number: "2026/1", What: []triage.OutcomeCode{triage.SomebodyArrested}, Note: "thank you", By: "e1", At: day}
	second := triage.CaseOutcome{Event: 12, Case: other, Number: "2026/2", What: []triage.OutcomeCode{triage.NoLeadLeft, triage.SomebodyConvicted}, By: "e1", At: day.Add(time.Hour)}
	read := day.Add(2 * time.Hour)
	for i := range 2 {
		b.ok(s.SaveCaseOutcome(ctx, second, []string{"a1"}))
		b.ok(s.SaveCaseOutcome(ctx, first, []string{"a1", "a2"}))
		b.ok(s.ReadOutcome(ctx, "a1", 9, read.Add(time.Duration(i)*time.Hour)))
	}
	got, err := s.OutcomeNotices(ctx, "a1")
	b.ok(err)
	if len(got) != 2 || got[0].Event != 12 || !got[0].Read.IsZero() || got[1].Note != "thank you" || !got[1].Read.Equal(read) || !slices.Equal(got[0].What, second.What) {
		t.Errorf("%+v", got)
	}
	if of, err := s.CaseOutcomes(ctx, k); err != nil || len(of) != 1 || of[0].Number != "2026/1" || !of[0].At.Equal(day) {
		t.Errorf("%+v, %v", of, err)
	}
	if all, err := s.CaseOutcomes(ctx, ""); err != nil || len(all) != 2 {
		t.Errorf("%+v, %v", all, err)
	}
	if err := s.ReadOutcome(ctx, "a2", 12, read); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("what a2 is not told of: %v", err)
	}
	for _, key := range b.rdb.Keys(ctx, "*").Val() {
		values := []string{key}
		switch b.rdb.Type(ctx, key).Val() {
		case "hash":
			for field, value := range b.rdb.HGetAll(ctx, key).Val() {
				values = append(values, field, value)
			}
		case "set":
			values = append(values, b.rdb.SMembers(ctx, key).Val()...)
		}
		for _, open := range []string{"thank", "2026/", "arrest"} {
			if slices.ContainsFunc(values, func(v string) bool { return strings.Contains(v, open) }) {
				t.Errorf("%q tells %q", key, open)
			}
		}
	}
	sealed := b.rdb.HGet(ctx, "{t}:"+keyTold+"a1", "9").Val()
	b.ok(b.rdb.HSet(ctx, "{t}:"+keyTold+"a2", "9", sealed).Err())
	if got, err := s.OutcomeNotices(ctx, "a2"); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("of another account: %+v, %v", got, err)
	}
}
