package endtoend

import (
	"crypto/sha1" //nolint:gosec // the list under test is one of SHA-1
	"encoding/csv"
	"encoding/hex"
	"image/jpeg"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/disintegration/imaging"

	"vigie/tools/endtoend/service"
)

const photographs = "../../../shared/corpus/photos"

// TestRealPictures submits a drive of real photographs: a third listed by SHA-1, a third re-saved and made smaller
// while the PDQ of the originals (computed by the C++ reference) is listed, a third in no list.
func TestRealPictures(t *testing.T) {
	if _, err := os.Stat(photographs); err != nil {
		t.Skip("../shared/corpus/photos is not here: the drives of real photographs are not submitted")
	}
	dir := t.TempDir()
	thirds := makePhotoDrive(t, dir)
	for _, c := range []struct {
		name       string
		listsFirst bool
	}{{"lists first", true}, {"lists after the drive", false}} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			s := startService(t)
			lists := func() {
				s.run("admin", "sets", "import", filepath.Join(dir, "sha1.txt"), "--kind", "known", "--source", "partner")
				s.run("admin", "sets", "import", filepath.Join(dir, "pdq.txt"), "--kind", "known", "--source", "partner", "--hash", "pdq")
			}
			if c.listsFirst {
				lists()
			}
			s.run("examiner", "submit", "--case", "2026/1", "--exhibit", "PHOTOS", "--wait", filepath.Join(dir, "drive"))
			if !c.listsFirst {
				lists()
				s.run("examiner", "submit", "--case", "2026/1", "--exhibit", "PHOTOS", "--wait", filepath.Join(dir, "drive"))
			}
			checkThirds(t, thirds, s.findings("2026/1", "PHOTOS"))
		})
	}
}

// makePhotoDrive writes the drive and the two lists, and returns the names by third: listed, edited, unlisted.
func makePhotoDrive(t *testing.T, dir string) [3][]string {
	t.Helper()
	drive := filepath.Join(dir, "drive")
	if err := os.Mkdir(drive, 0o755); err != nil {
		t.Fatal(err)
	}
	reference := readReference(t)
	names, err := filepath.Glob(filepath.Join(photographs, "*.JPEG"))
	if err != nil || len(names) != 231 {
		t.Fatalf("%d photographs, not 231 (%v)", len(names), err)
	}
	slices.Sort(names)
	var thirds [3][]string
	var sha1s, pdqs []string
	for i, name := range names {
		base := filepath.Base(name)
		raw, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		thirds[i%3] = append(thirds[i%3], base)
		to := filepath.Join(drive, base)
		switch i % 3 {
		case 0:
			sum := sha1.Sum(raw) //nolint:gosec // see the import
			sha1s = append(sha1s, hex.EncodeToString(sum[:]))
		case 1:
			pdqs = append(pdqs, reference[base])
			resave(t, name, to)
			continue
		}
		if err := os.WriteFile(to, raw, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for file, lines := range map[string][]string{"sha1.txt": sha1s, "pdq.txt": pdqs} {
		if err := os.WriteFile(filepath.Join(dir, file), []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return thirds
}

// resave writes the picture again at JPEG quality 60 and 70 % of its size.
func resave(t *testing.T, from, to string) {
	t.Helper()
	img, err := imaging.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	small := imaging.Resize(img, img.Bounds().Dx()*7/10, 0, imaging.Lanczos)
	f, err := os.Create(to)
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(f, small, &jpeg.Options{Quality: 60}); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// readReference returns the PDQ that the C++ reference computed, by file name.
func readReference(t *testing.T) map[string]string {
	t.Helper()
	f, err := os.Open(filepath.Join(photographs, "EXPECTED-PDQ.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	hashes := make(map[string]string, len(rows))
	for _, row := range rows[1:] {
		hashes[row[0]] = row[2]
	}
	return hashes
}

// checkThirds holds the findings against what was done to the pictures.
func checkThirds(t *testing.T, thirds [3][]string, found map[string]service.Finding) {
	t.Helper()
	if len(found) != 231 {
		t.Errorf("%d items, not 231", len(found))
	}
	missed, farthest := 0, 0
	for _, name := range thirds[0] {
		if f := found[name]; f.Finding != "known" {
			t.Errorf("listed by SHA-1, found %q: %s", f.Finding, name)
		}
	}
	for _, name := range thirds[1] {
		f := found[name]
		if f.Finding != "near-known" {
			missed++
			t.Logf("re-saved, found %q: %s", f.Finding, name)
		} else if f.Distance != nil {
			farthest = max(farthest, *f.Distance)
		}
	}
	for _, name := range thirds[2] {
		if f := found[name]; f.Finding == "known" || f.Finding == "near-known" {
			t.Errorf("in no list, found %q: %s", f.Finding, name)
		}
	}
	if missed > 1 {
		t.Errorf("%d of %d re-saved pictures were missed", missed, len(thirds[1]))
	}
	t.Logf("re-saved: %d of %d near-known, the farthest at %d bits", len(thirds[1])-missed, len(thirds[1]), farthest)
}
