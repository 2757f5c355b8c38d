package main

import (
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/tools/triagebench/drive"
	"vigie/triage"
	"vigie/triage/signals"
)

// group is a group of the queue, with what the simulation knows of it.
type group struct {
	triage.Group

	scene  *drive.Scene // a planted one, if any of its members shows one
	drives []int        // in which its open members lie, by their place in the world
	newest time.Time    // of its files
	first  int          // number of its first file, all exhibits one after the other
	lies   []lying      // in which cells
}

func (g *group) seeds(w *drive.World) []uint64 {
	seeds := make([]uint64, len(g.drives))
	for i, d := range g.drives {
		seeds[i] = w.Drives[d].Seed
	}
	return seeds
}

// spot is one file of a medium.
type spot struct {
	drive, number int
	modified      time.Time
	medium        *drive.Medium
}

// spots returns where each medium lies.
func (s *service) spots(w *drive.World) map[triage.MediumID][]spot {
	spots := make(map[triage.MediumID][]spot)
	digests := make(map[*drive.Medium]hashing.SHA256)
	number := 0
	for i, d := range w.Drives {
		for _, x := range d.Exhibits {
			for _, f := range x.Files {
				number++
				if _, met := digests[f.Medium]; !met {
					digests[f.Medium] = digestsOf(f.Medium).SHA256
				}
				id := s.names.Medium(digests[f.Medium])
				spots[id] = append(spots[id], spot{i, number, f.Modified, f.Medium})
			}
		}
	}
	return spots
}

// withTruth adds to a group what the simulation knows of its members.
func withTruth(g triage.Group, members []triage.Medium, spots map[triage.MediumID][]spot) (*group, error) {
	k := &group{Group: g}
	for i := range members {
		k.lie(&members[i])
		for _, at := range spots[members[i].ID] {
			if k.scene == nil || k.scene.Context == "" {
				k.scene = at.medium.Scene
			}
			if !slices.Contains(k.drives, at.drive) {
				k.drives = append(k.drives, at.drive)
			}
			if at.modified.After(k.newest) {
				k.newest = at.modified
			}
			if k.first == 0 || at.number < k.first {
				k.first = at.number
			}
		}
	}
	if k.scene == nil {
		return k, fmt.Errorf("group %s has no member of the simulation", g.ID)
	}
	return k, nil
}

func newestFirst(a, b *group) int {
	return cmp.Or(b.newest.Compare(a.newest), strings.Compare(string(a.ID), string(b.ID)))
}

func byFolder(a, b *group) int { return a.first - b.first }

// without returns weights under which a signal counts for nothing.
func without(weights *signals.Weights, name signals.Signal) *signals.Weights {
	less := *weights
	less.Points = maps.Clone(weights.Points)
	less.Points[name] = 0
	return &less
}

func sorted(queue []*group, by func(a, b *group) int) []*group {
	s := slices.Clone(queue)
	slices.SortStableFunc(s, by)
	return s
}

func shuffled(queue []*group, seed uint64) []*group {
	s := slices.Clone(queue)
	r := rand.New(rand.NewPCG(seed, 0)) //nolint:gosec // repeatable on purpose
	r.Shuffle(len(s), func(i, j int) { s[i], s[j] = s[j], s[i] })
	return s
}
