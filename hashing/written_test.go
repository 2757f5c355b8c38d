package hashing

import (
	"errors"
	"strings"
	"testing"
)

func TestParseWritten(t *testing.T) {
	digits := strings.Repeat("0123456789abcdef", 5)
	for _, c := range []struct {
		text string
		long Algorithm
		want Algorithm
		err  error
	}{
		{digits[:16], "", AlgorithmPHash, nil}, {digits[:32], "", AlgorithmMD5, nil}, {strings.ToUpper(digits[:40]), AlgorithmPDQ, AlgorithmSHA1, nil},
		{digits[:64], AlgorithmSHA256, AlgorithmSHA256, nil}, {digits[:64], AlgorithmPDQ, AlgorithmPDQ, nil},
		{digits[:64], "", "", ErrAmbiguous}, {digits[:64], AlgorithmMD5, "", ErrAmbiguous},
		{"", "", "", ErrLength}, {digits[:31], "", "", ErrLength}, {digits, "", "", ErrLength}, {strings.Repeat("g", 32), "", "", ErrDigits},
	} {
		w, err := ParseWritten(c.text, c.long)
		if w.Algorithm != c.want || !errors.Is(err, c.err) {
			t.Errorf("%q, %q: %+v, %v", c.text, c.long, w, err)
		}
		set := map[Algorithm]bool{AlgorithmMD5: w.MD5 != nil, AlgorithmSHA1: w.SHA1 != nil, AlgorithmSHA256: w.SHA256 != nil, AlgorithmPDQ: w.PDQ != nil, AlgorithmPHash: w.PHash != nil}
		for algorithm, is := range set {
			if is != (algorithm == c.want) {
				t.Errorf("%q, %q: %s is set: %t", c.text, c.long, algorithm, is)
			}
		}
	}
}

// What is read is what was written.
func FuzzParseWritten(f *testing.F) {
	f.Add("d41d8cd98f00b204e9800998ecf8427e", "")
	f.Add(strings.Repeat("F", 64), "pdq")
	f.Add("0123456789abcdeg", "sha256")
	f.Fuzz(func(t *testing.T, text, long string) {
		w, err := ParseWritten(text, Algorithm(long))
		if err != nil {
			return
		}
		var got string
		switch w.Algorithm {
		case AlgorithmMD5:
			got = w.MD5.String()
		case AlgorithmSHA1:
			got = w.SHA1.String()
		case AlgorithmSHA256:
			got = w.SHA256.String()
		case AlgorithmPDQ:
			got = w.PDQ.String()
		case AlgorithmPHash:
			got = w.PHash.String()
		}
		if got != strings.ToLower(text) {
			t.Errorf("%q read as %q", text, got)
		}
	})
}
