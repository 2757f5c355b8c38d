package hashing_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"vigie/hashing"
)

// golden are the test vectors of RFC 1321 and of FIPS 180 that all three digests have.
var golden = []struct{ text, md5, sha1, sha256 string }{
	{
		"", "d41d8cd98f00b204e9800998ecf8427e", "da39a3ee5e6b4b0d3255bfef95601890afd80709",
		"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
	},
	{
		"abc", "900150983cd24fb0d6963f7d28e17f72", "a9993e364706816aba3e25717850c26c9cd0d89d",
		"ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
	},
	{
		"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
		"8215ef0796a20bcaaae116d3876c664a", "84983e441c3bd26ebaae4aa1f95129e5e54670f1",
		"248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1",
	},
}

func TestDigest(t *testing.T) {
	for _, c := range golden {
		got, size, err := hashing.Digest(iotest.OneByteReader(strings.NewReader(c.text)))
		if err != nil || size != int64(len(c.text)) {
			t.Errorf("%q: %d bytes, error %v", c.text, size, err)
		}
		if got.MD5.String() != c.md5 || got.SHA1.String() != c.sha1 || got.SHA256.String() != c.sha256 {
			t.Errorf("%q has digests %+v", c.text, got)
		}
		text, err := json.Marshal(got)
		if err != nil {
			t.Fatal(err)
		}
		var back hashing.Digests
		if err := json.Unmarshal(text, &back); err != nil || back != got {
			t.Errorf("%s is read back as %+v, %v", text, back, err)
		}
	}
	if hashing.EmptySHA256.String() != golden[0].sha256 {
		t.Errorf("EmptySHA256 is %s", hashing.EmptySHA256)
	}
	broken := errors.New("broken")
	if _, _, err := hashing.Digest(iotest.ErrReader(broken)); !errors.Is(err, broken) {
		t.Errorf("of a broken reader: %v", err)
	}
}

func TestDigestsAreComparable(t *testing.T) {
	a, _, _ := hashing.Digest(strings.NewReader("a"))
	b, _, _ := hashing.Digest(strings.NewReader("b"))
	seen := map[hashing.Digests]bool{a: true}
	if seen[b] || !seen[a] {
		t.Error("equal digests are not equal values")
	}
}

func TestParse(t *testing.T) {
	for _, c := range golden {
		for _, write := range []func(string) string{strings.ToLower, strings.ToUpper} {
			md5, err1 := hashing.ParseMD5(write(c.md5))
			sha1, err2 := hashing.ParseSHA1(write(c.sha1))
			sha256, err3 := hashing.ParseSHA256(write(c.sha256))
			if err := errors.Join(err1, err2, err3); err != nil || md5.String() != c.md5 || sha1.String() != c.sha1 || sha256.String() != c.sha256 {
				t.Errorf("%s, %s, %s: %v", md5, sha1, sha256, err)
			}
		}
	}
	c := golden[1]
	for _, wrong := range []func(string) string{
		func(s string) string { return s[1:] },
		func(s string) string { return s + "0" },
		func(s string) string { return " " + s[1:] },
		func(s string) string { return "x" + s[1:] },
		func(string) string { return "" },
	} {
		_, err1 := hashing.ParseMD5(wrong(c.md5))
		_, err2 := hashing.ParseSHA1(wrong(c.sha1))
		_, err3 := hashing.ParseSHA256(wrong(c.sha256))
		if err1 == nil || err2 == nil || err3 == nil {
			t.Errorf("taken: %q (%v), %q (%v), %q (%v)", wrong(c.md5), err1, wrong(c.sha1), err2, wrong(c.sha256), err3)
		}
	}
}

// TestVerifier: bytes that are not the declared ones never end, so that nobody completes with them.
func TestVerifier(t *testing.T) {
	const text = "some bytes of a medium"
	want, _, err := hashing.Digest(strings.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range map[string]struct {
		src io.Reader
		err error
	}{
		"right":                {strings.NewReader(text), nil},
		"right, byte by byte":  {iotest.OneByteReader(strings.NewReader(text)), nil},
		"right, end with data": {iotest.DataErrReader(strings.NewReader(text)), nil},
		"changed":              {strings.NewReader("S" + text[1:]), hashing.ErrDigestMismatch},
		"short":                {strings.NewReader(text[1:]), hashing.ErrDigestMismatch},
		"long":                 {strings.NewReader(text + " "), hashing.ErrDigestMismatch},
		"long, end with data":  {iotest.DataErrReader(strings.NewReader(text + " ")), hashing.ErrDigestMismatch},
		"empty":                {strings.NewReader(""), hashing.ErrDigestMismatch},
		"broken":               {iotest.TimeoutReader(iotest.OneByteReader(strings.NewReader(text))), iotest.ErrTimeout},
	} {
		v := hashing.NewVerifier(c.src, want.SHA256)
		got, err := io.ReadAll(v)
		if !errors.Is(err, c.err) {
			t.Errorf("%s: error %v, not %v", name, err, c.err)
		}
		if c.err == nil && (!bytes.Equal(got, []byte(text)) || v.Digests() != want) {
			t.Errorf("%s: passed on %q with digests %+v", name, got, v.Digests())
		}
		if v.Size() != int64(len(got)) {
			t.Errorf("%s: counted %d bytes of %d", name, v.Size(), len(got))
		}
	}
}

func TestHash64(t *testing.T) {
	h, err := hashing.ParseHash64("80000000000000Ff")
	if err != nil || h != 0x80000000000000ff || h.String() != "80000000000000ff" {
		t.Errorf("%s, %v", h, err)
	}
	if d := h.Distance(0); d != 9 {
		t.Errorf("distance %d, not 9", d)
	}
	if d := h.Distance(^h); d != 64 {
		t.Errorf("distance %d, not 64", d)
	}
	text, err := json.Marshal(map[string]hashing.Hash64{"h": h})
	if err != nil || string(text) != `{"h":"80000000000000ff"}` {
		t.Errorf("%s, %v", text, err)
	}
}

func FuzzParseHash64(f *testing.F) {
	for _, s := range []string{"", "0123456789abcdef", "0123456789ABCDEF", "0123456789abcdeg", "0x23456789abcdef", "0123456789abcdef0"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		h, err := hashing.ParseHash64(s)
		if err == nil && h.String() != strings.ToLower(s) {
			t.Errorf("%q is printed back as %s", s, h)
		}
		if err != nil && len(s) == 16 && strings.Trim(strings.ToLower(s), "0123456789abcdef") == "" {
			t.Errorf("%q was not taken: %v", s, err)
		}
	})
}

func FuzzParseSHA256(f *testing.F) {
	f.Add(golden[1].sha256)
	f.Add("")
	f.Fuzz(func(t *testing.T, s string) {
		d, err := hashing.ParseSHA256(s)
		if err == nil && d.String() != strings.ToLower(s) {
			t.Errorf("%q is printed back as %s", s, d)
		}
	})
}
