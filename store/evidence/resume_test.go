package evidence_test

import (
	"errors"
	"io"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/triage"
)

// marked are items as they were told, with a digest that says that they were taken over.
func marked(all []evidence.Found) []triage.Item {
	items := make([]triage.Item, len(all))
	for i := range all {
		items[i] = all[i].Item
		if d := items[i].Digests; d != nil {
			other := *d
			other.MD5[0] ^= 0xff
			items[i].Digests = &other
		}
	}
	return items
}

// earlier is a reading that told these items.
func earlier(items []triage.Item) evidence.Earlier {
	if len(items) == 0 {
		return evidence.Earlier{}
	}
	all := func(yield func(triage.Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
	}
	return evidence.Earlier{Items: all, Last: items[len(items)-1].RawPath()}
}

func resumed(t *testing.T, s *evidence.Source, e evidence.Earlier, parallel int) []evidence.Found {
	t.Helper()
	var all []evidence.Found
	for f, err := range s.Resume(t.Context(), parallel, e) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f)
	}
	return all
}

func same(a, b *triage.Item) bool {
	x, y := *a, *b
	x.Digests, y.Digests = nil, nil
	return x.RawPath() == y.RawPath() && x.Size == y.Size && x.Disposition == y.Disposition && x.Reason == y.Reason && x.Format == y.Format &&
		x.Kind == y.Kind && x.Modified.Equal(y.Modified) && (a.Digests == nil) == (b.Digests == nil)
}

// cutAnywhere reads a source again from wherever (so many times) an earlier reading may have been cut off: it tells the same, takes over all but
// what was being told then, and what it takes over gives its bytes or says that it does not.
func cutAnywhere(t *testing.T, s *evidence.Source, cuts int) {
	t.Helper()
	all := found(t, s)
	items := marked(all)
	step := max(1, len(all)/cuts)
	for n := 0; n <= len(all); n += step {
		e := earlier(items[:n])
		got := resumed(t, s, e, 1+n%4)
		if len(got) != len(all) {
			t.Fatalf("cut off after %d: %d items, want %d", n, len(got), len(all))
		}
		for i := range got {
			if !same(&got[i].Item, &all[i].Item) {
				t.Fatalf("cut off after %d: item %d is %+v, want %+v", n, i, got[i].Item, all[i].Item)
			}
			if got[i].Digests == nil {
				continue
			}
			taken, path := *got[i].Digests != *all[i].Digests, got[i].RawPath()
			rest, holds := strings.CutPrefix(e.Last, path)
			holds = holds && (rest == "" || rest[0] == '/') // what was being told
			if i < n != taken && !(i < n && holds) {
				t.Errorf("cut off after %d (%s): %s taken over: %v", n, e.Last, path, taken)
			}
			bytesOrNot(t, &got[i], all[i].Digests, taken)
		}
	}
}

// bytesOrNot opens what was told.
func bytesOrNot(t *testing.T, f *evidence.Found, want *hashing.Digests, taken bool) {
	t.Helper()
	r, err := f.Open(t.Context())
	if taken && errors.Is(err, evidence.ErrTakenOver) {
		return
	}
	if err != nil {
		t.Errorf("%s, taken over: %v: %v", f.Path, taken, err)
		return
	}
	defer r.Close()
	if sum, _, err := hashing.Digest(r); err != nil || sum != *want {
		t.Errorf("%s, taken over: %v: other bytes, %v", f.Path, taken, err)
	}
}

func TestAReadingIsTakenUpWhereItWasCutOff(t *testing.T) {
	dir := t.TempDir()
	inner := zipped(t, member{"b.gif", gif(1)}, member{"empty", ""})
	backup := tarred(t, member{"large", noise(1, 5<<20)}, member{"c.gif", gif(2)}, member{"link", "->c.gif"}, member{"docs/i.zip", inner}, member{"d.gif", gif(8)})
	whole := gzipped(t, tarred(t, member{"x.gif", gif(3)}, member{"y", noise(2, 1<<20)}))
	write(t, dir, map[string]string{
		"a.gif":     gif(0),
		"broken":    "?",
		"empty":     "",
		"phone.zip": zipped(t, member{"DCIM/a.gif", gif(4)}, member{"backup.tar", backup}, member{"inner.zip", inner}, member{"z.gz", gzipped(t, gif(6))}),
		"s/t.tgz":   whole,
		"u.tgz":     whole[:len(whole)-1000],
		"v.zip":     "PK\x03\x04 and nothing else",
		"w.gif":     gif(7),
	})
	cutAnywhere(t, open(t, dir), 100)
	cutAnywhere(t, open(t, filepath.Join(dir, "phone.zip")), 100)
	cutAnywhere(t, open(t, filepath.Join(dir, "u.tgz")), 100)
	cutAnywhere(t, open(t, filepath.Join(dir, "w.gif")), 100)
}

func TestAReadingOfTheArchivesOfOthersIsTakenUp(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "corpus", "archives")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus of archives is not here: ", dir)
	}
	cutAnywhere(t, open(t, dir), 4)
}

// TestWhatHasChangedIsReadAgain, and all behind it. What lies within a file that has changed is not taken over, whatever it looks like.
func TestWhatHasChangedIsReadAgain(t *testing.T) {
	archive := zipped(t, member{"1.gif", gif(1)}, member{"2.gif", gif(2)})
	other := zipped(t, member{"1.gif", gif(3)}, member{"2.gif", gif(4)})
	for name, c := range map[string]struct {
		change func(dir string) error
		taken  []string
	}{
		"nothing": {func(string) error { return nil }, []string{"a.gif", "b.zip", "b.zip/1.gif", "b.zip/2.gif", "c.gif"}},
		"other bytes, an hour later": {func(dir string) error {
			return errors.Join(os.WriteFile(filepath.Join(dir, "b.zip"), []byte(other), 0o600), os.Chtimes(filepath.Join(dir, "b.zip"), time.Time{}, time.Now().Add(time.Hour)))
		}, []string{"a.gif"}},
		"another size": {func(dir string) error { return os.WriteFile(filepath.Join(dir, "a.gif"), []byte(gif(1000)), 0o600) }, nil},
		"gone":         {func(dir string) error { return os.Remove(filepath.Join(dir, "c.gif")) }, []string{"a.gif", "b.zip", "b.zip/1.gif", "b.zip/2.gif"}},
		"one more":     {func(dir string) error { return os.WriteFile(filepath.Join(dir, "a0.gif"), []byte(gif(9)), 0o600) }, []string{"a.gif"}},
	} {
		dir := t.TempDir()
		write(t, dir, map[string]string{"a.gif": gif(0), "b.zip": archive, "c.gif": gif(5), "d.gif": gif(6)})
		s := open(t, dir)
		items := marked(found(t, s))
		if err := c.change(dir); err != nil {
			t.Fatal(err)
		}
		want := make(map[string]hashing.Digests)
		for _, f := range found(t, s) {
			want[f.Path] = *f.Digests
		}
		var taken []string
		for _, f := range resumed(t, s, earlier(items[:len(items)-1]), 2) { // without d.gif, and so c.gif is the last
			if *f.Digests != want[f.Path] {
				taken = append(taken, f.Path)
			}
			delete(want, f.Path)
		}
		if !slices.Equal(taken, c.taken) || len(want) > 0 {
			t.Errorf("%s: taken over: %q; not told: %q", name, taken, slices.Collect(maps.Keys(want)))
		}
	}
}

// TestAnEarlierReadingThatCannotBeHad ends all with its error, wherever that comes.
func TestAnEarlierReadingThatCannotBeHad(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.gif": gif(0), "b.zip": zipped(t, member{"1.gif", gif(1)}, member{"2.gif", gif(2)}), "c.gif": gif(5)})
	s := open(t, dir)
	all := found(t, s)
	for n := range all {
		e := earlier(marked(all))
		items := e.Items
		e.Items = func(yield func(triage.Item, error) bool) {
			next, stop := iter.Pull2(items)
			defer stop()
			for range n {
				if it, _, _ := next(); !yield(it, nil) {
					return
				}
			}
			yield(triage.Item{}, io.ErrUnexpectedEOF)
		}
		var err error
		for _, err = range s.Resume(t.Context(), 2, e) {
		}
		if !errors.Is(err, io.ErrUnexpectedEOF) {
			t.Errorf("after %d: %v", n, err)
		}
	}
}
