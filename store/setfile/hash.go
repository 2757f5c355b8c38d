package setfile

import (
	"fmt"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// emptyFile has the digests of no bytes at all, which careless lists hold.
var emptyFile = hashing.NewDigester().Sum()

// setAny sets the hash of e that text's length tells. of says what 64 digits are.
func setAny(e *triage.RawEntry, text []byte, of triage.Method) error {
	algorithm, err := hashing.AlgorithmOf(len(text), hashing.Algorithm(of))
	switch err {
	case nil:
		return set(e, triage.Method(algorithm), text)
	case hashing.ErrAmbiguous:
		return problem("64 digits are a SHA-256 or a PDQ: say which by --hash sha256 or --hash pdq")
	}
	if !isHex(text) {
		return problem("this is not a hash; a plain list holds one a line, and a CSV file needs a header that names its columns (md5, sha1, sha256, pdq, phash, category)")
	}
	return problem(fmt.Sprintf("%d hexadecimal digits are no hash: MD5 has 32, SHA-1 40, SHA-256 and PDQ 64, pHash 16", len(text)))
}

// set sets one hash of e.
func set(e *triage.RawEntry, m triage.Method, text []byte) error {
	var err error
	switch m {
	case triage.ByMD5:
		e.MD5, err = decode[hashing.MD5](text)
	case triage.BySHA1:
		e.SHA1, err = decode[hashing.SHA1](text)
	case triage.BySHA256:
		e.SHA256, err = decode[hashing.SHA256](text)
	case triage.ByPDQ:
		e.PDQ, err = decode[pdq.Hash](text)
	case triage.ByPHash:
		e.PHash, err = decode[hashing.Hash64](text)
	}
	if err == nil {
		return nil
	}
	if !isHex(text) {
		return problem("the " + string(m) + " holds something that is no hexadecimal digit")
	}
	return problem(err.Error()) // the wrong length: the values' own words say it and repeat no digit
}

// decode parses the textual form of a hash.
func decode[T any, P interface {
	*T
	UnmarshalText([]byte) error
}](text []byte) (*T, error) {
	v := new(T)
	return v, P(v).UnmarshalText(text)
}

func isHex(text []byte) bool {
	for _, c := range text {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}

// notEmptyFile refuses an entry that stands for an empty file: it would match what says nothing.
func notEmptyFile(e *triage.RawEntry) error {
	if e.MD5 != nil && *e.MD5 == emptyFile.MD5 || e.SHA1 != nil && *e.SHA1 == emptyFile.SHA1 ||
		e.SHA256 != nil && *e.SHA256 == emptyFile.SHA256 {
		return problem("this is the digest of an empty file: an empty file never matches anything")
	}
	return nil
}
