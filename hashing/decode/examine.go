package decode

import (
	"image"
	"time"

	"github.com/corona10/goimagehash"
	"github.com/disintegration/imaging"

	"vigie/hashing"
	"vigie/hashing/jpegluma"
	"vigie/hashing/pdq"
)

// NoteFramesNotExamined says that a film was recognised and none of its frames looked at.
const NoteFramesNotExamined = "frames-not-examined"

// reducedSide is the longer side, in pixels, of what pHash and dHash are computed from. They look at 64×64 and
// 9×8 samples; taking those from 12 million pixels costs 100 ms more than the decoding.
const reducedSide = 512

// Glance says what can be said of a file from its first SniffLen bytes and its size (negative when not known),
// and whether that is all there is to say: done is false for pictures, and for films that are short enough to be asked
// what they say of themselves, which Examine must see whole.
func Glance(head []byte, size int64, limits Limits) (ex hashing.Examination, done bool) {
	ex.Facts.Kind, ex.Facts.Format = Sniff(head)
	switch {
	case len(head) == 0:
		ex.Unreadable = string(Empty)
		return ex, true
	case ex.Facts.Kind == hashing.KindVideo:
		ex.Note = NoteFramesNotExamined
		return ex, !movieFormats[ex.Facts.Format] || size < 0 || size > maxMovie
	case ex.Facts.Kind != hashing.KindPicture:
		return ex, true
	case size > limits.WithDefaults().MaxBytes:
		ex.Unreadable, ex.Limit = string(TooManyBytes), limits.WithDefaults().MaxBytes
		return ex, true
	}
	return ex, false
}

// Examiner examines one medium after another, and keeps from one to the next what costs to make. The zero value is
// ready.
type Examiner struct {
	// Early, if it is set, is called with all that is known of a file before the second of its pictures is decoded. It is
	// what remains of an examination that does not end: its note says that pictures were left out.
	Early func(hashing.Examination)
	Now   func() time.Time // measures the Effort; nil: nobody does

	jpeg   jpegluma.Decoder
	hashed time.Duration // took, of the present examination, what computes hashes
}

// Examine is Examine of a new Examiner.
func Examine(data []byte, limits Limits) hashing.Examination {
	return new(Examiner).Examine(data, limits)
}

// Examine decodes data and returns its fingerprint and facts, or the reason why it could not be decoded. PDQ is
// taken from the pixels as stored, without EXIF orientation, as partners do: by the fast way where that is known to
// come near enough to the reference, and otherwise by the reference way. pHash and dHash are goimagehash's,
// of the picture reduced to at most 512 pixels a side by box averaging, so that a few of their bits differ from
// those of the full picture. What is neither picture nor film has facts and nothing else.
func (e *Examiner) Examine(data []byte, limits Limits) hashing.Examination {
	return e.measured(data, limits, e.fast)
}

// ExamineReference is Examine by the reference way only, for what others will compare with: entries that are handed on,
// and what a person asks the hash of.
func (e *Examiner) ExamineReference(data []byte, limits Limits) hashing.Examination {
	return e.measured(data, limits, nil)
}

// ExamineReference is ExamineReference of a new Examiner.
func ExamineReference(data []byte, limits Limits) hashing.Examination {
	return new(Examiner).ExamineReference(data, limits)
}

// fastWay returns the fingerprint of a JPEG at less cost than the reference way, or nil.
type fastWay func(data []byte, limits Limits) (*hashing.Fingerprint, image.Config)

// measured examines, and says how long that took.
func (e *Examiner) measured(data []byte, limits Limits, fast fastWay) hashing.Examination {
	e.hashed = 0
	start := e.now()
	ex := e.examine(data, limits.WithDefaults(), fast)
	ex.Effort = hashing.Effort{Decode: e.now().Sub(start) - e.hashed, Hash: e.hashed}
	return ex
}

func (e *Examiner) now() time.Time {
	if e.Now == nil {
		return time.Time{}
	}
	return e.Now()
}

// hashes is called when pixels begin to be hashed, and what it returns when that ends.
func (e *Examiner) hashes() (end func()) {
	start := e.now()
	return func() { e.hashed += e.now().Sub(start) }
}

// examine tries the fast way for a JPEG where there is one, then the reference way.
func (e *Examiner) examine(data []byte, limits Limits, fast fastWay) hashing.Examination {
	ex, done := Glance(data, int64(len(data)), limits)
	if done {
		return ex
	}
	readMetadata(data, &ex.Facts)
	if ex.Facts.Kind != hashing.KindPicture {
		return ex
	}
	var config image.Config
	var err error
	if fast != nil && ex.Facts.Format == "jpeg" {
		ex.Fingerprint, config = fast(data, limits)
	}
	damaged := false
	if ex.Fingerprint == nil {
		ex.Fingerprint, config, damaged, err = e.reference(data, ex.Facts.Format, limits)
	}
	if config.Width > 0 {
		ex.Facts.Width, ex.Facts.Height = config.Width, config.Height
	}
	if err != nil {
		ex.Unreadable = err.Error()
		ex.Limit = limits.Of(Unreadable(ex.Unreadable))
		return ex
	}
	if ex.Facts.Format == "jpeg" {
		ex.Facts.Thumbnail = judgeThumbnail(exifThumbnail(data), ex.Fingerprint, ex.Facts.Width, ex.Facts.Height)
	}
	spent := newBudget(limits)
	if e.Early != nil {
		spent.before = func() { e.Early(withFrames(ex, nil, spent.pictures, true, damaged)) }
	}
	frames := e.further(data, ex.Facts.Format, spent, ex.Fingerprint)
	return withFrames(ex, frames, spent.pictures, spent.leftOut, damaged)
}

// withFrames completes an examination by what is known of the further pictures of the file.
func withFrames(ex hashing.Examination, frames []hashing.Frame, pictures int, leftOut, damaged bool) hashing.Examination {
	ex.Frames = frames
	if pictures > 1 {
		ex.Facts.Pictures = pictures
	}
	switch {
	case damaged:
		ex.Note = NoteDamaged
	case leftOut:
		ex.Note = NoteFramesLeftOut
	}
	return ex
}

// reference returns the fingerprint of a picture by the reference way. The configuration is there whenever the header
// could be read; damaged says that a part of the picture is missing. Every error is an Unreadable.
func (e *Examiner) reference(data []byte, format string, limits Limits) (fp *hashing.Fingerprint, config image.Config, damaged bool, err error) {
	img, config, err := picture(data, format, limits)
	if err != nil {
		return nil, config, false, err
	}
	if part, ok := img.(damagedPicture); ok {
		img, damaged = part.Image, true
	}
	fp, small, err := e.fingerprint(img, format)
	if err == nil {
		defer e.hashes()()
		fp.Views = views(img, small)
	}
	return fp, config, damaged, err
}

// fingerprint computes every hash of img, by the reference way, and returns the small version that it took some from.
// Every error is an Unreadable.
func (e *Examiner) fingerprint(img image.Image, format string) (fp *hashing.Fingerprint, small image.Image, err error) {
	defer e.hashes()()
	defer func() {
		if recover() != nil { // a decoder that returned fewer pixels than it claims
			fp, err = nil, Crashed
		}
	}()
	fp = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Way: hashing.WayReference, Decoder: decoderName(format)}
	if grey, ok := img.(lumaPicture); ok {
		img, fp.Decoder = grey.Gray, lumaDecoder(jpegluma.Full)
	}
	fp.PDQ, fp.Quality = pdq.FromImage(img)
	small = reduced(img)
	if err := smallHashes(small, fp); err != nil {
		return nil, nil, err
	}
	return fp, small, nil
}

// reduced returns img with a longer side of reducedSide at most.
func reduced(img image.Image) image.Image {
	if bounds := img.Bounds(); max(bounds.Dx(), bounds.Dy()) > reducedSide {
		return imaging.Fit(img, reducedSide, reducedSide, imaging.Box)
	}
	return img
}

// HashFrame computes every hash of img, which is a frame of a film and has at most 512 pixels a side, as of other pictures by the
// reference way, and those of its parts that may be pictures of their own.
func HashFrame(img *image.Gray) (f hashing.Frame, parts []hashing.View, err error) {
	var hashes hashing.Fingerprint
	f.PDQ, f.Quality = pdq.FromImage(img)
	small := reduced(img)
	err = smallHashes(small, &hashes)
	f.PHash, f.DHash = hashes.PHash, hashes.DHash
	return f, views(img, small), err
}

// smallHashes adds pHash and dHash of img, which is small already, to fp.
func smallHashes(img image.Image, fp *hashing.Fingerprint) error {
	forPHash, forDHash := img, img
	if grey, ok := img.(*image.Gray); ok && !grey.Rect.Empty() {
		reduced := bilinear(grey, image.Pt(64, 64), image.Pt(9, 8))
		forPHash, forDHash = reduced[0], reduced[1]
	}
	phash, err := goimagehash.PerceptionHash(forPHash)
	if err != nil {
		return Crashed
	}
	dhash, err := goimagehash.DifferenceHash(forDHash)
	if err != nil {
		return Crashed
	}
	fp.PHash, fp.DHash = hashing.Hash64(phash.GetHash()), hashing.Hash64(dhash.GetHash())
	return nil
}
