package triage

import (
	"context"
	"log/slog"
	"time"
)

const (
	importLease = 15 * time.Second // after which an import that renews it no more was cut off
	// importGrace is how long an import may take to hold its lease, once it has its number.
	importGrace = time.Minute
)

// importName is the lease that an import holds while it goes on.
func importName(id SetID) string { return "import-" + id.String() }

// endCutOff ends the imports whose processes died: their sets are failed ones, and keep no entry. What cannot be done now
// matches nothing, and is done the next time.
func (s setReader) endCutOff(ctx context.Context, lease Lease, now time.Time, log *slog.Logger) {
	sets, err := s.Store.Sets(ctx)
	for _, set := range sets {
		if set.State != Importing || now.Sub(set.Imported) < importGrace {
			continue
		}
		_, heldErr := holding(ctx, lease, importName(set.ID), importLease, func(ctx context.Context) error { return s.cutOff(ctx, set) })
		if err == nil {
			err = heldErr
		}
	}
	if err != nil && ctx.Err() == nil {
		log.Warn("what is left of an import that was cut off stays for now", "error", err)
	}
}

// cutOff makes an Importing set a failed one, and takes back all that its list can have written.
func (s setReader) cutOff(ctx context.Context, set HashSet) error {
	why := E(Unavailable, "import set", set.ID.String(), "the import was cut off: import the list again", nil)
	set.Entries, set.ByMethod, set.Conflicts, set.Failure = 0, nil, nil, failure(why)
	if err := s.Store.FailSet(ctx, set); err != nil {
		return unlessConflict(err)
	}
	// How plain lists of 64 digits were to be read died with the import. As PDQ they write nothing that is taken back here.
	err := s.drop(ctx, set, ImportOptions{Hash: BySHA256}, 0)
	return unlessMissing(err) // its list was never kept
}

// unlessConflict forgives that somebody else ended the import meanwhile.
func unlessConflict(err error) error {
	if IsKind(err, Conflict) {
		return nil
	}
	return err
}
