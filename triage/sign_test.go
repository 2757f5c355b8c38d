package triage_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/store/examiner"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// exhibitOf submits a few items as an exhibit.
func (h *house) exhibitOf(seal string, contents ...string) triage.Exhibit {
	h.t.Helper()
	var source []picture
	for i, content := range contents {
		source = append(source, newItem(fmt.Sprintf("%d.txt", i), []byte(content)))
	}
	if err := h.submitTo(h.t.Context(), "2026/1", seal, source...); err != nil {
		h.t.Fatal(err)
	}
	x, err := h.submit.Find(h.t.Context(), h.examiner, h.names.Exhibit("2026/1", seal))
	if err != nil {
		h.t.Fatal(err)
	}
	return x
}

// stated is what an examiner truly says of an exhibit.
func stated(x triage.Exhibit) triage.Statement {
	return triage.Statement{
		Case: x.Case, Seal: x.Seal, Seized: x.Seized, Signed: time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC),
		Items: map[triage.Disposition]int{triage.NotMedia: x.Manifest.Items}, Bytes: 1, Parts: len(x.Manifest.Parts), Digest: triage.PartsDigest(x.Manifest.Parts),
	}
}

func signedBy(t testing.TB, k *examiner.Key, s triage.Statement) triage.Signature {
	t.Helper()
	signed, err := k.Sign(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	return triage.Signature{Statement: string(signed), Key: k.Verifier()}
}

func newKey(t testing.TB) *examiner.Key {
	t.Helper()
	k, err := examiner.New("lab")
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// TestSign: a manifest keeps the first signature; the next version has none before it is signed too. Nobody but its examiner reads it.
func TestSign(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	x := h.exhibitOf("A", "one", "two")
	if m, sig, err := h.submit.SignedManifest(ctx, h.examiner, x.ID); err != nil || m.Items != 2 || sig != (triage.Signature{}) {
		t.Errorf("not signed: %+v, %v, %v", m, sig, err)
	}
	mine, other := newKey(t), newKey(t)
	first := signedBy(t, mine, stated(x))
	for range 2 {
		if kept, err := h.submit.Sign(ctx, h.examiner, x.ID, 1, first); err != nil || kept != first {
			t.Errorf("%v, %v", kept, err)
		}
	}
	if kept, err := h.submit.Sign(ctx, h.examiner, x.ID, 1, signedBy(t, other, stated(x))); err != nil || kept != first {
		t.Errorf("a second key: %v, %v", kept, err)
	}
	events := h.recorded(triage.ExhibitSigned)
	if len(events) != 1 || !strings.Contains(string(events[0].Data), mine.Fingerprint()) || events[0].Subject != string(x.ID) {
		t.Errorf("recorded: %+v", events)
	}
	if m, sig, err := h.submit.SignedManifest(ctx, h.examiner, x.ID); err != nil || !m.Same(x.Manifest.Parts) || sig != first {
		t.Errorf("%+v, %v, %v", m, sig, err)
	}
	want := triage.SignedBy{Name: "lab", Key: mine.Fingerprint(), At: stated(x).Signed}
	if by, err := h.submit.SignedBy(ctx, h.examiner, x); err != nil || by != want {
		t.Errorf("signed by %+v, %v", by, err)
	}
	wantKind(t, "who signed what nobody did", func() error {
		_, err := h.submit.SignedBy(ctx, h.examiner, h.exhibitOf("UNSIGNED", "one"))
		return err
	}(), triage.NotFound)
	if events := h.recorded(triage.ManifestRead); len(events) != 2 {
		t.Errorf("%d readings are recorded", len(events))
	}
	stranger := triage.Actor{ID: "a9", Role: triage.Examiner}
	for _, by := range []triage.Actor{stranger, h.reviewer.Actor, {ID: "a3", Role: triage.Admin}} {
		if _, _, err := h.submit.SignedManifest(ctx, by, x.ID); err == nil {
			t.Errorf("%s reads it", by.Role)
		}
		if _, err := h.submit.SignedBy(ctx, by, x); !triage.IsKind(err, triage.Forbidden) {
			t.Errorf("%s learns who signed: %v", by.Role, err)
		}
		if _, err := h.submit.Sign(ctx, by, x.ID, 1, first); err == nil {
			t.Errorf("%s signs it", by.Role)
		}
	}
	x = h.exhibitOf("A", "one", "two", "three")
	if _, sig, err := h.submit.SignedManifest(ctx, h.examiner, x.ID); err != nil || sig != (triage.Signature{}) {
		t.Errorf("the next version: %v, %v", sig, err)
	}
	if _, err := h.submit.Sign(ctx, h.examiner, x.ID, 2, first); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("the first version's statement: %v", err)
	}
	if _, err := h.submit.Sign(ctx, h.examiner, x.ID, 2, signedBy(t, mine, stated(x))); err != nil {
		t.Error(err)
	}
}

// TestSignedWrongly: nothing is kept of a signature that does not verify, or is on something else.
func TestSignedWrongly(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	x := h.exhibitOf("A", "one", "two")
	k := newKey(t)
	with := func(change func(*triage.Statement)) triage.Signature {
		s := stated(x)
		change(&s)
		return signedBy(t, k, s)
	}
	good := with(func(*triage.Statement) {})
	for name, c := range map[string]struct {
		sig  triage.Signature
		want triage.Kind
	}{
		"another case":    {with(func(s *triage.Statement) { s.Case = "2026/2" }), triage.Conflict},
		"another seal":    {with(func(s *triage.Statement) { s.Seal = "B" }), triage.Conflict},
		"another day":     {with(func(s *triage.Statement) { s.Seized = time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC) }), triage.Conflict},
		"other items":     {with(func(s *triage.Statement) { s.Items[triage.NotMedia]++ }), triage.Conflict},
		"other parts":     {with(func(s *triage.Statement) { s.Digest = triage.PartsDigest(nil) }), triage.Conflict},
		"fewer parts":     {with(func(s *triage.Statement) { s.Parts = 0 }), triage.Conflict},
		"another's key":   {triage.Signature{Statement: good.Statement, Key: newKey(t).Verifier()}, triage.Corrupt},
		"altered":         {triage.Signature{Statement: strings.Replace(good.Statement, "bytes 1", "bytes 2", 1), Key: good.Key}, triage.Corrupt},
		"not signed":      {triage.Signature{Statement: strings.Split(good.Statement, "\n\n")[0] + "\n", Key: good.Key}, triage.Corrupt},
		"no key":          {triage.Signature{Statement: good.Statement, Key: "lab"}, triage.Invalid},
		"nothing":         {triage.Signature{}, triage.Invalid},
		"too long":        {triage.Signature{Statement: strings.Repeat("x", triage.MaxStatement+1), Key: good.Key}, triage.Invalid},
		"something other": {triage.Signature{Statement: string(must(k.Sign("I owe you a coffee\n"))), Key: good.Key}, triage.Invalid},
	} {
		if _, err := h.submit.Sign(ctx, h.examiner, x.ID, 1, c.sig); !triage.IsKind(err, c.want) {
			t.Errorf("%s: %v, not %s", name, err, c.want)
		}
	}
	if _, sig, err := h.submit.SignedManifest(ctx, h.examiner, x.ID); err != nil || sig != (triage.Signature{}) || len(h.recorded(triage.ExhibitSigned)) > 0 {
		t.Errorf("%v, %v is kept", sig, err)
	}
	open, err := h.submit.Open(ctx, h.examiner, "2026/1", "open", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.submit.Sign(ctx, h.examiner, open.ID, 0, good); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("before it was sealed: %v", err)
	}
	if _, _, err := h.submit.SignedManifest(ctx, h.examiner, open.ID); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("before it was sealed: %v", err)
	}
}

func must(b []byte, err error) []byte {
	if err != nil {
		panic(err)
	}
	return b
}

// TestSignInterrupted: wherever signing fails, before a step took effect or after, signing again ends with the signature, and the
// journal knew of it before it was kept.
func TestSignInterrupted(t *testing.T) {
	h := newHouse(t)
	ctx := t.Context()
	k := newKey(t)
	for n := 1; ; n++ {
		failed := false
		for _, after := range []bool{false, true} {
			x := h.exhibitOf(fmt.Sprint(n, after), "one")
			sig := signedBy(t, k, stated(x))
			h.objects.Set(objectstest.Fault{Method: "Put", Call: n, After: after})
			_, err := h.submit.Sign(ctx, h.examiner, x.ID, 1, sig)
			h.objects.Set()
			failed = failed || err != nil
			_, kept, readErr := h.submit.SignedManifest(ctx, h.examiner, x.ID)
			if readErr != nil || err == nil && kept != sig {
				t.Fatalf("fault %d, %v: %v, then %v, %v", n, after, err, kept, readErr)
			}
			if kept != (triage.Signature{}) && !h.hasSigned(x.ID) {
				t.Errorf("fault %d, %v: kept, and the journal does not know", n, after)
			}
			if kept, err := h.submit.Sign(ctx, h.examiner, x.ID, 1, sig); err != nil || kept != sig || !h.hasSigned(x.ID) {
				t.Errorf("fault %d, %v: again: %v, %v", n, after, kept, err)
			}
		}
		if !failed {
			if n < 3 { // the event, the signature
				t.Errorf("%d steps", n-1)
			}
			return
		}
	}
}

func (h *house) hasSigned(x triage.ExhibitID) bool {
	for _, ev := range h.recorded(triage.ExhibitSigned) {
		if ev.Subject == string(x) {
			return true
		}
	}
	return false
}
