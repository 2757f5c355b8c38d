package api_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"vigie/api/client"
	"vigie/api/wire"
	"vigie/store/setpack"
	"vigie/triage"
)

// listed imports a set that knows some bytes.
func (s *service) listed(admin *client.Client, kind triage.SetKind, content string) triage.Item {
	s.t.Helper()
	it := item(s.t, "a.txt", []byte(content))
	list := it.Digests.SHA256.String() + "\n"
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list)), nil }
	o := triage.ImportOptions{Kind: kind, Source: "partner", Hash: triage.BySHA256}
	if _, err := admin.ImportSet(s.t.Context(), o, open, int64(len(list))); err != nil {
		s.t.Fatal(err)
	}
	return it
}

// TestSetPack has a pack made over HTTP, opens it, and counts; what is refused says why, and what is cut short is no pack.
func TestSetPack(t *testing.T) {
	s := start(t, nil)
	admin := s.as(triage.Admin)
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	known, benign := s.listed(admin, triage.KnownSet, "a known text"), s.listed(admin, triage.BenignSet, "a harmless text")
	q := wire.PackSets{To: identity.Recipient().String(), For: "the lab", Days: 3}
	var file bytes.Buffer
	told, err := admin.PackSets(t.Context(), q, &file)
	if err != nil {
		t.Fatal(err)
	}
	pack, err := setpack.Open(bytes.NewReader(file.Bytes()), identity, s.signer, s.clock.now())
	if err != nil {
		t.Fatal(err)
	}
	if wire.NewSetPack(pack.SetPack) != told || told.Known != 1 || told.Benign != 1 || told.Expires.Sub(told.Made) != 72*time.Hour || pack.For != "the lab" {
		t.Errorf("told %+v, is %+v", told, pack.SetPack)
	}
	for kind, it := range map[triage.SetKind]triage.Item{triage.KnownSet: known, triage.BenignSet: benign, "": item(t, "b.txt", []byte("another text"))} {
		if got, _ := pack.Count(*it.Digests); got != kind {
			t.Errorf("a file counts as %q, not %q", got, kind)
		}
	}
	secret := secrets{texts: []string{known.Digests.SHA256.String()[:12], benign.Digests.SHA256.String()[:12]}}
	if found := secret.in(s.logs.String()); found != "" {
		t.Errorf("the log tells %q", found)
	}

	for _, wrong := range []struct {
		change func(*wire.PackSets)
		hint   string
	}{
		{func(q *wire.PackSets) { q.Days = 31 }, "1 to 30 days"},
		{func(q *wire.PackSets) { q.To = "age1lab" }, "age public key"},
		{func(q *wire.PackSets) { q.For = "a\nb" }, "control characters"},
	} {
		q := q
		wrong.change(&q)
		var nothing bytes.Buffer
		if _, err := admin.PackSets(t.Context(), q, &nothing); !triage.IsKind(err, triage.Invalid) || !strings.Contains(err.Error(), wrong.hint) || nothing.Len() > 0 {
			t.Errorf("%q: %v", wrong.hint, err)
		}
	}
	full := errors.New("no room")
	if _, err := admin.PackSets(t.Context(), q, &fullDisk{full}); !errors.Is(err, full) {
		t.Errorf("what fails where it is written: %v", err)
	}
}

// fullDisk takes nothing.
type fullDisk struct{ err error }

func (f *fullDisk) Write([]byte) (int, error) { return 0, f.err }

// A reader that leaves in the midst lets the next one in, who waits until then.
func TestSetPackOneAtATime(t *testing.T) {
	s := start(t, nil)
	token := s.token(triage.Admin)
	admin := client.New(s.url, token)
	var list strings.Builder
	for n := range 400_000 { // more than the buffers of a connection hold
		list.WriteString(item(t, "x", []byte{byte(n), byte(n >> 8), byte(n >> 16), 1}).Digests.MD5.String() + "\n")
	}
	open := func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(list.String())), nil }
	if _, err := admin.ImportSet(t.Context(), triage.ImportOptions{Kind: triage.KnownSet, Source: "p"}, open, int64(list.Len())); err != nil {
		t.Fatal(err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	q := wire.PackSets{To: identity.Recipient().String()}
	to := `{"to":"` + q.To + `"}`
	ctx, leave := context.WithCancel(t.Context())
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, s.url+"/v1/sets/pack", strings.NewReader(to))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := http.DefaultClient.Do(req)
	if err != nil || resp.StatusCode != http.StatusOK {
		t.Fatalf("%v, %v", resp, err)
	}
	defer resp.Body.Close()
	if a := s.send(http.MethodPost, "/v1/sets/pack", to, token); a.status != http.StatusServiceUnavailable || !strings.Contains(string(a.body), "another set pack") {
		t.Errorf("a second one meanwhile: %d %.200s", a.status, a.body)
	}
	leave()
	admin.Patience = 20 * time.Second
	var file bytes.Buffer
	if told, err := admin.PackSets(t.Context(), q, &file); err != nil || told.Known != 400_000 || file.Len() < 400_000*setpack.TagSize {
		t.Errorf("after the first has left: %+v, %d bytes, %v", told, file.Len(), err)
	}
}
