package triage

import (
	"context"
	"log/slog"
	"time"
)

const (
	destroyEvery = time.Second      // between looks for a destruction that was decided
	destroyLease = 15 * time.Second // after which another process goes on with one whose process died
)

// Destroyer carries out destructions that two people decided. Any number of processes may run one; a lease lets one of
// them work at a time. Each step may be repeated, and is durable before the next begins:
//
//	step                  where             afterwards
//	--------------------  ----------------  ----------------------------------------------------------------
//	confirmed             journal           nothing comes into the exhibit any more
//	doomed                projections       media that nobody else holds are held no more: they are wanted again
//	the doomed are kept   object store      what is to go is fixed, for every process and every rebuild
//	destroyed             journal           it can be proved; the exhibit leaves the projections
//	keys destroyed        object store      nobody can read it, then its bytes go as far as the store lets them
//	finished              journal
type Destroyer struct {
	Exhibits ExhibitStore
	Store    DestructionStore
	Keys     KeyArchive
	Shelves  ShelfArchive
	Lease    Lease
	Events   *Projector
	Log      *slog.Logger
}

// destroyedExhibit are the details of ExhibitDestroyed.
type destroyedExhibit struct {
	Reference   string    `json:"reference"`
	ProposedBy  string    `json:"proposed_by"`
	Proposed    time.Time `json:"proposed"`
	ConfirmedBy string    `json:"confirmed_by"`
	Confirmed   time.Time `json:"confirmed"`
	Manifest    int       `json:"manifest_version"`
	Destroyed   int       `json:"media_destroyed"`
	Kept        int       `json:"media_kept"`
}

// Run destroys what was decided until ctx ends.
func (d *Destroyer) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		if err := d.Once(ctx); err != nil && ctx.Err() == nil {
			d.Log.Warn("a destruction is put off", "error", err)
		}
		sleep(ctx, destroyEvery)
	}
	return nil
}

// Once carries out all destructions that were decided, unless another process is at it.
func (d *Destroyer) Once(ctx context.Context) error {
	list, err := d.Store.Destructions(ctx)
	if err != nil {
		return err
	}
	for _, x := range list {
		if !x.State.Final() || x.State == DestructionFinished {
			continue
		}
		if _, err := holding(ctx, d.Lease, endsLease, destroyLease, func(ctx context.Context) error { return d.finish(ctx, x.Exhibit) }); err != nil {
			return err
		}
	}
	return nil
}

// finish goes on with a destruction from where it stands.
func (d *Destroyer) finish(ctx context.Context, id ExhibitID) error {
	x, err := d.Store.Destruction(ctx, id)
	if err != nil {
		return err
	}
	if x.State == DestructionConfirmed {
		if err := d.record(ctx, x); err != nil {
			return err
		}
	}
	doomed, err := d.Keys.Doom(ctx, id)
	if err != nil {
		return err
	}
	if err := d.Store.Remove(ctx, id, doomed); err != nil { // what a crash left of it
		return err
	}
	if err := d.Keys.Destroy(ctx, id, doomed); err != nil {
		return err
	}
	d.Log.Info("an exhibit was destroyed", "exhibit", id)
	return d.Events.act(ctx, Service, DestructionIsFinished, string(id), nil)
}

// record fixes what goes, and records it before anything does.
func (d *Destroyer) record(ctx context.Context, x Destruction) error {
	shelved, err := d.shelved(ctx, x.Exhibit)
	if err != nil {
		return err
	}
	for media, err := range d.Keys.KeyedMedia(ctx, x.Exhibit) {
		if err == nil {
			err = d.Store.Doom(ctx, x.Exhibit, media, shelved)
		}
		if err != nil {
			return err
		}
	}
	doomed, held, err := d.Store.Doomed(ctx, x.Exhibit)
	if err != nil {
		return err
	}
	if err := d.Keys.PutDoom(ctx, x.Exhibit, doomed); err != nil {
		return err
	}
	details := destroyedExhibit{
		Reference: x.Reference, ProposedBy: x.ProposedBy, Proposed: x.Proposed, ConfirmedBy: x.ConfirmedBy, Confirmed: x.Confirmed,
		Destroyed: held.Alone, Kept: held.Shared,
	}
	kept, err := d.Exhibits.Exhibit(ctx, x.Exhibit)
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	if kept.Manifest != nil {
		details.Manifest = kept.Manifest.Version
	}
	return d.Events.act(ctx, Service, ExhibitDestroyed, string(x.Exhibit), details)
}

// shelved returns those media of an exhibit that exhibits of closed cases hold too, which no projection tells.
func (d *Destroyer) shelved(ctx context.Context, x ExhibitID) (map[MediumID]bool, error) {
	closed, err := d.Events.Closed.ClosedExhibits(ctx)
	if err != nil || len(closed) == 0 {
		return nil, err
	}
	own := make(map[MediumID]bool)
	for media, err := range d.Keys.KeyedMedia(ctx, x) {
		if err != nil {
			return nil, err
		}
		for _, m := range media {
			own[m] = false
		}
	}
	for _, other := range closed {
		r, err := d.Events.Cases.CaseRecord(ctx, d.Events.Names.Case(other.Case))
		if err != nil {
			return nil, err
		}
		for media, err := range d.Shelves.ShelvedMedia(ctx, other.ID, r.Shelf) {
			if err != nil {
				return nil, err
			}
			for _, m := range media {
				if _, both := own[m]; both {
					own[m] = true
				}
			}
		}
	}
	return own, nil
}

// holding calls do while it holds a lease, and tells whether it did: another process may hold it.
func holding(ctx context.Context, lease Lease, name string, life time.Duration, do func(ctx context.Context) error) (bool, error) {
	me := newID("h")
	held, err := lease.Hold(ctx, name, me, life)
	if err != nil || !held {
		return false, err
	}
	ctx, stop := context.WithCancel(ctx)
	defer stop()
	go func() { // renews the lease; ends with ctx
		for sleep(ctx, life/3) {
			if held, err := lease.Hold(ctx, name, me, life); err == nil && !held {
				stop()
			}
		}
	}()
	if err := do(ctx); err != nil {
		return true, err
	}
	_, err = lease.Hold(ctx, name, me, 0)
	return true, err
}

// letGo gives a lease back, so that nobody waits for its end. When that fails it ends by itself.
func letGo(ctx context.Context, lease Lease, name, me string) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
	defer stop()
	_, _ = lease.Hold(ctx, name, me, 0)
}
