package objects

import (
	"reflect"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// TestSetEntries keeps entries beside the files of sets, which stay what they are.
func TestSetEntries(t *testing.T) {
	folder, err := OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(folder, make([]byte, 32))
	if err != nil {
		t.Fatal(err)
	}
	a := NewArchive(sealed, folder, nil, time.Now)
	ctx := t.Context()
	phash := hashing.Hash64(1 << 63)
	whole := triage.RawEntry{
		Line: 7, Category: "B", MD5: &hashing.MD5{1}, SHA1: &hashing.SHA1{2}, SHA256: &hashing.SHA256{3}, PDQ: &pdq.Hash{4}, PHash: &phash,
	}
	for _, e := range []triage.RawEntry{whole, {Line: 8, MD5: &hashing.MD5{5}}} {
		for range 2 { // again, as a retry does
			if err := a.PutSetEntry(ctx, 3, e); err != nil {
				t.Fatal(err)
			}
		}
		if got, err := a.SetEntry(ctx, 3, e.Line); err != nil || !reflect.DeepEqual(got, e) {
			t.Errorf("%+v, %v", got, err)
		}
	}
	if _, err := a.SetEntry(ctx, 3, 9); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("one that is not kept: %v", err)
	}
	if last, err := a.LastSetFile(ctx); err != nil || last != 0 {
		t.Errorf("an entry is taken for the file of set %d, %v", last, err)
	}
}
