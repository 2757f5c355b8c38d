package main

import (
	"context"

	"vigie/api/wire"
	"vigie/store/examiner"
	"vigie/triage"
)

// sign signs the sealed manifest, and returns whose signature the service keeps: the first of a version stays.
func (s *submission) sign(ctx context.Context, k *examiner.Key, x wire.Exhibit, version int) (examiner.Public, error) {
	seized, err := (&wire.OpenExhibit{Seized: x.Seized}).SeizedOn()
	if err != nil {
		return examiner.Public{}, err
	}
	stated := s.statement(x.Case, x.Exhibit, seized, s.uploads.partIDs())
	signed, err := k.Sign(stated.Encode())
	if err != nil {
		return examiner.Public{}, err
	}
	kept, err := s.client.Sign(ctx, s.exhibit, version, triage.Signature{Statement: string(signed), Key: k.Verifier()})
	if err != nil {
		return examiner.Public{}, err
	}
	return examiner.ParseVerifier(kept.Key)
}
