package api_test

import (
	"bytes"
	"encoding/json"
	"image"
	"image/jpeg"
	"net/http"
	"strings"
	"testing"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/triage"
)

// TestTilesAndNamesOverREST: under a grant of tiles nothing but these is shown, under one of names no picture, and to nobody else.
func TestTilesAndNamesOverREST(t *testing.T) {
	s := start(t, nil)
	ctx, token, other := t.Context(), s.token(triage.Reviewer), s.token(triage.Reviewer)
	c := client.New(s.url, token)
	shown := picture(t, 1)
	s.submit(s.as(triage.Examiner), "2026/1", "S-1", shown)
	g, err := c.Next(ctx)
	if err != nil {
		t.Fatal(err)
	}
	sheet, err := c.Group(ctx, g.ID)
	if err != nil {
		t.Fatal(err)
	}
	wish := triage.TilesWish{Picture: 1, Media: len(sheet.Media), Tiles: 1<<5 | 1<<10, Step: triage.StepFull, Reason: "to read the poster"}
	r, err := c.RevealTiles(ctx, g.ID, wish)
	if err != nil || r.Sight != "tiles" || r.Pictures != 1 || len(r.Tiles) != 2 || r.Tiles[0] != 6 || r.Tiles[1] != 11 || r.Step != "full" {
		t.Fatalf("%+v, %v", r, err)
	}
	at := "/v1/reveals/" + r.ID
	a := s.send("GET", at+"/pictures/0", "", token)
	tiles, err := jpeg.Decode(bytes.NewReader(a.body))
	if err != nil || tiles.Bounds().Size() != image.Pt(128, 128) || a.header.Get("Cache-Control") != "no-store" { // two by two tiles of 64 pixels
		t.Fatalf("%d %v, %v", a.status, a.header, err)
	}
	for _, p := range []image.Point{{96, 32}, {32, 80}, {70, 50}} { // of tiles 7 and 10
		if red, green, blue, _ := tiles.At(p.X, p.Y).RGBA(); max(red, green, blue)-min(red, green, blue) > 16<<8 {
			t.Errorf("at %v there is colour of a tile that was not granted", p)
		}
	}
	for what, refused := range map[string]answer{
		"another person": s.send("GET", at+"/pictures/0", "", other), "another picture": s.send("GET", at+"/pictures/1", "", token), "names": s.send("GET", at+"/names", "", token),
	} {
		if refused.status != http.StatusNotFound || bytes.HasPrefix(refused.body, []byte("\xff\xd8")) {
			t.Errorf("%s: %d", what, refused.status)
		}
	}
	wish.Media++
	if _, err := c.RevealTiles(ctx, g.ID, wish); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("of a group as it was: %v", err)
	}
	for body, status := range map[string]int{
		`{"sight":"tiles","step":"grey","picture":1,"media":1,"tiles":[17],"reason":"to read it"}`: 400, `{"sight":"tiles","step":"grey","picture":1,"media":1,"tiles":[1,2,3,4,5],"reason":"to read it"}`: 400,
		`{"sight":"tiles","step":"blurred","picture":1,"media":1,"tiles":[1],"reason":"to read it"}`: 403, `{"sight":"everything","step":"grey","reason":"to read it"}`: 400, `{"sight":"names"}`: 400,
	} {
		if a := s.send("POST", "/v1/groups/"+g.ID+"/reveals", body, token); a.status != status {
			t.Errorf("%s: %d %s", body, a.status, a.body)
		}
	}

	if r, err = c.RevealNames(ctx, g.ID, "to know where it came from"); err != nil || r.Sight != "names" || r.Pictures != 0 || r.Step != "" {
		t.Fatalf("%+v, %v", r, err)
	}
	at = "/v1/reveals/" + r.ID
	var names wire.Names
	a = s.send("GET", at+"/names", "", token)
	if err := json.Unmarshal(a.body, &names); err != nil || names.Total != 1 || !names.All || names.Names[0].Number != 1 || names.Names[0].Exhibit != "S-1" || names.Names[0].Path == "" {
		t.Errorf("%s, %v", a.body, err)
	}
	if a.header.Get("Cache-Control") != "no-store" {
		t.Errorf("%v", a.header)
	}
	for what, refused := range map[string]answer{"another person": s.send("GET", at+"/names", "", other), "a picture": s.send("GET", at+"/pictures/0", "", token)} {
		if refused.status != http.StatusNotFound || strings.Contains(string(refused.body), names.Names[0].Path) {
			t.Errorf("%s: %d %s", what, refused.status, refused.body)
		}
	}

	set := s.send("PUT", "/v1/me/limits", `{"highest":"grey","grey":true,"no_names":true}`, token)
	var own wire.OwnRules
	if err := json.Unmarshal(set.body, &own); err != nil || own.Rules.Highest != "grey" || !own.Rules.Grey || own.Rules.Names || !own.Role.Names || own.Until != nil {
		t.Errorf("%s, %v", set.body, err)
	}
	if a := s.send("GET", at+"/names", "", token); a.status != http.StatusNotFound {
		t.Errorf("names, against one's own limits: %d", a.status)
	}
	own = wire.OwnRules{}
	if err := json.Unmarshal(s.send("PUT", "/v1/me/limits", `{}`, token).body, &own); err != nil || own.Until == nil || own.Rules.Highest != "grey" || own.Limits.Highest != "" {
		t.Errorf("%+v, %v", own, err)
	}
	if a := s.send("PUT", "/v1/me/limits", `{"highest":"all"}`, token); a.status != http.StatusBadRequest {
		t.Errorf("a step there is not: %d", a.status)
	}
}
