package journal

import (
	"bytes"
	"fmt"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

// walk goes through the chain, block by block.
func (v *verification) walk() error {
	if !v.found {
		return nil
	}
	for number := uint64(0); ; number++ {
		if v.Progress != nil && number%256 == 0 {
			v.Progress(number, v.newest)
		}
		held, err := v.sealedCopy(number)
		if err != nil {
			return err
		}
		b, raw, err := v.block(number, held)
		if triage.IsKind(err, triage.NotFound) && number > v.newest && held == nil {
			return nil // the end; what came in since the listing was read too
		}
		if err := v.told(keyOf(number), err); err != nil {
			return err
		}
		if held != nil {
			b, raw = v.copy.read[number-v.copy.Block], held
		}
		if b == nil {
			v.at, v.whole = link{number: number}, false
			continue
		}
		v.report.Blocks++
		if err := v.take(b, raw); err != nil {
			return err
		}
	}
}

// block reads a block's own object. One that a segment holds too is not decoded where it is the same.
func (v *verification) block(number uint64, held []byte) (*block, []byte, error) {
	const op = "journal.Verify"
	if held == nil {
		return v.read(v.ctx, op, number)
	}
	raw, err := v.load(v.ctx, op, keyOf(number), maxBlock)
	if err == nil && !bytes.Equal(raw, held) {
		err = broken(op, keyOf(number), fmt.Errorf("it is not what segment %d holds", v.copy.Number))
	}
	return nil, nil, err
}

// take puts a block behind the ones before.
func (v *verification) take(b *block, raw []byte) error {
	if v.at.hash != "" {
		if _, err := v.at.follow(b, raw); err != nil {
			v.fault(v.blame(b.Number, err), "%v", err)
			v.whole = false
		}
	}
	v.at = b.link(raw)
	v.report.Events += uint64(len(b.Events))
	known, anchored := v.anchors[b.Number]
	if anchored && known.hash != v.at.hash {
		v.fault(keyOf(b.Number), "it is not what it was when %s was made", known.who)
		v.whole = false
	}
	if !v.whole {
		return nil
	}
	for _, event := range b.Events {
		hashes, err := v.frontier.add(tlog.RecordHash(event))
		if err != nil {
			return err
		}
		if v.span = append(v.span, hashes...); v.frontier.size%treeSpan == 0 {
			v.computed = append(v.computed, hashOf(encodeTree(v.span)))
			v.span = nil
		}
	}
	if err := v.claim(b); err != nil {
		return err
	}
	if !anchored || known.size == 0 {
		return nil
	}
	root, err := v.frontier.root()
	if err == nil && (uint64(v.frontier.size) != known.size || root != known.root) { //nolint:gosec // not negative
		v.fault(keyOf(b.Number), "the events up to it are not those of %s", known.who)
	}
	return err
}

// blame names the object that is wrong where block number does not follow.
func (v *verification) blame(number uint64, err error) string {
	if s := v.copy; s != nil && number == s.Block {
		return numbered(segmentPrefix, s.Number) // its blocks agree with each other but not with the chain
	}
	return blamed(number, err)
}

// sealedCopy returns the stored bytes of a block as a segment holds them, or nil.
func (v *verification) sealedCopy(number uint64) ([]byte, error) {
	for v.copy == nil || number > v.copy.after().number {
		if v.report.Segments == len(v.segments) {
			v.copy = nil
			return nil, nil
		}
		n := v.segments[v.report.Segments]
		v.report.Segments++
		key := numbered(segmentPrefix, n)
		s, err := v.segment(v.ctx, "journal.Verify", n)
		if err := v.told(key, err); err != nil {
			return nil, err
		}
		if s == nil {
			continue
		}
		v.copy = s
	}
	if number < v.copy.Block {
		return nil, nil
	}
	return v.copy.raw[number-v.copy.Block], nil
}
