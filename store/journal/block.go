package journal

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"vigie/triage"
)

const (
	// prefix and numberLength make the keys of the chain: journal/0000000000000000 is the first. No vigie writes
	// 10^16 objects.
	prefix       = "journal/"
	numberLength = 16

	// header starts every stored object; the SHA-256 of what follows the line stands behind it, so that a damaged
	// object is told from one that only follows a damaged one.
	header = "vigie-journal 1 "

	// maxBlock bounds what is read as one object, in bytes: far above maxBatchBytes, and no danger to memory.
	maxBlock = 16 << 20
)

// block is one object of the chain: a batch of events.
type block struct {
	Number uint64   `json:"number"` // its place, as in its key
	Prev   string   `json:"prev"`   // SHA-256 of the stored bytes of the one before, in hex; zeros in the first
	Nonce  string   `json:"nonce"`  // chosen by the writer for this batch: how it knows its own write
	First  uint64   `json:"first"`  // number of the first event, or of the next one when there are none
	Events []record `json:"events"`
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
	for i, r := range b.Events {
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

func keyOf(number uint64) string { return fmt.Sprintf("%s%0*d", prefix, numberLength, number) }

// numberOf is the inverse of keyOf.
func numberOf(key string) (uint64, error) {
	digits := key[min(len(prefix), len(key)):]
	n, err := strconv.ParseUint(digits, 10, 64)
	if err != nil || keyOf(n) != key {
		return 0, errors.New("it is no object of the journal: its name is not a number of 16 digits")
	}
	return n, nil
}

// encode returns the bytes that are stored.
func (b *block) encode() ([]byte, error) {
	body, err := json.Marshal(b)
	if err != nil {
		return nil, err
	}
	return append([]byte(header+hashOf(body)+"\n"), body...), nil
}

// decode reads stored bytes, strictly.
func decode(raw []byte) (*block, error) {
	line, body, ok := bytes.Cut(raw, []byte("\n"))
	digest, versioned := bytes.CutPrefix(line, []byte(header))
	switch {
	case !ok || !versioned:
		return nil, errors.New("it does not start as a journal object does")
	case string(digest) != hashOf(body):
		return nil, errors.New("its bytes were changed")
	}
	decoder := json.NewDecoder(bytes.NewReader(body))
	decoder.DisallowUnknownFields()
	var b block
	if err := decoder.Decode(&b); err != nil {
		return nil, fmt.Errorf("it is not readable: %w", err)
	}
	if decoder.More() {
		return nil, errors.New("something follows the block")
	}
	if b.First == 0 || b.next() < b.First {
		return nil, errors.New("its events have impossible numbers")
	}
	return &b, nil
}
