package main

import (
	"fmt"
	"strings"

	"vigie/tools/recallbench/edits"
)

// result compares groups with the truth.
type result struct {
	media, pictures, groups int
	purity, pureTogether    float64 // of all groups; of those of 2 and more media
	complete, completeAll   float64 // of copies within the radius of their picture, but for hard negatives'; of all
	precision, recall       float64 // of pairs of media that are in one group; of pairs of one picture
	same                    float64 // of pairs that are together in this order or in the first: those that are in both
	proposals               proposals
}

func (r result) String() string {
	return fmt.Sprintf("%d | %d | %d | %.4f | %.4f | %.3f | %.3f | %.4f | %.3f | %.3f | %d | %d | %d |", r.media, r.pictures, r.groups, r.purity,
		r.pureTogether, r.complete, r.completeAll, r.precision, r.recall, r.same, r.proposals.right, r.proposals.wrong, r.proposals.missed)
}

func measure(media []medium, a arrival, first []int) result {
	pictures, within := truth(media), truth(media)
	for i := range media {
		if !media[i].within || media[i].drawn {
			within[i] = -1
		}
	}
	r := result{media: len(media), proposals: a.proposals}
	r.purity, _ = coherence(a.groups, pictures, 1)
	r.pureTogether, _ = coherence(a.groups, pictures, 2)
	r.groups = len(sizes(a.groups))
	r.pictures = len(sizes(pictures))
	_, r.complete = coherence(within, a.groups, 2)
	_, r.completeAll = coherence(pictures, a.groups, 2)
	both := pairs(a.groups, pictures)
	r.precision, r.recall = share(both, pairs(a.groups, a.groups)), share(both, pairs(pictures, pictures))
	same := pairs(a.groups, first)
	r.same = share(same, pairs(a.groups, a.groups)+pairs(first, first)-same)
	return r
}

// coherence returns what share of media, and on average what share of each class of at least so many, is in that part of its
// class which is largest. Media of class -1 are left out.
func coherence(classes, parts []int, least int) (ofMedia, ofClasses float64) {
	n := sizes(classes)
	together := make(map[[2]int]int)
	for i, c := range classes {
		together[[2]int{c, parts[i]}]++
	}
	largest := make(map[int]int)
	for at, count := range together {
		largest[at[0]] = max(largest[at[0]], count)
	}
	media, in, counted, sum := 0, 0, 0, 0.0
	for c, size := range n {
		if c < 0 || size < least {
			continue
		}
		media, in = media+size, in+largest[c]
		counted, sum = counted+1, sum+float64(largest[c])/float64(size)
	}
	return share(in, media), sum / float64(max(counted, 1))
}

func sizes(classes []int) map[int]int {
	n := make(map[int]int)
	for _, c := range classes {
		n[c]++
	}
	return n
}

// pairs counts the pairs of media that are together in both of two divisions.
func pairs(a, b []int) (n int) {
	together := make(map[[2]int]int)
	for i := range a {
		n += together[[2]int{a[i], b[i]}]
		together[[2]int{a[i], b[i]}]++
	}
	return n
}

func share(n, of int) float64 {
	if of == 0 {
		return 1
	}
	return float64(n) / float64(of)
}

// editTable counts by edit how many media are in the group that holds most of their picture.
type editTable struct {
	all, in, within map[string]int
}

func newEditTable() *editTable {
	return &editTable{all: make(map[string]int), in: make(map[string]int), within: make(map[string]int)}
}

func (t *editTable) add(media []medium, groups []int) {
	pictures := truth(media)
	home, n := majorities(pictures, groups, everything(len(media))), sizes(pictures)
	for i, m := range media {
		if n[m.picture] < 2 {
			continue
		}
		t.all[m.edit]++
		if groups[i] == home[m.picture] {
			t.in[m.edit]++
		}
		if m.within {
			t.within[m.edit]++
		}
	}
}

func (t *editTable) print() {
	list, _ := edits.All()
	names := []string{onDrive}
	for _, e := range list {
		names = append(names, e.Name)
	}
	fmt.Println("| edit | copies | within the radius | in the group that holds most of its picture |")
	fmt.Println(strings.Repeat("|---", 4) + "|")
	for _, name := range names {
		if t.all[name] > 0 {
			fmt.Printf("| %s | %d | %.1f %% | %.1f %% |\n", name, t.all[name], 100*share(t.within[name], t.all[name]), 100*share(t.in[name], t.all[name]))
		}
	}
}

// showStrangers names the media that are in a group of another picture.
func showStrangers(media []medium, groups []int) {
	most := majorities(groups, truth(media), everything(len(media)))
	for i, m := range media {
		if was := most[groups[i]]; was != m.picture {
			fmt.Printf("%s of picture %d (%s) is in a group of picture %d\n", m.id, m.picture, m.edit, was)
		}
	}
}
