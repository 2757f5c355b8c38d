package i18n

import (
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/triage"
	"vigie/triage/signals"
)

func TestCataloguesAreComplete(t *testing.T) {
	for name, c := range map[string]Catalogue{"words": words, "signals": signalWords, "weights": weightWords, "checks": checkWords, "reasons": reasonWords, "errors": errorWords, "facts": factWords} {
		if keys := c.Incomplete(); len(keys) > 0 {
			t.Errorf("%s: without both languages: %v", name, keys)
		}
	}
	incomplete := Catalogue{"half": {"oui"}, "counts": {"un|deux", "one"}, "fine": {"un|deux", "one|two"}}
	if got := strings.Join(incomplete.Incomplete(), " "); got != "counts half" {
		t.Errorf("Incomplete() = %q", got)
	}
}

// TestEveryCodeHasAWord calls every function with every value that the domain has.
func TestEveryCodeHasAWord(t *testing.T) {
	for _, l := range Langs {
		var said []string
		say := func(s string) { said = append(said, s) }
		for _, f := range append([]triage.Finding{triage.Pending, triage.NoFinding}, triage.Findings...) {
			say(Finding(l, f))
			say(FindingHelp(l, f))
		}
		for _, d := range triage.Dispositions {
			say(Disposition(l, d))
		}
		for _, r := range triage.Roles {
			say(Role(l, r))
		}
		for _, s := range triage.Stages {
			say(Stage(l, s))
		}
		for _, k := range []string{"picture", "video", "other"} {
			say(MediaKind(l, k))
		}
		for _, k := range []triage.SetKind{triage.KnownSet, triage.BenignSet} {
			say(SetKind(l, k))
		}
		for _, s := range []triage.SetState{triage.Importing, triage.Active, triage.Withdrawn} {
			say(SetState(l, s))
		}
		for _, s := range []triage.DestructionState{triage.DestructionProposed, triage.DestructionConfirmed, triage.DestructionRecorded, triage.DestructionFinished} {
			say(DestructionState(l, s))
		}
		for _, v := range []triage.Verdict{triage.Illegal, triage.NotIllegal, triage.Unsure} {
			say(Verdict(l, v))
		}
		for _, s := range triage.RevealSteps {
			say(Step(l, s))
		}
		for _, m := range []triage.Method{triage.ByMD5, triage.BySHA1, triage.BySHA256, triage.ByPDQ, triage.ByPHash} {
			say(Method(l, m))
		}
		for _, v := range []triage.CheckVerdict{triage.CheckKnown, triage.CheckNear, triage.CheckBenign, triage.CheckSeen, triage.CheckUnknown} {
			say(CheckVerdict(l, v))
			say(CheckNext(l, v))
		}
		for _, s := range triage.CaseStates {
			say(CaseState(l, s))
		}
		for _, s := range signals.Names() {
			say(Signal(l, signals.Reason{Signal: s}))
		}
		for _, k := range []triage.Kind{triage.Invalid, triage.NotFound, triage.Exists, triage.Conflict, triage.Forbidden, triage.Unsigned, triage.Stale, triage.Corrupt, triage.TooLarge, triage.Unavailable, triage.Full, triage.Unknown, triage.Internal} {
			say(ErrorTitle(l, k))
			say(ErrorAdvice(l, k))
		}
		for i, s := range said {
			if s == "" || strings.Contains(s, MissingOpen) {
				t.Errorf("%s: word %d is missing: %q", l, i, s)
			}
		}
	}
}

func TestSignalNamesTheCamera(t *testing.T) {
	r := signals.Reason{Signal: signals.CameraOriginal, Points: 40, Detail: "Fairphone 5"}
	for _, l := range Langs {
		if s := Signal(l, r); !strings.Contains(s, "(Fairphone 5)") {
			t.Errorf("%s: %q does not name the camera", l, s)
		}
	}
}

func TestMissingKeyIsLoud(t *testing.T) {
	c := Catalogue{"there": {"là", "there"}}
	if got := c.T(FR, "nowhere"); got != "⟦nowhere⟧" {
		t.Errorf("T of a missing key = %q", got)
	}
	if got := c.N(EN, "there", 2); got != "⟦there⟧" {
		t.Errorf("N of a message that does not count = %q", got)
	}
}

func TestCounting(t *testing.T) {
	c := Catalogue{"files": {"%s fichier|%s fichiers", "%s file|%s files"}}
	for _, tt := range []struct {
		l    Lang
		n    int
		want string
	}{
		{FR, 0, "0 fichier"}, {FR, 1, "1 fichier"}, {FR, 2, "2 fichiers"}, {FR, 12345, "12\u202f345 fichiers"},
		{EN, 0, "0 files"}, {EN, 1, "1 file"}, {EN, 12345, "12,345 files"},
	} {
		if got := c.N(tt.l, "files", tt.n); got != tt.want {
			t.Errorf("N(%s, %d) = %q, want %q", tt.l, tt.n, got, tt.want)
		}
	}
}

func TestFormats(t *testing.T) {
	at := time.Date(2026, 3, 1, 9, 5, 0, 0, time.UTC)
	for _, tt := range []struct{ got, want string }{
		{Number(FR, 1234567), "1\u202f234\u202f567"},
		{Number(EN, -1234), "−1,234"},
		{Number(EN, 0), "0"},
		{Decimal(FR, 1234.5, 1), "1\u202f234,5"},
		{Decimal(EN, 1234.56, 1), "1,234.6"},
		{Decimal(EN, -0.25, 2), "−0.25"},
		{Decimal(FR, 12, 0), "12"},
		{Size(FR, 1), "1\u00a0o"},
		{Size(EN, 1), "1\u00a0byte"},
		{Size(EN, 999), "999\u00a0bytes"},
		{Size(FR, 12_340_000), "12,3\u00a0Mo"},
		{Size(EN, 999_960), "1.0\u00a0MB"},
		{Size(EN, 3_000_000_000_000_000_000), "3,000.0\u00a0PB"},
		{Percent(FR, 999, 1000), "99\u00a0%"},
		{Percent(EN, 0, 0), "100%"},
		{Duration(FR, 26*time.Hour+5*time.Minute), "1\u00a0j 2\u00a0h"},
		{Duration(EN, 90*time.Second), "1\u00a0min 30\u00a0s"},
		{Duration(EN, 2*time.Hour+4*time.Second), "2\u00a0h"},
		{Duration(FR, 340*time.Millisecond), "0,3\u00a0s"},
		{Duration(EN, -time.Second), "0.0\u00a0s"},
		{Moment(FR, at), "1er mars 2026 à 09\u00a0h\u00a005"},
		{Moment(EN, at), "1 March 2026, 09:05"},
		{Date(FR, at.AddDate(0, 5, 13)), "14 août 2026"},
		{Date(EN, time.Time{}), "–"},
		{Stamp(FR, at), "01/03/2026\u00a009:05"},
		{Stamp(EN, at), "1\u00a0Mar\u00a02026\u00a009:05"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestFromEnv(t *testing.T) {
	for _, tt := range []struct {
		all, messages, lang string
		want                Lang
	}{
		{"", "", "", EN}, {"", "", "fr_FR.UTF-8", FR}, {"C", "", "fr_FR.UTF-8", EN}, {"", "fr_CA", "en_GB", FR},
		{"", "", "C.UTF-8", EN}, {"FR", "en", "en", FR},
	} {
		if got := FromEnv(tt.all, tt.messages, tt.lang); got != tt.want {
			t.Errorf("FromEnv(%q, %q, %q) = %s, want %s", tt.all, tt.messages, tt.lang, got, tt.want)
		}
	}
}

func TestFromAcceptLanguage(t *testing.T) {
	for header, want := range map[string]Lang{
		"": FR, "de": FR, "en": EN, "en-GB,en;q=0.9": EN, "fr-CA": FR, "de, en;q=0.5": EN, "en;q=0.4, fr;q=0.6": FR,
		"en, fr": EN, "fr, en": FR, "en;q=0": FR, "en;q=2": EN, "*": FR, " EN ; Q=0.3 , fr;q=0.2": EN, ";;,,=": FR,
	} {
		if got := FromAcceptLanguage(header); got != want {
			t.Errorf("FromAcceptLanguage(%q) = %s, want %s", header, got, want)
		}
	}
}

func FuzzFromAcceptLanguage(f *testing.F) {
	f.Add("en-GB,en;q=0.9,fr;q=0.8")
	f.Add("fr;q=,en;q=NaN")
	f.Fuzz(func(t *testing.T, header string) {
		if l := FromAcceptLanguage(header); l != FR && l != EN {
			t.Errorf("FromAcceptLanguage(%q) = %q", header, l)
		}
	})
}

func TestProblem(t *testing.T) {
	hinted := triage.E(triage.Conflict, "reveal", "g1", "claim this group first", errors.New("secret cause"))
	for _, tt := range []struct {
		l    Lang
		err  error
		want string
	}{
		{EN, hinted, "Claim this group first."},
		{FR, hinted, "Prenez d’abord ce groupe."},
		{FR, triage.E(triage.Invalid, "x", "", "never said before", nil), "Corrigez la saisie et recommencez."},
		{EN, errors.New("secret cause"), "This is not your fault. Try again; if it lasts, tell the administrator."},
	} {
		if got := Problem(tt.l, tt.err); got != tt.want {
			t.Errorf("Problem(%s, %v) = %q, want %q", tt.l, tt.err, got, tt.want)
		}
	}
}
