package triage

import (
	"strings"
	"testing"
	"time"
)

func someStatement() Statement {
	return Statement{
		Case: "2026/114 \"ter\"", Seal: "scellé nº 3", Seized: time.Date(2026, 11, 20, 0, 0, 0, 0, time.UTC),
		Signed: time.Date(2026, 11, 23, 9, 5, 1, 0, time.UTC), Items: map[Disposition]int{IsMedia: 3, NotMedia: 7, IsUnreadable: 1},
		Bytes: 12_345, Parts: 2, Digest: PartsDigest([]PartID{"aa", "bb"}),
	}
}

// TestStatement holds the text to its form: signatures made today must be read in ten years.
func TestStatement(t *testing.T) {
	s := someStatement()
	const want = `vigie manifest 1
case "2026/114 \"ter\""
exhibit "scellé nº 3"
seized 2026-11-20
signed 2026-11-23T09:05:01Z
items 11
bytes 12345
media 3
not-media 7
empty 0
unreadable 1
refused 0
parts 2 329d670e59ead1543a2d36865895972560bc434204c5f4a0c8219005dd312719
`
	if got := s.Encode(); got != want {
		t.Errorf("got\n%s", got)
	}
	back, err := ParseStatement(s.Encode())
	if err != nil || back.Encode() != s.Encode() || back.Seal != s.Seal || back.Items[NotMedia] != 7 || !back.Seized.Equal(s.Seized) {
		t.Errorf("%+v, %v", back, err)
	}
	if !back.Lists([]PartID{"aa", "bb"}) || back.Lists([]PartID{"bb", "aa"}) || back.Lists([]PartID{"aa"}) {
		t.Error("it lists other parts")
	}
	s.Seized = time.Time{}
	if back, err := ParseStatement(s.Encode()); err != nil || !back.Seized.IsZero() {
		t.Errorf("no day: %v, %v", back.Seized, err)
	}
}

// TestStatementsThatAreNone: one altered byte is told, unless it says the same of another number.
func TestStatementsThatAreNone(t *testing.T) {
	s := someStatement()
	text := s.Encode()
	for name, bad := range map[string]string{
		"nothing":        "",
		"another form":   strings.Replace(text, "manifest 1", "manifest 2", 1),
		"a line less":    strings.Replace(text, "empty 0\n", "", 1),
		"a line more":    text + "note 1\n",
		"no break":       strings.TrimSuffix(text, "\n"),
		"other word":     strings.Replace(text, "bytes", "bites", 1),
		"wrong total":    strings.Replace(text, "items 11", "items 12", 1),
		"negative":       strings.Replace(text, "empty 0", "empty -1", 1),
		"zero in front":  strings.Replace(text, "media 3", "media 03", 1),
		"no day":         strings.Replace(text, "2026-11-20", "2026-11-31", 1),
		"another clock":  strings.Replace(text, "05:01Z", "05:01+01:00", 1),
		"no quotes":      strings.Replace(text, `"scellé nº 3"`, "scellé", 1),
		"carriage":       strings.ReplaceAll(text, "\n", "\r\n"),
		"escaped letter": strings.Replace(text, "scellé", `scell\u00e9`, 1),
	} {
		if got, err := ParseStatement(bad); !IsKind(err, Invalid) || bad == text {
			t.Errorf("%s: %+v, %v", name, got, err)
		}
	}
}

func FuzzParseStatement(f *testing.F) {
	s := someStatement()
	f.Add(s.Encode())
	f.Fuzz(func(t *testing.T, text string) {
		if s, err := ParseStatement(text); err == nil && s.Encode() != text {
			t.Fatalf("%q is read as %q", text, s.Encode())
		}
	})
}
