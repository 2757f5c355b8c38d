package main

import (
	"context"
	"iter"
	"slices"
	"strings"
	"testing"

	"vigie/store/evidence"
	"vigie/triage"
)

// sizes is a source of items of so many bytes each.
type sizes []int64

func (t sizes) Resume(context.Context, int, evidence.Earlier) iter.Seq2[evidence.Found, error] {
	return func(yield func(evidence.Found, error) bool) {
		for _, size := range t {
			it := triage.Item{Path: "a", Size: size, Disposition: triage.NotMedia}
			if size < 0 { // one with a long name
				it.Path, it.Size = strings.Repeat("a", 1<<20), 0
			}
			if !yield(evidence.Found{Item: it}, nil) {
				return
			}
		}
	}
}
func (sizes) Count(context.Context, func(files, bytes int64)) error { return nil }
func (sizes) Digested() int64                                       { return 0 }
func (sizes) Held() (members, bytes int64)                          { return 0, 0 }
func (sizes) Taken() (items, bytes int64)                           { return 0, 0 }

// TestParts: what a part has at most. Items come one by one, before their part.
func TestParts(t *testing.T) {
	const whole = maxPartContent
	for name, tt := range map[string]struct {
		source sizes
		want   []int // items of each part
	}{
		"nothing":                  {nil, nil},
		"a thousand items":         {make(sizes, 2*triage.MaxPartItems+1), []int{1000, 1000, 1}},
		"as many bytes as fit":     {sizes{whole / 2, whole / 2, 1, whole - 1, 1}, []int{2, 2, 1}},
		"one that is larger":       {sizes{1, whole + 1, 1, 2}, []int{1, 1, 2}},
		"a first that is larger":   {sizes{whole + 1, 0, whole, whole}, []int{1, 2, 1}},
		"names that fill the part": {sizes{-1, -1, -1}, []int{1, 1, 1}},
	} {
		t.Run(name, func(t *testing.T) {
			r := newReading(tt.source, 1)
			var got []int
			items, atLast := 0, -1
			err := r.parts(t.Context(), evidence.Earlier{}, taker{
				item: func(*evidence.Found) error { items++; return nil },
				last: func() { atLast = len(got) },
				part: func(found []evidence.Found) error { got = append(got, len(found)); return nil },
			})
			if err != nil || !slices.Equal(got, tt.want) || items != len(tt.source) || atLast != max(0, len(tt.want)-1) {
				t.Errorf("%v of %d items, the last behind %d: %v", got, items, atLast, err)
			}
		})
	}
}
