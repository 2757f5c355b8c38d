// Package setpack is the file that lets an examiner who is offline learn how much of what lies before them is known: counts,
// never an entry.
//
// A pack is an age file (age-encryption.org/v1) for one recipient. Inside: a signed note, behind its length in four bytes,
// the most significant first; then one tag of TagSize bytes for each file that known sets hold, ascending; then one for each
// of benign sets. The note tells what the pack is, the key of its tags, how many there are, and the SHA-256 of all of them.
package setpack

import (
	"bufio"
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"hash"
	"io"
	"slices"

	"vigie/triage"
)

// TagSize is the length of a tag in bytes. Among N tags and M files, each asked about by three digests, some file that is in no
// set is taken for one of them with a chance of at most 3·N·M / 2^(8·TagSize): at 10 million each 4 in 10^15, and at 67 million
// tags (triage.MaxPackEntries) and a thousand drives of 10 million files still 3 in 10^11. Nine bytes would do for one in a million
// on one drive; packs are asked about many.
const TagSize = 12

// keySize is the length of the key of the tags, in bytes.
const keySize = 32

// tag stands for one digest: the beginning of its HMAC-SHA-256 under the pack's own key.
type tag [TagSize]byte

func compareTags(a, b tag) int { return bytes.Compare(a[:], b[:]) }

// holds reports whether sorted tags hold t.
func holds(sorted []tag, t tag) bool {
	_, is := slices.BinarySearchFunc(sorted, t, compareTags)
	return is
}

// kinds are the sets of a pack, in the order in which their tags stand.
var kinds = [...]triage.SetKind{triage.KnownSet, triage.BenignSet}

// tagger makes tags. It belongs to one goroutine.
type tagger struct {
	mac hash.Hash
	sum [sha256.Size]byte
}

func newTagger(key [keySize]byte) *tagger { return &tagger{mac: hmac.New(sha256.New, key[:])} }

// tag stands for a digest. The three algorithms need no label: their digests differ in length.
func (t *tagger) tag(digest []byte) tag {
	t.mac.Reset()
	t.mac.Write(digest)
	return tag(t.mac.Sum(t.sum[:0])[:TagSize])
}

// strongest returns the digest of an entry by which its file is asked about; nil: it has none. Who asks knows all three of a file,
// and two files with one SHA-256 are the same: the others would find nothing more, and take three times the memory.
func strongest(e triage.RawEntry) []byte {
	switch {
	case e.SHA256 != nil:
		return e.SHA256[:]
	case e.SHA1 != nil:
		return e.SHA1[:]
	case e.MD5 != nil:
		return e.MD5[:]
	}
	return nil
}

// bufferSize is how much of the tags is written or read at once, in bytes.
const bufferSize = 64 << 10

func writeTags(to io.Writer, lists ...[]tag) error {
	w := bufio.NewWriterSize(to, bufferSize)
	for _, tags := range lists {
		for i := range tags {
			if _, err := w.Write(tags[i][:]); err != nil {
				return err
			}
		}
	}
	return w.Flush()
}
