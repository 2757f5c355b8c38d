// Package index finds every code within a Hamming radius of a query: exactly, with none missed and none too many.
//
// Codes lie in columns of 64 bits, so that a search streams through memory and leaves most codes after the
// first 128 bits. An index may be searched by many goroutines at once, as long as none changes it meanwhile:
// whoever owns it keeps the lock.
package index

import (
	"encoding/binary"
	"math/bits"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// PDQ holds 256-bit codes, each with a number that its owner chose. The zero value is empty and ready. The same
// code, and the same number, may be in it more than once.
type PDQ struct {
	first, second, third, fourth []uint64 // bits 255 to 192, and so on down
	ids                          []uint32
}

// Len returns the number of entries.
func (x *PDQ) Len() int { return len(x.ids) }

// Add puts an entry in.
func (x *PDQ) Add(code pdq.Hash, id uint32) {
	words := split(code)
	x.first = append(x.first, words[0])
	x.second = append(x.second, words[1])
	x.third = append(x.third, words[2])
	x.fourth = append(x.fourth, words[3])
	x.ids = append(x.ids, id)
}

// Remove takes out one entry that has this code and this number, and reports whether there was one.
func (x *PDQ) Remove(code pdq.Hash, id uint32) bool {
	for i, candidate := range x.ids {
		if candidate == id && x.at(i) == split(code) {
			last := len(x.ids) - 1
			x.move(last, i)
			x.truncate(last)
			return true
		}
	}
	return false
}

// RemoveFunc takes out, in one pass, every entry whose number gone returns true for, and returns how many.
func (x *PDQ) RemoveFunc(gone func(id uint32) bool) int {
	kept := 0
	for i, id := range x.ids {
		if !gone(id) {
			x.move(i, kept)
			kept++
		}
	}
	removed := len(x.ids) - kept
	x.truncate(kept)
	return removed
}

// Search calls found once for every entry at radius bits or less from query, in no particular order. found must
// not change the index. A negative radius finds nothing.
func (x *PDQ) Search(query pdq.Hash, radius int, found func(id uint32, distance int)) {
	q := split(query)
	second := x.second[:len(x.first)]
	for i, word := range x.first {
		distance := bits.OnesCount64(word^q[0]) + bits.OnesCount64(second[i]^q[1])
		if distance > radius {
			continue
		}
		distance += bits.OnesCount64(x.third[i]^q[2]) + bits.OnesCount64(x.fourth[i]^q[3])
		if distance <= radius {
			found(x.ids[i], distance)
		}
	}
}

func (x *PDQ) at(i int) [4]uint64 {
	return [4]uint64{x.first[i], x.second[i], x.third[i], x.fourth[i]}
}

func (x *PDQ) move(from, to int) {
	x.first[to], x.second[to], x.third[to], x.fourth[to] = x.first[from], x.second[from], x.third[from], x.fourth[from]
	x.ids[to] = x.ids[from]
}

func (x *PDQ) truncate(n int) {
	x.first, x.second, x.third, x.fourth = x.first[:n], x.second[:n], x.third[:n], x.fourth[:n]
	x.ids = x.ids[:n]
}

func split(code pdq.Hash) (words [4]uint64) {
	for i := range words {
		words[i] = binary.BigEndian.Uint64(code[8*i:])
	}
	return words
}

// Hash64 holds 64-bit codes (pHash or dHash), each with a number that its owner chose. The zero value is empty
// and ready. The same code, and the same number, may be in it more than once.
type Hash64 struct {
	codes []uint64
	ids   []uint32
}

// Len returns the number of entries.
func (x *Hash64) Len() int { return len(x.ids) }

// Add puts an entry in.
func (x *Hash64) Add(code hashing.Hash64, id uint32) {
	x.codes = append(x.codes, uint64(code))
	x.ids = append(x.ids, id)
}

// Remove takes out one entry that has this code and this number, and reports whether there was one.
func (x *Hash64) Remove(code hashing.Hash64, id uint32) bool {
	for i, candidate := range x.codes {
		if candidate == uint64(code) && x.ids[i] == id {
			last := len(x.ids) - 1
			x.codes[i], x.ids[i] = x.codes[last], x.ids[last]
			x.codes, x.ids = x.codes[:last], x.ids[:last]
			return true
		}
	}
	return false
}

// RemoveFunc takes out, in one pass, every entry whose number gone returns true for, and returns how many.
func (x *Hash64) RemoveFunc(gone func(id uint32) bool) int {
	kept := 0
	for i, id := range x.ids {
		if !gone(id) {
			x.codes[kept], x.ids[kept] = x.codes[i], id
			kept++
		}
	}
	removed := len(x.ids) - kept
	x.codes, x.ids = x.codes[:kept], x.ids[:kept]
	return removed
}

// Search calls found once for every entry at radius bits or less from query, in no particular order. found must
// not change the index. A negative radius finds nothing.
func (x *Hash64) Search(query hashing.Hash64, radius int, found func(id uint32, distance int)) {
	for i, code := range x.codes {
		if distance := bits.OnesCount64(code ^ uint64(query)); distance <= radius {
			found(x.ids[i], distance)
		}
	}
}
