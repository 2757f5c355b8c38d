package container_test

import (
	"bytes"
	"encoding/base64"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"vigie/store/evidence/container"
)

const (
	corpora = "../../../../shared/corpus"
	corpus  = corpora + "/archives"
)

var update = flag.Bool("update", false, "write testdata/corpus.golden anew")

// TestCorpus goes through every file of a corpus of archives, most of them made to break their readers, and compares what
// came out with testdata/corpus.golden: format, members, how many of those that are no folders were read whole, and all
// reasons; "!" is before what ended the archive.
func TestCorpus(t *testing.T) {
	golden(t, "testdata/corpus.golden", throughCorpus(t, corpus))
}

// TestCorpusOfMedia goes through pictures, films and documents: only those that are containers by their nature are told.
func TestCorpusOfMedia(t *testing.T) {
	var table strings.Builder
	for _, name := range []string{"exif", "formats", "hostile", "photos", "video", "wallpapers", "pdq"} {
		table.WriteString(throughCorpus(t, corpora+"/"+name))
	}
	golden(t, "testdata/media.golden", table.String())
}

// throughCorpus returns a line for each container of a folder.
func throughCorpus(t *testing.T, folder string) string {
	t.Helper()
	if _, err := os.Stat(folder); err != nil {
		t.Skip("../shared/corpus is not here: other people's archives are not tried")
	}
	const (
		slowest = 20 * time.Second // ten times what the slowest takes on a busy machine
		most    = 1 << 30          // bytes of heap that the whole run may take from the system
	)
	var lines strings.Builder
	err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		content, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name := filepath.ToSlash(strings.TrimPrefix(path, folder+"/"))
		if strings.HasSuffix(path, ".base64") {
			if content, err = base64.StdEncoding.DecodeString(string(content)); err != nil {
				return nil //nolint:nilerr // something else that is called so
			}
		}
		started := time.Now()
		got := look(t, content, container.Limits{})
		if took := time.Since(started); took > slowest {
			t.Errorf("%s took %v", name, took)
		}
		if got.format != "" {
			fmt.Fprintf(&lines, "%s\t%s\n", name, got)
		}
		return nil
	})
	must(t, err)
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	if memory.HeapSys > most {
		t.Errorf("the heap grew to %d MiB", memory.HeapSys>>20)
	}
	return lines.String()
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
	before := strings.Split(string(want), "\n")
	known := make(map[string]bool)
	for _, line := range before {
		known[line] = true
	}
	for _, line := range strings.Split(got, "\n") {
		if !known[line] {
			t.Errorf("new: %s", line)
		}
		delete(known, line)
	}
	for line := range known {
		t.Errorf("gone: %s", line)
	}
}
