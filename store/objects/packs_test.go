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
	return NewArchive(sealed, folder, testServiceKeys(1), time.Now)
}

// keep keeps media, so that there are keys for what is known of them.
func keep(t *testing.T, a *Archive, media ...triage.MediumID) {
	t.Helper()
	slot := triage.Slot{Exhibit: "x0011223344556677", Part: triage.PartID(bytes.Repeat([]byte("a"), 64))}
	if err := a.PutPart(t.Context(), slot.Exhibit, slot.Part, []byte("names"), media); err != nil {
		t.Fatal(err)
	}
	for _, id := range media {
		if err := a.PutMedium(t.Context(), id, slot, bytes.NewReader([]byte("bytes")), 5); err != nil {
			t.Fatal(err)
		}
	}
}

func mediumOf(n int) triage.MediumID {
	return triage.MediumID(bytes.Repeat([]byte{byte('a' + n%6)}, 32))
}

func examined(n int) triage.ExaminationRecord {
	return triage.ExaminationRecord{
		Medium: mediumOf(n), Generation: 1, Size: int64(n),
		Keys: triage.DigestKeys{MD5: [16]byte{byte(n)}, SHA1: [16]byte{1}, SHA256: [16]byte{2, 3}},
		Examination: hashing.Examination{
			Facts:       hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: n},
			Fingerprint: &hashing.Fingerprint{Version: 1, PDQ: pdq.Dihedrals{{byte(n)}}, Quality: 80},
		},
	}
}

func TestExaminationsArePacked(t *testing.T) {
	a := testArchive(t)
	keep(t, a, mediumOf(0), mediumOf(1), mediumOf(2), mediumOf(3), mediumOf(4), mediumOf(5))
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
	m1, m2, m3 := mediumOf(1), mediumOf(2), mediumOf(3)
	g1 := triage.GroupID(m1)
	keep(t, a, m1, m2)
	want := []triage.Join{
		{Medium: m1, Group: g1, Born: &triage.Founder{Group: g1, Medium: m1, PDQ: &pdq.Hash{9}}},
		{Medium: m2, Group: g1},
		{Medium: m3, Group: triage.GroupID(m3), Born: &triage.Founder{Group: triage.GroupID(m3), Medium: m3}},
		{Medium: m2, Group: g1, Born: &triage.Founder{Group: g1, Medium: m2, PDQ: &pdq.Hash{8}, Trimmed: []pdq.Hash{{7}, {6}}}},
		{Medium: m1, Group: g1, Left: true},
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
	folder, err := OpenFolder(f.TempDir(), time.Now)
	if err != nil {
		f.Fatal(err)
	}
	a := NewArchive(folder, folder, testServiceKeys(1), time.Now)
	failed := examined(1)
	failed.Examination.Fingerprint = nil // needs no key
	body, err := a.encodeExamination(f.Context(), failed)
	if err != nil {
		f.Fatal(err)
	}
	body = append(body, body...)
	f.Add(body)
	f.Add(body[:len(body)-1])
	f.Add([]byte{0xff, 0xff, 0xff, 0xff})
	f.Add(append([]byte{0, 0, 0, 18, recordSealed}, make([]byte, 17)...))
	f.Fuzz(func(t *testing.T, body []byte) {
		filed, err := a.decodePack(t.Context(), triage.PackID{Writer: "w", Number: 1}, body)
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
	folder, err := OpenFolder(f.TempDir(), time.Now)
	if err != nil {
		f.Fatal(err)
	}
	a := NewArchive(folder, folder, testServiceKeys(1), time.Now)
	f.Add([]byte(`[{"m":"a"},{"m":"b","g":"a"},{"m":"c","g":"a","h":true,"p":"AAAA"}]`))
	f.Fuzz(func(t *testing.T, body []byte) {
		if err := a.store.Replace(t.Context(), joinsKey(1), bytes.NewReader(body), int64(len(body))); err != nil {
			t.Fatal(err)
		}
		joins, err := a.Joins(t.Context(), 1)
		for _, j := range joins {
			if err == nil && j.Born != nil && j.Born.Group != j.Group {
				t.Fatal("born into another group")
			}
		}
	})
}

func FuzzDoom(f *testing.F) {
	f.Add(make([]byte, 2*doomEntry))
	f.Add(make([]byte, doomEntry+1))
	f.Fuzz(func(t *testing.T, body []byte) {
		doomed, ok := decodeDoom(body)
		if ok != (len(body)%doomEntry == 0) || ok && len(doomed) != len(body)/doomEntry {
			t.Fatalf("%d bytes are %d media", len(body), len(doomed))
		}
	})
}

func TestShelfKeepsAllOfAPlace(t *testing.T) {
	p := triage.Place{
		Exhibit: "x0011223344556677", Folder: "0011223344", Parent: "5566778899", Class: triage.PlaceSent, Deleted: true, Hidden: true, Archived: true,
		Modified: time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC), Day: "001122", Numbers: "001122334455667788",
	}
	for i, fields := 0, reflect.ValueOf(p); i < fields.NumField(); i++ {
		if fields.Field(i).IsZero() {
			t.Fatalf("%s is not tried", fields.Type().Field(i).Name)
		}
	}
	stored := storeShelved(&triage.Shelved{Medium: "00112233445566778899aabbccddeeff", Place: &p})
	if got := stored.shelved(p.Exhibit).Place; *got != p {
		t.Errorf("%+v became %+v", p, *got)
	}
}

func FuzzShelf(f *testing.F) {
	f.Add([]byte(`[{"m":"00112233445566778899aabbccddeeff","w":"0123456789ab","n":3,"o":12,"l":900,"g":"=","p":{"f":"00","p":"11","c":"camera"}}]`))
	f.Add([]byte(`[{"m":"00112233445566778899aabbccddeeff","g":"00112233445566778899aabbccddeef0","s":"00112233445566778899aabbccddeef1"}]`))
	f.Add([]byte(`[{"m":"00112233445566778899aabbccddeeff","h":[[1,7],[4294967295,0]]}]`))
	f.Add([]byte(`[{"m":"x"}]`))
	f.Fuzz(func(t *testing.T, b []byte) {
		media, err := decodeShelf("x0011223344556677", b)
		if err != nil {
			return
		}
		for i := range media {
			stored := storeShelved(&media[i])
			if again := stored.shelved("x0011223344556677"); !reflect.DeepEqual(again, media[i]) {
				t.Errorf("%+v became %+v", media[i], again)
			}
		}
	})
}

// TestLongFilm: the examination of a film has thousands of distinct frames, and its print too.
func TestLongFilm(t *testing.T) {
	const frames = 3600 // one a second of an hour
	a := testArchive(t)
	keep(t, a, mediumOf(0))
	film := examined(0)
	for i := range frames {
		f := hashing.Frame{Index: i + 1, At: time.Duration(i) * time.Second, Quality: 100, PHash: ^hashing.Hash64(i), DHash: hashing.Hash64(i)}
		for transform := range f.PDQ {
			f.PDQ[transform][0], f.PDQ[transform][1], f.PDQ[transform][31] = byte(i), byte(i>>8), byte(transform)
		}
		film.Examination.Frames = append(film.Examination.Frames, f)
	}
	at, err := a.PutExamination(t.Context(), film)
	if err != nil {
		t.Fatal(err)
	}
	got, err := a.Examination(t.Context(), at)
	if err != nil || !reflect.DeepEqual(got.Examination, film.Examination) {
		t.Errorf("it comes back with %d frames: %v", len(got.Examination.Frames), err)
	}
	if at.Length < maxExamination/4 {
		t.Errorf("%d bytes: the bound is wide for %d frames", at.Length, frames)
	}
	var first firstPicture
	probe, err := decodePrint(encodePrint(&film.Examination), &first)
	if err != nil || len(probe.Frames) != frames || probe.Frames[frames-1].PDQ != film.Examination.Frames[frames-1].PDQ {
		t.Errorf("its print has %d frames: %v", len(probe.Frames), err)
	}
	t.Logf("%d bytes", at.Length)
}
