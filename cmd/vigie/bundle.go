package main

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"vigie/store/evidence/pack"
	"vigie/store/examiner"
	"vigie/triage"
)

// bundle is a submission that was packed elsewhere, to be sent from here.
type bundle struct {
	*pack.Reader
	signature triage.Signature // made where it was packed
	stated    triage.Statement
	by        examiner.Public
}

// openBundle opens a finished bundle, and verifies that what it holds is what was signed.
func openBundle(path string, key *examiner.Key) (*bundle, error) {
	r, err := pack.Open(path, key.Identity())
	if err != nil {
		return nil, err
	}
	b := &bundle{Reader: r}
	if err := b.verify(); err != nil {
		r.Close()
		return nil, err
	}
	return b, nil
}

func (b *bundle) verify() (err error) {
	const op = "verify bundle"
	if b.signature, err = decodeSignature(b.Note()); err != nil {
		return triage.E(triage.Corrupt, op, "", "its end holds no signature: pack it again", err)
	}
	if b.stated, b.by, err = b.manifest().statement(); err != nil {
		return err
	}
	h := b.Header()
	if b.stated.Case != h.Case || b.stated.Seal != h.Seal || day(b.stated.Seized) != h.Seized {
		return triage.E(triage.Corrupt, op, "", "its header says something else than what was signed: pack it again", nil)
	}
	return nil
}

// manifest returns what was signed of it.
func (b *bundle) manifest() *signedManifest {
	part := func(_ context.Context, i int) ([]byte, error) { return b.Body(i) }
	return &signedManifest{signature: b.signature, parts: b.PartIDs(), part: part, close: b.Close}
}

// ofBundle reports whether it is a bundle that does not give what is in it.
func ofBundle(err error) bool {
	return errors.Is(err, pack.ErrDamaged) || errors.Is(err, pack.ErrUnreadable)
}

// day writes a day as a bundle's header does; empty: none.
func day(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// encodeSignature makes the note that ends a bundle.
func encodeSignature(sig triage.Signature) ([]byte, error) { return json.Marshal(sig) }

func decodeSignature(note []byte) (sig triage.Signature, err error) {
	if err = json.Unmarshal(note, &sig); err == nil && (sig.Statement == "" || sig.Key == "") {
		err = errors.New("no signature")
	}
	return sig, err
}
