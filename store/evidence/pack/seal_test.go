package pack_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/triage"
)

// This is what tests pack: items and their bytes, and who may read them.

var header = pack.Header{Case: "2026/00123", Seal: "1", Seized: "2026-01-31", Created: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}

// file is an item and its bytes.
type file struct {
	triage.Item
	content []byte
}

// seal is a source, cut into parts.
type seal [][]file

func digested(path string, content []byte, d triage.Disposition) file {
	sum, size, _ := hashing.Digest(bytes.NewReader(content)) //nolint:errcheck // of memory
	f := file{triage.Item{Path: path, Size: size, Disposition: d, Digests: &sum}, content}
	if d == triage.IsMedia {
		f.Kind, f.Format = hashing.KindPicture, "gif"
	}
	return f
}

func noise(seed uint64, n int) []byte {
	p := make([]byte, n)
	rand.NewChaCha8([32]byte{byte(seed), byte(seed >> 8), byte(seed >> 16)}).Read(p) //nolint:errcheck // it never fails
	return p
}

// sealOf makes so many items: of each sort some, media of most sizes, and some media several times.
func sealOf(items, inPart int, large ...int) seal {
	r := rand.New(rand.NewPCG(1, 2))
	var all []file
	for i := range items {
		path := fmt.Sprintf("DCIM/%03d/%06d.gif", i/100, i)
		switch r.IntN(20) {
		case 0:
			all = append(all, file{Item: triage.Item{Path: path, Disposition: triage.IsEmpty}})
		case 1:
			all = append(all, file{Item: triage.Item{Path: path, Size: 77, Disposition: triage.IsUnreadable, Reason: evidence.ReasonInput}})
		case 2:
			all = append(all, digested(path, noise(uint64(i), 300), triage.NotMedia))
		case 3, 4, 5:
			all = append(all, digested(path, noise(uint64(r.IntN(i+1)), 1000), triage.IsMedia)) // now and then again
		default:
			all = append(all, digested(path, noise(uint64(i), 1+r.IntN(9000)), triage.IsMedia))
		}
	}
	for i, n := range large {
		at := (i + 1) * len(all) / (len(large) + 1)
		all = slices.Insert(all, at, digested(fmt.Sprintf("large-%d.gif", i), noise(uint64(i), n), triage.IsMedia))
	}
	return slices.Collect(slices.Chunk(all, inPart))
}

func itemsOf(files []file) []triage.Item {
	items := make([]triage.Item, len(files))
	for i := range files {
		items[i] = files[i].Item
	}
	return items
}

// opener opens the bytes of a file.
func (f *file) opener(context.Context) (io.ReadCloser, error) {
	return io.NopCloser(bytes.NewReader(f.content)), nil
}

// packPart packs one part as a command does.
func packPart(ctx context.Context, w *pack.Writer, files []file) (triage.PartID, error) {
	for i := range files {
		if f := &files[i]; f.Disposition == triage.IsMedia {
			if err := w.Medium(ctx, f.Digests.SHA256, f.Size, f.opener); err != nil {
				return "", err
			}
		}
	}
	return w.Part(itemsOf(files))
}

// packAll packs a seal to its note.
func packAll(t *testing.T, w *pack.Writer, s seal) []triage.PartID {
	t.Helper()
	var ids []triage.PartID
	for _, files := range s {
		id, err := packPart(t.Context(), w, files)
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, id)
	}
	if err := w.Finish([]byte("the note")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return ids
}

func newKey(t testing.TB) *age.X25519Identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// create begins a bundle for a key and somebody else's.
func create(t testing.TB, path string, key *age.X25519Identity) *pack.Writer {
	t.Helper()
	w, err := pack.Create(path, header, newKey(t).Recipient(), key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

// bundleOf returns a finished bundle.
func bundleOf(t testing.TB, s seal) (path string, key *age.X25519Identity) {
	t.Helper()
	path, key = filepath.Join(t.TempDir(), "usb.vgp"), newKey(t)
	w := create(t, path, key)
	for _, files := range s {
		if _, err := packPart(t.Context(), w, files); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Finish([]byte("the note")); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return path, key
}

// resumeAt goes on with a bundle.
func resumeAt(t *testing.T, path string, key *age.X25519Identity) *pack.Writer {
	t.Helper()
	told := false
	tell := func(done, whole int64) {
		told = true
		if done > whole {
			t.Errorf("%d of %d bytes", done, whole)
		}
	}
	w, err := pack.Resume(t.Context(), path, key, tell)
	if err != nil {
		t.Fatal(err)
	}
	if earlier, err := w.Earlier(t.Context()); err != nil || earlier.Items != nil && !told {
		t.Errorf("%v; progress told: %v", err, told)
	}
	t.Cleanup(func() { w.Close() })
	return w
}

func openAt(t *testing.T, path string, key age.Identity) *pack.Reader {
	t.Helper()
	r, err := pack.Open(path, key)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.Close() })
	return r
}

// holds reads a bundle whole and compares it with a seal. What differs is told as an error.
func holds(ctx context.Context, path string, key age.Identity, s seal) error {
	r, err := pack.Open(path, key)
	if err != nil {
		return err
	}
	defer r.Close()
	is := r.Header()
	is.To = nil
	if !reflect.DeepEqual(is, header) || string(r.Note()) != "the note" {
		return fmt.Errorf("wrong: header %+v, note %q", r.Header(), r.Note())
	}
	n := 0
	for p, err := range r.Parts(ctx) {
		if err != nil {
			return err
		}
		if err := samePart(ctx, p, s[n]); err != nil {
			return err
		}
		if n++; p.Place != n || r.PartIDs()[n-1] != p.ID {
			return fmt.Errorf("wrong: part %d is %s", p.Place, p.ID)
		}
	}
	if n != len(s) {
		return fmt.Errorf("wrong: %d parts, want %d", n, len(s))
	}
	return nil
}

func samePart(ctx context.Context, p pack.Part, files []file) error {
	body, id, err := triage.EncodePart(itemsOf(files))
	if err != nil || id != p.ID || !bytes.Equal(body, p.Body) || len(p.Found) != len(files) {
		return fmt.Errorf("wrong: part %d, %d items, %w", p.Place, len(p.Found), err)
	}
	for i := range p.Found {
		if p.Found[i].Path != files[i].Path {
			return fmt.Errorf("wrong: item %d is %s", i, p.Found[i].Path)
		}
		if err := sameBytes(ctx, &p.Found[i], &files[i]); err != nil {
			return err
		}
	}
	return nil
}

func sameBytes(ctx context.Context, f *evidence.Found, want *file) error {
	r, err := f.Open(ctx)
	if fault, none := errors.AsType[*evidence.Error](err); none && want.Disposition != triage.IsMedia && fault.Reason == evidence.ReasonInput {
		return nil
	}
	if err != nil {
		return err
	}
	defer r.Close()
	content, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	if !bytes.Equal(content, want.content) {
		return fmt.Errorf("wrong bytes of %s", want.Path)
	}
	return nil
}

// wrong reports whether holds told something wrong, which it should have called damaged.
func wrong(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "wrong") }

func mustHold(t *testing.T, path string, key age.Identity, s seal) {
	t.Helper()
	if err := holds(t.Context(), path, key, s); err != nil {
		t.Fatal(err)
	}
}

func contentOf(t testing.TB, path string) []byte {
	t.Helper()
	all, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func put(t testing.TB, path string, content []byte) {
	t.Helper()
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
}
