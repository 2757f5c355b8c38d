package journal

import (
	"context"
	"encoding/json"
	"errors"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

// maxProof bounds a proof, in bytes: an event has at most 1 MiB of data, which JSON in a string may double.
const maxProof = 4 << 20

// Proof shows that an event is in the journal that a checkpoint speaks of. It needs no service to be checked.
type Proof struct {
	Number     uint64           `json:"number"`     // of the event; its leaf is number-1
	Event      string           `json:"event"`      // its canonical bytes
	Hashes     tlog.RecordProof `json:"hashes"`     // RFC 6962 audit path, in base64
	Checkpoint string           `json:"checkpoint"` // the signed note
}

// ParseProof reads a proof, strictly. It checks nothing.
func ParseProof(raw []byte) (*Proof, error) {
	const op = "read a proof"
	if len(raw) > maxProof {
		return nil, triage.E(triage.TooLarge, op, "", "a proof has at most 4 MiB", nil)
	}
	var p Proof
	if err := strictJSON(raw, &p); err != nil {
		return nil, triage.E(triage.Invalid, op, "", "this file is not a proof of vigie audit prove", err)
	}
	return &p, nil
}

// Check returns the checkpoint under which the event is proven, or Corrupt.
func (p *Proof) Check(verifier note.Verifier) (*Checkpoint, error) {
	failed := func(hint string, err error) error {
		return triage.E(triage.Corrupt, "check a proof", "", hint, err)
	}
	c, err := ParseCheckpoint([]byte(p.Checkpoint), verifier)
	if err != nil {
		return nil, failed("its checkpoint was not signed with this key", err)
	}
	if p.Number == 0 || p.Number > c.Size {
		return nil, failed("its checkpoint does not reach the event", nil)
	}
	//nolint:gosec // sizes are below 2^53
	if err := tlog.CheckRecord(p.Hashes, int64(c.Size), c.Root, int64(p.Number-1), tlog.RecordHash([]byte(p.Event))); err != nil {
		return nil, failed("the event is not the one that the checkpoint covers", err)
	}
	return c, nil
}

// JSON returns the proof as it is written to a file.
func (p *Proof) JSON() ([]byte, error) {
	raw, err := json.MarshalIndent(p, "", "  ")
	return append(raw, '\n'), err
}

// Newest returns the newest checkpoint in the store; NotFound when none was written yet.
func (a *Auditor) Newest(ctx context.Context) (*Checkpoint, error) {
	return reader{store: a.Store}.newestCheckpoint(ctx, "journal.Newest", a.Verifier)
}

// Prove returns a proof that event number is under the newest checkpoint. NotFound: there is no such event, or no
// checkpoint reaches it yet.
func (a *Auditor) Prove(ctx context.Context, number uint64) (*Proof, error) {
	const op = "journal.Prove"
	r := reader{store: a.Store}
	c, err := r.newestCheckpoint(ctx, op, a.Verifier)
	if err != nil {
		return nil, err
	}
	if number == 0 || number > c.Size {
		return nil, triage.E(triage.NotFound, op, "", "no checkpoint covers such an event yet: look at its number, or wait a minute", nil)
	}
	event, err := r.event(ctx, number, c.Block)
	if err != nil {
		return nil, err
	}
	tree := r.tree(ctx, op)
	if err := tree.extend(int64(c.Size), c.Block); err != nil { //nolint:gosec // below 2^53
		return nil, err
	}
	hashes, err := tlog.ProveRecord(int64(c.Size), int64(number-1), tree) //nolint:gosec // below 2^53
	if err != nil {
		return nil, err
	}
	p := &Proof{Number: number, Event: string(event), Hashes: hashes, Checkpoint: string(c.Note)}
	_, err = p.Check(a.Verifier)
	return p, err
}

// event returns the canonical bytes of an event in the blocks up to newest.
func (r reader) event(ctx context.Context, number, newest uint64) (json.RawMessage, error) {
	const op = "journal.Prove"
	at, err := r.blockOf(ctx, number, newest)
	if err != nil {
		return nil, err
	}
	for b, err := range r.blocks(ctx, op, at) { // blocks without events may stand before it
		if err != nil {
			return nil, err
		}
		if number < b.next() {
			return b.Events[number-b.First], nil
		}
	}
	return nil, broken(op, keyOf(newest), errors.New("it does not reach an event that a checkpoint covers"))
}

// Consistent proves from the tree in the store that the journal of the older checkpoint is the beginning of that of the
// newer one. Corrupt: it is not.
func (a *Auditor) Consistent(ctx context.Context, older, newer *Checkpoint) (tlog.TreeProof, error) {
	const op = "journal.Consistent"
	if older.Size > newer.Size || older.Size == 0 {
		return nil, triage.E(triage.Invalid, op, "", "the older checkpoint comes first", nil)
	}
	tree := reader{store: a.Store}.tree(ctx, op)
	if err := tree.extend(int64(newer.Size), newer.Block); err != nil { //nolint:gosec // below 2^53
		return nil, err
	}
	proof, err := tlog.ProveTree(int64(newer.Size), int64(older.Size), tree) //nolint:gosec // below 2^53
	if err != nil {
		return nil, err
	}
	if err := tlog.CheckTree(proof, int64(newer.Size), newer.Root, int64(older.Size), older.Root); err != nil { //nolint:gosec // below 2^53
		return nil, triage.E(triage.Corrupt, op, "", "the two checkpoints speak of different journals: keep both and call whoever answers for the service", err)
	}
	return proof, nil
}
