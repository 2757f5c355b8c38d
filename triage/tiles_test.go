package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing/decode"
	"vigie/triage"
)

// allowing are rules that leave nothing out but jumps.
var allowing = triage.RevealRules{Tiles: true, Names: true}

func TestTileNumbers(t *testing.T) {
	if triage.TileGrid != decode.TileGrid {
		t.Error("tiles are not those that are cut")
	}
	for _, numbers := range [][]int{{}, {1}, {16}, {1, 6, 16}, {4, 5, 13}} {
		tiles, err := triage.ParseTiles(numbers)
		if err != nil || !slices.Equal(tiles.Numbers(), numbers) || tiles.Count() != len(numbers) {
			t.Errorf("%v: %v, %v", numbers, tiles.Numbers(), err)
		}
	}
	for _, numbers := range [][]int{{0}, {17}, {-1}, {1, 70}} {
		if _, err := triage.ParseTiles(numbers); !triage.IsKind(err, triage.Invalid) {
			t.Errorf("%v: %v", numbers, err)
		}
	}
}

func TestTileSteps(t *testing.T) {
	const grey, colour, full = triage.StepGrey, triage.StepColour, triage.StepFull
	for _, c := range []struct {
		rules triage.RevealRules
		want  []triage.RevealStep
	}{
		{triage.RevealRules{}, nil}, {allowing, []triage.RevealStep{grey, colour, full}},
		{triage.RevealRules{Tiles: true, Highest: colour}, []triage.RevealStep{grey, colour}}, {triage.RevealRules{Tiles: true, Highest: grey}, []triage.RevealStep{grey}},
		{triage.RevealRules{Tiles: true, Highest: triage.StepBlurred}, nil}, {triage.RevealRules{Tiles: true, Highest: triage.StepFacts}, nil},
	} {
		if got := c.rules.TileSteps(); !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, not %v", c.rules, got, c.want)
		}
	}
}

// wish are tiles of the first of one picture.
func wish(step triage.RevealStep, reason string, tiles ...int) triage.TilesWish {
	t, err := triage.ParseTiles(tiles)
	if err != nil {
		panic(err)
	}
	return triage.TilesWish{Picture: 1, Media: 1, Tiles: t, Step: step, Reason: reason}
}

func TestRevealTiles(t *testing.T) {
	l, _ := newLadder(t)
	ctx := t.Context()
	ask := func(s triage.Session, w triage.TilesWish) (triage.Grant, error) {
		return l.review.RevealTiles(ctx, s, l.group, w)
	}
	const why = "to read the poster"
	_, err := ask(l.reviewer, wish(triage.StepGrey, why, 1))
	wantKind(t, "tiles that the rules do not grant", err, triage.Forbidden)
	l.review.Policy = triage.ForAll(triage.RevealRules{Tiles: true, Highest: triage.StepColour})
	for what, w := range map[string]triage.TilesWish{
		"no tile": wish(triage.StepGrey, why), "five tiles": wish(triage.StepGrey, why, 1, 2, 3, 4, 5), "no reason": wish(triage.StepGrey, " hm ", 1),
		"no picture": {Media: 1, Tiles: 1, Step: triage.StepGrey, Reason: why}, "a picture beyond the last": {Picture: 2, Media: 1, Tiles: 1, Step: triage.StepGrey, Reason: why},
	} {
		_, err := ask(l.reviewer, w)
		wantKind(t, what, err, triage.Invalid)
	}
	for what, step := range map[string]triage.RevealStep{"beyond the highest step": triage.StepFull, "blurred": triage.StepBlurred, "facts": triage.StepFacts, "no step": ""} {
		_, err := ask(l.reviewer, wish(step, why, 1))
		wantKind(t, what, err, triage.Forbidden)
	}
	_, err = ask(l.reviewer, triage.TilesWish{Picture: 1, Media: 2, Tiles: 1, Step: triage.StepGrey, Reason: why})
	wantKind(t, "of a group that has changed", err, triage.Conflict)
	_, err = ask(l.other, wish(triage.StepGrey, why, 1))
	wantKind(t, "claimed by another", err, triage.Conflict)

	granted := func(w triage.TilesWish) triage.Grant {
		t.Helper()
		g, err := ask(l.reviewer, w)
		if err != nil {
			t.Fatal(err)
		}
		return g
	}
	g := granted(wish(triage.StepColour, why, 1, 2, 5, 16))
	if g.Sight != triage.SeeTiles || len(g.Media) != 1 || !slices.Equal(g.Tiles.Numbers(), []int{1, 2, 5, 16}) || !slices.Equal(g.Numbers, []int{1}) || g.Of != 1 {
		t.Errorf("%+v", g)
	}
	granted(wish(triage.StepGrey, why, 1, 2, 3, 4))
	if reached, err := l.review.Reached(ctx, l.reviewer.Actor, l.group); err != nil || reached != triage.StepFacts {
		t.Errorf("tiles reached %s, %v", reached, err)
	}
	_, err = l.review.Reveal(ctx, l.reviewer, l.group, triage.StepGrey, why)
	wantKind(t, "the second step of the ladder after tiles", err, triage.Conflict)
	granted(wish(triage.StepGrey, why, 6, 7)) // eight with those before: 1 to 7 and 16
	_, err = ask(l.reviewer, wish(triage.StepGrey, why, 8))
	wantKind(t, "a ninth tile", err, triage.Conflict)
	granted(wish(triage.StepColour, why, 6, 7, 16)) // once more

	var said struct {
		Sight, Step, Reason string
		Picture             int
		Tiles               []int
	}
	events := l.recorded(triage.RevealGranted)
	if err := json.Unmarshal(events[0].Data, &said); err != nil || len(events) != 4 || said.Sight != "tiles" || said.Step != "colour" || said.Reason != why || said.Picture != 1 || !slices.Equal(said.Tiles, []int{1, 2, 5, 16}) {
		t.Errorf("%d events; %s, %v", len(events), events[0].Data, err)
	}
	if err := l.review.Return(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	if _, err := l.review.Claim(ctx, l.reviewer.Actor, l.group); err != nil {
		t.Fatal(err)
	}
	granted(wish(triage.StepGrey, why, 9, 10, 11, 12)) // in another claim
}

// TestTilesShowNothingElse: two pictures of which only the tiles that were granted are alike give the same bytes, but for the grant.
func TestTilesShowNothingElse(t *testing.T) {
	l, _ := newLadder(t)
	l.review.Policy = triage.ForAll(allowing)
	now := time.Now()
	l.review.Now = func() time.Time { return now }
	g, err := l.review.RevealTiles(t.Context(), l.reviewer, l.group, wish(triage.StepFull, "to read the poster", 6, 11))
	if err != nil {
		t.Fatal(err)
	}
	shown, err := l.review.Picture(t.Context(), l.reviewer, g.ID, 0)
	if err != nil {
		t.Fatal(err)
	}
	whole, err := jpeg.Decode(bytes.NewReader(l.picture.bytes))
	if err != nil {
		t.Fatal(err)
	}
	got, err := jpeg.Decode(bytes.NewReader(shown))
	if err != nil || got.Bounds().Size() != image.Pt(160, 120) { // two by two tiles of 80 × 60
		t.Fatalf("%v, %v", got.Bounds(), err)
	}
	for _, c := range []struct {
		x, y  int
		shown bool
	}{{30, 20, true}, {110, 20, false}, {30, 80, false}, {100, 66, true}} {
		is, was := got.At(c.x, c.y), whole.At(80+c.x, 60+c.y)
		if !c.shown {
			was = color.Gray{128}
		}
		const most = 40 // of 255: the mark, and what JPEG changes
		if d := distance(is, was); d > most {
			t.Errorf("at %d, %d: %v, not %v", c.x, c.y, is, was)
		}
	}
	if _, err := l.review.Picture(t.Context(), l.reviewer, g.ID, 1); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("another picture: %v", err)
	}
	if _, err := l.review.Names(t.Context(), l.reviewer, g.ID); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("names under a grant of tiles: %v", err)
	}
}

func distance(a, b color.Color) int {
	x, y := color.GrayModel.Convert(a).(color.Gray), color.GrayModel.Convert(b).(color.Gray)
	return max(int(x.Y)-int(y.Y), int(y.Y)-int(x.Y))
}

// TestNames: the names of all files of the group's media, in every exhibit, under a grant of their own and nothing else.
func TestNames(t *testing.T) {
	h := newHouse(t)
	h.run()
	p := newPicture(t, "DCIM/Camera/IMG_1.jpg", 4)
	again := p
	again.item.Path, again.item.Modified = "Downloads/été.jpg", time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)
	other := newPicture(t, "elsewhere/secret.jpg", 9)
	h.settle(h.mustSubmit("S-1", p, again, other))
	h.settle(h.mustSubmit("S-2", again))
	ctx := t.Context()
	groups, _, err := h.review.List(ctx, h.reviewer.Actor, 0, 10)
	if err != nil || len(groups) != 2 {
		t.Fatalf("%+v, %v", groups, err)
	}
	id := groups[0].ID
	if groups[1].Exhibits == 2 {
		id = groups[1].ID
	}
	if _, err := h.review.Claim(ctx, h.reviewer.Actor, id); err != nil {
		t.Fatal(err)
	}
	_, err = h.review.RevealNames(ctx, h.reviewer, id, "to know where it came from")
	wantKind(t, "names that the rules do not grant", err, triage.Forbidden)
	h.review.Policy = triage.ForAll(triage.RevealRules{Names: true, Highest: triage.StepFacts}) // whatever the pictures' rung
	_, err = h.review.RevealNames(ctx, h.reviewer, id, "  ")
	wantKind(t, "names without a reason", err, triage.Invalid)
	g, err := h.review.RevealNames(ctx, h.reviewer, id, "to know where it came from")
	if err != nil {
		t.Fatal(err)
	}
	list, err := h.review.Names(ctx, h.reviewer, g.ID)
	if err != nil || list.Total != 3 || !list.All {
		t.Fatalf("%+v, %v", list, err)
	}
	var got []string
	for _, it := range list.Items {
		got = append(got, fmt.Sprint(it.Number, " ", it.Exhibit.Seal, " ", it.Path, " ", it.Modified.Unix() > 0))
	}
	if want := []string{"1 S-1 DCIM/Camera/IMG_1.jpg false", "1 S-1 Downloads/été.jpg true", "1 S-2 Downloads/été.jpg true"}; !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	if _, err := h.review.Picture(ctx, h.reviewer, g.ID, 0); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a picture under a grant of names: %v", err)
	}
	if reached, err := h.review.Reached(ctx, h.reviewer.Actor, id); err != nil || reached != triage.StepFacts {
		t.Errorf("names reached %s, %v", reached, err)
	}
	for what, s := range map[string]triage.Session{"another session": {ID: "s9", Actor: h.reviewer.Actor}, "another person": {ID: "s1", Actor: triage.Actor{ID: "a7", Role: triage.Reviewer}}} {
		_, err = h.review.Names(ctx, s, g.ID)
		wantKind(t, what, err, triage.NotFound)
	}
	_, err = h.review.Names(ctx, triage.Session{ID: "s1", Actor: triage.Actor{ID: "a2", Role: triage.Admin}}, g.ID)
	wantKind(t, "another role", err, triage.Forbidden)
	for _, kind := range []triage.EventKind{triage.RevealGranted, triage.NamesServed} {
		events := h.recorded(kind)
		if len(events) != 1 || strings.Contains(string(events[0].Data), "DCIM") || strings.Contains(string(events[0].Data), "IMG") {
			t.Errorf("%s: %+v", kind, events)
		}
	}
	if err := h.review.Return(ctx, h.reviewer.Actor, id); err != nil {
		t.Fatal(err)
	}
	_, err = h.review.Names(ctx, h.reviewer, g.ID)
	wantKind(t, "of a group handed back", err, triage.NotFound)
}

// TestNamesAreBounded: of many files, some are shown, and all counted.
func TestNamesAreBounded(t *testing.T) {
	h := newHouse(t)
	h.run()
	h.review.Policy = triage.ForAll(allowing)
	p := newPicture(t, "a.jpg", 4)
	var source []picture
	for i := range triage.MaxNamesShown + 50 {
		copied := p
		copied.item.Path = fmt.Sprintf("copies/%03d.jpg", i)
		source = append(source, copied)
	}
	h.settle(h.mustSubmit("S-1", source...))
	g, err := h.review.Next(t.Context(), h.reviewer.Actor, triage.QueueFilter{})
	if err != nil {
		t.Fatal(err)
	}
	grant, err := h.review.RevealNames(t.Context(), h.reviewer, g.ID, "to know where it came from")
	if err != nil {
		t.Fatal(err)
	}
	if list, err := h.review.Names(t.Context(), h.reviewer, grant.ID); err != nil || len(list.Items) != triage.MaxNamesShown || list.Total != len(source) || !list.All {
		t.Errorf("%d of %d, %t, %v", len(list.Items), list.Total, list.All, err)
	}
}

// TestAClaimOfAnothersGroupIsNoEvent: who is refused a group has claimed none.
func TestAClaimOfAnothersGroupIsNoEvent(t *testing.T) {
	l, _ := newLadder(t)
	before := len(l.recorded(triage.GroupClaimed))
	_, err := l.review.Claim(t.Context(), l.other.Actor, l.group)
	wantKind(t, "a group of another", err, triage.Conflict)
	if on := len(l.recorded(triage.GroupClaimed)); on != before {
		t.Errorf("%d claims on record, not %d", on, before)
	}
}
