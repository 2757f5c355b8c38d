package decode

import (
	"os"
	"path/filepath"
	"testing"

	"vigie/hashing"
)

// TestOutdated: what is examined now is not outdated, in any format, and what another version made is.
func TestOutdated(t *testing.T) {
	paths, err := filepath.Glob("testdata/*")
	if err != nil {
		t.Fatal(err)
	}
	seen := 0
	for _, path := range paths {
		data, err := os.ReadFile(path)
		if err != nil || len(data) > 1<<20 {
			continue // a folder, or large
		}
		x := Examine(data, Limits{})
		if Outdated(x) {
			t.Errorf("%s: just made by %+v", path, x.Fingerprint)
		}
		if x.Fingerprint == nil {
			continue
		}
		seen++
		older := *x.Fingerprint
		older.Version--
		if !Outdated(hashing.Examination{Fingerprint: &older}) {
			t.Errorf("%s: not outdated with an older version", path)
		}
		older = *x.Fingerprint
		older.Decoder += ".old"
		if !Outdated(hashing.Examination{Fingerprint: &older}) {
			t.Errorf("%s: not outdated with an older decoder", path)
		}
	}
	if seen == 0 {
		t.Error("no picture among the test data")
	}
}
