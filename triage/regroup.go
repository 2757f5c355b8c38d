package triage

import (
	"context"
	"slices"

	"vigie/hashing/pdq"
)

// maxLeavers bounds a record of groups: as many take half a MiB.
const maxLeavers = 5000

// regroup compares the media of groups by the fingerprints that they have now, when no more are to be made again: whoever
// stands for a group gives it its new hash, and then the others leave that are too far from it, to be grouped as new media
// are. It reports whether all groups were compared; if not, the next call compares all of them.
func (r *Rehash) regroup(ctx context.Context) (bool, error) {
	if placed, err := r.placed(ctx); err != nil || !placed {
		return false, err
	}
	for _, compare := range []func(context.Context, []Founder) ([]Join, error){r.reborn, r.leavers} {
		births, err := r.Steward.Groups.Founders(ctx, FounderPoint{})
		if err != nil {
			return false, err
		}
		for some := range slices.Chunk(births.Born, stewardBatch) {
			if done, err := r.record(ctx, some, compare); err != nil || !done {
				return false, err
			}
		}
	}
	return true, nil
}

// placed reports whether all founders are in their places: none is on its way, of a case that is reopened, and none has left
// without an heir.
func (r *Rehash) placed(ctx context.Context) (bool, error) {
	if busy, err := r.Steward.Cases.Reopening(ctx); err != nil || busy {
		return false, err
	}
	orphans, err := r.Steward.Groups.Orphans(ctx, 1)
	return err == nil && len(orphans) == 0, err
}

// record puts on record what compare finds of some groups, and reports whether it could.
func (r *Rehash) record(ctx context.Context, some []Founder, compare func(context.Context, []Founder) ([]Join, error)) (bool, error) {
	for {
		if err := r.renew(ctx); err != nil {
			return false, err
		}
		if placed, err := r.placed(ctx); err != nil || !placed {
			return false, err
		}
		joins, err := compare(ctx, some)
		if err != nil || len(joins) == 0 {
			return err == nil, err
		}
		all := len(joins) <= maxLeavers
		kept, err := r.Steward.keepJoins(ctx, joins[:min(len(joins), maxLeavers)])
		if err != nil || kept && all {
			return kept, err
		}
	}
}

// reborn finds the groups among some whose founder, or who stands for it, has another hash than the one by which others
// join: each is born again with that.
func (r *Rehash) reborn(ctx context.Context, some []Founder) ([]Join, error) {
	groups := groupsOf(some)
	standing, err := r.Steward.Groups.Standing(ctx, groups)
	if err != nil {
		return nil, err
	}
	media, err := r.Steward.Media.Media(ctx, slices.DeleteFunc(slices.Clone(standing), func(id MediumID) bool { return id == "" }))
	if err != nil {
		return nil, err
	}
	for id, m := range media {
		if m.Attempt == 0 {
			delete(media, id) // its hash is the one that its group was born with
		}
	}
	kept, err := r.Steward.examinations(ctx, standing, media)
	if err != nil {
		return nil, err
	}
	var joins []Join
	for i, g := range groups {
		if kept[i].Medium == "" {
			continue
		}
		birth := newFounder(g, kept[i].Medium, kept[i].Examination)
		if !sameHash(birth.PDQ, some[i].PDQ) || !slices.Equal(birth.Trimmed, some[i].Trimmed) {
			joins = append(joins, Join{Medium: birth.Medium, Group: g, Born: birth})
		}
	}
	return joins, nil
}

// leavers finds the members of some groups that are too far from the founder. Where somebody decided, nobody leaves: those
// media were looked at together, and what was concluded of them stays with each.
func (r *Rehash) leavers(ctx context.Context, some []Founder) ([]Join, error) {
	groups := groupsOf(some)
	standing, err := r.Steward.Groups.Standing(ctx, groups)
	if err != nil {
		return nil, err
	}
	told, err := r.Events.Queue.GroupList(ctx, groups)
	if err != nil {
		return nil, err
	}
	members, err := r.Steward.Groups.GroupsMedia(ctx, groups)
	if err != nil {
		return nil, err
	}
	var joins []Join
	for i, g := range groups {
		again := slices.ContainsFunc(members[i], func(m Medium) bool { return m.Attempt > 0 })
		if len(members[i]) < 2 || !again || told[i].Decision != nil {
			continue
		}
		others := slices.DeleteFunc(members[i], func(m Medium) bool {
			return m.ID == standing[i] || GroupID(m.ID) == g // no other group could be named after it
		})
		far, err := r.far(ctx, others, &some[i])
		if err != nil {
			return nil, err
		}
		for _, m := range far {
			joins = append(joins, Join{Medium: m, Group: g, Left: true})
		}
	}
	return joins, nil
}

// far returns those of media that would not join a group of this founder.
func (r *Rehash) far(ctx context.Context, media []Medium, founder *Founder) ([]MediumID, error) {
	ids, known := make([]MediumID, len(media)), make(map[MediumID]Medium, len(media))
	for i, m := range media {
		ids[i], known[m.ID] = m.ID, m
	}
	kept, err := r.Steward.examinations(ctx, ids, known)
	if err != nil {
		return nil, err
	}
	var far []MediumID
	for i, id := range ids {
		if kept[i].Medium == "" {
			continue // destroyed since
		}
		if _, near := founder.distance(looks(kept[i].Examination)); !near {
			far = append(far, id)
		}
	}
	return far, nil
}

func groupsOf(births []Founder) []GroupID {
	groups := make([]GroupID, len(births))
	for i := range births {
		groups[i] = births[i].Group
	}
	return groups
}

func sameHash(a, b *pdq.Hash) bool {
	return a == b || a != nil && b != nil && *a == *b
}
