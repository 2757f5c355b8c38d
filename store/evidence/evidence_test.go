package evidence_test

import (
	"context"
	"errors"
	"fmt"
	"io"
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

const (
	gifBytes  = "GIF89a\x01\x00\x01\x00\x00\x00\x00;"
	mpegBytes = "\x00\x00\x01\xba\x44\x00\x04\x00"
)

// write makes a tree of files from their contents.
func write(t testing.TB, dir string, files map[string]string) {
	t.Helper()
	for name, content := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

func open(t testing.TB, dir string) *evidence.Source {
	t.Helper()
	s, err := evidence.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func items(t testing.TB, s *evidence.Source) []triage.Item {
	t.Helper()
	var all []triage.Item
	for _, f := range found(t, s) {
		all = append(all, f.Item)
	}
	return all
}

func found(t testing.TB, s *evidence.Source) []evidence.Found {
	t.Helper()
	var all []evidence.Found
	for it, err := range s.Items(t.Context(), 4) {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, it)
	}
	return all
}

func TestItemsClassifyByContent(t *testing.T) {
	dir := t.TempDir()
	want := map[string]string{ // disposition, kind, format
		"a.txt":              "media picture gif", // the name does not matter
		"clip.dat":           "media video mpeg-ps",
		"broken.JPG":         "media picture ", // unrecognised: the name decides, and the worker says what is wrong
		"broken.mov":         "media video ",
		"invoice.jpg":        "not-media other pdf", // recognised as something else
		"notes":              "not-media other ",
		"empty.jpg":          "empty  ",
		"d/e/deep.png":       "media picture ",
		"café/été.gif":       "media picture gif",
		"name with\nnewline": "not-media other ",
	}
	write(t, dir, map[string]string{
		"a.txt": gifBytes, "clip.dat": mpegBytes, "broken.JPG": "?", "broken.mov": "?", "invoice.jpg": "%PDF-1.4\n1 0 obj\nnull\nendobj", "notes": "x",
		"empty.jpg": "", "d/e/deep.png": "??", "café/été.gif": gifBytes, "name with\nnewline": "x",
	})
	got := items(t, open(t, dir))
	if len(got) != len(want) {
		t.Fatalf("%d items, want %d", len(got), len(want))
	}
	for _, it := range got {
		if s := fmt.Sprintf("%s %s %s", it.Disposition, it.Kind, it.Format); s != want[it.Path] {
			t.Errorf("%q: %q, want %q", it.Path, s, want[it.Path])
		}
		content, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(it.Path)))
		if err != nil {
			t.Fatal(err)
		}
		if it.Size != int64(len(content)) || it.Modified.IsZero() || it.Modified.Location() != time.UTC {
			t.Errorf("%q: size %d, modified %v", it.Path, it.Size, it.Modified)
		}
		if len(content) > 0 {
			if sum, _, _ := hashing.Digest(strings.NewReader(string(content))); *it.Digests != sum {
				t.Errorf("%q: wrong digests", it.Path)
			}
		}
	}
	body, id, err := triage.EncodePart(got)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := triage.DecodePart(body, id); err != nil {
		t.Errorf("the service refuses the items: %v", err)
	}
}

func TestWalkIsOrderedBytewiseByPath(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a/x": "", "a/y/z": "", "a-b": "", "a.b": "", "a0": "", "B": "", "é": "", "a/x0": "", "ab/c": ""})
	if err := os.Mkdir(filepath.Join(dir, "hollow"), 0o755); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for e, err := range open(t, dir).Walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, e.Path)
	}
	want := []string{"B", "a-b", "a.b", "a/x", "a/x0", "a/y/z", "a0", "ab/c", "é"}
	if !slices.Equal(paths, want) {
		t.Errorf("got %q, want %q", paths, want)
	}
}

func TestOpenRefusesWhatIsNotThere(t *testing.T) {
	if _, err := evidence.Open(filepath.Join(t.TempDir(), "nothing"), nil); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("%v", err)
	}
	if _, err := evidence.Open(os.DevNull, nil); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("a device: %v", err)
	}
}

func TestASourceMayBeOneFile(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"d/a.gif": gifBytes, "d/b.gif": gifBytes})
	got := items(t, open(t, filepath.Join(dir, "d", "a.gif")))
	if len(got) != 1 || got[0].Path != "a.gif" || got[0].Disposition != triage.IsMedia {
		t.Errorf("%+v", got)
	}
}

func TestAFileThatVanishesIsAccountedFor(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, map[string]string{"a.jpg": gifBytes})
	s := open(t, dir)
	for e, err := range s.Walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if err := os.Remove(filepath.Join(dir, "a.jpg")); err != nil {
			t.Fatal(err)
		}
		it, err := s.Examine(t.Context(), e)
		if err != nil || it.Disposition != triage.IsUnreadable || it.Reason != evidence.ReasonVanished {
			t.Errorf("%v %v, %v", it.Disposition, it.Reason, err)
		}
	}
}

func TestAFileThatChangesWhileItIsDigested(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "film.mp4")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := f.Truncate(32 << 20); err != nil { // digested in some 80 ms
		t.Fatal(err)
	}
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				os.Chtimes(path, time.Time{}, time.Unix(1e9+int64(i), 0))
			}
		}
	}()
	got := items(t, open(t, dir))
	close(stop)
	<-stopped
	if len(got) != 1 || got[0].Disposition != triage.IsUnreadable || got[0].Reason != evidence.ReasonChanged || got[0].Digests != nil {
		t.Errorf("%+v", got)
	}
}

func TestOpenNoticesThatAFileIsNotTheOneDigested(t *testing.T) {
	for _, test := range []struct {
		name   string
		before func(path string) error // the file is opened
		after  func(path string) error // it is read
		want   string
	}{
		{name: "steady"},
		{name: "removed", before: os.Remove, want: evidence.ReasonVanished},
		{name: "longer", before: func(p string) error { return os.WriteFile(p, []byte(gifBytes+"x"), 0) }, want: evidence.ReasonChanged},
		{name: "as long, but younger", before: func(p string) error { return os.Chtimes(p, time.Time{}, time.Unix(1e9, 0)) }, want: evidence.ReasonChanged},
		{name: "cut after it was opened", after: func(p string) error { return os.Truncate(p, 3) }, want: evidence.ReasonChanged},
		{name: "longer after it was opened", after: func(p string) error { return os.Truncate(p, 300) }, want: evidence.ReasonChanged},
	} {
		t.Run(test.name, func(t *testing.T) {
			dir := t.TempDir()
			write(t, dir, map[string]string{"a.gif": gifBytes})
			s := open(t, dir)
			it := found(t, s)[0]
			if test.before != nil {
				if err := test.before(filepath.Join(dir, "a.gif")); err != nil {
					t.Fatal(err)
				}
			}
			r, err := it.Open(t.Context())
			var got []byte
			if err == nil {
				defer r.Close()
				if test.after != nil {
					if err := test.after(filepath.Join(dir, "a.gif")); err != nil {
						t.Fatal(err)
					}
				}
				got, err = io.ReadAll(r)
			}
			var fault *evidence.Error
			errors.As(err, &fault)
			switch {
			case test.want == "" && (err != nil || string(got) != gifBytes):
				t.Errorf("%q, %v", got, err)
			case test.want != "" && (fault == nil || fault.Reason != test.want):
				t.Errorf("%v, want %s", err, test.want)
			case err != nil && strings.Contains(err.Error(), "a.gif"):
				t.Errorf("the error tells the name: %v", err)
			}
		})
	}
}

func TestItemsCanBeLeftEarly(t *testing.T) {
	dir := t.TempDir()
	files := make(map[string]string)
	for i := range 2000 {
		files[fmt.Sprintf("%04d", i)] = "x"
	}
	write(t, dir, files)
	s := open(t, dir)
	for range s.Items(t.Context(), 4) {
		break
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	n := 0
	var last error
	for _, err := range s.Items(ctx, 4) {
		if n++; n == 10 {
			cancel()
		}
		last = err
	}
	if !errors.Is(last, context.Canceled) || n > 1999 {
		t.Errorf("%d items, then %v", n, last)
	}
}

func TestAFolderOf100000Files(t *testing.T) {
	dir := t.TempDir()
	const n = 100_000
	first := ""
	for i := range n {
		path := filepath.Join(dir, fmt.Sprintf("IMG_%06d.jpg", i))
		if i%50_000 > 0 && os.Link(first, path) == nil { // four times as fast as making a file
			continue
		}
		first = path
		if err := os.WriteFile(path, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	s := open(t, dir)
	got, last := 0, ""
	for e, err := range s.Walk(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		if e.Path <= last {
			t.Fatalf("%q after %q", e.Path, last)
		}
		got, last = got+1, e.Path
	}
	var files, bytes int64
	if err := s.Count(t.Context(), func(f, b int64) { files, bytes = f, b }); err != nil {
		t.Fatal(err)
	}
	if got != n || files != n || bytes != 0 {
		t.Errorf("walked %d, counted %d files, %d bytes", got, files, bytes)
	}
}

func BenchmarkItems(b *testing.B) {
	dir := b.TempDir()
	files := make(map[string]string)
	content := gifBytes + strings.Repeat("0123456789abcdef", 1<<14) // 256 KiB
	for i := range 200 {
		files[fmt.Sprintf("%d/%03d.gif", i%10, i)] = content
	}
	write(b, dir, files)
	s := open(b, dir)
	b.SetBytes(int64(len(files) * len(content)))
	for b.Loop() {
		for _, err := range s.Items(b.Context(), 2) {
			if err != nil {
				b.Fatal(err)
			}
		}
	}
}
