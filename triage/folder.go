package triage

import (
	"cmp"
	"context"
	"errors"
	"slices"
	"sync"

	"vigie/triage/signals"
)

const (
	// FolderGroups is how many groups of a folder are decided together at most.
	FolderGroups = 200
	// folderLooked is how many groups of a folder are looked through for that, some at a time.
	folderLooked = 40_000
	folderAtOnce = 2000
	// folderTogether is how many decisions are on their way to the journal together.
	folderTogether = 16
)

// LeftOut says why a group that lies wholly in a folder is not decided with it.
type LeftOut string

// Why a group is left out.
const (
	LeftHeld    LeftOut = "held"    // somebody else holds it
	LeftDecided LeftOut = "decided" // somebody has decided it
	LeftRanked  LeftOut = "ranked"  // its rank says: look
	LeftNear    LeftOut = "near"    // known media, or illegal ones, are near it
	LeftGone    LeftOut = "gone"    // it does not lie wholly in the folder, or not any more
)

// FolderGroup is a group that lies wholly in a folder.
type FolderGroup struct {
	Group Group
	Media []Medium
}

// FolderView is a program's folder of an exhibit, and the undecided groups that lie wholly in it: facts, no name of it.
type FolderView struct {
	Class  PlaceClass    // PlaceProgram or PlaceCache
	Groups []FolderGroup // that may be decided together, the highest score first
	Left   map[LeftOut]int
	More   bool // the folder has more than were looked through
}

// FolderOutcome is what became of groups that were to be decided together.
type FolderOutcome struct {
	Decided []GroupID
	Left    map[LeftOut]int
}

// FolderStore knows which groups have media in a folder.
type FolderStore interface {
	// InFolder returns the groups of the queue that have, or had, media in the folder of a place: of the next n entries from one on, 0 the
	// first; and where to go on, 0: the end.
	InFolder(ctx context.Context, p Place, from, n int) (groups []GroupID, next int, err error)
	// Illicit returns how many media in the folder of a place are known, near-known or decided to be illegal.
	Illicit(ctx context.Context, p Place) (int, error)
}

// Wholly returns the place of all media, if they lie in one folder of one exhibit that a program made for itself: its own files, a theme,
// a cache. What was deleted or hidden there is not such a thing, and neither is what lies elsewhere, too.
func Wholly(media []Medium) (Place, bool) {
	if len(media) == 0 {
		return Place{}, false
	}
	var all Place
	for i := range media {
		if len(media[i].Places) != 1 {
			return Place{}, false
		}
		p := media[i].Places[0]
		if i == 0 {
			all = p
		}
		own := p.Class == PlaceProgram || p.Class == PlaceCache
		if !own || p.Deleted || p.Hidden || p.Exhibit != all.Exhibit || p.Folder != all.Folder || p.Class != all.Class {
			return Place{}, false
		}
	}
	return all, true
}

// Folder returns the program's folder in which a group lies wholly, with the others that do. It is NotFound where there is no such folder.
func (r *Review) Folder(ctx context.Context, by Actor, id GroupID) (FolderView, error) {
	const op = "read a folder"
	if !by.Role.Reviews() {
		return FolderView{}, forbidden(op, by)
	}
	place, err := r.programFolder(ctx, op, id)
	if err != nil {
		return FolderView{}, err
	}
	view := FolderView{Class: place.Class, Left: make(map[LeftOut]int)}
	next, looked, seen := 0, 0, make(map[GroupID]bool)
	for {
		var ids []GroupID
		if ids, next, err = r.Folders.InFolder(ctx, place, next, folderAtOnce); err != nil {
			return FolderView{}, err
		}
		ids = slices.DeleteFunc(ids, func(g GroupID) bool { // whose members are in two stretches
			defer func() { seen[g] = true }()
			return seen[g]
		})
		if err := r.sortFolder(ctx, by, place, ids, &view); err != nil {
			return FolderView{}, err
		}
		looked += folderAtOnce
		if view.More = next > 0 || len(view.Groups) > FolderGroups; next == 0 || looked >= folderLooked || len(view.Groups) >= FolderGroups {
			break
		}
	}
	slices.SortStableFunc(view.Groups, func(a, b FolderGroup) int { return cmp.Compare(b.Group.Score, a.Group.Score) })
	view.Groups = view.Groups[:min(len(view.Groups), FolderGroups)]
	return view, nil
}

// programFolder returns the folder in which a group lies wholly.
func (r *Review) programFolder(ctx context.Context, op string, id GroupID) (Place, error) {
	_, media, err := r.read(ctx, id)
	if err != nil {
		return Place{}, err
	}
	place, wholly := Wholly(media)
	if !wholly {
		return Place{}, E(NotFound, op, string(id), "this group does not lie wholly in one folder of a program: decide it by itself", nil)
	}
	return place, nil
}

// sortFolder puts groups that lie wholly in a folder into a view: those that may be decided, and why others may not.
func (r *Review) sortFolder(ctx context.Context, by Actor, place Place, ids []GroupID, view *FolderView) error {
	if len(ids) == 0 {
		return nil
	}
	groups, err := r.Queue.GroupList(ctx, ids)
	if err != nil {
		return err
	}
	media, err := r.Queue.GroupsMedia(ctx, ids)
	if err != nil {
		return err
	}
	why, err := r.leftOut(ctx, by, place, groups, media)
	if err != nil {
		return err
	}
	for i := range groups {
		switch why[i] {
		case "":
			view.Groups = append(view.Groups, FolderGroup{groups[i], media[i]})
		case LeftGone:
		default:
			view.Left[why[i]]++
		}
	}
	return nil
}

// leftOut tells of each group why it is not decided with its folder; "": it may be.
func (r *Review) leftOut(ctx context.Context, by Actor, place Place, groups []Group, media [][]Medium) ([]LeftOut, error) {
	illicit, err := r.Folders.Illicit(ctx, place)
	if err != nil {
		return nil, err
	}
	why := make([]LeftOut, len(groups))
	var members []*Medium
	var of []int // which group each is of
	for i, g := range groups {
		if why[i] = r.leftAlone(by, place, g, media[i]); why[i] == "" && illicit > 0 {
			why[i] = LeftNear
		}
		for j := range media[i] {
			if why[i] == "" {
				members, of = append(members, &media[i][j]), append(of, i)
			}
		}
	}
	ties, err := r.Clues.Ties(ctx, members)
	if err != nil {
		return nil, err
	}
	for j, t := range ties {
		if t.illicit() {
			why[of[j]] = LeftNear
		}
	}
	return why, nil
}

// illicit reports whether something known, or decided to be illegal, is near a medium, or shares its camera.
func (t Tied) illicit() bool {
	near := slices.ContainsFunc(t.Near, func(n signals.Nearness) bool { return n.Where != signals.NearNone })
	return near || t.CameraKnown || t.ShootKnown
}

// leftAlone is leftOut by what is known of the group alone.
func (r *Review) leftAlone(by Actor, place Place, g Group, media []Medium) LeftOut {
	there, wholly := Wholly(media)
	switch {
	case !wholly || there.Exhibit != place.Exhibit || there.Folder != place.Folder:
		return LeftGone
	case g.Decision != nil:
		return LeftDecided
	case g.Claim != nil && g.Claim.By != by.ID && !r.Now().After(g.Claim.Until):
		return LeftHeld
	case slices.ContainsFunc(media, func(m Medium) bool { return m.Finding != Unranked }):
		return LeftRanked
	}
	return ""
}

// DecideFolder decides groups that lie wholly in the program's folder of a group that by holds, as not illegal or unsure: never as
// illegal, which somebody has to see. Each is a decision of its own, with one event. What somebody else holds or has decided meanwhile, and what is to be looked
// at, is left out, and told. When it fails, some of them may be decided.
func (r *Review) DecideFolder(ctx context.Context, by Actor, id GroupID, some []GroupID, o Opinion) (FolderOutcome, error) {
	const op = "decide a folder"
	if !by.Role.Reviews() {
		return FolderOutcome{}, forbidden(op, by)
	}
	o, err := o.check(id, r.Categories())
	switch {
	case err != nil:
		return FolderOutcome{}, err
	case o.Verdict == Illegal:
		return FolderOutcome{}, E(Invalid, op, string(id), "a folder is never illegal as a whole: decide its groups by themselves", nil)
	case len(some) == 0 || len(some) > FolderGroups:
		return FolderOutcome{}, E(Invalid, op, string(id), "name 1 to 200 groups of the folder", nil)
	}
	if _, err := r.claimed(ctx, op, by, id); err != nil {
		return FolderOutcome{}, err
	}
	place, err := r.programFolder(ctx, op, id)
	if err != nil {
		return FolderOutcome{}, err
	}
	o.SameAs = Basis{Group: id, Folder: true}
	outcome := FolderOutcome{Left: make(map[LeftOut]int)}
	var mu sync.Mutex // guards outcome
	some = slices.Clone(some)
	slices.Sort(some)
	err = atMost(ctx, folderTogether, slices.Compact(some), func(ctx context.Context, _ int, g GroupID) error {
		why, err := r.decideWithin(ctx, by, place, g, o)
		mu.Lock()
		defer mu.Unlock()
		if err == nil && why == "" {
			outcome.Decided = append(outcome.Decided, g)
		} else if err == nil {
			outcome.Left[why]++
		}
		return err
	})
	slices.Sort(outcome.Decided)
	return outcome, err
}

// decideWithin decides one group of a folder, unless it is to be left out: nobody else gets it meanwhile.
func (r *Review) decideWithin(ctx context.Context, by Actor, place Place, id GroupID, o Opinion) (LeftOut, error) {
	now := r.Now().UTC()
	err := r.Queue.Claim(ctx, id, Claim{By: by.ID, Until: now.Add(ClaimLife)}, now)
	switch {
	case IsKind(err, Conflict):
		return LeftHeld, nil
	case IsKind(err, NotFound):
		return LeftGone, nil
	case err != nil:
		return "", err
	}
	var why []LeftOut
	g, media, err := r.read(ctx, id)
	if err == nil {
		why, err = r.leftOut(ctx, by, place, []Group{g}, [][]Medium{media})
	}
	if err == nil && why[0] == "" {
		o.By, o.At = by.ID, now
		if _, err = r.record(ctx, by, g, opening(g, media, Decision{Opinion: o})); err == nil {
			return "", nil
		}
	}
	if id != o.SameAs.Group { // that one stays with its reviewer
		err = errors.Join(err, r.Queue.Unclaim(context.WithoutCancel(ctx), id, by.ID)) // the others were stopped when one failed
	}
	if err != nil {
		return "", err
	}
	return why[0], nil
}
