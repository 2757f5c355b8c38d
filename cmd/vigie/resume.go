package main

import (
	"context"
	"iter"

	"vigie/store/evidence"
	"vigie/triage"
)

// earlier is how a submission of the exhibit began that was cut off, as far as the service has all of it.
func (s *submission) earlier(ctx context.Context) (evidence.Earlier, error) {
	if s.fromStart {
		return evidence.Earlier{}, nil
	}
	parts, err := s.client.CompleteParts(ctx, s.exhibit)
	if err != nil || len(parts) == 0 {
		return evidence.Earlier{}, err
	}
	s.complete = make(map[triage.PartID]bool, len(parts))
	for _, p := range parts {
		s.complete[p] = true
	}
	last, err := s.part(ctx, parts[len(parts)-1])
	if err != nil {
		return evidence.Earlier{}, err
	}
	return evidence.Earlier{Items: s.told(ctx, parts), Last: last[len(last)-1].RawPath()}, nil
}

// told returns the items of parts that the service has.
func (s *submission) told(ctx context.Context, parts []triage.PartID) iter.Seq2[triage.Item, error] {
	return itemsOf(ctx, len(parts), func(ctx context.Context, i int) ([]triage.Item, error) { return s.part(ctx, parts[i]) })
}

// part returns the items of a part that the service has.
func (s *submission) part(ctx context.Context, part triage.PartID) ([]triage.Item, error) {
	body, err := s.client.Part(ctx, s.exhibit, part)
	if err != nil {
		return nil, err
	}
	return triage.DecodePart(body, part)
}
