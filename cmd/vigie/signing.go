package main

import (
	"context"

	"vigie/api/wire"
	"vigie/store/examiner"
	"vigie/triage"
)

// signer signs sealed manifests.
type signer struct {
	key    *examiner.Key
	bundle *bundle // what was signed where this was packed; nil: it is read here
}

// sign signs a sealed manifest, and returns whose signature the service keeps: the first of a version stays. A bundle's own goes along as
// long as its parts came as they are.
func (k *signer) sign(ctx context.Context, s *submission, x wire.Exhibit, version int) (examiner.Public, error) {
	parts := s.uploads.partIDs()
	var sig triage.Signature
	if k.bundle != nil && k.bundle.stated.Lists(parts) {
		sig = k.bundle.signature
	} else {
		seized, err := (&wire.OpenExhibit{Seized: x.Seized}).SeizedOn()
		if err != nil {
			return examiner.Public{}, err
		}
		stated := s.statement(x.Case, x.Exhibit, seized, parts)
		if sig, err = signature(k.key, &stated); err != nil {
			return examiner.Public{}, err
		}
	}
	kept, err := s.client.Sign(ctx, s.exhibit, version, sig)
	if err != nil {
		return examiner.Public{}, err
	}
	return examiner.ParseVerifier(kept.Key)
}

// signature signs a statement.
func signature(key *examiner.Key, stated *triage.Statement) (triage.Signature, error) {
	signed, err := key.Sign(stated.Encode())
	return triage.Signature{Statement: string(signed), Key: key.Verifier()}, err
}
