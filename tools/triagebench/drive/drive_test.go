package drive

import (
	"math"
	"reflect"
	"slices"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

func generate(drives, media int) *World {
	o := Options{Media: media, Now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)}
	for i := range drives {
		o.Seeds = append(o.Seeds, uint64(1000+i)) //nolint:gosec // small
	}
	return Generate(o)
}

func TestSameAgain(t *testing.T) {
	a, b := generate(3, 600), generate(3, 600)
	for i := range a.Drives {
		if !reflect.DeepEqual(a.Drives[i], b.Drives[i]) {
			t.Fatalf("drive %d is another the second time", i)
		}
	}
	if !slices.Equal(a.Known, b.Known) {
		t.Error("the list is another the second time")
	}
}

// TestShares holds the generator to what docs/ranking.md says of it.
func TestShares(t *testing.T) {
	w := generate(48, 2000)
	of := make(map[Context]int)
	planted, untraced, adversarial, files := 0, 0, 0, 0
	for _, d := range w.Drives {
		disguised := 0
		for _, s := range d.Planted {
			of[s.Context]++
			if s.Adversarial() {
				disguised++
			}
		}
		if n := len(d.Planted); disguised < n/adversarialEvery || disguised > n/adversarialEvery+1 {
			t.Errorf("seed %d: %d of %d planted groups are adversarial", d.Seed, disguised, n)
		}
		planted, adversarial = planted+len(d.Planted), adversarial+disguised
		for _, s := range d.Untraced {
			of[s.Context]++
			if untraced++; !s.Untraced || s.Adversarial() {
				t.Errorf("%s: %+v", s.Context, s)
			}
		}
		for _, x := range d.Exhibits {
			files += len(x.Files)
		}
	}
	if got := float64(adversarial) / float64(planted); math.Abs(got-.1) > .01 {
		t.Errorf("%.3f of planted groups are adversarial", got)
	}
	if perDrive := files / len(w.Drives); perDrive < 1800 || perDrive > 2500 {
		t.Errorf("%d files a drive, of 2,000 asked for", perDrive)
	}
	for _, p := range plantings {
		if got := float64(of[p.context]) / float64(planted+untraced); math.Abs(got-p.share) > .7*p.share {
			t.Errorf("%s: %.3f of planted groups, of %.3f", p.context, got, p.share)
		}
	}
}

// TestPlantings makes sure that drives with known material and those without make up the stated shares together.
func TestPlantings(t *testing.T) {
	of := make(map[Context]float64)
	for known, drives := range map[bool]float64{true: knownDrives, false: 1 - knownDrives} {
		m := &maker{known: known, other: new(maker)}
		able, _ := m.able()
		sum := 0.0
		for _, p := range able {
			sum += p.share * float64(p.least+p.most) / 2
		}
		for _, p := range able {
			of[p.context] += drives * p.share * float64(p.least+p.most) / 2 / sum
		}
	}
	sum := 0.0
	for _, p := range plantings {
		sum += p.share
		if math.Abs(of[p.context]-p.share) > 1e-9 {
			t.Errorf("%s: %.4f of planted groups, of %.4f", p.context, of[p.context], p.share)
		}
	}
	if math.Abs(sum-1) > 1e-9 {
		t.Errorf("the shares make up %.4f", sum)
	}
}

// TestPlantedIsNew makes sure that what is to be found stands in no list, nor near one, and that one scene is one group.
func TestPlantedIsNew(t *testing.T) {
	w := generate(4, 1500)
	var founders []pdq.Hash
	for _, d := range w.Drives {
		for _, s := range d.Planted {
			founders = append(founders, s.Code)
		}
		for _, x := range d.Exhibits {
			for _, f := range x.Files {
				s, x := f.Medium.Scene, f.Medium.Examination
				if s.Context == "" {
					continue
				}
				if f.Medium.List != Unlisted {
					t.Errorf("%s: in a list", s.Context)
				}
				if x.Fingerprint == nil {
					continue
				}
				if d := s.Code.Distance(x.Fingerprint.PDQ[pdq.Original]); d > pdq.MatchDistance/2 || x.Fingerprint.Quality < pdq.MinQuality {
					t.Errorf("%s: a picture is %d from its scene, of quality %d: it would be a group of its own", s.Context, d, x.Fingerprint.Quality)
				}
			}
		}
	}
	for i, code := range founders {
		for _, other := range append(slices.Clone(founders[:i]), w.Known...) {
			if code.Distance(other) <= 2*pdq.MatchDistance {
				t.Fatal("two scenes are alike")
			}
		}
	}
}

func TestDisguises(t *testing.T) {
	met := make(map[string]int)
	for _, d := range generate(12, 2000).Drives {
		for _, x := range d.Exhibits {
			for _, f := range x.Files {
				facts := &f.Medium.Examination.Facts
				for _, how := range f.Medium.Scene.Disguises {
					met[how]++
					if how == Stripped && (facts.Make != "" || facts.Serial != "" || !facts.Taken.IsZero()) {
						t.Errorf("a stripped file says %q, taken %s", facts.Make, facts.Taken)
					}
				}
				if f.Medium.Scene.Context != "" && !f.Medium.Scene.Adversarial() && f.disguise == nil && f.Modified.After(x.Seized.Add(day)) {
					t.Errorf("%s: a file is younger than the seizure, and its clock is right", f.Medium.Scene.Context)
				}
			}
		}
	}
	for _, how := range []string{Stripped, Misplaced, WrongClocks} {
		if met[how] == 0 {
			t.Errorf("nothing is disguised by %q", how)
		}
	}
}

func TestFiles(t *testing.T) {
	for _, d := range generate(12, 1500).Drives {
		for _, x := range d.Exhibits {
			for i, f := range x.Files {
				if i > 0 && f.Path <= x.Files[i-1].Path {
					t.Fatalf("%s stands behind %s", f.Path, x.Files[i-1].Path)
				}
				if f.Path == "" || f.Path[0] == '/' || f.Modified.IsZero() {
					t.Errorf("path %q, modified %s", f.Path, f.Modified)
				}
				facts := &f.Medium.Examination.Facts
				if facts.Kind != hashing.KindVideo && (facts.Width == 0 || facts.Height == 0) {
					t.Errorf("%s has no size", f.Medium.Scene.Ordinary)
				}
			}
		}
	}
}
