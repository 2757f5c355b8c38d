package i18n

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// Text is one message in both languages. With arguments it is a format of package fmt. A message that counts has two
// forms separated by "|": "%s fichier|%s fichiers".
type Text [2]string // French, English

// In returns the message in a language.
func (t Text) In(l Lang) string {
	if l == EN {
		return t[1]
	}
	return frenchSpaces.Replace(t[0])
}

// frenchSpaces puts the spaces that must not break where French typography has them. Catalogues are written with
// plain ones.
var frenchSpaces = strings.NewReplacer(" :", noBreak+":", " ;", noBreak+";", " ?", noBreak+"?", " !", noBreak+"!", "« ", "«"+noBreak, " »", noBreak+"»")

// Catalogue is messages by key.
type Catalogue map[string]Text

// Join returns the messages of several catalogues. No two have a key in common.
func Join(catalogues ...Catalogue) Catalogue {
	all := make(Catalogue)
	for _, c := range catalogues {
		maps.Copy(all, c)
	}
	return all
}

// The marks around a key that has no message. They are meant to be seen, and tests look for them.
const (
	MissingOpen  = "⟦"
	MissingClose = "⟧"
)

// T returns the message of a key. Without a message it returns the key between MissingOpen and MissingClose.
func (c Catalogue) T(l Lang, key string, args ...any) string {
	s := c[key].In(l)
	if s == "" {
		return MissingOpen + key + MissingClose
	}
	if len(args) == 0 {
		return s
	}
	return fmt.Sprintf(s, args...)
}

// N returns the form of a counting message for n. Its first argument is n as it is written in the language, args
// follow. In French 0 and 1 take the first form, in English 1 alone does.
func (c Catalogue) N(l Lang, key string, n int, args ...any) string {
	one, many, counts := strings.Cut(c[key].In(l), "|")
	if !counts {
		return MissingOpen + key + MissingClose
	}
	if singular(l, n) {
		many = one
	}
	return fmt.Sprintf(many, append([]any{Number(l, n)}, args...)...)
}

func singular(l Lang, n int) bool { return n == 1 || n == 0 && l == FR }

// Has reports whether a key has a message.
func (c Catalogue) Has(key string) bool { _, ok := c[key]; return ok }

// Incomplete returns, in order, the keys whose message lacks a language, or counts in one language only.
func (c Catalogue) Incomplete() []string {
	var keys []string
	for _, key := range slices.Sorted(maps.Keys(c)) {
		t := c[key]
		if t[0] == "" || t[1] == "" || strings.Contains(t[0], "|") != strings.Contains(t[1], "|") {
			keys = append(keys, key)
		}
	}
	return keys
}
