package api_test

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"io"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"

	"vigie/api"
	"vigie/api/client"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/store/examiner"
	"vigie/triage"
	"vigie/triage/signals"
)

// nobody asks without a credential.
const nobody = triage.Role("")

// may says who may call what: written down here once more, by hand, so that a slip where a route is registered, or
// in its documentation, is found.
var may = map[string][]triage.Role{
	"GET /healthz":                               {nobody, triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Unit, triage.Admin},
	"GET /readyz":                                {nobody, triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Unit, triage.Admin},
	"GET /openapi.json":                          {nobody, triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Unit, triage.Admin},
	"GET /metrics":                               {triage.Admin},
	"GET /v1/me":                                 {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Unit, triage.Admin},
	"POST /v1/links":                             {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Unit, triage.Admin},
	"POST /v1/checks":                            {triage.Unit},
	"POST /v1/exhibits":                          {triage.Examiner},
	"GET /v1/exhibits":                           {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"GET /v1/exhibits/{id}":                      {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"PUT /v1/exhibits/{id}/parts/{part}":         {triage.Examiner},
	"GET /v1/exhibits/{id}/parts":                {triage.Examiner},
	"GET /v1/exhibits/{id}/parts/{part}":         {triage.Examiner},
	"POST /v1/exhibits/{id}/seal":                {triage.Examiner},
	"PUT /v1/exhibits/{id}/manifest/signature":   {triage.Examiner},
	"GET /v1/exhibits/{id}/manifest":             {triage.Examiner},
	"GET /v1/exhibits/{id}/findings":             {triage.Examiner},
	"PUT /v1/media/{sha256}":                     {triage.Examiner},
	"POST /v1/media":                             {triage.Examiner},
	"GET /v1/sets":                               {triage.Admin},
	"POST /v1/sets":                              {triage.Admin},
	"GET /v1/sets/{id}":                          {triage.Admin},
	"GET /v1/sets/{id}/objections":               {triage.Admin},
	"POST /v1/sets/{id}/entries/{entry}":         {triage.Admin},
	"POST /v1/sets/{id}/withdraw":                {triage.Admin},
	"POST /v1/sets/{id}/remove":                  {triage.Admin},
	"POST /v1/sets/pack":                         {triage.Admin},
	"GET /v1/cases":                              {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"GET /v1/cases/{id}":                         {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"POST /v1/cases/{id}/custody":                {triage.Examiner},
	"POST /v1/cases/{id}/close":                  {triage.Admin},
	"POST /v1/cases/{id}/reopen":                 {triage.Admin},
	"GET /v1/destructions":                       {triage.Admin},
	"GET /v1/exhibits/{id}/destruction":          {triage.Admin},
	"POST /v1/exhibits/{id}/destruction":         {triage.Admin},
	"DELETE /v1/exhibits/{id}/destruction":       {triage.Admin},
	"POST /v1/exhibits/{id}/destruction/confirm": {triage.Admin},
	"GET /v1/ranking":                            {triage.Reviewer, triage.Supervisor, triage.Admin},
	"PUT /v1/ranking":                            {triage.Reviewer, triage.Supervisor},
	"GET /v1/ranking/versions":                   {triage.Reviewer, triage.Supervisor, triage.Admin},
	"GET /v1/queue":                              {triage.Reviewer, triage.Supervisor},
	"POST /v1/queue/next":                        {triage.Reviewer, triage.Supervisor},
	"GET /v1/groups/{id}":                        {triage.Reviewer, triage.Supervisor},
	"POST /v1/groups/{id}/claim":                 {triage.Reviewer, triage.Supervisor},
	"DELETE /v1/groups/{id}/claim":               {triage.Reviewer, triage.Supervisor},
	"POST /v1/groups/{id}/reveals":               {triage.Reviewer, triage.Supervisor},
	"GET /v1/reveals/{id}/pictures/{n}":          {triage.Reviewer, triage.Supervisor},
	"GET /v1/reveals/{id}/names":                 {triage.Reviewer, triage.Supervisor},
	"PUT /v1/reveals/{id}/hidden":                {triage.Reviewer, triage.Supervisor},
	"DELETE /v1/reveals/{id}/hidden":             {triage.Reviewer, triage.Supervisor},
	"GET /v1/cases/{id}/outcomes":                {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"POST /v1/cases/{id}/outcomes":               {triage.Examiner, triage.Supervisor, triage.Admin},
	"GET /v1/assignments":                        {triage.Reviewer, triage.Supervisor},
	"PUT /v1/groups/{id}/assignment":             {triage.Supervisor},
	"DELETE /v1/groups/{id}/assignment":          {triage.Supervisor},
	"PUT /v1/cases/{id}/assignment":              {triage.Supervisor},
	"DELETE /v1/cases/{id}/assignment":           {triage.Supervisor},
	"GET /v1/me/outcomes":                        {triage.Reviewer, triage.Supervisor},
	"POST /v1/me/outcomes/{outcome}/read":        {triage.Reviewer, triage.Supervisor},
	"GET /v1/me/shown":                           {triage.Reviewer, triage.Supervisor},
	"GET /v1/shown":                              {triage.Supervisor},
	"GET /v1/me/limits":                          {triage.Reviewer, triage.Supervisor},
	"PUT /v1/me/limits":                          {triage.Reviewer, triage.Supervisor},
	"POST /v1/groups/{id}/decision":              {triage.Reviewer, triage.Supervisor},
	"POST /v1/groups/{id}/confirmation":          {triage.Reviewer, triage.Supervisor},
	"DELETE /v1/groups/{id}/decision":            {triage.Reviewer, triage.Supervisor},
	"GET /v1/groups/{id}/folder":                 {triage.Reviewer, triage.Supervisor},
	"POST /v1/groups/{id}/folder":                {triage.Reviewer, triage.Supervisor},
	"GET /v1/awaiting":                           {triage.Reviewer, triage.Supervisor},
	"POST /v1/awaiting/next":                     {triage.Reviewer, triage.Supervisor},
	"GET /v1/overview":                           {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
	"GET /v1/notices":                            {triage.Examiner, triage.Reviewer, triage.Supervisor},
	"POST /v1/exhibits/{id}/links/{link}/read":   {triage.Examiner},
	"GET /v1/categories":                         {triage.Reviewer, triage.Supervisor, triage.Admin},
}

// public lists, by hand, what answers without a credential.
var public = []string{
	"GET /", "GET /healthz", "GET /openapi.json", "GET /out", "GET /readyz", "GET /signin", "GET /signin/:secret", "GET /static/*",
	"POST /language", "POST /signin",
}

// Every route that is registered, pages included: who is nobody gets an answer from those listed only, and no picture.
func TestNobodyAnywhere(t *testing.T) {
	s := start(t, nil)
	w := &walk{service: s}
	var open []string
	for _, r := range s.guard.Routes() {
		if r.Policy.Public {
			open = append(open, r.Method+" "+r.Path)
		}
		path := regexp.MustCompile(`:[a-z0-9]+|\*`).ReplaceAllString(r.Path, "x")
		a := s.send(r.Method, path, "", "")
		if (a.status == http.StatusUnauthorized) == r.Policy.Public && !strings.HasPrefix(r.Path, "/signin") {
			// (a sign-in that fails is a 401 too)
			t.Errorf("%s %s: %d", r.Method, r.Path, a.status)
		}
		w.noPicture(r.Method+" "+r.Path, a)
	}
	slices.Sort(open)
	if !slices.Equal(open, public) {
		t.Errorf("public are %q, the list says %q", open, public)
	}
}

// The document and the routes are the same, both ways.
func TestRoutesAreDocumented(t *testing.T) {
	app, err := api.New(t.Context(), api.Options{Access: &triage.Access{Now: time.Now}, Log: discard()})
	if err != nil {
		t.Fatal(err)
	}
	var registered, documented []string
	for _, r := range app.GetRoutes(true) {
		registered = append(registered, r.Method+" "+regexp.MustCompile(`:([a-z0-9]+)`).ReplaceAllString(r.Path, "{$1}"))
	}
	for _, op := range wire.Operations() {
		documented = append(documented, op.Method+" "+op.Path)
	}
	slices.Sort(registered)
	slices.Sort(documented)
	if !slices.Equal(registered, documented) {
		t.Errorf("registered:\n%s\ndocumented:\n%s", strings.Join(registered, "\n"), strings.Join(documented, "\n"))
	}
}

// walk is everything that a walk over the routes needs: objects that exist, and who asks.
type walk struct {
	*service
	doc    *openapi3.T
	tokens map[triage.Role]string
	params map[string]string // by route and name: "exhibits id"
	bodies map[string]string // by operation
	query  map[string]string // by operation
	others map[string]string // tokens of those whom only a second person can be, by operation
	shown  [][]byte          // pictures that may not get out
}

func newWalk(t *testing.T) *walk {
	s := start(t, nil)
	w := &walk{service: s, tokens: map[triage.Role]string{}, doc: document(t, s.url)}
	for _, role := range triage.Roles {
		w.tokens[role] = s.token(role)
	}
	examiner, reviewer := client.New(s.url, w.tokens[triage.Examiner]), client.New(s.url, w.tokens[triage.Reviewer])
	w.shown = [][]byte{picture(t, 1), picture(t, 2)}
	id := s.submit(examiner, "2026/1", "S-1", w.shown...)
	queue, err := reviewer.Queue(t.Context(), "", 10)
	if err != nil || len(queue.Groups) != 2 || queue.Total != 2 {
		t.Fatalf("%+v, %v", queue, err)
	}
	admin := client.New(s.url, w.tokens[triage.Admin])
	list := strings.Repeat("0123456789abcdef", 2) + "\n"
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }
	report, err := admin.ImportSet(t.Context(), triage.ImportOptions{Kind: triage.KnownSet, Source: "partner"}, open, int64(len(list)))
	if err != nil {
		t.Fatal(err)
	}
	s.settled(examiner, id)
	items := []triage.Item{item(t, "a.jpg", w.shown[0])}
	part, partID, err := triage.EncodePart(items)
	if err != nil {
		t.Fatal(err)
	}
	w.params = map[string]string{
		"exhibits id": id, "exhibits part": string(partID), "media sha256": items[0].Digests.SHA256.String(),
		"sets id": strconv.Itoa(int(report.Set.ID)), "exhibits link": "1+1", "sets entry": "1", "groups id": queue.Groups[0].ID,
		"cases id":   string(triage.NewNames([32]byte{1}).Case("2026/1")),
		"reveals id": "r" + strings.Repeat("0", 24), "reveals n": "0", "me outcome": "1",
	}
	w.bodies = map[string]string{
		"check":         `{"inputs":[{"md5":"` + items[0].Digests.MD5.String() + `"}]}`,
		"openExhibit":   `{"case":"2026/1","exhibit":"S-1"}`,
		"putPart":       string(part),
		"sealExhibit":   `{"parts":["` + string(partID) + `"]}`,
		"signManifest":  signedManifest(t, 2, partID),
		"upload":        string(w.shown[0]),
		"uploadBatch":   string(wire.AppendFrame(nil, items[0].Digests.SHA256, w.shown[0])),
		"importSet":     list,
		"withdrawSet":   `{"reason":"sent in error"}`,
		"packSets":      `{"to":"age192yawl9lpuaux5lj9s5dhtk7y36yr3gdth32g76xas89r66faggqldc9ey","for":"the lab","days":3}`,
		"objectToEntry": `{"state":"disputed","reason":"is it so?"}`,
		"reveal":        `{"step":"blurred","reason":"is it a child?"}`,
		"setLimits":     `{"highest":"colour"}`,
		"assignGroup":   `{"to":"test reviewer"}`,
		"assignCase":    `{"to":"test reviewer"}`,
		"decide":        `{"verdict":"unsure","note":"look again"}`,

		"changeWeights":      changedWeights(t, 0, 12),
		"proposeDestruction": `{"reference":"order 12/2026"}`,
		"holdCase":           `{"until":"` + s.clock.now().Add(time.Hour).UTC().Format(time.RFC3339) + `"}`,
		"recordOutcome":      `{"what":["arrest"],"note":"thank you"}`,
		"closeCase":          `{"reference":"order 7/2026"}`,
		"reopenCase":         `{"reference":"order 8/2026"}`,
	}
	w.others = map[string]string{"confirmDestruction": s.token(triage.Admin)}
	w.query = map[string]string{"importSet": "?kind=known&source=partner", "queue": "?limit=10"}
	return w
}

// signedManifest is the body that signs a version of the exhibit's manifest, which lists one part of one picture.
func signedManifest(t *testing.T, version int, part triage.PartID) string {
	t.Helper()
	s := triage.Statement{
		Case: "2026/1", Seal: "S-1", Items: map[triage.Disposition]int{triage.IsMedia: 1}, Bytes: 1, Parts: 1, Digest: triage.PartsDigest([]triage.PartID{part}),
	}
	k, err := examiner.New("lab")
	if err != nil {
		t.Fatal(err)
	}
	signed, err := k.Sign(s.Encode())
	if err != nil {
		t.Fatal(err)
	}
	body, err := json.Marshal(wire.SignManifest{Version: version, Statement: string(signed), Key: k.Verifier()})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// otherKey is a signature as if another key had made it.
func otherKey(t *testing.T, body string) string {
	t.Helper()
	var q wire.SignManifest
	if err := json.Unmarshal([]byte(body), &q); err != nil {
		t.Fatal(err)
	}
	k, err := examiner.New("lab")
	if err != nil {
		t.Fatal(err)
	}
	q.Key = k.Verifier()
	other, err := json.Marshal(q)
	if err != nil {
		t.Fatal(err)
	}
	return string(other)
}

// changedWeights is the body of a change of the weights of the event from, to so many points of videos.
func changedWeights(t *testing.T, from uint64, video int) string {
	t.Helper()
	w := signals.Default()
	w.Points[signals.Video] = video
	body, err := json.Marshal(wire.ChangeWeights{From: from, Weights: wire.NewWeights(*w), Reason: "videos first"})
	if err != nil {
		t.Fatal(err)
	}
	return string(body)
}

// document fetches the OpenAPI document.
func document(t *testing.T, url string) *openapi3.T {
	t.Helper()
	resp, err := http.Get(url + "/openapi.json")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}

type answer struct {
	status int
	header http.Header
	body   []byte
}

// call calls an operation as role.
func (w *walk) call(op wire.Operation, role triage.Role) answer {
	w.t.Helper()
	token := w.tokens[role]
	if other := w.others[op.Name]; other != "" && slices.Contains(op.Roles, role) {
		token = other
	}
	return w.send(op.Method, w.path(op)+w.query[op.Name], w.bodies[op.Name], token)
}

// path fills in the parameters of an operation's path.
func (w *walk) path(op wire.Operation) string {
	parts := strings.Split(op.Path, "/")
	for i, p := range parts {
		if name, ok := strings.CutPrefix(p, "{"); ok {
			value := w.params[parts[2]+" "+strings.TrimSuffix(name, "}")]
			if value == "" {
				w.t.Fatalf("no %s in %s", name, op.Path)
			}
			parts[i] = value
		}
	}
	return strings.Join(parts, "/")
}

func (s *service) send(method, path, body, token string) answer {
	s.t.Helper()
	req, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	if err != nil {
		s.t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		s.t.Fatal(err)
	}
	defer resp.Body.Close()
	b, err := io.ReadAll(resp.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return answer{resp.StatusCode, resp.Header, b}
}

// pictureMarks begin, or betray, every picture format that a browser shows.
var pictureMarks = [][]byte{
	[]byte("\xff\xd8\xff"), []byte("\x89PNG"), []byte("GIF8"), []byte("WEBPVP8"), []byte("ftypavif"), []byte("ftypheic"),
	[]byte("data:image"), []byte("/9j/"), []byte("iVBORw0KGgo"),
}

// noPicture fails the test when an answer holds a picture, whole or in part.
func (w *walk) noPicture(what string, a answer) {
	w.t.Helper()
	for _, mark := range pictureMarks {
		if bytes.Contains(a.body, mark) {
			w.t.Errorf("%s: the answer holds a picture (%q)", what, mark)
		}
	}
	for _, p := range w.shown {
		middle := p[len(p)/2 : len(p)/2+32]
		if bytes.Contains(a.body, middle) || bytes.Contains(a.body, []byte(base64.StdEncoding.EncodeToString(middle)[:40])) {
			w.t.Errorf("%s: the answer holds bytes of a medium", what)
		}
	}
	if strings.HasPrefix(a.header.Get("Content-Type"), "image/") {
		w.t.Errorf("%s: %s", what, a.header.Get("Content-Type"))
	}
}

func TestEveryRouteAsEveryRole(t *testing.T) {
	w := newWalk(t)
	if n := len(wire.Operations()); n != len(may) {
		t.Errorf("%d operations, %d lines in the table", n, len(may))
	}
	for _, op := range wire.Operations() {
		route := op.Method + " " + op.Path
		allowed, ok := may[route]
		if !ok {
			t.Errorf("%s is not in the table", route)
		}
		if documented := op.Roles; documented == nil != slices.Contains(allowed, nobody) ||
			documented != nil && !slices.Equal(slices.Sorted(slices.Values(documented)), slices.Sorted(slices.Values(allowed))) {
			t.Errorf("%s is documented for %v, the table says %v", route, documented, allowed)
		}
		for _, role := range append([]triage.Role{nobody}, triage.Roles...) {
			if slices.Contains(allowed, role) {
				continue
			}
			a := w.call(op, role)
			want := http.StatusForbidden
			if role == nobody {
				want = http.StatusUnauthorized
			}
			if a.status != want || a.header.Get("Content-Type") != wire.ProblemType {
				t.Errorf("%s as %q: %d %s, want %d", route, role, a.status, a.body, want)
			}
			w.noPicture(route, a)
		}
	}
	w.allowed(t)
}

// awaitOpen waits until the case that was reopened is open.
func (w *walk) awaitOpen() {
	w.t.Helper()
	c := client.New(w.url, w.tokens[triage.Admin])
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		k, err := c.Case(w.t.Context(), w.params["cases id"])
		if err == nil && k.State == string(triage.CaseOpen) {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%+v, %v", k, err)
		}
	}
}

// awaitNobodys waits until the groups of the case that was taken back are nobody's: the steward goes over them.
func (w *walk) awaitNobodys(role triage.Role) {
	w.t.Helper()
	c := client.New(w.url, w.tokens[role])
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		q, err := c.Queue(w.t.Context(), "", 100)
		if err == nil && !slices.ContainsFunc(q.Groups, func(g wire.Group) bool { return g.Assigned != "" }) {
			return
		}
		if time.Now().After(deadline) {
			w.t.Fatalf("%+v, %v", q, err)
		}
	}
}

// allowed walks, in an order in which each can succeed, every route as those who may call it, and holds the answers
// against the document.
func (w *walk) allowed(t *testing.T) {
	before := []string{
		"live", "ready", "metrics", "openapi", "me", "newLink", "check", "openExhibit", "exhibits", "exhibit", "putPart", "part", "completeParts", "upload", "uploadBatch",
		"sealExhibit", "signManifest", "manifest", "findings", "importSet", "sets", "set", "packSets", "objectToEntry", "objections", "withdrawSet", "queue", "assignGroup", "assignCase", "assignees", "takeBackGroup", "takeBackCase",
	}
	// Who holds a group keeps it from others: one works after the other, and decides when both have looked.
	looking := []string{"next", "group", "claim", "reveal", "picture", "hideReveal", "resumeReveal", "names", "return", "limits", "setLimits", "ranking", "changeWeights"}
	deciding := []string{"claim", "decide", "undecide", "decide", "awaiting"}
	after := []string{
		"categories", "notices", "overview", "shown", "othersShown", "weightsVersions", "removeSet", "cases", "case", "holdCase", "recordOutcome", "outcomesOf", "outcomes", "readOutcome", "closeCase", "reopenCase", "proposeDestruction", "destruction", "destructions", "withdrawDestruction", "proposeDestruction", "confirmDestruction",
	}
	ops := map[string]wire.Operation{}
	for _, op := range wire.Operations() {
		ops[op.Name] = op
		if slices.Contains([]string{"confirm", "nextAwaiting", "readNotice", "folder", "decideFolder"}, op.Name) {
			// need what two people did, a medium that joined since, or a program's folder: tests of their own make them
			continue
		}
		if !slices.Contains(slices.Concat(before, looking, deciding, after), op.Name) {
			t.Errorf("%s is not walked", op.Name)
		}
	}
	for _, name := range before {
		w.succeeds(t, ops[name], may[ops[name].Method+" "+ops[name].Path]...)
	}
	for _, section := range [][]string{looking, deciding} {
		for _, role := range triage.Reviewing {
			for _, name := range section {
				w.succeeds(t, ops[name], role)
			}
		}
	}
	w.succeeds(t, ops["ranking"], triage.Admin)
	for _, name := range after {
		w.succeeds(t, ops[name], may[ops[name].Method+" "+ops[name].Path]...)
	}
}

// succeeds calls an operation as each role, and holds the answers against the document.
func (w *walk) succeeds(t *testing.T, op wire.Operation, roles ...triage.Role) {
	t.Helper()
	name := op.Name
	if name == "names" { // under a grant of its own
		w.grantNames(t, roles[0])
	}
	if name == "proposeDestruction" {
		w.awaitOpen()
	}
	if name == "next" {
		w.awaitNobodys(roles[0])
	}
	if name == "removeSet" { // of an import that fails
		w.send("POST", "/v1/sets?kind=known&source=partner", "no hash", w.tokens[triage.Admin])
		w.params["sets id"] = "3" // the walk imported two
	}
	for _, role := range roles {
		a := w.call(op, role)
		if a.status != op.Status {
			t.Fatalf("%s as %q: %d %s, want %d", name, role, a.status, a.body, op.Status)
		}
		if a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: Cache-Control is %q", name, a.header.Get("Cache-Control"))
		}
		w.documented(t, op, a)
		if name == "picture" {
			if !bytes.HasPrefix(a.body, []byte("\xff\xd8\xff")) {
				t.Errorf("the reveal shows %.20q", a.body)
			}
			continue
		}
		if name == "packSets" { // noise, where the three bytes that begin a JPEG may stand by chance
			if !bytes.HasPrefix(a.body, []byte("age-encryption.org/v1\n")) {
				t.Errorf("a set pack is %.20q", a.body)
			}
			continue
		}
		w.noPicture(name, a)
		w.follow(t, name, a)
	}
}

// grantNames grants somebody the names of the group that they hold.
func (w *walk) grantNames(t *testing.T, role triage.Role) {
	t.Helper()
	r, err := client.New(w.url, w.tokens[role]).RevealNames(t.Context(), w.params["groups id"], "where is it from?")
	if err != nil {
		t.Fatal(err)
	}
	w.params["reveals id"] = r.ID
}

// follow keeps what an answer tells of for the operations that come after.
func (w *walk) follow(t *testing.T, name string, a answer) {
	t.Helper()
	switch name {
	case "next":
		var g wire.Group
		if err := json.Unmarshal(a.body, &g); err != nil {
			t.Fatal(err)
		}
		w.params["groups id"] = g.ID
	case "reveal":
		var r wire.Reveal
		if err := json.Unmarshal(a.body, &r); err != nil || r.Pictures != 1 {
			t.Fatalf("%s, %v", a.body, err)
		}
		w.params["reveals id"] = r.ID
	case "outcomes":
		var told wire.CaseOutcomes
		if err := json.Unmarshal(a.body, &told); err != nil || len(told.Outcomes) != 3 {
			t.Fatalf("%s, %v", a.body, err)
		}
		w.params["me outcome"] = strconv.FormatUint(told.Outcomes[0].ID, 10)
	case "changeWeights":
		var r wire.Ranking
		if err := json.Unmarshal(a.body, &r); err != nil {
			t.Fatal(err)
		}
		w.bodies[name] = changedWeights(t, r.Event, 13)
	}
}

// documented holds a JSON answer against its schema.
func (w *walk) documented(t *testing.T, op wire.Operation, a answer) {
	t.Helper()
	response := w.doc.Paths.Find(op.Path).GetOperation(op.Method).Responses.Status(a.status)
	if response == nil {
		t.Fatalf("%s: %d is not documented", op.Name, a.status)
	}
	media, _, _ := strings.Cut(a.header.Get("Content-Type"), ";")
	content := response.Value.Content[media]
	if content == nil {
		if len(a.body) > 0 {
			t.Errorf("%s: %s is not documented", op.Name, media)
		}
		return
	}
	if !strings.HasSuffix(media, "json") {
		return
	}
	for line := range bytes.Lines(a.body) {
		if media == "application/json" {
			line = a.body
		}
		var value any
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatalf("%s: %v", op.Name, err)
		}
		if err := content.Schema.Value.VisitJSON(value, openapi3.MultiErrors()); err != nil {
			t.Errorf("%s: %s: %v", op.Name, line, err)
		}
		if media == "application/json" {
			return
		}
	}
}

// What is one's own is nobody else's, of the same role either.
func TestWhatIsOnesOwn(t *testing.T) {
	w := newWalk(t)
	ops := map[string]wire.Operation{}
	for _, op := range wire.Operations() {
		ops[op.Name] = op
	}
	w.tokens["other examiner"], w.tokens["other reviewer"] = w.token(triage.Examiner), w.token(triage.Reviewer)
	expect := func(name string, role triage.Role, want int) answer {
		t.Helper()
		a := w.call(ops[name], role)
		if a.status != want {
			t.Errorf("%s as %s: %d %s, want %d", name, role, a.status, a.body, want)
		}
		w.noPicture(name, a)
		return a
	}
	for _, name := range []string{"exhibit", "putPart", "part", "completeParts", "sealExhibit", "signManifest", "manifest", "findings"} {
		expect(name, "other examiner", http.StatusNotFound)
	}
	expect("openExhibit", "other examiner", http.StatusForbidden)
	if a := expect("exhibits", "other examiner", http.StatusOK); !bytes.Contains(a.body, []byte(`"exhibits":[]`)) {
		t.Errorf("%s", a.body)
	}
	for _, name := range []string{"reveal", "decide", "return"} {
		expect(name, triage.Reviewer, http.StatusConflict) // before it is claimed
	}
	expect("claim", triage.Reviewer, http.StatusOK)
	for _, name := range []string{"claim", "reveal", "decide", "return"} {
		expect(name, "other reviewer", http.StatusConflict)
	}
	w.bodies["reveal"] = `{"step":"grey","reason":"a good reason"}`
	expect("reveal", triage.Reviewer, http.StatusConflict) // the step before comes first
	w.bodies["reveal"] = `{"step":"blurred","reason":"   no "}`
	expect("reveal", triage.Reviewer, http.StatusBadRequest)
	expect("picture", triage.Reviewer, http.StatusNotFound)
	w.bodies["reveal"] = `{"step":"blurred","reason":"a good reason"}`
	var r wire.Reveal
	if err := json.Unmarshal(expect("reveal", triage.Reviewer, http.StatusCreated).body, &r); err != nil {
		t.Fatal(err)
	}
	w.params["reveals id"] = r.ID
	expect("picture", "other reviewer", http.StatusNotFound)
	if a := w.call(ops["picture"], triage.Reviewer); a.status != http.StatusOK {
		t.Errorf("%d %s", a.status, a.body)
	}
	w.params["reveals n"] = "1"
	expect("picture", triage.Reviewer, http.StatusNotFound)
	w.params["reveals n"] = "0"
	w.clock.advance(triage.GrantLife + time.Second)
	expect("picture", triage.Reviewer, http.StatusNotFound)
}

// Pages are walked by the same rule: nobody is answered but on public ones, and nothing shows a picture.
func TestEveryPageAsEveryRole(t *testing.T) {
	w := newWalk(t)
	group, exhibit, set := w.params["groups id"], w.params["exhibits id"], w.params["sets id"]
	private := map[string][]triage.Role{
		"/drives": {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin}, "/drives/" + exhibit: {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
		"/drives/" + exhibit + "/progress": {triage.Examiner, triage.Reviewer, triage.Supervisor, triage.Admin},
		"/queue":                           {triage.Reviewer, triage.Supervisor}, "/groups/" + group: {triage.Reviewer, triage.Supervisor},
		"/settings": triage.Reviewing, "/assignments": triage.Reviewing, "/status": triage.Roles, "/check": {triage.Unit}, "/sets": {triage.Admin}, "/sets/" + set: {triage.Admin},
		"/reveals/r" + strings.Repeat("0", 24):                 nil,
		"/reveals/r" + strings.Repeat("0", 24) + "/pictures/0": nil,
	}
	for path, roles := range private {
		a := w.send("GET", path, "", "")
		if a.status != http.StatusUnauthorized {
			t.Errorf("%s as nobody: %d", path, a.status)
		}
		w.noPicture(path, a)
		for _, role := range triage.Roles {
			a := w.send("GET", path, "", w.tokens[role])
			if (a.status == http.StatusOK) != slices.Contains(roles, role) {
				t.Errorf("%s as %s: %d", path, role, a.status)
			}
			w.noPicture(path, a)
		}
	}
	for _, path := range []string{"/", "/signin", "/signin/wrong"} {
		w.noPicture(path, w.send("GET", path, "", ""))
	}
}

func TestRefusalsOfBadInput(t *testing.T) {
	w := newWalk(t)
	sum := hashing.SHA256{0xab}.String()
	for _, test := range []struct {
		name, method, path, body string
		role                     triage.Role
		want                     int
	}{
		{"identifier with a path", "GET", "/v1/exhibits/..%2f..%2fetc", "", triage.Examiner, 404},
		{"identifier of another shape", "GET", "/v1/groups/*", "", triage.Reviewer, 404},
		{"unknown exhibit", "GET", "/v1/exhibits/x0000000000000000", "", triage.Examiner, 404},
		{"not JSON", "POST", "/v1/exhibits", "case=1", triage.Examiner, 400},
		{"misspelt field", "POST", "/v1/exhibits", `{"case":"1","seal":"2"}`, triage.Examiner, 400},
		{"two values", "POST", "/v1/exhibits", `{"case":"1","exhibit":"2"}{}`, triage.Examiner, 400},
		{"empty case", "POST", "/v1/exhibits", `{"case":" ","exhibit":"2"}`, triage.Examiner, 400},
		{"part of other bytes", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/parts/" + sum, "[]", triage.Examiner, 422},
		{"part named in capitals", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/parts/" + strings.ToUpper(sum), "[]", triage.Examiner, 404},
		{"part at no place", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/parts/" + sum + "?place=-1", "[]", triage.Examiner, 400},
		{"parts before the first", "GET", "/v1/exhibits/" + w.params["exhibits id"] + "/parts?offset=x", "", triage.Examiner, 400},
		{"part that is not there", "GET", "/v1/exhibits/" + w.params["exhibits id"] + "/parts/" + sum, "", triage.Examiner, 404},
		{"signature of nothing", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/manifest/signature", `{"version":1,"statement":"","key":""}`, triage.Examiner, 400},
		{"signature of another version", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/manifest/signature", w.bodies["signManifest"], triage.Examiner, 409},
		{"signature with another key", "PUT", "/v1/exhibits/" + w.params["exhibits id"] + "/manifest/signature", otherKey(t, w.bodies["signManifest"]), triage.Examiner, 422},
		{"part that is a path", "POST", "/v1/exhibits/" + w.params["exhibits id"] + "/seal", `{"parts":["../../x"]}`, triage.Examiner, 400},
		{"part that did not arrive", "POST", "/v1/exhibits/" + w.params["exhibits id"] + "/seal", `{"parts":["` + sum + `"]}`, triage.Examiner, 409},
		{"medium nobody declared", "PUT", "/v1/media/" + sum, "x", triage.Examiner, 404},
		{"medium misnamed", "PUT", "/v1/media/12", "x", triage.Examiner, 400},
		{"batch of half a medium", "POST", "/v1/media", "half", triage.Examiner, 400},
		{"bytes of another medium", "PUT", "/v1/media/" + w.params["media sha256"], "x", triage.Examiner, 422},
		{"no hash", "POST", "/v1/checks", `{"inputs":[{}]}`, triage.Unit, 400},
		{"empty file's hash", "POST", "/v1/checks", `{"inputs":[{"sha256":"` + hashing.EmptySHA256.String() + `"}]}`, triage.Unit, 400},
		{"no kind", "POST", "/v1/sets?source=x", "x", triage.Admin, 400},
		{"no source", "POST", "/v1/sets?kind=known", "x", triage.Admin, 400},
		{"unknown hash", "POST", "/v1/sets?kind=known&source=x&hash=crc", "x", triage.Admin, 400},
		{"no such set", "GET", "/v1/sets/999", "", triage.Admin, 404},
		{"a set that is no number", "GET", "/v1/sets/-1", "", triage.Admin, 404},
		{"an entry that is no number", "POST", "/v1/sets/1/entries/x", `{"state":"disputed","reason":"a reason"}`, triage.Admin, 404},
		{"an entry that is not there", "POST", "/v1/sets/1/entries/999999", `{"state":"disputed","reason":"a reason"}`, triage.Admin, 404},
		{"a state of an entry", "POST", "/v1/sets/1/entries/1", `{"state":"burnt","reason":"a reason"}`, triage.Admin, 400},
		{"no state of an entry", "POST", "/v1/sets/1/entries/1", `{"reason":"a reason"}`, triage.Admin, 400},
		{"limit", "GET", "/v1/queue?limit=501", "", triage.Reviewer, 400},
		{"place", "GET", "/v1/queue?after=x.1.y", "", triage.Reviewer, 400},
		{"verdict", "POST", "/v1/groups/" + w.params["groups id"] + "/decision", `{"verdict":"maybe"}`, triage.Reviewer, 400},
		{"step", "POST", "/v1/groups/" + w.params["groups id"] + "/reveals", `{"step":"all","reason":"a reason"}`, triage.Reviewer, 400},
		{"format", "GET", "/v1/exhibits/" + w.params["exhibits id"] + "/findings?format=xml", "", triage.Examiner, 400},
	} {
		a := w.send(test.method, test.path, test.body, w.tokens[test.role])
		var p wire.Problem
		if err := json.Unmarshal(a.body, &p); err != nil || a.status != test.want || p.Status != test.want || p.Detail == "" {
			t.Errorf("%s: %d %s, want %d with a way out", test.name, a.status, a.body, test.want)
		}
	}
}
