package client

import (
	"context"
	"encoding/json"
	"maps"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"vigie/api/wire"
	"vigie/hashing"
	"vigie/triage"
)

// Ready fails unless the service and its stores answer.
func (c *Client) Ready(ctx context.Context) error {
	return c.get(ctx, "ask whether the service is ready", "/readyz", nil, nil)
}

// Me returns who the token's account is.
func (c *Client) Me(ctx context.Context) (me wire.Me, err error) {
	err = c.get(ctx, "ask who I am", "/v1/me", nil, &me)
	return me, err
}

// NewLink makes a one-use sign-in link for the token's own account.
func (c *Client) NewLink(ctx context.Context) (l wire.Link, err error) {
	err = c.do(ctx, call{op: "make a sign-in link", method: http.MethodPost, path: "/v1/links", repeatable: true}, &l)
	return l, err
}

// Open opens the exhibit of a seal under a case, seized on a day ("2006-01-02"; empty: not told), or returns the one opened
// before.
func (c *Client) Open(ctx context.Context, caseNumber, seal, seized string) (x wire.Exhibit, err error) {
	k := call{op: "open exhibit", method: http.MethodPost, path: "/v1/exhibits", repeatable: true}
	err = c.send(ctx, k, wire.OpenExhibit{Case: caseNumber, Exhibit: seal, Seized: seized}, &x)
	return x, err
}

// Exhibits returns the exhibits that the account may see, the newest first.
func (c *Client) Exhibits(ctx context.Context) ([]wire.Exhibit, error) {
	var list wire.Exhibits
	err := c.get(ctx, "list exhibits", "/v1/exhibits", nil, &list)
	return list.Exhibits, err
}

// FindExhibit returns the account's exhibit of a seal under a case; NotFound when there is none.
func (c *Client) FindExhibit(ctx context.Context, caseNumber, seal string) (wire.Exhibit, error) {
	list, err := c.Exhibits(ctx)
	if err != nil {
		return wire.Exhibit{}, err
	}
	for _, x := range list {
		if x.Case == caseNumber && x.Exhibit == seal {
			return x, nil
		}
	}
	k, err := c.FindCase(ctx, caseNumber)
	if err == nil && k.State != string(triage.CaseOpen) {
		return wire.Exhibit{}, triage.E(triage.Conflict, "find exhibit", k.ID, triage.ClosedHint, triage.ErrClosed)
	}
	return wire.Exhibit{}, triage.E(triage.NotFound, "find exhibit", "", "no such case and exhibit among yours", nil)
}

// Exhibit returns an exhibit and how far it has come.
func (c *Client) Exhibit(ctx context.Context, exhibit string) (x wire.ExhibitProgress, err error) {
	err = c.get(ctx, "find exhibit", "/v1/exhibits/"+id(exhibit), nil, &x)
	return x, err
}

// PutPart sends one manifest part, as triage.EncodePart made it, and returns the media that the service wants. place is the part's in
// the submission, from 1 on.
func (c *Client) PutPart(ctx context.Context, exhibit string, place int, part triage.PartID, body []byte) ([]hashing.SHA256, error) {
	var answer wire.PartAnswer
	err := c.do(ctx, call{
		op: "send manifest part", method: http.MethodPut, path: "/v1/exhibits/" + id(exhibit) + "/parts/" + id(string(part)),
		query: url.Values{"place": {strconv.Itoa(place)}},
		body:  fromBytes(body), size: int64(len(body)), media: "application/json", repeatable: true,
	}, &answer)
	return answer.Wanted, err
}

// Part returns a manifest part of one's own exhibit, as it was sent. Whoever decodes it checks its name.
func (c *Client) Part(ctx context.Context, exhibit string, part triage.PartID) ([]byte, error) {
	var body json.RawMessage
	err := c.get(ctx, "read manifest part", "/v1/exhibits/"+id(exhibit)+"/parts/"+id(string(part)), nil, &body)
	return body, err
}

// CompleteParts returns the parts with which the submission under way began, as long as nothing of them is wanted any more.
func (c *Client) CompleteParts(ctx context.Context, exhibit string) ([]triage.PartID, error) {
	var all []triage.PartID
	for {
		var answer wire.CompleteParts
		query := url.Values{"offset": {strconv.Itoa(len(all))}}
		if err := c.get(ctx, "find complete parts", "/v1/exhibits/"+id(exhibit)+"/parts", query, &answer); err != nil {
			return nil, err
		}
		for _, p := range answer.Parts {
			all = append(all, triage.PartID(p))
		}
		if !answer.More || len(answer.Parts) == 0 {
			return all, nil
		}
	}
}

// Upload sends the size bytes of one wanted medium. They are opened again each time they have to be sent again.
func (c *Client) Upload(ctx context.Context, want hashing.SHA256, open Source, size int64) error {
	return c.do(ctx, call{
		op: "upload medium", method: http.MethodPut, path: "/v1/media/" + want.String(),
		body: open, size: size, media: "application/octet-stream", repeatable: true, unbounded: true,
	}, nil)
}

// UploadBatch sends small media, within triage's limits. Of each it returns nil, or why it was not taken: Corrupt, NotFound or
// Conflict.
func (c *Client) UploadBatch(ctx context.Context, media []triage.SmallMedium) ([]error, error) {
	const op = "upload media"
	var batch []byte
	for _, m := range media {
		batch = wire.AppendFrame(batch, m.Want, m.Content)
	}
	var answer wire.BatchAnswer
	err := c.do(ctx, call{
		op: op, method: http.MethodPost, path: "/v1/media",
		body: fromBytes(batch), size: int64(len(batch)), media: "application/octet-stream", repeatable: true, unbounded: true,
	}, &answer)
	if err == nil && len(answer.Media) != len(media) {
		err = triage.E(triage.Internal, op, "", "the service did not answer about each medium: update this program", nil)
	}
	if err != nil {
		return nil, err
	}
	refused := make([]error, len(media))
	for i, m := range answer.Media {
		if m.Problem != nil {
			refused[i] = m.Problem.Err(op)
		}
	}
	return refused, nil
}

// Seal declares that parts, in order, are the whole exhibit.
func (c *Client) Seal(ctx context.Context, exhibit string, parts []triage.PartID) (s wire.Sealed, err error) {
	question := wire.SealExhibit{Parts: make([]string, len(parts))}
	for i, p := range parts {
		question.Parts[i] = string(p)
	}
	k := call{op: "seal exhibit", method: http.MethodPost, path: "/v1/exhibits/" + id(exhibit) + "/seal", repeatable: true, unbounded: true}
	err = c.send(ctx, k, question, &s)
	return s, err
}

// Sign keeps an examiner's signature of a version of a manifest, and returns the one that is kept: the first stays.
func (c *Client) Sign(ctx context.Context, exhibit string, version int, sig triage.Signature) (triage.Signature, error) {
	var kept wire.Signature
	k := call{op: "sign manifest", method: http.MethodPut, path: "/v1/exhibits/" + id(exhibit) + "/manifest/signature", repeatable: true}
	err := c.send(ctx, k, wire.SignManifest{Version: version, Statement: sig.Statement, Key: sig.Key}, &kept)
	return triage.Signature{Statement: kept.Statement, Key: kept.Key}, err
}

// Manifest returns the manifest of one's own sealed exhibit.
func (c *Client) Manifest(ctx context.Context, exhibit string) (m wire.Manifest, err error) {
	err = c.get(ctx, "read manifest", "/v1/exhibits/"+id(exhibit)+"/manifest", nil, &m)
	return m, err
}

// Check asks about up to triage.MaxChecks files by their hashes.
func (c *Client) Check(ctx context.Context, inputs []wire.CheckInput) ([]wire.CheckAnswer, error) {
	var answer wire.CheckResponse
	k := call{op: "check", method: http.MethodPost, path: "/v1/checks", repeatable: true}
	err := c.send(ctx, k, wire.CheckRequest{Inputs: inputs}, &answer)
	if err == nil && len(answer.Answers) != len(inputs) {
		err = triage.E(triage.Internal, "check", "", "the service did not answer about each hash: update this program", nil)
	}
	return answer.Answers, err
}

// Sets returns all sets, the newest first.
func (c *Client) Sets(ctx context.Context) ([]wire.Set, error) {
	var list wire.Sets
	err := c.get(ctx, "list sets", "/v1/sets", nil, &list)
	return list.Sets, err
}

// Set returns one set.
func (c *Client) Set(ctx context.Context, set uint32) (s wire.Set, err error) {
	err = c.get(ctx, "show set", "/v1/sets/"+strconv.FormatUint(uint64(set), 10), nil, &s)
	return s, err
}

// ImportSet sends a list of size bytes. It is not sent again when its answer is lost, for it would be imported twice.
func (c *Client) ImportSet(ctx context.Context, o triage.ImportOptions, open Source, size int64) (r wire.ImportReport, err error) {
	query := url.Values{"kind": {string(o.Kind)}, "source": {o.Source}}
	if o.Category != "" {
		query.Set("category", o.Category)
	}
	if o.Hash != "" {
		query.Set("hash", string(o.Hash))
	}
	if o.Strict {
		query.Set("strict", "true")
	}
	if o.Replace {
		query.Set("replace", "true")
	}
	err = c.do(ctx, call{
		op: "import set", method: http.MethodPost, path: "/v1/sets", query: query,
		body: open, size: size, media: "application/octet-stream", unbounded: true,
	}, &r)
	return r, err
}

// WithdrawSet makes a set match no more.
func (c *Client) WithdrawSet(ctx context.Context, set uint32, reason string) (w wire.Withdrawal, err error) {
	path := "/v1/sets/" + strconv.FormatUint(uint64(set), 10) + "/withdraw"
	k := call{op: "withdraw set", method: http.MethodPost, path: path, repeatable: true}
	err = c.send(ctx, k, wire.WithdrawSet{Reason: reason}, &w)
	return w, err
}

// RemoveSet forgets a set whose import failed or was cut off, and returns it as it was.
func (c *Client) RemoveSet(ctx context.Context, set uint32) (s wire.Set, err error) {
	path := "/v1/sets/" + strconv.FormatUint(uint64(set), 10) + "/remove"
	err = c.do(ctx, call{op: "remove set", method: http.MethodPost, path: path}, &s)
	return s, err
}

// Destructions returns all destructions of exhibits, the newest first.
func (c *Client) Destructions(ctx context.Context) ([]wire.Destruction, error) {
	var list wire.Destructions
	err := c.get(ctx, "list destructions", "/v1/destructions", nil, &list)
	return list.Destructions, err
}

// Destruction returns that of one exhibit.
func (c *Client) Destruction(ctx context.Context, exhibit string) (d wire.Destruction, err error) {
	err = c.get(ctx, "read a destruction", "/v1/exhibits/"+id(exhibit)+"/destruction", nil, &d)
	return d, err
}

// ProposeDestruction proposes to destroy an exhibit.
func (c *Client) ProposeDestruction(ctx context.Context, exhibit, reference string) (d wire.Destruction, err error) {
	k := call{op: "propose a destruction", method: http.MethodPost, path: "/v1/exhibits/" + id(exhibit) + "/destruction"}
	err = c.send(ctx, k, wire.ProposeDestruction{Reference: reference}, &d)
	return d, err
}

// WithdrawDestruction takes a proposal back.
func (c *Client) WithdrawDestruction(ctx context.Context, exhibit string) error {
	return c.do(ctx, call{op: "withdraw a destruction", method: http.MethodDelete, path: "/v1/exhibits/" + id(exhibit) + "/destruction"}, nil)
}

// ConfirmDestruction confirms what another administrator proposed. It returns before all is done.
func (c *Client) ConfirmDestruction(ctx context.Context, exhibit string) (d wire.Destruction, err error) {
	k := call{op: "confirm a destruction", method: http.MethodPost, path: "/v1/exhibits/" + id(exhibit) + "/destruction/confirm"}
	err = c.do(ctx, k, &d)
	return d, err
}

// Cases returns the cases that the account may see, that with the newest exhibit first.
func (c *Client) Cases(ctx context.Context) ([]wire.Case, error) {
	var list wire.Cases
	err := c.get(ctx, "list cases", "/v1/cases", nil, &list)
	return list.Cases, err
}

// Case returns one case by its identifier.
func (c *Client) Case(ctx context.Context, identifier string) (k wire.Case, err error) {
	err = c.get(ctx, "show case", "/v1/cases/"+id(identifier), nil, &k)
	return k, err
}

// FindCase returns a case by its number, or by its identifier; NotFound when there is none.
func (c *Client) FindCase(ctx context.Context, number string) (wire.Case, error) {
	list, err := c.Cases(ctx)
	if err != nil {
		return wire.Case{}, err
	}
	for _, k := range list {
		if k.Case == number || k.ID == number {
			return k, nil
		}
	}
	return wire.Case{}, triage.E(triage.NotFound, "find case", "", "there is no such case: vigie case list shows all", nil)
}

// CloseCase closes a case. It returns before all is done.
func (c *Client) CloseCase(ctx context.Context, identifier, reference string) (wire.Case, error) {
	return c.changeCase(ctx, "close case", identifier, "/close", reference)
}

// ReopenCase reopens a case. It returns before all is done.
func (c *Client) ReopenCase(ctx context.Context, identifier, reference string) (wire.Case, error) {
	return c.changeCase(ctx, "reopen case", identifier, "/reopen", reference)
}

func (c *Client) changeCase(ctx context.Context, op, identifier, how, reference string) (k wire.Case, err error) {
	err = c.send(ctx, call{op: op, method: http.MethodPost, path: "/v1/cases/" + id(identifier) + how}, wire.ChangeCase{Reference: reference}, &k)
	return k, err
}

// HoldCase says until when a custody runs in a case; zero: it has ended.
func (c *Client) HoldCase(ctx context.Context, identifier string, until time.Time) (k wire.Case, err error) {
	err = c.send(ctx, call{op: "set the end of a custody", method: http.MethodPost, path: "/v1/cases/" + id(identifier) + "/custody"}, wire.HoldCase{Until: until}, &k)
	return k, err
}

// RecordOutcome says what came of a case.
func (c *Client) RecordOutcome(ctx context.Context, identifier string, what []string, note string) (r wire.OutcomeRecorded, err error) {
	k := call{op: "record the outcome of a case", method: http.MethodPost, path: "/v1/cases/" + id(identifier) + "/outcomes"}
	err = c.send(ctx, k, wire.RecordOutcome{What: what, Note: note}, &r)
	return r, err
}

// OutcomesOf returns what came of a case, the latest first.
func (c *Client) OutcomesOf(ctx context.Context, identifier string) ([]wire.CaseOutcome, error) {
	var list wire.CaseOutcomes
	err := c.get(ctx, "read the outcomes of a case", "/v1/cases/"+id(identifier)+"/outcomes", nil, &list)
	return list.Outcomes, err
}

// Queue returns up to limit groups of the queue from behind a place (nothing: its beginning) on.
func (c *Client) Queue(ctx context.Context, after string, limit int) (q wire.Queue, err error) {
	return c.Filtered(ctx, nil, after, limit)
}

// Filtered is Queue, of the groups that a filter lets through: see the parameters of the operation.
func (c *Client) Filtered(ctx context.Context, filter url.Values, after string, limit int) (q wire.Queue, err error) {
	query := url.Values{"after": {after}, "limit": {strconv.Itoa(limit)}}
	maps.Copy(query, filter)
	err = c.get(ctx, "read the queue", "/v1/queue", query, &q)
	return q, err
}

// Next claims the next group: the one that the account holds already, or else the first of the queue that nobody holds.
func (c *Client) Next(ctx context.Context) (g wire.Group, err error) {
	err = c.do(ctx, call{op: "take the next group", method: http.MethodPost, path: "/v1/queue/next", repeatable: true}, &g)
	return g, err
}

// Group returns the facts of a group.
func (c *Client) Group(ctx context.Context, group string) (s wire.Sheet, err error) {
	err = c.get(ctx, "read a group", "/v1/groups/"+id(group), nil, &s)
	return s, err
}

// Claim leases a group, or renews the lease.
func (c *Client) Claim(ctx context.Context, group string) (l wire.Claim, err error) {
	k := call{op: "claim a group", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/claim", repeatable: true}
	err = c.do(ctx, k, &l)
	return l, err
}

// Return hands a claimed group back.
func (c *Client) Return(ctx context.Context, group string) error {
	return c.do(ctx, call{op: "return a group", method: http.MethodDelete, path: "/v1/groups/" + id(group) + "/claim"}, nil)
}

// Reveal asks, with a reason, to see a claimed group's pictures at one step.
func (c *Client) Reveal(ctx context.Context, group string, step triage.RevealStep, reason string) (r wire.Reveal, err error) {
	k := call{op: "reveal a group", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/reveals"}
	err = c.send(ctx, k, wire.RevealRequest{Step: string(step), Reason: reason}, &r)
	return r, err
}

// RevealTiles asks, with a reason, to see some tiles of one picture of a claimed group.
func (c *Client) RevealTiles(ctx context.Context, group string, wish triage.TilesWish) (r wire.Reveal, err error) {
	k := call{op: "reveal tiles", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/reveals"}
	err = c.send(ctx, k, wire.RevealRequest{
		Sight: string(triage.SeeTiles), Step: string(wish.Step), Picture: wish.Picture, Media: wish.Media, Tiles: wish.Tiles.Numbers(), Reason: wish.Reason,
	}, &r)
	return r, err
}

// RevealNames asks, with a reason, to see the names of a claimed group's files.
func (c *Client) RevealNames(ctx context.Context, group, reason string) (r wire.Reveal, err error) {
	k := call{op: "reveal names", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/reveals"}
	err = c.send(ctx, k, wire.RevealRequest{Sight: string(triage.SeeNames), Reason: reason}, &r)
	return r, err
}

// Confirm takes a group's decision over for so many media that have joined since.
func (c *Client) Confirm(ctx context.Context, group string, verdict triage.Verdict, media int) (d wire.Decision, err error) {
	k := call{op: "confirm a decision", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/confirmation"}
	err = c.send(ctx, k, wire.ConfirmationRequest{Verdict: string(verdict), Media: media}, &d)
	return d, err
}

// Decide records a conclusion about a claimed group.
func (c *Client) Decide(ctx context.Context, group string, q wire.DecisionRequest) (d wire.Decision, err error) {
	k := call{op: "decide a group", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/decision"}
	err = c.send(ctx, k, q, &d)
	return d, err
}

// Folder returns the folder of a program in which a group lies wholly.
func (c *Client) Folder(ctx context.Context, group string) (f wire.Folder, err error) {
	err = c.get(ctx, "read a folder", "/v1/groups/"+id(group)+"/folder", nil, &f)
	return f, err
}

// DecideFolder decides groups of a claimed group's folder together.
func (c *Client) DecideFolder(ctx context.Context, group string, q wire.FolderRequest) (o wire.FolderOutcome, err error) {
	err = c.send(ctx, call{op: "decide a folder", method: http.MethodPost, path: "/v1/groups/" + id(group) + "/folder"}, q, &o)
	return o, err
}

// Undecide takes one's own last conclusion back, and claims the group.
func (c *Client) Undecide(ctx context.Context, group string) error {
	return c.do(ctx, call{op: "take a decision back", method: http.MethodDelete, path: "/v1/groups/" + id(group) + "/decision"}, nil)
}

// Awaiting returns up to limit groups, from offset (0 is the first) on, whose decision awaits somebody else's opinion.
func (c *Client) Awaiting(ctx context.Context, offset, limit int) (q wire.Awaiting, err error) {
	query := url.Values{"offset": {strconv.Itoa(offset)}, "limit": {strconv.Itoa(limit)}}
	err = c.get(ctx, "read what awaits a second opinion", "/v1/awaiting", query, &q)
	return q, err
}

// NextAwaiting claims the group that has waited longest for an opinion of somebody who gave none of it.
func (c *Client) NextAwaiting(ctx context.Context) (g wire.Group, err error) {
	err = c.do(ctx, call{op: "take the next group that awaits a second opinion", method: http.MethodPost, path: "/v1/awaiting/next", repeatable: true}, &g)
	return g, err
}

// Categories returns the office's scheme.
func (c *Client) Categories(ctx context.Context) (s wire.Scheme, err error) {
	err = c.get(ctx, "read the categories", "/v1/categories", nil, &s)
	return s, err
}
