package web

import (
	"bytes"
	"errors"
	"io"
	"mime/multipart"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/triage"
)

const (
	// maxList is the largest list taken by a form, in bytes: it is held in memory, for a form does not say how long
	// its file is and a list must never lie on a disk in clear. Larger ones go by vigie sets import.
	maxList = 64_000_000
	// maxUpload leaves room for the form around the list.
	maxUpload = maxList + 64<<10
	// maxField bounds a field of a form, in bytes.
	maxField = 4 << 10
)

// importForm is what the form of an import says.
type importForm struct {
	Source, Category string
	Kind             triage.SetKind
	Hash             string // of plain lists of 64 digits; "" when there are none
	Replace, Strict  bool
}

type setsBody struct {
	Sets     []triage.HashSet
	Form     importForm
	MaxBytes int64
	Problem  error
}

func (p *Pages) sets(c *fiber.Ctx) error { return p.setsPage(c, importForm{}, nil) }

func (p *Pages) setsPage(c *fiber.Ctx, form importForm, problem error) error {
	all, err := p.Sets.List(guard.Context(c), guard.Session(c).Actor)
	if err != nil {
		return err
	}
	if problem != nil {
		c.Status(wire.NewProblem(problem).Status)
	}
	return p.show(c, "sets", page{Path: "/sets", Body: setsBody{all, form, maxList, problem}}, "sets.title")
}

type setBody struct {
	Set     triage.HashSet
	Methods []count
	Report  *triage.ImportReport // of the import that was just done
	Said    []objectionRow       // of entries
	Form    objectionForm
	Problem error
}

func (p *Pages) set(c *fiber.Ctx) error { return p.setPage(c, objectionForm{}, nil) }

func (p *Pages) setPage(c *fiber.Ctx, form objectionForm, problem error) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	set, err := p.Sets.Show(guard.Context(c), guard.Session(c).Actor, id)
	if err != nil {
		return err
	}
	said, err := p.objections(c, id)
	if err != nil {
		return err
	}
	return p.showSet(c, setBody{Set: set, Said: said, Form: form, Problem: problem})
}

func (p *Pages) showSet(c *fiber.Ctx, body setBody) error {
	l := language(c)
	for _, m := range []triage.Method{triage.ByMD5, triage.BySHA1, triage.BySHA256, triage.ByPDQ, triage.ByPHash, triage.ByVPDQ} {
		if n := body.Set.ByMethod[m]; n > 0 {
			body.Methods = append(body.Methods, count{i18n.Method(l, m), n})
		}
	}
	if body.Problem != nil {
		c.Status(wire.NewProblem(body.Problem).Status)
	}
	pg := page{Path: "/sets/" + body.Set.ID.String(), Body: body}
	return p.show(c, "set", pg, "set.title", body.Set.Source, i18n.Number(l, body.Set.Version))
}

func setID(c *fiber.Ctx) (triage.SetID, error) {
	n, err := strconv.ParseUint(c.Params("id"), 10, 32)
	if err != nil {
		return 0, triage.E(triage.NotFound, "find set", "", "", nil)
	}
	return triage.SetID(n), nil
}

func (p *Pages) withdraw(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	_, err = p.Sets.Withdraw(guard.Context(c), guard.Session(c).Actor, id, field(c, "reason"))
	switch {
	case err == nil:
		return seeOther(c, "/sets/"+id.String())
	case correctable(err):
		return p.setPage(c, objectionForm{}, err)
	}
	return err
}

func (p *Pages) removeSet(c *fiber.Ctx) error {
	id, err := setID(c)
	if err != nil {
		return err
	}
	_, err = p.Sets.Remove(guard.Context(c), guard.Session(c).Actor, id)
	switch {
	case err == nil:
		return seeOther(c, "/sets")
	case correctable(err):
		return p.setPage(c, objectionForm{}, err)
	}
	return err
}

func (p *Pages) importSet(c *fiber.Ctx) error {
	form, list, err := readImport(c)
	var report triage.ImportReport
	if err == nil {
		o := triage.ImportOptions{
			Kind: form.Kind, Source: form.Source, Category: form.Category, Hash: triage.Method(form.Hash),
			Strict: form.Strict, Replace: form.Replace,
		}
		report, err = p.Sets.Import(guard.Context(c), guard.Session(c).Actor, o, bytes.NewReader(list), int64(len(list)))
	}
	switch {
	case err == nil:
		c.Status(fiber.StatusCreated)
		return p.showSet(c, setBody{Set: report.Set, Report: &report})
	case correctable(err) || triage.IsKind(err, triage.TooLarge):
		return p.setsPage(c, form, err)
	}
	return err
}

const opImport = "read import form"

// readImport reads the form of an import: its fields first, and its file, which comes last.
func readImport(c *fiber.Ctx) (form importForm, list []byte, err error) {
	parts, err := guard.Multipart(c)
	if err != nil {
		return form, nil, err
	}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return form, list, form.problem(list)
		}
		if err != nil {
			return form, nil, triage.E(triage.Invalid, opImport, "", "the form did not arrive whole: send it again", err)
		}
		if part.FormName() == "file" {
			list, err = readAtMost(part, maxList)
		} else {
			err = form.take(part)
		}
		if err != nil {
			return form, nil, err
		}
	}
}

func (f *importForm) take(part *multipart.Part) error {
	raw, err := readAtMost(part, maxField)
	if err != nil {
		return err
	}
	value := string(raw)
	switch part.FormName() {
	case "source":
		f.Source = value
	case "category":
		f.Category = value
	case "kind":
		f.Kind = triage.SetKind(value)
	case "hash":
		f.Hash = value
	case "replace":
		f.Replace = value != ""
	case "strict":
		f.Strict = value != ""
	}
	return nil
}

func (f *importForm) problem(list []byte) error {
	if _, err := triage.ParseSetKind(string(f.Kind)); err != nil {
		return err
	}
	switch triage.Method(f.Hash) {
	case "", triage.BySHA256, triage.ByPDQ:
	default:
		return triage.E(triage.Invalid, opImport, "", "64 digits are SHA-256 or PDQ: say which, it is not guessed", nil)
	}
	if len(list) == 0 {
		return triage.E(triage.Invalid, opImport, "", "choose the file that holds the list", nil)
	}
	return nil
}

func readAtMost(r io.Reader, n int64) ([]byte, error) {
	b, err := io.ReadAll(io.LimitReader(r, n+1))
	if err != nil {
		return nil, triage.E(triage.Invalid, opImport, "", "the form did not arrive whole: send it again", err)
	}
	if int64(len(b)) > n {
		return nil, triage.E(triage.TooLarge, opImport, "", "the list is too large for a form: use vigie sets import", nil)
	}
	return b, nil
}
