// Package index finds every code within a Hamming radius of a query: exactly, with none missed and none too many.
//
// It is multi-index hashing (Norouzi, Punjani, Fleet, "Fast Search in Hamming Space with Multi-Index Hashing", CVPR
// 2012) with the pigeonring test (Qin, Xiao, "Pigeonring: A Principle for Faster Thresholded Similarity Search", VLDB
// 2018): a code is cut into bands of 16 bits; of bands in a ring whose distances add up to the radius at most, some
// band begins a run of which every start stays within its share. The buckets within that share of each band are read,
// and what the next band refuses is not looked at further (bands.go).
//
// An index is a few large parts that never change, each with its bands, and a small tail that is searched code by code
// (parts.go). Parts are merged in the background. Adding, removing and searching may go on at once; searches never
// wait.
//
// A query that the bands would not help, because a set is dense around it, is answered by reading the part's codes one
// after the other, so that no set makes a search much slower than that.
package index

import (
	"encoding/binary"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// MaxRadius is the largest radius that bands serve, in bits of 256 (of 64: a quarter of it). A larger one is answered
// exactly too, by reading all codes.
const MaxRadius = 47

// PDQ holds 256-bit codes, each with a number that its owner chose. The zero value is empty and ready. The same
// code, and the same number, may be in it more than once.
type PDQ struct {
	parts parts[codes256, [4]uint64]
}

// Len returns the number of entries.
func (x *PDQ) Len() int { return x.parts.len() }

// Add puts an entry in. Searches that begin after it returned find it.
func (x *PDQ) Add(code pdq.Hash, id uint32) { x.parts.add(split(code), id) }

// AddAll puts many entries in, the n-th of codes with the n-th of ids: cheaper than one after the other, for it makes a
// part of them.
func (x *PDQ) AddAll(codes []pdq.Hash, ids []uint32) {
	x.parts.addAll(len(codes), func(i int) ([4]uint64, uint32) { return split(codes[i]), ids[i] })
}

// Remove takes out one entry that has this code and this number, and reports whether there was one.
func (x *PDQ) Remove(code pdq.Hash, id uint32) bool { return x.parts.remove(split(code), id) }

// RemoveFunc takes out every entry whose number gone returns true for, and returns how many. It asks for each entry.
func (x *PDQ) RemoveFunc(gone func(id uint32) bool) int { return x.parts.removeFunc(gone) }

// Search calls found once for every entry at radius bits or less from query, in no particular order. A negative radius
// finds nothing. What is added or removed meanwhile may be found or not.
func (x *PDQ) Search(query pdq.Hash, radius int, found func(id uint32, distance int)) {
	x.parts.search([][4]uint64{split(query)}, radius, func(_ int, id uint32, distance int) { found(id, distance) })
}

// SearchAll is Search for many queries at once, which takes less time than one after the other: found is told the
// query's place in queries too. The answers to different queries mix.
func (x *PDQ) SearchAll(queries []pdq.Hash, radius int, found func(query int, id uint32, distance int)) {
	split256 := make([][4]uint64, len(queries))
	for i, q := range queries {
		split256[i] = split(q)
	}
	x.parts.search(split256, radius, found)
}

// Codes returns the codes of all entries, in no particular order.
func (x *PDQ) Codes() []pdq.Hash {
	codes := make([]pdq.Hash, 0, x.Len())
	for p := range x.parts.now.Load().all() {
		for row := range p.ids {
			if !p.dead.has(row) {
				codes = append(codes, joined(unshuffled(p.codes.at(row))))
			}
		}
	}
	return codes
}

// Settle waits until nothing is left to merge, so that the searches that follow take the least time.
func (x *PDQ) Settle() { x.parts.settle() }

// split cuts a code into words, its bits shuffled.
func split(code pdq.Hash) [4]uint64 { return shuffled(words(&code)) }

func words(code *pdq.Hash) (w [4]uint64) {
	for i := range w {
		w[i] = binary.BigEndian.Uint64(code[8*i:])
	}
	return w
}

// joined is the inverse of words.
func joined(w [4]uint64) (code pdq.Hash) {
	for i := range w {
		binary.BigEndian.PutUint64(code[8*i:], w[i])
	}
	return code
}

// Hash64 holds 64-bit codes (pHash or dHash), each with a number that its owner chose. The zero value is empty
// and ready. The same code, and the same number, may be in it more than once.
type Hash64 struct {
	parts parts[codes64, uint64]
}

// Len returns the number of entries.
func (x *Hash64) Len() int { return x.parts.len() }

// Add puts an entry in. Searches that begin after it returned find it.
func (x *Hash64) Add(code hashing.Hash64, id uint32) { x.parts.add(uint64(code), id) }

// AddAll is PDQ.AddAll for these codes.
func (x *Hash64) AddAll(codes []hashing.Hash64, ids []uint32) {
	x.parts.addAll(len(codes), func(i int) (uint64, uint32) { return uint64(codes[i]), ids[i] })
}

// Remove takes out one entry that has this code and this number, and reports whether there was one.
func (x *Hash64) Remove(code hashing.Hash64, id uint32) bool { return x.parts.remove(uint64(code), id) }

// RemoveFunc takes out every entry whose number gone returns true for, and returns how many. It asks for each entry.
func (x *Hash64) RemoveFunc(gone func(id uint32) bool) int { return x.parts.removeFunc(gone) }

// Search calls found once for every entry at radius bits or less from query, in no particular order. A negative radius
// finds nothing. What is added or removed meanwhile may be found or not.
func (x *Hash64) Search(query hashing.Hash64, radius int, found func(id uint32, distance int)) {
	x.parts.search([]uint64{uint64(query)}, radius, func(_ int, id uint32, distance int) { found(id, distance) })
}

// Settle waits until nothing is left to merge.
func (x *Hash64) Settle() { x.parts.settle() }
