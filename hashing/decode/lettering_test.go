package decode

import (
	"slices"
	"testing"
)

// TestWrap: words are laid into lines, and are afterwards what they were: the mark is written again from them.
func TestWrap(t *testing.T) {
	for most, want := range map[int][]string{100: {"a7 day hour"}, 8: {"a7 day", "hour"}, 6: {"a7 day", "hour"}, 5: {"a7", "day", "hour"}, 1: {"a7", "day", "hour"}} {
		words := []string{"a7", "day", "hour"}
		if got := wrap(words, most); !slices.Equal(got, want) || !slices.Equal(words, []string{"a7", "day", "hour"}) {
			t.Errorf("%d letters: %q of %q", most, got, words)
		}
	}
}
