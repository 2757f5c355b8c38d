package main

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// told is an item at a path whose bytes a number stands for.
func told(path string, content byte) triage.Item {
	return triage.Item{Path: path, Size: 5, Disposition: triage.NotMedia, Digests: &hashing.Digests{SHA256: hashing.SHA256{content}}}
}

func compared(manifest, source []triage.Item) (*comparison, differences) {
	c := newComparison()
	for i := range max(len(manifest), len(source)) {
		if i < len(manifest) {
			c.expect(&manifest[i])
		}
		if i < len(source) {
			c.find(&source[i])
		}
	}
	return c, c.differences()
}

func TestComparison(t *testing.T) {
	a, b, c := told("a", 1), told("b", 2), told("c", 3)
	with := func(it triage.Item, change func(*triage.Item)) triage.Item { change(&it); return it }
	unreadable := triage.Item{Path: "u", Disposition: triage.IsUnreadable, Reason: "io-error"}
	for name, x := range map[string]struct {
		manifest, source        []triage.Item
		same, times             int
		changed, missing, added []string
	}{
		"nothing":          {},
		"the same":         {manifest: []triage.Item{a, b, unreadable}, source: []triage.Item{a, b, unreadable}, same: 3},
		"in another order": {manifest: []triage.Item{a, b, c}, source: []triage.Item{c, b, a}, same: 3},
		"one more":         {manifest: []triage.Item{b, c}, source: []triage.Item{a, b, c}, same: 2, added: []string{"a"}},
		"one less":         {manifest: []triage.Item{a, b, c}, source: []triage.Item{b, c}, same: 2, missing: []string{"a"}},
		"other bytes":      {manifest: []triage.Item{a, b}, source: []triage.Item{told("a", 9), b}, same: 1, changed: []string{"a"}},
		"another size":     {manifest: []triage.Item{a}, source: []triage.Item{with(a, func(it *triage.Item) { it.Size = 6 })}, changed: []string{"a"}},
		"moved":            {manifest: []triage.Item{a}, source: []triage.Item{told("z/a", 1)}, missing: []string{"a"}, added: []string{"z/a"}},
		"now a medium":     {manifest: []triage.Item{a}, source: []triage.Item{with(a, func(it *triage.Item) { it.Disposition = triage.IsMedia })}, same: 1},
		"later":            {manifest: []triage.Item{a}, source: []triage.Item{with(a, func(it *triage.Item) { it.Modified = time.Unix(1, 0) })}, same: 1, times: 1},
		"read since":       {manifest: []triage.Item{a}, source: []triage.Item{with(a, func(it *triage.Item) { it.Accessed = time.Unix(1, 0) })}, same: 1},
		"deleted since":    {manifest: []triage.Item{a}, source: []triage.Item{with(a, func(it *triage.Item) { it.Deleted = true })}, changed: []string{"a"}},
		"another reason":   {manifest: []triage.Item{unreadable}, source: []triage.Item{with(unreadable, func(it *triage.Item) { it.Reason = "permission-denied" })}, changed: []string{"u"}},
		"one path, two files": {
			manifest: []triage.Item{told("a", 1), told("a", 2)}, source: []triage.Item{told("a", 2), told("a", 3)}, same: 1, changed: []string{"a"},
		},
		"one path, fewer files": {
			manifest: []triage.Item{told("a", 1), told("a", 1), told("a", 2)}, source: []triage.Item{told("a", 1)}, same: 1, missing: []string{"a", "a"},
		},
	} {
		t.Run(name, func(t *testing.T) {
			c, d := compared(x.manifest, x.source)
			if c.same != x.same || c.otherTimes != x.times || !slices.Equal(d.Changed, x.changed) || !slices.Equal(d.Missing, x.missing) || !slices.Equal(d.Added, x.added) {
				t.Errorf("%d same, %d with other times, %+v", c.same, c.otherTimes, d)
			}
		})
	}
}

// TestComparisonWaitsLittle: what waits is what differs and what it displaced, not the drive.
func TestComparisonWaitsLittle(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	c := newComparison()
	most, displaced := 0, 0
	for i := range 20_000 {
		it := told(fmt.Sprint(i), byte(i))
		c.expect(&it)
		if random.IntN(1000) == 0 {
			extra := told(fmt.Sprint("new ", i), 1)
			c.find(&extra)
			displaced++
		}
		c.find(&it)
		most = max(most, len(c.expected)+len(c.there))
	}
	if d := c.differences(); c.same != 20_000 || len(d.Added) != displaced || d.count() != displaced || most > displaced+1 {
		t.Errorf("%d same, %d differences of %d, %d waited", c.same, d.count(), displaced, most)
	}
}
