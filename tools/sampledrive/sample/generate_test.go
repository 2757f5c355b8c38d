package sample

import (
	"archive/zip"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/csv"
	"fmt"
	"image"
	"io"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/hashing"
)

// smallDrive makes a drive with few ordinary things.
func smallDrive(t *testing.T, seed uint64) (string, Summary) {
	t.Helper()
	dir := t.TempDir()
	sum, err := Generate(context.Background(), Options{Dir: dir, Seed: seed, Scale: 0.05, Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	return dir, sum
}

// tree describes every file below dir: its bytes or its target, and its time.
func tree(t *testing.T, dir string) map[string]string {
	t.Helper()
	all := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		name = filepath.ToSlash(name)
		if d.Type()&fs.ModeSymlink != 0 {
			target, err := os.Readlink(path)
			all[name] = "to " + target
			return err
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		all[name] = fmt.Sprintf("%x", sha256.Sum256(data))
		if strings.HasPrefix(name, DriveDir) {
			all[name] += " " + info.ModTime().UTC().String()
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestSameSeedSameBytes(t *testing.T) {
	a, sum := smallDrive(t, 7)
	b, again := smallDrive(t, 7)
	if first, second := tree(t, a), tree(t, b); !maps.Equal(first, second) {
		for name := range first {
			if first[name] != second[name] {
				t.Errorf("%q differs between two runs of one seed", name)
			}
		}
	}
	if !maps.Equal(sum.ByFinding, again.ByFinding) || sum.Bytes != again.Bytes {
		t.Errorf("summaries differ: %+v, %+v", sum, again)
	}
}

func TestDrive(t *testing.T) {
	dir, sum := smallDrive(t, 8)
	files := contents(t, dir)
	t.Run("labels name every item once", func(t *testing.T) { checkLabels(t, dir, sum, files) })
	t.Run("sets and labels agree", func(t *testing.T) { checkSets(t, dir, files) })
	t.Run("camera pictures say who took them", func(t *testing.T) { checkCameras(t, dir) })
}

// contents returns the bytes of all files of a drive, and of the members of its archives.
func contents(t *testing.T, dir string) map[string][]byte {
	t.Helper()
	all := map[string][]byte{}
	for name := range tree(t, filepath.Join(dir, DriveDir)) {
		path := filepath.Join(dir, DriveDir, filepath.FromSlash(name))
		if info, err := os.Lstat(path); err != nil || !info.Mode().IsRegular() {
			continue
		}
		all[name] = read(t, dir, DriveDir+"/"+name)
		unpack(t, name, all)
	}
	return all
}

// unpack adds what lies in a file of all, if that is an archive.
func unpack(t *testing.T, name string, all map[string][]byte) {
	t.Helper()
	if ext := path.Ext(name); ext != ".zip" && ext != ".docx" {
		return
	}
	z, err := zip.NewReader(bytes.NewReader(all[name]), int64(len(all[name])))
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		member := name + "/" + f.Name
		if all[member], err = io.ReadAll(r); err != nil {
			t.Fatal(err)
		}
		unpack(t, member, all)
	}
}

func checkLabels(t *testing.T, dir string, sum Summary, files map[string][]byte) {
	t.Helper()
	labels := readLabels(t, dir)
	if len(labels) != sum.Items {
		t.Errorf("%d labels, %d items", len(labels), sum.Items)
	}
	left := map[string]bool{}
	for name := range tree(t, filepath.Join(dir, DriveDir)) {
		left[name] = true
	}
	for name := range files {
		left[name] = true
	}
	for _, l := range labels {
		if !left[l.Path] {
			t.Errorf("label of %q: no such item, or labelled twice", l.Path)
		}
		delete(left, l.Path)
		checkContent(t, l, files)
	}
	for name := range left {
		t.Errorf("%q has no label", name)
	}
	for what, least := range map[string]int{Media: 100, NotMedia: 17, Empty: 4, Refused: 3} {
		if sum.ByDisposition[what] < least {
			t.Errorf("%d items are %s, want at least %d", sum.ByDisposition[what], what, least)
		}
	}
	for what, least := range map[string]int{Known: 19, NearKnown: 30, Benign: 6, Unlisted: 41, Unreadable: 10, "": 20} {
		if sum.ByFinding[what] < least {
			t.Errorf("the finding of %d items is %q, want at least %d", sum.ByFinding[what], what, least)
		}
	}
}

// checkContent holds one item against the parts of its label that its bytes can prove.
func checkContent(t *testing.T, l Label, files map[string][]byte) {
	t.Helper()
	if l.Why == "" {
		t.Errorf("%q: no reason", l.Path)
	}
	data, isFile := files[l.Path]
	if isFile != (l.Disposition != Refused) {
		t.Errorf("%q: a file %t, labelled %s", l.Path, isFile, l.Disposition)
	}
	if !isFile {
		return
	}
	if (len(data) == 0) != (l.Disposition == Empty) {
		t.Errorf("%q: %d bytes, labelled %s", l.Path, len(data), l.Disposition)
	}
	if strings.HasSuffix(l.Path, ".mp4") {
		return
	}
	_, _, err := image.Decode(bytes.NewReader(data))
	broken := l.Finding == Unreadable || strings.Contains(l.Why, string(truncated))
	if decodes := err == nil; decodes != (l.Disposition == Media && !broken) {
		t.Errorf("%q: decodes %t, labelled %s, %s", l.Path, decodes, l.Disposition, l.Finding)
	}
}

func checkSets(t *testing.T, dir string, files map[string][]byte) {
	t.Helper()
	rows, err := csv.NewReader(bytes.NewReader(read(t, dir, KnownFile))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	known := map[string]bool{}
	for _, row := range rows[1:] {
		for _, digest := range row[:3] {
			known[digest] = digest != ""
		}
	}
	benign := map[string]bool{}
	for line := range strings.Lines(string(read(t, dir, BenignFile))) {
		benign[strings.TrimSpace(line)] = true
	}
	conflicts, nearOnly := 0, 0
	for _, l := range readLabels(t, dir) {
		if l.Disposition != Media && l.Disposition != NotMedia {
			continue
		}
		d, _, err := hashing.Digest(bytes.NewReader(files[l.Path]))
		if err != nil {
			t.Fatal(err)
		}
		isKnown := known[d.MD5.String()] || known[d.SHA1.String()] || known[d.SHA256.String()]
		isBenign := benign[d.SHA1.String()]
		if isKnown != (l.Finding == Known) || (isBenign && !isKnown) != (l.Finding == Benign) {
			t.Errorf("%q: in the known set %t, in the benign set %t, labelled %q", l.Path, isKnown, isBenign, l.Finding)
		}
		if isKnown && isBenign {
			conflicts++
		}
		if l.Finding == NearKnown {
			nearOnly++
		}
	}
	if conflicts != 1 || nearOnly == 0 {
		t.Errorf("%d items in both sets, want 1; %d near known", conflicts, nearOnly)
	}
}

func checkCameras(t *testing.T, dir string) {
	t.Helper()
	originals := 0
	for _, l := range readLabels(t, dir) {
		if l.Finding != Unlisted || !strings.Contains(l.Why, "camera Exif") {
			continue
		}
		originals++
		tags := readExif(t, read(t, dir, DriveDir+"/"+l.Path))
		_, serial := tags.EXIF()["SerialNumber"]
		when, err := tags.GetDateTime()
		if _, ok := tags.EXIF()["Model"]; !ok || err != nil || !when.Before(testNow) {
			t.Errorf("%q: model %t, taken %v (%v)", l.Path, ok, when, err)
		}
		if recent := when.After(testNow.AddDate(0, 0, -45)); serial != (l.PlantedGroup != "") || (serial && !recent) {
			t.Errorf("%q: serial %t, recent %t, planted %q", l.Path, serial, recent, l.PlantedGroup)
		}
	}
	if originals < 10 {
		t.Errorf("only %d camera originals", originals)
	}
}

func TestGenerateRefuses(t *testing.T) {
	dir := t.TempDir()
	if err := os.Mkdir(filepath.Join(dir, DriveDir), 0o755); err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]Options{
		"a drive that exists": {Dir: dir, Scale: 1, Now: testNow},
		"no scale":            {Dir: t.TempDir(), Now: testNow},
		"no time":             {Dir: t.TempDir(), Scale: 1},
	} {
		if _, err := Generate(context.Background(), o); err == nil {
			t.Errorf("%s was accepted", name)
		}
	}
}

func TestLabelsSurvive(t *testing.T) {
	want := []Label{{"a/b \"c\",\nd.jpg", Media, Known, "why, so", "", "7"}, {"\xe9t\xe9.jpg", Media, Unlisted, "", "planted-1", "8"}, {"é", Empty, "", "x", "", ""}}
	var b bytes.Buffer
	if err := WriteLabels(&b, want); err != nil {
		t.Fatal(err)
	}
	got, err := ReadLabels(&b)
	if err != nil || !slices.Equal(got, want) {
		t.Errorf("read %q (%v), want %q", got, err, want)
	}
	for _, bad := range []string{"", "a,b\n", "path,path_b64,d,f,w,p,n\nx,!,media,,,,\n"} {
		if _, err := ReadLabels(strings.NewReader(bad)); err == nil {
			t.Errorf("%q was read as labels", bad)
		}
	}
}

func readLabels(t *testing.T, dir string) []Label {
	t.Helper()
	labels, err := ReadLabels(bytes.NewReader(read(t, dir, LabelsFile)))
	if err != nil {
		t.Fatal(err)
	}
	return labels
}

func read(t *testing.T, dir, name string) []byte {
	t.Helper()
	data, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(name)))
	if err != nil {
		t.Fatal(err)
	}
	return data
}
