package matcher

import (
	"encoding/binary"
	"errors"
	"math"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
)

// Before it is sealed, a message is, with integers in big endian:
//
//	request   epoch u64 | change: length u8, bytes | lookups u16, each: looks u16, each: distance u8, PDQs u8, pHashes u8,
//	          32 bytes a PDQ, 8 a pHash
//	answer    status u8 | for each lookup: entries u32, hits u8, each: look u16, set u32, method u8, segment u32, position u32,
//	          entry u32, category u16, frame u16, frames u16, distance u8, transform u8, state u8
//	standing  index u16 | of u16 | ready u8 | done u64 | of u64
//
// Both sides are of one version: a new form gets a new label in seal.go.

// errMessage is what is wrong with a message that cannot be read.
var errMessage = errors.New("a message that cannot be read")

// lookSize is what a look takes beside its PDQs, in bytes.
const lookSize = 3 + 8

// transforms is how many PDQs a look has at most.
const transforms = len(pdq.Dihedrals{})

// methods and states are numbered by their places.
var (
	methods = []triage.Method{triage.ByPDQ, triage.ByPHash}
	states  = []triage.EntryState{triage.EntryCounts, triage.EntryDisputed, triage.EntryWithdrawn}
)

// appendRequest writes what is asked.
func appendRequest(b []byte, at known.Moment, lookups []known.Lookup) ([]byte, error) {
	if len(at.Change) > math.MaxUint8 || len(lookups) > known.NearAtOnce {
		return nil, errMessage
	}
	b = binary.BigEndian.AppendUint64(b, uint64(at.Epoch))
	b = append(append(b, byte(len(at.Change))), at.Change...)
	b = binary.BigEndian.AppendUint16(b, uint16(len(lookups))) //nolint:gosec // at most NearAtOnce
	for _, looks := range lookups {
		if len(looks) > math.MaxUint16 {
			return nil, errMessage
		}
		b = binary.BigEndian.AppendUint16(b, uint16(len(looks)))
		for _, l := range looks {
			if len(l.PDQ) > transforms || l.Distance < 0 || l.Distance > math.MaxUint8 {
				return nil, errMessage
			}
			b = append(b, byte(l.Distance), byte(len(l.PDQ)), 0)
			votes := len(b) - 1
			for _, code := range l.PDQ {
				b = append(b, code[:]...)
			}
			if l.PHash != nil {
				b[votes] = 1
				b = binary.BigEndian.AppendUint64(b, uint64(*l.PHash))
			}
		}
	}
	if len(b)+saltSize+tagSize > maxRequest {
		return nil, errMessage
	}
	return b, nil
}

// parseRequest reads what appendRequest wrote.
func parseRequest(b []byte) (at known.Moment, lookups []known.Lookup, err error) {
	r := reader{b: b}
	at.Epoch = triage.Epoch(r.uint64())
	at.Change = string(r.bytes(int(r.uint8())))
	n := int(r.uint16())
	if n > known.NearAtOnce {
		return at, nil, errMessage
	}
	for range n {
		var looks known.Lookup
		for range int(r.uint16()) {
			l := known.Look{Distance: int(r.uint8())}
			codes, votes := int(r.uint8()), r.uint8()
			if codes > transforms || votes > 1 {
				return at, nil, errMessage
			}
			for range codes {
				var code pdq.Hash
				copy(code[:], r.bytes(len(code)))
				l.PDQ = append(l.PDQ, code)
			}
			if votes == 1 {
				h := hashing.Hash64(r.uint64())
				l.PHash = &h
			}
			if r.short {
				return at, nil, errMessage
			}
			looks = append(looks, l)
		}
		lookups = append(lookups, looks)
	}
	return at, lookups, r.end()
}

// appendAnswer writes what was found; nothing where the status is another one.
func appendAnswer(b []byte, s status, found []known.Nearest) []byte {
	b = append(b, byte(s))
	for _, f := range found {
		b = binary.BigEndian.AppendUint32(b, uint32(f.All)) //nolint:gosec // numbered in 32 bits
		b = append(b, byte(len(f.Hits)))                    // at most known.MaxMatches
		for _, h := range f.Hits {
			b = binary.BigEndian.AppendUint16(b, uint16(h.Look)) //nolint:gosec // as it came
			b = binary.BigEndian.AppendUint32(b, uint32(h.Set))
			b = append(b, byte(slices.Index(methods, h.Method)))
			b = binary.BigEndian.AppendUint32(b, h.Place.Segment)
			b = binary.BigEndian.AppendUint32(b, h.Place.Position)
			b = binary.BigEndian.AppendUint32(b, h.Place.Entry)
			b = binary.BigEndian.AppendUint16(b, h.Place.Category)
			b = binary.BigEndian.AppendUint16(b, h.Place.Frame)
			b = binary.BigEndian.AppendUint16(b, uint16(h.Frames)) //nolint:gosec // at most vpdq.MaxFrames
			b = append(b, byte(h.Distance), byte(h.Transform), byte(slices.Index(states, h.State)))
		}
	}
	return b
}

// parseAnswer reads what appendAnswer wrote of what was asked: every hit is of something that was looked up.
func parseAnswer(b []byte, lookups []known.Lookup) (status, []known.Nearest, error) {
	r := reader{b: b}
	s := status(r.uint8())
	if s > statusFailed {
		return 0, nil, errMessage
	}
	if s != statusFound {
		return s, nil, r.end()
	}
	found := make([]known.Nearest, len(lookups))
	for i := range found {
		found[i].All = int(r.uint32())
		for range int(r.uint8()) {
			h, ok := r.hit(lookups[i])
			if !ok || len(found[i].Hits) == known.MaxMatches {
				return 0, nil, errMessage
			}
			found[i].Hits = append(found[i].Hits, h)
		}
	}
	return s, found, r.end()
}

// hit reads one hit, and reports whether it answers looks.
func (r *reader) hit(looks known.Lookup) (h known.Hit, ok bool) {
	h.Look, h.Set = int(r.uint16()), triage.SetID(r.uint32())
	method := int(r.uint8())
	h.Place = known.Place{Segment: r.uint32(), Position: r.uint32(), Entry: r.uint32(), Category: r.uint16(), Frame: r.uint16()}
	h.Frames = int(r.uint16())
	h.Distance, h.Transform = int(r.uint8()), pdq.Transform(r.uint8())
	state := int(r.uint8())
	if r.short || h.Look >= len(looks) || method >= len(methods) || state >= len(states) {
		return h, false
	}
	h.Method, h.State = methods[method], states[state]
	look := looks[h.Look]
	if h.Method == triage.ByPHash {
		return h, look.PHash != nil && h.Transform == 0 && h.Distance <= triage.PHashDistance
	}
	return h, int(h.Transform) < len(look.PDQ) && h.Distance <= look.Distance && int(h.Place.Frame) < h.Frames && uint32(h.Place.Frame) <= h.Place.Position
}

func appendStanding(b []byte, s standing) []byte {
	b = binary.BigEndian.AppendUint16(b, uint16(s.share.Index)) //nolint:gosec // at most known.MaxShares
	b = binary.BigEndian.AppendUint16(b, uint16(s.share.Of))    //nolint:gosec // likewise
	ready := byte(0)
	if s.ready {
		ready = 1
	}
	b = append(b, ready)
	b = binary.BigEndian.AppendUint64(b, s.done)
	return binary.BigEndian.AppendUint64(b, s.of)
}

// parseStanding reads what appendStanding wrote.
func parseStanding(b []byte) (standing, error) {
	r := reader{b: b}
	s := standing{share: known.Share{Index: int(r.uint16()), Of: int(r.uint16())}}
	ready := r.uint8()
	s.ready, s.done, s.of = ready == 1, r.uint64(), r.uint64()
	if ready > 1 || !s.share.Valid() {
		return standing{}, errMessage
	}
	return s, r.end()
}

// reader reads a message. Once it is short, everything read is zero.
type reader struct {
	b     []byte
	short bool
}

var zeros [256]byte

// bytes returns the next n, of at most 256.
func (r *reader) bytes(n int) []byte {
	if r.short = r.short || n > len(r.b); r.short {
		return zeros[:n]
	}
	b := r.b[:n]
	r.b = r.b[n:]
	return b
}

func (r *reader) uint8() uint8   { return r.bytes(1)[0] }
func (r *reader) uint16() uint16 { return binary.BigEndian.Uint16(r.bytes(2)) }
func (r *reader) uint32() uint32 { return binary.BigEndian.Uint32(r.bytes(4)) }
func (r *reader) uint64() uint64 { return binary.BigEndian.Uint64(r.bytes(8)) }

// end says whether the message was neither too short nor too long.
func (r *reader) end() error {
	if r.short || len(r.b) > 0 {
		return errMessage
	}
	return nil
}
