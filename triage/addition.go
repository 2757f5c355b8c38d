package triage

import (
	"context"
	"strconv"
	"strings"
	"time"
)

// OfficeSource is the source of the office's own set, which grows by what its reviewers confirm. No list is imported under it.
const OfficeSource = "office"

// MaxAddition is how many entries an addition has at most.
const MaxAddition = 999

// MaxAdditionFrames is how many frames the films of an addition have at most, together: it is kept, and takes effect, in one piece.
const MaxAdditionFrames = 20_000

// AdditionID names an addition to a set that grows.
type AdditionID struct {
	Set    SetID
	Number int // from 1, never given twice. Where a call ended early one may be missing
}

// String names it for messages, such as "3+12".
func (id AdditionID) String() string { return id.Set.String() + "+" + strconv.Itoa(id.Number) }

// ParseAdditionID reads what String wrote.
func ParseAdditionID(s string) (AdditionID, error) {
	set, number, _ := strings.Cut(s, "+")
	id, err := ParseSetID(set)
	n, numberErr := strconv.ParseUint(number, 10, 31)
	if err != nil || numberErr != nil || n == 0 {
		return AdditionID{}, E(NotFound, "read address", "", "there is no such link", nil)
	}
	return AdditionID{id, int(n)}, nil
}

// line returns the line of the entry at a position from 1, in place of the line that an entry has in a list: it tells the addition.
func (id AdditionID) line(position int) uint32 {
	return uint32(id.Number*(MaxAddition+1) + position) //nolint:gosec // four million additions fit
}

// additionOf returns which addition of a set an entry is in, and its position there, from 1.
func additionOf(set SetID, line uint32) (AdditionID, int) {
	return AdditionID{set, int(line / (MaxAddition + 1))}, int(line % (MaxAddition + 1))
}

// Addition is what a set grew by at once.
type Addition struct {
	AdditionID
	Name    string    // by which who adds knows it again
	At      time.Time // when it was made: of two events that record it, none has to be the first
	Entries []RawEntry
}

// Extension is an addition as it is matched.
type Extension struct {
	AdditionID
	Name     string
	At       time.Time
	Entries  []Entry
	ByMethod map[Method]int // hashes, by method
}

// AdditionStore keeps what sets grew by.
type AdditionStore interface {
	// Extend makes the entries of an addition match, in a new epoch, which it returns. Where that was done before, nothing changes. What
	// is added to a set that was withdrawn is counted, and matches nothing. NotFound: there is no such set, or it was never
	// active. Conflict: it has a list, whose entries have other numbers.
	Extend(ctx context.Context, x Extension) (Epoch, error)
	// Additions returns the numbers of all additions to a set, the lowest first.
	Additions(ctx context.Context, set SetID) ([]int, error)
	// Added returns the addition that has this name, whichever set it was made to; its Number is 0 when there is none.
	Added(ctx context.Context, name string) (AdditionID, error)
}

// AdditionArchive keeps additions as they were made.
type AdditionArchive interface {
	// PutAddition keeps a. Exists: one of that number is kept already.
	PutAddition(ctx context.Context, a Addition) error
	Addition(ctx context.Context, id AdditionID) (Addition, error)
}
