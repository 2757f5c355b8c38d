package api_test

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/hex"
	"net/http"
	"slices"
	"strings"
	"testing"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/hashing/decode"
	"vigie/triage"
)

// secrets are what may not get out of media without a live grant: file names, folders, digests and fingerprints, as text and as bytes.
type secrets struct {
	texts []string
	bytes [][]byte
}

func secretsOf(t *testing.T, pictures ...[]byte) secrets {
	t.Helper()
	s := secrets{texts: []string{"IMG_", "DCIM"}}
	hide := func(raw []byte) {
		s.bytes = append(s.bytes, raw)
		s.texts = append(s.texts, hex.EncodeToString(raw), strings.ToUpper(hex.EncodeToString(raw)), base64.StdEncoding.EncodeToString(raw), base64.RawURLEncoding.EncodeToString(raw))
	}
	for _, p := range pictures {
		digests := item(t, "x.jpg", p).Digests
		hide(digests.MD5[:])
		hide(digests.SHA1[:])
		hide(digests.SHA256[:])
		fp := decode.Examine(p, decode.Limits{}.WithDefaults()).Fingerprint
		if fp == nil {
			t.Fatal("a picture has no fingerprint")
		}
		for _, code := range fp.PDQ {
			hide(code[:])
		}
	}
	return s
}

// in names the first of the secrets in a text, or nothing.
func (s *secrets) in(text string) string {
	for _, secret := range s.texts {
		if strings.Contains(text, secret) {
			return secret
		}
	}
	return ""
}

// leaks fails the test when an answer, head or body, holds a picture or a secret.
func (w *walk) leaks(what string, a answer, s *secrets) {
	w.t.Helper()
	w.noPicture(what, a)
	if secret := s.in(string(a.body)); secret != "" {
		w.t.Errorf("%s: the answer tells %q", what, secret)
	}
	for name, values := range a.header {
		if secret := s.in(strings.Join(values, " ")); secret != "" {
			w.t.Errorf("%s: the header %s tells %q", what, name, secret)
		}
	}
}

// changing are the operations that a crawler leaves to those who may not call them: others could see nothing after it, or (packSets) it
// is answered with noise, in which anything may stand by chance.
var changing = []string{
	"closeCase", "reopenCase", "proposeDestruction", "confirmDestruction", "withdrawDestruction", "withdrawSet", "removeSet", "importSet", "packSets",
	"putPart", "sealExhibit", "upload", "decide", "decideFolder", "undecide", "return", "next", "nextAwaiting", "changeWeights", "setLimits", "recordOutcome", "objectToEntry", "claim", "reveal",
}

// crawl calls every route of the document, and every page, as somebody, and looks for what may not get out. allowed are addresses whose
// answers may hold it.
func (w *walk) crawl(who string, role triage.Role, token string, s *secrets, allowed ...string) {
	w.t.Helper()
	fill := func(path string) string {
		parts := strings.Split(path, "/")
		first, names := parts[1], map[string]string{"drives": "exhibits", "notices": "exhibits"}
		if first == "v1" {
			first = parts[2]
		}
		if name, other := names[first]; other {
			first = name
		}
		for i, p := range parts {
			if name, is := strings.CutPrefix(p, ":"); is {
				parts[i] = w.params[first+" "+name]
				if parts[i] == "" {
					parts[i] = "x"
				}
			}
		}
		return strings.Replace(strings.Join(parts, "/"), "*", "pages.css", 1)
	}
	ops := make(map[string]wire.Operation)
	for _, op := range wire.Operations() {
		ops[op.Method+" "+strings.NewReplacer("{", ":", "}", "").Replace(op.Path)] = op
	}
	for _, r := range w.guard.Routes() {
		op, rest := ops[r.Method+" "+r.Path]
		may := r.Policy.Public || slices.Contains(r.Policy.Roles, role)
		if may && (rest && slices.Contains(changing, op.Name) || !rest && r.Method != http.MethodGet) {
			continue
		}
		path := fill(r.Path)
		body := ""
		if rest {
			path, body = path+w.query[op.Name], w.bodies[op.Name]
		}
		a := w.send(r.Method, path, body, token)
		if !slices.ContainsFunc(allowed, func(prefix string) bool { return strings.HasPrefix(path, prefix) }) {
			w.leaks(who+": "+r.Method+" "+path, a, s)
		}
	}
}

// TestNoLeak signs in as every role, and calls every route and every page, without a grant and while others have one: nobody but its
// reviewer gets a picture or a name, and they only where they asked for it; neither do logs or Redis tell any.
func TestNoLeak(t *testing.T) {
	w := newWalk(t)
	ctx := t.Context()
	s := secretsOf(t, w.shown...)
	exhibit := "/v1/exhibits/" + w.params["exhibits id"] // an examiner may read the names of their own exhibit, and what they sent
	own := []string{exhibit + "/findings", exhibit + "/parts/"}
	everybody := func(when string, but triage.Role) {
		t.Helper()
		for _, role := range append([]triage.Role{nobody}, triage.Roles...) {
			if role == but {
				continue
			}
			var allowed []string
			if role == triage.Examiner {
				allowed = own
			}
			w.crawl(when+", as "+string(role), role, w.tokens[role], &s, allowed...)
		}
		w.crawl(when+", as another examiner", triage.Examiner, w.token(triage.Examiner), &s)
		w.crawl(when+", as another reviewer", triage.Reviewer, w.token(triage.Reviewer), &s)
	}
	everybody("without a grant", "none")

	reviewer := client.New(w.url, w.tokens[triage.Reviewer])
	group := w.params["groups id"]
	if _, err := reviewer.Claim(ctx, group); err != nil {
		t.Fatal(err)
	}
	var mine []string
	for what, body := range map[string]string{
		"pictures": `{"step":"blurred","reason":"to see the room"}`,
		"names":    `{"sight":"names","reason":"to read the folder"}`,
	} {
		a := w.send(http.MethodPost, "/v1/groups/"+group+"/reveals", body, w.tokens[triage.Reviewer])
		if a.status != http.StatusCreated {
			t.Fatalf("%s: %d %s", what, a.status, a.body)
		}
		w.leaks("the grant of "+what, a, &s)
		_, id, _ := strings.Cut(string(a.body), `"id":"`)
		id, _, _ = strings.Cut(id, `"`)
		w.params["reveals id"] = id
		mine = append(mine, "/v1/reveals/"+id, "/reveals/"+id)
		everybody("beside a grant of "+what, triage.Reviewer)
		w.crawl("with a grant of "+what, triage.Reviewer, w.tokens[triage.Reviewer], &s, mine...)
	}
	w.seen(mine, &s)
	if err := reviewer.Return(ctx, group); err != nil {
		t.Fatal(err)
	}
	w.crawl("after the grant", triage.Reviewer, w.tokens[triage.Reviewer], &s)
	w.precedent(ctx, group, &s)

	if secret := s.in(w.logs.String()); secret != "" {
		t.Errorf("the logs tell %q", secret)
	}
	w.noSecretInRedis(ctx, &s)
}

// precedent decides the other group, of the same folder, takes that over for this one, and looks at what is told of both.
func (w *walk) precedent(ctx context.Context, group string, s *secrets) {
	w.t.Helper()
	token := w.token(triage.Reviewer) // somebody without grants
	reviewer := client.New(w.url, token)
	queue, err := reviewer.Queue(ctx, "", 10)
	if err != nil || len(queue.Groups) != 2 {
		w.t.Fatalf("%+v, %v", queue, err)
	}
	other := queue.Groups[0].ID
	if other == group {
		other = queue.Groups[1].ID
	}
	for _, id := range []string{other, group} {
		if _, err := reviewer.Claim(ctx, id); err != nil {
			w.t.Fatal(err)
		}
	}
	if _, err := reviewer.Decide(ctx, other, wire.DecisionRequest{Verdict: string(triage.NotIllegal)}); err != nil {
		w.t.Fatal(err)
	}
	sheet, err := reviewer.Group(ctx, group)
	if err != nil || len(sheet.Precedents) != 1 || sheet.Precedents[0].Group != other {
		w.t.Fatalf("precedents: %+v, %v", sheet.Precedents, err)
	}
	w.crawl("beside a precedent", triage.Reviewer, token, s)
	a := w.send(http.MethodPost, "/v1/groups/"+group+"/decision", `{"same_as":"`+other+`","verdict":"not-illegal"}`, token)
	if a.status != http.StatusOK || !strings.Contains(string(a.body), `"same_as":"`+other+`"`) {
		w.t.Errorf("taken over: %d %s", a.status, a.body)
	}
	w.leaks("what was taken over", a, s)
	w.crawl("after it was taken over", triage.Reviewer, token, s)
}

// seen makes sure that the walk would have noticed: who has grants gets the picture and the names.
func (w *walk) seen(mine []string, s *secrets) {
	w.t.Helper()
	pictures, names := 0, 0
	for _, at := range mine {
		if !strings.HasPrefix(at, "/v1/") {
			continue
		}
		if a := w.send(http.MethodGet, at+"/pictures/0", "", w.tokens[triage.Reviewer]); a.status == http.StatusOK {
			pictures++
			for _, p := range w.shown {
				if bytes.Contains(a.body, p[len(p)/2:len(p)/2+32]) {
					w.t.Error("a reveal holds original bytes")
				}
			}
		}
		if a := w.send(http.MethodGet, at+"/names", "", w.tokens[triage.Reviewer]); a.status == http.StatusOK && s.in(string(a.body)) != "" {
			names++
		}
	}
	if pictures != 1 || names != 1 {
		w.t.Errorf("%d grants show pictures, %d names: the walk proves nothing", pictures, names)
	}
}

// noSecretInRedis reads all that Redis keeps.
func (w *walk) noSecretInRedis(ctx context.Context, s *secrets) {
	w.t.Helper()
	keys, err := w.rdb.Keys(ctx, "*").Result()
	if err != nil || len(keys) < 20 {
		w.t.Fatalf("%d keys, %v", len(keys), err)
	}
	for _, key := range keys {
		values := []string{key}
		switch w.rdb.Type(ctx, key).Val() {
		case "string":
			values = append(values, w.rdb.Get(ctx, key).Val())
		case "hash":
			for field, value := range w.rdb.HGetAll(ctx, key).Val() {
				values = append(values, field, value)
			}
		case "list":
			values = append(values, w.rdb.LRange(ctx, key, 0, -1).Val()...)
		case "set":
			values = append(values, w.rdb.SMembers(ctx, key).Val()...)
		case "zset":
			values = append(values, w.rdb.ZRange(ctx, key, 0, -1).Val()...)
		}
		for _, value := range values {
			if secret := s.in(value); secret != "" {
				w.t.Errorf("Redis tells %q under %q", secret, key)
			}
			for _, raw := range s.bytes {
				if strings.Contains(value, string(raw)) {
					w.t.Errorf("Redis tells a digest or a fingerprint under %q", key)
				}
			}
		}
	}
}
