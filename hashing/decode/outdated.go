package decode

import (
	"vigie/hashing"
	"vigie/hashing/jpegluma"
)

// Outdated reports whether the bytes that were examined so may get another fingerprint today: another version of the
// algorithms made it, or a decoder that is not one of ours any more. What has no fingerprint is never outdated.
func Outdated(x hashing.Examination) bool {
	fp := x.Fingerprint
	return fp != nil && (fp.Version != hashing.FingerprintVersion || !current(fp.Decoder))
}

// current reports whether something here decodes under this name.
func current(decoder string) bool {
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
