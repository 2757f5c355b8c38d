package triage

import (
	"context"
	"errors"
	"io"
	"iter"
	"log/slog"
	"strings"
	"sync"
	"time"
)

// MaxSetErrors bounds how many wrong lines of an import are listed; beyond it they are only counted.
const MaxSetErrors = 100

// SetStore keeps hash sets and their entries.
type SetStore interface {
	ObjectionStore
	AdditionStore
	// CreateSet numbers a set, gives it the next version of its source and kind, and keeps it as Importing.
	CreateSet(ctx context.Context, s HashSet) (HashSet, error)
	// AddEntries writes a batch of entries of an Importing set and returns those that active sets of the other
	// kind hold too.
	AddEntries(ctx context.Context, s HashSet, entries []Entry) ([]SetConflict, error)
	// Activate makes a set match, and those that it replaces match no more, all in one new epoch.
	Activate(ctx context.Context, s HashSet, replaces []SetID) (Epoch, error)
	// Complete reports whether the entries of all active sets are still there, as far as that can be told without reading
	// them: a server that keeps a part of them may have come back as it was earlier.
	Complete(ctx context.Context) (bool, error)
	// Withdraw makes a set match no more. When it returns, no outcome that uses an entry of it is applied.
	Withdraw(ctx context.Context, id SetID, at time.Time) (Epoch, error)
	// RestoreSet keeps s, with its number and version, unless a set of that number is there and did not fail; new
	// sets get higher numbers. It returns the one that is kept.
	RestoreSet(ctx context.Context, s HashSet) (HashSet, error)
	// ReserveSets gives new sets numbers above id.
	ReserveSets(ctx context.Context, id SetID) error
	// FailSet says of an Importing set that its import has ended, and why (s.Failure). Its version is free again unless
	// another came after it. It needs no memory.
	FailSet(ctx context.Context, s HashSet) error
	// DropEntries takes back entries of a Failed set. It needs no memory, and may be repeated.
	DropEntries(ctx context.Context, id SetID, entries []Entry) error
	// RemoveSet forgets a Failed or Importing set; an import that still goes on fails. One in another state, or that is
	// not there, stays as it is.
	RemoveSet(ctx context.Context, id SetID) error
	Set(ctx context.Context, id SetID) (HashSet, error)
	Sets(ctx context.Context) ([]HashSet, error) // the newest first
	// Epoch returns that of the last change.
	Epoch(ctx context.Context) (Epoch, error)
}

// SetArchive keeps set files as their partners sent them.
type SetArchive interface {
	AdditionArchive
	PutSetFile(ctx context.Context, id SetID, r io.Reader, size int64) error
	OpenSetFile(ctx context.Context, id SetID) (io.ReadCloser, error)
	// LastSetFile returns the highest number under which a file is kept, 0 when there is none.
	LastSetFile(ctx context.Context) (SetID, error)
	// PutSetEntry keeps one entry of a set by itself, as its list has it; it may be repeated. SetEntry returns it.
	PutSetEntry(ctx context.Context, id SetID, e RawEntry) error
	SetEntry(ctx context.Context, id SetID, line uint32) (RawEntry, error)
}

// SetParser reads a list. A line that is wrong yields an Invalid error that names it and is not the end; an error
// of another kind is.
type SetParser func(r io.Reader, o ParseOptions) iter.Seq2[RawEntry, error]

// ParseOptions say how a list is to be read. Nothing about its hashes is guessed.
type ParseOptions struct {
	Hash Method // of plain lists of 64 digits, where it must be stated; empty otherwise
}

// ImportOptions describe a list to import.
type ImportOptions struct {
	Kind     SetKind
	Source   string
	Category string
	Hash     Method
	Strict   bool // one wrong line stops the import
	Replace  bool // earlier versions of the same source and kind are withdrawn
}

// ImportReport says what became of a list.
type ImportReport struct {
	Set       HashSet  `json:"set"`
	Errors    []string `json:"errors,omitempty"` // the first MaxSetErrors wrong lines
	Withdrawn []SetID  `json:"withdrawn,omitempty"`
}

// Sets takes partners' lists in, and out again.
type Sets struct {
	Store   SetStore
	Archive SetArchive
	Parse   SetParser
	Events  *Projector
	Names   Names
	Lease   Lease // held by each import while it goes on
	Now     func() time.Time
	Room    *Room // asked before a list is taken in
	// Gate stands before Store: an import ends on the servers, as they were, that it began on. nil: there is none.
	Gate  *CatchUp
	Packs PackMaker
	Log   *slog.Logger

	packing sync.Mutex // held while a pack is made and written: one at a time bounds the memory
}

// List returns all sets, the newest first.
func (s *Sets) List(ctx context.Context, by Actor) ([]HashSet, error) {
	if by.Role != Admin {
		return nil, forbidden("list sets", by)
	}
	return s.Store.Sets(ctx)
}

// Show returns one set.
func (s *Sets) Show(ctx context.Context, by Actor, id SetID) (HashSet, error) {
	if by.Role != Admin {
		return HashSet{}, forbidden("show set", by)
	}
	return s.Store.Set(ctx, id)
}

// Import keeps a list of size bytes as it is, reads it, and makes it match. A wrong line is reported and does
// not stop the rest, unless o.Strict. An import that fails leaves a set that says why, without entries.
func (s *Sets) Import(ctx context.Context, by Actor, o ImportOptions, file io.Reader, size int64) (ImportReport, error) {
	const op = "import set"
	if by.Role != Admin {
		return ImportReport{}, forbidden(op, by)
	}
	if err := checkLabel("source", o.Source); err != nil {
		return ImportReport{}, err
	}
	if strings.EqualFold(strings.TrimSpace(o.Source), OfficeSource) {
		return ImportReport{}, E(Invalid, op, "", "this source is the office's own set, which grows by what reviewers confirm: name another one", nil)
	}
	if err := s.Room.Check(); err != nil {
		return ImportReport{}, err
	}
	return s.start(ctx, by, o, file, size)
}

// start numbers a set and takes its list in.
func (s *Sets) start(ctx context.Context, by Actor, o ImportOptions, file io.Reader, size int64) (ImportReport, error) {
	s.reader().endCutOff(ctx, s.Lease, s.Now(), s.Log)
	set, err := s.Store.CreateSet(ctx, HashSet{
		Source: o.Source, Kind: o.Kind, Category: o.Category, State: Importing, Imported: s.Now().UTC(),
	})
	if err != nil {
		return ImportReport{}, err
	}
	var report ImportReport
	taken := false
	_, err = holding(ctx, s.Lease, importName(set.ID), importLease, func(ctx context.Context) (err error) {
		report, err = s.take(ctx, by, set, o, file, size)
		taken = err == nil
		return err
	})
	if taken {
		return report, nil // that the lease could not be given back means nothing
	}
	if err != nil && !IsKind(err, Unknown) { // an unknown outcome may have been recorded
		s.fail(context.WithoutCancel(ctx), report.Set, set, o, err)
	}
	return report, err
}

// fail ends an import and takes back what it wrote. What cannot be done now stays, and matches nothing: the set can be
// removed.
func (s *Sets) fail(ctx context.Context, read, set HashSet, o ImportOptions, why error) {
	set.Entries, set.Rejected, set.Failure = 0, read.Rejected, failure(why)
	if s.Store.FailSet(ctx, set) != nil || read.Entries == 0 {
		return
	}
	_ = s.reader().drop(ctx, set, o, read.Entries)
}

// failure says why an import failed: a wrong line as reports say it, or the way out.
func failure(err error) string {
	e, ok := errors.AsType[*Error](err)
	switch {
	case !ok:
		return ""
	case e.Kind == Invalid && strings.HasPrefix(e.Object, "line "):
		return err.Error()
	}
	return e.Hint
}

func (s *Sets) reader() setReader { return setReader{s.Store, s.Archive, s.Parse, s.Names} }

// take is the import of a set that has its number.
func (s *Sets) take(ctx context.Context, by Actor, set HashSet, o ImportOptions, file io.Reader, size int64) (ImportReport, error) {
	if err := s.Archive.PutSetFile(ctx, set.ID, file, size); err != nil {
		return ImportReport{}, err
	}
	opening := s.opening()
	report, err := s.reader().read(ctx, set, o)
	if err == nil && s.opening() != opening {
		err = E(Unavailable, "import set", set.ID.String(), "Redis was started anew or replaced during the import: import the list again", nil)
	}
	if err != nil {
		return report, err
	}
	if report.Set.Entries == 0 && o.Source != OfficeSource {
		return report, E(Invalid, "import set", o.Source, "the list holds no entry that can be read", nil)
	}
	if o.Replace {
		if report.Withdrawn, err = s.earlier(ctx, report.Set); err != nil {
			return report, err
		}
	}
	details := importedSet{report.Set, o.Hash, report.Withdrawn}
	details.Set.Conflicts = nil
	activate := func(ctx context.Context, _ Event) (err error) {
		if s.opening() == opening {
			report.Set.Epoch, err = s.Store.Activate(ctx, report.Set, report.Withdrawn)
		} else {
			err = lostAgain()
		}
		if err != nil {
			err = E(Unknown, "import set", set.ID.String(), "the import is on record and takes effect within a minute: look at the list of sets", err)
		}
		return err
	}
	err = s.Events.actWith(ctx, by, SetImported, set.ID.String(), details, activate)
	report.Set.State = Active
	return report, err
}

// opening tells which opening of the gate it is: with another one, what was written before may be lost.
func (s *Sets) opening() uint64 {
	if s.Gate == nil {
		return 0
	}
	return s.Gate.Openings()
}

// earlier returns the active versions of the same source and kind.
func (s *Sets) earlier(ctx context.Context, set HashSet) ([]SetID, error) {
	sets, err := s.Store.Sets(ctx)
	var ids []SetID
	for _, other := range sets {
		if other.ID != set.ID && other.Source == set.Source && other.Kind == set.Kind && other.State == Active {
			ids = append(ids, other.ID)
		}
	}
	return ids, err
}

// Withdrawal says what became of a withdrawal.
type Withdrawal struct {
	Set     HashSet
	Already bool // it was withdrawn before: nothing changed, and the reason is not recorded
}

// Withdraw makes a set match no more, at once.
func (s *Sets) Withdraw(ctx context.Context, by Actor, id SetID, reason string) (Withdrawal, error) {
	const op = "withdraw set"
	if by.Role != Admin {
		return Withdrawal{}, forbidden(op, by)
	}
	reason, err := checkReason(reason)
	if err != nil {
		return Withdrawal{}, err
	}
	set, err := s.Store.Set(ctx, id)
	switch {
	case err != nil:
		return Withdrawal{}, err
	case set.State == Withdrawn:
		return Withdrawal{set, true}, nil
	case set.State != Active:
		return Withdrawal{}, E(Conflict, op, id.String(), "this set was never active: remove it", nil)
	}
	if err := s.Events.act(ctx, by, SetWithdrawn, id.String(), map[string]string{"reason": reason}); err != nil {
		return Withdrawal{}, err
	}
	set, err = s.Store.Set(ctx, id)
	return Withdrawal{Set: set}, err
}

// Remove forgets a set whose import failed, or was cut off, and returns it as it was.
func (s *Sets) Remove(ctx context.Context, by Actor, id SetID) (HashSet, error) {
	const op = "remove set"
	if by.Role != Admin {
		return HashSet{}, forbidden(op, by)
	}
	set, err := s.Store.Set(ctx, id)
	if err != nil {
		return HashSet{}, err
	}
	if set.State != Failed && set.State != Importing {
		return HashSet{}, E(Conflict, op, id.String(), "only a set whose import failed or was cut off can be removed: withdraw an active one", nil)
	}
	if set.State == Importing {
		if err := s.reader().cutOff(ctx, set); err != nil {
			return HashSet{}, err
		}
	}
	return set, s.Events.act(ctx, by, SetRemoved, id.String(), nil)
}
