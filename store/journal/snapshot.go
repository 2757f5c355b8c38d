package journal

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/triage"
)

// A snapshot is the journal up to one event, without the events that change no projection: what a replay needs. It is made
// of the journal and may be lost; nothing but a replay reads it, and only where the chain confirms it.
//
//	records/snapshots/<event>/<part>   its events, in order; event has 16 digits, part 8, from 0 on
//	records/snapshots/<event>/head     what it stands for; written last: without it there is no snapshot
//
// They do not lie in the journal's bucket, for they go when there are newer ones, and there every version stays.
const (
	snapshotPrefix = "records/snapshots/"
	snapshotHeader = "vigie-snapshot 1 "
	snapshotHead   = "head"

	// snapshotPart is how many bytes of events make a part full. What it holds follows from the chain alone.
	snapshotPart = 1 << 20
	// maxSnapshotPart bounds what is read as a part or a head, in bytes: a full part, and a last event.
	maxSnapshotPart = snapshotPart + maxBlock
)

// snapshot is the head of one.
type snapshot struct {
	Event   uint64             `json:"event"`   // the last event that it stands for
	Block   uint64             `json:"block"`   // number of the block that ends with this event
	Hash    string             `json:"hash"`    // SHA-256 of that block's stored bytes
	Without []triage.EventKind `json:"without"` // kinds of event that are left out
	Faded   []triage.EventKind `json:"faded,omitempty"`
	Before  time.Time          `json:"before,omitzero"` // kinds in Faded are left out of events before
	Parts   []snapshotRange    `json:"parts"`
}

// snapshotRange describes one part.
type snapshotRange struct {
	Last uint64 `json:"last"` // its last event
	Hash string `json:"hash"` // SHA-256 of its lines
}

// numberedEvent is an event as it is stored.
type numberedEvent struct {
	number uint64
	raw    []byte // its canonical bytes
	record record
}

func (e numberedEvent) event() triage.Event {
	r := e.record
	return triage.Event{Seq: e.number, Time: r.Time, Actor: r.Actor, Kind: triage.EventKind(r.Kind), Subject: r.Subject, Data: r.Data}
}

func snapshotKey(event uint64, name string) string {
	return numbered(snapshotPrefix, event) + "/" + name
}

func partKey(event uint64, part int) string { return snapshotKey(event, fmt.Sprintf("%08d", part)) }

// parseSnapshotKey is the inverse of snapshotKey.
func parseSnapshotKey(key string) (event uint64, name string, err error) {
	folder, name, _ := strings.Cut(strings.TrimPrefix(key, snapshotPrefix), "/")
	event, err = numberUnder(snapshotPrefix, snapshotPrefix+folder)
	if part, partErr := strconv.ParseUint(name, 10, 31); err == nil && key != snapshotKey(event, snapshotHead) && (partErr != nil || key != partKey(event, int(part))) { //nolint:gosec // 31 bits
		err = errors.New("it is no object of a snapshot")
	}
	return event, name, err
}

// encode returns the stored bytes of a head.
func (s *snapshot) encode() ([]byte, error) {
	body, err := json.Marshal(s)
	if err != nil {
		return nil, err
	}
	return withDigest(snapshotHeader, body), nil
}

// decodeSnapshot reads a head, strictly.
func decodeSnapshot(raw []byte) (*snapshot, error) {
	body, err := sealedBody(raw, snapshotHeader)
	if err != nil {
		return nil, err
	}
	var s snapshot
	if err := strictJSON(body, &s); err != nil {
		return nil, err
	}
	before := uint64(0)
	for _, p := range s.Parts {
		if p.Last <= before || p.Last > s.Event {
			return nil, errors.New("its events have impossible numbers")
		}
		before = p.Last
	}
	if again, err := s.encode(); err != nil || !bytes.Equal(again, raw) {
		return nil, errors.New("it is not written as a journal writes")
	}
	return &s, nil
}

// decodeSnapshotPart reads the events of a part, one a line: its number, a space, its canonical bytes.
func decodeSnapshotPart(raw []byte) ([]numberedEvent, error) {
	body, err := sealedBody(raw, snapshotHeader)
	if err != nil {
		return nil, err
	}
	var events []numberedEvent
	before := uint64(0)
	for line := range bytes.Lines(body) {
		e, err := parseNumberedEvent(line)
		if err != nil {
			return nil, err
		}
		if e.number <= before {
			return nil, errors.New("its events have impossible numbers")
		}
		before = e.number
		events = append(events, e)
	}
	return events, nil
}

func parseNumberedEvent(line []byte) (e numberedEvent, err error) {
	digits, raw, _ := bytes.Cut(bytes.TrimSuffix(line, []byte("\n")), []byte(" "))
	e.raw = raw
	if e.number, err = strconv.ParseUint(string(digits), 10, 64); err != nil {
		return e, errors.New("its events have impossible numbers")
	}
	if err := strictJSON(raw, &e.record); err != nil {
		return e, err
	}
	if canonical, err := json.Marshal(e.record); err != nil || !bytes.Equal(appendNumberedEvent(nil, e.number, canonical), line) {
		return e, errors.New("it is not written as a journal writes")
	}
	return e, nil
}

func appendNumberedEvent(lines []byte, number uint64, raw []byte) []byte {
	lines = append(strconv.AppendUint(lines, number, 10), ' ')
	return append(append(lines, raw...), '\n')
}

// cutter makes parts of the events of a snapshot. Where one ends follows from the events alone.
type cutter struct {
	without []triage.EventKind
	faded   []triage.EventKind               // kinds that are left out
	before  time.Time                        // of events before then
	put     func(part int, raw []byte) error // nil: the parts are only described
	lines   []byte
	last    uint64
	parts   []snapshotRange
}

// fadeMargin is how much longer events stay in a snapshot than they count: for clocks that differ, and for grants that end later.
const fadeMargin = 24 * time.Hour

// fadedBefore is when events of a snapshot that ends with b are too old to be of use, if they fade: whoever reads it comes later.
func fadedBefore(b *block) time.Time {
	if len(b.records) == 0 {
		return time.Time{}
	}
	return b.records[len(b.records)-1].Time.UTC().Add(-triage.ShownKept - fadeMargin)
}

// add takes the next event, unless it is of a kind that is left out.
func (c *cutter) add(e numberedEvent) error {
	kind := triage.EventKind(e.record.Kind)
	if slices.Contains(c.without, kind) || e.record.Time.Before(c.before) && slices.Contains(c.faded, kind) {
		return nil
	}
	c.lines, c.last = appendNumberedEvent(c.lines, e.number, e.raw), e.number
	if len(c.lines) < snapshotPart {
		return nil
	}
	return c.flush()
}

// flush ends a part.
func (c *cutter) flush() error {
	if len(c.lines) == 0 {
		return nil
	}
	if c.put != nil {
		if err := c.put(len(c.parts), withDigest(snapshotHeader, c.lines)); err != nil {
			return err
		}
	}
	c.parts = append(c.parts, snapshotRange{c.last, hashOf(c.lines)})
	c.lines = c.lines[:0]
	return nil
}
