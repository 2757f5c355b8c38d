package objects

import (
	"bytes"
	"reflect"
	"sync"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

func testArchive(t *testing.T) *Archive {
	t.Helper()
	folder, err := OpenFolder(t.TempDir(), time.Now)
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := Seal(folder, bytes.Repeat([]byte{3}, KeySize))
	if err != nil {
		t.Fatal(err)
	}
	return NewArchive(sealed, sealed, testServiceKeys(1), time.Now)
}

func examined(n int) triage.ExaminationRecord {
	return triage.ExaminationRecord{
		Medium: triage.MediumID(bytes.Repeat([]byte{byte('a' + n%6)}, 32)), Size: int64(n),
		Keys: triage.DigestKeys{MD5: [16]byte{byte(n)}, SHA1: [16]byte{1}, SHA256: [16]byte{2, 3}},
		Examination: hashing.Examination{
			Facts:       hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: n},
			Fingerprint: &hashing.Fingerprint{Version: 1, PDQ: pdq.Dihedrals{{byte(n)}}, Quality: 80},
		},
	}
}

func TestExaminationsArePacked(t *testing.T) {
	a := testArchive(t)
	const n = 40
	at := make([]triage.Locator, n)
	var g sync.WaitGroup
	for i := range n {
		g.Go(func() {
			var err error
			if at[i], err = a.PutExamination(t.Context(), examined(i)); err != nil {
				t.Error(err)
			}
		})
	}
	g.Wait()
	all := make(map[triage.Locator]triage.ExaminationRecord)
	packs := 0
	for id, err := range a.Packs(t.Context(), nil) {
		if err != nil {
			t.Fatal(err)
		}
		packs++
		filed, err := a.Pack(t.Context(), id)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range filed {
			all[f.At] = f.ExaminationRecord
		}
		for beyond := range a.Packs(t.Context(), map[string]uint64{id.Writer: id.Number}) {
			if beyond.Number <= id.Number {
				t.Errorf("%v is not beyond %v", beyond, id)
			}
		}
	}
	if packs == 0 || packs > n/2 || len(all) != n {
		t.Errorf("%d examinations in %d packs", len(all), packs)
	}
	for i := range n {
		got, err := a.Examination(t.Context(), at[i])
		if err != nil || !reflect.DeepEqual(got, examined(i)) || !reflect.DeepEqual(all[at[i]], got) {
			t.Fatalf("examination %d is %+v, %v", i, got, err)
		}
	}
}

func TestJoinsAreWrittenOnce(t *testing.T) {
	a := testArchive(t)
	want := []triage.Join{
		{Medium: "m1", Group: "m1", Born: &triage.Founder{Group: "m1", PDQ: &pdq.Hash{9}}},
		{Medium: "m2", Group: "m1"},
		{Medium: "m3", Group: "m3", Born: &triage.Founder{Group: "m3"}},
	}
	if err := a.PutJoins(t.Context(), 1, want); err != nil {
		t.Fatal(err)
	}
	if err := a.PutJoins(t.Context(), 1, want[:1]); !triage.IsKind(err, triage.Exists) {
		t.Errorf("written twice: %v", err)
	}
	if got, err := a.Joins(t.Context(), 1); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := a.Joins(t.Context(), 2); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a record that is not there: %v", err)
	}
}

func FuzzPack(f *testing.F) {
	body, _ := encodeExamination(nil, examined(1))
	body, _ = encodeExamination(body, examined(2))
	f.Add(body)
	f.Add(body[:len(body)-1])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Fuzz(func(t *testing.T, body []byte) {
		filed, err := decodePack(triage.PackID{Writer: "w", Number: 1}, body)
		if err != nil {
			return
		}
		for _, x := range filed {
			if x.At.Offset < 4 || x.At.Offset+x.At.Length > int64(len(body)) {
				t.Fatalf("%+v lies outside of %d bytes", x.At, len(body))
			}
		}
	})
}

func FuzzJoins(f *testing.F) {
	f.Add([]byte(`[{"m":"a"},{"m":"b","g":"a"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		joins, err := decodeJoins(body)
		for _, j := range joins {
			if err == nil && j.Born != nil && j.Born.Group != j.Group {
				t.Fatal("born into another group")
			}
		}
	})
}
