package triage

import (
	"strconv"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// SetKind says what it means to be in a set.
type SetKind string

// The kinds of set.
const (
	KnownSet  SetKind = "known"  // known abuse material
	BenignSet SetKind = "benign" // known to be harmless: system files, stock
)

// ParseSetKind returns the kind named s.
func ParseSetKind(s string) (SetKind, error) {
	switch k := SetKind(s); k {
	case KnownSet, BenignSet:
		return k, nil
	}
	return "", E(Invalid, "parse kind of set", s, "a set is known or benign", nil)
}

// SetID numbers one version of one partner's list. The first is 1.
type SetID uint32

// ParseSetID reads what String wrote.
func ParseSetID(s string) (SetID, error) {
	n, err := strconv.ParseUint(s, 10, 32)
	if err != nil || n == 0 {
		return 0, E(Invalid, "parse set", s, "a set is named by its number", err)
	}
	return SetID(n), nil
}

func (id SetID) String() string { return strconv.FormatUint(uint64(id), 10) }

// Epoch counts the changes of all sets. A finding records the epoch under which it was made.
type Epoch uint64

// SetState says whether a set's entries match.
type SetState string

// The states of a set.
const (
	Importing SetState = "importing" // entries are being written: none matches yet
	Active    SetState = "active"
	Withdrawn SetState = "withdrawn" // none matches any more
	Failed    SetState = "failed"    // its import ended before it was complete: none ever matched, and none is kept
)

// HashSet is one version of one partner's list.
type HashSet struct {
	ID        SetID          `json:"id"`
	Source    string         `json:"source"`
	Version   int            `json:"version"` // of this source and kind, from 1
	Kind      SetKind        `json:"kind"`
	Category  string         `json:"category,omitempty"` // of entries that state none
	State     SetState       `json:"state"`
	Entries   int            `json:"entries"`   // those of additions included
	ByMethod  map[Method]int `json:"by_method"` // hashes, by method; of films each frame's PDQ, and of ByVPDQ the films
	Rejected  int            `json:"rejected"`  // lines that were wrong
	Conflicts []SetConflict  `json:"conflicts,omitempty"`
	Imported  time.Time      `json:"imported"`
	Withdrawn time.Time      `json:"withdrawn,omitzero"`
	Failure   string         `json:"failure,omitempty"` // why its import failed: a hint, or a wrong line as a report says it
	Epoch     Epoch          `json:"epoch"`             // of its last change, additions apart
	Additions int            `json:"additions,omitempty"`
	Extended  time.Time      `json:"extended,omitzero"` // when the last addition was made
}

// SetConflict is an entry that stands in a known set and in a benign set.
type SetConflict struct {
	Entry      uint32 `json:"entry"` // its line in this set
	OtherSet   SetID  `json:"other_set"`
	OtherEntry uint32 `json:"other_entry"`
}

// MaxConflicts bounds how many conflicts of one import are listed; beyond it an import says "at least".
const MaxConflicts = 1000

// RawEntry is one line of a list as its partner wrote it. Absent hashes are nil.
type RawEntry struct {
	Line     uint32 // 1-based, as an editor counts; of an addition, see AdditionID
	Category string
	MD5      *hashing.MD5
	SHA1     *hashing.SHA1
	SHA256   *hashing.SHA256
	PDQ      *pdq.Hash
	PHash    *hashing.Hash64
	Film     []pdq.Hash // of a film: its frames that show enough, in their order, at most vpdq.MaxFrames
}

// empty reports whether it has no hash at all.
func (e *RawEntry) empty() bool {
	return e.MD5 == nil && e.SHA1 == nil && e.SHA256 == nil && e.PDQ == nil && e.PHash == nil && len(e.Film) == 0
}

// Entry is one line of a list as it is matched: exact digests keyed.
type Entry struct {
	Number   uint32 // the line
	Category string // empty: the set's
	Exact    []DigestKey
	PDQ      *pdq.Hash
	PHash    *hashing.Hash64
	Film     []pdq.Hash // of a film: its frames
}

// Codes returns its PDQs, of whatever it is.
func (e *Entry) Codes() []pdq.Hash {
	if e.PDQ == nil {
		return e.Film
	}
	return append([]pdq.Hash{*e.PDQ}, e.Film...)
}
