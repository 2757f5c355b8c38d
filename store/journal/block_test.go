package journal

import (
	"strings"
	"testing"
)

// WithHeader makes a stored object of a body, for tests that forge one.
func WithHeader(body []byte) []byte { return withDigest(header, body) }

// WithSnapshotHeader is the same for what snapshots are made of.
func WithSnapshotHeader(body []byte) []byte { return withDigest(snapshotHeader, body) }

// HashOf is what objects are named by in others.
func HashOf(raw []byte) string { return hashOf(raw) }

func TestKeys(t *testing.T) {
	for _, n := range []uint64{0, 1, 12345, 9999999999999999} {
		if got, err := numberOf(keyOf(n)); got != n || err != nil {
			t.Errorf("%d: %d, %v", n, got, err)
		}
	}
	for _, key := range []string{"", "journal/", "journal/1", "journal/00000000000000001", "journal/000000000000000x", "journal/-000000000000001", "records/0000000000000001"} {
		if n, err := numberOf(key); err == nil {
			t.Errorf("%q is number %d", key, n)
		}
	}
}

// FuzzDecode: whatever bytes a store hands back, decode refuses them or gives a block that is stored as the same block.
func FuzzDecode(f *testing.F) {
	for _, body := range []string{
		`{"number":0,"prev":"00","nonce":"n","first":1,"events":[]}`,
		`{"number":7,"prev":"ab","nonce":"n","first":3,"events":[{"time":"2026-03-14T11:00:00.000000123Z","actor":"a","kind":"k","subject":"s","data":{"n":1}}]}`,
		`{"number":7,"first":18446744073709551615,"events":[{},{}]}`,
		`{"first":1} {"first":1}`, `{"first":1,"unknown":1}`, `[]`, `null`, ``,
	} {
		f.Add([]byte(body), true)
		f.Add([]byte(header+strings.Repeat("0", 64)+"\n"+body), false)
	}
	f.Fuzz(func(t *testing.T, raw []byte, seal bool) {
		if seal { // else the digest keeps the fuzzer away from the rest
			raw = WithHeader(raw)
		}
		b, err := decode(raw)
		if err != nil {
			return
		}
		again, err := b.encode()
		if err != nil {
			t.Fatalf("decoded but not encodable: %v", err)
		}
		c, err := decode(again)
		if err != nil || c.Number != b.Number || c.Prev != b.Prev || c.Nonce != b.Nonce || c.First != b.First || len(c.Events) != len(b.Events) {
			t.Fatalf("%+v became %+v: %v", b, c, err)
		}
		if b.next() < b.First || len(b.events(0)) != len(b.Events) {
			t.Fatalf("impossible numbers: %+v", b)
		}
	})
}
