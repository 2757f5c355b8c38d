package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/triage"
)

func TestABundleHoldsWhatWasPacked(t *testing.T) {
	s := sealOf(4000, 700, 4<<20-1, 4<<20, 9<<20+13, 3<<20)
	path, key := bundleOf(t, s)
	mustHold(t, path, key, s)

	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode().Perm() != 0o600 {
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	unique, want := make(map[hashing.SHA256]bool), int64(0)
	for _, files := range s {
		for _, f := range files {
			if f.Disposition == triage.IsMedia && !unique[f.Digests.SHA256] {
				unique[f.Digests.SHA256] = true
				want += f.Size
			}
		}
	}
	if size := int64(len(contentOf(t, path))); size < want || size > want+want/20 {
		t.Errorf("%d bytes for %d of media: is each there once?", size, want)
	}
}

func TestAnEmptySourceIsABundleToo(t *testing.T) {
	path, key := bundleOf(t, nil)
	mustHold(t, path, key, nil)
}

func TestItemsAreOpenedAtOnce(t *testing.T) {
	s := sealOf(1500, 500, 5<<20, 6<<20)
	path, key := bundleOf(t, s)
	r := openAt(t, path, key)
	var found []evidence.Found
	for p, err := range r.Parts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, p.Found...)
	}
	files := slices.Concat(s...)
	var g errgroup.Group
	for n := range 4 {
		g.Go(func() error {
			for _, i := range rand.New(rand.NewPCG(3, uint64(n))).Perm(len(found)) {
				if err := sameBytes(t.Context(), &found[i], &files[i]); err != nil {
					return err
				}
			}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		t.Error(err)
	}
}

// TestAMediumThatChangedLeavesNothing gives media that are others than was said, between ones that are right.
func TestAMediumThatChangedLeavesNothing(t *testing.T) {
	failed := errors.New("the source was pulled out")
	for _, size := range []int{1000, 5 << 20} {
		good, other := noise(1, size), noise(2, size)
		d := digested("a.gif", good, triage.IsMedia)
		path, key := filepath.Join(t.TempDir(), "usb.vgp"), newKey(t)
		w := create(t, path, key)
		before := len(contentOf(t, path))
		for name, c := range map[string]struct {
			open func(context.Context) (io.ReadCloser, error)
			want error
		}{
			"other":    {(&file{content: other}).opener, nil},
			"shorter":  {(&file{content: good[:size-1]}).opener, nil},
			"none":     {(&file{}).opener, nil},
			"longer":   {(&file{content: append(slices.Clone(good), 0)}).opener, nil},
			"vanished": {func(context.Context) (io.ReadCloser, error) { return nil, failed }, failed},
			"broken":   {func(context.Context) (io.ReadCloser, error) { return io.NopCloser(&broken{good[:size/2], failed}), nil }, failed},
		} {
			err := w.Medium(t.Context(), d.Digests.SHA256, d.Size, c.open)
			fault, isChanged := errors.AsType[*evidence.Error](err)
			if c.want != nil && !errors.Is(err, c.want) || c.want == nil && (!isChanged || fault.Reason != evidence.ReasonChanged) {
				t.Errorf("%s, %d bytes: %v", name, size, err)
			}
			if n := len(contentOf(t, path)); n != before || w.Has(d.Digests.SHA256) {
				t.Errorf("%s: %d bytes stay, held: %v", name, n-before, w.Has(d.Digests.SHA256))
			}
		}
		s := seal{{d, digested("b.gif", other, triage.IsMedia)}}
		packAll(t, w, s)
		mustHold(t, path, key, s)
	}
}

// broken reads so far and no farther.
type broken struct {
	content []byte
	err     error
}

func (b *broken) Read(p []byte) (int, error) {
	if len(b.content) == 0 {
		return 0, b.err
	}
	n := copy(p, b.content)
	b.content = b.content[n:]
	return n, nil
}

func TestAPartNeedsItsMedia(t *testing.T) {
	w := create(t, filepath.Join(t.TempDir(), "usb.vgp"), newKey(t))
	if _, err := w.Part(itemsOf([]file{digested("a.gif", noise(1, 10), triage.IsMedia)})); !triage.IsKind(err, triage.Internal) {
		t.Error(err)
	}
}

func TestNothingIsWrittenOver(t *testing.T) {
	dir, key := t.TempDir(), newKey(t)
	path := filepath.Join(dir, "usb.vgp")
	put(t, path, []byte("somebody's"))
	if _, err := pack.Create(path, header, key.Recipient()); !triage.IsKind(err, triage.Exists) {
		t.Error(err)
	}
	if got := contentOf(t, path); string(got) != "somebody's" {
		t.Errorf("%q", got)
	}
	if _, err := pack.Create(filepath.Join(dir, "none", "usb.vgp"), header, key.Recipient()); !triage.IsKind(err, triage.NotFound) {
		t.Error(err)
	}
	nobodys := filepath.Join(dir, "nobodys.vgp")
	if _, err := pack.Create(nobodys, header); !triage.IsKind(err, triage.Invalid) {
		t.Error(err)
	}
	if _, err := os.Stat(nobodys); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("something stays: %v", err)
	}
}

func TestTwoDoNotWriteAtOnce(t *testing.T) {
	path, key := filepath.Join(t.TempDir(), "usb.vgp"), newKey(t)
	w := create(t, path, key)
	if _, err := pack.Resume(t.Context(), path, key, nil); !errors.Is(err, pack.ErrInUse) || !triage.IsKind(err, triage.Conflict) {
		t.Error(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	again := resumeAt(t, path, key)
	if _, err := pack.Resume(t.Context(), path, key, nil); !errors.Is(err, pack.ErrInUse) {
		t.Error(err)
	}
	packAll(t, again, nil)
	if _, err := pack.Resume(t.Context(), path, key, nil); !errors.Is(err, pack.ErrFinished) || !triage.IsKind(err, triage.Conflict) {
		t.Error(err)
	}
}

func TestAFinishedBundleTakesNothing(t *testing.T) {
	w := create(t, filepath.Join(t.TempDir(), "usb.vgp"), newKey(t))
	if err := w.Finish(nil); err != nil {
		t.Fatal(err)
	}
	f := digested("a.gif", noise(1, 10), triage.IsMedia)
	_, err := w.Part([]triage.Item{f.Item})
	for _, err := range []error{err, w.Finish(nil), w.Medium(t.Context(), f.Digests.SHA256, f.Size, f.opener)} {
		if !errors.Is(err, pack.ErrFinished) {
			t.Error(err)
		}
	}
}

func TestWhatIsNoBundleIsTold(t *testing.T) {
	s := sealOf(60, 20)
	path, key := bundleOf(t, s)
	whole := contentOf(t, path)
	half := filepath.Join(t.TempDir(), "half.vgp")
	w := create(t, half, key)
	if _, err := packPart(t.Context(), w, s[0]); err != nil {
		t.Fatal(err)
	}
	newer := append([]byte("vigie pack 2\n"), whole[13:]...)
	for _, c := range []struct {
		name    string
		content []byte
		kind    triage.Kind
		cause   error
		hint    string
	}{
		{"empty", nil, triage.Invalid, nil, "no bundle"},
		{"something else", []byte("GIF89a, and so on and so on"), triage.Invalid, nil, "no bundle"},
		{"another version", newer, triage.Invalid, nil, "version"},
		{"its beginning", whole[:13+8], triage.Corrupt, pack.ErrDamaged, "damaged"},
		{"not finished", contentOf(t, half), triage.Conflict, pack.ErrUnfinished, "not finished"},
		{"truncated", whole[:len(whole)-1], triage.Corrupt, pack.ErrDamaged, "damaged"},
		{"truncated much", whole[:len(whole)/2], triage.Corrupt, pack.ErrDamaged, "damaged"},
		{"with rubbish", append(slices.Clone(whole), "rubbish"...), triage.Corrupt, pack.ErrDamaged, "damaged"},
		{"twice", append(slices.Clone(whole), whole...), triage.Corrupt, pack.ErrDamaged, "damaged"},
	} {
		at := filepath.Join(t.TempDir(), "secret-name")
		put(t, at, c.content)
		_, err := pack.Open(at, key)
		if !triage.IsKind(err, c.kind) || c.cause != nil && !errors.Is(err, c.cause) || !strings.Contains(err.Error(), c.hint) || strings.Contains(err.Error(), "secret-name") {
			t.Errorf("%s: %v", c.name, err)
		}
	}
	for _, of := range []string{path, half} {
		if _, err := pack.Open(of, newKey(t)); !triage.IsKind(err, triage.Forbidden) {
			t.Errorf("another key: %v", err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := pack.Resume(t.Context(), half, newKey(t), nil); !triage.IsKind(err, triage.Forbidden) {
		t.Errorf("another key: %v", err)
	}
	if _, err := pack.Open(filepath.Join(t.TempDir(), "none"), key); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("none: %v", err)
	}
}

// TestAResumedBundleStaysForAll lets one of two recipients go on with a bundle: the other reads what came before and after.
func TestAResumedBundleStaysForAll(t *testing.T) {
	one, other := newKey(t), newKey(t)
	path := filepath.Join(t.TempDir(), "usb.vgp")
	s := sealOf(20, 10)
	w, err := pack.Create(path, header, one.Recipient(), other.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := packPart(t.Context(), w, s[0]); err != nil {
		t.Fatal(err)
	}
	w.Close()
	w = resumeAt(t, path, one)
	packAll(t, w, s)
	mustHold(t, path, one, s)
	mustHold(t, path, other, s)
	r := openAt(t, path, other)
	if to := r.Header().To; !slices.Equal(to, []string{one.Recipient().String(), other.Recipient().String()}) {
		t.Errorf("it is for %q", to)
	}
	p := 0
	for part, err := range r.Parts(t.Context()) {
		if body, bodyErr := r.Body(p); err != nil || bodyErr != nil || !bytes.Equal(body, part.Body) {
			t.Errorf("part %d: %v, %v", p, err, bodyErr)
		}
		p++
	}
}

// TestIs tells bundles, of this version and others, from what is none.
func TestIs(t *testing.T) {
	dir := t.TempDir()
	path, _ := bundleOf(t, sealOf(3, 3))
	for content, want := range map[string]bool{"vigie pack 2\nand more": true, "vigie pack": false, "": false, "vigil": false, string(contentOf(t, path)): true} {
		file := filepath.Join(dir, "file")
		put(t, file, []byte(content))
		if got := pack.Is(file); got != want {
			t.Errorf("%.20q: %v", content, got)
		}
	}
	if pack.Is(dir) || pack.Is(filepath.Join(dir, "none")) {
		t.Error("a folder, or nothing, is a bundle")
	}
}
