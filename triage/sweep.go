package triage

import (
	"context"
	"log/slog"
	"slices"
	"time"
)

const (
	// SweepFrom is how many media must lag behind the sets for a sweep: fewer are matched again one by one, at some
	// thousands a second.
	SweepFrom = 20_000
	// sweepPacks, sweepFiles and sweepBuckets are how much a round of the steward looks through: about a tenth of a second.
	// So much is read at the same time, too, of files and buckets: it takes all cores there are, up to as many.
	sweepPacks   = 64
	sweepFiles   = 4
	sweepBuckets = 512
	sweepParts   = 4 // of those buckets
)

// Lag is how far media are behind the sets.
type Lag struct {
	From  Epoch // every medium that is not due is as if it had been matched under it, or later
	To    Epoch // of the sets now
	Media int   // are behind To
}

// Change is what became of the sets since an epoch, until another.
type Change struct {
	Until Epoch
	Came  []HashSet    // that became active
	Added []AdditionID // to sets that are active
	Went  map[SetID]bool
	Said  []Objection
	// Near tells of each probe whether one of its pictures is near something that came, or that something was said of. nil:
	// there is nothing that could be near.
	Near func(probes []Probe) []bool
}

// ChangeSource tells what became of the sets.
type ChangeSource interface {
	Changes(ctx context.Context, since Epoch) (Change, error)
}

// Digested is what of a medium can be compared without its examination.
type Digested struct {
	Medium    MediumID
	MD5, SHA1 ShortKey
	Sets      []SetID // that it has matches with; nil unless they were asked for
}

// ShortKey is the beginning of a DigestKey: of ten million media, one in 10^11 others has the same.
type ShortKey [8]byte

// SweepStore finds media that a change could touch.
type SweepStore interface {
	// Lag returns how far media are behind.
	Lag(ctx context.Context) (Lag, error)
	// Digested yields the media of buckets from the given one on, and of at most n of them; the last bucket is Buckets-1.
	Digested(ctx context.Context, from, n int, sets bool) ([]Digested, error)
	// MarkDue has media matched again whose epoch is past. Those that are not known are left out.
	MarkDue(ctx context.Context, ids []MediumID) error
	// NoteSweep tells, for who waits, which part of a sweep is done.
	NoteSweep(ctx context.Context, until Epoch, done, of int) error
	// Swept notes that every medium that is not due is as if it had been matched under until, if that was so of from.
	Swept(ctx context.Context, from, until Epoch) error
}

// Buckets is how many buckets of media there are.
const Buckets = 1 << 16

// Sweep finds, after a change of the sets, the media that it could touch, so that the others need not be matched again: by
// the entries that came, went, or that something was said of, against what was submitted. It goes on in steps, beside
// submissions: what is applied meanwhile is matched under an epoch that the sweep, or the next one, looks behind. Who dies
// on the way leaves what was found due, and the next one begins anew.
//
//	digests of lists ──seen?──▶ few keys ──▶ the records of all media ────────────┐
//	hashes of lists ──▶ an index of these alone ◀── the prints of all examinations ┴──▶ due
type Sweep struct {
	Changes      ChangeSource
	Store        SweepStore
	Examinations ExaminationArchive
	Prints       PrintArchive
	Seen         SeenStore
	Events       *Projector // knows how lists are read
	Least        int        // media that lag; fewer are left to be matched one by one
	Now          func() time.Time
	Log          *slog.Logger

	// Only the steward's goroutine touches these.
	on    *sweeping // nil: nothing is swept
	unfit Epoch     // until which sweeps are given up
}

// sweeping is a sweep on its way.
type sweeping struct {
	lag    Lag
	change Change
	began  time.Time

	lists  bool // that came were looked through
	keys   map[ShortKey]bool
	bucket int // the next one
	files  []PackSpan
	file   int        // the next one
	lost   []PackSpan // of files, that cannot be read
	packs  []PackID   // that are in no file
	pack   int        // the next one
	due    int
}

// advance does a step of a sweep, where one is worth it. It reports whether one is on its way, and whether any media lag that none
// goes over: if none did, those that do a moment later are the next sweep's.
func (s *Sweep) advance(ctx context.Context) (sweeping, lag bool, err error) {
	if s == nil {
		return false, true, nil
	}
	if s.on == nil {
		if lag, err = s.begin(ctx); err != nil || s.on == nil {
			return false, lag, err
		}
	}
	err = s.step(ctx)
	if IsKind(err, Corrupt) || IsKind(err, NotFound) { // no other try will read it
		s.Log.Warn("a sweep is given up: all media are matched again", "error", err)
		s.unfit, s.on = s.on.change.Until, nil
		return false, true, nil
	}
	return true, false, err
}

// step does the next step of the sweep that is on its way.
func (s *Sweep) step(ctx context.Context) error {
	on := s.on
	switch {
	case !on.lists:
		return s.readLists(ctx)
	case on.bucket < Buckets:
		return s.lookAtRecords(ctx)
	case on.file < len(on.files):
		return s.lookAtPrints(ctx)
	case on.pack < len(on.packs):
		return s.lookAtPacks(ctx)
	}
	s.on = nil
	s.Log.Info("swept", "epoch", on.change.Until, "due", on.due, "took", s.Now().Sub(on.began).Round(time.Millisecond))
	return s.Store.Swept(ctx, on.lag.From, on.change.Until)
}

// begin begins a sweep if enough media lag, and reports whether any do.
func (s *Sweep) begin(ctx context.Context) (bool, error) {
	lag, err := s.Store.Lag(ctx)
	if err != nil || lag.Media < s.Least || lag.To <= s.unfit {
		return lag.Media > 0, err
	}
	change, err := s.Changes.Changes(ctx, lag.From)
	if err != nil {
		return true, err
	}
	on := &sweeping{lag: lag, change: change, began: s.Now(), keys: make(map[ShortKey]bool)}
	if change.Near != nil { // listed when the change is in force: what is filed later is matched under it
		if on.files, err = s.Prints.PrintSpans(ctx); err == nil {
			err = s.besides(ctx, on, on.files, PackSpan{})
		}
		if err != nil {
			return true, err
		}
	}
	s.on = on
	return true, nil
}

// besides has the packs looked at that lie in none of the spans; only those of within, unless that is zero.
func (s *Sweep) besides(ctx context.Context, on *sweeping, spans []PackSpan, within PackSpan) error {
	for p, err := range s.Prints.PacksBeside(ctx, spans) {
		if err != nil {
			return err
		}
		if within == (PackSpan{}) || within.has(p.PackID) {
			on.packs = append(on.packs, p.PackID)
		}
	}
	return nil
}

// markDue has media matched again.
func (s *Sweep) markDue(ctx context.Context, ids []MediumID) error {
	if len(ids) == 0 {
		return nil
	}
	s.on.due += len(ids)
	return s.Store.MarkDue(ctx, ids)
}

// readLists looks for what lists that came, and entries that something was said of, say of submitted bytes.
func (s *Sweep) readLists(ctx context.Context) error {
	on := s.on
	for _, set := range on.change.Came {
		if set.office() || set.ByMethod[ByMD5]+set.ByMethod[BySHA1]+set.ByMethod[BySHA256] == 0 {
			continue
		}
		if err := s.readList(ctx, set); err != nil {
			return err
		}
	}
	for _, id := range on.change.Added {
		a, err := s.Events.SetFiles.Addition(ctx, id)
		if err == nil {
			err = s.ask(ctx, a.Entries, true)
		}
		if err != nil {
			return err
		}
	}
	var said []RawEntry
	for _, o := range on.change.Said {
		raw, err := s.Events.SetFiles.SetEntry(ctx, o.Set, o.Entry.Number)
		if err != nil {
			return err
		}
		said = append(said, raw)
	}
	if err := s.ask(ctx, said, false); err != nil {
		return err
	}
	on.lists = true
	if len(on.keys)+len(on.change.Went) == 0 {
		on.bucket = Buckets // no record tells anything
	}
	return nil
}

func (s *Sweep) readList(ctx context.Context, set HashSet) error {
	file, err := s.Events.SetFiles.OpenSetFile(ctx, set.ID)
	if err != nil {
		return err
	}
	defer file.Close()
	batch := make([]RawEntry, 0, importBatch)
	for raw, err := range s.Events.Parse(file, ParseOptions{Hash: set.longHash()}) {
		if IsKind(err, Invalid) {
			continue
		}
		if err != nil {
			return err
		}
		if batch = append(batch, raw); len(batch) == importBatch {
			if err := s.ask(ctx, batch, false); err != nil {
				return err
			}
			batch = batch[:0]
		}
	}
	return s.ask(ctx, batch, false)
}

// ask looks which bytes of entries were submitted. By SHA-256 their media are named; by the others, they are to be found. Where an entry's
// digests are known to be ours, all of the same bytes, those that SHA-256 named have them all; a partner's line may mix up two files.
func (s *Sweep) ask(ctx context.Context, entries []RawEntry, ours bool) error {
	var traces []Trace
	var of []int // each trace's entry
	for i := range entries {
		e := &entries[i]
		if e.SHA256 != nil {
			traces, of = append(traces, Trace{Medium: s.Events.Names.Medium(*e.SHA256)}), append(of, i)
		}
		if e.MD5 != nil {
			traces, of = append(traces, Trace{MD5: s.Events.Names.MD5(*e.MD5)}), append(of, i)
		}
		if e.SHA1 != nil {
			traces, of = append(traces, Trace{SHA1: s.Events.Names.SHA1(*e.SHA1)}), append(of, i)
		}
	}
	seen, err := s.Seen.Seen(ctx, traces)
	if err != nil {
		return err
	}
	var named []MediumID
	last := -1 // of the entries, whose medium is named
	for i, t := range traces {
		switch {
		case !seen[i]:
		case t.Medium != "":
			named, last = append(named, t.Medium), of[i]
		case ours && last == of[i]:
		case t.MD5 != (DigestKey{}):
			s.on.keys[ShortKey(t.MD5[:8])] = true
		default:
			s.on.keys[ShortKey(t.SHA1[:8])] = true
		}
	}
	return s.markDue(ctx, named)
}

// lookAtRecords looks through some buckets of media.
func (s *Sweep) lookAtRecords(ctx context.Context) error {
	const n = sweepBuckets / sweepParts
	on := s.on
	due := make([][]MediumID, sweepParts)
	err := atMost(ctx, sweepParts, due, func(ctx context.Context, i int, _ []MediumID) error {
		media, err := s.Store.Digested(ctx, on.bucket+i*n, n, len(on.change.Went) > 0)
		for k := range media {
			if on.touches(&media[k]) {
				due[i] = append(due[i], media[k].Medium)
			}
		}
		return err
	})
	if err == nil {
		err = s.markDue(ctx, slices.Concat(due...))
	}
	if err != nil {
		return err
	}
	on.bucket += sweepBuckets
	return s.note(ctx)
}

// touches reports whether the change touches a medium, as far as its record tells.
func (on *sweeping) touches(m *Digested) bool {
	return on.keys[m.MD5] || on.keys[m.SHA1] || slices.ContainsFunc(m.Sets, func(set SetID) bool { return on.change.Went[set] })
}

// lookAtPrints looks through some files of prints. Of one that cannot be read the packs are, later, and it is made again.
func (s *Sweep) lookAtPrints(ctx context.Context) error {
	on := s.on
	files := on.files[on.file:min(on.file+sweepFiles, len(on.files))]
	due, damaged := make([][]MediumID, len(files)), make([]bool, len(files))
	err := atMost(ctx, sweepFiles, files, func(ctx context.Context, i int, span PackSpan) error {
		for prints, err := range s.Prints.Prints(ctx, span) {
			if damaged[i] = IsKind(err, Corrupt) || IsKind(err, NotFound); damaged[i] {
				return nil
			}
			if err != nil {
				return err
			}
			due[i] = append(due[i], on.nearIn(prints.Media, prints.Probes)...)
		}
		return nil
	})
	if err == nil {
		err = s.markDue(ctx, slices.Concat(due...))
	}
	if err != nil {
		return err
	}
	for i, span := range files {
		if damaged[i] {
			if err := s.replace(ctx, span); err != nil {
				return err
			}
		}
	}
	on.file += len(files)
	return s.note(ctx)
}

// replace has the packs of a file looked at that cannot be read, and removes it, so that it is made again.
func (s *Sweep) replace(ctx context.Context, span PackSpan) error {
	s.Log.Warn("prints cannot be read: examinations are read instead", "writer", span.Writer, "after", span.After, "to", span.To)
	s.on.lost = append(s.on.lost, span)
	others := slices.DeleteFunc(slices.Clone(s.on.files), func(f PackSpan) bool { return slices.Contains(s.on.lost, f) })
	if err := s.besides(ctx, s.on, others, span); err != nil {
		return err
	}
	return s.Prints.DropPrints(ctx, span)
}

// nearIn returns those of media that the change touches, as far as their pictures tell.
func (on *sweeping) nearIn(media []MediumID, probes []Probe) (due []MediumID) {
	for i, near := range on.change.Near(probes) {
		if near {
			due = append(due, media[i])
		}
	}
	return due
}

// lookAtPacks looks through some packs of examinations.
func (s *Sweep) lookAtPacks(ctx context.Context) error {
	on := s.on
	packs := on.packs[on.pack:min(on.pack+sweepPacks, len(on.packs))]
	due := make([][]MediumID, len(packs))
	err := atMost(ctx, packsAtOnce, packs, func(ctx context.Context, i int, id PackID) error {
		filed, err := s.Examinations.Pack(ctx, id)
		media, probes := make([]MediumID, len(filed)), make([]Probe, len(filed))
		for j := range filed {
			media[j], probes[j] = filed[j].Medium, NewProbe(DigestKeys{}, filed[j].Examination)
		}
		due[i] = on.nearIn(media, probes)
		return err
	})
	if err == nil {
		err = s.markDue(ctx, slices.Concat(due...))
	}
	if err != nil {
		return err
	}
	on.pack += len(packs)
	return s.note(ctx)
}

// note tells how far the sweep is. A bucket of records counts like a pack, in a file or not.
func (s *Sweep) note(ctx context.Context) error {
	on := s.on
	done, of := min(on.bucket, Buckets)+on.pack, Buckets+len(on.packs)
	for i, f := range on.files {
		of += int(f.To - f.After) //nolint:gosec // packs are counted
		if i < on.file {
			done += int(f.To - f.After) //nolint:gosec // packs are counted
		}
	}
	return s.Store.NoteSweep(ctx, on.change.Until, done, of)
}
