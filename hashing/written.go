package hashing

import (
	"encoding/hex"
	"errors"

	"vigie/hashing/pdq"
)

// Algorithm names what a hash is, as people write it.
type Algorithm string

// The algorithms.
const (
	AlgorithmMD5    Algorithm = "md5"
	AlgorithmSHA1   Algorithm = "sha1"
	AlgorithmSHA256 Algorithm = "sha256"
	AlgorithmPDQ    Algorithm = "pdq"
	AlgorithmPHash  Algorithm = "phash"
)

// Why a text is no hash.
var (
	ErrLength    = errors.New("a hash has 16, 32, 40 or 64 hexadecimal digits")
	ErrAmbiguous = errors.New("64 digits are SHA-256 or PDQ")
	ErrDigits    = errors.New("a hash has digits 0 to 9 and a to f only")
)

// AlgorithmOf says what a hash of so many hexadecimal digits is. long says it of 64: AlgorithmSHA256 or AlgorithmPDQ; it is
// not guessed, and anything else is ErrAmbiguous. No other length has two meanings, and a length that has none is ErrLength.
func AlgorithmOf(digits int, long Algorithm) (Algorithm, error) {
	switch digits {
	case hex.EncodedLen(len(MD5{})):
		return AlgorithmMD5, nil
	case hex.EncodedLen(len(SHA1{})):
		return AlgorithmSHA1, nil
	case hex.EncodedLen(8):
		return AlgorithmPHash, nil
	case hex.EncodedLen(len(SHA256{})):
		if long == AlgorithmSHA256 || long == AlgorithmPDQ {
			return long, nil
		}
		return "", ErrAmbiguous
	}
	return "", ErrLength
}

// Written is one hash as somebody wrote it: the field of its algorithm is set.
type Written struct {
	Algorithm Algorithm
	MD5       *MD5
	SHA1      *SHA1
	SHA256    *SHA256
	PDQ       *pdq.Hash
	PHash     *Hash64
}

// ParseWritten reads a hash in hexadecimal of either case, whose length tells what it is; long as in AlgorithmOf.
func ParseWritten(s string, long Algorithm) (w Written, err error) {
	if w.Algorithm, err = AlgorithmOf(len(s), long); err != nil {
		return Written{}, err
	}
	switch w.Algorithm {
	case AlgorithmMD5:
		w.MD5, err = fromText[MD5](s)
	case AlgorithmSHA1:
		w.SHA1, err = fromText[SHA1](s)
	case AlgorithmSHA256:
		w.SHA256, err = fromText[SHA256](s)
	case AlgorithmPDQ:
		w.PDQ, err = fromText[pdq.Hash](s)
	case AlgorithmPHash:
		w.PHash, err = fromText[Hash64](s)
	}
	if err != nil {
		return Written{}, ErrDigits
	}
	return w, nil
}

func fromText[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](s string) (*T, error) {
	v := new(T)
	return v, P(v).UnmarshalText([]byte(s))
}
