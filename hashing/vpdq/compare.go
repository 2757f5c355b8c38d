package vpdq

import (
	"encoding/binary"
	"math/bits"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// SameShare is the share of the frames of each, in thousandths, from which on two films are the same: the reference's default.
	SameShare = 800
	// PartShare is the share of the frames of one of them from which on it lies within the other, or most of it does, and PartFrames how
	// many distinct frames must be near for that: a title may be in many films. They are ours (docs/video.md has what they find, and what
	// they take for one).
	PartShare  = 400
	PartFrames = 3
	// PartStretch is how long a stretch of the query is that lies within the other, whatever the rest of both is: more than a title lasts.
	PartStretch = 10 * time.Second
	// stretchGap is the longest time between two near frames of one stretch. Films are looked at once a second at least, if all of them is.
	stretchGap = 3 * time.Second
	// sampled is how many frames of the query tell under which transform the two are alike.
	sampled = 128
)

// Frame is one frame of a query, by all that is compared of it.
type Frame struct {
	At    time.Duration
	Looks []Look
}

// Look is a frame, or a part of one.
type Look struct {
	PDQ    []pdq.Hash // by transform
	Within int        // bits: the largest distance to what is the same
}

// word is a hash as words: films of an hour are compared thirteen million times.
type word [4]uint64

func words(h pdq.Hash) (w word) {
	for i := range w {
		w[i] = binary.BigEndian.Uint64(h[8*i:])
	}
	return w
}

// near reports whether two hashes are at most so many bits apart. Half of the bits tells of most.
func (w *word) near(other *word, within int) bool {
	d := bits.OnesCount64(w[0]^other[0]) + bits.OnesCount64(w[1]^other[1])
	return d <= within && d+bits.OnesCount64(w[2]^other[2])+bits.OnesCount64(w[3]^other[3]) <= within
}

// each calls found with the numbers of the known frames that a frame is near under a transform, until it returns false.
func (f *Frame) each(t pdq.Transform, known []word, found func(k int) bool) {
	for i := range f.Looks {
		l := &f.Looks[i]
		if int(t) >= len(l.PDQ) {
			continue
		}
		code := words(l.PDQ[t])
		for k := range known {
			if code.near(&known[k], l.Within) && !found(k) {
				return
			}
		}
	}
}

// Shares says how much a film, the query, has in common with one whose frames are known.
type Shares struct {
	Query     int           `json:"query"`               // share of its frames that are near one of the other's, in thousandths
	Known     int           `json:"known"`               // likewise of the known film
	Near      int           `json:"near"`                // how many frames of the query that are
	Frames    int           `json:"frames"`              // how many the known film has
	OfFilm    bool          `json:"of_film,omitempty"`   // the query is a film, too: else it is a picture, and a still of the known one
	Transform pdq.Transform `json:"transform,omitempty"` // of the query, under which most are
	// From and To are the longest stretch of the query with near frames throughout.
	From time.Duration `json:"from,omitempty"`
	To   time.Duration `json:"to,omitempty"`
}

// Same reports whether the two are one film, by the reference's defaults.
func (s Shares) Same() bool { return s.Query >= SameShare && s.Known >= SameShare }

// Part reports whether one lies within the other, or a stretch of both does, and it is not all of both.
func (s Shares) Part() bool {
	return !s.Same() && s.Near >= PartFrames && (max(s.Query, s.Known) >= PartShare || s.To-s.From >= PartStretch)
}

// Query returns what is compared of a film's frames, which are in the order of their times: those that show enough, the parts of each with it.
// within says how near a part must be.
func Query(frames []hashing.Frame, within func(hashing.ViewName) int) (query []Frame) {
	for i := range frames {
		f := &frames[i]
		if f.Quality < pdq.MinQuality {
			continue
		}
		l := Look{f.PDQ[:], pdq.MatchDistance}
		if f.View != "" {
			l.Within = within(f.View)
		}
		if n := len(query); n > 0 && query[n-1].At == f.At {
			query[n-1].Looks = append(query[n-1].Looks, l)
			continue
		}
		query = append(query, Frame{f.At, []Look{l}})
	}
	return query
}

// Codes returns the hashes by which others are compared with a film of these frames.
func Codes(frames []hashing.Frame) []pdq.Hash {
	var codes []pdq.Hash
	for i := range frames {
		if frames[i].Quality >= pdq.MinQuality && frames[i].View == "" {
			codes = append(codes, frames[i].PDQ[pdq.Original])
		}
	}
	return codes
}

// Compare compares a film, its frames in the order of their times, with one whose frames are known, by the reference's rule
// (vpdq/cpp/hashing/matchTwoHash.cpp): frames at most 31 bits apart. The query is taken in that of the eight rotations and mirrors which
// brings most of its frames near, as a sample of them tells.
func Compare(query []Frame, known []pdq.Hash) Shares {
	if len(query) == 0 || len(known) == 0 {
		return Shares{}
	}
	codes := make([]word, len(known))
	for k := range known {
		codes[k] = words(known[k])
	}
	t, any := transform(query, codes)
	if !any {
		return Shares{Frames: len(known)}
	}
	return compareUnder(t, query, codes)
}

// transform returns under which most of a sample of the query's frames are near, and whether any is; where none of the sample is, all are asked.
func transform(query []Frame, known []word) (best pdq.Transform, any bool) {
	for step := (len(query) + sampled - 1) / sampled; ; step = 1 {
		most := 0
		for t := range pdq.Transform(len(pdq.Dihedrals{})) {
			n := 0
			for i := 0; i < len(query); i += step {
				query[i].each(t, known, func(int) bool { n++; return false })
			}
			if n > most {
				best, most = t, n
			}
		}
		if most > 0 || step == 1 {
			return best, most > 0
		}
	}
}

func compareUnder(t pdq.Transform, query []Frame, known []word) Shares {
	s := Shares{Transform: t, Frames: len(known)}
	found := make([]bool, len(known))
	var times []time.Duration
	for i := range query {
		met := false
		query[i].each(t, known, func(k int) bool { met, found[k] = true, true; return true })
		if met {
			times = append(times, query[i].At)
		}
	}
	of := 0
	for _, is := range found {
		if is {
			of++
		}
	}
	s.Near, s.Query, s.Known = len(times), len(times)*1000/len(query), of*1000/len(known)
	s.From, s.To = longest(times)
	return s
}

// longest returns the longest stretch that times, which are in order, make.
func longest(times []time.Duration) (from, to time.Duration) {
	for i := 0; i < len(times); {
		end := i
		for end+1 < len(times) && times[end+1]-times[end] <= stretchGap {
			end++
		}
		if i == 0 || times[end]-times[i] > to-from {
			from, to = times[i], times[end]
		}
		i = end + 1
	}
	return from, to
}
