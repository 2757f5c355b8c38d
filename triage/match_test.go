package triage

import (
	"testing"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

func TestConclude(t *testing.T) {
	match := func(kind SetKind, by Method) Match { return Match{Kind: kind, Method: by} }
	for _, c := range []struct {
		name       string
		kind       hashing.Kind
		unreadable string
		matches    []Match
		want       Finding
	}{
		{"nothing", hashing.KindPicture, "", nil, Pending},
		{"nothing, a document", hashing.KindOther, "", nil, NoFinding},
		{"broken", hashing.KindPicture, "truncated", nil, Unreadable},
		{"known by MD5", hashing.KindPicture, "", []Match{match(KnownSet, ByMD5)}, Known},
		{"known though broken", hashing.KindPicture, "truncated", []Match{match(KnownSet, BySHA1)}, Known},
		{"known document", hashing.KindOther, "", []Match{match(KnownSet, BySHA256)}, Known},
		{"near", hashing.KindPicture, "", []Match{match(KnownSet, ByPDQ)}, NearKnown},
		{"known over near", hashing.KindPicture, "", []Match{match(KnownSet, ByPDQ), match(KnownSet, ByMD5)}, Known},
		{"near over benign", hashing.KindPicture, "", []Match{match(BenignSet, BySHA1), match(KnownSet, ByPDQ)}, NearKnown},
		{"known over benign", hashing.KindPicture, "", []Match{match(BenignSet, BySHA1), match(KnownSet, BySHA1)}, Known},
		{"benign", hashing.KindPicture, "", []Match{match(BenignSet, BySHA1)}, Benign},
		{"benign over broken", hashing.KindPicture, "truncated", []Match{match(BenignSet, BySHA1)}, Benign},
		{"benign only by exact digest", hashing.KindPicture, "", []Match{match(BenignSet, ByPDQ)}, Pending},
		{"pHash is a vote only", hashing.KindPicture, "", []Match{match(KnownSet, ByPHash)}, Pending},
	} {
		t.Run(c.name, func(t *testing.T) {
			if got := Conclude(c.kind, c.unreadable, c.matches); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

func TestDeciding(t *testing.T) {
	matches := []Match{
		{Set: 1, Kind: BenignSet, Method: BySHA1},
		{Set: 2, Kind: KnownSet, Method: ByPDQ, Distance: 20},
		{Set: 3, Kind: KnownSet, Method: ByPDQ, Distance: 4},
		{Set: 4, Kind: KnownSet, Method: ByPHash, Distance: 0},
	}
	if m := Deciding(NearKnown, matches); m == nil || m.Set != 3 {
		t.Errorf("the nearest of the deciding matches is of set 3, got %+v", m)
	}
	if m := Deciding(Benign, matches); m == nil || m.Set != 1 {
		t.Errorf("benign is decided by set 1, got %+v", m)
	}
	if m := Deciding(Unranked, matches); m != nil {
		t.Errorf("no match decides unranked, got %+v", m)
	}
}

func TestLikeness(t *testing.T) {
	for _, test := range []struct {
		m    Match
		want Likeness
	}{
		{Match{Method: BySHA256}, IdenticalFile},
		{Match{Method: ByMD5}, IdenticalFile},
		{Match{Method: ByPDQ, Distance: SameDistance}, SamePicture},
		{Match{Method: ByPDQ, Distance: SameDistance + 1}, EditedPicture},
		{Match{Method: ByPDQ, Transform: pdq.FlipX}, EditedPicture},
		{Match{Method: ByPDQ, View: "trimmed"}, EditedPicture},
		{Match{Method: ByPHash}, PossiblySame},
	} {
		if got := test.m.Likeness(); got != test.want {
			t.Errorf("%+v: %s, want %s", test.m, got, test.want)
		}
	}
}

func TestViewDistance(t *testing.T) {
	for name, want := range map[hashing.ViewName]int{
		hashing.ViewTrimmed: TrimmedDistance, hashing.ViewScreen: ScreenDistance, hashing.ViewTile: TileDistance, "": pdq.MatchDistance, "another": pdq.MatchDistance,
	} {
		if got := ViewDistance(name); got != want || got > pdq.MatchDistance {
			t.Errorf("%q: %d, want %d", name, got, want)
		}
	}
}
