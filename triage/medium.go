package triage

import "vigie/hashing"

// MediumState says how far a medium has come.
type MediumState string

// The states of a medium, in order.
const (
	Listed   MediumState = "listed"   // known by its digests only: not media, its bytes are not wanted
	Wanted   MediumState = "wanted"   // media whose bytes have not arrived
	Queued   MediumState = "queued"   // bytes held and verified, job queued
	Examined MediumState = "examined" // fingerprint or reason recorded
)

// Slot is where the bytes of a medium go while they are wanted.
type Slot struct {
	// Exhibit and Part name the manifest part whose keyring has a key for the medium. Empty: it went with another
	// exhibit, and the next part that lists the medium has one.
	Exhibit ExhibitID
	Part    PartID
	// Generation is the first that may be used, from 1: those before it were destroyed, or are about to be.
	Generation int
}

// Medium is the projection of one medium: what is needed to match, rank and report it without its bytes.
type Medium struct {
	ID         MediumID
	State      MediumState
	Kind       hashing.Kind
	Size       int64
	Keys       DigestKeys // zero once the record of its examination has them
	Slot       Slot       // while it is Wanted; its Generation always
	Places     []Place    // one an exhibit: where it was first seen there
	Facts      hashing.Facts
	Clue       Clue // that Facts give
	Quality    int  // of its PDQ; meaningless unless Hashed
	Hashed     bool // a fingerprint is on record
	Unreadable string
	Limit      int64 // that Unreadable names, as hashing.Examination has it
	Note       string
	Finding    Finding
	Matches    []Match
	Epoch      Epoch
	Group      GroupID
	Score      *Score  // the last that a classifier gave it, whichever it was; nil: none
	At         Locator // of its examination
	Attempt    int     // its number: 0, and one more each time that the medium was examined anew
}

// Showable reports whether a reveal can show the medium as a picture: it is one, and was decoded.
func (m *Medium) Showable() bool { return m.Hashed && m.Facts.Kind != hashing.KindVideo }

// Film reports whether a reveal can show stills of the medium: it is a film, and frames of it were decoded.
func (m *Medium) Film() bool { return m.Hashed && m.Facts.Kind == hashing.KindVideo }

// open reports whether the medium is in no set, and was looked at: it counts for its group's rank.
func (m *Medium) open() bool {
	return m.Finding == Pending || m.Finding == ProbableNew || m.Finding == Unranked
}

// Standing is what catching up needs to know of a medium whose examination is on record.
type Standing struct {
	State MediumState // empty: nobody lists it
	Kind  hashing.Kind
}

// ListedItem is what a manifest part says of one item with bytes, in keyed form.
type ListedItem struct {
	Medium MediumID
	Kind   hashing.Kind
	Size   int64
	Keys   DigestKeys
	Place  Place
}

// Media reports whether the item's bytes are wanted.
func (l *ListedItem) Media() bool {
	return l.Kind == hashing.KindPicture || l.Kind == hashing.KindVideo
}
