package triage

import (
	"context"

	"golang.org/x/sync/errgroup"
)

// importBatch is how many entries are written at once.
const importBatch = 4000

// importFrames is how many frames of films are: with one more film, 750 kB.
const importFrames = 16_000

// setReader reads kept lists.
type setReader struct {
	Store   SetStore
	Archive SetArchive
	Parse   SetParser
	Names   Names
}

// read parses a kept file and writes its entries: one batch while the next one is read.
func (s setReader) read(ctx context.Context, set HashSet, o ImportOptions) (ImportReport, error) {
	batches := make(chan []Entry)
	var conflicts []SetConflict
	g, parsing := errgroup.WithContext(ctx)
	g.Go(func() error { // not under parsing: what is being written when a line is wrong is written before it is taken back
		for batch := range batches {
			some, err := s.Store.AddEntries(ctx, set, batch)
			if err != nil {
				return err
			}
			conflicts = append(conflicts, some[:min(len(some), MaxConflicts-len(conflicts))]...)
		}
		return nil
	})
	var report ImportReport
	g.Go(func() (err error) {
		defer close(batches)
		report, err = s.parse(parsing, set, o, batches)
		return err
	})
	err := g.Wait()
	report.Set.Conflicts = conflicts
	return report, err
}

// parse reads a kept file to its end, or until ctx ends.
func (s setReader) parse(ctx context.Context, set HashSet, o ImportOptions, batches chan<- []Entry) (ImportReport, error) {
	set.ByMethod = make(map[Method]int)
	report := ImportReport{Set: set}
	file, err := s.Archive.OpenSetFile(ctx, set.ID)
	if err != nil {
		return report, err
	}
	defer file.Close()
	var batch entryBatch
	for raw, err := range s.Parse(file, ParseOptions{Hash: o.Hash}) {
		if IsKind(err, Invalid) && !o.Strict {
			report.Set.Rejected++
			if len(report.Errors) < MaxSetErrors {
				report.Errors = append(report.Errors, err.Error())
			}
			continue
		}
		if err != nil {
			return report, err
		}
		report.Set.Entries++
		batch.add(s.Names, raw, report.Set.ByMethod)
		if batch.full() {
			if err := sendBatch(ctx, batches, batch.take()); err != nil {
				return report, err
			}
		}
	}
	return report, sendBatch(ctx, batches, batch.take())
}

func sendBatch(ctx context.Context, to chan<- []Entry, batch []Entry) error {
	select {
	case to <- batch:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

// drop takes the first n entries of a kept file back; 0: all.
func (s setReader) drop(ctx context.Context, set HashSet, o ImportOptions, n int) error {
	file, err := s.Archive.OpenSetFile(ctx, set.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	var batch entryBatch
	for raw, err := range s.Parse(file, ParseOptions{Hash: o.Hash}) {
		if IsKind(err, Invalid) {
			continue
		}
		if err != nil {
			return err
		}
		batch.add(s.Names, raw, make(map[Method]int))
		if n--; n == 0 {
			break
		}
		if batch.full() {
			if err := s.Store.DropEntries(ctx, set.ID, batch.take()); err != nil {
				return err
			}
		}
	}
	return s.Store.DropEntries(ctx, set.ID, batch.take())
}

// entryBatch collects entries. What take returned stays as it is until take is called a second time after that.
type entryBatch struct {
	entries []Entry
	keys    []DigestKey // those of entries
	frames  int         // likewise, of films
	other   *entryBatch // what take returned last; nil: nothing yet
}

// add keys the exact digests of a line and counts its hashes.
func (b *entryBatch) add(names Names, raw RawEntry, count map[Method]int) {
	from := len(b.keys)
	if raw.MD5 != nil {
		b.keys = append(b.keys, names.MD5(*raw.MD5))
		count[ByMD5]++
	}
	if raw.SHA1 != nil {
		b.keys = append(b.keys, names.SHA1(*raw.SHA1))
		count[BySHA1]++
	}
	if raw.SHA256 != nil {
		b.keys = append(b.keys, names.SHA256(*raw.SHA256))
		count[BySHA256]++
	}
	if raw.PDQ != nil {
		count[ByPDQ]++
	}
	if raw.PHash != nil {
		count[ByPHash]++
	}
	if n := len(raw.Film); n > 0 {
		count[ByVPDQ]++
		count[ByPDQ] += n
		b.frames += n
	}
	b.entries = append(b.entries, Entry{
		Number: raw.Line, Category: raw.Category, Exact: b.keys[from:len(b.keys):len(b.keys)], PDQ: raw.PDQ, PHash: raw.PHash, Film: raw.Film,
	})
}

func (b *entryBatch) full() bool { return len(b.entries) >= importBatch || b.frames >= importFrames }

// take returns the entries and begins a new batch, in the room of the one before.
func (b *entryBatch) take() []Entry {
	full := *b
	full.other = nil
	if b.other == nil {
		b.other = &entryBatch{}
	}
	b.entries, b.keys, b.frames = b.other.entries[:0], b.other.keys[:0], 0
	*b.other = full
	return full.entries
}
