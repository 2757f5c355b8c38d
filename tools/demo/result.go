package main

import (
	"context"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"

	"vigie/hashing"
	"vigie/tools/sampledrive/sample"
	"vigie/triage"
)

// result is what the service made of the drive, as its users read it.
type result struct {
	items []item
	queue []string // identifiers of groups, the first first
	names triage.Names
}

// item is one line of "vigie findings --json".
type item struct {
	Path        string `json:"path"`
	PathB64     string `json:"path_b64"`
	SHA256      string `json:"sha256"`
	Disposition string `json:"disposition"`
	Finding     string `json:"finding"`
}

// result reads the findings as the examiner and the queue as the reviewer.
func (s *stack) result(ctx context.Context) (*result, error) {
	names, err := s.names()
	if err != nil {
		return nil, err
	}
	r := &result{names: names}
	out, err := s.vigie(ctx, "examiner", nil, "findings", "--case", caseNumber, "--exhibit", seal, "--json")
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var it item
		if err := dec.Decode(&it); err == io.EOF {
			break
		} else if err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		r.items = append(r.items, it)
	}
	out, err = s.vigie(ctx, "reviewer", nil, "queue", "--json", "--limit", "0")
	if err != nil {
		return nil, err
	}
	for dec := json.NewDecoder(strings.NewReader(out)); ; {
		var g struct {
			ID string `json:"id"`
		}
		if err := dec.Decode(&g); err == io.EOF {
			return r, nil
		} else if err != nil {
			return nil, fmt.Errorf("queue: %w", err)
		}
		r.queue = append(r.queue, g.ID)
	}
}

// names reads the naming key of the demonstration's service: the queue tells no file names, so planted groups
// are recognised by the keyed names of their media.
func (s *stack) names() (triage.Names, error) {
	text, err := os.ReadFile(filepath.Join(s.data+"-secrets", "naming.key"))
	if err != nil {
		return triage.Names{}, err
	}
	raw, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(raw) != 32 {
		return triage.Names{}, fmt.Errorf("naming.key is not a key")
	}
	return triage.NewNames([32]byte(raw)), nil
}

// compare returns one line for each item whose disposition or finding is not the label's, and for each planted
// group that does not stand in the first tenth of the queue.
func (r *result) compare(truth []sample.Label) []string {
	var wrong []string
	labels := make(map[string]sample.Label, len(truth))
	for _, l := range truth {
		labels[l.Path] = l
	}
	planted := make(map[string]map[string]bool) // name of a planted group → its media
	for _, it := range r.items {
		path := it.rawPath()
		l, ok := labels[path]
		if !ok {
			wrong = append(wrong, fmt.Sprintf("%q: reported twice, or not on the drive", path))
			continue
		}
		delete(labels, path)
		if it.Disposition != l.Disposition || !l.Holds(it.Finding) {
			wrong = append(wrong, fmt.Sprintf("%q: %s/%s instead of %s/%s (%s)", path, it.Disposition, it.Finding, l.Disposition, l.Finding, l.Why))
		}
		if l.PlantedGroup != "" {
			if planted[l.PlantedGroup] == nil {
				planted[l.PlantedGroup] = make(map[string]bool)
			}
			if d, err := hashing.ParseSHA256(it.SHA256); err == nil {
				planted[l.PlantedGroup][string(r.names.Medium(d))] = true
			}
		}
	}
	for path := range labels {
		wrong = append(wrong, fmt.Sprintf("%q: not reported", path))
	}
	return append(wrong, r.misplaced(planted)...)
}

// misplaced returns one line for each planted group outside the first tenth of the queue.
func (r *result) misplaced(planted map[string]map[string]bool) []string {
	var wrong []string
	for name, media := range planted {
		at := -1
		for i, g := range r.queue {
			if media[g] { // a group bears the name of one of its media
				at = i
				break
			}
		}
		if at < 0 || at*10 >= len(r.queue) {
			wrong = append(wrong, fmt.Sprintf("planted group %s: at place %d of %d in the queue", name, at+1, len(r.queue)))
		}
	}
	return wrong
}

func (it *item) rawPath() string {
	if raw, err := base64.StdEncoding.DecodeString(it.PathB64); err == nil && len(raw) > 0 {
		return string(raw)
	}
	return it.Path
}

// print prints what there is by disposition and by finding, and how long each stage took.
func (r *result) print(w io.Writer, watch *stopwatch, items int) {
	byDisposition, byFinding := make(map[string]int), make(map[string]int)
	media := make(map[string]bool)
	for _, it := range r.items {
		byDisposition[it.Disposition]++
		if it.Finding != "" && !media[it.SHA256] {
			media[it.SHA256] = true
			byFinding[it.Finding]++
		}
	}
	t := tabwriter.NewWriter(w, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintf(t, "\n%d items by disposition\t\t   contents by finding\t\t\n", items)
	for i := range max(len(triage.Dispositions), len(triage.Findings)) {
		var left, right string
		var n, m any = "", ""
		if i < len(triage.Dispositions) {
			left = string(triage.Dispositions[i])
			n = byDisposition[left]
		}
		if i < len(triage.Findings) {
			right = string(triage.Findings[i])
			m = byFinding[right]
		}
		fmt.Fprintf(t, "%s\t%v\t%s\t%v\t\n", left, n, right, m)
	}
	fmt.Fprintf(t, "\nstage\tseconds\tfiles/s\t\n")
	for _, s := range watch.stages {
		rate := ""
		if s.files > 0 {
			rate = fmt.Sprintf("%.0f", float64(s.files)/s.took.Seconds())
		}
		fmt.Fprintf(t, "%s\t%.1f\t%s\t\n", s.name, s.took.Seconds(), rate)
	}
	t.Flush()
	fmt.Fprintf(w, "%d groups in the queue\n", len(r.queue))
}
