package wire

import (
	"errors"
	"net/http"

	"vigie/triage"
)

// ProblemType is the media type of a Problem.
const ProblemType = "application/problem+json"

// Problem tells what went wrong and the way out (RFC 9457). Kind and Advance are its extension members.
type Problem struct {
	Type     string `json:"type"` // "urn:vigie:" and the kind
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`   // the way out, for a person
	Instance string `json:"instance,omitempty"` // identifier of the object
	Kind     string `json:"kind"`               // a triage.Kind
	// Advance is how far the service has come with catching up, while that is why it refuses.
	Advance *Advance `json:"advance,omitempty"`
}

// Advance is how far the service has come with catching up: so much of one step.
type Advance struct {
	Step    string `json:"step" enum:"waiting,events,examinations,groups,ranking"`
	Done    int    `json:"done"`
	Of      int    `json:"of"` // 0: nobody knows
	Percent int    `json:"percent"`
}

func newAdvance(a *triage.Advance) *Advance {
	if a == nil {
		return nil
	}
	return &Advance{string(a.Step), a.Done, a.Of, a.Percent()}
}

// kinds is the one table from error kind to status.
var kinds = map[triage.Kind]struct {
	status int
	title  string
}{
	triage.Invalid:     {http.StatusBadRequest, "The request is wrong"},
	triage.NotFound:    {http.StatusNotFound, "There is no such thing here"},
	triage.Exists:      {http.StatusConflict, "It is there already"},
	triage.Conflict:    {http.StatusConflict, "It is in another state"},
	triage.Forbidden:   {http.StatusForbidden, "Your role may not do this"},
	triage.Unsigned:    {http.StatusUnauthorized, "Nobody is signed in"},
	triage.Stale:       {http.StatusConflict, "The sets changed meanwhile"},
	triage.Corrupt:     {http.StatusUnprocessableEntity, "The bytes are not the declared ones"},
	triage.TooLarge:    {http.StatusRequestEntityTooLarge, "This is too large"},
	triage.Unavailable: {http.StatusServiceUnavailable, "The service cannot answer now"},
	triage.Full:        {http.StatusServiceUnavailable, "The service has no room for more"},
	triage.Unknown:     {http.StatusGatewayTimeout, "It is not known whether this took effect"},
	triage.Internal:    {http.StatusInternalServerError, "The service made a mistake"},
}

// internalHint is the way out of a mistake of ours, whose cause stays in the log.
const internalHint = "try again; if it happens again, tell the administrator when it happened"

// NewProblem returns what may be said of err. Causes stay inside.
func NewProblem(err error) Problem {
	kind := triage.KindOf(err)
	row, known := kinds[kind]
	if !known {
		kind, row = triage.Internal, kinds[triage.Internal]
	}
	p := Problem{Type: "urn:vigie:" + string(kind), Title: row.title, Status: row.status, Kind: string(kind)}
	if e, ok := errors.AsType[*triage.Error](err); ok {
		p.Detail, p.Instance = e.Hint, e.Object
	}
	p.Advance = newAdvance(triage.AdvanceOf(err))
	if p.Detail == "" && (kind == triage.Internal || kind == triage.Unknown) {
		p.Detail = internalHint
	}
	return p
}

// StatusProblem returns the problem of a status that HTTP itself calls for and no error kind has (405, 411, 429, …).
func StatusProblem(status int, detail string) Problem {
	kind := kindOfStatus(status)
	return Problem{
		Type: "urn:vigie:" + string(kind), Title: http.StatusText(status), Status: status, Detail: detail, Kind: string(kind),
	}
}

// Err returns the error that p tells of. op is what the caller attempted.
func (p Problem) Err(op string) *triage.Error {
	kind := triage.Kind(p.Kind)
	if _, known := kinds[kind]; !known {
		kind = kindOfStatus(p.Status)
	}
	hint := p.Detail
	if hint == "" {
		hint = p.Title
	}
	return triage.E(kind, op, p.Instance, hint, nil)
}

func kindOfStatus(status int) triage.Kind {
	switch status {
	case http.StatusUnauthorized:
		return triage.Unsigned
	case http.StatusForbidden:
		return triage.Forbidden
	case http.StatusNotFound:
		return triage.NotFound
	case http.StatusConflict:
		return triage.Conflict
	case http.StatusRequestEntityTooLarge, http.StatusRequestHeaderFieldsTooLarge:
		return triage.TooLarge
	case http.StatusUnprocessableEntity:
		return triage.Corrupt
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusRequestTimeout:
		return triage.Unavailable
	case http.StatusGatewayTimeout:
		return triage.Unknown
	}
	if status >= 500 {
		return triage.Internal
	}
	return triage.Invalid
}
