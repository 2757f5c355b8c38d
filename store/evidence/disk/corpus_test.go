package disk_test

import (
	"bytes"
	"encoding/csv"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"testing"

	"vigie/store/evidence/disk"
)

const corpus = "../../../../shared/corpus/drives/dfvfs"

var update = flag.Bool("update", false, "write testdata/corpus.golden anew")

// unpackCorpus returns a folder with the images.
func unpackCorpus(t *testing.T) string {
	t.Helper()
	if _, err := os.Stat(corpus); err != nil {
		t.Skip("../shared/corpus/drives is not here: other people's drive images are not tried")
	}
	need(t, "zstd", "tar")
	folder := t.TempDir()
	unpack := exec.CommandContext(t.Context(), "zstd", "-dc", "--long=30", corpus+"/dfvfs-test_data.tar.zst")
	tar := exec.CommandContext(t.Context(), "tar", "-C", folder, "-x", "-S")
	var err error
	tar.Stdin, err = unpack.StdoutPipe()
	must(t, err)
	must(t, unpack.Start())
	must(t, tar.Run())
	must(t, unpack.Wait())
	return folder
}

// TestCorpus goes through every file of a corpus of drive images and compares what came out with testdata/corpus.golden.
func TestCorpus(t *testing.T) {
	k := kit(t)
	folder := unpackCorpus(t)
	var table strings.Builder
	must(t, filepath.WalkDir(folder, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, folder+"/"))
		im, err := disk.Open(path, k)
		if err != nil {
			if line := "! " + err.Error(); !strings.HasSuffix(line, disk.ReasonNoImage) {
				fmt.Fprintf(&table, "%s\t%s\n", name, line)
			}
			return nil
		}
		defer im.Close()
		facts := im.Facts()
		fmt.Fprintf(&table, "%s\t%s, %d bytes in %d files %s\n", name, facts.Format, facts.Size, facts.Segments, facts.MD5)
		for _, line := range sorted(list(t, im)) {
			fmt.Fprintf(&table, "%s\t  %s\n", name, strings.ToValidUTF8(line, "?"))
		}
		return nil
	}))
	golden(t, "testdata/corpus.golden", table.String())
}

// TestCorpusExpected: what other programs found in the same images, file by file.
func TestCorpusExpected(t *testing.T) {
	k := kit(t)
	folder := unpackCorpus(t)
	f, err := os.Open(corpus + "/EXPECTED.tsv")
	must(t, err)
	defer f.Close()
	table := csv.NewReader(f)
	table.Comma, table.LazyQuotes = '\t', true
	rows, err := table.ReadAll()
	must(t, err)
	images := make(map[string][][]string)
	for _, row := range rows[1:] {
		images[row[0]] = append(images[row[0]], row)
	}
	for name, rows := range images {
		t.Run(name, func(t *testing.T) {
			im := open(t, k, filepath.Join(folder, name))
			all, end := list(t, im)
			must(t, end)
			found := make(map[string]told)
			for _, f := range all {
				if !f.Deleted && !f.Stream && !f.Whole {
					sector, _, _ := strings.Cut(f.Address, "/")
					path := f.Path
					if sector != "0" {
						_, path, _ = strings.Cut(path, "/")
					}
					found[sector+" "+path] = f
				}
			}
			for _, row := range rows {
				offset, status, size, want, path := row[1], row[2], row[4], row[5], row[7]
				if status != "allocated" {
					t.Fatalf("a row says %q", status)
				}
				f, ok := found[offset+" "+path]
				delete(found, offset+" "+path)
				switch {
				case strings.HasSuffix(path, "(Volume Label Entry)"):
					if ok {
						t.Errorf("%s is told as a file", path)
					}
				case !ok:
					t.Errorf("%s is not told", path)
				case f.reason == disk.ReasonLink: // its bytes are the path that it leads to
				case fmt.Sprint(f.Size) != size || f.sum != want:
					t.Errorf("%s is %d bytes, %s %s; want %s bytes, %s", path, f.Size, f.sum, f.reason, size, want)
				}
			}
			for path := range found {
				t.Errorf("%s is told, and nobody else found it", path)
			}
		})
	}
}

// golden compares got with a file, line by line.
func golden(t *testing.T, file, got string) {
	t.Helper()
	if *update {
		must(t, os.MkdirAll(filepath.Dir(file), 0o755))
		must(t, os.WriteFile(file, []byte(got), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	if bytes.Equal(want, []byte(got)) {
		return
	}
	before, after := strings.Split(string(want), "\n"), strings.Split(got, "\n")
	known := make(map[string]int)
	for _, line := range before {
		known[line]++
	}
	for _, line := range after {
		if known[line]--; known[line] < 0 {
			t.Errorf("new: %s", line)
		}
	}
	var gone []string
	for line, n := range known {
		if n > 0 {
			gone = append(gone, line)
		}
	}
	sort.Strings(gone)
	for _, line := range gone {
		t.Errorf("gone: %s", line)
	}
}
