package triage

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"slices"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
)

const (
	enterEvery  = time.Second      // between looks for decisions to enter
	enterLease  = 30 * time.Second // after which another process goes on for one that died
	enterAtOnce = 50               // groups that are looked at together
	// enterMembers bounds how many media of groups nearby are matched before the sweep comes to them.
	enterMembers = 10_000
)

// ReferenceExaminer is a Decoder that goes the reference way only, for what others will compare with.
type ReferenceExaminer interface {
	ExamineReference(ctx context.Context, r io.Reader, size int64) (hashing.Examination, error)
}

// DueStore has media matched again.
type DueStore interface {
	// MarkDue has media matched again whose epoch is past. Those that are not known are left out.
	MarkDue(ctx context.Context, ids []MediumID) error
}

// Enterer puts what two people decided to be illegal into the office's set, and takes out what two people decided against. Any number of
// processes may run one; a lease lets one of them work at a time, and every step may be repeated.
//
//	bytes ──▶ three digests, computed anew ─┐
//	bytes ──▶ PDQ by the reference way ─────┴─▶ entries ──▶ the office's set ──▶ media alike are matched first, then all others
type Enterer struct {
	Queue    QueueStore
	Archive  MediaArchive
	Decoder  ReferenceExaminer
	Films    FilmExaminer // looks at all of a film; nil: films enter by their digests
	Sets     *Sets
	Due      DueStore
	Founders *FounderIndex
	Events   *Projector
	Names    Names
	Lease    Lease
	Log      *slog.Logger
}

// enteredDecision are the details of DecisionEntered.
type enteredDecision struct {
	At        time.Time `json:"at"` // when the decision was made
	Entries   int       `json:"entries,omitempty"`
	Withdrawn int       `json:"withdrawn,omitempty"`
	Missing   int       `json:"missing,omitempty"` // media whose bytes are not there
}

// Run enters decisions until ctx ends.
func (e *Enterer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, err := holding(ctx, e.Lease, "enter", enterLease, e.Once)
		if err != nil && ctx.Err() == nil {
			e.Log.Warn("entries of the office's set are put off", "error", err)
		}
		sleep(ctx, enterEvery)
	}
	return nil
}

// Once enters all decisions that wait. One that cannot be entered holds up no other.
func (e *Enterer) Once(ctx context.Context) error {
	var failed error
	left := 0 // that were looked at, and wait on
	for {
		groups, total, err := e.Queue.Entering(ctx, left, enterAtOnce)
		if err != nil {
			return err
		}
		left += min(enterAtOnce, total-left) - len(groups) // of groups that ended
		for _, g := range groups {
			if err := e.enter(ctx, g); err != nil {
				failed, left = errors.Join(failed, err), left+1
			}
		}
		if left >= total || ctx.Err() != nil {
			return failed
		}
	}
}

func (e *Enterer) enter(ctx context.Context, g Group) error {
	media, err := e.Queue.GroupMedia(ctx, g.ID)
	if err != nil {
		return err
	}
	done := enteredDecision{At: g.Decision.At}
	if g.Decision.Enters() {
		err = e.add(ctx, g, media, &done)
	} else {
		done.Withdrawn, err = e.withdraw(ctx, g, media)
	}
	if err != nil {
		return err
	}
	return e.Events.act(ctx, Service, DecisionEntered, string(g.ID), done)
}

// add puts what the decision on a group covers into the office's set, as many entries at a time as an addition has, and has what may be near
// matched first.
func (e *Enterer) add(ctx context.Context, g Group, media []Medium, done *enteredDecision) error {
	covered := g.Decision.entering(media)
	for part, some := range additions(covered) {
		var entries []RawEntry
		for i := range some {
			entry, err := e.entry(ctx, &some[i], g.Decision.Conclusion())
			if IsKind(err, NotFound) { // its bytes were destroyed, or have not come
				done.Missing++
				continue
			}
			if err != nil {
				return err
			}
			entries = append(entries, entry)
		}
		if len(entries) == 0 {
			continue
		}
		name := fmt.Sprintf("%s@%d/%d", g.ID, g.Decision.At.UnixMilli(), part)
		if _, err := e.Sets.Extend(ctx, Service, name, entries); err != nil {
			return err
		}
		done.Entries += len(entries)
		if err := e.nearby(ctx, some, entries); err != nil {
			return err
		}
	}
	return nil
}

// filmsAtOnce is how many films an addition has at most, so that their frames fit into it.
const filmsAtOnce = MaxAdditionFrames / vpdq.MaxFrames

// additions divides media among additions, always in the same way.
func additions(media []Medium) (parts [][]Medium) {
	from, films := 0, 0
	for i := range media {
		film := media[i].Kind == hashing.KindVideo
		if i-from == MaxAddition || film && films == filmsAtOnce {
			parts = append(parts, media[from:i])
			from, films = i, 0
		}
		if film {
			films++
		}
	}
	if from < len(media) {
		parts = append(parts, media[from:])
	}
	return parts
}

// entering returns the media that d brings into the office's set, in an order that stays: those that it covers, but for what the decision
// that it replaces brought there.
func (d *Decision) entering(media []Medium) []Medium {
	var covered []Medium
	for _, m := range media {
		there := d.Replaces != nil && d.Replaces.Enters() && d.Replaces.Covers.Has(m.ID)
		if d.Covers.Has(m.ID) && !there {
			covered = append(covered, m)
		}
	}
	slices.SortFunc(covered, func(a, b Medium) int { return cmp.Compare(a.ID, b.ID) })
	return covered
}

// entry computes anew what a list says of a medium.
func (e *Enterer) entry(ctx context.Context, m *Medium, o Opinion) (RawEntry, error) {
	entry := RawEntry{Category: string(o.Category)}
	body, size, err := e.Archive.OpenMedium(ctx, m.ID, 0)
	if err != nil {
		return entry, err
	}
	defer body.Close()
	digests, _, err := hashing.Digest(body)
	if err != nil {
		return entry, err
	}
	if e.Names.Medium(digests.SHA256) != m.ID {
		return entry, E(Corrupt, "enter a decision", string(m.ID), "its bytes are not those of its name: restore them from a copy", nil)
	}
	entry.MD5, entry.SHA1, entry.SHA256 = &digests.MD5, &digests.SHA1, &digests.SHA256
	if m.Kind == hashing.KindVideo && m.Hashed && e.Films != nil {
		entry.Film, err = e.film(ctx, m)
		return entry, err
	}
	if m.Kind != hashing.KindPicture || !m.Hashed {
		return entry, nil
	}
	again, _, err := e.Archive.OpenMedium(ctx, m.ID, 0)
	if err != nil {
		return entry, err
	}
	defer again.Close()
	x, err := e.Decoder.ExamineReference(ctx, again, size)
	if err != nil {
		return entry, err
	}
	if fp := x.Fingerprint; fp != nil && fp.Quality >= pdq.MinQuality {
		entry.PDQ = &fp.PDQ[pdq.Original]
	}
	return entry, nil
}

// film returns the frames by which a medium that is a film is found, whole or in part.
func (e *Enterer) film(ctx context.Context, m *Medium) ([]pdq.Hash, error) {
	bytes, size, err := e.Archive.OpenMediumAt(ctx, m.ID, 0)
	if err != nil {
		return nil, err
	}
	source := &failing{ReaderAt: bytes}
	x, err := e.Films.ExamineFilm(ctx, source, size, hashing.Examination{Facts: m.Facts})
	if err := errors.Join(source.err, err); err != nil {
		return nil, err
	}
	return vpdq.Codes(vpdq.FramesOf(&x)), nil
}

// nearby has the media of entries, and those of groups that are near them, matched before all others.
func (e *Enterer) nearby(ctx context.Context, media []Medium, entries []RawEntry) error {
	due := make([]MediumID, 0, len(media))
	for i := range media {
		due = append(due, media[i].ID)
	}
	var codes []pdq.Hash
	for i := range entries {
		if entries[i].PDQ != nil {
			codes = append(codes, *entries[i].PDQ)
		}
		codes = append(codes, entries[i].Film...)
	}
	groups, err := e.Founders.Near(ctx, codes)
	for _, id := range groups {
		if err != nil || len(due) > enterMembers {
			break
		}
		var members []Medium
		members, err = e.Queue.GroupMedia(ctx, id)
		for i := range members {
			due = append(due, members[i].ID)
		}
	}
	if err != nil {
		return err
	}
	return e.Due.MarkDue(ctx, due)
}

// withdraw takes the entries of what the decision on a group covers out of the office's set, and returns how many these were.
func (e *Enterer) withdraw(ctx context.Context, g Group, media []Medium) (n int, err error) {
	admin := Service
	admin.Role = Admin
	type line struct {
		set   SetID
		entry uint32
	}
	done := make(map[line]bool) // by three digests, a medium matches its entry thrice
	for i := range media {
		if !g.Decision.Covers.Has(media[i].ID) {
			continue
		}
		for _, match := range media[i].Matches {
			at := line{match.Set, match.Entry}
			if !match.ofOffice() || !match.Method.Exact() || done[at] {
				continue
			}
			done[at] = true
			if _, err := e.Sets.Object(ctx, admin, match.Set, match.Entry, EntryWithdrawn, "two people decided against it"); err != nil {
				return n, err
			}
			n++
		}
	}
	return n, nil
}
