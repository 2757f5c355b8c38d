package video

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// vPDQ lists, as the reference's tools write and read them (Meta's ThreatExchange, vpdq/cpp/io/vpdqio.cpp): a line a frame with the number
// of the frame, its quality, its PDQ and its time in seconds, with commas between.

const (
	// maxListLine is how long a line of a list may be, in bytes; the reference's have 80.
	maxListLine = 1 << 10
	// maxListFrames is how many frames one list may have: two days of one a second.
	maxListFrames = 200_000
)

// errList says that a list is none; it names the line, and never what stands in it.
var errList = errors.New("not a vPDQ list (frame, quality, 64 digits, seconds)")

// FramesOf returns all frames of an examination, the fingerprint's among them, in the order of their times.
func FramesOf(x *hashing.Examination) []hashing.Frame {
	if x.Fingerprint == nil {
		return nil
	}
	fp := x.Fingerprint
	return append([]hashing.Frame{{At: fp.At, PDQ: fp.PDQ, Quality: fp.Quality, PHash: fp.PHash, DHash: fp.DHash}}, x.Frames...)
}

// WriteList writes frames as a vPDQ list. frames a second say which number each has; 0: not known, and each has its Index.
func WriteList(w io.Writer, frames []hashing.Frame, rate float64) error {
	out := bufio.NewWriter(w)
	for i := range frames {
		f := &frames[i]
		number := f.Index
		if rate > 0 {
			number = int(math.Round(f.At.Seconds() * rate))
		}
		if _, err := fmt.Fprintf(out, "%d,%d,%s,%.3f\n", number, f.Quality, f.PDQ[pdq.Original], f.At.Seconds()); err != nil {
			return err
		}
	}
	return out.Flush()
}

// ReadList reads a vPDQ list: of each frame the PDQ of its original alone, its quality and its time.
func ReadList(r io.Reader) (frames []hashing.Frame, err error) {
	lines := bufio.NewScanner(r)
	lines.Buffer(make([]byte, maxListLine), maxListLine)
	for n := 1; lines.Scan(); n++ {
		text := strings.TrimSpace(lines.Text())
		if text == "" {
			continue
		}
		f, ok := listFrame(text)
		if !ok || len(frames) == maxListFrames {
			return nil, fmt.Errorf("line %d: %w", n, errList)
		}
		frames = append(frames, f)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return nil, errList
	}
	return frames, lines.Err()
}

func listFrame(text string) (f hashing.Frame, ok bool) {
	cells := strings.Split(text, ",")
	if len(cells) != 4 {
		return f, false
	}
	number, err := strconv.Atoi(strings.TrimSpace(cells[0]))
	if err != nil || number < 0 {
		return f, false
	}
	quality, err := strconv.Atoi(strings.TrimSpace(cells[1]))
	if err != nil || quality < 0 || quality > 100 {
		return f, false
	}
	code, err := pdq.Parse(strings.TrimSpace(cells[2]))
	if err != nil {
		return f, false
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(cells[3]), 64)
	if err != nil || !(seconds >= 0 && seconds <= maxTime.Seconds()) {
		return f, false
	}
	f.Index, f.Quality, f.PDQ[pdq.Original] = number, quality, code
	f.At = time.Duration(math.Round(seconds*1000)) * time.Millisecond
	return f, true
}

// Shares says how much two films have in common.
type Shares struct {
	Query, Known int           // of the frames of each that are near one of the other's, in thousandths
	Transform    pdq.Transform // of the query, under which most are
	Near         int           // how many frames of the query that are
	From, To     time.Duration // the stretch of the query from the first of these frames to the last
}

const (
	// SameShare is the share of the frames of each, in thousandths, from which on two films are the same: the reference's default.
	SameShare = 800
	// PartShare is the share of the frames of one of them from which on it lies within the other, or most of it does. It is ours
	// (docs/video.md has what it finds, and what it takes for one).
	PartShare = 600
	// partFrames is how many distinct frames must be near for that: a title may be in many films.
	partFrames = 2
)

// Same reports whether the two are one film, by the reference's defaults.
func (s Shares) Same() bool { return s.Query >= SameShare && s.Known >= SameShare }

// Part reports whether one lies within the other and is not all of it.
func (s Shares) Part() bool {
	return !s.Same() && s.Near >= partFrames && max(s.Query, s.Known) >= PartShare
}

// Compare compares a film with one whose frames are known, by the reference's rule (vpdq/cpp/hashing/matchTwoHash.cpp) at its defaults: frames of
// quality 50 or more that are at most 31 bits apart. The query is tried in all eight rotations and mirrors, and one counts for all of its frames.
func Compare(query, known []hashing.Frame) (best Shares) {
	query, known = showing(query), showing(known)
	if len(query) == 0 || len(known) == 0 {
		return Shares{}
	}
	for t := range len(query[0].PDQ) {
		if s := compareUnder(pdq.Transform(t), query, known); s.Query+s.Known > best.Query+best.Known {
			best = s
		}
	}
	return best
}

func compareUnder(t pdq.Transform, query, known []hashing.Frame) Shares {
	s := Shares{Transform: t, From: -1}
	found, near := make([]bool, len(known)), 0
	for i := range query {
		met := false
		for k := range known {
			if query[i].PDQ[t].Distance(known[k].PDQ[pdq.Original]) <= pdq.MatchDistance {
				met, found[k] = true, true
			}
		}
		if !met {
			continue
		}
		near++
		if s.To = query[i].At; s.From < 0 {
			s.From = s.To
		}
	}
	if near == 0 {
		return Shares{}
	}
	of := 0
	for _, is := range found {
		if is {
			of++
		}
	}
	s.Near, s.Query, s.Known = near, near*1000/len(query), of*1000/len(known)
	return s
}

// showing returns the frames that show enough to be compared.
func showing(frames []hashing.Frame) []hashing.Frame {
	var good []hashing.Frame
	for i := range frames {
		if frames[i].Quality >= pdq.MinQuality {
			good = append(good, frames[i])
		}
	}
	return good
}
