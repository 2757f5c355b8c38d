package main

import (
	"context"
	"time"

	"vigie/api/wire"
	"vigie/store/examiner"
	"vigie/triage"
)

// statement is what the submission found, to be signed.
func (s *submission) statement(x wire.Exhibit) (triage.Statement, error) {
	seized, err := (&wire.OpenExhibit{Seized: x.Seized}).SeizedOn()
	if err != nil {
		return triage.Statement{}, err
	}
	parts := s.uploads.partIDs()
	stated := triage.Statement{
		Case: x.Case, Seal: x.Exhibit, Seized: seized, Signed: time.Now().UTC().Truncate(time.Second), Items: make(map[triage.Disposition]int),
		Bytes: s.seenBytes.Load(), Parts: len(parts), Digest: triage.PartsDigest(parts),
	}
	for _, d := range triage.Dispositions {
		stated.Items[d] = s.items.count(d)
	}
	return stated, nil
}

// sign signs the sealed manifest, and returns whose signature the service keeps: the first of a version stays.
func (s *submission) sign(ctx context.Context, k *examiner.Key, x wire.Exhibit, version int) (examiner.Public, error) {
	stated, err := s.statement(x)
	if err != nil {
		return examiner.Public{}, err
	}
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
