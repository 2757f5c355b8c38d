package index

import (
	"math/bits"
	"slices"
	"unsafe"
)

// overRead is how many values after the last one may be read.
const overRead = 3

// Four values of 16 bits lie in a word; a constant times lanes is in each.
const lanes = 0x0001_0001_0001_0001

// near appends the places, within spans, of the values that differ from query by the span's limit at most. It ends when
// there are more than most. values has overRead more than the spans reach.
func near(places []uint32, values []uint16, spans []span, query uint16, most int) []uint32 {
	if len(spans) == 0 {
		return places
	}
	if vectors {
		places = slices.Grow(places, most+1+vectorLanes-len(places))
		n := nearVectors(unsafe.SliceData(values), unsafe.SliceData(spans), len(spans), query, unsafe.SliceData(places), len(places), most)
		return places[:n]
	}
	return nearWords(places, values, spans, query, most)
}

// nearWords is near, four values at a time.
func nearWords(places []uint32, values []uint16, spans []span, query uint16, most int) []uint32 {
	q := uint64(query) * lanes
	for _, s := range spans {
		limit := (0x7fff - uint64(s.limit)) * lanes
		for at := s.from; at < s.to; at += 4 {
			v := values[at : at+4 : at+4]
			x := (uint64(v[0]) | uint64(v[1])<<16 | uint64(v[2])<<32 | uint64(v[3])<<48) ^ q
			x -= x >> 1 & (0x5555 * lanes)
			x = x&(0x3333*lanes) + x>>2&(0x3333*lanes)
			x = (x + x>>4) & (0x0f0f * lanes)
			x = (x + x>>8) & (0x1f * lanes) // how many bits differ, in each lane
			for found := ^(x + limit) & (0x8000 * lanes); found != 0; found &= found - 1 {
				if place := at + uint32(bits.TrailingZeros64(found))/16; place < s.to {
					places = append(places, place)
				}
			}
		}
		if len(places) > most {
			break
		}
	}
	return places
}
