package objects_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/store/objects"
	"vigie/store/objects/objectstest"
	"vigie/triage"
)

// someKeys returns service keys, the current one first.
func someKeys(keys ...byte) *objects.ServiceKeys {
	return objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) {
		var all [][objects.KeySize]byte
		for _, k := range keys {
			all = append(all, [objects.KeySize]byte{k})
		}
		return all, nil
	})
}

func archive(t *testing.T, raw objects.Store) *objects.Archive {
	t.Helper()
	root, err := objects.RootKey(t.Context(), raw, someKeys(1))
	if err != nil {
		t.Fatal(err)
	}
	sealed, err := objects.Seal(raw, root[:])
	if err != nil {
		t.Fatal(err)
	}
	return objects.NewArchive(sealed, raw, someKeys(1), time.Now)
}

func exhibitNo(n int) triage.ExhibitID { return triage.ExhibitID(fmt.Sprintf("x%016x", n)) }
func partNo(n int) triage.PartID       { return triage.PartID(fmt.Sprintf("%064x", n)) }
func mediumNo(n int) triage.MediumID   { return triage.MediumID(fmt.Sprintf("%032x", n)) }

// register keeps part n of exhibit n, which lists media.
func register(t *testing.T, a *objects.Archive, n int, media ...triage.MediumID) triage.Slot {
	t.Helper()
	if err := a.PutPart(t.Context(), exhibitNo(n), partNo(n), []byte("names and paths"), media); err != nil {
		t.Fatal(err)
	}
	return triage.Slot{Exhibit: exhibitNo(n), Part: partNo(n), Generation: 1}
}

func openMedium(t *testing.T, a *objects.Archive, id triage.MediumID) ([]byte, error) {
	t.Helper()
	r, size, err := a.OpenMedium(t.Context(), id, 0)
	if err != nil {
		return nil, err
	}
	got, err := readAll(r, nil)
	if err == nil && int64(len(got)) != size {
		t.Errorf("%s: %d bytes said, %d read", id, size, len(got))
	}
	return got, err
}

func TestMediumOnBothStores(t *testing.T) {
	for name, open := range map[string]func(*testing.T) objects.Store{"folder": folder, "minio": minio} {
		t.Run(name, func(t *testing.T) {
			raw := open(t)
			a := archive(t, raw)
			id := mediumNo(1)
			slot := register(t, a, 1, id)
			for _, size := range []int{0, 1, 65535, 65536, 200_001, 3_000_001} { // windows of a MiB
				id := mediumNo(1000 + size)
				slot := register(t, a, 1000+size, id)
				content := objectstest.Content(uint64(size), size)
				if err := a.PutMedium(t.Context(), id, slot, bytes.NewReader(content), int64(size)); err != nil {
					t.Fatal(err)
				}
				if got, err := openMedium(t, archive(t, raw), id); err != nil || !bytes.Equal(got, content) {
					t.Errorf("%d bytes: %d come back, %v", size, len(got), err)
				}
				readHereAndThere(t, a, id, content)
			}
			if held, err := a.HasMedium(t.Context(), id, 0); held || err != nil {
				t.Errorf("held before it came: %v, %v", held, err)
			}
			broken := io.MultiReader(strings.NewReader("abc"), errReader{})
			if err := a.PutMedium(t.Context(), id, slot, broken, 6); !errors.Is(err, errBroken) {
				t.Errorf("a broken upload: %v", err)
			}
			if held, _ := a.HasMedium(t.Context(), id, 0); held {
				t.Error("a broken upload left something")
			}
			if err := a.PutMedium(t.Context(), mediumNo(2), slot, strings.NewReader("abc"), 3); !triage.IsKind(err, triage.Conflict) {
				t.Errorf("a medium that the part does not list: %v", err)
			}
		})
	}
}

// readHereAndThere reads a medium from places within it and beyond, forwards and backwards.
func readHereAndThere(t *testing.T, a *objects.Archive, id triage.MediumID, content []byte) {
	t.Helper()
	at, size, err := a.OpenMediumAt(t.Context(), id, 0)
	if err != nil || size != int64(len(content)) {
		t.Fatalf("%d bytes are held to be %d: %v", len(content), size, err)
	}
	reference := bytes.NewReader(content)
	for _, off := range []int64{0, size / 3, size - 1, size / 2, 65_535, 65_536, 1, size, size + 1} {
		for _, n := range []int64{1, 32 << 10, size/2 + 1, size + 1} {
			got, want := make([]byte, n), make([]byte, n)
			gotN, gotErr := at.ReadAt(got, max(0, off))
			wantN, wantErr := reference.ReadAt(want, max(0, off))
			if gotN != wantN || gotErr != wantErr || !bytes.Equal(got, want) {
				t.Errorf("%d bytes from %d of %d: %d and %v, not %d and %v", n, off, size, gotN, gotErr, wantN, wantErr)
			}
		}
	}
}

var errBroken = errors.New("broken")

type errReader struct{}

func (errReader) Read([]byte) (int, error) { return 0, errBroken }

// Many uploads of one medium at once, from parts of several exhibits and through several processes, end with one
// readable object.
func TestUploadsOfOneMediumAtOnce(t *testing.T) {
	for name, open := range map[string]func(*testing.T) objects.Store{"folder": folder, "minio": minio} {
		t.Run(name, func(t *testing.T) {
			raw := open(t)
			id, content := mediumNo(7), objectstest.Content(7, 100_000)
			var g sync.WaitGroup
			errs := make([]error, 8)
			for i := range errs {
				a := archive(t, raw)
				slot := register(t, a, i%4, id)
				g.Go(func() {
					errs[i] = a.PutMedium(t.Context(), id, slot, bytes.NewReader(content), int64(len(content)))
				})
			}
			g.Wait()
			won := 0
			for _, err := range errs {
				if err == nil {
					won++
				} else if !triage.IsKind(err, triage.Exists) {
					t.Error(err)
				}
			}
			if won != 1 {
				t.Errorf("%d of 8 won", won)
			}
			if got, err := openMedium(t, archive(t, raw), id); err != nil || !bytes.Equal(got, content) {
				t.Errorf("%d bytes come back, %v", len(got), err)
			}
		})
	}
}

// Each flipped byte of a medium's object, and of its keyring, is Corrupt or at least an error, never other bytes.
func TestFlippedBytes(t *testing.T) {
	raw := folder(t)
	a := archive(t, raw)
	id, content := mediumNo(3), objectstest.Content(3, 70_000)
	slot := register(t, a, 3, id)
	if err := a.PutMedium(t.Context(), id, slot, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
	medium := "media/" + string(id) + ".1"
	ring := fmt.Sprintf("keys/%s/%s", exhibitNo(3), partNo(3))
	for _, key := range []string{medium, ring} {
		stored := read(t, raw, key)
		for i := 0; i < len(stored); i += 1 + len(stored)/150 {
			flipped := bytes.Clone(stored)
			flipped[i] ^= 0x20
			replace(t, raw, key, flipped)
			_, err := openMedium(t, archive(t, raw), id)
			if want := triage.IsKind(err, triage.Corrupt) || key == ring && triage.IsKind(err, triage.Conflict); !want {
				t.Errorf("%s, byte %d of %d flipped: %v", key, i, len(stored), err)
			}
		}
		replace(t, raw, key, stored)
	}
	if err := raw.Delete(t.Context(), ring); err != nil {
		t.Fatal(err)
	}
	if _, err := openMedium(t, archive(t, raw), id); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("a lost keyring: %v", err)
	}
}

func replace(t *testing.T, s objects.Store, key string, content []byte) {
	t.Helper()
	if err := s.Replace(t.Context(), key, bytes.NewReader(content), int64(len(content))); err != nil {
		t.Fatal(err)
	}
}

// A part whose keeping failed at any step, with or without effect, is kept by the next try, and its media after it.
func TestFaultsWhileAPartIsKept(t *testing.T) {
	for _, after := range []bool{false, true} {
		for call := 1; ; call++ {
			raw := objectstest.NewFaulty(folder(t))
			a := archive(t, raw)
			raw.Set(objectstest.Fault{Call: call, After: after})
			id := mediumNo(call)
			slot := triage.Slot{Exhibit: exhibitNo(1), Part: partNo(1)}
			keep := func() error {
				if err := a.PutPart(t.Context(), slot.Exhibit, slot.Part, []byte("names"), []triage.MediumID{id}); err != nil {
					return err
				}
				err := a.PutMedium(t.Context(), id, slot, strings.NewReader("bytes"), 5)
				if triage.IsKind(err, triage.Exists) {
					return nil
				}
				return err
			}
			err := keep()
			if raw.Calls("") < call {
				if call < 4 {
					t.Errorf("only %d steps", call-1)
				}
				break
			}
			for try := 0; err != nil && try < 3; try++ {
				err = keep()
			}
			raw.Set()
			if err != nil {
				t.Fatalf("call %d, effect %t: %v", call, after, err)
			}
			if got, err := openMedium(t, archive(t, raw), id); err != nil || string(got) != "bytes" {
				t.Errorf("call %d, effect %t: %q, %v", call, after, got, err)
			}
			if got, err := archive(t, raw).Part(t.Context(), slot.Exhibit, slot.Part); err != nil || string(got) != "names" {
				t.Errorf("call %d, effect %t: part %q, %v", call, after, got, err)
			}
		}
	}
}

func TestRootKey(t *testing.T) {
	raw := folder(t)
	first, err := objects.RootKey(t.Context(), raw, someKeys(1))
	if err != nil {
		t.Fatal(err)
	}
	if again, err := objects.RootKey(t.Context(), raw, someKeys(2, 1)); err != nil || again != first {
		t.Errorf("with an older key behind the current one: %v", err)
	}
	if _, err := objects.RootKey(t.Context(), raw, someKeys(2)); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("with another service key: %v", err)
	}
}

// BenchmarkMedium says what keeping a thousand media costs.
//
//	go test -run '^$' -bench Medium -benchtime 3x ./store/objects
func BenchmarkMedium(b *testing.B) {
	for name, keyed := range map[string]bool{"sealed": false, "keyring": true} {
		b.Run(name, func(b *testing.B) {
			var puts, stored, clear int64
			for b.Loop() {
				raw, err := objects.OpenFolder(b.TempDir(), time.Now)
				if err != nil {
					b.Fatal(err)
				}
				counted := objectstest.NewFaulty(raw)
				sealed, _ := objects.Seal(counted, serviceKey)
				a := objects.NewArchive(sealed, counted, someKeys(1), time.Now)
				media := make([]triage.MediumID, 1000)
				for i := range media {
					media[i] = mediumNo(i)
				}
				slot := triage.Slot{Exhibit: exhibitNo(1), Part: partNo(1)}
				if keyed {
					if err := a.PutPart(b.Context(), slot.Exhibit, slot.Part, []byte("names"), media); err != nil {
						b.Fatal(err)
					}
				}
				content := objectstest.Content(1, 10_000)
				for _, id := range media {
					if keyed {
						err = a.PutMedium(b.Context(), id, slot, bytes.NewReader(content), int64(len(content)))
					} else {
						err = sealed.Put(b.Context(), "media/"+string(id), bytes.NewReader(content), int64(len(content)))
					}
					if err != nil {
						b.Fatal(err)
					}
				}
				puts, stored, clear = int64(counted.Calls("Put")), 0, int64(len(content)*len(media))
				for _, bucket := range []string{"media/", "keys/", "records/"} {
					for info, err := range raw.List(b.Context(), bucket, "") {
						if err != nil {
							b.Fatal(err)
						}
						stored += info.Size
					}
				}
			}
			b.ReportMetric(float64(puts)/1000, "puts/medium")
			b.ReportMetric(float64(stored-clear)/1000, "extra-B/medium")
		})
	}
}
