package web

import (
	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

const (
	drivesShown = 10
	// drivesRefresh is how often a browser without scripts loads progress again, in seconds.
	drivesRefresh = 10
)

type count struct {
	Label string
	N     int
}

// drive is one exhibit and how far it has come.
type drive struct {
	Exhibit      triage.Exhibit
	Case         triage.CaseID // on its own page
	Progress     triage.Progress
	Done, Total  int // media with a finding, of all
	Items        int
	Dispositions []count
	Findings     []count
	Own          bool
	Signed       *triage.SignedBy // the manifest, where it is one's own; nil: nobody did
	Said         int              // the tenth of the way that was last announced to screen readers
	Announce     bool
	End          *ending // for administrators
}

func newDrive(l i18n.Lang, x triage.Exhibit, progress triage.Progress) drive {
	d := drive{Exhibit: x, Progress: progress}
	for _, disposition := range triage.Dispositions {
		n := progress.Items[disposition]
		d.Items += n
		d.Dispositions = append(d.Dispositions, count{i18n.Disposition(l, disposition), n})
	}
	for _, f := range triage.Findings {
		n := progress.Media[f]
		d.Done += n
		d.Findings = append(d.Findings, count{i18n.Finding(l, f), n})
	}
	d.Findings = append(d.Findings, count{i18n.Finding(l, triage.Pending), progress.Pending})
	d.Total = progress.Total()
	d.Said = d.tenth()
	return d
}

// tenth is 0 to 10, and 11 when all is settled.
func (d drive) tenth() int {
	switch {
	case d.Progress.Settled:
		return 11
	case d.Total == 0:
		return 0
	}
	return d.Done * 10 / d.Total
}

type drivesBody struct {
	Drives []drive
	Pager  pager
}

func (p *Pages) drives(c *fiber.Ctx) error {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	all, err := p.Submission.List(ctx, by)
	if err != nil {
		return err
	}
	body := drivesBody{Pager: newPager(c, "/drives", drivesShown)}
	pg := page{}
	for _, x := range stretch(&body.Pager, all) {
		progress, err := p.Submission.Progress(ctx, by, x.ID)
		if err != nil {
			return err
		}
		if !progress.Settled {
			pg.Live, pg.Refresh = true, drivesRefresh
		}
		body.Drives = append(body.Drives, newDrive(language(c), x, progress))
	}
	pg.Body = body
	return p.show(c, "drives", pg, "drives.title")
}

func (p *Pages) findDrive(c *fiber.Ctx) (drive, error) {
	ctx, by := guard.Context(c), guard.Session(c).Actor
	x, err := p.Submission.Find(ctx, by, triage.ExhibitID(c.Params("id")))
	if err != nil {
		return drive{}, err
	}
	progress, err := p.Submission.Progress(ctx, by, x.ID)
	d := newDrive(language(c), x, progress)
	d.Own, d.Case = x.Owner == by.ID, p.Submission.Names.Case(x.Case)
	return d, err
}

func (p *Pages) drive(c *fiber.Ctx) error {
	d, err := p.findDrive(c)
	if err != nil {
		return err
	}
	return p.showDrive(c, d, nil)
}

// signedBy tells the examiner of an exhibit who signed its manifest.
func (p *Pages) signedBy(c *fiber.Ctx, d *drive) error {
	by, err := p.Submission.SignedBy(guard.Context(c), guard.Session(c).Actor, d.Exhibit)
	switch {
	case triage.IsKind(err, triage.NotFound):
		return nil
	case err != nil:
		return err
	}
	d.Signed = &by
	return nil
}

// showDrive shows an exhibit; problem is what was wrong with a form about its end.
func (p *Pages) showDrive(c *fiber.Ctx, d drive, problem error) error {
	pg := page{Path: "/drives/" + string(d.Exhibit.ID)}
	if d.Own {
		if err := p.signedBy(c, &d); err != nil {
			return err
		}
	}
	if guard.Session(c).Actor.Role == triage.Admin {
		end, err := p.ending(c, d.Exhibit.ID, problem)
		if err != nil {
			return err
		}
		d.End = end
	}
	pg.Body = d
	if pg.Live = !d.Progress.Settled; pg.Live && d.End == nil { // a form is not to be loaded away
		pg.Refresh = drivesRefresh
	}
	return p.show(c, "drive", pg, "drive.title", d.Exhibit.Seal)
}

// driveProgress answers htmx with the part of a page that changes. Every tenth of the way is announced once.
func (p *Pages) driveProgress(c *fiber.Ctx) error {
	d, err := p.findDrive(c)
	if err != nil {
		return err
	}
	d.Announce = c.QueryInt("said", -1) != d.Said
	return p.render(c, "drive", "fragment", d)
}
