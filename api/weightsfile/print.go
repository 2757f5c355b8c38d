// Package weightsfile is the file of the ranking's weights: TOML, in which each number stands below the sentence that
// says what it means.
package weightsfile

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"vigie/api/i18n"
	"vigie/triage/signals"
)

// Of the file.
const (
	versionKey     = "version"
	pointsKey      = "points"
	parametersKey  = "parameters"
	commentColumns = 118 // of a line of comment, in characters
)

// NoVersion is that of weights that are not made of a version in force.
const NoVersion = -1

// Print writes weights with what each number means, in a language. version is that which they are of, or NoVersion.
func Print(l i18n.Lang, w *signals.Weights, version int) string {
	var b strings.Builder
	comment(&b, say(l, "head"))
	if version != NoVersion {
		b.WriteByte('\n')
		comment(&b, say(l, "version"))
		fmt.Fprintf(&b, "%s = %d\n", versionKey, version)
	}
	byDefault := signals.Default()
	fmt.Fprintln(&b)
	comment(&b, i18n.WeightMeaning(l, signals.ThresholdName))
	number(&b, signals.ThresholdName, w.Threshold, say(l, "default", byDefault.Threshold))
	fmt.Fprintf(&b, "\n[%s]\n", pointsKey)
	comment(&b, say(l, "points", signals.MaxPoints))
	for _, theme := range signals.Themes {
		fmt.Fprintf(&b, "\n# --- %s ---\n", i18n.Theme(l, theme))
		for _, s := range theme.Signals() {
			b.WriteByte('\n')
			comment(&b, i18n.WeightMeaning(l, string(s)))
			number(&b, string(s), w.Points[s], say(l, "default", byDefault.Points[s]))
		}
	}
	fmt.Fprintf(&b, "\n[%s]\n", parametersKey)
	comment(&b, say(l, "parameters"))
	defaults := byDefault.Parameters.Bounds()
	for i, p := range w.Parameters.Bounds() {
		b.WriteByte('\n')
		comment(&b, i18n.WeightMeaning(l, p.Name))
		number(&b, p.Name, *p.Value, say(l, "bounds", *defaults[i].Value, p.Least, p.Most))
	}
	return b.String()
}

func number(b *strings.Builder, name string, n int, beside string) {
	fmt.Fprintf(b, "%s = %d # %s\n", name, n, beside)
}

// comment writes text as lines of comment.
func comment(b *strings.Builder, text string) {
	for paragraph := range strings.SplitSeq(text, "\n") {
		line := "#"
		for word := range strings.SplitSeq(paragraph, " ") {
			if utf8.RuneCountInString(line)+1+utf8.RuneCountInString(word) > commentColumns {
				fmt.Fprintln(b, line)
				line = "#"
			}
			line += " " + word
		}
		fmt.Fprintln(b, strings.TrimRight(line, " "))
	}
}
