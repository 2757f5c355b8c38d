package triage

import (
	"context"
	"iter"

	"vigie/hashing"
)

// ItemFinding is one item of an exhibit with what became of it.
type ItemFinding struct {
	Item    Item
	Finding Finding      // NoFinding where there is nothing to say of it, Pending while it is not settled
	Match   *Match       // the one that made the finding, if any
	Earlier *Match       // one that the item had with an entry that was withdrawn since, if any
	Reason  string       // why it could not be read, or what was left out
	Limit   int64        // that Reason names, as hashing.Examination has it; 0: none
	Film    hashing.Film // of a film
}

// Findings returns one line an item of a sealed exhibit, in the order of its manifest. Only the examiner whose
// exhibit it is may read it, for it names files. The reading is recorded.
func (s *Submission) Findings(ctx context.Context, by Actor, id ExhibitID) (iter.Seq2[ItemFinding, error], error) {
	x, err := s.own(ctx, by, id)
	if err != nil {
		return nil, err
	}
	if x.Manifest == nil {
		return nil, E(Conflict, "read findings", string(id), "the submission is not complete: run vigie submit again", nil)
	}
	if err := s.Events.act(ctx, by, FindingsRead, string(id), nil); err != nil {
		return nil, err
	}
	return func(yield func(ItemFinding, error) bool) {
		for items, err := range s.parts(ctx, id, x.Manifest.Parts) {
			if err == nil {
				err = s.yieldFindings(ctx, items, yield)
			}
			if err != nil {
				if err != errStopped {
					yield(ItemFinding{}, err)
				}
				return
			}
		}
	}, nil
}

// errStopped says that the reader of findings wants no more.
var errStopped = E(Internal, "read findings", "", "stopped by its reader", nil)

func (s *Submission) yieldFindings(ctx context.Context, items []Item, yield func(ItemFinding, error) bool) error {
	ids := make([]MediumID, 0, len(items))
	for i := range items {
		if items[i].Digests != nil {
			ids = append(ids, s.Names.Medium(items[i].Digests.SHA256))
		}
	}
	media, err := s.Media.Media(ctx, ids)
	if err != nil {
		return err
	}
	for i := range items {
		if !yield(s.itemFinding(&items[i], media), nil) {
			return errStopped
		}
	}
	return nil
}

func (s *Submission) itemFinding(it *Item, media map[MediumID]Medium) ItemFinding {
	f := ItemFinding{Item: *it, Finding: NoFinding, Reason: it.Reason}
	if it.Disposition != IsMedia && it.Disposition != NotMedia {
		return f
	}
	m, known := media[s.Names.Medium(it.Digests.SHA256)]
	if !known {
		f.Finding = Pending
		return f
	}
	f.Finding, f.Film = m.Finding, m.Facts.Film
	f.Match, f.Earlier = Deciding(m.Finding, m.Matches), withdrawnMatch(m.Matches)
	switch {
	case m.Unreadable != "":
		f.Reason, f.Limit = m.Unreadable, m.Limit
	case m.Note != "":
		f.Reason = m.Note
	}
	return f
}
