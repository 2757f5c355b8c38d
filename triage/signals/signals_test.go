package signals

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
)

var seized = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

// ordinary is a picture to which no signal applies: one signal says that nothing was matched, so an entry was.
func ordinary() Member {
	return Member{
		Facts: hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 1200, Height: 910}, Quality: 100, Matched: true,
		Places: []Place{{Class: "other", Submitted: seized}},
	}
}

// with is a group of the ordinary picture, changed.
func with(change func(*Member)) Group {
	m := ordinary()
	change(&m)
	return Group{Members: []Member{m}, Exhibits: 1, Cases: 1}
}

func in(cases int) Group {
	g := with(func(*Member) {})
	g.Exhibits, g.Cases = cases, cases
	return g
}

// turnedOn turns every signal on alone.
var turnedOn = map[Signal]Group{
	ShootKnown:        with(func(m *Member) { m.ShootKnown = true }),
	CameraKnown:       with(func(m *Member) { m.CameraKnown = true }),
	NearKnown:         with(func(m *Member) { m.Places[0].Near = Nearness{NearSame, MaxDensity} }),
	AroundKnown:       with(func(m *Member) { m.Places[0].Near = Nearness{NearAround, 1} }),
	PossibleMatch:     with(func(m *Member) { m.Possible = true }),
	OtherCase:         in(2),
	OtherExhibit:      {Members: []Member{ordinary()}, Exhibits: 2, Cases: 1},
	ShootOtherCase:    with(func(m *Member) { m.ShootCases = 2 }),
	CameraOtherCase:   with(func(m *Member) { m.CameraCases = 2 }),
	UnknownEverywhere: with(func(m *Member) { m.Matched = false }),
	Classifier:        with(func(m *Member) { m.Scored, m.Score = true, 900 }),
	FoundBeside:       with(func(m *Member) { m.Places[0].Decided.Folder = 1 }),
	FoundThatDay:      with(func(m *Member) { m.Places[0].Decided.Day = MostFound }),
	ClearedBeside:     with(func(m *Member) { m.Places[0].Decided.Folder = -1 }),
	ClearedThatDay:    with(func(m *Member) { m.Places[0].Decided.Day = -MostCleared }),

	CameraOriginal:   with(func(m *Member) { m.Facts.Make, m.Facts.Model = "Canon", "EOS" }),
	CameraTables:     with(func(m *Member) { m.Facts.TablesOf = hashing.TablesOwn }),
	OriginalSize:     with(func(m *Member) { m.Facts.Width, m.Facts.Height = 4032, 3024 }),
	ThumbnailAgrees:  with(func(m *Member) { m.Facts.Thumbnail = hashing.ThumbnailSame }),
	ThumbnailDiffers: with(func(m *Member) { m.Facts.Thumbnail = hashing.ThumbnailOther }),
	CameraSerial:     with(func(m *Member) { m.Facts.Serial = "123" }),
	Position:         with(func(m *Member) { m.Facts.GPS = true }),
	Recent:           with(func(m *Member) { m.Facts.Taken = seized.AddDate(0, -1, 0) }),
	RecentFile:       with(func(m *Member) { m.Places[0].Modified = seized.AddDate(0, -1, 0) }),
	Resaved:          with(func(m *Member) { m.Facts.Software = "GIMP 2.10" }),
	WebCopy:          with(func(m *Member) { m.Facts.TablesOf = hashing.TablesLibrary }),
	Generated:        with(func(m *Member) { m.Facts.Generated = "a generator" }),

	CameraFolder:    with(func(m *Member) { m.Places[0].Class = "camera" }),
	Sent:            with(func(m *Member) { m.Places[0].Class = "sent" }),
	Received:        with(func(m *Member) { m.Places[0].Class = "messenger" }),
	PeerToPeer:      with(func(m *Member) { m.Places[0].Class = "peer-to-peer" }),
	Deleted:         with(func(m *Member) { m.Places[0].Deleted = true }),
	Hidden:          with(func(m *Member) { m.Places[0].Hidden = true }),
	Archived:        with(func(m *Member) { m.Places[0].Archived = true }),
	ScreenRecording: {}, // is a video too: TestScreenRecording
	PutAside:        {}, // is an original too: TestOriginals
	OutOfPlace:      {},
	OriginalSent:    {},
	Screenshot:      with(func(m *Member) { m.Places[0].Class = "screenshot" }),
	BrowserCache:    with(func(m *Member) { m.Places[0].Class = "cache" }),
	ProgramFiles:    with(func(m *Member) { m.Places[0].Class = "program" }),
	Stock:           with(func(m *Member) { m.Places[0].Class = "stock" }),

	Video:      with(func(m *Member) { m.Facts.Kind = hashing.KindVideo }),
	LowQuality: with(func(m *Member) { m.Quality = 20 }),
	Icon:       with(func(m *Member) { m.Facts.Width, m.Facts.Height = 64, 64 }),
	Graphic:    with(func(m *Member) { m.Facts.Width, m.Facts.Height, m.Facts.Format = 400, 300, "png" }),
	WidelySeen: in(5),
}

func names(reasons []Reason) (all []Signal) {
	for _, r := range reasons {
		all = append(all, r.Signal)
	}
	return all
}

// TestEachSignalAlone turns every signal on alone, and shows that nothing turns it on by itself.
func TestEachSignalAlone(t *testing.T) {
	w := Default()
	if score, reasons := w.Rank(in(1)); score != 0 || len(reasons) != 0 {
		t.Errorf("an ordinary picture scores %d by %v", score, reasons)
	}
	for _, name := range Names() {
		g, there := turnedOn[name]
		if !there {
			t.Errorf("%s: no test turns it on", name)
		}
		if g.Members == nil {
			continue
		}
		if _, reasons := w.Rank(g); !reflect.DeepEqual(names(reasons), []Signal{name}) {
			t.Errorf("%s alone: got %v", name, reasons)
		}
	}
}

func TestOriginals(t *testing.T) {
	w := Default()
	original := func(change func(*Place)) Group {
		return with(func(m *Member) { m.Facts.Make, m.Facts.Model = "Canon", "EOS"; change(&m.Places[0]) })
	}
	for name, c := range map[string]struct {
		g    Group
		want []Signal
	}{
		"hidden":         {original(func(p *Place) { p.Hidden = true }), []Signal{CameraOriginal, PutAside, Hidden}},
		"deleted":        {original(func(p *Place) { p.Deleted = true }), []Signal{CameraOriginal, PutAside, Deleted}},
		"in a cache":     {original(func(p *Place) { p.Class = "cache" }), []Signal{CameraOriginal, OutOfPlace, BrowserCache}},
		"with a program": {original(func(p *Place) { p.Class = "program" }), []Signal{CameraOriginal, OutOfPlace, ProgramFiles}},
		"sent": {Group{Members: []Member{original(func(*Place) {}).Members[0], turnedOn[Sent].Members[0]}, Exhibits: 1, Cases: 1},
			[]Signal{CameraOriginal, OriginalSent}},
	} {
		_, reasons := w.Rank(c.g)
		if got := names(reasons); !sameSignals(got, c.want) {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func sameSignals(a, b []Signal) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(a, b)
}

func TestScreenRecording(t *testing.T) {
	w := Default()
	for _, c := range []struct {
		name string
		g    Group
		is   bool
	}{
		{"in a recorder's folder", with(func(m *Member) { m.Facts.Kind, m.Places[0].Class = hashing.KindVideo, "recording" }), true},
		{"as long as a telephone's screen", with(func(m *Member) { m.Facts.Kind, m.Facts.Width, m.Facts.Height = hashing.KindVideo, 1080, 2400 }), true},
		{"filmed upright", with(func(m *Member) { m.Facts.Kind, m.Facts.Width, m.Facts.Height = hashing.KindVideo, 1080, 1920 }), false},
		{"a film for the cinema", with(func(m *Member) { m.Facts.Kind, m.Facts.Width, m.Facts.Height = hashing.KindVideo, 1920, 803 }), false},
		{"a picture of that shape", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 1080, 2400 }), false},
	} {
		_, reasons := w.Rank(c.g)
		is := false
		for _, r := range reasons {
			is = is || r.Signal == ScreenRecording
		}
		if is != c.is {
			t.Errorf("%s: %v", c.name, reasons)
		}
	}
}

// TestEachSignalOff shows what does not turn a signal on, though it is near.
func TestEachSignalOff(t *testing.T) {
	canon := func(change func(*Member)) Group {
		return with(func(m *Member) { m.Facts.Make, m.Facts.Model = "Canon", "EOS"; change(m) })
	}
	elsewhere := func(class string) Group {
		return with(func(m *Member) { m.Places = []Place{{Class: class}, {Class: "other"}} })
	}
	for _, c := range []struct {
		name string
		g    Group
		not  Signal
	}{
		{"the shoot of what is unknown", in(1), ShootKnown},
		{"the camera of what is unknown", in(1), CameraKnown},
		{"known material around is not in the same folder", turnedOn[AroundKnown], NearKnown},
		{"known material in the same folder is not counted twice", turnedOn[NearKnown], AroundKnown},
		{"an entry by another hash than pHash", in(1), PossibleMatch},
		{"one case", in(1), OtherCase},
		{"an exhibit of each case", in(2), OtherExhibit},
		{"what everybody has is no link", in(5), OtherCase},
		{"a shoot in one case", with(func(m *Member) { m.ShootCases = 1 }), ShootOtherCase},
		{"a camera in one case", with(func(m *Member) { m.CameraCases = 1 }), CameraOtherCase},
		{"an entry matched", in(1), UnknownEverywhere},
		{"in two cases", Group{Members: turnedOn[UnknownEverywhere].Members, Exhibits: 2, Cases: 2}, UnknownEverywhere},
		{"a neutral score", with(func(m *Member) { m.Scored, m.Score = true, 500 }), Classifier},
		{"a low score", with(func(m *Member) { m.Scored, m.Score = true, 10 }), Classifier},
		{"cleared beside", turnedOn[ClearedBeside], FoundBeside},
		{"cleared that day", turnedOn[ClearedThatDay], FoundThatDay},
		{"found beside", turnedOn[FoundBeside], ClearedBeside},
		{"found that day", turnedOn[FoundThatDay], ClearedThatDay},
		{"what lies elsewhere, too, is not cleared", with(func(m *Member) {
			m.Places = append(m.Places, m.Places[0])
			m.Places[0].Decided.Folder = -MostCleared
		}), ClearedBeside},
		{"nor is what has a copy of another day", with(func(m *Member) {
			m.Places = append(m.Places, m.Places[0])
			m.Places[1].Decided.Day = -MostCleared
		}), ClearedThatDay},
		{"the same shoot is not counted as the same camera, too", with(func(m *Member) { m.ShootKnown, m.CameraKnown = true, true }), CameraKnown},
		{"nor with another case", with(func(m *Member) { m.ShootCases, m.CameraCases = 2, 2 }), CameraOtherCase},
		{"sent, and the original is there", canon(func(m *Member) { m.Places[0].Class = "sent" }), Sent},
		{"no score", with(func(m *Member) { m.Score = 900 }), Classifier},

		{"an editor's file is no original", canon(func(m *Member) { m.Facts.Software = "Adobe Photoshop 25" }), CameraOriginal},
		{"nor one whose history names an editor", canon(func(m *Member) { m.Facts.Editors = "Snapseed 2" }), CameraOriginal},
		{"nor one that was saved twice", canon(func(m *Member) { m.Facts.Saves = 2 }), CameraOriginal},
		{"nor one whose thumbnail shows something else", canon(func(m *Member) { m.Facts.Thumbnail = hashing.ThumbnailOther }), CameraOriginal},
		{"nor a generated one", canon(func(m *Member) { m.Facts.Generated = "a generator" }), CameraOriginal},
		{"make without model", with(func(m *Member) { m.Facts.Make = "Canon" }), CameraOriginal},
		{"the library's tables", turnedOn[WebCopy], CameraTables},
		{"a maker's tables in an edited file", with(func(m *Member) { m.Facts.TablesOf, m.Facts.Software = hashing.TablesOwn, "GIMP" }), CameraTables},
		{"small, in a camera's proportions", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 1024, 768 }), OriginalSize},
		{"large, in no camera's proportions", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 4000, 2400 }), OriginalSize},
		{"no thumbnail", in(1), ThumbnailAgrees},
		{"a thumbnail that agrees", turnedOn[ThumbnailAgrees], ThumbnailDiffers},
		{"no serial number", canon(func(*Member) {}), CameraSerial},
		{"an original in an open place", canon(func(*Member) {}), PutAside},
		{"a hidden copy", with(func(m *Member) { m.Places[0].Hidden = true }), PutAside},
		{"an original in an open place", canon(func(*Member) {}), OutOfPlace},
		{"a copy in a cache", turnedOn[BrowserCache], OutOfPlace},
		{"an original in a cache, and in the camera roll", canon(func(m *Member) {
			m.Places[0].Class = "cache"
			m.Places = append(m.Places, Place{Class: "camera", Submitted: seized})
		}), OutOfPlace},
		{"a sent copy without the original", turnedOn[Sent], OriginalSent},
		{"an original that was not sent", canon(func(*Member) {}), OriginalSent},
		{"no position", in(1), Position},
		{"an old capture", with(func(m *Member) { m.Facts.Taken = seized.AddDate(-2, 0, 0) }), Recent},
		{"a clock far ahead", with(func(m *Member) { m.Facts.Taken = seized.AddDate(1, 0, 0) }), Recent},
		{"no capture time", in(1), Recent},
		{"a file's time is no capture time", turnedOn[RecentFile], Recent},
		{"a recent capture is not counted twice", with(func(m *Member) { m.Facts.Taken, m.Places[0].Modified = seized, seized }), RecentFile},
		{"long before it was seized, if shortly before it was submitted", with(func(m *Member) {
			m.Facts.Taken, m.Places[0].Seized = seized.AddDate(0, -11, 0), seized.AddDate(0, -14, 0)
		}), Recent},
		{"a camera's firmware", with(func(m *Member) { m.Facts.Software = "Ver.1.00" }), Resaved},
		{"a large picture with the library's tables", with(func(m *Member) { m.Facts.TablesOf, m.Facts.Width = hashing.TablesLibrary, 4000 }), WebCopy},
		{"the library's tables in a camera's file", canon(func(m *Member) { m.Facts.TablesOf = hashing.TablesLibrary }), WebCopy},
		{"no generator", in(1), Generated},

		{"another folder", in(1), CameraFolder},
		{"received", turnedOn[Received], Sent},
		{"sent", turnedOn[Sent], Received},
		{"downloaded otherwise", in(1), PeerToPeer},
		{"hidden", turnedOn[Hidden], Deleted},
		{"deleted", turnedOn[Deleted], Hidden},
		{"not in an archive", in(1), Archived},
		{"a screenshot that lay elsewhere too", elsewhere("screenshot"), Screenshot},
		{"also elsewhere than in the cache", elsewhere("cache"), BrowserCache},
		{"also elsewhere than with a program", elsewhere("program"), ProgramFiles},
		{"also elsewhere than with wallpapers", elsewhere("stock"), Stock},

		{"a picture", in(1), Video},
		{"a picture of a recorder's folder", with(func(m *Member) { m.Places[0].Class = "recording" }), ScreenRecording},
		{"a video has no PDQ quality", with(func(m *Member) { m.Facts.Kind, m.Quality = hashing.KindVideo, 0 }), LowQuality},
		{"one side is large", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 64, 900 }), Icon},
		{"size not known", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 0, 0 }), Icon},
		{"an icon is not counted twice", with(func(m *Member) { m.Facts.Width, m.Facts.Height, m.Facts.Format = 64, 64, "png" }), Graphic},
		{"a small JPEG", with(func(m *Member) { m.Facts.Width, m.Facts.Height = 400, 300 }), Graphic},
		{"four cases", in(4), WidelySeen},
	} {
		_, reasons := Default().Rank(c.g)
		for _, r := range reasons {
			if r.Signal == c.not {
				t.Errorf("%s: %s applies", c.name, c.not)
			}
		}
		delete(missingOff, c.not)
	}
	for name := range missingOff {
		t.Errorf("%s: no test turns it off", name)
	}
}

// missingOff are the signals that no test has turned off yet.
var missingOff = func() map[Signal]bool {
	missing := make(map[Signal]bool)
	for _, name := range Names() {
		missing[name] = true
	}
	return missing
}()

// TestParametersMove shows that each parameter is where its signal begins.
func TestParametersMove(t *testing.T) {
	for name, change := range map[Signal]func(*Parameters){
		Recent:       func(p *Parameters) { p.RecentDays = 7 },
		RecentFile:   func(p *Parameters) { p.RecentDays = 7 },
		OriginalSize: func(p *Parameters) { p.OriginalPixels = 20_000_000 },
		WebCopy:      func(p *Parameters) { p.WebSide = 1000 },
		Icon:         func(p *Parameters) { p.IconSide = 32 },
		Graphic:      func(p *Parameters) { p.GraphicSide = 300 },
		LowQuality:   func(p *Parameters) { p.MinQuality = 10 },
		WidelySeen:   func(p *Parameters) { p.WidelySeenFrom = 9 },
	} {
		w := Default()
		change(&w.Parameters)
		_, reasons := w.Rank(turnedOn[name])
		for _, r := range reasons {
			if r.Signal == name {
				t.Errorf("%s applies as before", name)
			}
		}
	}
	ahead := with(func(m *Member) { m.Facts.Taken = seized.Add(100 * time.Hour) })
	w := Default()
	w.Parameters.ClockHours = 200
	if _, reasons := w.Rank(ahead); len(reasons) != 1 || reasons[0].Signal != Recent {
		t.Errorf("a clock ahead within the tolerance: %v", reasons)
	}
}

func TestScoreIsShared(t *testing.T) {
	w := Default()
	w.Points[Classifier] = 30
	for score, want := range map[int]int{1000: 30, 750: 15, 900: 24, 510: 1, 500: 0, 2000: 30} {
		got, _ := w.Rank(with(func(m *Member) { m.Scored, m.Score = true, score }))
		if got != want {
			t.Errorf("a score of %d is worth %d points, want %d", score, got, want)
		}
	}
}

func TestDensity(t *testing.T) {
	for _, c := range []struct{ known, all, want int }{
		{0, 0, 0}, {0, 100, 0}, {1, 1000, 1}, {19, 1000, 1}, {20, 1000, 2}, {99, 1000, 2}, {100, 1000, 3}, {249, 1000, 3}, {250, 1000, 4}, {5, 5, 4}, {1, 0, 4},
	} {
		if got := DensityOf(c.known, c.all); got != c.want {
			t.Errorf("%d of %d: %d, want %d", c.known, c.all, got, c.want)
		}
	}
	w := Default()
	w.Points[NearKnown] = 40
	for density, want := range map[int]string{1: "10 < 2", 2: "20 2–10", 3: "30 10–25", 4: "40 ≥ 25"} {
		score, reasons := w.Rank(with(func(m *Member) { m.Places[0].Near = Nearness{NearSame, density} }))
		if got := fmt.Sprint(score, " ", reasons[0].Detail); got != want {
			t.Errorf("density %d: %q, want %q", density, got, want)
		}
	}
}

// TestRescore shows that reasons and other weights give what ranking anew would.
func TestRescore(t *testing.T) {
	before, after := Default(), Default()
	for i, name := range Names() {
		after.Points[name] = 7*i%90 - 40
	}
	for name, g := range turnedOn {
		_, reasons := before.Rank(g)
		gotScore, got := after.Rescore(reasons)
		wantScore, want := after.Rank(g)
		if gotScore != wantScore || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %d by %v, want %d by %v", name, gotScore, got, wantScore, want)
		}
	}
}

// TestNothingIsForgotten shows that a signal without points is still a reason, so that it can be given some.
func TestNothingIsForgotten(t *testing.T) {
	w := Default()
	w.Points[Position] = 0
	if score, reasons := w.Rank(turnedOn[Position]); score != 0 || len(reasons) != 1 {
		t.Errorf("%d by %v", score, reasons)
	}
}

func TestCheck(t *testing.T) {
	if err := Default().Check(); err != nil {
		t.Fatalf("the default weights: %v", err)
	}
	for want, change := range map[string]func(*Weights){
		`parameter "colour"`:     func(w *Weights) { w.Points["colour"] = 1 },
		"position has no number": func(w *Weights) { delete(w.Points, Position) },
		"position is 2000":       func(w *Weights) { w.Points[Position] = 2000 },
		"threshold is 999999":    func(w *Weights) { w.Threshold = 999999 },
		"recent_days is 0":       func(w *Weights) { w.Parameters.RecentDays = 0 },
	} {
		w := Default()
		change(w)
		if err := w.Check(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("want %q, got %v", want, err)
		}
	}
}

func TestNewWantsEveryNumber(t *testing.T) {
	threshold, points, parameters := Default().Numbers()
	w, problems := New(&threshold, points, parameters)
	if len(problems) > 0 || len(w.Changes(Default())) > 0 {
		t.Fatalf("the default, taken apart and put together: %v, %v", problems, w.Changes(Default()))
	}
	delete(points, string(Icon))
	points["recent_days"], parameters[string(Video)] = 1, 2 // each where the other belongs
	delete(parameters, "clock_hours")
	parameters["min_quality"] = 101
	_, problems = New(nil, points, parameters)
	want := []Problem{
		{Name: "clock_hours", Wrong: Missing}, {Name: "icon", Wrong: Missing}, {"min_quality", OutOfBounds, 101, 0, 100},
		{Name: "recent_days", Wrong: Unknown}, {Name: "threshold", Wrong: Missing}, {Name: "video", Wrong: Unknown},
	}
	if !slices.Equal(problems, want) {
		t.Errorf("%+v\nwant\n%+v", problems, want)
	}
}

func TestChanges(t *testing.T) {
	to := Default()
	to.Threshold, to.Points[Video], to.Parameters.WebSide = 50, 0, 1600
	was := Default()
	want := []Change{{"threshold", was.Threshold, 50}, {"video", was.Points[Video], 0}, {"web_side", was.Parameters.WebSide, 1600}}
	if got := Default().Changes(to); !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
	older := Default()
	delete(older.Points, Video)
	if got := older.Changes(Default()); !slices.Equal(got, []Change{{"video", 0, was.Points[Video]}}) {
		t.Errorf("from weights that lack a signal: %+v", got)
	}
}

func TestEverySignalHasATheme(t *testing.T) {
	var themed []Signal
	for _, theme := range Themes {
		themed = append(themed, theme.Signals()...)
	}
	if names := Names(); len(themed) != len(names) {
		t.Errorf("%d signals have a theme, there are %d", len(themed), len(names))
	}
	slices.Sort(themed)
	if once := slices.Compact(slices.Clone(themed)); len(once) != len(themed) {
		t.Errorf("some signal has two themes: %v", themed)
	}
}

// TestDownWeightsNeedAll shows that one good member is not hidden by its copies.
func TestDownWeightsNeedAll(t *testing.T) {
	original := ordinary()
	original.Facts.Make, original.Facts.Model, original.Places[0].Class = "A", "B", "camera"
	thumb := ordinary()
	thumb.Facts.Width, thumb.Facts.Height, thumb.Places[0].Class = 100, 75, "cache"
	together, _ := Default().Rank(Group{Members: []Member{original, thumb}, Exhibits: 1, Cases: 1})
	alone, _ := Default().Rank(Group{Members: []Member{original}, Exhibits: 1, Cases: 1})
	if together < alone {
		t.Errorf("with its thumbnail in a cache the group scores %d, alone %d", together, alone)
	}
}
