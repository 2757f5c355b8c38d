package journal

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"vigie/triage"
)

const (
	// SegmentEvents is how many events make a segment full; it ends with the block that reaches the number.
	SegmentEvents = 10_000
	// segmentBytes makes it full too, whatever the number: it is read whole.
	segmentBytes = 16 << 20

	segmentHeader = "vigie-segment 1 "
	// maxSegment bounds what is read as one segment, in bytes: what makes it full, and a last block.
	maxSegment = segmentBytes + maxBlock + 1<<20
)

// segment is a run of whole blocks in one object. Which blocks it holds follows from the chain alone, so every process
// that seals it writes the same bytes.
type segment struct {
	Number uint64 `json:"number"`
	Block  uint64 `json:"block"`  // number of its first block
	Prev   string `json:"prev"`   // SHA-256 of the block before
	First  uint64 `json:"first"`  // number of its first event
	Blocks int    `json:"blocks"` // how many
	Events int    `json:"events"`
	Last   string `json:"last"` // SHA-256 of its last block: where the chain goes on

	raw   [][]byte // the blocks' stored bytes
	bytes int      // of raw
	read  []*block // the same, when the segment was read
}

// newSegment returns the empty segment after at.
func newSegment(number uint64, at link) *segment {
	return &segment{Number: number, Block: at.number + 1, Prev: at.hash, First: at.next, Last: at.hash}
}

func (s *segment) add(b *block, raw []byte, at link) {
	s.raw = append(s.raw, raw)
	s.bytes += len(raw)
	s.Blocks, s.Events, s.Last = len(s.raw), s.Events+len(b.Events), at.hash
}

func (s *segment) full() bool { return s.Events >= SegmentEvents || s.bytes >= segmentBytes }

// before is the link that its first block follows, after the link that its last block leaves.
func (s *segment) before() link { return link{number: s.Block - 1, hash: s.Prev, next: s.First} }

func (s *segment) after() link {
	//nolint:gosec // counts are not negative
	return link{number: s.Block + uint64(s.Blocks) - 1, hash: s.Last, next: s.First + uint64(s.Events)}
}

// encode returns what is stored: the line of the digest, a line that describes the segment, and each block's stored bytes,
// which are two lines, each with its end.
func (s *segment) encode() ([]byte, error) {
	meta, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	body := append(meta, '\n')
	for _, raw := range s.raw {
		body = append(append(body, raw...), '\n')
	}
	return withDigest(segmentHeader, body), nil
}

// decodeSegment reads a segment and verifies the chain in it.
func decodeSegment(raw []byte) (*segment, error) {
	body, err := sealedBody(raw, segmentHeader)
	if err != nil {
		return nil, err
	}
	meta, rest, _ := bytes.Cut(body, []byte("\n"))
	var s segment
	if err := strictJSON(meta, &s); err != nil {
		return nil, err
	}
	said, at := s, s.before()
	s.Blocks, s.Events = 0, 0
	for len(rest) > 0 {
		var b *block
		var stored []byte
		if stored, rest, err = cutBlock(rest); err != nil {
			return nil, err
		}
		if b, err = decode(stored); err == nil {
			at, err = at.follow(b, stored)
		}
		if err != nil {
			return nil, fmt.Errorf("block %d in it: %w", at.number+1, err)
		}
		s.add(b, stored, at)
		s.read = append(s.read, b)
	}
	canonical, err := s.encode()
	if err != nil || !bytes.Equal(canonical, raw) || s.after() != said.after() || s.Blocks == 0 {
		return nil, errors.New("it does not hold what it says")
	}
	return &s, nil
}

// cutBlock takes one block's two lines off the start of body.
func cutBlock(body []byte) (stored, rest []byte, err error) {
	first := bytes.IndexByte(body, '\n')
	second := bytes.IndexByte(body[first+1:], '\n')
	if first < 0 || second < 0 {
		return nil, nil, errors.New("its last block was cut")
	}
	end := first + 1 + second
	return body[:end:end], body[end+1:], nil
}

// segment reads one segment; NotFound when there is none.
func (r reader) segment(ctx context.Context, op string, number uint64) (*segment, error) {
	key := numbered(segmentPrefix, number)
	raw, err := r.load(ctx, op, key, maxSegment)
	if err != nil {
		return nil, err
	}
	s, err := decodeSegment(raw)
	if err == nil && s.Number != number {
		err = fmt.Errorf("it holds segment %d: objects were swapped", s.Number)
	}
	if err != nil {
		return nil, broken(op, key, err)
	}
	return s, nil
}

// describe reads a segment's description only. What is read of the segment later is verified then.
func (r reader) describe(ctx context.Context, op string, number uint64) (*segment, error) {
	key := numbered(segmentPrefix, number)
	body, err := r.store.Get(ctx, key)
	if err != nil {
		return nil, err
	}
	defer body.Close()
	lines := bufio.NewReader(io.LimitReader(body, 1<<10))
	if _, err := lines.ReadSlice('\n'); err != nil {
		return nil, broken(op, key, err)
	}
	meta, err := lines.ReadSlice('\n')
	var s segment
	if err == nil {
		err = strictJSON(meta, &s)
	}
	if err != nil {
		return nil, broken(op, key, err)
	}
	return &s, nil
}

// segmentOf finds the segment that holds block number; false when it is not sealed yet.
func (r reader) segmentOf(ctx context.Context, op string, number uint64) (uint64, bool, error) {
	high, found, err := r.newest(ctx, segmentPrefix)
	if err != nil || !found {
		return 0, false, err
	}
	last, err := r.describe(ctx, op, high)
	if err != nil || number > last.after().number {
		return 0, false, err
	}
	low := uint64(0)
	for low < high {
		middle := low + (high-low+1)/2
		s, err := r.describe(ctx, op, middle)
		if triage.IsKind(err, triage.NotFound) {
			err = broken(op, numbered(segmentPrefix, middle), errors.New("it is missing"))
		}
		if err != nil {
			return 0, false, err
		}
		if s.Block <= number {
			low = middle
		} else {
			high = middle - 1
		}
	}
	return low, true, nil
}
