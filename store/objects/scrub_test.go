package objects_test

import (
	"bytes"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// keptMedium keeps n media under their names and returns the names.
func keptMedia(t *testing.T, a *objects.Archive, names triage.Names, n int) []triage.MediumID {
	t.Helper()
	ids, contents := make([]triage.MediumID, n), make([][]byte, n)
	for i := range n {
		contents[i] = objectstest.Content(uint64(i), 1000+i)
		d, _, err := hashing.Digest(bytes.NewReader(contents[i]))
		if err != nil {
			t.Fatal(err)
		}
		ids[i] = names.Medium(d.SHA256)
	}
	slot := register(t, a, 1, ids...)
	for i, id := range ids {
		if err := a.PutMedium(t.Context(), id, slot, bytes.NewReader(contents[i]), int64(len(contents[i]))); err != nil {
			t.Fatal(err)
		}
	}
	return ids
}

func TestScrub(t *testing.T) {
	raw := folder(t)
	a, names := archive(t, raw), triage.NewNames([32]byte{1})
	ids := keptMedia(t, a, names, 4)
	scrub := func(after string) (looked, damaged []string) {
		t.Helper()
		s := objects.Scrub{Archive: archive(t, raw), Name: names.Medium, Now: time.Now, Looked: func(key string, _ int64, damage error) {
			looked = append(looked, key)
			if damage != nil {
				damaged = append(damaged, key)
			}
		}}
		if err := s.Run(t.Context(), after); err != nil {
			t.Fatal(err)
		}
		return looked, damaged
	}
	all, damaged := scrub("")
	if len(all) != 4+3+1 || len(damaged) > 0 { // media, keyrings, a part
		t.Fatalf("looked at %q, damaged %q", all, damaged)
	}
	if !slices.IsSorted(all) {
		t.Errorf("not in order: %q", all)
	}
	for i, key := range all {
		if rest, _ := scrub(key); !slices.Equal(rest, all[i+1:]) {
			t.Errorf("after %s: %q", key, rest)
		}
	}
	for _, key := range all {
		if strings.HasPrefix(key, "keys/") {
			continue // a damaged keyring damages what it is for: below
		}
		stored := read(t, raw, key)
		flipped := bytes.Clone(stored)
		flipped[len(flipped)/2] ^= 1
		replace(t, raw, key, flipped)
		if _, damaged := scrub(""); !slices.Equal(damaged, []string{key}) {
			t.Errorf("%s flipped: %q", key, damaged)
		}
		replace(t, raw, key, stored)
	}
	// A medium that reads well and has another's bytes.
	other := triage.NewNames([32]byte{2})
	s := objects.Scrub{Archive: archive(t, raw), Name: other.Medium, Now: time.Now, Looked: func(key string, _ int64, damage error) {
		if strings.HasPrefix(key, "media/") != (damage != nil) {
			t.Errorf("%s under other names: %v", key, damage)
		}
	}}
	if err := s.Run(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if err := raw.Delete(t.Context(), "keys/"+string(exhibitNo(1))+"/"+string(partNo(1))); err != nil {
		t.Fatal(err)
	}
	if _, damaged := scrub(""); len(damaged) != len(ids) {
		t.Errorf("without its keyring: %q", damaged)
	}
}

func TestScrubKeepsToItsRate(t *testing.T) {
	raw := folder(t)
	a, names := archive(t, raw), triage.NewNames([32]byte{1})
	keptMedia(t, a, names, 2)
	began := time.Now()
	s := objects.Scrub{Archive: a, Name: names.Medium, Rate: 10_000, Now: time.Now, Looked: func(string, int64, error) {}}
	if err := s.Run(t.Context(), ""); err != nil {
		t.Fatal(err)
	}
	if took := time.Since(began); took < 190*time.Millisecond {
		t.Errorf("2,000 bytes at 10,000 a second took %v", took)
	}
}

// A rotation that failed at any step, with or without effect, goes on, touches no medium, and only then lets the old
// key go.
func TestRotation(t *testing.T) {
	for _, after := range []bool{false, true} {
		raw := objectstest.NewFaulty(folder(t))
		a, names := archive(t, raw), triage.NewNames([32]byte{1})
		ids := keptMedia(t, a, names, 2)
		both := someKeys(2, 1)
		for call := 1; call < 100; call++ {
			raw.Set(objectstest.Fault{Method: "Replace", Call: 1, After: after})
			_, err := objects.Rewrap(t.Context(), raw, both, func() {})
			raw.Set()
			if err == nil {
				break
			}
			if !after && objects.CheckRetired(t.Context(), raw, both) == nil {
				t.Fatal("the old key may go, though keyrings need it")
			}
			if after {
				continue // each fault moved one keyring
			}
			if _, err := objects.Rewrap(t.Context(), raw, both, func() {}); err != nil {
				t.Fatal(err)
			}
		}
		if err := objects.CheckRetired(t.Context(), raw, both); err != nil {
			t.Fatal(err)
		}
		use, err := objects.KeyUse(t.Context(), raw)
		if current, _ := both.IDs(); err != nil || len(use) != 1 || use[current[0]] != 3 {
			t.Errorf("used: %v, %v", use, err)
		}
		now := objects.NewArchive(raw, raw, someKeys(2), time.Now)
		for i, id := range ids {
			if got, err := openMedium(t, now, id); err != nil || !bytes.Equal(got, objectstest.Content(uint64(i), 1000+i)) {
				t.Errorf("under the new key alone: %v", err)
			}
		}
	}
}
