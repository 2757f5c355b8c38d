package known

import (
	"context"
	"slices"

	"vigie/hashing/index"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// manyFew is how often as many codes as a Few takes are still few: 220 MB. More go through the index.
const manyFew = 2

const _ = uint(index.FewRadius - maxDistance) // a Few finds whatever is looked up

var _ triage.ChangeSource = (*Mirror)(nil)

// Changes implements triage.ChangeSource. It indexes the hashes of what came, and of what something was said of, by
// themselves, in this process's memory, whoever holds the rest.
func (m *Mirror) Changes(ctx context.Context, since triage.Epoch) (triage.Change, error) {
	sets, now, err := m.sets.all(ctx)
	if err != nil {
		return triage.Change{}, err
	}
	c := triage.Change{Until: now.Epoch, Went: make(map[triage.SetID]bool)}
	v := &view{moment: now, pdq: new(index.PDQ), phash: new(index.Hash64)}
	for _, set := range inOrder(sets) {
		switch {
		case set.State == triage.Active:
			if err := m.came(ctx, &c, v, set, since); err != nil {
				return triage.Change{}, err
			}
		case set.State == triage.Withdrawn && set.Epoch > since:
			c.Went[set.ID] = true
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
		for _, code := range o.Entry.Codes() {
			v.pdq.Add(code, count(&v.nextPDQ, 1)[0])
			extra.pdqRefs = append(extra.pdqRefs, Place{})
		}
		if o.Entry.PHash != nil {
			v.phash.Add(*o.Entry.PHash, count(&v.nextPHash, 1)[0])
			extra.phashRefs = append(extra.phashRefs, Place{})
		}
	}
	v.loaded = append(v.loaded, extra)
	if v.nextPDQ+v.nextPHash == 0 {
		return c, nil
	}
	c.Near = v.touches()
	return c, nil
}

// came adds to c and v what an active set brought since an epoch.
func (m *Mirror) came(ctx context.Context, c *triage.Change, v *view, set triage.HashSet, since triage.Epoch) error {
	from := since
	if set.Epoch > since {
		c.Came = append(c.Came, set)
		from = 0
	} else if set.Additions == 0 {
		return nil
	}
	if set.Additions > 0 {
		numbers, err := m.sets.additions(ctx, set.ID, from, v.moment.Epoch)
		if err != nil {
			return err
		}
		for _, n := range numbers {
			c.Added = append(c.Added, triage.AdditionID{Set: set.ID, Number: n})
		}
	}
	_, err := m.read(ctx, v, set, from, Whole)
	return err
}

// touches returns what tells of probes whether an entry is near: it says less than near, and is asked of every picture there is.
func (v *view) touches() func(probes []triage.Probe) []bool {
	v.pdq.Settle()
	v.phash.Settle()
	search := func(codes []pdq.Hash, found func(query, distance int)) {
		v.pdq.SearchAll(codes, maxDistance, func(query int, _ uint32, distance int) { found(query, distance) })
	}
	if n := v.pdq.Len(); n <= manyFew*index.FewCodes {
		var few []*index.Few
		for some := range slices.Chunk(v.pdq.Codes(), index.FewCodes) {
			few = append(few, index.NewFew(some))
		}
		search = func(codes []pdq.Hash, found func(query, distance int)) {
			for _, x := range few {
				x.Near(codes, found)
			}
		}
	}
	return func(probes []triage.Probe) []bool {
		near := make([]bool, len(probes))
		codes := make([]pdq.Hash, 0, len(probes)*len(pdq.Dihedrals{}))
		type asked struct{ probe, distance int32 }
		questions := make([]asked, 0, cap(codes))
		for i := range probes {
			for n := range looks(&probes[i]) {
				l := lookAt(&probes[i], n)
				if l.quality >= pdq.MinQuality {
					for _, code := range l.pdq {
						codes, questions = append(codes, code), append(questions, asked{int32(i), int32(l.distance)}) //nolint:gosec // small
					}
				}
				if l.phash != nil && v.nextPHash > 0 {
					v.phash.Search(*l.phash, triage.PHashDistance, func(uint32, int) { near[i] = true })
				}
			}
		}
		search(codes, func(query, distance int) {
			q := questions[query]
			near[q.probe] = near[q.probe] || distance <= int(q.distance)
		})
		return near
	}
}
