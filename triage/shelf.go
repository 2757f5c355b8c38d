package triage

import (
	"context"
	"iter"
)

// Shelved is what is kept of one medium of a part of a closed exhibit, beside what the part itself says: enough to bring
// it back without a search, and without decoding anything.
type Shelved struct {
	Medium   MediumID
	At       Locator  // of its examination; of none: it had none
	Group    GroupID  // "": it had none
	Standing MediumID // who stood for the group
	Score    *Score   // nil: it had none
	Place    *Place   // where it was first seen in the exhibit, if not where the part has it
	// Matched are the entries that it matched, withdrawn ones that it had matched before included: should one be withdrawn
	// while the case is closed, the medium still had it.
	Matched []EntryRef
}

// EntryRef names an entry of a set.
type EntryRef struct {
	Set   SetID
	Entry uint32
}

// Shelf is what is kept of one part.
type Shelf struct {
	Part  PartID
	Media []Shelved // those of which there is anything to say
}

// ShelfArchive keeps shelves, under the key of their exhibit. The number is that of the event that closed the case.
type ShelfArchive interface {
	// PutShelf fails with Exists when there is one of that part.
	PutShelf(ctx context.Context, x ExhibitID, closing uint64, s Shelf) error
	// Shelf returns one, or NotFound.
	Shelf(ctx context.Context, x ExhibitID, closing uint64, part PartID) (Shelf, error)
	// Shelves yields the parts that have one.
	Shelves(ctx context.Context, x ExhibitID, closing uint64) iter.Seq2[PartID, error]
	// ShelvedMedia yields, some at a time, the media whose bytes the parts on shelves want.
	ShelvedMedia(ctx context.Context, x ExhibitID, closing uint64) iter.Seq2[[]MediumID, error]
}

// ShelvingStore takes the exhibits of closed cases out of the projections, and brings them back. Every step may be
// repeated.
type ShelvingStore interface {
	// Parts returns those of an exhibit's parts of which anything is there: counted, or on their way.
	Parts(ctx context.Context, id ExhibitID) ([]PartID, error)
	// Evict takes media and then the part that lists them out of an exhibit that is shut. What no other exhibit holds is
	// forgotten.
	Evict(ctx context.Context, id ExhibitID, part PartID, media []MediumID) error
	// Vacate forgets an exhibit that has no parts any more; Conflict when it has.
	Vacate(ctx context.Context, id ExhibitID) error
	// RestoreExhibit keeps an exhibit that is shut, without its manifest, unless it is there still.
	RestoreExhibit(ctx context.Context, x Exhibit) error
	// RestorePart is RegisterPart, of an exhibit that is shut.
	RestorePart(ctx context.Context, id ExhibitID, part PartID, counts map[Disposition]int, items []ListedItem) error
	// ReopenExhibit gives a restored exhibit its manifest, if it has one, and opens it. With drop, what m does not list
	// leaves the exhibit, as when it is sealed.
	ReopenExhibit(ctx context.Context, id ExhibitID, m *Manifest, drop bool) error
}
