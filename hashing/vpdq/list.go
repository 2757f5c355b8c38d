package vpdq

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
	// maxTime is the latest time of a frame: no film is longer.
	maxTime = 1000 * time.Hour
)

// errList says that a list is none; it names the line, and never what stands in it.
var errList = errors.New("not a vPDQ list (frame, quality, 64 digits, seconds)")

// WriteList writes frames, without their parts, as a vPDQ list. Frames a second say which number each has; 0: not known, and each has its Index.
func WriteList(w io.Writer, frames []hashing.Frame, rate float64) error {
	out := bufio.NewWriter(w)
	for i := range frames {
		f := &frames[i]
		if f.View != "" {
			continue
		}
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
		f, ok := ParseLine(text)
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

// ParseLine reads a line of a list, and reports whether it is one.
func ParseLine(text string) (f hashing.Frame, ok bool) {
	cells := strings.Split(text, ",")
	if len(cells) != 4 {
		return f, false
	}
	return ParseFrame(cells[0], cells[1], cells[2], cells[3])
}

// ParseFrame reads the four values of a frame as lists have them.
func ParseFrame(index, grade, digits, at string) (f hashing.Frame, ok bool) {
	number, err := strconv.Atoi(strings.TrimSpace(index))
	if err != nil || number < 0 {
		return f, false
	}
	quality, err := strconv.Atoi(strings.TrimSpace(grade))
	if err != nil || quality < 0 || quality > 100 {
		return f, false
	}
	code, err := pdq.Parse(strings.TrimSpace(digits))
	if err != nil {
		return f, false
	}
	seconds, err := strconv.ParseFloat(strings.TrimSpace(at), 64)
	if err != nil || !(seconds >= 0 && seconds <= maxTime.Seconds()) {
		return f, false
	}
	f.Index, f.Quality, f.PDQ[pdq.Original] = number, quality, code
	f.At = time.Duration(math.Round(seconds*1000)) * time.Millisecond
	return f, true
}
