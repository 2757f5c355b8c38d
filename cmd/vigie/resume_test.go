package main

import (
	"archive/zip"
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"golang.org/x/sync/errgroup"

	"vigie/store/evidence"
	"vigie/triage"
)

// TestWhatWasTakenOverIsWantedAfterAll ends the submission, so that it begins anew: nothing is told as unreadable.
func TestWhatWasTakenOverIsWantedAfterAll(t *testing.T) {
	var archive bytes.Buffer
	w := zip.NewWriter(&archive)
	for _, content := range []string{"1", "2"} {
		m, err := w.Create(content + ".gif")
		if err == nil {
			_, err = m.Write([]byte("GIF89a" + content))
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	dir := drive(t, map[string]string{"z.gif": "3"})
	if err := os.WriteFile(filepath.Join(dir, "a.zip"), archive.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	s, _ := startSubmission(t, dir)
	var items []triage.Item
	for f, err := range s.source.Resume(t.Context(), 1, evidence.Earlier{}) {
		if err != nil {
			t.Fatal(err)
		}
		items = append(items, f.Item)
	}
	told := func(yield func(triage.Item, error) bool) {
		for _, it := range items {
			if !yield(it, nil) {
				return
			}
		}
	}
	var found []evidence.Found
	for f, err := range s.source.Resume(t.Context(), 1, evidence.Earlier{Items: told, Last: items[len(items)-1].RawPath()}) {
		if err != nil {
			t.Fatal(err)
		}
		found = append(found, f)
	}
	if n, _ := s.source.Taken(); int(n) != len(items) || len(found) != len(items) {
		t.Fatalf("%d of %d items taken over", n, len(items))
	}
	g, ctx := errgroup.WithContext(t.Context())
	s.uploads.start(ctx, g)
	turn := make(chan struct{})
	close(turn)
	p := &part{found: slices.Clone(found)}
	if err := s.sendPart(ctx, p, turn); err != nil {
		t.Fatal(err)
	}
	s.uploads.close()
	if err := g.Wait(); !errors.Is(err, evidence.ErrTakenOver) {
		t.Errorf("the uploads ended with %v", err)
	}
	for _, f := range p.found {
		if f.Disposition == triage.IsUnreadable {
			t.Errorf("%s is told as unreadable: %s", f.Path, f.Reason)
		}
	}
}
