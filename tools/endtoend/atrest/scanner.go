// Package atrest looks through files at rest for what must not lie there in clear: bytes of media, names, digests,
// perceptual hashes, in every form in which a program would write them.
package atrest

import (
	"encoding/binary"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
)

// Scanner finds any of many needles in one pass: a bitmap tells of nearly every position that no needle starts there,
// by its first six bytes.
type Scanner struct {
	maybe   [1 << 18]uint64 // bits by hash of a start
	byStart map[uint64][]Needle
	longest int
}

// New returns a scanner that looks for nothing yet.
func New() *Scanner { return &Scanner{byStart: make(map[uint64][]Needle)} }

// Add looks for some bytes, a name or a hash, in all their forms.
func (s *Scanner) Add(what string, raw []byte) {
	if len(raw) >= shortest {
		s.add(forms(what, raw))
	}
}

// AddMedium looks for pieces of the bytes of a medium.
func (s *Scanner) AddMedium(what string, data []byte) { s.add(windows(what, data)) }

func (s *Scanner) add(needles []Needle) {
	for _, n := range needles {
		start := start(n.text)
		if slices.ContainsFunc(s.byStart[start], func(known Needle) bool { return string(known.text) == string(n.text) }) {
			continue // the name of many files, say
		}
		s.byStart[start] = append(s.byStart[start], n)
		h := hash(start)
		s.maybe[h/64] |= 1 << (h % 64)
		s.longest = max(s.longest, len(n.text))
	}
}

// Needles returns how many different needles are looked for.
func (s *Scanner) Needles() (n int) {
	for _, list := range s.byStart {
		n += len(list)
	}
	return n
}

// start returns the first six bytes of b.
func start(b []byte) uint64 {
	return uint64(binary.LittleEndian.Uint32(b)) | uint64(binary.LittleEndian.Uint16(b[4:]))<<32
}

// hash spreads a start over the bitmap (Fibonacci hashing, Knuth 6.4).
func hash(start uint64) uint64 { return start * 0x9E3779B97F4A7C15 >> (64 - 24) }

// Hit is a needle found.
type Hit struct {
	File string
	At   int // byte, −1: in the file's name
	Needle
}

func (h Hit) String() string {
	return fmt.Sprintf("%s, byte %d: %s (%s)", h.File, h.At, h.What, h.Form)
}

// Scan returns every needle in data, in the order of their places.
func (s *Scanner) Scan(file string, data []byte) []Hit {
	var hits []Hit
	for at := 0; at+shortest <= len(data); at++ {
		start := start(data[at:])
		if h := hash(start); s.maybe[h/64]>>(h%64)&1 == 0 {
			continue
		}
		for _, n := range s.byStart[start] {
			if len(data)-at >= len(n.text) && string(data[at:at+len(n.text)]) == string(n.text) {
				hits = append(hits, Hit{file, at, n})
			}
		}
	}
	return hits
}

// Report is what a scan of a folder found.
type Report struct {
	Files int
	Bytes int64
	Hits  []Hit
}

// ScanFolder scans every file below dir, and their names. It reads whole files.
func (s *Scanner) ScanFolder(dir string) (Report, error) {
	var r Report
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil {
			return err
		}
		for _, hit := range s.Scan(name, []byte(name)) {
			hit.At = -1
			r.Hits = append(r.Hits, hit)
		}
		if !d.Type().IsRegular() {
			return nil
		}
		data, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		r.Files++
		r.Bytes += int64(len(data))
		r.Hits = append(r.Hits, s.Scan(name, data)...)
		return nil
	})
	return r, err
}
