package triage_test

import (
	"bytes"
	"testing"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/pdq"
	"vigie/triage"
)

func pdqOf(t *testing.T, p picture) pdq.Hash {
	t.Helper()
	x := decode.Examine(p.bytes, decode.Limits{})
	if x.Fingerprint == nil || x.Fingerprint.Quality < pdq.MinQuality {
		t.Fatalf("the picture cannot be matched: %+v", x)
	}
	return x.Fingerprint.PDQ[pdq.Original]
}

// TestListsAfterTheDrive imports lists when everything was submitted, and withdraws them again.
func TestListsAfterTheDrive(t *testing.T) {
	h := newHouse(t)
	h.run()
	exact, near, benign, none := newPicture(t, "exact.jpg", 1), newPicture(t, "near.jpg", 2), newPicture(t, "benign.jpg", 3), newPicture(t, "none.jpg", 4)
	document := newItem("document.txt", []byte("a listed document"))
	id := h.mustSubmit("S", exact, near, benign, none, document)
	h.settle(id)
	check := func(when string, want map[string]triage.Finding) {
		t.Helper()
		h.settle(id)
		for path, f := range h.findings(id) {
			if inSets(f.Finding) != want[path] {
				t.Errorf("%s: %s is %s, not %s", when, path, f.Finding, want[path])
			}
		}
	}
	check("before any list", map[string]triage.Finding{
		"exact.jpg": triage.Unranked, "near.jpg": triage.Unranked, "benign.jpg": triage.Unranked, "none.jpg": triage.Unranked, "document.txt": triage.NoFinding,
	})
	known := h.importSet(triage.KnownSet, exact.item.Digests.SHA1.String(), pdqOf(t, near).String(), document.item.Digests.MD5.String())
	h.importSet(triage.BenignSet, benign.item.Digests.MD5.String(), exact.item.Digests.SHA1.String())
	all := map[string]triage.Finding{
		"exact.jpg": triage.Known, "near.jpg": triage.NearKnown, "benign.jpg": triage.Benign, "none.jpg": triage.Unranked, "document.txt": triage.Known,
	}
	check("with both lists", all)

	sets, err := h.sets.List(t.Context(), triage.Actor{Role: triage.Admin})
	if err != nil || len(sets) != 2 {
		t.Fatalf("%d sets: %v", len(sets), err)
	}
	if c := sets[0].Conflicts; len(c) != 1 || c[0].OtherSet != known.ID || c[0].Entry != 2 || c[0].OtherEntry != 1 {
		t.Errorf("the picture in both sets is reported as %+v", c)
	}
	if _, err := h.sets.Withdraw(t.Context(), triage.Actor{Role: triage.Admin}, known.ID, "sent by mistake"); err != nil {
		t.Fatal(err)
	}
	check("after the withdrawal", map[string]triage.Finding{
		"exact.jpg": triage.Benign, "near.jpg": triage.Unranked, "benign.jpg": triage.Benign, "none.jpg": triage.Unranked, "document.txt": triage.NoFinding,
	})
}

func TestImportReportsWrongLines(t *testing.T) {
	h := newHouse(t)
	admin := triage.Actor{ID: "a3", Role: triage.Admin}
	file := []byte("d41d8cd98f00b204e9800998ecf8427f\nnot a hash\nda39a3ee5e6b4b0d3255bfef95601890afd80700\n")
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner"}
	report, err := h.sets.Import(t.Context(), admin, o, bytes.NewReader(file), int64(len(file)))
	if err != nil || report.Set.Entries != 2 || report.Set.Rejected != 1 || len(report.Errors) != 1 {
		t.Errorf("got %+v, %v", report, err)
	}
	o.Strict = true
	if _, err := h.sets.Import(t.Context(), admin, o, bytes.NewReader(file), int64(len(file))); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("--strict: %v", err)
	}
	sets, err := h.sets.List(t.Context(), admin)
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range sets {
		if active := s.State == triage.Active; active != (s.ID == report.Set.ID) {
			t.Errorf("set %d is %s", s.ID, s.State)
		}
	}
}

func TestChecks(t *testing.T) {
	h := newHouse(t)
	h.run()
	listed, alike, seen, fresh := newPicture(t, "1.jpg", 1), newPicture(t, "2.jpg", 2), newPicture(t, "3.jpg", 3), newPicture(t, "4.jpg", 4)
	h.importSet(triage.KnownSet, listed.item.Digests.SHA1.String(), pdqOf(t, alike).String())
	h.importSet(triage.BenignSet, "00000000000000000000000000000001")
	h.settle(h.mustSubmit("C", seen))
	unit := triage.Actor{ID: "a5", Role: triage.Unit}
	of := func(p picture) triage.CheckInput {
		x := decode.Examine(p.bytes, decode.Limits{})
		d := *p.item.Digests
		return triage.CheckInput{MD5: &d.MD5, SHA1: &d.SHA1, SHA256: &d.SHA256, PDQ: x.Fingerprint.PDQ[:], Quality: &x.Fingerprint.Quality}
	}
	only := pdqOf(t, seen)
	benign := hashing.MD5{15: 1}
	answers, err := h.checks.Ask(t.Context(), unit, []triage.CheckInput{
		of(listed), of(alike), of(seen), of(fresh), {PDQ: []pdq.Hash{only}}, {MD5: &benign},
	})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []triage.CheckVerdict{triage.CheckKnown, triage.CheckNear, triage.CheckSeen, triage.CheckUnknown, triage.CheckSeen, triage.CheckBenign} {
		if answers[i].Verdict != want || answers[i].Reference == "" || answers[i].Contact != "the office" {
			t.Errorf("check %d: %+v, want %s", i, answers[i], want)
		}
	}
	if n := len(h.recorded(triage.HashChecked)); n != len(answers) {
		t.Errorf("the journal holds %d checks of %d", n, len(answers))
	}
	// Of one file, the nearest of all its pictures and parts answers, once; what shows too little is not looked at.
	view := func(p picture, quality int) hashing.View {
		return hashing.View{PDQ: decode.Examine(p.bytes, decode.Limits{}).Fingerprint.PDQ, Quality: quality}
	}
	before := len(h.recorded(triage.HashChecked))
	for want, views := range map[triage.CheckVerdict][]hashing.View{
		triage.CheckNear: {view(seen, 80), view(alike, 80)}, triage.CheckSeen: {view(fresh, 80), view(seen, 80)},
		triage.CheckUnknown: {view(alike, pdq.MinQuality-1), view(seen, 0)},
	} {
		in := of(newPicture(t, "5.jpg", 5))
		in.Pictures = views
		if answers, err := h.checks.Ask(t.Context(), unit, []triage.CheckInput{in}); err != nil || len(answers) != 1 || answers[0].Verdict != want {
			t.Errorf("by further pictures: %+v, %v, want %s", answers, err, want)
		}
	}
	if n := len(h.recorded(triage.HashChecked)) - before; n != 3 {
		t.Errorf("the journal holds %d checks of 3 files", n)
	}
	many := of(fresh)
	many.Pictures = make([]hashing.View, triage.MaxCheckPictures-1)
	if _, err := h.checks.Ask(t.Context(), unit, []triage.CheckInput{many}); err != nil {
		t.Errorf("as many pictures as may be asked about: %v", err)
	}
	if _, err := h.checks.Ask(t.Context(), unit, []triage.CheckInput{many, of(seen)}); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("one picture more than may be asked about: %v", err)
	}
	empty := hashing.NewDigester().Sum()
	for name, in := range map[string]triage.CheckInput{"MD5": {MD5: &empty.MD5}, "SHA-1": {SHA1: &empty.SHA1}, "SHA-256": {SHA256: &empty.SHA256}} {
		if _, err := h.checks.Ask(t.Context(), unit, []triage.CheckInput{in}); !triage.IsKind(err, triage.Invalid) {
			t.Errorf("the %s of an empty file: %v", name, err)
		}
	}
}
