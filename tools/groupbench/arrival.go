package main

import (
	"context"
	"math/rand/v2"
	"slices"

	"vigie/triage"
)

// batch is how many media are grouped at once: a steward takes up to 500 of what has come.
const batch = 100

// births are those on record: as a store keeps them, in order.
type births []triage.Founder

// Founders implements triage.FounderStore.
func (b *births) Founders(_ context.Context, since triage.FounderPoint) (triage.FounderNews, error) {
	return triage.FounderNews{Born: slices.Clone((*b)[since.Births:]), At: triage.FounderPoint{Births: len(*b)}}, nil
}

// arrival is what became of media that arrived in one order.
type arrival struct {
	groups    []int // by medium: the number of its group
	proposals proposals
}

// proposals counts what media inherited that came after half of them had come and every group had been decided: right where
// the medium is of the picture that most of the group were of when it was decided. Missed are those of such a picture that
// inherited nothing.
type proposals struct{ right, wrong, missed int }

// arrive groups media in a random order, a batch at a time.
func arrive(ctx context.Context, media []medium, rng *rand.Rand) (arrival, error) {
	order, pictures := rng.Perm(len(media)), truth(media)
	a := arrival{groups: make([]int, len(media))}
	var born births
	founders, numbers := triage.NewFounderIndex(&born), make(map[triage.GroupID]int)
	var decided map[int]int // by group: the picture that it was decided as
	for at := 0; at < len(order); at += batch {
		some := order[at:min(at+batch, len(order))]
		ids, kept := make([]triage.MediumID, len(some)), make([]triage.ExaminationRecord, len(some))
		for i, m := range some {
			ids[i], kept[i] = media[m].id, triage.ExaminationRecord{Medium: media[m].id, Examination: media[m].found}
		}
		joins, err := founders.Assign(ctx, ids, kept)
		if err != nil {
			return a, err
		}
		for i, j := range joins {
			if j.Born != nil {
				born = append(born, *j.Born)
				numbers[j.Group] = len(numbers)
			}
			a.groups[some[i]] = numbers[j.Group]
			if decided != nil {
				a.proposals.count(media[some[i]].picture, decided, a.groups[some[i]])
			}
		}
		if decided == nil && at+batch >= len(order)/2 {
			decided = majorities(a.groups, pictures, order[:min(at+batch, len(order))])
		}
	}
	return a, nil
}

func (p *proposals) count(picture int, decided map[int]int, group int) {
	was, inherits := decided[group]
	switch {
	case inherits && was == picture:
		p.right++
	case inherits:
		p.wrong++
	default:
		for _, was := range decided {
			if was == picture {
				p.missed++
				break
			}
		}
	}
}

// majorities returns the value that most members of each class have.
func majorities(classes, values, members []int) map[int]int {
	counts := make(map[int]map[int]int)
	for _, m := range members {
		if counts[classes[m]] == nil {
			counts[classes[m]] = make(map[int]int)
		}
		counts[classes[m]][values[m]]++
	}
	most := make(map[int]int, len(counts))
	for class, votes := range counts {
		best := 0
		for value, n := range votes {
			if n > best || n == best && value < most[class] {
				best, most[class] = n, value
			}
		}
	}
	return most
}

// truth returns the picture of each medium.
func truth(media []medium) []int {
	pictures := make([]int, len(media))
	for i := range media {
		pictures[i] = media[i].picture
	}
	return pictures
}

// everything numbers media from 0.
func everything(n int) []int {
	all := make([]int, n)
	for i := range all {
		all[i] = i
	}
	return all
}
