package pack_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"iter"
	"path/filepath"
	"slices"
	"testing"

	"vigie/store/evidence"
	"vigie/store/evidence/pack"
	"vigie/triage"
)

// source is what a submission needs of what it sends.
type source interface {
	Resume(ctx context.Context, parallel int, earlier evidence.Earlier) iter.Seq2[evidence.Found, error]
	Count(ctx context.Context, tell func(files, bytes int64)) error
	Digested() int64
	Held() (members, bytes int64)
	Taken() (items, bytes int64)
	Close() error
}

var (
	_ source = (*evidence.Source)(nil)
	_ source = (*pack.Reader)(nil)
)

// toldBefore is a reading that told these items, then err.
func toldBefore(items []triage.Item, err error) evidence.Earlier {
	return evidence.Earlier{Last: "?", Items: func(yield func(triage.Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
		if err != nil {
			yield(triage.Item{}, err)
		}
	}}
}

// TestABundleIsASource tells the same items whatever an earlier reading told, and counts what that had.
func TestABundleIsASource(t *testing.T) {
	s := sealOf(100, 30)
	path, key := bundleOf(t, s)
	r := openAt(t, path, key)
	items := itemsOf(slices.Concat(s...))
	var whole int64
	for _, it := range items {
		whole += it.Size
	}
	err := r.Count(t.Context(), func(n, bytes int64) {
		if n != 100 || bytes != whole {
			t.Errorf("counted %d items, %d bytes", n, bytes)
		}
	})
	if err != nil {
		t.Error(err)
	}
	other := slices.Clone(items)
	other[40].Size++
	for name, c := range map[string]struct {
		earlier evidence.Earlier
		taken   int64
	}{
		"nothing":    {evidence.Earlier{}, 0},
		"some":       {toldBefore(items[:33], nil), 33},
		"all":        {toldBefore(items, nil), 100},
		"one other":  {toldBefore(other, nil), 40},
		"none alike": {toldBefore(items[1:], nil), 0},
	} {
		n := 0
		for f, err := range r.Resume(t.Context(), 2, c.earlier) {
			if err != nil {
				t.Fatal(err)
			}
			if f.Path != items[n].Path {
				t.Fatalf("%s: item %d is %s", name, n, f.Path)
			}
			n++
		}
		taken, bytes := r.Taken()
		if n != 100 || taken != c.taken || r.Digested()+bytes != whole {
			t.Errorf("%s: %d items, %d taken over, %d+%d bytes of %d", name, n, taken, r.Digested(), bytes, whole)
		}
	}
	lost := errors.New("the service does not answer")
	n := 0
	for _, err := range r.Resume(t.Context(), 2, toldBefore(items[:7], lost)) {
		if n++; n == 8 != errors.Is(err, lost) {
			t.Errorf("item %d: %v", n, err)
		}
	}
	if n != 8 {
		t.Errorf("%d items, then the error", n)
	}
}

// TestSpoiledMediaAreMetWhenTheyAreRead: items are told all the same. What is told of the bytes is no fault of the item.
func TestSpoiledMediaAreMetWhenTheyAreRead(t *testing.T) {
	s := sealOf(60, 20, 5<<20)
	path, key := bundleOf(t, s)
	content := contentOf(t, path)
	starts, kinds, _ := pack.Frames(content)
	for i, at := range starts {
		if kinds[i] == 'm' {
			copy(content[at+600:], bytes.Repeat([]byte{0}, 64))
		}
	}
	put(t, path, content)
	r := openAt(t, path, key)
	files, n := slices.Concat(s...), 0
	for f, err := range r.Resume(t.Context(), 1, evidence.Earlier{}) {
		if err != nil {
			t.Fatal(err)
		}
		if files[n].Disposition == triage.IsMedia && files[n].Size < 4<<20 { // of the large one, the first bytes
			err := sameBytes(t.Context(), &f, &files[n])
			if _, item := errors.AsType[*evidence.Error](err); !errors.Is(err, pack.ErrDamaged) || !triage.IsKind(err, triage.Corrupt) || item {
				t.Errorf("item %d: %v", n, err)
			}
		}
		n++
	}
	if n != len(files) {
		t.Errorf("%d items", n)
	}
}

// TestAReadingIsStopped ends ctx: nothing is told, and nothing taken away.
func TestAReadingIsStopped(t *testing.T) {
	s := sealOf(60, 20)
	path, key := bundleOf(t, s)
	stopped, stop := context.WithCancel(t.Context())
	stop()
	for _, err := range openAt(t, path, key).Parts(stopped) {
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	}
	half := append(unfinished(t, contentOf(t, path)), "not whole"...)
	put(t, path, half)
	if _, err := pack.Resume(stopped, path, key, nil); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	if !bytes.Equal(contentOf(t, path), half) {
		t.Error("the bundle was changed")
	}

	w := create(t, filepath.Join(t.TempDir(), "usb.vgp"), key)
	large := digested("large.gif", noise(1, 5<<20), triage.IsMedia)
	if err := w.Medium(stopped, large.Digests.SHA256, large.Size, large.opener); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
}

// TestAReadIsOfItsOwnMedium reads with small buffers, twice at once.
func TestAReadIsOfItsOwnMedium(t *testing.T) {
	content := noise(1, 5<<20)
	path, key := bundleOf(t, seal{{digested("large.gif", content, triage.IsMedia)}})
	for p, err := range openAt(t, path, key).Parts(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		a, errA := p.Found[0].Open(t.Context())
		b, errB := p.Found[0].Open(t.Context())
		if err := errors.Join(errA, errB); err != nil {
			t.Fatal(err)
		}
		var got [2]bytes.Buffer
		for errA == nil || errB == nil {
			_, errA = io.CopyN(&got[0], a, 100_000)
			_, errB = io.CopyN(&got[1], b, 70_001)
		}
		if !bytes.Equal(got[0].Bytes(), content) || !bytes.Equal(got[1].Bytes(), content) || p.Found[0].Ordered() {
			t.Error("other bytes")
		}
	}
}
