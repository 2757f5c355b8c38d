package sample

import (
	"path"
	"slices"
	"testing"
)

// TestPlannedGroups counts what the queue will hold at scale 1: a first tenth means something only among many.
func TestPlannedGroups(t *testing.T) {
	const planted, others, otherCameras = 6, 80, 60
	l, err := plan(Options{Seed: 1, Scale: 1, Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	var gotPlanted, gotOthers, gotCameras int
	for _, s := range l.subjects {
		finding := s.finding(s.copies[0])
		switch {
		case s.planted != "":
			gotPlanted++
			if n := len(s.copies); n < 2 || n > 4 {
				t.Errorf("%s has %d members", s.planted, n)
			}
			if s.exposure.serial == "" || s.exposure.vendor == "" || s.exposure.model == "" {
				t.Errorf("%s: its camera does not say who it is", s.planted)
			}
		case finding == Unlisted:
			gotOthers++
			if s.camera() {
				gotCameras++
			}
		}
	}
	if gotPlanted != planted || gotOthers < others || gotCameras < otherCameras {
		t.Errorf("%d planted groups, %d others of which %d of cameras; want %d, at least %d, at least %d",
			gotPlanted, gotOthers, gotCameras, planted, others, otherCameras)
	}
}

// TestListingsDoNotBlur holds the plan to what makes labels certain: a picture known by digest alone has no edited
// copy, for which no rule says what it is, and a picture's place near known ones is where the plan says.
func TestListingsDoNotBlur(t *testing.T) {
	l, err := plan(Options{Seed: 1, Scale: 1, Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	knownIn := map[string]bool{}
	for _, s := range l.subjects {
		exact, near, edited := false, false, false
		for _, c := range s.copies {
			exact, near, edited = exact || c.listed.exactly(), near || c.listed.pdq, edited || c.edit != asIs
			if f := s.finding(c); f == Known || f == NearKnown {
				knownIn[path.Dir(c.path)] = true
			}
		}
		if exact && !near && edited && s.copies[0].edit != truncated {
			t.Errorf("%s: known by digest only, with edited copies", s.copies[0].path)
		}
	}
	for _, s := range l.subjects {
		folder := path.Dir(s.copies[0].path)
		switch {
		case s.planted != "" && !knownIn[folder]:
			t.Errorf("%s: nothing known lies in its folder", s.planted)
		case s.planted == "" && s.finding(s.copies[0]) == Unlisted && s.camera() && (knownIn[folder] || knownIn[path.Dir(folder)]):
			t.Errorf("%s: an everyday camera picture beside known ones", s.copies[0].path)
		}
	}
}

// camera reports whether a camera's own file of the subject is on the drive.
func (s subject) camera() bool {
	return s.exposure != nil && slices.ContainsFunc(s.copies, func(c copied) bool { return c.edit == asIs && c.path != "" })
}

func TestFinding(t *testing.T) {
	shot := &exposure{camera: phone}
	for _, tc := range []struct {
		name    string
		subject subject
		want    []string
	}{
		{"camera original and its copy", subject{exposure: shot, copies: []copied{{path: "a", edit: asIs}, {path: "b", edit: grey}}}, []string{Unlisted, Unlisted}},
		{"copies of an original that is not here", subject{exposure: shot, copies: []copied{{edit: asIs}, {path: "b", edit: grey}}}, []string{Unlisted, Unlisted}},
		{"no camera", subject{copies: []copied{{path: "a", edit: asIs}}}, []string{Unlisted}},
		{"listed by PDQ", subject{exposure: shot, copies: []copied{{edit: asIs, listed: listing{pdq: true}}, {path: "b", edit: turned}}}, []string{NearKnown, NearKnown}},
		{"listed by both", subject{copies: []copied{{path: "a", edit: asIs, listed: listing{md5: true, pdq: true}}, {path: "b", edit: turned}}}, []string{Known, NearKnown}},
		{"same bytes twice", subject{copies: []copied{{path: "a", edit: asIs, listed: listing{sha1: true}}, {path: "b", edit: asIs}}}, []string{Known, Known}},
		{"known and benign", subject{copies: []copied{{path: "a", edit: asIs, listed: listing{sha1: true, benign: true}}}}, []string{Known}},
		{"benign does not spread", subject{copies: []copied{{path: "a", edit: asIs, listed: listing{benign: true}}, {path: "b", edit: smaller}}}, []string{Benign, Unlisted}},
		{"broken", subject{exposure: shot, copies: []copied{{path: "a", edit: truncated}}}, []string{Unreadable}},
		{"broken and listed", subject{copies: []copied{{path: "a", edit: truncated, listed: listing{sha1: true}}}}, []string{Known}},
	} {
		for i, c := range tc.subject.copies {
			if got := tc.subject.finding(c); got != tc.want[i] {
				t.Errorf("%s: copy %d is %q, want %q", tc.name, i, got, tc.want[i])
			}
		}
	}
}
