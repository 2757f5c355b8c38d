package web

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/api/i18n"
)

// newTestPages returns pages that render, without use cases.
func newTestPages(t *testing.T) *Pages {
	t.Helper()
	a, err := loadAssets()
	if err != nil {
		t.Fatal(err)
	}
	tmpl, err := parseTemplates(time.UTC, a)
	if err != nil {
		t.Fatal(err)
	}
	return &Pages{o: Options{Now: func() time.Time { return sampleNow }, Zone: time.UTC}, templates: tmpl, assets: a}
}

func (p *Pages) renderSample(t *testing.T, l i18n.Lang, s sample) string {
	t.Helper()
	var b bytes.Buffer
	if err := p.templates[l][s.template].ExecuteTemplate(&b, s.part, s.page); err != nil {
		t.Fatalf("%s, %s: %v", s.name, l, err)
	}
	return b.String()
}

func TestEveryPageRendersInBothLanguages(t *testing.T) {
	p := newTestPages(t)
	used := make(map[string]bool)
	for _, l := range i18n.Langs {
		for _, s := range samples(l) {
			html := p.renderSample(t, l, s)
			used[s.template] = true
			if strings.Contains(html, i18n.MissingOpen) || strings.Contains(html, "%!") {
				t.Errorf("%s, %s: a text is missing or misused: %s", s.name, l, around(html, i18n.MissingOpen, "%!"))
			}
			if strings.Contains(html, "<script>alert") || strings.Contains(html, "<img src=x") {
				t.Errorf("%s, %s: hostile text became markup", s.name, l)
			}
			if strings.Contains(html, " style=") || strings.Contains(html, "<style") || strings.Contains(html, "onclick") {
				t.Errorf("%s, %s: inline style or script, which our content policy refuses", s.name, l)
			}
			if s.part == "layout" && !strings.Contains(html, `<html lang="`+string(l)+`">`) {
				t.Errorf("%s, %s: the language is not stated", s.name, l)
			}
			if strings.Contains(html, `href="/static/`) && strings.Contains(html, `?v="`) {
				t.Errorf("%s, %s: an asset that does not exist", s.name, l)
			}
		}
	}
	for name := range p.templates[i18n.FR] {
		if !used[name] && name != "layout" && name != "parts" && name != "decision" {
			t.Errorf("template %s has no sample", name)
		}
	}
}

// TestNothingOfAMediumIsNamed looks at the pages that reviewers see before a reveal.
func TestNothingOfAMediumIsNamed(t *testing.T) {
	p := newTestPages(t)
	for _, s := range sampleReview(i18n.EN) {
		html := p.renderSample(t, i18n.EN, s)
		for _, secret := range []string{"feedface", "f01de7", "9a4e47", "secret-key", "73656372", "SERIAL-1234567"} {
			if strings.Contains(html, secret) {
				t.Errorf("%s shows %q: %s", s.name, secret, around(html, secret))
			}
		}
		if s.template != "reveal" && strings.Contains(strings.ReplaceAll(html, `<img src="/static/icons/vigie.svg`, ""), "<img") {
			t.Errorf("%s holds a picture", s.name)
		}
	}
}

// TestFormsCarryTheSession finds forms of a signed-in page that would be refused, and multipart forms whose token
// does not come first.
func TestFormsCarryTheSession(t *testing.T) {
	p := newTestPages(t)
	forms := regexp.MustCompile(`(?s)<form[^>]*method="post"[^>]*>.*?</form>`)
	first := regexp.MustCompile(`(?s)^<form[^>]*>\s*<input type="hidden" name="csrf" value="` + sampleCSRF + `">`)
	for _, s := range samples(i18n.FR) {
		pg, ok := s.page.(page)
		if !ok || !pg.SignedIn() {
			continue
		}
		for _, form := range forms.FindAllString(p.renderSample(t, i18n.FR, s), -1) {
			if !first.MatchString(form) {
				t.Errorf("%s: a form does not begin with the CSRF token: %s", s.name, form)
			}
		}
	}
}

var (
	inTemplates = regexp.MustCompile(`\b[TN] "([a-z.-]+)"`)
	inGo        = regexp.MustCompile(`texts\.[TN]\(\w+, "([a-z.-]+)"|"((?:nav|[a-z]+\.title|group\.name)(?:\.[a-z]+)?)"`)
)

func TestTextsAreCompleteAndUsed(t *testing.T) {
	if keys := texts.Incomplete(); len(keys) > 0 {
		t.Errorf("texts without both languages: %v", keys)
	}
	used := make(map[string]bool)
	for pattern, find := range map[string]*regexp.Regexp{"templates/*.html": inTemplates, "*.go": inGo} {
		names, err := filepath.Glob(pattern)
		if err != nil || len(names) == 0 {
			t.Fatalf("%s: %d files, %v", pattern, len(names), err)
		}
		for _, name := range names {
			if strings.HasPrefix(name, "texts") || strings.HasSuffix(name, "_test.go") {
				continue
			}
			source, err := os.ReadFile(name)
			if err != nil {
				t.Fatal(err)
			}
			for _, m := range find.FindAllSubmatch(source, -1) {
				for _, key := range m[1:] {
					if len(key) == 0 {
						continue
					}
					used[string(key)] = true
					if !texts.Has(string(key)) {
						t.Errorf("%s uses %q, which has no text", name, key)
					}
				}
			}
		}
	}
	for key := range texts {
		if !used[key] {
			t.Errorf("text %q is not used", key)
		}
	}
}

func TestNavigationMarksWhereOneIs(t *testing.T) {
	for _, tt := range []struct{ at, tab, current string }{
		{"/queue", "/queue", "page"}, {"/groups/abc", "/queue", "true"}, {"/reveals/r1", "/queue", "true"}, {"/drives/x1", "/drives", "true"}, {"/", "/queue", ""},
	} {
		for _, tab := range navigation(reviewer.Role, tt.at) {
			if tab.Path == tt.tab && tab.Current != tt.current {
				t.Errorf("at %s the tab %s is %q, want %q", tt.at, tab.Path, tab.Current, tt.current)
			}
		}
	}
}

func TestLocalPath(t *testing.T) {
	for in, want := range map[string]string{
		"/queue?offset=20": "/queue?offset=20", "": "/", "//evil.example": "/", "/\\evil.example": "/", "https://evil.example": "/",
		"/a\r\nSet-Cookie: x=1": "/", "/\t/evil.example": "/",
	} {
		if got := localPath(in); got != want {
			t.Errorf("localPath(%q) = %q, want %q", in, got, want)
		}
	}
}

func TestParseHashes(t *testing.T) {
	hex := strings.Repeat("0123456789abcdef", 4)
	for _, tt := range []struct {
		text, long, kinds, problem string
	}{
		{hex[:32] + "\r\n\n " + strings.ToUpper(hex[:40]) + " \n", "", "MD5 SHA-1", ""},
		{hex, "sha256", "SHA-256", ""},
		{hex, "pdq", "PDQ", ""},
		{hex, "", "", "say which"},
		{hex[:16], "", "pHash", ""},
		{hex[:15], "", "", "16, 32, 40 or 64"},
		{strings.Repeat("g", 32), "", "", "0 to 9 and a to f"},
		{strings.Repeat(hex[:32]+"\n", 101), "", "", "1 to 100"},
		{"d41d8cd98f00b204e9800998ecf8427e  file.jpg", "", "", "nothing else"},
		{"", "", "", ""},
	} {
		inputs, kinds, err := parseHashes(tt.text, tt.long)
		if got := strings.Join(kinds, " "); got != tt.kinds || len(inputs) != len(kinds) {
			t.Errorf("parseHashes(%q, %q) = %d inputs, %q; want %q", tt.text, tt.long, len(inputs), got, tt.kinds)
		}
		if (err == nil) != (tt.problem == "") || err != nil && !strings.Contains(err.Error(), tt.problem) {
			t.Errorf("parseHashes(%q, %q): %v, want %q", tt.text, tt.long, err, tt.problem)
		}
	}
}

func FuzzParseHashes(f *testing.F) {
	f.Add("d41d8cd98f00b204e9800998ecf8427e\nda39a3ee5e6b4b0d3255bfef95601890afd80709", "")
	f.Add(strings.Repeat("f", 64), "pdq")
	f.Add("\x00\xff\r", "sha256")
	f.Fuzz(func(t *testing.T, text, long string) {
		inputs, kinds, err := parseHashes(text, long)
		if len(inputs) != len(kinds) || err != nil && len(inputs) > 0 {
			t.Errorf("%d inputs, %d kinds, %v", len(inputs), len(kinds), err)
		}
	})
}

func TestPager(t *testing.T) {
	p := pager{Offset: 20, Size: 20}
	if got := len(stretch(&p, make([]int, 45))); got != 20 || p.Total != 45 || p.First() != 21 || p.Last() != 40 || !p.HasNext() || !p.HasPrevious() {
		t.Errorf("the middle: %d entries, %+v", got, p)
	}
	p = pager{Offset: 60, Size: 20}
	if got := len(stretch(&p, make([]int, 45))); got != 0 || p.HasNext() || p.Previous() != 40 {
		t.Errorf("past the end: %d entries, %+v", got, p)
	}
}

// around shows where one of some words stands.
func around(s string, words ...string) string {
	for _, w := range words {
		if i := strings.Index(s, w); i >= 0 {
			return s[max(0, i-60):min(len(s), i+80)]
		}
	}
	return ""
}
