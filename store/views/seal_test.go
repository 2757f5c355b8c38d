package views

import (
	"bytes"
	"encoding/hex"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
	"vigie/triage/signals"
)

func TestSealedIsBoundToItsPlace(t *testing.T) {
	s, other := newSealer([KeySize]byte{5}), newSealer([KeySize]byte{6})
	clear := []byte("1234567890")[:blockClear]
	for name, way := range map[string]struct {
		seal func(place string, clear []byte) string
		open func(s sealer, place, sealed string) ([]byte, error)
	}{"value": {s.seal, sealer.open}, "block": {s.sealBlock, sealer.openBlock}} {
		sealed := way.seal("here", clear)
		if got, err := way.open(s, "here", sealed); err != nil || !bytes.Equal(got, clear) {
			t.Errorf("%s: %q, %v", name, got, err)
		}
		if way.seal("here", clear) != sealed || way.seal("there", clear) == sealed {
			t.Errorf("%s: equal exactly when content and place are", name)
		}
		if _, err := way.open(s, "there", sealed); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%s, moved: %v", name, err)
		}
		if _, err := way.open(other, "here", sealed); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%s, another key: %v", name, err)
		}
		for i := range sealed {
			changed := sealed[:i] + string([]byte{sealed[i] ^ 1}) + sealed[i+1:]
			if _, err := way.open(s, "here", changed); !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("%s, byte %d changed: %v", name, i, err)
			}
			if _, err := way.open(s, "here", sealed[:i]); !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("%s, cut to %d bytes: %v", name, i, err)
			}
		}
	}
}

// Nothing of what the office knows stands in Redis in clear: what DUMP returns is what its files hold.
func TestNothingInClear(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	taken := time.Date(2024, 2, 3, 4, 5, 6, 0, time.UTC)
	owner := triage.Actor{ID: "a123456789abc", Name: "Prosper Mérimée", Role: triage.Examiner}
	b.ok(b.Accounts.SaveAccount(ctx, triage.Account{Actor: owner, Token: triage.HashSecret("x"), Created: day}))
	b.ok(b.Sessions.SaveSession(ctx, triage.HashSecret("y"), triage.Session{ID: "s1", Actor: owner}, time.Hour))
	x := triage.Exhibit{ID: names.Exhibit("2026/4711-PV", "SCELLE-9"), Case: "2026/4711-PV", Seal: "SCELLE-9", Owner: owner.ID, Opened: day}
	_, err := b.Exhibits.SaveExhibit(ctx, x)
	b.ok(err)
	b.register(x.ID, part(1), picture(x.ID, 1, "holiday folder"), picture(x.ID, 2, "holiday folder"))
	o := examined(1, triage.Pending, 0)
	o.Examination.Facts = hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Taken: taken, Make: "Olympus", Model: "Camedia C-2020", Serial: "SN00815", Software: "Paintbrush"}
	b.ok(b.Outcomes.Apply(ctx, o))
	known := examined(2, triage.Known, 0)
	known.Matches = []triage.Match{{Set: 1, Source: "Bundespartner", Kind: triage.KnownSet, Category: "Kategorie", Method: triage.ByMD5}}
	b.ok(b.Outcomes.Apply(ctx, known))
	code := pdq.Hash(sha(77))
	group := triage.GroupID(mediumID(1))
	b.ok(b.Groups.Bear(ctx, []triage.Founder{{Group: group, Medium: triage.MediumID(group), PDQ: &code}}))
	b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(1), Group: group}}))
	marked, err := b.Groups.ToRank(ctx, 1)
	b.ok(err)
	b.ok(b.Groups.SaveRankings(ctx, byTest, marked[:1], []triage.Group{{
		Members: 1, Open: 1, Finding: triage.ProbableNew, Reasons: []signals.Reason{{Signal: "camera", Points: 3, Share: 700, Detail: "Olympus 3 times"}},
	}}))
	b.ok(b.Queue.SaveDecision(ctx, group, triage.Decision{Opinion: triage.Opinion{Verdict: triage.Illegal, Note: "the same room as before", By: owner.ID, At: day}, Members: 1}))

	m, err := b.Media.Medium(ctx, mediumID(1))
	b.ok(err)
	if m.Facts.Model != "Camedia C-2020" || !m.Facts.Taken.Equal(taken) || !m.Places[0].Modified.Equal(day) {
		t.Fatalf("read back: %+v", m)
	}
	var all []byte
	keys := b.rdb.Keys(ctx, "*").Val()
	for _, k := range keys {
		all = append(append(all, k...), b.rdb.Dump(ctx, k).Val()...)
	}
	if len(keys) < 15 {
		t.Fatalf("only %d keys: %q", len(keys), keys)
	}
	for _, secret := range []string{
		"Prosper", "2026/4711-PV", "SCELLE-9", "holiday", "Olympus", "Camedia", "SN00815", "Paintbrush", "Bundespartner",
		"Kategorie", "the same room", "jpeg", string(code[:16]), hex.EncodeToString(code[:8]), string(triage.Illegal),
	} {
		if bytes.Contains(all, []byte(secret)) {
			t.Errorf("Redis holds %q", secret)
		}
	}
}
