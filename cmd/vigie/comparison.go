package main

import (
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"

	"vigie/triage"
)

// comparison holds a source against a manifest, item by item. Both tell their items in one order as long as they are the same, so
// what waits for its counterpart is about what differs, however many items there are.
type comparison struct {
	same       int // the same bytes at the same path, or as unreadable as they were
	otherTimes int // of those: the file system tells other times

	expected, there map[[16]byte][]waiting
}

// waiting is an item whose counterpart has not come.
type waiting struct {
	path  string
	times [sha256.Size]byte
}

// differences are the paths, as they are written in items, of what was not the same; in order.
type differences struct {
	Changed []string `json:"changed"` // there, with other bytes, or readable no more, or for the first time
	Missing []string `json:"missing"` // in the manifest alone
	Added   []string `json:"added"`   // in the source alone
}

// count returns how many there are.
func (d *differences) count() int { return len(d.Changed) + len(d.Missing) + len(d.Added) }

func newComparison() *comparison {
	return &comparison{expected: make(map[[16]byte][]waiting), there: make(map[[16]byte][]waiting)}
}

// expect takes the manifest's next item, find the source's.
func (c *comparison) expect(it *triage.Item) { c.meet(it, c.expected, c.there) }
func (c *comparison) find(it *triage.Item)   { c.meet(it, c.there, c.expected) }

// meet pairs an item with one of the other side that waits, or lets it wait.
func (c *comparison) meet(it *triage.Item, side, other map[[16]byte][]waiting) {
	key, w := identity(it), waiting{it.Path, timesOf(it)}
	counterparts := other[key]
	if len(counterparts) == 0 {
		side[key] = append(side[key], w)
		return
	}
	best := max(0, slices.IndexFunc(counterparts, func(o waiting) bool { return o.times == w.times }))
	c.same++
	if counterparts[best].times != w.times {
		c.otherTimes++
	}
	if other[key] = slices.Delete(counterparts, best, best+1); len(other[key]) == 0 {
		delete(other, key)
	}
}

// differences returns what no counterpart came for. Of equal paths on both sides one is the other, changed.
func (c *comparison) differences() differences {
	d := differences{Changed: []string{}, Missing: []string{}, Added: []string{}} // JSON: no null
	gone := make(map[string]int)
	for _, all := range c.expected {
		for _, w := range all {
			gone[w.path]++
		}
	}
	for _, all := range c.there {
		for _, w := range all {
			if gone[w.path] > 0 {
				gone[w.path]--
				d.Changed = append(d.Changed, w.path)
			} else {
				d.Added = append(d.Added, w.path)
			}
		}
	}
	for path, n := range gone {
		d.Missing = append(d.Missing, slices.Repeat([]string{path}, n)...)
	}
	for _, list := range [][]string{d.Changed, d.Missing, d.Added} {
		slices.Sort(list)
	}
	return d
}

// identity stands for what an item must be to be the same: path, size, and digests; without those, why it has none. Whether something is a
// medium is left out: another version of this program may see more in the same bytes.
func identity(it *triage.Item) [16]byte {
	h := sha256.New()
	field(h, it.RawPath())
	binary.Write(h, binary.BigEndian, it.Size) // never fails: a hash takes everything
	binary.Write(h, binary.BigEndian, it.Deleted)
	if it.Digests != nil {
		h.Write(it.Digests.MD5[:])
		h.Write(it.Digests.SHA1[:])
		h.Write(it.Digests.SHA256[:])
	} else {
		field(h, string(it.Disposition))
		field(h, it.Reason)
	}
	return [16]byte(h.Sum(nil))
}

// timesOf stands for an item's times but that of the last access, which reading may change.
func timesOf(it *triage.Item) [sha256.Size]byte {
	h := sha256.New()
	for _, t := range []any{it.Modified.UnixNano(), it.Created.UnixNano(), it.Changed.UnixNano(), it.LocalTime} {
		binary.Write(h, binary.BigEndian, t)
	}
	return [sha256.Size]byte(h.Sum(nil))
}

// field writes a text and its length.
func field(w io.Writer, s string) {
	binary.Write(w, binary.BigEndian, int64(len(s)))
	io.WriteString(w, s)
}
