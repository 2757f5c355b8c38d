package decode

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"maps"
	"slices"

	"vigie/hashing"
	"vigie/hashing/jpegluma"
)

// Outdated reports whether the bytes that were examined so may get another fingerprint today: another version of the
// algorithms made it, or a decoder that is not one of ours any more, or there was none and other decoders tried. What
// nobody would decode is never outdated.
func Outdated(x hashing.Examination) bool {
	if fp := x.Fingerprint; fp != nil {
		return fp.Version != hashing.FingerprintVersion || !current(fp.Decoder)
	}
	return x.Unreadable != "" && x.Decoders != Decoders()
}

// Decoders names what is decoded here, and by what: 8 hexadecimal digits, others for another list of formats, another
// version of a library or of our own algorithms.
func Decoders() string {
	sum := sha256.New()
	fmt.Fprintln(sum, hashing.FingerprintVersion, jpegluma.Version)
	for _, format := range slices.Sorted(maps.Keys(codecs)) {
		fmt.Fprintln(sum, format, decoderName(format))
	}
	return hex.EncodeToString(sum.Sum(nil)[:4])
}

// FilmDecoder is what the fingerprints of films name as their decoder: the number changes when the choice of their frames does.
// ffmpeg's own versions make the same pixels of a film, as its format prescribes them.
const FilmDecoder = "film/2"

// current reports whether something here decodes under this name.
func current(decoder string) bool {
	if decoder == FilmDecoder {
		return true
	}
	for _, scale := range []jpegluma.Scale{jpegluma.Full, jpegluma.Half, jpegluma.Quarter, jpegluma.Eighth} {
		if lumaDecoder(scale) == decoder {
			return true
		}
	}
	for format := range codecs {
		if decoderName(format) == decoder {
			return true
		}
	}
	return false
}
