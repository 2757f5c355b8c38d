package web

import (
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

// tileBox is one of the boxes by which tiles are chosen.
type tileBox struct {
	Number, Row, Column int // from 1
	Chosen              bool
}

// TileBoxes are all boxes, line by line.
func (f groupForm) TileBoxes() []tileBox {
	boxes := make([]tileBox, triage.TileGrid*triage.TileGrid)
	for i := range boxes {
		boxes[i] = tileBox{i + 1, i/triage.TileGrid + 1, i%triage.TileGrid + 1, f.Tiles.Has(i + 1)}
	}
	return boxes
}

// Shown are the boxes of the tiles that a form chose.
func (f groupForm) Shown() (shown []tileBox) {
	for _, b := range f.TileBoxes() {
		if b.Chosen {
			shown = append(shown, b)
		}
	}
	return shown
}

func (p *Pages) askReveal(c *fiber.Ctx) error {
	form := groupForm{Step: triage.RevealStep(field(c, "step")), Reason: field(c, "reason")}
	step, err := triage.ParseRevealStep(string(form.Step))
	var grant triage.Grant
	if err == nil {
		grant, err = p.Review.Reveal(guard.Context(c), guard.Session(c), triage.GroupID(c.Params("id")), step, form.Reason)
	}
	return p.afterAsking(c, form, grant, err)
}

// askTiles asks for tiles of the picture whose number the form has.
func (p *Pages) askTiles(c *fiber.Ctx) error {
	form := groupForm{Sight: triage.SeeTiles, TilesStep: triage.RevealStep(field(c, "step")), TilesReason: field(c, "reason")}
	form.Picture, _ = strconv.Atoi(field(c, "picture")) // what is no number is no picture's either
	form.Media, _ = strconv.Atoi(field(c, "media"))
	var numbers []int
	for _, raw := range c.Context().PostArgs().PeekMulti("tile") {
		n, _ := strconv.Atoi(string(raw))
		numbers = append(numbers, n)
	}
	var grant triage.Grant
	tiles, err := triage.ParseTiles(numbers)
	if form.Tiles = tiles; err == nil {
		wish := triage.TilesWish{Picture: form.Picture, Media: form.Media, Tiles: tiles, Step: form.TilesStep, Reason: form.TilesReason}
		grant, err = p.Review.RevealTiles(guard.Context(c), guard.Session(c), triage.GroupID(c.Params("id")), wish)
	}
	return p.afterAsking(c, form, grant, err)
}

// askFrames asks for stills of a stretch of the video whose number the form has.
func (p *Pages) askFrames(c *fiber.Ctx) error {
	form := groupForm{Sight: triage.SeeFrames}
	wish := triage.FramesWish{Step: triage.RevealStep(field(c, "step")), To: -1}
	wish.Film, _ = strconv.Atoi(field(c, "picture")) // what is no number is no video's either
	wish.Media, _ = strconv.Atoi(field(c, "media"))
	from, ok := i18n.ParseFilmTime(field(c, "from"))
	wish.From = from
	if text := field(c, "to"); text != "" && ok {
		wish.To, ok = i18n.ParseFilmTime(text)
	}
	if !ok {
		return p.afterAsking(c, form, triage.Grant{}, triage.E(triage.Invalid, "reveal frames", "", "write a time as 1:02:03, 2:03 or 63.5", nil))
	}
	grant, err := p.Review.RevealFrames(guard.Context(c), guard.Session(c), triage.GroupID(c.Params("id")), wish)
	return p.afterAsking(c, form, grant, err)
}

func (p *Pages) askNames(c *fiber.Ctx) error {
	form := groupForm{Sight: triage.SeeNames, NamesReason: field(c, "reason")}
	grant, err := p.Review.RevealNames(guard.Context(c), guard.Session(c), triage.GroupID(c.Params("id")), form.NamesReason)
	return p.afterAsking(c, form, grant, err)
}

// afterAsking leads to what was granted, or back to the group with what went wrong.
func (p *Pages) afterAsking(c *fiber.Ctx, form groupForm, grant triage.Grant, err error) error {
	if err != nil {
		return p.afterGroup(c, form, err)
	}
	return seeOther(c, "/reveals/"+url.PathEscape(grant.ID))
}
