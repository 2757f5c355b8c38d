package weightsfile

import (
	"os"
	"strings"
	"testing"

	"vigie/api/i18n"
	"vigie/triage/signals"
)

func TestTextsAreComplete(t *testing.T) {
	if keys := texts.Incomplete(); len(keys) > 0 {
		t.Errorf("without both languages: %v", keys)
	}
}

// TestWhatIsPrintedIsRead: in both languages, the default and weights of which every number is another.
func TestWhatIsPrintedIsRead(t *testing.T) {
	other := signals.Default()
	other.Threshold = -7
	for name := range other.Points {
		other.Points[name]++
	}
	for _, b := range other.Parameters.Bounds() {
		*b.Value++
	}
	for _, l := range i18n.Langs {
		for version, w := range map[int]*signals.Weights{NoVersion: signals.Default(), 12: other} {
			file := Print(l, w, version)
			got, of, problems := Parse([]byte(file))
			if len(problems) > 0 || of != version || len(got.Changes(w)) > 0 {
				t.Errorf("%s, version %d: read as version %d with %v, %v\n%s", l, version, of, got.Changes(w), said(problems), file)
			}
			if strings.Contains(file, i18n.MissingOpen) || strings.Contains(file, "%!") {
				t.Errorf("%s: a text is missing\n%s", l, file)
			}
			for line := range strings.Lines(file) {
				if n := len([]rune(line)); n > commentColumns+1 {
					t.Errorf("%s: a line of %d characters: %s", l, n, line)
				}
			}
		}
	}
}

// TestDocumentedDefault: what is in the documents is what the program comes with.
func TestDocumentedDefault(t *testing.T) {
	documented, err := os.ReadFile("../../docs/weights.toml")
	if err != nil {
		t.Fatal(err)
	}
	if string(documented) != Print(i18n.EN, signals.Default(), NoVersion) {
		t.Error("docs/weights.toml is another: LANG=C vigie weights show --default > docs/weights.toml")
	}
}

func said(problems []Problem) string {
	var all []string
	for _, p := range problems {
		all = append(all, p.In(i18n.EN))
	}
	return strings.Join(all, "\n")
}

// fixed are weights of which the tests know some numbers, whatever the default is.
func fixed() *signals.Weights {
	w := signals.Default()
	w.Threshold, w.Points[signals.Icon], w.Parameters.RecentDays, w.Parameters.MinQuality = 40, -30, 365, 50
	return w
}

func TestParseNamesWhatIsWrong(t *testing.T) {
	good := Print(i18n.EN, fixed(), NoVersion)
	change := func(old, new string) string {
		if !strings.Contains(good, old) {
			t.Fatalf("no %q in the file", old)
		}
		return strings.Replace(good, old, new, 1)
	}
	at := func(part string) string { // "line 7"
		before, _, _ := strings.Cut(good, part)
		return "line " + i18n.Number(i18n.EN, strings.Count(before, "\n")+1)
	}
	for name, tt := range map[string]struct{ file, want string }{
		"an unknown signal":       {change("icon = ", "icom = "), "icon: a number is needed; 0 points leave a signal out\n" + at("icon = ") + ": icom: this is neither a signal nor a parameter"},
		"points far out":          {change("icon = -30", "icon = -3000"), at("icon = ") + ": icon: −3,000 is out of bounds: −1,000 to 1,000"},
		"a word":                  {change("icon = -30", `icon = "low"`), at("icon = ") + ": points.icon is a whole number"},
		"a fraction":              {change("recent_days = 365", "recent_days = 36.5"), at("recent_days = ") + ": parameters.recent_days is a whole number"},
		"more than an int holds":  {change("icon = -30", "icon = 9000000000"), at("icon = ") + ": points.icon is a whole number"},
		"a parameter out of hand": {change("min_quality = 50", "min_quality = 101"), at("min_quality = ") + ": min_quality: 101 is out of bounds: 0 to 100"},
		"no threshold":            {change("threshold = 40", ""), "threshold: a number is needed; 0 points leave a signal out"},
		"a threshold that is no number": {change("threshold = 40", "threshold = true"),
			at("threshold = ") + ": threshold is a whole number"},
		"another key":        {"colour = 3\n" + good, "line 1: there is no key colour here"},
		"a table of another": {good + "\n[other]\nx = 1\n", "line " + i18n.Number(i18n.EN, strings.Count(good, "\n")+2) + ": there is no key other here"},
		"a wrong version":    {"version = -2\n" + good, "line 1: version is a whole number from 0"},
		"twice":              {change("icon = -30", "icon = -30\nicon = 1"), "this is no TOML"},
		"no TOML":            {change("icon = -30", "icon -30"), at("icon = ") + ": this is no TOML"},
		"points as a number": {"points = 3\nthreshold = 4", "line 1: points is a table"},
		"too large":          {good + strings.Repeat("#\n", MaxSize), "the file is larger than"},
		"nothing":            {"", "archived, around-known, "},
		"several": {change("icon = -30", "icon = 1.5") + "web_sid = 1\n", at("icon = ") + ": points.icon is a whole number\n" +
			"line " + i18n.Number(i18n.EN, strings.Count(good, "\n")+1) + ": web_sid: this is neither a signal nor a parameter"},
	} {
		_, _, problems := Parse([]byte(tt.file))
		if got := said(problems); !strings.Contains(got, tt.want) {
			t.Errorf("%s: said is\n%s\nwant\n%s", name, got, tt.want)
		}
		for _, p := range problems {
			if french := p.In(i18n.FR); strings.Contains(french, i18n.MissingOpen) || strings.Contains(french, "%!") {
				t.Errorf("%s: in French %q", name, french)
			}
		}
	}
}

// A file may be written otherwise than it is printed.
func TestParseTakesOtherTOML(t *testing.T) {
	good := Print(i18n.EN, fixed(), NoVersion)
	for _, change := range [][2]string{
		{"icon = -30", "'icon' = -3_0"}, {"threshold = 40", "threshold=0x28"}, {"[points]", "[ \"points\" ] # how much"}, {"\n", "\r\n"},
	} {
		file := strings.Replace(good, change[0], change[1], 1)
		if w, _, problems := Parse([]byte(file)); len(problems) > 0 || len(w.Changes(fixed())) > 0 {
			t.Errorf("%q: %v %s", change[1], w.Changes(fixed()), said(problems))
		}
	}
	dotted := strings.NewReplacer("[points]", "", "[parameters]", "").Replace(good)
	for _, names := range [][]string{signalNames(), parameterNames()} {
		table := pointsKey
		if names[0] == "recent_days" {
			table = parametersKey
		}
		for _, name := range names {
			dotted = strings.Replace(dotted, "\n"+name+" =", "\n"+table+"."+name+" =", 1)
		}
	}
	if w, _, problems := Parse([]byte(dotted)); len(problems) > 0 || len(w.Changes(fixed())) > 0 {
		t.Errorf("dotted keys: %v %s", w.Changes(fixed()), said(problems))
	}
}

func signalNames() (names []string) {
	for _, s := range signals.Names() {
		names = append(names, string(s))
	}
	return names
}

func parameterNames() (names []string) {
	for _, b := range new(signals.Parameters).Bounds() {
		names = append(names, b.Name)
	}
	return names
}

// FuzzParse: weights that were read without a problem pass their check, and are read again as they were printed; what is
// wrong is said in lines that the file has.
func FuzzParse(f *testing.F) {
	good := Print(i18n.EN, fixed(), 3)
	f.Add([]byte(good))
	f.Add([]byte(strings.Replace(good, "icon = -30", "icon = [1, {a = 2}]", 1)))
	f.Add([]byte("points.icon = 1\n[points]\nicon = 2"))
	f.Add([]byte("[[points]]\nicon = 1\n\"\\u0000\" = 1979-05-27\nversion = inf"))
	f.Add([]byte("threshold = \"\"\"\na\n\"\"\"\nparameters = { web_side = 1 }\n\xff"))
	f.Fuzz(func(t *testing.T, body []byte) {
		w, version, problems := Parse(body)
		lines := strings.Count(string(body), "\n") + 1
		for _, p := range problems {
			if p.Line < 0 || p.Line > lines || p.In(i18n.FR) == "" {
				t.Fatalf("line %d of %d: %q", p.Line, lines, p.In(i18n.FR))
			}
		}
		if len(problems) > 0 {
			return
		}
		if err := w.Check(); err != nil {
			t.Fatal(err)
		}
		again, of, problems := Parse([]byte(Print(i18n.EN, &w, version)))
		if len(problems) > 0 || of != version || len(again.Changes(&w)) > 0 {
			t.Fatalf("printed and read: version %d, not %d; %v; %s", of, version, again.Changes(&w), said(problems))
		}
	})
}
