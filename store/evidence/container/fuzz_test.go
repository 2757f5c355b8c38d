package container_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"vigie/store/evidence/container"
)

// tightly keeps one run of a fuzz target below a tenth of a second.
var tightly = container.Limits{Members: 200, Floor: 1 << 20, Output: 8 << 20, Window: 4 << 20, PathBytes: 4 << 10}

func FuzzArchiveZip(f *testing.F)    { fuzz(f, "zip") }
func FuzzArchiveTar(f *testing.F)    { fuzz(f, "tar") }
func FuzzArchiveRar(f *testing.F)    { fuzz(f, "rar") }
func FuzzArchiveEml(f *testing.F)    { fuzz(f, "eml") }
func FuzzArchiveMbox(f *testing.F)   { fuzz(f, "mbox") }
func FuzzArchiveOle(f *testing.F)    { fuzz(f, "ole") }
func FuzzArchiveThumbs(f *testing.F) { fuzz(f, "thumb") }
func FuzzArchivePdf(f *testing.F)    { fuzz(f, "pdf") }
func FuzzArchiveStream(f *testing.F) { fuzz(f, "stream") }

// FuzzArchiveSeven is given packed streams and header apart: behind checksums nothing would be found.
func FuzzArchiveSeven(f *testing.F) {
	for _, content := range seeds(f, "7z") {
		const start = 32 // before the packed streams
		if len(content) < start {
			continue
		}
		if at := start + binary.LittleEndian.Uint64(content[12:]); at <= uint64(len(content)) {
			f.Add(content[start:at], content[at:])
		}
	}
	f.Fuzz(func(t *testing.T, packed, header []byte) { readTwice(t, sevenAround(packed, header)) })
}

func fuzz(f *testing.F, format string) {
	for _, content := range seeds(f, format) {
		f.Add(content)
	}
	f.Fuzz(readTwice)
}

// seeds returns what tests make of a format, and small files of the corpus where it is.
func seeds(f *testing.F, format string) (all [][]byte) {
	for name, content := range madeArchives(f) {
		isStream := strings.HasPrefix(name, "tar.")
		if !isStream && strings.HasPrefix(name, format) || isStream && format == "stream" {
			all = append(all, content)
		}
	}
	if format == "stream" {
		all = append(all, bzip2ed(f), gzipped(f, "x", []byte("abc")))
	}
	if format == "eml" {
		for _, m := range mails {
			all = append(all, []byte(mailHead+m.content))
		}
	}
	if format == "thumb" {
		all = append(all, makeThumbcache(0x14, twoFiles), makeThumbcache(0x15, twoFiles), makeThumbdata(10_000, 13, map[int]string{1: jpeg, 2: jpeg}))
	}
	if format == "pdf" {
		for _, p := range pdfs(f) {
			all = append(all, p.content)
		}
	}
	if format == "ole" {
		for _, o := range oles(f) {
			all = append(all, makeOLE(o.files))
		}
	}
	const most = 4 << 10 // bytes; mutating more is slow
	files, _ := filepath.Glob(corpus + "/*/*." + format)
	for _, file := range files {
		if content, err := os.ReadFile(file); err == nil && len(content) <= most {
			all = append(all, content)
		}
	}
	return all
}

// readTwice goes through an archive and then reads its members again, from the last to the first.
func readTwice(t *testing.T, content []byte) {
	l := look(t, content, tightly)
	a, err := container.Open(bytes.NewReader(content), int64(len(content)), tightly)
	if err != nil {
		return
	}
	const some = 8
	c := a.Cursor(t.Context())
	defer c.Close()
	for i := min(len(l.members), some) - 1; i >= 0; i-- {
		m := l.members[i]
		if m.reason != "" || m.Type.IsDir() {
			continue
		}
		r, err := c.Open(m.Ref)
		if err != nil {
			t.Fatalf("member %d of %d cannot be had again: %v", i, len(l.members), err)
		}
		hash := sha256.New()
		if n, err := io.Copy(hash, r); err != nil || [32]byte(hash.Sum(nil)) != m.sum {
			t.Fatalf("member %d of %d is %d bytes, was %d, %v", i, len(l.members), n, m.read, err)
		}
	}
}
