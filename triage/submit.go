package triage

import (
	"context"
	"encoding/json"
	"io"
	"iter"
	"time"

	"vigie/hashing"
)

// ExhibitStore keeps exhibits and what was counted of them. All writes are idempotent. What is not found is a
// NotFound error.
type ExhibitStore interface {
	// SaveExhibit keeps x unless an exhibit of that ID is there, and returns the one that is kept.
	SaveExhibit(ctx context.Context, x Exhibit) (Exhibit, error)
	Exhibit(ctx context.Context, id ExhibitID) (Exhibit, error)
	// Exhibits returns all exhibits, or those of one owner, the newest first.
	Exhibits(ctx context.Context, owner string) ([]Exhibit, error)
	// RegisterPart counts a part's items by disposition, once, and adds its media to the exhibit. It returns the
	// media whose bytes are not held. Media that are not known yet are kept as Wanted, others as Listed with
	// epoch 0, so that they are matched; a Listed one becomes Wanted when an item says that it is media. Conflict: the part
	// left the exhibit meanwhile. Whoever empties an exhibit that nothing comes into any more finds what a call had added.
	RegisterPart(ctx context.Context, id ExhibitID, part PartID, counts map[Disposition]int, items []ListedItem) ([]MediumID, error)
	// PlacePart notes that an event gave a registered part its place, from 1 on, in the submission under way. What a later
	// event says of a place stays.
	PlacePart(ctx context.Context, id ExhibitID, part PartID, place int, event uint64) error
	// PlacedParts returns the parts from the first place on, as long as each has one. Sealing forgets them.
	PlacedParts(ctx context.Context, id ExhibitID) ([]PartID, error)
	// SealExhibit keeps m as the exhibit's manifest. Counts and media of parts that m does not list no longer
	// belong to the exhibit.
	SealExhibit(ctx context.Context, id ExhibitID, m Manifest) error
	Progress(ctx context.Context, id ExhibitID) (Progress, error)
	// PartsOf returns, in order, the parts of an exhibit that list any of the media, and by rare chance another.
	PartsOf(ctx context.Context, id ExhibitID, media []MediumID) ([]PartID, error)
}

// MediumStore keeps the projection of media.
type MediumStore interface {
	// Medium fails with NotFound for a medium nobody declared.
	Medium(ctx context.Context, id MediumID) (Medium, error)
	// Media returns those of ids that are known, by identifier.
	Media(ctx context.Context, ids []MediumID) (map[MediumID]Medium, error)
	// MarkQueued moves Wanted media to Queued and keeps the keys of their verified digests. In any later state it does
	// nothing. Of each it returns nil, or NotFound or Conflict: that the medium, as it was with this generation, is gone,
	// because its last exhibit was destroyed or changed meanwhile. An error of the whole says nothing of any.
	MarkQueued(ctx context.Context, arrived ...Arrived) ([]error, error)
	// FileExaminations keeps where media's examinations lie, and the sizes and keys that were verified. For a
	// medium that nobody lists, or that has a later examination (by Attempt), it does nothing. It returns how each stands then.
	FileExaminations(ctx context.Context, filed ...Filed) ([]Standing, error)
	// NotePacks notes that packs, and all before them of the same writers, have taken effect: catching up begins behind
	// them.
	NotePacks(ctx context.Context, packs ...PackID) error
}

// MediaArchive keeps the bytes. All of it leaves out generations that were destroyed.
type MediaArchive interface {
	// PutMedium is only-if-absent: Exists when the bytes are there already, in slot's generation or a later one;
	// durable when it returns nil; when r fails, nothing is kept. Conflict means that slot's keys are gone.
	PutMedium(ctx context.Context, id MediumID, slot Slot, r io.Reader, size int64) error
	// OpenMedium opens the first generation, from the given one on (0: any).
	OpenMedium(ctx context.Context, id MediumID, generation int) (io.ReadCloser, int64, error)
	// OpenMediumAt is OpenMedium for who reads here and there, as long as ctx lasts. It returns the size, too.
	OpenMediumAt(ctx context.Context, id MediumID, generation int) (io.ReaderAt, int64, error)
	// HasMedium reports whether OpenMedium would find one.
	HasMedium(ctx context.Context, id MediumID, generation int) (bool, error)
}

// ManifestArchive keeps manifest parts and manifests, which nobody can read once their exhibit was destroyed: then they
// are NotFound.
type ManifestArchive interface {
	// PutPart is idempotent. It keeps a key for each of the part's media before it keeps the part.
	PutPart(ctx context.Context, x ExhibitID, part PartID, body []byte, media []MediumID) error
	Part(ctx context.Context, x ExhibitID, part PartID) ([]byte, error)
	PutManifest(ctx context.Context, x ExhibitID, m Manifest) error
	// Manifest returns one version, or NotFound.
	Manifest(ctx context.Context, x ExhibitID, version int) (Manifest, error)
	// PutSignature is only-if-absent: Exists when the version has one.
	PutSignature(ctx context.Context, x ExhibitID, version int, sig Signature) error
	// Signature returns that of one version, or NotFound.
	Signature(ctx context.Context, x ExhibitID, version int) (Signature, error)
}

// JobQueue queues media for examination. Enqueue is durable; a job queued twice is done twice, harmlessly. When it fails,
// some may be queued.
type JobQueue interface {
	Enqueue(ctx context.Context, ids ...MediumID) error
}

// Arrived is a medium whose bytes are kept, as they were verified.
type Arrived struct {
	Medium     MediumID
	Generation int
	Keys       DigestKeys
	Size       int64 // bytes
}

// Progress is how far an exhibit has come. The items add up to what the manifest parts hold, the media to the
// distinct media among them.
type Progress struct {
	Exhibit  ExhibitID           `json:"exhibit"`
	Items    map[Disposition]int `json:"items"`
	Media    map[Finding]int     `json:"media"`   // settled media by finding
	Pending  int                 `json:"pending"` // media without a finding
	Wanted   int                 `json:"wanted"`  // of these: bytes have not arrived
	Sealed   bool                `json:"sealed"`
	Settled  bool                `json:"settled"` // sealed, nothing pending, and no group waits for its rank
	Epoch    Epoch               `json:"epoch"`   // of the sets
	Rematch  int                 `json:"rematch"` // media, of all exhibits, to be matched again under that epoch
	Manifest int                 `json:"manifest_version,omitempty"`
	// Spent is what workers took for the media that the exhibit listed when they were examined: nothing for those that were
	// held before. It is lost with Redis.
	Spent Spent `json:"-"`
}

// Submission takes exhibits in and reports what became of them.
type Submission struct {
	Exhibits  ExhibitStore
	Media     MediumStore
	Archive   MediaArchive
	Manifests ManifestArchive
	Jobs      JobQueue
	Events    *Projector
	Names     Names
	Notary    Notary
	Now       func() time.Time
	Room      *Room // asked before parts and bytes are taken in
	Meter     Meter // nil: nobody is told
}

// Open opens the exhibit of a seal under a case, seized on a day (zero: nobody said), or returns the one that the same examiner
// opened before. Conflict: that one was seized on another day.
func (s *Submission) Open(ctx context.Context, by Actor, caseNumber, seal string, seized time.Time) (Exhibit, error) {
	const op = "open exhibit"
	if by.Role != Examiner {
		return Exhibit{}, forbidden(op, by)
	}
	if err := CheckLabels(caseNumber, seal); err != nil {
		return Exhibit{}, err
	}
	id := s.Names.Exhibit(caseNumber, seal)
	if seized.After(s.Now()) {
		return Exhibit{}, E(Invalid, op, string(id), "the day of the seizure lies in the future: correct it", nil)
	}
	x, err := s.Exhibits.Exhibit(ctx, id)
	if err == nil || IsKind(err, NotFound) {
		if endErr := s.ended(ctx, op, id, caseNumber); endErr != nil {
			return Exhibit{}, endErr
		}
	}
	if IsKind(err, NotFound) {
		x = Exhibit{ID: id, Case: caseNumber, Seal: seal, Owner: by.ID, Unit: by.Unit, Opened: s.Now().UTC(), Seized: seized}
		if err := s.Events.act(ctx, by, ExhibitOpened, string(id), x); err != nil {
			return Exhibit{}, err
		}
		x, err = s.Find(ctx, by, id)
	}
	if err != nil {
		return Exhibit{}, err
	}
	if x.Owner != by.ID {
		return Exhibit{}, E(Forbidden, op, string(id), "another examiner submitted this seal: ask them, or use another --exhibit", nil)
	}
	if !seized.IsZero() && !x.Seized.Equal(seized) {
		return Exhibit{}, E(Conflict, op, string(id), "this exhibit was opened with another day of seizure, or none: leave it out, or use another --exhibit", nil)
	}
	return x, nil
}

// List returns the exhibits that by may see: an examiner's own; all, for a reviewer or an administrator.
func (s *Submission) List(ctx context.Context, by Actor) ([]Exhibit, error) {
	switch by.Role {
	case Examiner:
		return s.Exhibits.Exhibits(ctx, by.ID)
	case Reviewer, Supervisor, Admin:
		return s.Exhibits.Exhibits(ctx, "")
	}
	return nil, forbidden("list exhibits", by)
}

// Find returns one exhibit that by may see; Conflict, of ErrClosed, for one of a closed case.
func (s *Submission) Find(ctx context.Context, by Actor, id ExhibitID) (Exhibit, error) {
	shut, isShut, err := s.Events.closed(ctx, id)
	if err != nil {
		return Exhibit{}, err
	}
	x := shut.Exhibit
	if isShut {
		err = E(Conflict, "find exhibit", string(id), ClosedHint, ErrClosed)
	} else {
		x, err = s.Exhibits.Exhibit(ctx, id)
	}
	if (err == nil || isShut) && (by.Role == Unit || by.Role == Examiner && x.Owner != by.ID) {
		err = E(NotFound, "find exhibit", string(id), "no such exhibit among yours", nil)
	}
	return x, err
}

// own returns an exhibit that by may add to.
func (s *Submission) own(ctx context.Context, by Actor, id ExhibitID) (Exhibit, error) {
	if by.Role != Examiner {
		return Exhibit{}, forbidden("submit", by)
	}
	if err := s.ended(ctx, "submit", id, ""); err != nil {
		return Exhibit{}, err
	}
	return s.Find(ctx, by, id)
}

// ended fails with Conflict when the destruction of an exhibit was decided, or its case closed (the number of that: where
// the exhibit may not be known).
func (s *Submission) ended(ctx context.Context, op string, id ExhibitID, caseNumber string) error {
	d, err := s.Events.Ends.Destruction(ctx, id)
	if err == nil && d.State.Final() {
		return E(Conflict, op, string(id), DestroyedHint, ErrDestroyed)
	}
	if unlessMissing(err) != nil || caseNumber == "" {
		return unlessMissing(err)
	}
	k, err := s.Events.Cases.CaseRecord(ctx, s.Names.Case(caseNumber))
	if err == nil && k.State != CaseOpen {
		return E(Conflict, op, string(id), ClosedHint, ErrClosed)
	}
	return unlessMissing(err)
}

// PutPart takes one manifest part and returns the media whose bytes the service wants. place is that of the part in the
// submission, from 1 on, or 0: nobody said.
func (s *Submission) PutPart(ctx context.Context, by Actor, id ExhibitID, place int, part PartID, body []byte) ([]hashing.SHA256, error) {
	if _, err := s.own(ctx, by, id); err != nil {
		return nil, err
	}
	if err := s.Room.Check(); err != nil {
		return nil, err
	}
	items, err := DecodePart(body, part)
	if err != nil {
		return nil, err
	}
	counts, listed, digests := list(s.Names, id, items)
	if err := s.Manifests.PutPart(ctx, id, part, body, mediaOf(listed)); err != nil {
		return nil, err
	}
	var wanted []MediumID
	register := func(ctx context.Context, ev Event) (err error) {
		if wanted, err = s.Exhibits.RegisterPart(ctx, id, part, counts, listed); err == nil && place > 0 {
			err = s.Exhibits.PlacePart(ctx, id, part, place, ev.Seq)
		}
		return err
	}
	if err := s.Events.actWith(ctx, by, PartReceived, string(id), receivedPart{part, len(items), place}, register); err != nil {
		return nil, err
	}
	s.received(counts, len(mediaOf(listed)), len(wanted))
	answer := make([]hashing.SHA256, len(wanted))
	for i, w := range wanted {
		answer[i] = digests[w]
	}
	return answer, nil
}

// received tells the meter what a part brought: items by disposition, and of the media among them, how many are wanted.
func (s *Submission) received(counts map[Disposition]int, media, wanted int) {
	m := metered(s.Meter)
	for d, n := range counts {
		m.Received(string(d), n)
	}
	m.Received(MediaWanted, wanted)
	m.Received(MediaHeld, media-wanted)
}

// mediaOf returns the media whose bytes are wanted, as far as the items themselves say.
func mediaOf(listed []ListedItem) []MediumID {
	var media []MediumID
	for i := range listed {
		if listed[i].Media() {
			media = append(media, listed[i].Medium)
		}
	}
	return media
}

// list counts items by disposition and returns those with bytes in keyed form, each medium once.
func list(names Names, id ExhibitID, items []Item) (map[Disposition]int, []ListedItem, map[MediumID]hashing.SHA256) {
	counts := make(map[Disposition]int)
	digests := make(map[MediumID]hashing.SHA256)
	var listed []ListedItem
	for i := range items {
		it := &items[i]
		counts[it.Disposition]++
		if it.Disposition != IsMedia && it.Disposition != NotMedia {
			continue
		}
		medium := names.Medium(it.Digests.SHA256)
		if _, twice := digests[medium]; twice {
			continue
		}
		digests[medium] = it.Digests.SHA256
		kind := it.Kind
		if it.Disposition == NotMedia {
			kind = hashing.KindOther
		}
		listed = append(listed, ListedItem{
			Medium: medium, Kind: kind, Size: it.Size, Keys: names.Digests(*it.Digests), Place: names.place(id, it),
		})
	}
	return counts, listed, digests
}

// Seal declares that parts are the whole exhibit, in order. Sealing the same parts again changes nothing;
// other parts make the next version of the manifest.
func (s *Submission) Seal(ctx context.Context, by Actor, id ExhibitID, parts []PartID) (Manifest, error) {
	const op = "seal exhibit"
	x, err := s.own(ctx, by, id)
	if err != nil {
		return Manifest{}, err
	}
	if x.Manifest.Same(parts) {
		return *x.Manifest, nil
	}
	m := Manifest{Version: 1, Parts: parts, Sealed: s.Now().UTC()}
	if x.Manifest != nil {
		m.Version = x.Manifest.Version + 1
	}
	for items, err := range s.parts(ctx, id, parts) {
		if IsKind(err, NotFound) {
			return Manifest{}, E(Conflict, op, string(id), "a part of the manifest has not arrived: submit again", err)
		}
		if err != nil {
			return Manifest{}, err
		}
		m.Items += len(items)
	}
	if err := s.Manifests.PutManifest(ctx, id, m); err != nil {
		return Manifest{}, err
	}
	seal := func(ctx context.Context, _ Event) error { return s.Exhibits.SealExhibit(ctx, id, m) }
	return m, s.Events.actWith(ctx, by, ExhibitSealed, string(id), sealedExhibit{m.Version, m.Items}, seal)
}

// Progress says how far an exhibit has come.
func (s *Submission) Progress(ctx context.Context, by Actor, id ExhibitID) (Progress, error) {
	if _, err := s.Find(ctx, by, id); err != nil {
		return Progress{}, err
	}
	return s.Exhibits.Progress(ctx, id)
}

// parts reads manifest parts in order.
func (s *Submission) parts(ctx context.Context, id ExhibitID, parts []PartID) iter.Seq2[[]Item, error] {
	return func(yield func([]Item, error) bool) {
		for _, part := range parts {
			body, err := s.Manifests.Part(ctx, id, part)
			var items []Item
			if err == nil {
				items, err = DecodePart(body, part)
			}
			if !yield(items, err) || err != nil {
				return
			}
		}
	}
}

// MarshalJSON lists every disposition and finding, so that readers need not know which are absent.
func (p Progress) MarshalJSON() ([]byte, error) {
	type plain Progress
	full := plain(p)
	full.Items = make(map[Disposition]int, len(Dispositions))
	for _, d := range Dispositions {
		full.Items[d] = p.Items[d]
	}
	full.Media = make(map[Finding]int, len(Findings))
	for _, f := range Findings {
		full.Media[f] = p.Media[f]
	}
	return json.Marshal(full)
}
