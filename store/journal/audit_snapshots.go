package journal

import (
	"slices"

	"vigie/triage"
)

// claim is a snapshot as its head describes it, and as the events say that it is.
type claim struct {
	head *snapshot
	cut  cutter
	met  bool // the block that it ends with was met, and all before it is sure
}

// claims reads the heads of snapshots. One that went since it was listed is none.
func (v *verification) claims() error {
	for key, err := range v.store.Keys(v.ctx, snapshotPrefix, "") {
		if err != nil {
			return err
		}
		event, name, err := parseSnapshotKey(key)
		if err != nil {
			v.fault(key, "%v", err)
		}
		if err != nil || name != snapshotHead {
			continue
		}
		head, err := snapshots{reader: v.reader}.head(v.ctx, event)
		if triage.IsKind(err, triage.NotFound) {
			continue
		}
		if err := v.told(key, err); err != nil {
			return err
		}
		if head != nil {
			v.report.Snapshots++
			v.claimed = append(v.claimed, &claim{head: head, cut: cutter{without: head.Without, faded: head.Faded, before: head.Before}})
		}
	}
	return nil
}

// claim hands the events of a block, which are sure, to the snapshots that should have them.
func (v *verification) claim(b *block) error {
	for _, c := range v.claimed {
		if b.Number > c.head.Block {
			continue
		}
		for i, r := range b.records {
			n := b.First + uint64(i) //nolint:gosec // not negative
			if err := c.cut.add(numberedEvent{n, b.Events[i], r}); err != nil {
				return err
			}
		}
		c.met = c.met || b.Number == c.head.Block && v.at.hash == c.head.Hash && v.at.next == c.head.Event+1
	}
	return nil
}

// compareSnapshots compares the snapshots with the events. After a fault in the chain those that came later are not
// compared.
func (v *verification) compareSnapshots() error {
	for _, c := range v.claimed {
		key := snapshotKey(c.head.Event, snapshotHead)
		if !c.met {
			if v.whole {
				v.fault(key, "the journal does not confirm it")
			}
			continue
		}
		if err := c.cut.flush(); err != nil {
			return err
		}
		if !slices.Equal(c.cut.parts, c.head.Parts) {
			v.fault(key, "it does not hold what the events say")
			continue
		}
		if err := v.compareParts(c.head); err != nil {
			return err
		}
	}
	return nil
}

// compareParts compares what a snapshot's parts hold with what its head says, which the events say too.
func (v *verification) compareParts(head *snapshot) error {
	s := snapshots{reader: v.reader}
	for i := range head.Parts {
		_, err := s.part(v.ctx, head, i)
		if triage.IsKind(err, triage.NotFound) {
			if _, gone := s.head(v.ctx, head.Event); triage.IsKind(gone, triage.NotFound) {
				return nil // newer ones have come
			}
		}
		if err := v.told(partKey(head.Event, i), err); err != nil {
			return err
		}
	}
	return nil
}
