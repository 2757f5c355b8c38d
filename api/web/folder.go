package web

import (
	"net/url"
	"slices"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/wire"
	"vigie/triage"
)

// folderRow is what is told of a group of a folder.
type folderRow struct {
	Group   triage.GroupID
	Short   string
	Score   int
	Media   int
	Bytes   int64 // of all
	Formats []string
	Widths  [2]int // of pictures, the least and the most; 0: none
	Heights [2]int
}

type leftRow struct {
	Why triage.LeftOut
	N   int
}

type folderBody struct {
	Group   triage.GroupID
	Short   string
	Claim   claimState
	View    triage.FolderView
	Rows    []folderRow
	Left    []leftRow
	Decided int // how many the reader decided a moment ago
	Passed  []leftRow
	Note    string
	Verdict triage.Verdict
	Problem error
}

// GroupID is whose claim the page renews.
func (b folderBody) GroupID() triage.GroupID { return b.Group }

// RenewEvery tells the page, in seconds.
func (folderBody) RenewEvery() int { return int(renewEvery.Seconds()) }

// Verdicts are what a folder may be.
func (folderBody) Verdicts() []triage.Verdict {
	return []triage.Verdict{triage.NotIllegal, triage.Unsure}
}

func newFolderRow(g triage.FolderGroup) folderRow {
	row := folderRow{Group: g.Group.ID, Short: short(g.Group.ID), Score: g.Group.Score, Media: len(g.Media)}
	span := func(s *[2]int, n int) {
		if n > 0 && (s[0] == 0 || n < s[0]) {
			s[0] = n
		}
		s[1] = max(s[1], n)
	}
	for i := range g.Media {
		m := &g.Media[i]
		row.Bytes += m.Size
		span(&row.Widths, m.Facts.Width)
		span(&row.Heights, m.Facts.Height)
		if f := m.Facts.Format; f != "" && !slices.Contains(row.Formats, f) {
			row.Formats = append(row.Formats, f)
		}
	}
	return row
}

// leftReasons are in the order in which they are told.
var leftReasons = []triage.LeftOut{triage.LeftRanked, triage.LeftNear, triage.LeftHeld, triage.LeftDecided, triage.LeftGone}

func leftRows(of func(why triage.LeftOut) int) (rows []leftRow) {
	for _, why := range leftReasons {
		if n := of(why); n > 0 {
			rows = append(rows, leftRow{why, n})
		}
	}
	return rows
}

func (p *Pages) folder(c *fiber.Ctx) error { return p.folderPage(c, triage.Opinion{}, nil) }

func (p *Pages) folderPage(c *fiber.Ctx, form triage.Opinion, problem error) error {
	ctx, by, id := guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id"))
	view, err := p.Review.Folder(ctx, by, id)
	if err != nil {
		return err
	}
	sheet, err := p.Review.Sheet(ctx, by, id)
	if err != nil {
		return err
	}
	body := folderBody{Group: id, Short: short(id), Claim: p.claimOf(c, sheet.Group), View: view, Note: form.Note, Verdict: form.Verdict, Problem: problem}
	for _, g := range view.Groups {
		body.Rows = append(body.Rows, newFolderRow(g))
	}
	told := func(name string) int {
		n, _ := strconv.Atoi(c.Query(name)) // what is no number is nothing
		return n
	}
	body.Left = leftRows(func(why triage.LeftOut) int { return view.Left[why] })
	body.Decided, body.Passed = told("done"), leftRows(func(why triage.LeftOut) int { return told(string(why)) })
	if problem != nil {
		c.Status(wire.NewProblem(problem).Status)
	}
	return p.show(c, "folder", page{Path: "/groups/" + url.PathEscape(string(id)) + "/folder", Body: body}, "folder.title")
}

// decideFolder decides the groups that the page listed, and says what became of them.
func (p *Pages) decideFolder(c *fiber.Ctx) error {
	var some []triage.GroupID
	for _, g := range c.Context().PostArgs().PeekMulti("group") {
		some = append(some, triage.GroupID(g))
	}
	o := triage.Opinion{Verdict: triage.Verdict(field(c, "verdict")), Note: field(c, "note")}
	outcome, err := p.Review.DecideFolder(guard.Context(c), guard.Session(c).Actor, triage.GroupID(c.Params("id")), some, o)
	if correctable(err) {
		return p.folderPage(c, o, err)
	}
	if err != nil {
		return err
	}
	told := url.Values{"done": {strconv.Itoa(len(outcome.Decided))}}
	for why, n := range outcome.Left {
		told.Set(string(why), strconv.Itoa(n))
	}
	return seeOther(c, "/groups/"+url.PathEscape(c.Params("id"))+"/folder?"+told.Encode())
}
