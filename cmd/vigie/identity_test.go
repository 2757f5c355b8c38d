package main

import (
	"io"
	"path/filepath"
	"sync"
	"testing"

	"vigie/api/i18n"
)

// TestFirstIdentity lets commands that begin at once want a key that there is not yet: all have the same one.
func TestFirstIdentity(t *testing.T) {
	for range 20 {
		path := filepath.Join(t.TempDir(), "vigie", "examiner.key")
		env := &environment{Stderr: io.Discard, Getenv: func(string) string { return path }, Lang: i18n.EN}
		var all sync.WaitGroup
		found := make([]string, 8)
		for i := range found {
			all.Go(func() {
				k, err := env.identity("")
				if err != nil {
					t.Error(err)
					return
				}
				found[i] = k.Verifier()
			})
		}
		all.Wait()
		for _, key := range found {
			if key != found[0] {
				t.Fatalf("one has %s, another %s", found[0], key)
			}
		}
		if files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*")); err != nil || len(files) != 1 {
			t.Errorf("%v, %v", files, err)
		}
	}
}
