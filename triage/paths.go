package triage

import (
	"cmp"
	"context"
	"maps"
	"slices"
	"time"
)

const (
	// MaxNamesShown bounds how many files' names one request shows.
	MaxNamesShown = 200
	// maxNameParts bounds how many manifest parts one request reads: at some 5 ms each, about a second.
	maxNameParts = 200
)

// NamedItem is one file of a group's media: what nobody but its examiner sees without a grant of names.
type NamedItem struct {
	Number   int // of its medium among the group's, from 1, as the facts count them
	Exhibit  Exhibit
	Path     string
	Modified time.Time
}

// NameList are files of a group's media, by exhibit and path.
type NameList struct {
	Items []NamedItem // at most MaxNamesShown
	Total int         // how many there are; where not All, at least
	All   bool        // all parts that list one were read
}

// Names returns the names and paths of a group's files under a live grant of them. That they were asked for is on record before
// they are returned.
func (r *Review) Names(ctx context.Context, by Session, grant string) (NameList, error) {
	const op = "show names"
	g, _, err := r.live(ctx, op, by, grant)
	if err != nil {
		return NameList{}, err
	}
	if g.Sight != SeeNames {
		return NameList{}, E(NotFound, op, grant, "this reveal shows no names", nil)
	}
	media, err := r.Queue.GroupMedia(ctx, g.Group)
	if err != nil {
		return NameList{}, err
	}
	list, err := r.named(ctx, media)
	if err != nil {
		return NameList{}, err
	}
	said := g.showing("names", len(list.Items))
	said["of"] = list.Total
	if err := r.Events.act(ctx, by.Actor, NamesServed, string(g.Group), said); err != nil {
		return NameList{}, err
	}
	return list, nil
}

// named reads the manifests for the files of some media.
func (r *Review) named(ctx context.Context, media []Medium) (NameList, error) {
	numbers, within := make(map[MediumID]int), make(map[ExhibitID][]MediumID)
	for i, m := range media {
		numbers[m.ID] = i + 1
		for _, p := range m.Places {
			within[p.Exhibit] = append(within[p.Exhibit], m.ID)
		}
	}
	list, read := NameList{All: true}, 0
	for _, id := range slices.Sorted(maps.Keys(within)) {
		x, err := r.Exhibits.Exhibit(ctx, id)
		if err != nil {
			return NameList{}, err
		}
		parts, err := r.Exhibits.PartsOf(ctx, id, within[id])
		if err != nil {
			return NameList{}, err
		}
		for _, part := range parts {
			if read++; read > maxNameParts {
				list.All = false
				break
			}
			if err := r.addNamed(ctx, &list, x, part, numbers); err != nil {
				return NameList{}, err
			}
		}
	}
	slices.SortFunc(list.Items, func(a, b NamedItem) int {
		return cmp.Or(cmp.Compare(a.Exhibit.Case, b.Exhibit.Case), cmp.Compare(a.Exhibit.Seal, b.Exhibit.Seal), cmp.Compare(a.Path, b.Path))
	})
	return list, nil
}

// addNamed adds the files of some media that one part of an exhibit lists. What was destroyed meanwhile has none.
func (r *Review) addNamed(ctx context.Context, list *NameList, x Exhibit, part PartID, numbers map[MediumID]int) error {
	items, err := partItems(ctx, r.Events.Manifests, x.ID, part)
	if err != nil {
		return err
	}
	for i := range items {
		it := &items[i]
		if it.Digests == nil {
			continue
		}
		number, ours := numbers[r.Events.Names.Medium(it.Digests.SHA256)]
		if !ours {
			continue
		}
		if list.Total++; len(list.Items) < MaxNamesShown {
			list.Items = append(list.Items, NamedItem{Number: number, Exhibit: x, Path: it.Path, Modified: it.Modified})
		}
	}
	return nil
}
