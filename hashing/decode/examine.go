package decode

import (
	"image"

	"github.com/corona10/goimagehash"
	"github.com/disintegration/imaging"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// NoteFramesNotExamined says that a film was recognised and none of its frames looked at.
const NoteFramesNotExamined = "frames-not-examined"

// reducedSide is the longer side, in pixels, of what pHash and dHash are computed from. They look at 64×64 and
// 9×8 samples; taking those from 12 million pixels costs 100 ms more than the decoding.
const reducedSide = 512

// Glance says what can be said of a file from its first SniffLen bytes and its size (negative when not known),
// and whether that is all there is to say: done is false for pictures, which Examine must see whole.
func Glance(head []byte, size int64, limits Limits) (ex hashing.Examination, done bool) {
	ex.Facts.Kind, ex.Facts.Format = Sniff(head)
	switch {
	case len(head) == 0:
		ex.Unreadable = string(Empty)
		return ex, true
	case ex.Facts.Kind == hashing.KindVideo:
		ex.Note = NoteFramesNotExamined
		return ex, true
	case ex.Facts.Kind != hashing.KindPicture:
		return ex, true
	case size > limits.WithDefaults().MaxBytes:
		ex.Unreadable = string(TooManyBytes)
		return ex, true
	}
	return ex, false
}

// Examine decodes data and returns its fingerprint and facts, or the reason why it could not be decoded. PDQ is
// taken from the pixels as stored, without EXIF orientation, as partners do. pHash and dHash are goimagehash's,
// of the picture reduced to at most 512 pixels a side by box averaging, so that a few of their bits differ from
// those of the full picture. What is neither picture nor film has facts and nothing else.
func Examine(data []byte, limits Limits) hashing.Examination {
	limits = limits.WithDefaults()
	ex, done := Glance(data, int64(len(data)), limits)
	if done {
		return ex
	}
	readMetadata(data, &ex.Facts)
	img, config, err := picture(data, ex.Facts.Format, limits)
	if config.Width > 0 {
		ex.Facts.Width, ex.Facts.Height = config.Width, config.Height
	}
	if err != nil {
		ex.Unreadable = err.Error()
		return ex
	}
	fingerprint, err := fingerprint(img, ex.Facts.Format)
	if err != nil {
		ex.Unreadable = err.Error()
		return ex
	}
	ex.Fingerprint = fingerprint
	frames, spent := further(data, ex.Facts.Format, limits, fingerprint)
	ex.Frames = frames
	if spent.pictures > 1 {
		ex.Facts.Pictures = spent.pictures
	}
	if spent.leftOut {
		ex.Note = NoteFramesLeftOut
	}
	return ex
}

// fingerprint computes every hash of img. Every error is an Unreadable.
func fingerprint(img image.Image, format string) (fp *hashing.Fingerprint, err error) {
	defer func() {
		if recover() != nil { // a decoder that returned fewer pixels than it claims
			fp, err = nil, Crashed
		}
	}()
	fp = &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: decoderName(format)}
	fp.PDQ, fp.Quality = pdq.FromImage(img)
	small := img
	if bounds := img.Bounds(); max(bounds.Dx(), bounds.Dy()) > reducedSide {
		small = imaging.Fit(img, reducedSide, reducedSide, imaging.Box)
	}
	phash, err := goimagehash.PerceptionHash(small)
	if err != nil {
		return nil, Crashed
	}
	dhash, err := goimagehash.DifferenceHash(small)
	if err != nil {
		return nil, Crashed
	}
	fp.PHash, fp.DHash = hashing.Hash64(phash.GetHash()), hashing.Hash64(dhash.GetHash())
	return fp, nil
}
