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

// told returns the items of parts. While those of one are taken, the next one is on its way.
func (s *submission) told(ctx context.Context, parts []triage.PartID) iter.Seq2[triage.Item, error] {
	type answer struct {
		items []triage.Item
		err   error
	}
	return func(yield func(triage.Item, error) bool) {
		ctx, stop := context.WithCancel(ctx)
		defer stop()
		answers := make(chan answer)
		go func() {
			defer close(answers)
			for _, part := range parts {
				items, err := s.part(ctx, part)
				select {
				case answers <- answer{items, err}:
				case <-ctx.Done():
					return
				}
			}
		}()
		for a := range answers {
			if a.err != nil {
				yield(triage.Item{}, a.err)
				return
			}
			for _, it := range a.items {
				if !yield(it, nil) {
					return
				}
			}
		}
		if ctx.Err() != nil {
			yield(triage.Item{}, ctx.Err())
		}
	}
}

// part returns the items of a part that the service has.
func (s *submission) part(ctx context.Context, part triage.PartID) ([]triage.Item, error) {
	body, err := s.client.Part(ctx, s.exhibit, part)
	if err != nil {
		return nil, err
	}
	return triage.DecodePart(body, part)
}
