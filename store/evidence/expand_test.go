package evidence_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/store/evidence/container"
	"vigie/triage"
)

// member is one of an archive to be; content that is "->" and more is a link.
type member struct{ name, content string }

func zipped(t testing.TB, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, m := range members {
		f, err := w.Create(m.name)
		if err == nil {
			_, err = io.WriteString(f, m.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func tarred(t testing.TB, members ...member) string {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, m := range members {
		h := &tar.Header{Name: m.name, Mode: 0o644, Size: int64(len(m.content))}
		if to, isLink := strings.CutPrefix(m.content, "->"); isLink {
			h.Typeflag, h.Linkname, h.Size, m.content = tar.TypeSymlink, to, 0, ""
		}
		err := w.WriteHeader(h)
		if err == nil {
			_, err = io.WriteString(w, m.content)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func gzipped(t testing.TB, content string) string {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := io.WriteString(w, content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

// gif is a small file of its own that is recognised as a picture.
func gif(n int) string { return gifBytes + fmt.Sprint(n) }

// noise are bytes that do not become fewer.
func noise(seed uint64, size int) string {
	b := make([]byte, size)
	r := rand.NewChaCha8([32]byte{byte(seed)})
	r.Read(b) //nolint:errcheck // it never fails
	return string(b)
}

// TestContainersWithinContainers tells members by the way to them, in order, whoever examines them.
func TestContainersWithinContainers(t *testing.T) {
	dir := t.TempDir()
	inner := zipped(t, member{"b.gif", gif(1)}, member{"empty", ""})
	backup := tarred(t, member{"large", noise(1, 6<<20)}, member{"c.gif", gif(2)}, member{"link", "->c.gif"}, member{"docs/i.zip", inner})
	whole := gzipped(t, tarred(t, member{"x.gif", gif(3)}, member{"y", noise(2, 1<<20)}))
	write(t, dir, map[string]string{
		"a.gif":     gif(0),
		"phone.zip": zipped(t, member{"DCIM/a.gif", gif(4)}, member{"../up.gif", gif(5)}, member{"backup.tar", backup}, member{"inner.zip", inner}, member{"z.gz", gzipped(t, gif(6))}),
		"s/t.tgz":   whole,
		"u.tgz":     whole[:len(whole)-1000],
		"v.zip":     "PK\x03\x04 and nothing else",
		"w.gif":     gif(7),
	})
	want := []string{
		"a.gif media", "phone.zip not-media", "phone.zip/DCIM/a.gif media", "phone.zip/(..)/up.gif media", "phone.zip/backup.tar not-media",
		"phone.zip/backup.tar/large not-media", "phone.zip/backup.tar/c.gif media", "phone.zip/backup.tar/link refused symlink",
		"phone.zip/backup.tar/docs/i.zip not-media", "phone.zip/backup.tar/docs/i.zip/b.gif media", "phone.zip/backup.tar/docs/i.zip/empty empty",
		"phone.zip/inner.zip not-media", "phone.zip/inner.zip/b.gif media", "phone.zip/inner.zip/empty empty",
		"phone.zip/z.gz not-media", "phone.zip/z.gz/content media",
		"s/t.tgz not-media", "s/t.tgz/x.gif media", "s/t.tgz/y not-media",
		"u.tgz not-media", "u.tgz/x.gif media", "u.tgz/y unreadable archive-broken", "u.tgz/ unreadable archive-broken",
		"v.zip not-media", "v.zip/ unreadable archive-broken", "w.gif media",
	}
	s := open(t, dir)
	for _, parallel := range []int{1, 2, 16} {
		var got []string
		for f, err := range s.Items(t.Context(), parallel) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Path, f.Disposition, f.Reason)))
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d at once:\n%s\nwant\n%s", parallel, strings.Join(got, "\n"), strings.Join(want, "\n"))
		}
	}
	again(t, found(t, s))
}

// again opens what was found once more, in order, against it, and several at once.
func again(t *testing.T, all []evidence.Found) {
	t.Helper()
	check := func(f *evidence.Found) {
		if f.Digests == nil {
			r, err := f.Open(t.Context())
			if (err == nil) != (f.Disposition == triage.IsEmpty) {
				t.Errorf("%s: %s, and %v", f.Path, f.Disposition, err)
			}
			if err == nil {
				r.Close()
			}
			return
		}
		r, err := f.Open(t.Context())
		if err != nil {
			t.Errorf("%s: %v", f.Path, err)
			return
		}
		defer r.Close()
		sum, n, err := hashing.Digest(r)
		if err != nil || n != f.Size || sum != *f.Digests {
			t.Errorf("%s: other bytes, %d of %d, %v", f.Path, n, f.Size, err)
		}
	}
	for i := range all {
		check(&all[i])
	}
	for i := range all {
		check(&all[len(all)-1-i])
	}
	var g sync.WaitGroup
	for i := range all {
		g.Go(func() { check(&all[i]) })
	}
	g.Wait()
}

// TestHowDeepContainersAreEntered accounts for what lies deeper.
func TestHowDeepContainersAreEntered(t *testing.T) {
	dir := t.TempDir()
	content, want := gif(0), ""
	for range evidence.MaxDepth + 1 {
		content = zipped(t, member{"z", content})
		want += "/z"
	}
	write(t, dir, map[string]string{"z": content})
	got := items(t, open(t, dir))
	last := got[len(got)-1]
	if len(got) != evidence.MaxDepth+2 || last.Path != want[1:]+"/" || last.Disposition != triage.IsUnreadable || last.Reason != evidence.ReasonDepth {
		t.Errorf("%d items, the last %+v", len(got), last)
	}
}

// TestABombOfManyLevels is given the room of one archive, not that of each within it.
func TestABombOfManyLevels(t *testing.T) {
	dir := t.TempDir()
	zeros := zipped(t, member{"0", strings.Repeat("\x00", 100<<20)})
	var many []member
	for i := range 10 {
		many = append(many, member{fmt.Sprint(i, ".zip"), zeros})
	}
	write(t, dir, map[string]string{"bomb.zip": zipped(t, member{"more.zip", zipped(t, many...)})})
	s := open(t, dir)
	stopped := 0
	for _, it := range items(t, s) {
		if it.Reason == container.ReasonRatio {
			stopped++
		}
	}
	if read := s.Digested(); stopped < 7 || read > container.RatioFloor+8<<20 {
		t.Errorf("%d stops after %d bytes", stopped, read)
	}
}

// TestContainersCanBeLeftEarly ends everything that a call of Items has begun, wherever it is.
func TestContainersCanBeLeftEarly(t *testing.T) {
	dir := t.TempDir()
	var many []member
	for i := range 500 {
		many = append(many, member{fmt.Sprint(i, ".gif"), gif(i)})
	}
	for i := range 6 {
		write(t, dir, map[string]string{
			fmt.Sprint(i, ".zip"): zipped(t, append(many, member{"in.zip", zipped(t, many...)})...),
			fmt.Sprint(i, ".tgz"): gzipped(t, tarred(t, many...)),
		})
	}
	s := open(t, dir)
	for _, leave := range []int{0, 1, 70, 700} {
		ctx, cancel := context.WithCancel(t.Context())
		n := 0
		var last error
		for f, err := range s.Items(ctx, 3) {
			if n++; n == leave {
				cancel()
			}
			if last = err; err == nil && f.Disposition == triage.IsUnreadable {
				t.Errorf("%s: %s", f.Path, f.Reason)
			}
			if leave == 0 {
				break
			}
		}
		if leave > 0 && !errors.Is(last, context.Canceled) {
			t.Errorf("left at %d: %v after %d", leave, last, n)
		}
		cancel()
	}
}

// TestAContainerThatChangesIsNotRead holds members to the file that was digested.
func TestAContainerThatChangesIsNotRead(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "a.zip")
	write(t, dir, map[string]string{"a.zip": zipped(t, member{"a.gif", gif(0)})})
	for i := range 6 { // so that a.zip is closed by then
		write(t, dir, map[string]string{fmt.Sprint("b", i, ".zip"): zipped(t, member{"a.gif", gif(0)})})
	}
	all := found(t, open(t, dir))
	if err := os.WriteFile(path, []byte(zipped(t, member{"a.gif", gif(1)}, member{"b", "x"})), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := all[1].Open(t.Context())
	if fault, ok := errors.AsType[*evidence.Error](err); !ok || fault.Reason != evidence.ReasonChanged || all[1].Path != "a.zip/a.gif" {
		t.Errorf("%s: %v", all[1].Path, err)
	}
}

// TestOrdered says which items are quickly reached.
func TestOrdered(t *testing.T) {
	dir := t.TempDir()
	inner := zipped(t, member{"a.gif", gif(0)})
	write(t, dir, map[string]string{"a.gif": gif(1), "b.zip": zipped(t, member{"i.zip", inner}), "c.tar": tarred(t, member{"i.zip", inner})})
	want := map[string]bool{"c.tar/i.zip": true, "c.tar/i.zip/a.gif": true}
	for _, f := range found(t, open(t, dir)) {
		if f.Ordered() != want[f.Path] {
			t.Errorf("%s: %v", f.Path, f.Ordered())
		}
	}
}

// TestTheArchivesOfOthers submits the corpus as an examiner would: everything is accounted for, and all that has digests
// can be read again.
func TestTheArchivesOfOthers(t *testing.T) {
	dir := filepath.Join("..", "..", "..", "shared", "corpus", "archives")
	if _, err := os.Stat(dir); err != nil {
		t.Skip("the corpus of archives is not here: ", dir)
	}
	s := open(t, dir)
	first := found(t, s)
	counts := make(map[triage.Disposition]int)
	for _, f := range first {
		counts[f.Disposition]++
		if (f.Disposition == triage.IsUnreadable || f.Disposition == triage.IsRefused) != (f.Reason != "") {
			t.Errorf("%s: %s %q", f.Path, f.Disposition, f.Reason)
		}
	}
	t.Log(len(first), counts)
	i := 0
	for f, err := range s.Items(t.Context(), 1) {
		if err != nil {
			t.Fatal(err)
		}
		if f.Path != first[i].Path || f.Disposition != first[i].Disposition || f.Reason != first[i].Reason {
			t.Fatalf("%d: %s %s, then %s %s", i, first[i].Path, first[i].Reason, f.Path, f.Reason)
		}
		i++
	}
	if i != len(first) {
		t.Errorf("%d items, then %d", len(first), i)
	}
}

// TestMailAndCachesOfThumbnails goes into a box of messages, what is attached there, and what is known by its name alone.
func TestMailAndCachesOfThumbnails(t *testing.T) {
	const picture = "\xff\xd8\xff\xe0 a picture, or so"
	block := make([]byte, 10_000, 10_000+13+len(picture))
	block = append(append(block, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, byte(len(picture))), picture...)
	attached := base64.StdEncoding.EncodeToString([]byte(zipped(t, member{"b.gif", gif(1)})))
	dir := t.TempDir()
	write(t, dir, map[string]string{
		"Inbox": "From a@example.org Mon Feb  3 12:00:04 2020\nFrom: a@example.org\nDate: Mon, 3 Feb 2020 12:00:04 +0100\nSubject: Holiday\n" +
			"Content-Type: multipart/mixed; boundary=b\n\n--b\n\ntext\n--b\nContent-Type: application/zip; name=a.zip\n" +
			"Content-Transfer-Encoding: base64\n\n" + attached + "\n--b--\n",
		".thumbdata3--1967290299": string(block), ".thumbdata4-1": "none",
	})
	want := []string{
		".thumbdata3--1967290299 not-media", ".thumbdata3--1967290299/1.jpg media", ".thumbdata4-1 not-media", ".thumbdata4-1/ unreadable no-archive",
		"Inbox not-media", "Inbox/0001 2020-02-03 Holiday/body.txt not-media", "Inbox/0001 2020-02-03 Holiday/a.zip not-media",
		"Inbox/0001 2020-02-03 Holiday/a.zip/b.gif media",
	}
	s := open(t, dir)
	var got []string
	all := found(t, s)
	for _, f := range all {
		got = append(got, strings.TrimSpace(fmt.Sprintf("%s %s %s", f.Path, f.Disposition, f.Reason)))
	}
	if !slices.Equal(got, want) {
		t.Errorf("\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	again(t, all)
}
