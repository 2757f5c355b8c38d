package setpack

import (
	"bufio"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/hashing"
	"vigie/triage"
)

// clockSkew is how far the laptop's clock may be behind the service's: what RFC 4120 (Kerberos) advises.
const clockSkew = 5 * time.Minute

// Causes of a Conflict error of Open.
var (
	ErrExpired = errors.New("the pack has expired")
	ErrEarly   = errors.New("the clock stands before the pack was made")
)

const opOpen = "open set pack"

// Pack answers whether files are in the sets. Its methods may be called from several goroutines.
type Pack struct {
	triage.SetPack

	Proven bool // the service signed it: somebody's key was given to verify that

	known, benign []tag
	taggers       *sync.Pool
}

// Open reads a pack of r to its end: 12 bytes an entry stay in memory. service verifies that the service made it, whose key vigie
// audit key prints; nil: whoever knows the recipient's public key may have made it, and Proven is false.
//
// Forbidden: it is for another key. Conflict: it has expired (ErrExpired), or now is before it was made (ErrEarly). Corrupt: it is
// damaged, cut short or no pack, or the service did not make it.
func Open(r io.Reader, identity age.Identity, service note.Verifier, now time.Time) (*Pack, error) {
	plain, err := age.Decrypt(r, identity)
	if _, other := errors.AsType[*age.NoIdentityMatchError](err); other {
		return nil, triage.E(triage.Forbidden, opOpen, "", "this set pack was made for another key: open it with the identity whose public key it was made for", nil)
	}
	if err != nil {
		return nil, damaged(err)
	}
	return open(bufio.NewReaderSize(plain, bufferSize), service, now, triage.MaxPackEntries)
}

func damaged(err error) error {
	return triage.E(triage.Corrupt, opOpen, "", "this is no set pack, or it is damaged or cut short: copy it again, or have a new one made", err)
}

// open reads a decrypted pack of at most so many entries.
func open(r io.Reader, service note.Verifier, now time.Time, most int) (*Pack, error) {
	var length [4]byte
	if _, err := io.ReadFull(r, length[:]); err != nil {
		return nil, damaged(err)
	}
	n := binary.BigEndian.Uint32(length[:])
	if n > maxHeader {
		return nil, damaged(errHeader)
	}
	signed := make([]byte, n)
	if _, err := io.ReadFull(r, signed); err != nil {
		return nil, damaged(err)
	}
	h, err := parseHeader(signed, service)
	_, unsigned := errors.AsType[*note.UnverifiedNoteError](err)
	_, forged := errors.AsType[*note.InvalidSignatureError](err)
	if unsigned || forged {
		return nil, triage.E(triage.Corrupt, opOpen, "", "this set pack was not made by the service whose key was given: do not use it", err)
	}
	if err != nil {
		return nil, damaged(err)
	}
	if err := h.valid(now); err != nil {
		return nil, err
	}
	if h.Known+h.Benign > most {
		return nil, damaged(errHeader)
	}
	return h.read(r, service != nil)
}

// valid refuses a pack that does not hold at this time.
func (h *header) valid(now time.Time) error {
	switch {
	case !now.Before(h.Expires):
		return triage.E(triage.Conflict, opOpen, h.ID, "this set pack has expired: have a new one made with vigie sets pack, or submit to the service", ErrExpired)
	case now.Before(h.Made.Add(-clockSkew)):
		return triage.E(triage.Conflict, opOpen, h.ID, "this machine's clock stands before the set pack was made: set the clock right", ErrEarly)
	}
	return nil
}

// read reads the tags.
func (h *header) read(r io.Reader, proven bool) (*Pack, error) {
	p := &Pack{SetPack: h.about(), Proven: proven}
	body := sha256.New()
	both := io.TeeReader(r, body)
	var err error
	if p.known, err = readTags(both, h.Known); err != nil {
		return nil, damaged(err)
	}
	if p.benign, err = readTags(both, h.Benign); err != nil {
		return nil, damaged(err)
	}
	if n, err := io.Copy(io.Discard, both); err != nil || n > 0 { // to the end: only there age knows that nothing was cut off
		return nil, damaged(err)
	}
	if [sha256.Size]byte(body.Sum(nil)) != [sha256.Size]byte(h.Body) {
		return nil, damaged(errors.New("its entries are not those of its header"))
	}
	key := [keySize]byte(h.Key)
	p.taggers = &sync.Pool{New: func() any { return newTagger(key) }}
	return p, nil
}

// readTags reads n tags, which must ascend.
func readTags(r io.Reader, n int) ([]tag, error) {
	tags := make([]tag, n)
	block := make([]byte, bufferSize/TagSize*TagSize)
	for at := 0; at < n; {
		block := block[:min(len(block), (n-at)*TagSize)]
		if _, err := io.ReadFull(r, block); err != nil {
			return nil, err
		}
		for ; len(block) > 0; block = block[TagSize:] {
			tags[at] = tag(block[:TagSize])
			if at > 0 && compareTags(tags[at-1], tags[at]) >= 0 {
				return nil, errors.New("its entries are not in order")
			}
			at++
		}
	}
	return tags, nil
}

// Count says what a file with these digests counts as, as a finding would: in a known set before in a benign one. false says that
// the pack does not have it, and nothing of the file: what is near a known one only the service finds.
func (p *Pack) Count(d hashing.Digests) (triage.SetKind, bool) {
	if d.SHA256 == hashing.EmptySHA256 {
		return "", false
	}
	t := p.taggers.Get().(*tagger)
	defer p.taggers.Put(t)
	tags := [...]tag{t.tag(d.SHA256[:]), t.tag(d.SHA1[:]), t.tag(d.MD5[:])}
	for i, list := range [...][]tag{p.known, p.benign} {
		for _, tag := range tags {
			if holds(list, tag) {
				return kinds[i], true
			}
		}
	}
	return "", false
}

// Format implements fmt.Formatter: whatever verb prints a pack prints what it is, and neither its key nor an entry.
func (p Pack) Format(f fmt.State, _ rune) { fmt.Fprintf(f, "set pack %s", p.ID) }
