package triage

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	statementHead = "vigie manifest 1" // the first line; another form has another number
	// MaxStatement bounds a signed statement, in bytes: two labels at their longest, quoted, and room for signatures.
	MaxStatement = 8 << 10
)

// Statement is what an examiner signs of a submission: that these items, each with its digests, are what the exhibit held. It tells
// neither exhibit nor version, which the service gives: the same parts are the same statement, at the scene too.
type Statement struct {
	Case   string
	Seal   string
	Seized time.Time // the day; zero: not told
	Signed time.Time // UTC, whole seconds
	Items  map[Disposition]int
	Bytes  int64  // of all items
	Parts  int    // of the manifest
	Digest string // of the parts (PartsDigest)
}

// PartsDigest is the SHA-256, in hexadecimal digits, of the names of parts in their order, each with a line break behind it. A part's
// name being the SHA-256 of its encoding, it stands for every byte of the manifest.
func PartsDigest(parts []PartID) string {
	h := sha256.New()
	for _, p := range parts {
		fmt.Fprintf(h, "%s\n", p)
	}
	return hex.EncodeToString(h.Sum(nil))
}

// Lists reports whether these parts, in their order, are what the statement is about.
func (s *Statement) Lists(parts []PartID) bool {
	return s.Parts == len(parts) && s.Digest == PartsDigest(parts)
}

// Total returns the number of items.
func (s *Statement) Total() int {
	total := 0
	for _, n := range s.Items {
		total += n
	}
	return total
}

// Encode returns the text that is signed: one line for each fact, in a fixed order.
func (s *Statement) Encode() string {
	var b strings.Builder
	seized := "-"
	if !s.Seized.IsZero() {
		seized = s.Seized.Format(time.DateOnly)
	}
	fmt.Fprintf(&b, "%s\ncase %q\nexhibit %q\nseized %s\nsigned %s\nitems %d\nbytes %d\n", statementHead, s.Case, s.Seal,
		seized, s.Signed.UTC().Format(time.RFC3339), s.Total(), s.Bytes)
	for _, d := range Dispositions {
		fmt.Fprintf(&b, "%s %d\n", d, s.Items[d])
	}
	fmt.Fprintf(&b, "parts %d %s\n", s.Parts, s.Digest)
	return b.String()
}

// ParseStatement reads what Encode wrote, and nothing else.
func ParseStatement(text string) (Statement, error) {
	s, ok := parseStatement(text)
	if !ok || s.Encode() != text {
		return Statement{}, E(Invalid, "read statement", "", "this is no statement on a manifest, or one of another version of Vigie", nil)
	}
	return s, nil
}

// parseStatement reads the lines one after the other. What is not written as Encode does it, the caller finds.
func parseStatement(text string) (s Statement, ok bool) {
	lines := strings.Split(text, "\n")
	if len(lines) != 8+len(Dispositions)+1 || lines[0] != statementHead {
		return s, false
	}
	facts := make([]string, len(lines))
	for i, line := range lines {
		_, facts[i], _ = strings.Cut(line, " ")
	}
	var err [6]error
	s.Case, err[0] = strconv.Unquote(facts[1])
	s.Seal, err[1] = strconv.Unquote(facts[2])
	if facts[3] != "-" {
		s.Seized, err[2] = time.Parse(time.DateOnly, facts[3])
	}
	s.Signed, err[3] = time.Parse(time.RFC3339, facts[4])
	s.Bytes, err[4] = strconv.ParseInt(facts[6], 10, 64)
	s.Items = make(map[Disposition]int)
	for i, d := range Dispositions {
		n, notNumber := strconv.Atoi(facts[7+i])
		if notNumber != nil || n < 0 {
			return s, false
		}
		s.Items[d] = n
	}
	parts, digest, _ := strings.Cut(facts[7+len(Dispositions)], " ")
	s.Parts, err[5] = strconv.Atoi(parts)
	s.Digest = digest
	for _, e := range err {
		if e != nil {
			return s, false
		}
	}
	return s, true
}
