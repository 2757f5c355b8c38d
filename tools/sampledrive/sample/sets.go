package sample

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"image"
	"math/rand/v2"
	"slices"
	"strings"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// What the sets list beside what lies on the drive, as real lists do.
const (
	strangersKnown  = 60
	strangersBenign = 120
)

var knownHeader = []string{"md5", "sha1", "sha256", "pdq", "category"}

// entries are the lines of the sample sets that one file gave.
type entries struct {
	known  [][]string
	benign []string
}

// entriesOf hashes what the sets list. Hashes make sets here, never labels.
func entriesOf(f file) (entries, error) {
	var e entries
	if f.listed == (listing{}) {
		return e, nil
	}
	digests, _, err := hashing.Digest(bytes.NewReader(f.data))
	if err != nil {
		return e, err
	}
	if f.listed.benign {
		e.benign = []string{digests.SHA1.String()}
	}
	row := make([]string, len(knownHeader))
	if f.listed.md5 {
		row[0] = digests.MD5.String()
	}
	if f.listed.sha1 {
		row[1] = digests.SHA1.String()
	}
	if f.listed.sha256 {
		row[2] = digests.SHA256.String()
	}
	if f.listed.pdq {
		img, _, err := image.Decode(bytes.NewReader(f.data))
		if err != nil {
			return e, fmt.Errorf("listed picture: %w", err)
		}
		hashes, _ := pdq.FromImage(img)
		row[3] = hashes[pdq.Original].String()
	}
	if f.listed.exactly() || f.listed.pdq {
		row[4] = "sample"
		e.known = [][]string{row}
	}
	return e, nil
}

// knownCSV encodes the known set.
func knownCSV(r *rand.Rand, rows [][]string) ([]byte, error) {
	rows = slices.Clone(rows)
	for i := range strangersKnown {
		row := []string{"", "", "", "", "sample"}
		row[i%4] = digits(r, []int{32, 40, 64, 64}[i%4])
		rows = append(rows, row)
	}
	slices.SortFunc(rows, slices.Compare)
	var b bytes.Buffer
	out := csv.NewWriter(&b)
	if err := out.WriteAll(slices.Insert(rows, 0, knownHeader)); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// benignList encodes the benign set: SHA-1, one a line.
func benignList(r *rand.Rand, lines []string) []byte {
	lines = slices.Clone(lines)
	for range strangersBenign {
		lines = append(lines, digits(r, 40))
	}
	slices.Sort(lines)
	return []byte(strings.Join(slices.Compact(lines), "\n") + "\n")
}

// digits draws n hexadecimal digits: a hash of nothing on the drive.
func digits(r *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		fmt.Fprintf(&b, "%016x", r.Uint64())
	}
	return b.String()[:n]
}
