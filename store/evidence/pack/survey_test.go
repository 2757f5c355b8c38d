package pack

import (
	"errors"
	"os"
	"path/filepath"
	"testing"

	"filippo.io/age"

	"vigie/triage"
)

// TestADiskThatFailsIsNoDamage: what cannot be read is not taken away.
func TestADiskThatFailsIsNoDamage(t *testing.T) {
	path := filepath.Join(t.TempDir(), "usb.vgp")
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Create(path, Header{}, key.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "b", "c"} {
		if _, err := w.Part([]triage.Item{{Path: name, Disposition: triage.IsEmpty}}); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	file, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	b, err := openBundle("resume bundle", file, key)
	if err != nil {
		t.Fatal(err)
	}
	file.Close() // every read fails from here on, and not for what is on the disk
	for _, last := range []int64{b.last, 0} {
		s := survey{bundle: b, ctx: t.Context(), tell: func(int64, int64) {}}
		if err := s.run(last); err == nil || errors.Is(err, errLost) || !triage.IsKind(surveyed("resume bundle", err), triage.Unavailable) {
			t.Errorf("from %d: %v", last, err)
		}
	}
}
