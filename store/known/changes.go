package known

import (
	"context"

	"vigie/hashing/index"
	"vigie/triage"
)

var _ triage.ChangeSource = (*Mirror)(nil)

// Changes implements triage.ChangeSource. It indexes the hashes of what came, and of what something was said of, by
// themselves.
func (m *Mirror) Changes(ctx context.Context, since triage.Epoch) (triage.Change, error) {
	sets, epoch, err := m.sets.all(ctx)
	if err != nil {
		return triage.Change{}, err
	}
	c := triage.Change{Until: epoch, Went: make(map[triage.SetID]bool)}
	v := &view{pdq: new(index.PDQ), phash: new(index.Hash64)}
	for _, set := range inOrder(sets) {
		switch {
		case set.Epoch <= since:
		case set.State == triage.Withdrawn:
			c.Went[set.ID] = true
		case set.State == triage.Active:
			c.Came = append(c.Came, set)
			if _, err := m.read(ctx, v, set); err != nil {
				return triage.Change{}, err
			}
		}
	}
	words, err := m.sets.Objections(ctx)
	if err != nil {
		return triage.Change{}, err
	}
	extra := &mirrored{firstPDQ: v.nextPDQ, firstPHash: v.nextPHash}
	for _, o := range words {
		if o.Epoch <= since {
			continue
		}
		c.Said = append(c.Said, o)
		if o.Entry.PDQ != nil {
			v.pdq.Add(*o.Entry.PDQ, count(&v.nextPDQ, 1)[0])
			extra.pdqRefs = append(extra.pdqRefs, nearRef{})
		}
		if o.Entry.PHash != nil {
			v.phash.Add(*o.Entry.PHash, count(&v.nextPHash, 1)[0])
			extra.phashRefs = append(extra.phashRefs, nearRef{})
		}
	}
	v.loaded = append(v.loaded, extra)
	if v.nextPDQ+v.nextPHash == 0 {
		return c, nil
	}
	v.pdq.Settle()
	v.phash.Settle()
	c.Near = func(probes []triage.Probe) []bool {
		near := make([]bool, len(probes))
		for i, found := range v.near(probes) {
			near[i] = len(found.hits) > 0
		}
		return near
	}
	return c, nil
}
