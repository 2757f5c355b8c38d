package triage

import (
	"context"
	"strings"
	"time"
)

// Signature is an examiner's word on a version of a manifest.
type Signature struct {
	Statement string `json:"statement"` // signed: a Statement and behind it what Key verifies
	Key       string `json:"key"`       // public key, as golang.org/x/mod/sumdb/note writes it
}

// Notary returns what was signed and the fingerprint of the key; Corrupt: this key did not sign it.
type Notary func(sig Signature) (text, fingerprint string, err error)

// signedExhibit are the details of ExhibitSigned.
type signedExhibit struct {
	Version int    `json:"version"`
	Key     string `json:"key"` // its fingerprint
}

// Sign keeps an examiner's signature of a version of their manifest, and returns the one that is kept: the first stays.
// Conflict: the statement is about something else than the manifest as it is now.
func (s *Submission) Sign(ctx context.Context, by Actor, id ExhibitID, version int, sig Signature) (Signature, error) {
	const op = "sign manifest"
	x, err := s.own(ctx, by, id)
	if err != nil {
		return Signature{}, err
	}
	if len(sig.Statement) > MaxStatement {
		return Signature{}, E(Invalid, op, string(id), "this is no statement on a manifest, or one of another version of Vigie", nil)
	}
	text, fingerprint, err := s.Notary(sig)
	if err != nil {
		return Signature{}, err
	}
	stated, err := ParseStatement(text)
	if err != nil {
		return Signature{}, err
	}
	if x.Manifest == nil || x.Manifest.Version != version || !stated.about(x) {
		return Signature{}, E(Conflict, op, string(id), "what was signed is not the manifest as it is now: submit again", nil)
	}
	kept, err := s.Manifests.Signature(ctx, id, version)
	if !IsKind(err, NotFound) {
		return kept, err
	}
	keep := func(ctx context.Context, _ Event) error { return s.Manifests.PutSignature(ctx, id, version, sig) }
	err = s.Events.actWith(ctx, by, ExhibitSigned, string(id), signedExhibit{version, fingerprint}, keep)
	if IsKind(err, Exists) { // somebody was faster
		return s.Manifests.Signature(ctx, id, version)
	}
	return sig, err
}

// about reports whether the statement tells what the exhibit's manifest does. The day of the seizure may be left out.
func (s *Statement) about(x Exhibit) bool {
	return s.Case == x.Case && s.Seal == x.Seal && (s.Seized.IsZero() || s.Seized.Equal(x.Seized)) &&
		s.Total() == x.Manifest.Items && s.Lists(x.Manifest.Parts)
}

// SignedManifest returns the manifest of a sealed exhibit of by's own, and its signature: a zero one, when it has none.
func (s *Submission) SignedManifest(ctx context.Context, by Actor, id ExhibitID) (Manifest, Signature, error) {
	const op = "read manifest"
	if by.Role != Examiner {
		return Manifest{}, Signature{}, forbidden(op, by)
	}
	x, err := s.Find(ctx, by, id)
	if err != nil {
		return Manifest{}, Signature{}, err
	}
	if x.Manifest == nil {
		return Manifest{}, Signature{}, E(Conflict, op, string(id), "the submission is not complete: run vigie submit again", nil)
	}
	if err := s.Events.act(ctx, by, ManifestRead, string(id), nil); err != nil {
		return Manifest{}, Signature{}, err
	}
	sig, err := s.Manifests.Signature(ctx, id, x.Manifest.Version)
	return *x.Manifest, sig, unlessMissing(err)
}

// SignedBy is whose signature a manifest has.
type SignedBy struct {
	Name string // of the key
	Key  string // its fingerprint
	At   time.Time
}

// SignedBy tells who signed the manifest of an exhibit of by's own as it is now; NotFound: nobody did. It tells nothing of what the
// manifest lists, and is not recorded.
func (s *Submission) SignedBy(ctx context.Context, by Actor, x Exhibit) (SignedBy, error) {
	const op = "read who signed"
	if by.Role != Examiner || x.Owner != by.ID {
		return SignedBy{}, forbidden(op, by)
	}
	if x.Manifest == nil {
		return SignedBy{}, E(NotFound, op, string(x.ID), "nobody signed it yet: vigie submit does", nil)
	}
	sig, err := s.Manifests.Signature(ctx, x.ID, x.Manifest.Version)
	if err != nil {
		return SignedBy{}, err
	}
	text, fingerprint, err := s.Notary(sig)
	if err != nil {
		return SignedBy{}, err
	}
	stated, err := ParseStatement(text)
	name, _, _ := strings.Cut(sig.Key, "+")
	return SignedBy{name, fingerprint, stated.Signed}, err
}
