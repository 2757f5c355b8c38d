package decode_test

import (
	"image"
	"testing"

	"vigie/hashing/decode"
)

// A picture is refused for its ratio of pixels to bytes only where it is large enough to cost something, and the finding
// names the limit.
func TestRatio(t *testing.T) {
	const limit = 100 // pixels a byte; a blank PNG has some hundred
	for name, c := range map[string]struct {
		width, height int
		want          decode.Unreadable
	}{
		"harmless": {4000, 4000, ""}, // 16 million pixels
		"a bomb":   {4001, 4000, decode.RatioTooHigh},
	} {
		data := encode(t, "png", image.NewGray(image.Rect(0, 0, c.width, c.height)))
		got := decode.Examine(data, decode.Limits{MaxRatio: limit})
		if got.Unreadable != string(c.want) || (got.Limit == limit) != (c.want != "") {
			t.Errorf("%s, %d bytes: %q, limit %d", name, len(data), got.Unreadable, got.Limit)
		}
	}
	blank := encode(t, "jpeg", image.NewGray(image.Rect(0, 0, 4100, 4000))) // which the fast way would decode
	if got := decode.Examine(blank, decode.Limits{MaxRatio: 10}); got.Unreadable != string(decode.RatioTooHigh) {
		t.Errorf("a blank JPEG of %d bytes: %+v", len(blank), got)
	}
	if got := decode.Examine(blank, decode.Limits{}); got.Unreadable != "" {
		t.Errorf("a blank JPEG within the limits: %+v", got)
	}
}

// Frames beyond the limit are left out, and the finding says so.
func TestMaxFrames(t *testing.T) {
	data := read(t, "testdata/frames.gif")
	all := decode.Examine(data, decode.Limits{})
	some := decode.Examine(data, decode.Limits{MaxFrames: 1})
	if len(all.Frames) < 2 || all.Note != "" {
		t.Fatalf("the test's animation is no good: %d frames, %q", len(all.Frames), all.Note)
	}
	if len(some.Frames) > 1 || some.Note != decode.NoteFramesLeftOut {
		t.Errorf("%d frames, %q", len(some.Frames), some.Note)
	}
}

// Each limit is told with the reason that names it.
func TestLimitOf(t *testing.T) {
	l := decode.Limits{MaxPixels: 1, MaxBytes: 2, MaxRatio: 3}
	for u, want := range map[decode.Unreadable]int64{
		decode.TooManyPixels: 1, decode.TooManyBytes: 2, decode.RatioTooHigh: 3, decode.Truncated: 0,
	} {
		if got := l.Of(u); got != want {
			t.Errorf("%s names %d", u, got)
		}
	}
}
