package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/api/client"
	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/triage"
)

// drive makes a folder of files that are recognised as pictures and quickly found damaged.
func drive(t *testing.T, files map[string]string) string {
	t.Helper()
	dir := t.TempDir()
	for name, content := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte("GIF89a"+content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

// startSubmission starts a service and opens an exhibit for what lies in dir.
func startSubmission(t *testing.T, dir string) (*submission, *client.Client) {
	t.Helper()
	needRedis(t)
	service, err := newService(t.TempDir(), os.Environ())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(service.stop)
	c := client.New(service.url, service.tokens[string(triage.Examiner)])
	x, err := c.Open(t.Context(), "1", "1", "")
	if err != nil {
		t.Fatal(err)
	}
	source, err := evidence.Open(dir, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { source.Close() })
	return newSubmission(c, source, x.ID, 2, 4), c
}

func TestEachMediumIsUploadedOnce(t *testing.T) {
	const files, media = 2500, 60
	contents := make(map[string]string)
	for i := range files {
		contents[fmt.Sprintf("%04d.gif", i)] = fmt.Sprint(i % media)
	}
	s, c := startSubmission(t, drive(t, contents))
	sealed, err := s.run(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if n := s.uploads.done.Load(); sealed.Items != files || n != media || len(s.uploads.partIDs()) != 3 {
		t.Errorf("%d items, %d uploads, %d parts", sealed.Items, n, len(s.uploads.partIDs()))
	}
	again := newSubmission(c, s.source, s.exhibit, 2, 4)
	if sealed, err = again.run(t.Context()); err != nil {
		t.Fatal(err)
	}
	if n := again.uploads.done.Load(); n != 0 || sealed.Version != 1 {
		t.Errorf("again: %d uploads, version %d", n, sealed.Version)
	}
}

// TestFilesThatChangeBetweenDigestAndUpload alters a drive after its files were digested and before they are sent.
func TestFilesThatChangeBetweenDigestAndUpload(t *testing.T) {
	dir := drive(t, map[string]string{
		"0-changed": "a", "1-vanished": "b", "2-copied, then changed": "c", "3-fine": "d", "4-the copy": "c", "5-vanished copy": "b",
	})
	s, c := startSubmission(t, dir)
	var items []evidence.Found
	for f, err := range s.source.Resume(t.Context(), 1, evidence.Earlier{}) {
		if err != nil {
			t.Fatal(err)
		}
		s.items.add(f.Disposition, f.Reason, 1)
		items = append(items, f)
	}
	for name, content := range map[string]string{"0-changed": "GIF89a!!", "2-copied, then changed": ""} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, name := range []string{"1-vanished", "5-vanished copy"} {
		if err := os.Remove(filepath.Join(dir, name)); err != nil {
			t.Fatal(err)
		}
	}
	g, ctx := errgroup.WithContext(t.Context())
	s.uploads.start(ctx, g)
	for i, some := range slices.Collect(slices.Chunk(items, 4)) { // copies lie in other parts
		turn := make(chan struct{})
		close(turn)
		if err := s.sendPart(ctx, &part{index: i, found: slices.Clone(some)}, turn); err != nil {
			t.Fatal(err)
		}
	}
	s.uploads.close()
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	if _, err := c.Seal(t.Context(), s.exhibit, s.uploads.partIDs()); err != nil {
		t.Fatal(err)
	}

	x, err := c.Exhibit(t.Context(), s.exhibit)
	if err != nil {
		t.Fatal(err)
	}
	p := x.Progress
	if p.Wanted != 0 || p.Items["media"]+p.Items["unreadable"] != len(items) || p.Items["unreadable"] != s.items.count(triage.IsUnreadable) {
		t.Errorf("%+v", p)
	}
	want := map[string]string{
		"0-changed": evidence.ReasonChanged, "1-vanished": evidence.ReasonVanished, "5-vanished copy": evidence.ReasonVanished,
		"3-fine": "", "4-the copy": "",
	}
	for f, err := range c.Findings(t.Context(), s.exhibit) {
		if err != nil {
			t.Fatal(err)
		}
		if reason, told := want[f.Path]; told && (f.Disposition == "unreadable") != (reason != "") || reason != "" && f.Reason != reason {
			t.Errorf("%s: %s %q, want %q", f.Path, f.Disposition, f.Reason, reason)
		}
	}
}

// TestWhatIsLetGo keeps what was sent until no answer can want it any more.
func TestWhatIsLetGo(t *testing.T) {
	u := newUploads(nil, 1)
	medium := &upload{digest: hashing.SHA256{1}}
	u.active[medium.digest] = medium
	first := u.ask()
	medium.sent, medium.sentAt = true, u.clock
	second := u.ask()
	if u.active[medium.digest] == nil {
		t.Error("the first answer may want it still: it was asked for before the medium was sent")
	}
	u.answered(first)
	u.ask()
	if u.active[medium.digest] != nil {
		t.Errorf("it is kept, and only %d and later are without an answer", second)
	}
}

// TestAStoppedSubmissionFinishesItsBatches, begins no others, and is taken up where it stopped.
func TestAStoppedSubmissionFinishesItsBatches(t *testing.T) {
	const files = triage.MaxPartItems + 3*triage.MaxBatchMedia
	contents := make(map[string]string)
	for i := range files {
		contents[fmt.Sprintf("%04d.gif", i)] = fmt.Sprintf("%0200d", i)
	}
	s, c := startSubmission(t, drive(t, contents))
	c.Limit(1 << 20) // a part has half of that
	ctx, stop := context.WithCancel(t.Context())
	go func() {
		for s.uploads.sent.Load() == 0 && ctx.Err() == nil {
			time.Sleep(time.Millisecond)
		}
		stop()
	}()
	if _, err := s.run(ctx); !errors.Is(err, context.Canceled) {
		t.Fatalf("stopped: %v", err)
	}
	x, err := c.Exhibit(t.Context(), s.exhibit)
	if err != nil {
		t.Fatal(err)
	}
	arrived := int(s.uploads.done.Load())
	if n := x.Progress.Items[string(triage.IsMedia)] - x.Progress.Wanted; arrived == 0 || n != arrived || arrived > files/2 {
		t.Errorf("%d media arrived, of which this side knows of %d", n, arrived)
	}
	c.Limit(1 << 30)
	s = newSubmission(c, s.source, s.exhibit, 2, 4)
	if sealed, err := s.run(t.Context()); err != nil || sealed.Items != files || int(s.uploads.done.Load()) != files-arrived {
		t.Errorf("taken up: %+v, %v, %d of %d media sent", sealed, err, s.uploads.done.Load(), files-arrived)
	}
}
