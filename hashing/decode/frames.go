package decode

import (
	"image"
	"iter"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// MaxFrames is how many pictures of a file are kept beside the first. With the longest, an examination stays under
	// half of what the jail and the archive take.
	MaxFrames = 32
	// frameBudget is how many pixels all further pictures of a file may have together, as a multiple of what one may
	// have. At some 40 million pixels a second, it is 3 seconds of work at the default limit.
	frameBudget = 1
	// sameFrame is the distance, in bits of PDQ, up to which two pictures of a file are held to be the same. It is how
	// far two conforming implementations may be apart on one picture; an entry within 21 bits of a picture that was
	// left out for that is still within 31 of the one that was kept.
	sameFrame = 10
	// frameStep is by how much sameFrame grows whenever there are too many frames: rather all of a film coarsely than
	// its beginning finely.
	frameStep = 4
)

// NoteFramesLeftOut says that a file has more pictures than were looked at or kept.
const NoteFramesLeftOut = "frames-left-out"

// frame is one picture of several in a file.
type frame struct {
	img   image.Image
	index int           // in the file, 1 or more
	at    time.Duration // since the first picture
}

// budget bounds what is spent on the further pictures of a file, and learns how many there are.
type budget struct {
	limits   Limits
	frames   int    // that may still be decoded
	pixels   int64  // that may still be decoded
	pictures int    // in the file, as far as is known
	leftOut  bool   // something was not looked at
	before   func() // if set: called before the first of them is decoded
}

func newBudget(limits Limits) *budget {
	limits = limits.WithDefaults()
	return &budget{limits: limits, frames: limits.MaxFrames, pixels: frameBudget * limits.MaxPixels, pictures: 1}
}

// take reports whether a picture of that size may be decoded, and counts it.
func (b *budget) take(width, height int) bool {
	if width <= 0 || height <= 0 {
		return false
	}
	if b.frames == 0 || int64(width) > b.limits.MaxPixels/int64(height) || int64(width)*int64(height) > b.pixels {
		b.leftOut = true
		return false
	}
	if b.before != nil {
		b.before()
		b.before = nil
	}
	b.frames--
	b.pixels -= int64(width) * int64(height)
	return true
}

// further decodes the pictures of data beside the first, whose fingerprint is given, as far as b allows, and returns those
// that show something else. What breaks among them ends them: the first one stands.
func (e *Examiner) further(data []byte, format string, b *budget, first *hashing.Fingerprint) (frames []hashing.Frame) {
	more := codecs[format].more
	if more == nil {
		return nil
	}
	defer func() { _ = recover() }() // as of picture; what was found stands
	c := collection{same: sameFrame, first: first.PDQ[pdq.Original]}
	if first.Quality < pdq.MinQuality {
		c.same = -1 // the first says nothing: nothing is like it
	}
	defer func() { frames, b.leftOut = c.frames, b.leftOut || c.thinned }()
	for f := range more(data, b) {
		end := e.hashes()
		c.see(f)
		end()
	}
	return c.frames
}

// collection keeps at most MaxFrames frames that are unlike.
type collection struct {
	first   pdq.Hash
	same    int // bits
	frames  []hashing.Frame
	thinned bool
}

// see keeps a frame that is unlike all that are kept. What it looks like decides before the other hashes are computed,
// which take longer.
func (c *collection) see(f frame) {
	defer func() { _ = recover() }() // a decoder that returned fewer pixels than it claims
	kept := hashing.Frame{Index: f.index, At: f.at}
	kept.PDQ, kept.Quality = pdq.FromImage(f.img)
	if kept.Quality < pdq.MinQuality || !c.unlike(kept, c.frames) { // what has less quality is never looked up
		return
	}
	var small hashing.Fingerprint
	if smallHashes(reduced(f.img), &small) == nil {
		kept.PHash, kept.DHash = small.PHash, small.DHash
		c.add(kept)
	}
}

// add keeps f, and thins out what is kept when it is too much.
func (c *collection) add(f hashing.Frame) {
	c.frames = append(c.frames, f)
	for len(c.frames) > MaxFrames {
		c.thinned = true
		c.same = max(c.same, sameFrame) + frameStep
		kept := c.frames[:0]
		for _, f := range c.frames {
			if c.unlike(f, kept) {
				kept = append(kept, f)
			}
		}
		c.frames = kept
	}
}

func (c *collection) unlike(f hashing.Frame, others []hashing.Frame) bool {
	code := f.PDQ[pdq.Original]
	if code.Distance(c.first) <= c.same {
		return false
	}
	for i := range others {
		if code.Distance(others[i].PDQ[pdq.Original]) <= max(c.same, sameFrame) {
			return false
		}
	}
	return true
}

// furtherPictures yields the pictures of a file beside its first, as long as they are whole and b allows it.
type furtherPictures func(data []byte, b *budget) iter.Seq[frame]
