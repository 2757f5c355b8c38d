package journal

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

// History is a store that keeps versions. The folder store does not.
type History interface {
	// Rewritten yields, in order, the keys that start with prefix and of which there is more than one version, or a
	// delete marker: nothing in the journal is ever written twice or deleted.
	Rewritten(ctx context.Context, prefix string) iter.Seq2[string, error]
}

// Auditor checks and proves from the object store alone. It writes nothing.
type Auditor struct {
	Store    Store
	Verifier note.Verifier          // of checkpoints; nil: they are not looked at
	History  History                // nil: the store has none
	Progress func(block, of uint64) // told now and then; nil: nobody is
}

// Fault is an object that is not what it was when it was written.
type Fault struct {
	Object string // its key
	What   string // what is wrong with it
}

// Report is what a verification found.
type Report struct {
	Blocks, Events               uint64
	Segments, Spans, Checkpoints int
	Snapshots                    int    // whose head can be read
	Signed                       uint64 // events that a checkpoint in the store covers
	Faults                       []Fault
	// Unchecked: after a fault in the chain the events are not sure, so what was computed of them was compared no more.
	Unchecked bool
}

// Verify walks everything and returns what is wrong; an error only when the store does not answer. witnessed are
// checkpoints that were kept outside.
func (a *Auditor) Verify(ctx context.Context, witnessed []*Checkpoint) (*Report, error) {
	return a.verify(ctx, witnessed, map[uint64]anchor{})
}

func (a *Auditor) verify(ctx context.Context, witnessed []*Checkpoint, known map[uint64]anchor) (*Report, error) {
	v := &verification{
		Auditor: a, reader: reader{store: a.Store}, ctx: ctx, whole: true, at: beforeGenesis,
		anchors: known, frontier: &frontier{roots: map[int64]tlog.Hash{}},
	}
	for _, step := range []func() error{
		v.list, func() error { return v.anchor(witnessed) }, v.claims, v.walk, v.end, v.compareSpans, v.compareSnapshots, v.history,
	} {
		if err := step(); err != nil {
			return nil, err
		}
	}
	return &v.report, nil
}

// Verify walks the whole chain in the store, and returns nil, or Corrupt, whose Object is the first that is wrong. That the
// chain's end was cut off is noticed only for what this process has seen: an Auditor with a witness's checkpoint sees more.
func (j *Journal) Verify(ctx context.Context) error {
	j.chain.Lock()
	seen := j.head
	j.chain.Unlock()
	a := &Auditor{Store: j.store}
	report, err := a.verify(ctx, nil, map[uint64]anchor{seen.number: {hash: seen.hash, who: "the head that this process read"}})
	if err != nil {
		return err
	}
	return report.Err()
}

// Err returns the first fault as an error, Corrupt, or nil.
func (r *Report) Err() error {
	if len(r.Faults) == 0 {
		return nil
	}
	return broken("journal.Verify", r.Faults[0].Object, errors.New(r.Faults[0].What))
}

// causeOf returns what an error says beneath its kind.
func causeOf(err error) error {
	if e, ok := errors.AsType[*triage.Error](err); ok && e.Err != nil {
		return e.Err
	}
	return err
}

// anchor is what somebody knows of a block from elsewhere.
type anchor struct {
	hash string
	size uint64 // of events up to its end; 0: not known
	root tlog.Hash
	who  string // says so
}

// verification is one Verify under way.
type verification struct {
	*Auditor
	reader
	ctx    context.Context //nolint:containedctx // lives no longer than the call it belongs to
	report Report

	newest                       uint64 // block that the listing found
	found                        bool
	segments, spans, checkpoints []uint64 // numbers listed
	anchors                      map[uint64]anchor
	signed                       *Checkpoint // the newest in the store

	at       link     // behind the last block; its hash is empty after a fault
	copy     *segment // the sealed segment that holds the next block, or a later one
	frontier *frontier
	span     []tlog.Hash
	computed []string // hash of each span's object, as the events say
	whole    bool     // all events up to here are sure
	claimed  []*claim
}

func (v *verification) fault(key, format string, args ...any) {
	what := fmt.Sprintf(format, args...)
	for i := range v.report.Faults {
		if f := &v.report.Faults[i]; f.Object == key {
			if !strings.Contains(f.What, what) {
				f.What += "; " + what
			}
			return
		}
	}
	v.report.Faults = append(v.report.Faults, Fault{key, what})
}

// told turns an error about key into a fault, when it says that the object is wrong or not there.
func (v *verification) told(key string, err error) error {
	switch {
	case err == nil:
		return nil
	case triage.IsKind(err, triage.NotFound):
		v.fault(key, "it is missing")
	case triage.IsKind(err, triage.Corrupt):
		v.fault(key, "%s", causeOf(err))
	default:
		return err
	}
	return nil
}

// list finds what there is, and what does not belong there.
func (v *verification) list() error {
	for key, err := range v.store.Keys(v.ctx, prefix, "") {
		if err != nil {
			return err
		}
		under, numbers := prefix, (*[]uint64)(nil)
		switch {
		case strings.HasPrefix(key, segmentPrefix):
			under, numbers = segmentPrefix, &v.segments
		case strings.HasPrefix(key, treePrefix):
			under, numbers = treePrefix, &v.spans
		case strings.HasPrefix(key, checkpointPrefix):
			under, numbers = checkpointPrefix, &v.checkpoints
		}
		n, err := numberUnder(under, key)
		switch {
		case err != nil:
			v.fault(key, "%v", err)
		case numbers != nil:
			*numbers = append(*numbers, n)
		default:
			v.newest, v.found = n, true
		}
	}
	return nil
}

// anchor reads the checkpoints, in the store and outside.
func (v *verification) anchor(witnessed []*Checkpoint) error {
	if v.Verifier == nil {
		return nil
	}
	for _, size := range v.checkpoints {
		key := numbered(checkpointPrefix, size)
		c, err := v.checkpoint(v.ctx, "journal.Verify", size, v.Verifier)
		if err != nil {
			if err := v.told(key, err); err != nil {
				return err
			}
			continue
		}
		v.report.Checkpoints++
		v.signed, v.report.Signed = c, c.Size
		v.anchors[c.Block] = anchor{c.Hash, c.Size, c.Root, key}
		v.expect(c.Previous, key)
	}
	for _, c := range witnessed {
		if old, ok := v.anchors[c.Block]; ok && (old.hash != c.Hash || old.root != c.Root) {
			v.fault(old.who, "the witness has another checkpoint of this size")
		}
		v.anchors[c.Block] = anchor{c.Hash, c.Size, c.Root, fmt.Sprintf("the witness's checkpoint of size %d", c.Size)}
		v.expect(c.Size, "the witness's file")
	}
	return nil
}

// expect faults the checkpoint of a size when it is not there.
func (v *verification) expect(size uint64, who string) {
	if _, there := slices.BinarySearch(v.checkpoints, size); size > 0 && !there {
		v.fault(numbered(checkpointPrefix, size), "it is missing although %s tells of it", who)
	}
}

// end looks for what was behind the end, and for gaps in what is numbered.
func (v *verification) end() error {
	next := uint64(0)
	if v.found {
		next = v.at.number + 1
	}
	if !v.found && len(v.segments)+len(v.spans)+len(v.checkpoints)+len(v.anchors) == 0 {
		v.fault(keyOf(0), "it is missing, and nothing follows")
	}
	for number, a := range v.anchors {
		if number >= next {
			v.fault(keyOf(next), "it is missing, and nothing follows: %s tells of blocks up to %d", a.who, number)
		}
	}
	segments, spans := uint64(0), uint64(0)
	if v.signed != nil {
		segments, spans = v.signed.Segments, v.signed.Size/treeSpan
	}
	v.gaps(segmentPrefix, v.segments, segments)
	v.gaps(treePrefix, v.spans, spans)
	v.report.Unchecked = !v.whole
	return nil
}

// gaps faults the numbers that are missing below the greatest one and below least.
func (v *verification) gaps(under string, there []uint64, least uint64) {
	if n := len(there); n > 0 {
		least = max(least, there[n-1]+1)
	}
	for n := range least {
		if _, ok := slices.BinarySearch(there, n); !ok {
			v.fault(numbered(under, n), "it is missing")
		}
	}
}

// compareSpans compares the tree in the store with that of the events.
func (v *verification) compareSpans() error {
	for _, span := range v.spans {
		key := numbered(treePrefix, span)
		raw, err := v.load(v.ctx, "journal.Verify", key, 1<<20)
		if err == nil {
			v.report.Spans++
			_, err = decodeTree(raw, span)
			if err != nil {
				err = broken("journal.Verify", key, err)
			}
		}
		switch {
		case err != nil:
			if err := v.told(key, err); err != nil {
				return err
			}
		case span < uint64(len(v.computed)) && hashOf(raw) != v.computed[span]:
			v.fault(key, "it does not hold what the events say")
		case span >= uint64(len(v.computed)) && v.whole:
			v.fault(keyOf(v.at.number+1), "it is missing, and nothing follows: the tree reaches event %d", (span+1)*treeSpan)
		}
	}
	return nil
}

// history asks a store with versions what was written over or deleted.
func (v *verification) history() error {
	if v.History == nil {
		return nil
	}
	for key, err := range v.History.Rewritten(v.ctx, prefix) {
		if err != nil {
			return err
		}
		v.fault(key, "it was written over or deleted: the store has another version of it or a delete marker")
	}
	return nil
}
