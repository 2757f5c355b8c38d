package web

import (
	"net/http"
	"strings"
	"testing"
	"time"

	keys "vigie/store/examiner"
	"vigie/triage"
)

// TestDriveSigned: the page of an exhibit tells its examiner, and nobody else, who signed the manifest.
func TestDriveSigned(t *testing.T) {
	h := newHouse(t)
	x := h.submit(t, "SCELLE-9", drawing(t, 1))
	path := "/drives/" + string(x.ID)
	lab := h.visit(t, triage.Examiner)
	if r := lab.get(t, path); r.status != http.StatusOK || strings.Contains(r.body, "Manifeste signé") {
		t.Errorf("before it is signed: %d", r.status)
	}
	by := h.actors[triage.Examiner]
	x, err := h.Submission.Find(t.Context(), by, x.ID)
	if err != nil {
		t.Fatal(err)
	}
	key, err := keys.New("martin@poste-3")
	if err != nil {
		t.Fatal(err)
	}
	stated := triage.Statement{
		Case: x.Case, Seal: x.Seal, Signed: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC), Items: map[triage.Disposition]int{triage.IsMedia: 1},
		Parts: len(x.Manifest.Parts), Digest: triage.PartsDigest(x.Manifest.Parts),
	}
	text, err := key.Sign(stated.Encode())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.Submission.Sign(t.Context(), by, x.ID, 1, triage.Signature{Statement: string(text), Key: key.Verifier()}); err != nil {
		t.Fatal(err)
	}
	lab.get(t, path).wants(t, "its examiner", http.StatusOK, "Manifeste signé", "Version 1, signée par martin@poste-3", key.Fingerprint(), "vigie verify "+string(x.ID), "2026-11-23T09:00:00Z")
	for _, role := range []triage.Role{triage.Reviewer, triage.Admin} {
		if r := h.visit(t, role).get(t, path); r.status != http.StatusOK || strings.Contains(r.body, "martin") {
			t.Errorf("%s: %d, and who signed", role, r.status)
		}
	}
}
