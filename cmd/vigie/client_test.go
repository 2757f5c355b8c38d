package main

import (
	"bytes"
	"encoding/json"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/store/evidence"
	"vigie/triage"
)

// TestMessagesAreTranslated holds the catalogues against each other and against the source.
func TestMessagesAreTranslated(t *testing.T) {
	for _, c := range []i18n.Catalogue{messages, serviceMessages} {
		if keys := c.Incomplete(); len(keys) > 0 {
			t.Errorf("these messages lack a language: %q", keys)
		}
	}
	verbs := regexp.MustCompile(`%[-+0-9.]*[a-z%]`)
	for key, text := range messages {
		for _, form := range [][2]string{{text[0], text[1]}} {
			if fr, en := verbs.FindAllString(form[0], -1), verbs.FindAllString(form[1], -1); strings.Join(fr, "") != strings.Join(en, "") {
				t.Errorf("%s takes %q in French and %q in English", key, fr, en)
			}
		}
	}
	files, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	used := make(map[string]bool)
	call := regexp.MustCompile(`\.[TN]\((?:[a-zA-Z.]+, )?"([a-z]+\.[a-z0-9-]+)"`)
	for _, f := range files {
		if strings.HasSuffix(f, "_test.go") || strings.HasPrefix(f, "messages") {
			continue
		}
		source, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range call.FindAllStringSubmatch(string(source), -1) {
			used[m[1]] = true
			if !messages.Has(m[1]) && !serviceMessages.Has(m[1]) {
				t.Errorf("%s: no message %q", f, m[1])
			}
		}
	}
	for key := range messages {
		if !used[key] && !strings.HasPrefix(key, "usage.") {
			t.Errorf("message %q is never used", key)
		}
	}
	for _, c := range commands() {
		if !c.hidden && c.name != "version" && !messages.Has("usage."+c.name) && !serviceMessages.Has("usage."+c.name) {
			t.Errorf("command %s has no usage", c.name)
		}
	}
}

func TestReasonsAreExplained(t *testing.T) {
	for _, code := range []string{
		evidence.ReasonPermission, evidence.ReasonInput, evidence.ReasonChanged, evidence.ReasonVanished, evidence.ReasonPathTooLong,
		evidence.ReasonLink, evidence.ReasonDevice, evidence.ReasonPipe, evidence.ReasonSocket, evidence.ReasonIrregular, noSuchFile,
	} {
		for _, l := range i18n.Langs {
			if i18n.Reason(l, code) == code {
				t.Errorf("%s is not explained in %s", code, l)
			}
		}
	}
}

func TestEncodedSizeIsNeverTooSmall(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	digests := hashing.NewDigester().Sum()
	for range 2000 {
		name := make([]byte, 1+r.IntN(200))
		for i := range name {
			name[i] = "<>&\x00\x1f\\\"\xff\xe2\x80\xa8az"[r.IntN(13)]
		}
		it := triage.Item{
			Size: 1<<63 - 1, Modified: time.Unix(1<<33, 123456789).UTC(), Disposition: triage.IsUnreadable,
			Reason: evidence.ReasonChanged, Kind: hashing.KindPicture, Format: "matroska", Digests: &digests,
		}
		it.Path, it.PathB64 = evidence.Path(string(name))
		b, err := json.Marshal(it)
		if err != nil {
			t.Fatal(err)
		}
		if len(b) > encodedSize(&it) {
			t.Fatalf("%q takes %d bytes, more than %d", name, len(b), encodedSize(&it))
		}
	}
}

func TestHarmless(t *testing.T) {
	for in, want := range map[string]string{"été 1.jpg": "été 1.jpg", "a\x1b[2Jb\nc": "a\uFFFD[2Jb\uFFFDc", "gpj.\u202eexe": "gpj.\uFFFDexe"} {
		if got := harmless(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestBarAndTimeLeft(t *testing.T) {
	for _, test := range []struct {
		done, whole int64
		want        string
	}{{0, 0, ""}, {0, 10, "[------------------------] "}, {5, 10, "[############------------] "}, {12, 10, "[########################] "}} {
		if got := bar(test.done, test.whole); got != test.want {
			t.Errorf("%d of %d: %q", test.done, test.whole, got)
		}
	}
	if got := left(25, 100, 10*time.Second); got != 30*time.Second {
		t.Errorf("a quarter in 10 s leaves %v", got)
	}
	if left(0, 100, time.Minute) != 0 || left(100, 100, time.Minute) != 0 || left(1, 100, 0) != 0 {
		t.Error("what cannot be said is said")
	}
}

func TestTimeline(t *testing.T) {
	for name, x := range map[string]struct {
		finding wire.Finding
		want    string
	}{
		"no film of a list":           {wire.Finding{DurationMS: 24_000}, ""},
		"how long it is is not known": {wire.Finding{FilmShare: 900, FromMS: 1, ToMS: 9}, ""},
		"in its middle":               {wire.Finding{DurationMS: 24_000, FilmShare: 500, FromMS: 6000, ToMS: 18_000}, " [------############------]"},
		"all of it":                   {wire.Finding{DurationMS: 24_000, FilmShare: 1000, ToMS: 24_000}, " [########################]"},
		"a moment":                    {wire.Finding{DurationMS: 3_600_000, FilmShare: 1, FromMS: 1_800_000, ToMS: 1_800_200}, " [------------#-----------]"},
		"its last moment":             {wire.Finding{DurationMS: 24_000, FilmShare: 1, FromMS: 24_000, ToMS: 24_000}, " [-----------------------#]"},
		"longer than it says":         {wire.Finding{DurationMS: 24_000, FilmShare: 1, FromMS: 30_000, ToMS: 40_000}, " [-----------------------#]"},
	} {
		if got := timeline(x.finding); got != x.want {
			t.Errorf("%s: %q, want %q", name, got, x.want)
		}
	}
}

func TestTable(t *testing.T) {
	var b bytes.Buffer
	table(&b, [][]string{{"ÉTÉ", "N"}, {"a", "12"}, {"b", "3"}}, 1)
	if want := "ÉTÉ   N\na    12\nb     3\n"; b.String() != want {
		t.Errorf("%q", b.String())
	}
}

func TestProgressWithoutATerminalWritesLines(t *testing.T) {
	var out bytes.Buffer
	env := &environment{Stderr: &out}
	p := env.startProgress(func() string { return "half" })
	p.say("notice")
	p.end()
	p.end()
	if out.String() != "notice\n" {
		t.Errorf("%q", out.String())
	}
}

// TestHelpInBothLanguages asks every command that has help for it: no flag means the same in both languages, and
// nothing is missing.
func TestHelpInBothLanguages(t *testing.T) {
	help := func(l i18n.Lang, args []string) string {
		var out bytes.Buffer
		env := &environment{Stdout: &out, Stderr: &out, Getenv: func(string) string { return "" }, Lang: l}
		if code := env.run(t.Context(), append([]string{"help"}, args...)); code != exitOK {
			t.Errorf("help %v: exit %d, %s", args, code, out.String())
		}
		return out.String()
	}
	flags := 0
	for _, catalogue := range []i18n.Catalogue{messages, serviceMessages} {
		for key := range catalogue {
			command, found := strings.CutPrefix(key, "usage.")
			if !found {
				continue
			}
			french, english := help(i18n.FR, strings.Fields(command)), help(i18n.EN, strings.Fields(command))
			if strings.Contains(french+english, i18n.MissingOpen) {
				t.Errorf("%s: something is missing in\n%s\n%s", command, french, english)
			}
			for line := range strings.Lines(english) {
				if strings.HasPrefix(line, "        ") { // what a flag means
					flags++
					line, _, _ = strings.Cut(strings.TrimSpace(line), " (default") // which is in French of its own
					if strings.Contains(french, line) {
						t.Errorf("%s: not in French: %s", command, line)
					}
				}
			}
		}
	}
	if flags < 50 {
		t.Errorf("only %d flags found", flags)
	}
}

// TestLastUploads holds what is told while the last big files are sent to the uploads alone.
func TestLastUploads(t *testing.T) {
	s := newSubmission(nil, nil, "x", 1, 1)
	env := &environment{Lang: i18n.EN}
	s.seenBytes.Store(1000 << 20)
	s.uploads.sent.Store(300 << 20)
	s.uploads.pending.Store(400 << 20)
	m := &milestone{sent: 200 << 20}
	got := strings.ReplaceAll(s.uploadLine(env, m, 10*time.Second), "\u00a0", " ") // 100 MiB in 10 s: 40 s for the rest, whatever reading took
	for _, want := range []string{"[##############----------] ", "all is read", "419.4 MB to upload", "10.5 MB/s", "40 s left"} {
		if !strings.Contains(got, want) {
			t.Errorf("%q does not tell %q", got, want)
		}
	}
}

func TestOutgoingCountsATryOnce(t *testing.T) {
	u := newUploads(nil, 1)
	job := &upload{size: 10}
	u.pending.Store(10)
	for range 2 { // the first try breaks after its bytes
		u.pending.Add(job.went.Swap(0))
		if _, err := io.ReadAll(&outgoing{io.NopCloser(strings.NewReader("0123456789")), u, job}); err != nil {
			t.Fatal(err)
		}
		if u.pending.Load() != 0 {
			t.Errorf("%d bytes pending", u.pending.Load())
		}
	}
	if err := u.finish(t.Context(), job); err != nil || u.pending.Load() != 0 || u.sent.Load() != 20 {
		t.Errorf("%d pending, %d sent, %v", u.pending.Load(), u.sent.Load(), err)
	}
}

func TestPatternsOnWindows(t *testing.T) {
	t.Chdir(t.TempDir())
	for _, name := range []string{"a1.jpg", "a[1].jpg", "b.jpg"} {
		if err := os.WriteFile(name, nil, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got := expandAll([]string{"a[1].jpg", "?.jpg", "none*", "0123abcd", "["})
	if want := []string{"a[1].jpg", "b.jpg", "none*", "0123abcd", "["}; !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestCheckOfAnAnimation asks about every picture of a file, and no more in one request than the service answers.
func TestCheckOfAnAnimation(t *testing.T) {
	file := func(frames, views int) question {
		x := examinedFile{Size: 1, Digests: &hashing.Digests{}}
		x.Fingerprint = &hashing.Fingerprint{Quality: 90, Views: make([]hashing.View, views)}
		x.Frames = make([]hashing.Frame, frames)
		for i := range x.Frames {
			x.Frames[i].Quality = i
		}
		in, problem := fileInput(x)
		if problem != "" {
			t.Fatal(problem)
		}
		return question{input: in}
	}
	if in := file(3, 2).input; len(in.Pictures) != 5 || *in.Pictures[2].Quality != 2 {
		t.Errorf("asked about %+v", in.Pictures)
	}
	for _, test := range []struct {
		questions []question
		want      int
	}{
		{slices.Repeat([]question{file(0, 0)}, 250), triage.MaxChecks},
		{slices.Repeat([]question{file(7, 2)}, 99), 40},
		{slices.Repeat([]question{file(triage.MaxCheckPictures-1, 0)}, 2), 1},
		{slices.Repeat([]question{file(triage.MaxCheckPictures, 0)}, 2), 1}, // which the service refuses
		{slices.Repeat([]question{file(1, 0)}, 3), 3},
	} {
		if got := atOnce(test.questions); got != test.want {
			t.Errorf("%d of %d questions at once, not %d", got, len(test.questions), test.want)
		}
	}
}

// TestHashTellsWhatWasLeftOut in both forms.
func TestHashTellsWhatWasLeftOut(t *testing.T) {
	x := examinedFile{Path: "a.gif", Digests: &hashing.Digests{}}
	x.Facts.Format, x.Note = "gif", "frames-left-out"
	line, err := json.Marshal(newHashedFile(x))
	if err != nil || !strings.Contains(string(line), `"note":"frames-left-out"`) {
		t.Errorf("%s, %v", line, err)
	}
	var out bytes.Buffer
	printHashes(&environment{Lang: i18n.FR, Stdout: &out}, x)
	if !strings.Contains(out.String(), "remarque") || !strings.Contains(out.String(), "il y en a trop") {
		t.Errorf("printed:\n%s", out.String())
	}
}
