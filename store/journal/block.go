package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"time"

	"vigie/triage"
)

const (
	// prefix and numberLength make the keys of the chain: journal/0000000000000000 is the first. No vigie writes
	// 10^16 objects.
	prefix       = "journal/"
	numberLength = 16

	// The other objects of the journal, each numbered from 0 but for the checkpoints, which bear the number of events.
	segmentPrefix    = prefix + "segments/"
	treePrefix       = prefix + "tree/"
	checkpointPrefix = prefix + "checkpoints/"

	// header starts every stored object; the SHA-256 of what follows the line stands behind it, so that a damaged
	// object is told from one that only follows a damaged one.
	header = "vigie-journal 1 "

	// maxBlock bounds what is read as one object, in bytes: far above maxBatchBytes, and no danger to memory.
	maxBlock = 16 << 20
)

// block is one object of the chain: a batch of events.
type block struct {
	Number uint64 `json:"number"` // its place, as in its key
	Prev   string `json:"prev"`   // SHA-256 of the stored bytes of the one before, in hex; zeros in the first
	Nonce  string `json:"nonce"`  // chosen by the writer for this batch: how it knows its own write
	First  uint64 `json:"first"`  // number of the first event, or of the next one when there are none

	// Events are the canonical bytes of each event: what the tree hashes and proofs quote.
	Events []json.RawMessage `json:"events"`

	records []record // the same, read
}

// record is an event as it is stored. Its number follows from its place.
type record struct {
	Time    time.Time       `json:"time"`
	Actor   string          `json:"actor"`
	Kind    string          `json:"kind"`
	Subject string          `json:"subject,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// next returns the number of the first event after this block.
func (b *block) next() uint64 { return b.First + uint64(len(b.Events)) }

// events returns the block's events from number from on.
func (b *block) events(from uint64) []triage.Event {
	var events []triage.Event
	for i, r := range b.records {
		if seq := b.First + uint64(i); seq >= from { //nolint:gosec // i is not negative
			events = append(events, triage.Event{
				Seq: seq, Time: r.Time, Actor: r.Actor, Kind: triage.EventKind(r.Kind), Subject: r.Subject, Data: r.Data,
			})
		}
	}
	return events
}

// link is the place in the chain that the next block follows.
type link struct {
	number uint64 // of the newest block
	hash   string // of its stored bytes
	next   uint64 // number of the next event
}

// follow returns the link after b, whose stored bytes are raw, or an error when b does not belong there.
func (l link) follow(b *block, raw []byte) (link, error) {
	switch {
	case b.Number != l.number+1:
		return link{}, fmt.Errorf("it holds number %d: objects were swapped", b.Number)
	case b.Prev != l.hash:
		return link{}, errForeignPrev
	case b.First != l.next:
		return link{}, fmt.Errorf("its first event is %d instead of %d", b.First, l.next)
	}
	return b.link(raw), nil
}

func (b *block) link(raw []byte) link {
	return link{number: b.Number, hash: hashOf(raw), next: b.next()}
}

// errForeignPrev: the block was written after another version of its predecessor.
var errForeignPrev = errors.New("it was written after another version of the object before it")

// beforeGenesis is what the first block follows; its number wraps to 0.
var beforeGenesis = link{number: ^uint64(0), hash: hex.EncodeToString(make([]byte, sha256.Size)), next: 1}

func hashOf(raw []byte) string {
	sum := sha256.Sum256(raw)
	return hex.EncodeToString(sum[:])
}

func keyOf(number uint64) string { return numbered(prefix, number) }

func numbered(under string, number uint64) string {
	return fmt.Sprintf("%s%0*d", under, numberLength, number)
}

// numberOf is the inverse of keyOf.
func numberOf(key string) (uint64, error) { return numberUnder(prefix, key) }

// numberUnder is the inverse of numbered.
func numberUnder(under, key string) (uint64, error) {
	digits := key[min(len(under), len(key)):]
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || numbered(under, n) != key {
		return 0, errors.New("it is no object of the journal: its name is not a number of 16 digits")
	}
	return n, nil
}

// add puts r at the end of the block.
func (b *block) add(r record) error {
	raw, err := json.Marshal(r)
	if err != nil {
		return err
	}
	b.Events, b.records = append(b.Events, raw), append(b.records, r)
	return nil
}

// encode returns the bytes that are stored: two lines, the second without its end.
func (b *block) encode() ([]byte, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return withDigest(header, body), nil
}

// decode reads stored bytes, strictly: only what encode would write again byte for byte is a block, so that there is one
// encoding of each event and hashes mean what they seem to.
func decode(raw []byte) (*block, error) {
	body, err := sealedBody(raw, header)
	if err != nil {
		return nil, err
	}
	var b block
	if err := strictJSON(body, &b); err != nil {
		return nil, err
	}
	if b.First == 0 || b.next() < b.First {
		return nil, errors.New("its events have impossible numbers")
	}
	again := b
	again.Events = make([]json.RawMessage, 0, len(b.Events))
	for _, event := range b.Events {
		var r record
		if err := strictJSON(event, &r); err != nil {
			return nil, err
		}
		if err := again.add(r); err != nil {
			return nil, err
		}
	}
	b.records = again.records
	if canonical, err := json.Marshal(&again); err != nil || !bytes.Equal(canonical, body) {
		return nil, errors.New("it is not written as a journal writes")
	}
	return &b, nil
}

// withDigest puts the line before a body that says what it is, and its digest.
func withDigest(start string, body []byte) []byte {
	return append([]byte(start+hashOf(body)+"\n"), body...)
}

// sealedBody returns what follows the first line of raw, which must be start and the digest of what follows.
func sealedBody(raw []byte, start string) ([]byte, error) {
	line, body, ok := bytes.Cut(raw, []byte("\n"))
	digest, versioned := bytes.CutPrefix(line, []byte(start))
	switch {
	case !ok || !versioned:
		return nil, errors.New("it does not start as a journal object does")
	case string(digest) != hashOf(body):
		return nil, errors.New("its bytes were changed")
	}
	return body, nil
}

// strictJSON reads one value with no unknown field and nothing behind it.
func strictJSON(raw []byte, v any) error {
	decoder := json.NewDecoder(bytes.NewReader(raw))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(v); err != nil {
		return fmt.Errorf("it is not readable: %w", err)
	}
	if _, err := decoder.Token(); !errors.Is(err, io.EOF) {
		return errors.New("something follows")
	}
	return nil
}
