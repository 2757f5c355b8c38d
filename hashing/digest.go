package hashing

import (
	"crypto/md5"  //nolint:gosec // partners' sets are keyed by MD5 and SHA-1; both are compared, never trusted alone
	"crypto/sha1" //nolint:gosec // see above
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
)

// MD5 is an MD5 digest (RFC 1321), 16 bytes.
type MD5 [md5.Size]byte

// SHA1 is a SHA-1 digest (FIPS 180-4), 20 bytes.
type SHA1 [sha1.Size]byte

// SHA256 is a SHA-256 digest (FIPS 180-4), 32 bytes. It names a medium.
type SHA256 [sha256.Size]byte

// Digests are the three exact digests of the same bytes.
type Digests struct {
	MD5    MD5    `json:"md5"`
	SHA1   SHA1   `json:"sha1"`
	SHA256 SHA256 `json:"sha256"`
}

// EmptySHA256 is the SHA-256 of no bytes at all. An empty file never matches anything.
var EmptySHA256 = SHA256(sha256.Sum256(nil))

// ErrDigestMismatch is returned at the end of a stream whose bytes are not the declared ones.
var ErrDigestMismatch = errors.New("bytes do not have the declared digest")

func (d MD5) String() string    { return hex.EncodeToString(d[:]) }
func (d SHA1) String() string   { return hex.EncodeToString(d[:]) }
func (d SHA256) String() string { return hex.EncodeToString(d[:]) }

// MarshalText encodes d in lower-case hexadecimal.
func (d MD5) MarshalText() ([]byte, error) { return hexText(d[:]), nil }

// MarshalText encodes d in lower-case hexadecimal.
func (d SHA1) MarshalText() ([]byte, error) { return hexText(d[:]), nil }

// MarshalText encodes d in lower-case hexadecimal.
func (d SHA256) MarshalText() ([]byte, error) { return hexText(d[:]), nil }

// UnmarshalText decodes hexadecimal of either case, exactly 32 digits.
func (d *MD5) UnmarshalText(text []byte) error { return parseHex(d[:], text, "MD5") }

// UnmarshalText decodes hexadecimal of either case, exactly 40 digits.
func (d *SHA1) UnmarshalText(text []byte) error { return parseHex(d[:], text, "SHA-1") }

// UnmarshalText decodes hexadecimal of either case, exactly 64 digits.
func (d *SHA256) UnmarshalText(text []byte) error { return parseHex(d[:], text, "SHA-256") }

// ParseMD5 decodes 32 hexadecimal digits.
func ParseMD5(s string) (d MD5, err error) { return d, d.UnmarshalText([]byte(s)) }

// ParseSHA1 decodes 40 hexadecimal digits.
func ParseSHA1(s string) (d SHA1, err error) { return d, d.UnmarshalText([]byte(s)) }

// ParseSHA256 decodes 64 hexadecimal digits.
func ParseSHA256(s string) (d SHA256, err error) { return d, d.UnmarshalText([]byte(s)) }

func hexText(b []byte) []byte { return hex.AppendEncode(nil, b) }

func parseHex(dst, text []byte, name string) error {
	if len(text) != hex.EncodedLen(len(dst)) {
		return fmt.Errorf("%s has %d hexadecimal digits, not %d", name, hex.EncodedLen(len(dst)), len(text))
	}
	if _, err := hex.Decode(dst, text); err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	return nil
}

// Digester computes the three digests of what is written to it, in one pass.
type Digester struct{ md5, sha1, sha256 hash.Hash }

// NewDigester returns a Digester that has seen no bytes.
func NewDigester() *Digester {
	return &Digester{md5.New(), sha1.New(), sha256.New()} //nolint:gosec // see the imports
}

// Write adds p. It never fails.
func (d *Digester) Write(p []byte) (int, error) {
	d.md5.Write(p)
	d.sha1.Write(p)
	d.sha256.Write(p)
	return len(p), nil
}

// Sum returns the digests of everything written so far.
func (d *Digester) Sum() Digests {
	var s Digests
	d.md5.Sum(s.MD5[:0])
	d.sha1.Sum(s.SHA1[:0])
	d.sha256.Sum(s.SHA256[:0])
	return s
}

// Digest reads r to its end and returns its digests and its length in bytes.
func Digest(r io.Reader) (Digests, int64, error) {
	d := NewDigester()
	n, err := io.Copy(d, r)
	return d.Sum(), n, err
}

// Verifier passes the bytes of a stream through and compares them, at its end, with what was declared.
type Verifier struct {
	src    io.Reader
	want   SHA256
	digest *Digester
	size   int64
}

// NewVerifier returns a reader of src that fails with ErrDigestMismatch instead of io.EOF when the bytes
// do not have the digest want. Whoever copies from it therefore never completes with wrong bytes.
func NewVerifier(src io.Reader, want SHA256) *Verifier {
	return &Verifier{src: src, want: want, digest: NewDigester()}
}

// Read implements io.Reader.
func (v *Verifier) Read(p []byte) (int, error) {
	n, err := v.src.Read(p)
	v.digest.Write(p[:n])
	v.size += int64(n)
	if err == io.EOF && v.digest.Sum().SHA256 != v.want {
		return n, ErrDigestMismatch
	}
	return n, err
}

// Digests returns the digests of what has been read so far.
func (v *Verifier) Digests() Digests { return v.digest.Sum() }

// Size returns the number of bytes read so far.
func (v *Verifier) Size() int64 { return v.size }
