package signals

import (
	"testing"
	"time"
)

// TestEachSignal turns every signal on alone, and shows that nothing turns it on by itself.
func TestEachSignal(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	plain := func() Member {
		return Member{Width: 1200, Height: 900, Quality: 100, Places: []Place{{Class: "other", Submitted: now}}}
	}
	with := func(change func(*Member)) Group {
		m := plain()
		change(&m)
		return Group{Members: []Member{m}, Cases: 1}
	}
	on := map[Signal]Group{
		CameraOriginal: with(func(m *Member) { m.Make, m.Model = "Canon", "EOS" }),
		CameraSerial:   with(func(m *Member) { m.Serial = "123" }),
		NearKnown:      with(func(m *Member) { m.Places[0].NearKnown = true }),
		Recent:         with(func(m *Member) { m.Taken = now.AddDate(0, -1, 0) }),
		OtherCase:      {Members: []Member{plain()}, Cases: 2},
		PossibleMatch:  with(func(m *Member) { m.Possible = true }),
		CameraFolder:   with(func(m *Member) { m.Places[0].Class = "camera" }),
		Video:          with(func(m *Member) { m.Video = true }),
		LowQuality:     with(func(m *Member) { m.Quality = 20 }),
		ProgramFiles:   with(func(m *Member) { m.Places[0].Class = "program" }),
		BrowserCache:   with(func(m *Member) { m.Places[0].Class = "cache" }),
		Icon:           with(func(m *Member) { m.Width, m.Height = 64, 64 }),
	}
	if score, reasons := Rank(Group{Members: []Member{plain()}, Cases: 1}); score != 0 || len(reasons) != 0 {
		t.Errorf("a plain picture scores %d by %v", score, reasons)
	}
	for _, name := range Names() {
		g, ok := on[name]
		if !ok {
			t.Errorf("%s: no test turns it on", name)
			continue
		}
		_, reasons := Rank(g)
		if len(reasons) != 1 || reasons[0].Signal != name {
			t.Errorf("%s alone: got %v", name, reasons)
		}
	}
}

func TestOff(t *testing.T) {
	now := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		name string
		m    Member
		not  Signal
	}{
		{"an editor's file is no original", Member{Make: "Canon", Model: "EOS", Software: "Adobe Photoshop 25"}, CameraOriginal},
		{"make without model", Member{Make: "Canon"}, CameraOriginal},
		{"an old capture", Member{Taken: now.AddDate(-2, 0, 0), Places: []Place{{Submitted: now}}}, Recent},
		{"a clock far ahead", Member{Taken: now.AddDate(1, 0, 0), Places: []Place{{Submitted: now}}}, Recent},
		{"no capture time", Member{Places: []Place{{Submitted: now}}}, Recent},
		{"one side is large", Member{Width: 64, Height: 900}, Icon},
		{"size not known", Member{}, Icon},
		{"also elsewhere than in the cache", Member{Places: []Place{{Class: "cache"}, {Class: "other"}}}, BrowserCache},
		{"a video has no PDQ quality", Member{Video: true}, LowQuality},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, reasons := Rank(Group{Members: []Member{c.m}, Cases: 1})
			for _, r := range reasons {
				if r.Signal == c.not {
					t.Errorf("%s applies", c.not)
				}
			}
		})
	}
}

// TestThreshold holds the promise of its comment: a camera original is looked at, no other signal suffices.
func TestThreshold(t *testing.T) {
	for _, w := range weighted {
		if reaches := w.points >= Threshold; reaches != (w.name == CameraOriginal) {
			t.Errorf("%s has %d points, the threshold is %d", w.name, w.points, Threshold)
		}
	}
}

// TestDownWeightsNeedAll shows that one good member is not hidden by its copies.
func TestDownWeightsNeedAll(t *testing.T) {
	original := Member{Width: 4000, Height: 3000, Quality: 100, Make: "A", Model: "B", Places: []Place{{Class: "camera"}}}
	thumb := Member{Width: 100, Height: 75, Quality: 100, Places: []Place{{Class: "cache"}}}
	score, _ := Rank(Group{Members: []Member{original, thumb}, Cases: 1})
	alone, _ := Rank(Group{Members: []Member{original}, Cases: 1})
	if score < alone {
		t.Errorf("with its thumbnail in a cache the group scores %d, alone %d", score, alone)
	}
}
