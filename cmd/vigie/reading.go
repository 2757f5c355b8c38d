package main

import (
	"context"
	"iter"
	"sync/atomic"
	"time"

	"vigie/api/i18n"
	"vigie/store/evidence"
	"vigie/triage"
)

// source is what is submitted: a seized drive, or the bundle that was made of one.
type source interface {
	// Resume tells all items, always in one order; it need not read again what an earlier reading told.
	Resume(ctx context.Context, parallel int, earlier evidence.Earlier) iter.Seq2[evidence.Found, error]
	// Count tells how many files there are, and how many bytes, again and again as it counts.
	Count(ctx context.Context, tell func(files, bytes int64)) error
	Digested() int64              // bytes read so far
	Held() (members, bytes int64) // told so far that Count does not count
	Taken() (items, bytes int64)  // taken over so far from an earlier reading
}

// maxPartContent bounds the files of a part, in bytes, but for a larger one, which is a part by itself: what was cut off is read again
// part by part, and sending begins with the first. A slow disk reads it in ten seconds.
const maxPartContent = 1 << 30

// reading is how far a source has been read, and what was found in it.
type reading struct {
	source  source
	readers int

	items        *tally
	seen         atomic.Int64 // items
	seenBytes    atomic.Int64
	files, bytes atomic.Int64 // totals, as far as they are counted
	counted      atomic.Bool  // the totals are final
}

func newReading(from source, readers int) *reading {
	return &reading{source: from, readers: readers, items: newTally()}
}

// count counts what there is to read, until it is done or ctx ends.
func (r *reading) count(ctx context.Context) {
	if r.source.Count(ctx, func(files, bytes int64) { r.files.Store(files); r.bytes.Store(bytes) }) == nil {
		r.counted.Store(true)
	}
}

// taker takes what a source tells.
type taker struct {
	item func(*evidence.Found) error // one by one; may be nil
	last func()                      // all is told, and the last part comes; may be nil
	part func([]evidence.Found) error
}

// parts reads the source and hands on what it tells, part by part: always the same ones of the same source.
func (r *reading) parts(ctx context.Context, earlier evidence.Earlier, to taker) error {
	var part []evidence.Found
	size, content := 0, int64(0)
	for f, err := range r.source.Resume(ctx, r.readers, earlier) {
		if err != nil {
			return err
		}
		n := encodedSize(&f.Item)
		if len(part) == triage.MaxPartItems || size+n > triage.MaxPartBytes || len(part) > 0 && content+f.Size > maxPartContent {
			if err := to.part(part); err != nil {
				return err
			}
			part, size, content = nil, 0, 0
		}
		r.seen.Add(1)
		r.seenBytes.Add(f.Size)
		r.items.add(f.Disposition, f.Reason, 1)
		size, content = size+n, content+f.Size
		if to.item != nil {
			if err := to.item(&f); err != nil {
				return err
			}
		}
		part = append(part, f)
	}
	if to.last != nil {
		to.last()
	}
	if len(part) == 0 {
		return nil
	}
	return to.part(part)
}

// encodedSize is no less than what an item takes in a part: JSON may write a byte of a name as six, Base64 three as
// four, and the rest of an item has less than 800.
func encodedSize(it *triage.Item) int { return 800 + 6*len(it.Path) + 2*len(it.PathB64) }

// unreadable turns an item whose bytes could not be had again into one that could not be read.
func (r *reading) unreadable(it *triage.Item, reason string) {
	r.items.add(it.Disposition, it.Reason, -1)
	it.Disposition, it.Reason = triage.IsUnreadable, reason
	it.Kind, it.Format, it.Digests = "", "", nil
	r.items.add(it.Disposition, it.Reason, 1)
}

// statement is what was found, to be signed.
func (r *reading) statement(caseNumber, seal string, seized time.Time, parts []triage.PartID) triage.Statement {
	s := triage.Statement{
		Case: caseNumber, Seal: seal, Seized: seized, Signed: time.Now().UTC().Truncate(time.Second), Items: make(map[triage.Disposition]int),
		Bytes: r.seenBytes.Load(), Parts: len(parts), Digest: triage.PartsDigest(parts),
	}
	for _, d := range triage.Dispositions {
		s.Items[d] = r.items.count(d)
	}
	return s
}

// line tells how far the reading is. pending are bytes that were read and do not count as done; and what came of the rest.
func (r *reading) line(l i18n.Lang, since time.Duration, pending int64, came string) string {
	done, files := max(0, r.source.Digested()-pending), r.seen.Load()
	if !r.counted.Load() {
		return messages.T(l, "submit.progress-uncounted", i18n.Number(l, files), i18n.Size(l, done), rate(l, done, since), came)
	}
	members, held := r.source.Held() // so many as are told: what a container holds is not known before
	_, taken := r.source.Taken()     // which take no time
	whole := r.bytes.Load() + held - taken
	line := bar(done, whole) + messages.T(l, "submit.progress", i18n.Number(l, files), i18n.Number(l, r.files.Load()+members),
		i18n.Size(l, done), i18n.Size(l, whole), rate(l, done, since), came)
	if d := left(done, whole, since); d > 0 {
		line += messages.T(l, "submit.left", i18n.Duration(l, d))
	}
	return line
}
