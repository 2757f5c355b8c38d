// Package vpdq compares films by the PDQs of their frames (vPDQ: Meta's ThreatExchange, vpdq/README.md), and reads and writes lists of
// them. It holds values only: who makes them of films is hashing/video.
package vpdq

import (
	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// MaxFrames is how many distinct frames of a film are kept: those of an hour, at one a second. With them an examination has
	// 2.3 MB in JSON, and what store/objects keeps of one bounds it at 4 MiB.
	MaxFrames = 3600
	// SameFrame is the distance, in bits of PDQ, up to which a frame shows what the one before it did: how far two conforming programs may be
	// apart on one picture. What is within 21 bits of a frame that was dropped for that is still within 31 of the one that was kept.
	SameFrame = 10
	// sameStep is by how much SameFrame grows when there are too many frames: rather all of a film coarsely than its beginning finely.
	sameStep = 4
)

// FramesOf returns all frames of an examination, the fingerprint's among them, and their parts, in the order of their times.
func FramesOf(x *hashing.Examination) []hashing.Frame {
	if x.Fingerprint == nil {
		return nil
	}
	fp := x.Fingerprint
	frames := []hashing.Frame{{At: fp.At, PDQ: fp.PDQ, Quality: fp.Quality, PHash: fp.PHash, DHash: fp.DHash}}
	for i := range fp.Views {
		frames = append(frames, hashing.Frame{At: fp.At, View: fp.Views[i].Name, PDQ: fp.Views[i].PDQ, Quality: fp.Views[i].Quality})
	}
	return append(frames, x.Frames...)
}

// Distinct returns the frames that show something, without those that show what the one before them did: MaxFrames at most, and all of the film
// rather coarsely than its beginning finely; coarse says that it was so.
func Distinct(frames []hashing.Frame) (kept []hashing.Frame, coarse bool) {
	for same := SameFrame; ; same += sameStep {
		kept = distinct(frames, same)
		if len(kept) <= MaxFrames {
			return kept, same > SameFrame
		}
	}
}

func distinct(frames []hashing.Frame, same int) (kept []hashing.Frame) {
	for i := range frames {
		f := &frames[i]
		if f.Quality < pdq.MinQuality || len(kept) > 0 && kept[len(kept)-1].PDQ[pdq.Original].Distance(f.PDQ[pdq.Original]) <= same {
			continue
		}
		kept = append(kept, *f)
	}
	return kept
}
