package main

import (
	"fmt"
	"io"
	"os"
	"strings"
)

// worlds are the runs of one command, which know nothing of each other. What is found of so few planted things, which come some at a
// time, is another by two or three points from run to run: the mark is for all of them.
type worlds []*report

// rows are what was found in each, and in all.
func (ws worlds) rows() (rows []row) {
	all := row{name: "all", found: make([]float64, len(openedShares)+1)}
	for _, r := range ws {
		one := r.overall.rowBeside(r.seeds(), r.static)
		rows = append(rows, one)
		all.planted += one.planted
		for i, f := range one.found {
			all.found[i] += f * float64(one.planted)
		}
	}
	for i := range all.found {
		all.found[i] /= float64(all.planted)
	}
	return append(rows, all)
}

// found is the share of what is planted in all worlds that is found within a share of each.
func (ws worlds) found(opened float64) float64 {
	found, planted := 0., 0
	for _, r := range ws {
		found, planted = found+r.overall.found(opened)*float64(len(r.planted)), planted+len(r.planted)
	}
	return found / float64(planted)
}

// write prints the table of all worlds, if there are several.
func (ws worlds) write(w io.Writer) {
	if len(ws) > 1 {
		table(w, "Each run by itself, in Vigie's order", "seeds", ws.rows(), staticColumn)
	}
}

// The part of a document that renew writes stands between these lines.
const (
	renewFrom = "<!-- triagebench: from here on written by make bench-triage DOCS=1 -->\n"
	renewTo   = "<!-- triagebench: to here -->\n"
)

// renew writes the tables anew into a document: of all worlds, and all those of the first.
func (ws worlds) renew(file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	before, rest, found := strings.Cut(string(text), renewFrom)
	_, after, ended := strings.Cut(rest, renewTo)
	if !found || !ended {
		return fmt.Errorf("%s has no place for the tables", file)
	}
	var b strings.Builder
	b.WriteString(before + renewFrom)
	ws.write(&b)
	b.WriteString("\n")
	ws[0].write(&b)
	b.WriteString("\n" + renewTo + after)
	return os.WriteFile(file, []byte(b.String()), 0o644) //nolint:gosec // a document
}
