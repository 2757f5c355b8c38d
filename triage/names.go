package triage

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"sync"

	"vigie/hashing"
)

// MediumID names a medium everywhere outside the process: 32 hexadecimal digits of HMAC(SHA-256 of the bytes),
// so that a stolen disk answers no question about what is held.
type MediumID string

// ExhibitID names an exhibit: "x" and 16 hexadecimal digits, the same for the same case and seal.
type ExhibitID string

// FolderKey stands for a folder of one exhibit without telling its name: 10 hexadecimal digits. Of 100,000 folders, two
// are taken for one with a chance of 1 in 200; ranking alone uses it.
type FolderKey string

// DigestKey stands for an exact digest: the first 16 bytes of its HMAC, short and useless to a thief.
type DigestKey [16]byte

// DigestKeys are the keys of the three digests of the same bytes. A zero key stands for a digest not known.
type DigestKeys struct{ MD5, SHA1, SHA256 DigestKey }

// Names makes all keyed identifiers, under a naming key that is never rotated.
type Names struct{ macs *sync.Pool } // of hash.Hash, keyed

// NewNames returns the Names of a 32-byte naming key.
func NewNames(key [32]byte) Names {
	return Names{&sync.Pool{New: func() any { return hmac.New(sha256.New, key[:]) }}}
}

func (n Names) mac(domain string, parts ...[]byte) []byte {
	m, _ := n.macs.Get().(hash.Hash)
	defer n.macs.Put(m)
	m.Reset()
	m.Write([]byte(domain))
	for _, p := range parts {
		var length [8]byte
		for i := range length {
			length[i] = byte(len(p) >> (8 * i))
		}
		m.Write(length[:]) // lengths keep "ab","c" apart from "a","bc"
		m.Write(p)
	}
	return m.Sum(nil)
}

// Medium names the medium whose bytes have the SHA-256 d.
func (n Names) Medium(d hashing.SHA256) MediumID {
	return MediumID(hex.EncodeToString(n.mac("medium", d[:])[:16]))
}

// Exhibit names the exhibit of a seal under a case.
func (n Names) Exhibit(caseNumber, seal string) ExhibitID {
	return ExhibitID("x" + hex.EncodeToString(n.mac("exhibit", []byte(caseNumber), []byte(seal))[:8]))
}

// Case names a case.
func (n Names) Case(number string) CaseID {
	return CaseID("k" + hex.EncodeToString(n.mac("case", []byte(number))[:8]))
}

// Folder names a folder of an exhibit.
func (n Names) Folder(x ExhibitID, folder string) FolderKey {
	return FolderKey(hex.EncodeToString(n.mac("folder", []byte(x), []byte(folder))[:5]))
}

// MD5 keys an MD5 digest.
func (n Names) MD5(d hashing.MD5) DigestKey { return DigestKey(n.mac("md5", d[:])[:16]) }

// SHA1 keys a SHA-1 digest.
func (n Names) SHA1(d hashing.SHA1) DigestKey { return DigestKey(n.mac("sha1", d[:])[:16]) }

// SHA256 keys a SHA-256 digest.
func (n Names) SHA256(d hashing.SHA256) DigestKey { return DigestKey(n.mac("sha256", d[:])[:16]) }

// Digests keys all three digests.
func (n Names) Digests(d hashing.Digests) DigestKeys {
	return DigestKeys{n.MD5(d.MD5), n.SHA1(d.SHA1), n.SHA256(d.SHA256)}
}
