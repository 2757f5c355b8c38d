package web

import (
	"strings"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

type checkBody struct {
	Hashes, Long string // as they were written, when they must be corrected
	Problem      error
	Answers      []checkAnswer
}

type checkAnswer struct {
	Number int
	Kind   string // of the hash
	Answer triage.CheckAnswer
}

// Tone is the look of the notice; its words say the same.
func (a checkAnswer) Tone() string {
	switch a.Answer.Verdict {
	case triage.CheckKnown, triage.CheckNear:
		return "problem"
	case triage.CheckBenign:
		return "done"
	case triage.CheckSeen:
		return "warn"
	}
	return ""
}

func (p *Pages) checkPage(c *fiber.Ctx) error {
	return p.show(c, "check", page{Body: checkBody{}}, "check.title")
}

func (p *Pages) check(c *fiber.Ctx) error {
	body := checkBody{Hashes: field(c, "hashes"), Long: field(c, "long")}
	inputs, kinds, err := parseHashes(body.Hashes, body.Long)
	var answers []triage.CheckAnswer
	if err == nil {
		answers, err = p.Checks.Ask(guard.Context(c), guard.Session(c).Actor, inputs)
	}
	switch {
	case err == nil:
		body = checkBody{} // what was asked is not shown again
		for i, a := range answers {
			body.Answers = append(body.Answers, checkAnswer{i + 1, kinds[i], a})
		}
	case correctable(err):
		body.Problem = err
		c.Status(wire.NewProblem(err).Status)
	default:
		return err
	}
	return p.show(c, "check", page{Path: "/check", Body: body}, "check.title")
}

const opRead = "read hashes"

// parseHashes reads one hash a line. What a hash is follows from its length, except for 64 digits, where long says.
func parseHashes(text, long string) (inputs []triage.CheckInput, kinds []string, err error) {
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		if len(inputs) == triage.MaxChecks {
			return nil, nil, triage.E(triage.Invalid, opRead, "", "ask about 1 to 100 hashes at a time", nil)
		}
		in, kind, err := parseHash(line, long)
		if err != nil {
			return nil, nil, err
		}
		inputs, kinds = append(inputs, in), append(kinds, kind)
	}
	return inputs, kinds, nil
}

func parseHash(s, long string) (in triage.CheckInput, kind string, err error) {
	w, err := hashing.ParseWritten(s, hashing.Algorithm(long))
	switch err {
	case nil:
	case hashing.ErrAmbiguous:
		return in, "", triage.E(triage.Invalid, opRead, "", "64 digits are SHA-256 or PDQ: say which, it is not guessed", nil)
	case hashing.ErrLength:
		return in, "", triage.E(triage.Invalid, opRead, "", "a hash has 16, 32, 40 or 64 hexadecimal digits: give one a line, nothing else", nil)
	default:
		return in, "", triage.E(triage.Invalid, opRead, "", "a hash has digits 0 to 9 and a to f only", nil)
	}
	in.MD5, in.SHA1, in.SHA256, in.PHash = w.MD5, w.SHA1, w.SHA256, w.PHash
	if w.PDQ != nil {
		in.PDQ = []pdq.Hash{*w.PDQ}
	}
	return in, i18n.Method(i18n.EN, triage.Method(w.Algorithm)), nil
}
