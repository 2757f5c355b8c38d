package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"vigie/tools/triagebench/drive"
)

// TestWorlds: what is found in several worlds is counted by what is planted in each.
func TestWorlds(t *testing.T) {
	of := func(seed uint64, lines ...string) *report {
		queue, planted := queueOf(lines...)
		d := &drive.Drive{Seed: seed}
		for s := range planted {
			d.Planted = append(d.Planted, s)
		}
		return newReport(measured{before: queue, worked: queue}, &drive.World{Drives: []*drive.Drive{d}}, 0)
	}
	first := slices.Concat([]string{"+ a", "+ a", "+ a"}, slices.Repeat([]string{"- a"}, 17)) // all three within the first fifth
	second := slices.Concat(slices.Repeat([]string{"- a"}, 19), []string{"+ a"})              // the only one at the end
	ws := worlds{of(1, first...), of(2, second...)}
	if got := ws.found(.20); math.Abs(got-.75) > 1e-9 {
		t.Errorf("found %v", got)
	}
	rows := ws.rows()
	all := rows[len(rows)-1]
	if last := all.found[len(openedShares)-1]; len(rows) != 3 || all.planted != 4 || math.Abs(last-.75) > 1e-9 || rows[1].name != "2 to 2" {
		t.Errorf("%+v", rows)
	}
	var one, two strings.Builder
	ws[:1].write(&one)
	if ws.write(&two); one.Len() > 0 || strings.Count(two.String(), "\n| ") != 4 {
		t.Errorf("%q, %q", one.String(), two.String())
	}
}
