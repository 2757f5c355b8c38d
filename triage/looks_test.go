package triage

import (
	"context"
	"fmt"
	"slices"
	"testing"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// onRecord is a store of births that keeps them in order.
type onRecord []Founder

func (b *onRecord) Founders(_ context.Context, since FounderPoint) (FounderNews, error) {
	return FounderNews{Born: slices.Clone((*b)[since.Births:]), At: FounderPoint{Births: len(*b)}}, nil
}

// shown is a hash of a picture; each bit of away is one that differs.
func shown(picture byte, away int) pdq.Dihedrals {
	var d pdq.Dihedrals
	for t := range d {
		for i := range d[t] {
			d[t][i] = picture * byte(i*7+t*13+1) //nolint:gosec // any bytes will do
		}
		for bit := range away {
			d[t][bit/8] ^= 1 << (bit % 8)
		}
	}
	return d
}

func examined(whole pdq.Dihedrals, views ...hashing.View) hashing.Examination {
	for i := range views {
		views[i].Quality = 90
	}
	return hashing.Examination{Fingerprint: &hashing.Fingerprint{PDQ: whole, Quality: 90, Views: views}}
}

// TestGroupsOf says which media join which: the founder alone decides, by what it shows as a whole or without its borders; who
// comes may also show it on a screen. One line a medium: the group that it joins, by number.
func TestGroupsOf(t *testing.T) {
	trimmed := func(d pdq.Dihedrals) hashing.View { return hashing.View{Name: hashing.ViewTrimmed, PDQ: d} }
	screen := func(d pdq.Dihedrals) hashing.View { return hashing.View{Name: hashing.ViewScreen, PDQ: d} }
	tile := func(d pdq.Dihedrals) hashing.View { return hashing.View{Name: hashing.ViewTile, PDQ: d} }
	poor := examined(shown(1, 0))
	poor.Fingerprint.Quality = pdq.MinQuality - 1
	framed := shown(9, 0) // as a whole, with its border, it is like nothing else
	for _, c := range []struct {
		name  string
		media []hashing.Examination
		want  []int
	}{
		{"at the radius, and beyond", []hashing.Examination{examined(shown(1, 0)), examined(shown(1, 31)), examined(shown(1, 32))}, []int{0, 0, 2}},
		{"no chain through a member", []hashing.Examination{examined(shown(1, 0)), examined(shown(1, 30)), examined(shown(1, 60))}, []int{0, 0, 2}},
		{"the nearest founder", []hashing.Examination{examined(shown(1, 0)), examined(shown(1, 40)), examined(shown(1, 22))}, []int{0, 1, 1}},
		{"of two equally near, the first", []hashing.Examination{examined(shown(1, 0)), examined(shown(1, 40)), examined(shown(1, 20))}, []int{0, 1, 0}},
		{"too little detail", []hashing.Examination{poor, poor}, []int{0, 1}},
		{"in a border", []hashing.Examination{examined(shown(1, 0)), examined(framed, trimmed(shown(1, 20)))}, []int{0, 0}},
		{"in a border, further", []hashing.Examination{examined(shown(1, 0)), examined(framed, trimmed(shown(1, 21)))}, []int{0, 1}},
		{"the border came first", []hashing.Examination{examined(framed, trimmed(shown(1, 0))), examined(shown(1, 20)), examined(shown(1, 21))}, []int{0, 0, 2}},
		{"both in a border", []hashing.Examination{examined(framed, trimmed(shown(1, 0))), examined(shown(5, 0), trimmed(shown(1, 15)))}, []int{0, 0}},
		{"on a screen", []hashing.Examination{examined(shown(1, 0)), examined(framed, screen(shown(1, 31)))}, []int{0, 0}},
		{"a screen brings nothing together", []hashing.Examination{examined(framed, screen(shown(1, 0)), screen(shown(2, 0))), examined(shown(1, 0)), examined(shown(2, 0))}, []int{0, 1, 2}},
		{"a tile of a collage", []hashing.Examination{examined(shown(1, 0)), examined(framed, tile(shown(1, 0)))}, []int{0, 1}},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, together := range []bool{true, false} { // in one batch, or one after the other
				if got := grouped(t, c.media, together); !slices.Equal(got, c.want) {
					t.Errorf("together %t: groups %v, want %v", together, got, c.want)
				}
			}
		})
	}
}

func grouped(t *testing.T, media []hashing.Examination, together bool) (groups []int) {
	t.Helper()
	ids, kept := make([]MediumID, len(media)), make([]ExaminationRecord, len(media))
	for i := range media {
		ids[i], kept[i] = MediumID(fmt.Sprintf("%032x", i)), ExaminationRecord{Examination: media[i]}
	}
	var born onRecord
	index, n := NewFounderIndex(&born), 1
	if together {
		n = len(media)
	}
	for from := 0; from < len(media); from += n {
		joins, err := index.Assign(t.Context(), ids[from:from+n], kept[from:from+n])
		if err != nil {
			t.Fatal(err)
		}
		for _, j := range joins {
			if j.Born != nil {
				born = append(born, *j.Born)
			}
			groups = append(groups, slices.Index(ids, MediumID(j.Group)))
		}
	}
	return groups
}
