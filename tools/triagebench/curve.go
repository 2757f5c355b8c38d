package main

import (
	"fmt"
	"math"
	"slices"

	"vigie/tools/triagebench/drive"
)

// curve tells of each planted scene how many groups are opened until it is met.
type curve struct {
	groups int
	at     []int // opened, in order
	missed int   // planted scenes that are in no group of the queue
}

// newCurve walks a queue. in says which groups count; of scenes, those that are given.
func newCurve(queue []*group, planted map[*drive.Scene]bool, in func(*group) bool) curve {
	var c curve
	met := make(map[*drive.Scene]bool)
	for _, g := range queue {
		if !in(g) {
			continue
		}
		c.groups++
		if planted[g.scene] && !met[g.scene] {
			met[g.scene] = true
			c.at = append(c.at, c.groups)
		}
	}
	c.missed = len(planted) - len(met)
	return c
}

func everywhere(*group) bool { return true }

func onDrive(i int) func(*group) bool {
	return func(g *group) bool { return slices.Contains(g.drives, i) }
}

// found returns the share of planted scenes that are met when a share of the groups is opened (rounded up).
func (c *curve) found(opened float64) float64 {
	if len(c.at)+c.missed == 0 {
		return math.NaN()
	}
	first := int(math.Ceil(opened * float64(c.groups)))
	n, _ := slices.BinarySearch(c.at, first+1)
	return float64(n) / float64(len(c.at)+c.missed)
}

// needed says which share of the groups is opened when a share of the planted scenes is met.
func (c *curve) needed(found float64) string {
	n := int(math.Ceil(found * float64(len(c.at)+c.missed)))
	if n > len(c.at) || n == 0 {
		return "more than 100 %"
	}
	return fmt.Sprintf("%.1f %%", 100*float64(c.at[n-1])/float64(c.groups))
}

// mean is the curve of many orders together.
func mean(curves []curve, opened float64) float64 {
	sum := 0.0
	for i := range curves {
		sum += curves[i].found(opened)
	}
	return sum / float64(len(curves))
}
