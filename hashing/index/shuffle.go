package index

import "math/rand/v2"

// Neighbouring bits of real codes depend on each other, and sets share prefixes: bands of neighbouring bits would have
// full buckets and empty ones. So the bits of every 256-bit code are shuffled, always the same way, before it is cut
// into bands; distances stay what they are.

// nibbles says, for each value of each nibble of a code, which bits of the shuffled code it sets; sorted leads back.
var (
	order   = rand.New(rand.NewPCG(256, 31)).Perm(256)
	nibbles = shuffle(order)
	sorted  = shuffle(inverse(order))
)

func inverse(to []int) []int {
	from := make([]int, len(to))
	for bit, target := range to {
		from[target] = bit
	}
	return from
}

func shuffle(to []int) (t nibbleTable) {
	for bit, target := range to {
		for value := range 16 {
			if value>>(bit%4)&1 == 1 {
				t[bit/4][value][target/64] |= 1 << (target % 64)
			}
		}
	}
	return t
}

// nibbleTable has, for each value of each nibble, the bits that it sets.
type nibbleTable [64][16][4]uint64

func shuffled(words [4]uint64) [4]uint64 { return nibbles.apply(words) }

func unshuffled(words [4]uint64) [4]uint64 { return sorted.apply(words) }

func (t *nibbleTable) apply(words [4]uint64) (out [4]uint64) {
	for i := range 64 {
		bits := &t[i][words[i/16]>>(4*(i%16))&15]
		out[0] |= bits[0]
		out[1] |= bits[1]
		out[2] |= bits[2]
		out[3] |= bits[3]
	}
	return out
}
