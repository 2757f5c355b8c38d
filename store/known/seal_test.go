package known

import (
	"bytes"
	"encoding/hex"
	"log/slog"
	"testing"

	"vigie/hashing/pdq"
	"vigie/triage"
)

func TestSegmentsAreSealedInChunks(t *testing.T) {
	s := newSealer([KeySize]byte{4})
	for _, n := range []int{0, 1, chunkEntries - 1, chunkEntries, chunkEntries + 1, 2*chunkEntries + 3} {
		clear := make([]byte, n*phashSize)
		for i := range clear {
			clear[i] = byte(i)
		}
		sealed := s.sealSegment("k", clear, phashSize)
		if got, err := s.openSegment("k", string(sealed), phashSize); err != nil || !bytes.Equal(got, clear) {
			t.Errorf("%d entries: %x, %v", n, got, err)
		}
		if n == 0 {
			continue
		}
		if _, err := s.openSegment("another", string(sealed), phashSize); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%d entries, moved: %v", n, err)
		}
		if _, err := newSealer([KeySize]byte{5}).openSegment("k", string(sealed), phashSize); !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%d entries, another key: %v", n, err)
		}
	}
	swapped := s.sealSegment("k", make([]byte, 2*chunkEntries*phashSize), phashSize)
	half := len(swapped) / 2
	if _, err := s.openSegment("k", string(swapped[half:])+string(swapped[:half]), phashSize); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("chunks swapped: %v", err)
	}
}

func FuzzOpenSegment(f *testing.F) {
	s := newSealer([KeySize]byte{4})
	f.Add("")
	f.Add("short")
	f.Add(string(s.sealSegment("another place", make([]byte, pdqSize), pdqSize)))
	f.Fuzz(func(t *testing.T, segment string) {
		if _, err := s.openSegment("k", segment, pdqSize); (err == nil) != (segment == "") || err != nil && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("%q: %v", segment, err)
		}
	})
}

// Every value that is sealed fails as Corrupt, when a byte of it changes or the key is another.
func TestChangedValuesAreCorrupt(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, PDQ: code(1), PHash: phash(7), Category: "category"})
	activate(t, s, set)
	probe := triage.Probe{PDQ: []pdq.Hash{*code(1)}, Quality: 90}
	if got := match(t, m, probe); len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	changed := func(value string) string { return value[:20] + string(value[20]^1) + value[21:] }
	ctx, id := t.Context(), set.ID
	segment := s.segment(keyPDQ, id, 1)
	value := s.rdb.Get(ctx, segment).Val()
	s.rdb.Set(ctx, segment, changed(value), 0)
	if _, _, err := m.Match(ctx, []triage.Probe{probe}); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("segment, confirmed: %v", err)
	}
	if _, _, err := NewMirror(s, slog.New(slog.DiscardHandler)).Match(ctx, []triage.Probe{probe}); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("segment, loaded: %v", err)
	}
	s.rdb.Set(ctx, segment, value, 0)
	category := s.rdb.LIndex(ctx, s.key(keyCategory, id.String()), 0).Val()
	s.rdb.LSet(ctx, s.key(keyCategory, id.String()), 0, changed(category))
	if _, err := s.categoryNames(ctx, id); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("category: %v", err)
	}
	doc := s.rdb.HGet(ctx, s.key(keyDocs), id.String()).Val()
	s.rdb.HSet(ctx, s.key(keyDocs), id.String(), changed(doc))
	if _, err := s.Set(ctx, id); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("doc: %v", err)
	}
	s.rdb.HSet(ctx, s.key(keyDocs), id.String(), doc)
	if _, err := New(s.rdb, s.prefix, [KeySize]byte{5}).Sets(ctx); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("another key: %v", err)
	}
}

// Nothing of a set stands in Redis in clear: what DUMP returns is what its files hold, before compression.
func TestNothingInClear(t *testing.T) {
	s, _ := open(t)
	set := create(t, s, triage.KnownSet, "Bundespartner")
	set.Category = "Einstufung"
	add(t, s, set, triage.Entry{Number: 1, PDQ: code(1), PHash: phash(0x1122334455667788), Category: "Kategorie"})
	activate(t, s, set)
	var all []byte
	keys := s.rdb.Keys(t.Context(), "*").Val()
	for _, k := range keys {
		all = append(append(all, k...), s.rdb.Dump(t.Context(), k).Val()...)
	}
	if len(keys) < 8 {
		t.Fatalf("only %d keys: %q", len(keys), keys)
	}
	for _, secret := range [][]byte{
		[]byte("Bundespartner"), []byte("Einstufung"), []byte("Kategorie"), []byte("default"), code(1)[:16], code(1)[16:],
		[]byte(hex.EncodeToString(code(1)[:])), {0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88},
	} {
		if bytes.Contains(all, secret) {
			t.Errorf("Redis holds %q", secret)
		}
	}
}
