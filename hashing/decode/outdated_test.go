package decode

import (
	"os"
	"path/filepath"
	"testing"

	"vigie/hashing"
)

// TestOutdatedReasons: what could not be decoded is tried again by other decoders, and by no others.
func TestOutdatedReasons(t *testing.T) {
	now := Decoders()
	if len(now) != 8 || now != Decoders() {
		t.Fatalf("decoders are named %q", now)
	}
	for _, test := range []struct {
		x    hashing.Examination
		want bool
	}{
		{hashing.Examination{Unreadable: "corrupt", Decoders: now}, false},
		{hashing.Examination{Unreadable: "corrupt", Decoders: "00000000"}, true},
		{hashing.Examination{Unreadable: "format-not-supported"}, true}, // from before it was noted
		{hashing.Examination{Note: NoteFramesNotExamined}, false},
	} {
		if got := Outdated(test.x); got != test.want {
			t.Errorf("%+v: %v", test.x, got)
		}
	}
	codecs["of tomorrow"] = codecs["png"]
	defer delete(codecs, "of tomorrow")
	if Decoders() == now {
		t.Error("another format, and the same name")
	}
}

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
			x.Decoders = Decoders()
			if Outdated(x) {
				t.Errorf("%s: %q of the present decoders is outdated", path, x.Unreadable)
			}
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
