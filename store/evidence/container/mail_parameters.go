package container

import (
	"io"
	"net/url"
	"sort"
	"strconv"
	"strings"

	"golang.org/x/text/encoding/htmlindex"
	"golang.org/x/text/transform"
)

// parameters reads a value like `image/jpeg; name="a.jpg"`: what stands first, in small letters, and the parameters, in
// pieces and with their character sets decoded (RFC 2231; and RFC 2047, which many write there). It takes what is not
// quoted and should be: package mime refuses that, and the name would be lost.
func parameters(value string) (first string, all map[string]string) {
	pieces := splitParameters(value)
	first = strings.ToLower(strings.TrimSpace(pieces[0]))
	all = make(map[string]string)
	parts := make(map[string][]parameterPart)
	for _, piece := range pieces[1:] {
		name, text, _ := strings.Cut(piece, "=")
		name, text = strings.ToLower(strings.TrimSpace(name)), unquoted(strings.TrimSpace(text))
		base, rest, extended := strings.Cut(name, "*")
		if !extended {
			if _, twice := all[name]; !twice {
				all[name] = decodedWords(text)
			}
			continue
		}
		part := parameterPart{text: text, encoded: rest == "" || strings.HasSuffix(rest, "*")}
		part.number, _ = strconv.Atoi(strings.TrimSuffix(rest, "*"))
		parts[base] = append(parts[base], part)
	}
	for base, p := range parts {
		all[base] = assembled(p)
	}
	return first, all
}

// parameterPart is "name*0*=utf-8”..." or another piece of it.
type parameterPart struct {
	number  int
	encoded bool
	text    string
}

// assembled puts the pieces of a parameter together.
func assembled(parts []parameterPart) string {
	sort.SliceStable(parts, func(i, j int) bool { return parts[i].number < parts[j].number })
	var all strings.Builder
	charset := ""
	for i, p := range parts {
		text := p.text
		if p.encoded {
			if i == 0 {
				if set, rest, ok := strings.Cut(text, "'"); ok {
					charset = set
					if _, behind, ok := strings.Cut(rest, "'"); ok {
						rest = behind
					}
					text = rest
				}
			}
			if plain, err := url.PathUnescape(text); err == nil {
				text = plain
			}
		}
		all.WriteString(text)
	}
	r, err := charsetReader(charset, strings.NewReader(all.String()))
	if err != nil {
		return all.String()
	}
	decoded, err := io.ReadAll(r)
	if err != nil {
		return all.String()
	}
	return string(decoded)
}

// splitParameters cuts at semicolons outside of quotes.
func splitParameters(value string) (pieces []string) {
	const most = 64
	quoted, from := false, 0
	for i := 0; i < len(value) && len(pieces) < most; i++ {
		switch c := value[i]; {
		case c == '\\' && quoted:
			i++
		case c == '"':
			quoted = !quoted
		case c == ';' && !quoted:
			pieces = append(pieces, value[from:i])
			from = i + 1
		}
	}
	return append(pieces, value[from:])
}

// unquoted takes quotes away, and the backslashes before them: others are of Windows' paths.
func unquoted(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	s = strings.TrimSuffix(s[1:], `"`)
	return strings.NewReplacer(`\"`, `"`, `\\`, `\`).Replace(s)
}

// charsetReader decodes the character sets that browsers know.
func charsetReader(charset string, r io.Reader) (io.Reader, error) {
	if charset == "" {
		return r, nil
	}
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return transform.NewReader(r, e.NewDecoder()), nil
}
