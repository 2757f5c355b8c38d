package triage

import (
	"strings"
	"testing"
)

// TestShared tells what media of two groups have in common.
func TestShared(t *testing.T) {
	numbers := func(own, before, after string) NumberKeys { return NumberKeys(own + before + after) }
	hours := func(own, before, after string) string {
		return strings.Repeat(own, 8) + strings.Repeat(before, 8) + strings.Repeat(after, 8)
	}
	in := func(x ExhibitID, folder FolderKey, n NumberKeys, c Clue) []Medium {
		return []Medium{{Places: []Place{{Exhibit: x, Folder: folder, Numbers: n}}, Clue: c}}
	}
	camera := Clue{Camera: "c1", Serial: true, Hours: hours("5", "4", "6")}
	later, other := camera, camera
	later.Hours, other.Camera = hours("8", "7", "9"), "c2"
	next := camera
	next.Hours = hours("6", "5", "7")
	model := Clue{Camera: "m1", Hours: hours("5", "4", "6")}
	for _, c := range []struct {
		what string
		a, b []Medium
		want Shared
	}{
		{"nothing", in("x1", "f1", "", Clue{}), in("x1", "f2", "", Clue{}), Shared{}},
		{"a folder", in("x1", "f1", "", Clue{}), in("x1", "f1", "", Clue{}), Shared{Folder: true}},
		{"a key of folders of two exhibits", in("x1", "f1", "", Clue{}), in("x2", "f1", "", Clue{}), Shared{}},
		{"neighbouring numbers", in("x1", "f1", numbers("aaaaaa", "bbbbbb", "cccccc"), Clue{}), in("x1", "f1", numbers("cccccc", "aaaaaa", "dddddd"), Clue{}), Shared{Folder: true, Shoot: true}},
		{"far numbers", in("x1", "f1", numbers("aaaaaa", "bbbbbb", "cccccc"), Clue{}), in("x1", "f1", numbers("dddddd", "cccccc", "eeeeee"), Clue{}), Shared{Folder: true}},
		{"a camera, the next hour", in("x1", "f1", "", camera), in("x2", "f2", "", next), Shared{Camera: true, Shoot: true}},
		{"a camera, hours later", in("x1", "f1", "", camera), in("x2", "f2", "", later), Shared{Camera: true}},
		{"two cameras at one hour", in("x1", "f1", "", camera), in("x1", "f2", "", other), Shared{}},
		{"a model in two exhibits", in("x1", "f1", "", model), in("x2", "f2", "", model), Shared{}},
		{"a model in one", in("x1", "f1", "", model), in("x1", "f2", "", model), Shared{Camera: true, Shoot: true}},
	} {
		if got := sharedBy(c.a, c.b); got != c.want {
			t.Errorf("%s: %+v, not %+v", c.what, got, c.want)
		}
		if got := sharedBy(c.b, c.a); got != c.want {
			t.Errorf("%s, the other way round: %+v, not %+v", c.what, got, c.want)
		}
	}
}
