// Package i18n holds what people read, in French first and English second: catalogues of messages, the words of the
// domain in both languages, and how numbers, sizes, durations and dates are written. JSON fields, codes and logs are
// English and do not come from here.
//
// A package with messages of its own (the pages, the commands) keeps its own Catalogue; the words that they share
// (findings, verdicts, reasons of the ranking, errors) are functions of this package.
package i18n

import (
	"strconv"
	"strings"
)

// Lang is a language that messages exist in.
type Lang string

// The languages.
const (
	FR Lang = "fr"
	EN Lang = "en"
)

// Langs are all languages, the default first.
var Langs = []Lang{FR, EN}

// ParseLang returns the language of an ISO 639-1 code, and whether there is one.
func ParseLang(s string) (Lang, bool) {
	for _, l := range Langs {
		if s == string(l) {
			return l, true
		}
	}
	return "", false
}

// FromAcceptLanguage returns the language that an Accept-Language header (RFC 9110, 12.5.4) prefers, or French when it
// names neither. Of equal weights the first counts. A header that is malformed is read as far as it makes sense.
func FromAcceptLanguage(header string) Lang {
	best, bestWeight := FR, 0.0
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		primary, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(tag)), "-")
		lang, ok := ParseLang(primary)
		if !ok {
			continue
		}
		if w := weight(params); w > bestWeight {
			best, bestWeight = lang, w
		}
	}
	return best
}

// weight reads "q=0.8"; absent or malformed, it is 1.
func weight(params string) float64 {
	value, ok := strings.CutPrefix(strings.TrimSpace(strings.ToLower(params)), "q=")
	if !ok {
		return 1
	}
	w, err := strconv.ParseFloat(value, 64)
	if err != nil || w < 0 || w > 1 {
		return 1
	}
	return w
}

// FromEnv returns the language of a terminal by the values of LC_ALL, LC_MESSAGES and LANG, of which the first that is
// set counts (POSIX, 8.2): French when it starts with "fr", else English.
func FromEnv(lcAll, lcMessages, lang string) Lang {
	for _, value := range []string{lcAll, lcMessages, lang} {
		if value == "" {
			continue
		}
		if strings.HasPrefix(strings.ToLower(value), "fr") {
			return FR
		}
		return EN
	}
	return EN
}
