package service

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"vigie/tools/sampledrive/sample"
)

// Finding is one line of "vigie findings --json".
type Finding struct {
	Path        string `json:"path"`
	PathB64     string `json:"path_b64"`
	Disposition string `json:"disposition"`
	Finding     string `json:"finding"`
	Method      string `json:"method"`
	Distance    *int   `json:"distance"`
	Set         string `json:"set"`       // of the match: its source and version
	Entry       uint32 `json:"entry"`     // its line in that set
	Withdrawn   string `json:"withdrawn"` // set and entry of an earlier match, whose entry was withdrawn
}

// ReadFindings reads what "vigie findings --json" printed, by the exact path. An item that is told twice is an error.
func ReadFindings(printed string) (map[string]Finding, error) {
	found := make(map[string]Finding)
	for dec := json.NewDecoder(strings.NewReader(printed)); ; {
		var f Finding
		if err := dec.Decode(&f); errors.Is(err, io.EOF) {
			return found, nil
		} else if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		path := f.Path
		if raw, err := base64.StdEncoding.DecodeString(f.PathB64); err == nil && len(raw) > 0 {
			path = string(raw)
		}
		if _, twice := found[path]; twice {
			return nil, fmt.Errorf("%q is reported twice", path)
		}
		found[path] = f
	}
}

// ReadLabels reads the truth about the sample drive in dir.
func ReadLabels(dir string) ([]sample.Label, error) {
	f, err := os.Open(filepath.Join(dir, sample.LabelsFile))
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return sample.ReadLabels(f)
}

// Compare holds findings against labels and returns one line for each item that differs, in the order of paths.
func Compare(labels []sample.Label, found map[string]Finding) []string {
	var wrong []string
	listed := make(map[string]bool, len(labels))
	for _, l := range labels {
		listed[l.Path] = true
		got, ok := found[l.Path]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%q is not reported", l.Path))
		} else if got.Disposition != l.Disposition || !l.Holds(got.Finding) {
			wrong = append(wrong, fmt.Sprintf("%q: %s/%s instead of %s/%s (%s)", l.Path, got.Disposition, got.Finding, l.Disposition, l.Finding, l.Why))
		}
	}
	for path := range found {
		if !listed[path] {
			wrong = append(wrong, fmt.Sprintf("%q is reported and not on the drive", path))
		}
	}
	slices.Sort(wrong)
	return wrong
}
