package matcher

import (
	"bytes"
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"reflect"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
)

var (
	vote  = hashing.Hash64(0x0102030405060708)
	then  = known.Moment{Epoch: 7, Change: "1700000000000-0"}
	asked = []known.Lookup{
		{{PDQ: []pdq.Hash{{1}, {2}, {3}}, Distance: 31, PHash: &vote}, {}, {PDQ: []pdq.Hash{{4}}, Distance: 20}},
		{{PHash: &vote}},
	}
	said = []known.Nearest{
		{All: 1 << 20, Hits: []known.Hit{
			{Look: 0, Set: 3, Method: triage.ByPDQ, Place: known.Place{Segment: 9, Position: 1999, Entry: 1 << 31, Category: 65535, Frame: 1999}, Frames: 2000, Distance: 31, Transform: pdq.Rotate180, State: triage.EntryDisputed},
			{Look: 0, Set: 4, Method: triage.ByPHash, Place: known.Place{Entry: 1}, Distance: 8, State: triage.EntryWithdrawn},
		}},
		{},
	}
)

func TestMessages(t *testing.T) {
	b, err := appendRequest(nil, then, asked)
	if err != nil {
		t.Fatal(err)
	}
	at, lookups, err := parseRequest(b)
	if err != nil || at != then || !reflect.DeepEqual(lookups, asked) {
		t.Errorf("asked %+v, %+v, %v", at, lookups, err)
	}
	answer := appendAnswer(nil, statusFound, said)
	s, found, err := parseAnswer(answer, asked)
	if err != nil || s != statusFound || !reflect.DeepEqual(found, said) {
		t.Errorf("said %v, %+v, %v", s, found, err)
	}
	// What was not asked is not answered: neither to fewer lookups nor to other ones.
	for name, other := range map[string][]known.Lookup{
		"fewer": asked[:1], "more": append(asked[:2:2], asked[0]), "turned round": {asked[1], asked[0]}, "nothing": {{}, {}},
		"no PDQ": {{{PHash: &vote}}, asked[1]}, "nearer": {{{PDQ: []pdq.Hash{{1}, {2}, {3}}, Distance: 30, PHash: &vote}}, asked[1]},
	} {
		if _, _, err := parseAnswer(answer, other); err == nil {
			t.Errorf("%s: an answer to other questions is taken", name)
		}
	}
	for _, way := range []status{statusBehind, statusLoading, statusFailed} {
		if s, found, err := parseAnswer(appendAnswer(nil, way, nil), asked); s != way || found != nil || err != nil {
			t.Errorf("%v: %v, %v, %v", way, s, found, err)
		}
	}
	now := standing{share: known.Share{Index: 2, Of: 3}, ready: true, done: 5, of: 6}
	if got, err := parseStanding(appendStanding(nil, now)); err != nil || got != now {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := appendRequest(nil, then, make([]known.Lookup, known.NearAtOnce+1)); err == nil {
		t.Error("a request of too many lookups")
	}
	if _, err := appendRequest(nil, then, []known.Lookup{make(known.Lookup, maxRequest/3)}); err == nil {
		t.Error("a request that is too large")
	}
}

// TestSeal: a message opens as what it was sealed as, whole and unchanged, and under no other key.
func TestSeal(t *testing.T) {
	s, clear := sealer{[KeySize]byte{1}}, []byte("what is near")
	first := known.Share{Index: 1, Of: 2}
	sealed := s.seal(asking(pathNear, first), clear)
	if got, err := s.open(asking(pathNear, first), sealed); err != nil || !bytes.Equal(got, clear) {
		t.Fatalf("%q, %v", got, err)
	}
	if bytes.Contains(sealed, clear) || bytes.Equal(sealed, s.seal(asking(pathNear, first), clear)) {
		t.Error("it can be read, or recognised")
	}
	other := append([]byte{sealed[0] ^ 1}, sealed[1:]...)
	for name, bound := range map[string]string{
		"another path": asking(pathShare, first), "another share": asking(pathNear, known.Share{Index: 2, Of: 2}),
		"another number of shares": asking(pathNear, known.Share{Index: 1, Of: 3}), "an answer": answering(pathNear, first, sealed),
	} {
		if _, err := s.open(bound, sealed); err == nil {
			t.Errorf("opened as %s", name)
		}
	}
	answer := s.seal(answering(pathNear, first, sealed), clear)
	if _, err := s.open(answering(pathNear, first, other), answer); err == nil {
		t.Error("an answer to another request")
	}
	if _, err := (sealer{[KeySize]byte{2}}).open(asking(pathNear, first), sealed); err == nil {
		t.Error("opened with another key")
	}
	for i := range sealed {
		changed := bytes.Clone(sealed)
		changed[i] ^= 1
		if _, err := s.open(asking(pathNear, first), changed); err == nil {
			t.Fatalf("opened with byte %d changed", i)
		}
		if _, err := s.open(asking(pathNear, first), sealed[:i]); err == nil {
			t.Fatalf("opened after %d bytes", i)
		}
	}
}

// TestRefusals: who is not one of the service's processes learns nothing, and work is bounded.
func TestRefusals(t *testing.T) {
	share := known.Share{Index: 1, Of: 2}
	outcomes := make(map[string]int)
	s := NewServer(known.NewShard(nil, share, slog.New(slog.DiscardHandler)), share, [KeySize]byte{1}, nil, slog.New(slog.DiscardHandler))
	s.answered = func(outcome string, _ int, _ time.Duration) { outcomes[outcome]++ }
	h := s.Handler()
	post := func(path string, body io.Reader) (int, string) {
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequestWithContext(context.Background(), http.MethodPost, path, body))
		return w.Code, w.Body.String()
	}
	clear, err := appendRequest(nil, then, asked)
	if err != nil {
		t.Fatal(err)
	}
	for name, test := range map[string]struct {
		body string
		code int
	}{
		"nothing":            {"", http.StatusForbidden},
		"in clear":           {string(clear), http.StatusForbidden},
		"another key":        {string(sealer{[KeySize]byte{2}}.seal(asking(pathNear, share), clear)), http.StatusForbidden},
		"for another share":  {string(s.seals.seal(asking(pathNear, known.Share{Index: 2, Of: 2}), clear)), http.StatusForbidden},
		"sealed, unreadable": {string(s.seals.seal(asking(pathNear, share), clear[:len(clear)-1])), http.StatusBadRequest},
		"too long":           {strings.Repeat("x", maxRequest+1), http.StatusRequestEntityTooLarge},
	} {
		if code, body := post(pathNear, strings.NewReader(test.body)); code != test.code || body != "" {
			t.Errorf("%s: %d %q", name, code, body)
		}
	}
	if code, body := post(pathShare, strings.NewReader("")); code != http.StatusForbidden || body != "" {
		t.Errorf("which share: %d %q", code, body)
	}
	if outcomes[refused] != 6 {
		t.Errorf("counted %v", outcomes)
	}
	for range inHand {
		s.hand <- struct{}{}
	}
	if code, _ := post(pathNear, strings.NewReader("")); code != http.StatusServiceUnavailable || outcomes[busy] != 1 {
		t.Errorf("with its hands full: %d, %v", code, outcomes)
	}
}

// FuzzParseRequest: what can be read is written again as it was; nothing panics.
func FuzzParseRequest(f *testing.F) {
	b, _ := appendRequest(nil, then, asked)
	f.Add(b)
	f.Add(b[:20])
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		at, lookups, err := parseRequest(b)
		if err != nil {
			return
		}
		again, err := appendRequest(nil, at, lookups)
		if err == nil && !bytes.Equal(again, b) || err != nil && len(b) < maxRequest/2 {
			t.Errorf("%x is read as %+v, and written as %x, %v", b, lookups, again, err)
		}
	})
}

// FuzzParseAnswer: what can be read answers what was asked, and is written again as it was.
func FuzzParseAnswer(f *testing.F) {
	f.Add(appendAnswer(nil, statusFound, said))
	f.Add(appendAnswer(nil, statusBehind, nil))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, found, err := parseAnswer(b, asked)
		if err != nil {
			return
		}
		for i := range found {
			for _, h := range found[i].Hits {
				if look := asked[i][h.Look]; h.Method == triage.ByPDQ && int(h.Transform) >= len(look.PDQ) || h.Method == triage.ByPHash && look.PHash == nil {
					t.Errorf("%+v answers nothing", h)
				}
			}
		}
		if again := appendAnswer(nil, s, found); !bytes.Equal(again, b) {
			t.Errorf("%x is written as %x", b, again)
		}
	})
}

// FuzzParseStanding: likewise.
func FuzzParseStanding(f *testing.F) {
	f.Add(appendStanding(nil, standing{share: known.Whole, ready: true}))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		s, err := parseStanding(b)
		if err == nil && !bytes.Equal(appendStanding(nil, s), b) {
			t.Errorf("%x is read as %+v", b, s)
		}
	})
}

// FuzzOpen: what nobody sealed does not open.
func FuzzOpen(f *testing.F) {
	s := sealer{[KeySize]byte{1}}
	f.Add(s.seal("another place", []byte("clear")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, b []byte) {
		if _, err := s.open("this place", b); err == nil {
			t.Errorf("%x opens", b)
		}
	})
}
