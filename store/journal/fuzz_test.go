package journal

import (
	"bytes"
	"encoding/json"
	"testing"
	"time"

	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

// sampleSegment returns a segment of two blocks.
func sampleSegment(t testing.TB) []byte {
	t.Helper()
	at := beforeGenesis
	s := newSegment(0, at)
	for n := range uint64(2) {
		b := &block{Number: n, Prev: at.hash, Nonce: "n", First: at.next, Events: []json.RawMessage{}}
		for range n {
			if err := b.add(record{Time: time.Unix(0, 0).UTC(), Actor: "a", Kind: "k"}); err != nil {
				t.Fatal(err)
			}
		}
		raw, err := b.encode()
		if err != nil {
			t.Fatal(err)
		}
		at = b.link(raw)
		s.add(b, raw, at)
	}
	raw, err := s.encode()
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// FuzzSegment: whatever is read as a segment is refused, or is what would be written again.
func FuzzSegment(f *testing.F) {
	_, body, _ := bytes.Cut(sampleSegment(f), []byte("\n"))
	f.Add(body)
	f.Add([]byte("{}\n"))
	f.Add([]byte(`{"number":0,"block":18446744073709551615,"blocks":-1}` + "\nx\n\n"))
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := withDigest(segmentHeader, body)
		s, err := decodeSegment(raw)
		if err != nil {
			return
		}
		if again, err := s.encode(); err != nil || !bytes.Equal(again, raw) || len(s.read) != s.Blocks {
			t.Fatalf("%+v is written as another one: %v", s, err)
		}
	})
}

// FuzzSnapshot: whatever is read as the head of a snapshot is refused, or is what would be written again.
func FuzzSnapshot(f *testing.F) {
	s := &snapshot{Event: 9, Block: 3, Hash: "x", Without: []triage.EventKind{"k"}, Parts: []snapshotRange{{4, "y"}, {9, "z"}}}
	raw, err := s.encode()
	if err != nil {
		f.Fatal(err)
	}
	_, body, _ := bytes.Cut(raw, []byte("\n"))
	f.Add(body)
	f.Add(bytes.Replace(body, []byte(`"last":4`), []byte(`"last":9`), 1))
	f.Add([]byte("{}"))
	f.Fuzz(func(t *testing.T, body []byte) {
		raw := withDigest(snapshotHeader, body)
		s, err := decodeSnapshot(raw)
		if err != nil {
			return
		}
		if again, err := s.encode(); err != nil || !bytes.Equal(again, raw) {
			t.Fatalf("%+v is written as another one: %v", s, err)
		}
	})
}

// FuzzSnapshotPart: a part is refused, or its events, cut again, make the same part.
func FuzzSnapshotPart(f *testing.F) {
	line := appendNumberedEvent(nil, 7, []byte(`{"time":"2026-01-01T00:00:00Z","actor":"a","kind":"k"}`))
	f.Add(line)
	f.Add(append(bytes.Clone(line), appendNumberedEvent(nil, 8, []byte(`{"time":"2026-01-01T00:00:00Z","actor":"a","kind":"k","data":{}}`))...))
	f.Add(append(bytes.Clone(line), line...))
	f.Add(bytes.TrimSuffix(line, []byte("\n")))
	f.Add([]byte{})
	f.Fuzz(func(t *testing.T, body []byte) {
		events, err := decodeSnapshotPart(withDigest(snapshotHeader, body))
		if err != nil {
			return
		}
		var cut cutter
		for _, e := range events {
			if err := cut.add(e); err != nil {
				t.Fatal(err)
			}
		}
		if !bytes.Equal(cut.lines, body) {
			t.Fatalf("%q is cut as %q", body, cut.lines)
		}
	})
}

// FuzzSnapshotKey: a key is refused, or is the one that would be written.
func FuzzSnapshotKey(f *testing.F) {
	f.Add(snapshotKey(7, snapshotHead))
	f.Add(partKey(7, 12))
	f.Add(snapshotPrefix + "7/head")
	f.Fuzz(func(t *testing.T, key string) {
		event, name, err := parseSnapshotKey(key)
		if err == nil && snapshotKey(event, name) != key {
			t.Fatalf("%q is read as %d, %q", key, event, name)
		}
	})
}

// FuzzTree: an object of the tree is refused, or holds as many hashes as its place says.
func FuzzTree(f *testing.F) {
	f.Add(make([]byte, 511*tlog.HashSize), uint64(0))
	f.Add([]byte("x"), uint64(1))
	f.Fuzz(func(t *testing.T, body []byte, span uint64) {
		span %= 1 << 40
		hashes, err := decodeTree(withDigest(treeHeader, body), span)
		if err == nil && !bytes.Equal(encodeTree(hashes), withDigest(treeHeader, body)) {
			t.Fatal("another object comes of it")
		}
	})
}

// unsigned takes any signature for good, so that the fuzzer reaches the text.
type unsigned struct{}

func (unsigned) Name() string                { return KeyName }
func (unsigned) KeyHash() uint32             { return 0x01020304 }
func (unsigned) Verify(_, _ []byte) bool     { return true }
func (unsigned) Sign([]byte) ([]byte, error) { return []byte{1}, nil }

func sampleCheckpoint(t testing.TB) *Checkpoint {
	t.Helper()
	c := &Checkpoint{Size: 300, Block: 7, Hash: beforeGenesis.hash, Segments: 1, Previous: 2, Time: time.Unix(1_800_000_000, 0)}
	if err := c.sign(unsigned{}); err != nil {
		t.Fatal(err)
	}
	return c
}

// FuzzCheckpoints: what a witness hands back is refused, or says what its text says.
func FuzzCheckpoints(f *testing.F) {
	signed := sampleCheckpoint(f).Note
	f.Add(signed)
	f.Add(append(bytes.Clone(signed), signed...))
	f.Add(signed[:len(signed)-1])
	f.Add(append(bytes.Clone(signed), signed[:20]...))
	f.Add(append(append(bytes.Clone(signed[:40]), "\n"+tornMark...), signed...))
	f.Fuzz(func(t *testing.T, text []byte) {
		all, _, err := ParseCheckpoints(text, unsigned{})
		if err != nil {
			return
		}
		for _, c := range all {
			if !bytes.HasPrefix(c.Note, []byte(c.text()+"\n")) {
				t.Fatalf("%+v of %q", c, c.Note)
			}
		}
	})
}

// FuzzProof: no bytes make a check fail otherwise than by an error, and nothing is proven beyond the checkpoint.
func FuzzProof(f *testing.F) {
	p := Proof{Number: 1, Event: "{}", Hashes: tlog.RecordProof{{}}, Checkpoint: string(sampleCheckpoint(f).Note)}
	raw, err := p.JSON()
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add([]byte(`{"number":18446744073709551615,"hashes":[]}`))
	f.Fuzz(func(t *testing.T, raw []byte) {
		p, err := ParseProof(raw)
		if err != nil {
			return
		}
		if c, err := p.Check(unsigned{}); err == nil && (p.Number == 0 || p.Number > c.Size) {
			t.Fatalf("%+v is proven by %+v", p, c)
		}
	})
}
