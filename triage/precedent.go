package triage

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"vigie/hashing/pdq"
)

// CloseDistance is the largest PDQ distance, in bits of 256, between groups whose pictures are told to be close: two members of one
// group, each within GroupDistance of its founder, may be as far apart.
const CloseDistance = 2 * GroupDistance

const (
	// precedentsTold is how many precedents a sheet tells of.
	precedentsTold = 5
	// kinRead is how many decided groups are compared for that.
	kinRead = 100
	// alikeRead is how many groups that look alike are asked whether they were decided.
	alikeRead = 500
)

// Basis is what an opinion was given by, where its author need not have looked at the group: that of another group, and when that was decided.
type Basis struct {
	Group  GroupID   `json:"group"`
	At     time.Time `json:"at,omitzero"`
	Folder bool      `json:"folder,omitempty"` // it was decided with others of the folder of that group, whatever was decided of it
}

// Shared is what media of two groups have in common, as facts tell it.
type Shared struct {
	Shoot, Folder, Camera bool
	Close                 bool // their pictures are within CloseDistance
	Bits                  int  // by which these differ then, of 256
}

// Names lists what is shared, what says most first.
func (s *Shared) Names() (names []string) {
	for _, n := range []struct {
		is   bool
		name string
	}{{s.Shoot, "shoot"}, {s.Close, "close"}, {s.Folder, "folder"}, {s.Camera, "camera"}} {
		if n.is {
			names = append(names, n.name)
		}
	}
	return names
}

// any reports whether they have anything in common.
func (s *Shared) any() bool { return s.Shoot || s.Folder || s.Camera || s.Close }

// Precedent is a decided group that shares something with another.
type Precedent struct {
	Group   GroupID
	Opinion Opinion // that counts of it
	Shared  Shared
}

// KinStore finds decided groups that may share something with another.
type KinStore interface {
	// Kin returns at most n groups that somebody decided to be illegal or not, and that have, or had, media in a folder or of a camera of
	// those of a group. It does not look at all of a folder, or of a camera, that holds thousands.
	Kin(ctx context.Context, id GroupID, n int) ([]GroupID, error)
	// Codes returns the PDQ of who stands for each group, the picture as it is; nil where there is none.
	Codes(ctx context.Context, groups []GroupID) ([]*pdq.Hash, error)
}

// precedent returns what counts of a decided group for those that share something with it: nothing while others are asked, nothing where
// nobody can tell, and nothing where it was taken over itself, so that no opinion goes from group to group without anybody looking.
func (g *Group) precedent() (Opinion, bool) {
	if g.Decision == nil || g.Decision.Round() != Settled {
		return Opinion{}, false
	}
	o := g.Decision.Conclusion()
	return o, o.Verdict != Unsure && o.SameAs == (Basis{})
}

// takesOver reports whether an opinion of another group may be taken over for this one: not as a second person's, who is asked because they
// look for themselves.
func (g *Group) takesOver() bool { return g.Decision == nil || g.Decision.Round() == Settled }

// precedents returns the decided groups that have most in common with one.
func (r *Review) precedents(ctx context.Context, g Group, media []Medium) ([]Precedent, error) {
	if !g.takesOver() {
		return nil, nil
	}
	ids, err := r.Kin.Kin(ctx, g.ID, kinRead)
	if err != nil {
		return nil, err
	}
	alike, err := r.alike(ctx, g.ID)
	if err != nil {
		return nil, err
	}
	ids = append(ids, alike...)
	slices.Sort(ids)
	found, err := r.shared(ctx, g.ID, media, slices.Compact(ids))
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(found, func(a, b Precedent) int {
		return cmp.Or(b.Shared.rank()-a.Shared.rank(), b.Opinion.At.Compare(a.Opinion.At), strings.Compare(string(a.Group), string(b.Group)))
	})
	return found[:min(len(found), precedentsTold)], nil
}

// alike returns groups whose picture is close to that of one, the nearest first.
func (r *Review) alike(ctx context.Context, id GroupID) ([]GroupID, error) {
	if r.Founders == nil {
		return nil, nil
	}
	codes, err := r.Kin.Codes(ctx, []GroupID{id})
	if err != nil || codes[0] == nil {
		return nil, err
	}
	return r.Founders.Close(ctx, *codes[0], alikeRead)
}

// rank orders what is shared: the more it says that media belong together, the higher.
func (s *Shared) rank() (n int) {
	for i, is := range []bool{s.Camera, s.Folder, s.Close, s.Shoot} {
		if is {
			n += 1 << i
		}
	}
	return n
}

// shared returns those of some groups that are precedents for one, with what they share with it.
func (r *Review) shared(ctx context.Context, id GroupID, media []Medium, some []GroupID) ([]Precedent, error) {
	if len(some) == 0 {
		return nil, nil
	}
	groups, err := r.Queue.GroupList(ctx, some)
	if err != nil {
		return nil, err
	}
	all, ids := []Precedent(nil), []GroupID{id}
	for i := range groups {
		if o, is := groups[i].precedent(); is && groups[i].ID != id {
			all, ids = append(all, Precedent{Group: groups[i].ID, Opinion: o}), append(ids, groups[i].ID)
		}
	}
	members, err := r.Queue.GroupsMedia(ctx, ids[1:])
	if err != nil {
		return nil, err
	}
	codes, err := r.Kin.Codes(ctx, ids)
	if err != nil {
		return nil, err
	}
	for i := range all {
		all[i].Shared = sharedBy(media, members[i])
		if a, b := codes[0], codes[1+i]; a != nil && b != nil && a.Distance(*b) <= CloseDistance {
			all[i].Shared.Close, all[i].Shared.Bits = true, a.Distance(*b)
		}
	}
	return slices.DeleteFunc(all, func(p Precedent) bool { return !p.Shared.any() }), nil
}

// sharedBy tells what media of two groups have in common of folder, shoot and camera.
func sharedBy(some, others []Medium) (s Shared) {
	for i := range some {
		for j := range others {
			a, b := &some[i], &others[j]
			s.Camera = s.Camera || a.sameCamera(b)
			s.Shoot = s.Shoot || a.sameCamera(b) && sameKeys(a.Clue.Hours, b.Clue.Hours)
			for _, p := range a.Places {
				for _, q := range b.Places {
					if p.Exhibit == q.Exhibit && p.Folder == q.Folder {
						s.Folder = true
						s.Shoot = s.Shoot || sameKeys(string(p.Numbers), string(q.Numbers))
					}
				}
			}
		}
	}
	return s
}

// sameCamera reports whether the same camera took both: without a serial number, within an exhibit.
func (m *Medium) sameCamera(other *Medium) bool {
	if m.Clue.Camera == "" || m.Clue.Camera != other.Clue.Camera || m.Clue.Serial != other.Clue.Serial {
		return false
	}
	return m.Clue.Serial || slices.ContainsFunc(m.Places, func(p Place) bool {
		return slices.ContainsFunc(other.Places, func(q Place) bool { return p.Exhibit == q.Exhibit })
	})
}

// sameKeys reports whether two lie in the same piece of the clock, or of the numbers, or in the next: each names three pieces, its own first.
func sameKeys(a, b string) bool {
	if a == "" || len(a) != len(b) {
		return false
	}
	third := len(a) / 3
	for i := 0; i < len(b); i += third {
		if a[:third] == b[i:i+third] {
			return true
		}
	}
	return false
}

// DecideAs concludes about a claimed group what was concluded of another one that is a precedent for it, and hands it back. The reader
// was told of that verdict.
func (r *Review) DecideAs(ctx context.Context, by Actor, id, other GroupID, verdict Verdict, note string) (Decision, error) {
	const op = "decide a group as another one"
	if !by.Role.Reviews() {
		return Decision{}, forbidden(op, by)
	}
	if _, err := r.claimed(ctx, op, by, id); err != nil {
		return Decision{}, err
	}
	g, media, err := r.read(ctx, id)
	if err != nil {
		return Decision{}, err
	}
	if !g.takesOver() {
		return Decision{}, E(Conflict, op, string(id), "another person's opinion is asked here: conclude for yourself", nil)
	}
	found, err := r.shared(ctx, id, media, []GroupID{other})
	if err != nil {
		return Decision{}, err
	}
	if len(found) == 0 || other == id || found[0].Opinion.Verdict != verdict {
		return Decision{}, E(Conflict, op, string(id), "that group is no precedent for this one, or not any more: read this one again", nil)
	}
	o := found[0].Opinion
	o.SameAs, o.Note = Basis{Group: other, At: o.At}, note
	return r.Decide(ctx, by, id, o)
}
