package triage

import "context"

// maxComplete bounds how many parts are looked at for one answer: 100,000 items, which take about a second.
const maxComplete = 100

// CompleteParts returns the parts, in their order, with which the submission of an exhibit that is under way began, as long as
// nothing of them is wanted any more: whoever takes it up need not read again what they list. from is how many of them are known
// already; more says that there may be others behind those that are returned.
func (s *Submission) CompleteParts(ctx context.Context, by Actor, id ExhibitID, from int) (parts []PartID, more bool, err error) {
	x, err := s.own(ctx, by, id)
	if err != nil {
		return nil, false, err
	}
	placed, err := s.Exhibits.PlacedParts(ctx, id)
	if err != nil || x.Manifest.Same(placed) { // one that found nothing new ends without an event: there is nothing to take up
		return nil, false, err
	}
	placed = placed[min(from, len(placed)):]
	for _, part := range placed[:min(maxComplete, len(placed))] {
		complete, err := s.complete(ctx, id, part)
		if err != nil || !complete {
			return parts, false, err
		}
		parts = append(parts, part)
	}
	return parts, len(parts) < len(placed), nil
}

// Part returns a part of an exhibit of by's own, as they sent it.
func (s *Submission) Part(ctx context.Context, by Actor, id ExhibitID, part PartID) ([]byte, error) {
	if by.Role != Examiner {
		return nil, forbidden("read manifest part", by)
	}
	if _, err := s.Find(ctx, by, id); err != nil {
		return nil, err
	}
	body, err := s.Manifests.Part(ctx, id, part)
	if IsKind(err, NotFound) {
		err = E(NotFound, "read manifest part", string(part), "this exhibit has no such part", err)
	}
	return body, err
}

// complete reports whether the bytes of all media of a part are held.
func (s *Submission) complete(ctx context.Context, id ExhibitID, part PartID) (bool, error) {
	items, err := partItems(ctx, s.Manifests, id, part)
	if err != nil {
		return false, err
	}
	_, listed, _ := list(s.Names, id, items)
	ids := make([]MediumID, len(listed))
	for i := range listed {
		ids[i] = listed[i].Medium
	}
	media, err := s.Media.Media(ctx, ids)
	if err != nil {
		return false, err
	}
	for _, m := range ids {
		if known, is := media[m]; !is || known.State == Wanted {
			return false, nil
		}
	}
	return len(items) > 0, nil
}
