package objects

import (
	"bytes"
	"testing"

	"vigie/triage"
)

func testServiceKeys(keys ...byte) *ServiceKeys {
	return NewServiceKeys(func() ([][KeySize]byte, error) {
		var all [][KeySize]byte
		for _, k := range keys {
			all = append(all, [KeySize]byte{k})
		}
		return all, nil
	})
}

func TestKeyring(t *testing.T) {
	ids := [][16]byte{{3}, {1}, {2}, {1}}
	ring := newKeyring(ids)
	if len(ring) != 3 {
		t.Fatalf("%d entries", len(ring))
	}
	raw, err := ring.encode(testServiceKeys(1), "keys/a/b")
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range ring {
		if bytes.Contains(raw, e.Key[:]) || bytes.Contains(raw, e.ID[:]) {
			t.Error("a key or a name in clear")
		}
	}
	back, err := decodeKeyring(testServiceKeys(2, 1), "keys/a/b", raw)
	if err != nil || len(back) != 3 {
		t.Fatalf("%d entries, %v", len(back), err)
	}
	want, _ := ring.find([16]byte{2})
	if got, ok := back.find([16]byte{2}); !ok || got != want {
		t.Error("another key comes back")
	}
	if _, err := decodeKeyring(testServiceKeys(1), "keys/a/c", raw); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("under another name: %v", err)
	}
	rest := back.without(func(id [16]byte) bool { return id == [16]byte{2} })
	if _, ok := rest.find([16]byte{2}); ok || len(rest) != 2 || len(back) != 3 {
		t.Error("the key is still there, or others went")
	}
	if again, err := rewrap(testServiceKeys(2, 1), "keys/a/b", raw); err != nil {
		t.Error(err)
	} else if moved, err := decodeKeyring(testServiceKeys(2), "keys/a/b", again); err != nil || len(moved) != 3 || moved[1] != ring[1] {
		t.Errorf("after a rotation: %v", err)
	}
}

func FuzzKeyring(f *testing.F) {
	keys := testServiceKeys(1)
	raw, err := newKeyring([][16]byte{{1}, {2}}).encode(keys, "keys/a/b")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(raw)
	f.Add(raw[:ringHeader])
	f.Add([]byte(ringMagic))
	f.Fuzz(func(t *testing.T, b []byte) {
		ring, err := decodeKeyring(keys, "keys/a/b", b)
		genuine := err == nil // each process of a campaign makes seeds of its own, all of two entries
		if genuine && (len(ring) != 2 || len(b) != len(raw)) {
			t.Fatalf("a forged ring of %d entries was taken", len(ring))
		}
		if k := triage.KindOf(err); err != nil && k != triage.Corrupt && k != triage.Conflict {
			t.Fatal(err)
		}
		if again, err := rewrap(keys, "keys/a/b", b); err == nil {
			if _, e := decodeKeyring(keys, "keys/a/b", again); (e == nil) != genuine {
				t.Fatal("a rotation made it readable, or unreadable")
			}
		}
	})
}

func FuzzMediumHeader(f *testing.F) {
	ref, err := newRingRef("", "x0123456789abcdef", triage.PartID(bytes.Repeat([]byte("a"), 64)))
	if err != nil {
		f.Fatal(err)
	}
	h := headerOf("media/a.1", mediumRef{ring: ref})
	f.Add(h)
	f.Add(h[:20])
	f.Add(headerOf("media/a.1", mediumRef{destroyed: true}))
	f.Fuzz(func(t *testing.T, b []byte) {
		ref, err := parseHeader("media/a.1", b)
		if err != nil {
			return
		}
		if CheckKey("", ref.ring.name()) != nil {
			t.Fatalf("%q is no key", ref.ring.name())
		}
		if !ref.destroyed && !bytes.Equal(headerOf("media/a.1", ref), b) {
			t.Fatal("not what was read")
		}
	})
}
