package wire

import (
	"encoding/json"
	"errors"
	"net/http"
	"reflect"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

var allKinds = []triage.Kind{
	triage.Invalid, triage.NotFound, triage.Exists, triage.Conflict, triage.Forbidden, triage.Unsigned, triage.Stale,
	triage.Corrupt, triage.TooLarge, triage.Unavailable, triage.Full, triage.Unknown, triage.Internal,
}

func TestProblemKeepsKindHintAndObject(t *testing.T) {
	if len(kinds) != len(allKinds) {
		t.Errorf("the table has %d kinds, the test %d", len(kinds), len(allKinds))
	}
	for _, kind := range allKinds {
		cause := errors.New("dial tcp 10.0.0.7: a secret of ours")
		p := NewProblem(triage.E(kind, "do it", "x1", "go another way", cause))
		b, err := json.Marshal(p)
		if err != nil {
			t.Fatal(err)
		}
		if strings.Contains(string(b), "secret") {
			t.Errorf("%s: the cause got out: %s", kind, b)
		}
		if p.Type != "urn:vigie:"+string(kind) || p.Title == "" || p.Status < 400 || p.Status > 599 {
			t.Errorf("%s: %+v", kind, p)
		}
		var read Problem
		if err := json.Unmarshal(b, &read); err != nil {
			t.Fatal(err)
		}
		e := read.Err("ask")
		if e.Kind != kind || e.Hint != "go another way" || e.Object != "x1" || e.Op != "ask" {
			t.Errorf("%s came back as %+v", kind, e)
		}
	}
}

func TestProblemOfUnknownErrors(t *testing.T) {
	p := NewProblem(errors.New("a secret of ours"))
	if p.Status != http.StatusInternalServerError || p.Kind != string(triage.Internal) || p.Detail != internalHint {
		t.Errorf("%+v", p)
	}
	if p := NewProblem(triage.E("odd", "", "", "", nil)); p.Status != http.StatusInternalServerError || p.Kind != string(triage.Internal) {
		t.Errorf("%+v", p)
	}
}

func TestStatusWithoutProblem(t *testing.T) {
	for status, want := range map[int]triage.Kind{
		400: triage.Invalid, 401: triage.Unsigned, 403: triage.Forbidden, 404: triage.NotFound, 405: triage.Invalid,
		409: triage.Conflict, 411: triage.Invalid, 413: triage.TooLarge, 422: triage.Corrupt, 429: triage.Unavailable,
		431: triage.TooLarge, 500: triage.Internal, 502: triage.Unavailable, 503: triage.Unavailable, 504: triage.Unknown,
	} {
		if e := StatusProblem(status, "").Err("ask"); e.Kind != want || e.Hint == "" {
			t.Errorf("%d is %s (%q), want %s", status, e.Kind, e.Hint, want)
		}
	}
}

func TestFindingLines(t *testing.T) {
	sum := hashing.SHA256{1, 2}
	digests := &hashing.Digests{SHA256: sum}
	tests := []struct {
		name string
		in   triage.ItemFinding
		want string
		csv  string
	}{
		{
			"exact", triage.ItemFinding{
				Item: triage.Item{Path: "a/b.jpg", Disposition: triage.IsMedia, Digests: digests}, Finding: triage.Known,
				Match: &triage.Match{Source: "partner", Version: 2, Entry: 17, Method: triage.BySHA1, State: triage.EntryDisputed},
			},
			`{"path":"a/b.jpg","sha256":"` + sum.String() + `","disposition":"media","finding":"known","set":"partner v2","entry":17,"disputed":true,"method":"sha1","distance":0,"likeness":"identical"}`,
			"a/b.jpg||" + sum.String() + "|media|known|partner v2|17|true|sha1|0|||||||||||||identical|||||||",
		},
		{
			"near, under a transform", triage.ItemFinding{
				Item: triage.Item{Path: "c", Disposition: triage.IsMedia, Digests: digests}, Finding: triage.NearKnown,
				Earlier: &triage.Match{Source: "q", Version: 3, Entry: 9, Method: triage.ByMD5, State: triage.EntryWithdrawn},
				Match:   &triage.Match{Source: "p", Version: 1, Entry: 4, Method: triage.ByPDQ, Distance: 12, Transform: pdq.Rotate90, View: hashing.ViewTrimmed, Frame: 2, At: 62_500 * time.Millisecond, Quality: 81, More: 99_936},
			},
			`{"path":"c","sha256":"` + sum.String() + `","disposition":"media","finding":"near-known","set":"p v1","entry":4,"method":"pdq","distance":12,"transform":"rotate90","view":"trimmed","frame":2,"at_ms":62500,"quality":81,"likeness":"edited","more":99936,"withdrawn":"q v3 9"}`,
			"c||" + sum.String() + "|media|near-known|p v1|4||pdq|12|rotate90|trimmed|2|62500|81||||||||edited|99936|q v3 9|||||",
		},
		{
			"a part of a film", triage.ItemFinding{
				Item:    triage.Item{Path: "c", Disposition: triage.IsMedia, Digests: digests},
				Finding: triage.NearKnown, Film: hashing.Film{Duration: 75 * time.Second, Looked: 990}, Match: &triage.Match{
					Source: "p", Version: 1, Entry: 4, Method: triage.ByPDQ, Distance: 12, At: time.Second, Quality: 81,
					Film: &vpdq.Shares{Query: 120, Known: 1000, Near: 9, Frames: 12, OfFilm: true, From: time.Second, To: 9 * time.Second},
				},
			},
			`{"path":"c","sha256":"` + sum.String() + `","disposition":"media","finding":"near-known","set":"p v1","entry":4,"method":"pdq","distance":12,"transform":"original","at_ms":1000,"quality":81,"duration_ms":75000,"looked":990,"film_share":120,"entry_share":1000,"from_ms":1000,"to_ms":9000,"likeness":"part"}`,
			"c||" + sum.String() + "|media|near-known|p v1|4||pdq|12|original|||1000|81|75000|990||120|1000|1000|9000|part|||||||",
		},
		{
			"a still of a film", triage.ItemFinding{
				Item:    triage.Item{Path: "c", Disposition: triage.IsMedia, Digests: digests},
				Finding: triage.NearKnown, Match: &triage.Match{
					Source: "p", Version: 1, Entry: 4, Method: triage.ByPDQ, Distance: 2, Quality: 81, Film: &vpdq.Shares{Query: 1000, Known: 10, Near: 1, Frames: 100},
				},
			},
			`{"path":"c","sha256":"` + sum.String() + `","disposition":"media","finding":"near-known","set":"p v1","entry":4,"method":"pdq","distance":2,"transform":"original","quality":81,"still":true,"likeness":"same"}`,
			"c||" + sum.String() + "|media|near-known|p v1|4||pdq|2|original||||81|||true|||||same|||||||",
		},
		{
			"not UTF-8, pending", triage.ItemFinding{
				Item:    triage.Item{Path: "\ufffd", PathB64: []byte{0xff}, Disposition: triage.IsMedia, Digests: digests},
				Finding: triage.Pending,
			},
			`{"path":"` + "\ufffd" + `","path_b64":"/w==","sha256":"` + sum.String() + `","disposition":"media","finding":"pending"}`,
			"\ufffd|/w==|" + sum.String() + "|media|pending|||||||||||||||||||||||||",
		},
		{
			"recovered from a drive", triage.ItemFinding{
				Item:    triage.Item{Path: "_a", Disposition: triage.NotMedia, Digests: digests, Modified: time.Date(2020, 2, 3, 4, 5, 6, 0, time.UTC), LocalTime: true, Deleted: true},
				Finding: triage.NoFinding,
			},
			`{"path":"_a","sha256":"` + sum.String() + `","disposition":"not-media","finding":"","modified":"2020-02-03T04:05:06Z","local_time":true,"deleted":true}`,
			"_a||" + sum.String() + "|not-media||||||||||||||||||||||||2020-02-03T04:05:06Z|true|true",
		},
		{
			"refused", triage.ItemFinding{
				Item: triage.Item{Path: "link", Disposition: triage.IsRefused}, Finding: triage.NoFinding, Reason: "symlink",
			},
			`{"path":"link","sha256":"","disposition":"refused","finding":"","reason":"symlink"}`,
			"link|||refused||||||||||||||||||||||symlink||||",
		},
		{
			"over a limit", triage.ItemFinding{
				Item:    triage.Item{Path: "c", Disposition: triage.IsMedia, Digests: digests},
				Finding: triage.Unreadable, Reason: "too-many-pixels", Limit: 120_000_000,
			},
			`{"path":"c","sha256":"` + sum.String() + `","disposition":"media","finding":"unreadable","reason":"too-many-pixels","limit":120000000}`,
			"c||" + sum.String() + "|media|unreadable|||||||||||||||||||||too-many-pixels|120000000|||",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			f := NewFinding(test.in)
			b, err := json.Marshal(f)
			if err != nil || string(b) != test.want {
				t.Errorf("JSON\n %s, %v, want\n %s", b, err, test.want)
			}
			if got := strings.Join(f.Record(), "|"); got != test.csv || len(f.Record()) != len(FindingColumns) {
				t.Errorf("CSV\n %s, want\n %s", got, test.csv)
			}
		})
	}
}

// TestFindingFieldsAreOneList holds JSON and CSV together: the columns are the fields, in their order, and each cell is
// the field of its column.
func TestFindingFieldsAreOneList(t *testing.T) {
	var f Finding
	v := reflect.ValueOf(&f).Elem()
	for i := range v.NumField() {
		name, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if i >= len(FindingColumns) || FindingColumns[i] != name {
			t.Fatalf("field %d is %s, the columns are %v", i, name, FindingColumns)
		}
		want := "cell of " + name
		switch field := v.Field(i); field.Kind() {
		case reflect.String:
			field.SetString(want)
		case reflect.Int, reflect.Int64:
			want = "7"
			field.SetInt(7)
		case reflect.Uint32:
			want = "7"
			field.SetUint(7)
		case reflect.Bool:
			want = "true"
			field.SetBool(true)
		default:
			want = "7"
			field.Set(reflect.ValueOf(new(7)))
		}
		if got := f.Record(); len(got) != len(FindingColumns) || got[i] != want {
			t.Errorf("column %s: %q", name, got)
		}
	}
}

func TestNoFormula(t *testing.T) {
	for in, want := range map[string]string{
		"": "", "a.jpg": "a.jpg", "=1+1": "'=1+1", "+1": "'+1", "-1": "'-1", "@x": "'@x", "\tx": "'\tx", "'x": "''x",
		"a=1": "a=1", "12": "12", "＝1": "'＝1", "\xff=": "\xff=",
	} {
		if got := (Finding{Path: in}).Record()[0]; got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}

func TestCheckInputTakesOneHashOrEight(t *testing.T) {
	one, two := pdq.Hash{1}, pdq.Hash{2}
	for _, test := range []struct {
		json string
		want PDQ
	}{
		{`{"pdq":"` + one.String() + `"}`, PDQ{one}},
		{`{"pdq":["` + one.String() + `","` + two.String() + `"]}`, PDQ{one, two}},
		{`{}`, nil},
	} {
		var in CheckInput
		if err := json.Unmarshal([]byte(test.json), &in); err != nil {
			t.Fatal(err)
		}
		if len(in.PDQ) != len(test.want) || len(in.Check().PDQ) != len(test.want) {
			t.Fatalf("%s: %d hashes, want %d", test.json, len(in.PDQ), len(test.want))
		}
		for i := range test.want {
			if in.PDQ[i] != test.want[i] {
				t.Errorf("%s: hash %d is %s", test.json, i, in.PDQ[i])
			}
		}
		if b, err := json.Marshal(in); err != nil || string(b) != test.json {
			t.Errorf("%s came back as %s, %v", test.json, b, err)
		}
	}
	eight := strings.TrimSuffix(strings.Repeat(`"`+one.String()+`",`, 8), ",")
	var in CheckInput
	if err := json.Unmarshal([]byte(`{"pictures":[{"pdq":[`+eight+`],"pdq_quality":7},{"pdq":[`+eight+`]}]}`), &in); err != nil {
		t.Fatal(err)
	}
	if got := in.Check().Pictures; len(got) != 2 || got[0].PDQ[7] != one || got[0].Quality != 7 || got[1].Quality != pdq.MinQuality {
		t.Errorf("further pictures came as %+v", got)
	}
	for _, bad := range []string{
		`{"pictures":[{"pdq":[` + eight + `,"` + one.String() + `"]}]}`, `{"pictures":[{"pdq":["` + one.String() + `"]}]}`, `{"pictures":[{"pdq":"` + one.String() + `"}]}`,
		`{"pdq":"12"}`, `{"pdq":["12"]}`, `{"pdq":12}`, `{"md5":"zz"}`, `{"phash":"123"}`,
	} {
		if err := json.Unmarshal([]byte(bad), new(CheckInput)); err == nil {
			t.Errorf("%s was taken", bad)
		}
	}
}

func FuzzCheckRequest(f *testing.F) {
	f.Add([]byte(`{"inputs":[{"pdq":"` + pdq.Hash{3}.String() + `","pdq_quality":50},{"md5":"d41d8cd98f00b204e9800998ecf8427e"}]}`))
	f.Add([]byte(`{"inputs":[{"pdq":["` + pdq.Hash{3}.String() + `"]}]}`))
	f.Add([]byte(`{"inputs":[{"pictures":[{"pdq":["` + strings.Repeat(pdq.Hash{3}.String()+`","`, 7) + pdq.Hash{4}.String() + `"],"pdq_quality":1}]}]}`))
	f.Fuzz(func(t *testing.T, b []byte) {
		var r CheckRequest
		if json.Unmarshal(b, &r) != nil {
			return
		}
		again, err := json.Marshal(r)
		if err != nil {
			t.Fatal(err)
		}
		var second CheckRequest
		if err := json.Unmarshal(again, &second); err != nil || len(second.CheckInputs()) != len(r.CheckInputs()) {
			t.Errorf("%s came back as %s, %v", b, again, err)
		}
	})
}

func TestSheetNamesNothing(t *testing.T) {
	taken := time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)
	s := NewSheet(triage.Sheet{
		Group: triage.Group{ID: "g"},
		Media: []triage.Medium{{
			ID: "mediumid", Kind: hashing.KindPicture, Keys: triage.DigestKeys{MD5: triage.DigestKey{7}}, Hashed: true, Quality: 80,
			Facts:  hashing.Facts{Taken: taken, Serial: "SN-1", GPS: true, Software: "soft"},
			Places: []triage.Place{{Exhibit: "x", Folder: "folderkey", Parent: "parentkey", Modified: taken}},
		}},
	})
	b, err := json.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	for _, never := range []string{"mediumid", "folderkey", "parentkey", "SN-1"} {
		if strings.Contains(string(b), never) {
			t.Errorf("%s is told: %s", never, b)
		}
	}
	m := s.Media[0]
	if m.Taken == nil || !m.Taken.Equal(taken) || len(m.Modified) != 1 || m.Quality == nil || *m.Quality != 80 || !m.GPS || m.Finding != "pending" {
		t.Errorf("%+v", m)
	}
}

func TestProblemTellsHowFarCatchingUpHasCome(t *testing.T) {
	far := triage.Advance{Step: triage.StepEvents, Done: 50, Of: 200}
	p := NewProblem(triage.E(triage.Unavailable, "catch up", "", "wait", far))
	if p.Status != http.StatusServiceUnavailable || p.Advance == nil || *p.Advance != (Advance{"events", 50, 200, 25}) {
		t.Errorf("%+v, %+v", p, p.Advance)
	}
	r := NewReadiness("v", []triage.Condition{triage.NewCondition(triage.OfProjections, triage.Down, triage.E(triage.Unavailable, "", "", "wait", far))})
	if r.Status != "down" || r.Conditions[0].Advance == nil || r.Conditions[0].Advance.Percent != 25 {
		t.Errorf("%+v", r)
	}
}
