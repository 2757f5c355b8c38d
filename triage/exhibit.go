package triage

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// MaxLabelLength bounds case numbers, seals and names, in bytes.
const MaxLabelLength = 200

// Exhibit is one seal submitted under a case.
type Exhibit struct {
	ID     ExhibitID `json:"id"`
	Case   string    `json:"case"`
	Seal   string    `json:"exhibit"`
	Owner  string    `json:"owner"`          // ID of the examiner who opened it
	Unit   string    `json:"unit,omitempty"` // of that examiner, when they opened it; empty: nobody said
	Opened time.Time `json:"opened"`
	Seized time.Time `json:"seized,omitzero"` // the day, at its begin in UTC; zero where nobody said
	// Manifest lists the parts of the submission once its examiner declared it complete; nil before that.
	Manifest *Manifest `json:"manifest,omitempty"`
}

// Manifest says which parts, in which order, make an exhibit complete.
type Manifest struct {
	Version int       `json:"version"` // 1, then one more each time the same exhibit is submitted with other content
	Parts   []PartID  `json:"parts"`
	Items   int       `json:"items"`
	Sealed  time.Time `json:"sealed"`
}

// Same reports whether m and parts are the same submission.
func (m *Manifest) Same(parts []PartID) bool {
	if m == nil || len(m.Parts) != len(parts) {
		return false
	}
	for i := range parts {
		if m.Parts[i] != parts[i] {
			return false
		}
	}
	return true
}

// CheckLabels refuses a case number and a seal that no exhibit can have.
func CheckLabels(caseNumber, seal string) error {
	if err := checkLabel("case", caseNumber); err != nil {
		return err
	}
	return checkLabel("exhibit", seal)
}

// checkLabel refuses labels that are empty, too long, or hold what no label needs.
func checkLabel(what, s string) error {
	switch {
	case strings.TrimSpace(s) == "":
		return E(Invalid, "check "+what, "", what+" is empty: state one", nil)
	case len(s) > MaxLabelLength:
		return E(Invalid, "check "+what, "", what+" is longer than 200 bytes: shorten it", nil)
	case !utf8.ValidString(s) || strings.ContainsFunc(s, unicode.IsControl):
		return E(Invalid, "check "+what, "", what+" holds control characters or is not UTF-8: correct it", nil)
	}
	return nil
}
