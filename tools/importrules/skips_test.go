package importrules

import (
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// corpus is how tests name the folder that a clean clone has not beside it. Written in two halves: this file is a
// test too.
const corpus = "shared" + "/corpus"

// TestWhatIsNotRunIsTold holds tools/setup/skipped.sh, which ends "make test" on a clone without that folder, to the
// tests: each file that reads the folder has its reason in what the script says.
func TestWhatIsNotRunIsTold(t *testing.T) {
	house := filepath.Join(t.TempDir(), "house") // nothing beside it
	if err := os.MkdirAll(house, 0o755); err != nil {
		t.Fatal(err)
	}
	script, err := filepath.Abs("../setup/skipped.sh")
	if err != nil {
		t.Fatal(err)
	}
	found := 0
	err = filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil || !strings.Contains(string(source), corpus) {
			return err
		}
		found++
		if err := os.WriteFile(filepath.Join(house, "some_test.go"), source, 0o644); err != nil {
			return err
		}
		cmd := exec.Command("sh", script)
		cmd.Dir = house
		said, err := cmd.CombinedOutput()
		if err != nil || !strings.Contains(string(said), "../"+corpus) {
			t.Errorf("%s reads %s, and skipped.sh says %q, %v", path, corpus, said, err)
		}
		return nil
	})
	if err != nil || found < 5 {
		t.Errorf("%d files, %v", found, err)
	}
}
