// Package video makes fingerprints of films: PDQ and quality of frames with their time (vPDQ, Meta's ThreatExchange, vpdq/README.md).
// ffprobe and ffmpeg read them, in the jail, and give away nothing but facts and small grey frames.
//
// Key frames come first: they are decoded at a tenth of what all frames cost. Where two are more than two seconds apart, five frames a
// second are looked at between them, as far as a budget of pixels goes.
package video

import (
	"context"
	"errors"
	"io"
	"os"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
	"vigie/hashing/vpdq"
)

const (
	// maxLooked is how many frames are looked at, of the longest film: they are spread over it.
	maxLooked = 2 * vpdq.MaxFrames
	// usual is the share of a film's frames, one in so many, that have a part by itself for the film to be looked up by that, too.
	usual = 2
	// side is the longer side, in pixels, of the frames that are hashed. PDQ takes its 64 × 64 samples of windows of eight pixels then;
	// the reference's own command line reduces to the same 512.
	side = 512

	// DefaultCPUSeconds is how much processor time one film may take in each of its runs of ffmpeg. The key frames of three hours of
	// 1080p take some 200.
	DefaultCPUSeconds = 600
	// DefaultMemoryBytes is how much memory ffmpeg may take: decoding 8K of H.265 takes 1.3 GiB.
	DefaultMemoryBytes = 2 << 30
	// DefaultDensePixels is how many pixels may be decoded between the key frames of one film: five minutes of 1080p at 30 frames a second,
	// an hour of what messengers send. They take a core about a minute.
	DefaultDensePixels = 20_000_000_000
)

// NoPictures is the note of a file of a film's format that has sound only, or whose pictures are none.
const NoPictures = "no-pictures"

// Options say how films are examined. Zero fields mean the defaults.
type Options struct {
	FFmpeg, FFprobe string        // paths
	CPUSeconds      int           // of each run
	Timeout         time.Duration // of each run, by the clock; by default as many times CPUSeconds as pictures get
	MemoryBytes     int64         // of each run
	DensePixels     int64         // decoded between key frames
	Dense           bool          // five frames a second of all of the film, as far as DensePixels goes: for films with which others are compared
}

// Films examines films, as many at once as callers ask for.
type Films struct {
	programs *jail.Programs
	options  Options
}

// New returns what examines films by programs in the jail.
func New(programs *jail.Programs, o Options) *Films {
	if o.CPUSeconds <= 0 {
		o.CPUSeconds = DefaultCPUSeconds
	}
	if o.Timeout <= 0 {
		o.Timeout = jail.ClockFactor * time.Duration(o.CPUSeconds) * time.Second
	}
	if o.MemoryBytes <= 0 {
		o.MemoryBytes = DefaultMemoryBytes
	}
	if o.DensePixels <= 0 {
		o.DensePixels = DefaultDensePixels
	}
	return &Films{programs: programs, options: o}
}

// Input is a film: File, or the bytes that are read in its place (see jail.Program). File must be seekable, and have as many bytes.
type Input struct {
	File    *os.File
	Instead *io.SectionReader
}

// Examine adds to x, which is what was said of the film by its first bytes, its facts and the hashes of its frames, or the reason why there
// are none. What kills, stalls or bloats ffmpeg on the way ends there: what was found until then stands, with a note. Errors are
// those of ctx and of Input, programs that cannot be started, and jail.ErrNoInstead.
func (f *Films) Examine(ctx context.Context, in Input, x hashing.Examination) (hashing.Examination, error) {
	x.Facts.Kind, x.Note = hashing.KindVideo, ""
	p, err := f.probe(ctx, in)
	if reason, is := finding(err); is {
		x.Unreadable = string(reason)
		return x, nil
	}
	if err != nil {
		return x, err
	}
	p.addTo(&x.Facts)
	if !p.hasPictures() {
		x.Note = NoPictures
		return x, nil
	}
	l := &looked{film: f, in: in, probed: p, parts: make(map[time.Duration][]hashing.View)}
	reason, err := l.look(ctx)
	if err != nil {
		return x, err
	}
	l.addTo(&x)
	switch {
	case x.Fingerprint == nil && reason != "":
		x.Unreadable = string(reason)
	case x.Fingerprint == nil:
		x.Unreadable = string(decode.Corrupt)
	case reason == decode.Corrupt:
		x.Note = decode.NoteDamaged
	case reason != "" || l.leftOut:
		x.Note = decode.NoteFramesLeftOut
	}
	return x, nil
}

// codeSignal is what ffmpeg ends with when it got a signal that it can catch: in the jail, that of its processor time.
const codeSignal = 255

// finding tells what is wrong with a film from what is wrong with us.
func finding(err error) (decode.Unreadable, bool) {
	var unreadable decode.Unreadable
	if errors.As(err, &unreadable) {
		if unreadable == jail.OutputLimit {
			return decode.Corrupt, true
		}
		return unreadable, true
	}
	failed, is := errors.AsType[*jail.Failed](err)
	switch {
	case is && failed.Code == codeSignal:
		return decode.TimeLimit, true
	case is || errors.Is(err, errStream):
		return decode.Corrupt, true
	}
	return "", false
}

// run is one run of a program on a film.
func (f *Films) run(in Input, path string, args ...string) jail.Program {
	return jail.Program{Path: path, Args: args, Input: in.File, Instead: in.Instead, Limits: jail.ProgramLimits{
		Timeout: f.options.Timeout, CPUSeconds: f.options.CPUSeconds, MemoryBytes: f.options.MemoryBytes, OutputBytes: maxOutput,
	}}
}

// addTo writes what was found of a film.
func (l *looked) addTo(x *hashing.Examination) {
	frames := l.distinct()
	x.Facts.Film.Looked = l.share()
	if len(frames) == 0 {
		return
	}
	first := frames[0]
	x.Fingerprint = &hashing.Fingerprint{
		Version: hashing.FingerprintVersion, Decoder: decode.FilmDecoder, Way: hashing.WayReference,
		PDQ: first.PDQ, Quality: first.Quality, PHash: first.PHash, DHash: first.DHash, At: first.At,
	}
	name := l.usualPart(frames)
	for i := range frames {
		part, there := l.part(frames[i].At, name)
		if i > 0 {
			x.Frames = append(x.Frames, frames[i])
		}
		switch {
		case !there:
		case i == 0:
			x.Fingerprint.Views = []hashing.View{part}
		default:
			x.Frames = append(x.Frames, hashing.Frame{Index: frames[i].Index, At: frames[i].At, View: name, PDQ: part.PDQ, Quality: part.Quality})
		}
	}
}

// distinct returns the frames that show something, without those that show what the one before them did. When there is no such
// frame, it is the first of all.
func (l *looked) distinct() []hashing.Frame {
	kept, coarse := vpdq.Distinct(l.frames)
	l.leftOut = l.leftOut || coarse
	if len(kept) == 0 && len(l.frames) > 0 {
		return l.frames[:1]
	}
	return kept
}

// usualPart returns which part of its frames a film shows throughout, if any: borders and screens stay, what only looks like
// one does not. A plain border goes before what a screen shows.
func (l *looked) usualPart(frames []hashing.Frame) hashing.ViewName {
	for _, name := range []hashing.ViewName{hashing.ViewTrimmed, hashing.ViewScreen} {
		n := 0
		for i := range frames {
			if _, there := l.part(frames[i].At, name); there {
				n++
			}
		}
		if n*usual >= len(frames) {
			return name
		}
	}
	return ""
}

// part returns a part of a frame.
func (l *looked) part(at time.Duration, name hashing.ViewName) (hashing.View, bool) {
	for _, v := range l.parts[at] {
		if v.Name == name {
			return v, true
		}
	}
	return hashing.View{}, false
}
