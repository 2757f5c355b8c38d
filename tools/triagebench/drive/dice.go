package drive

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"

	"vigie/hashing/pdq"
)

// dice are random numbers that are the same whenever they are thrown for the same purpose.
type dice struct{ *rand.Rand }

func newDice(purpose ...any) dice {
	sum := sha256.Sum256([]byte(fmt.Sprintln(purpose...)))
	return dice{rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))} //nolint:gosec // repeatable on purpose
}

func (d dice) chance(p float64) bool { return d.Float64() < p }

// between returns a number from a to b.
func (d dice) between(a, b int) int { return a + d.IntN(b-a+1) }

// share returns a number from a to b.
func (d dice) share(a, b float64) float64 { return a + (b-a)*d.Float64() }

// span returns a time from a to b.
func (d dice) span(a, b time.Duration) time.Duration {
	return a + time.Duration(d.Int64N(int64(b-a)+1))
}

// about returns a number from 1, of the given mean, that is mostly small and now and then large.
func (d dice) about(mean float64) int { return 1 + int(d.ExpFloat64()*(mean-0.5)) }

func pick[T any](d dice, list ...T) T { return list[d.IntN(len(list))] }

// popular returns an index below n: the first ones come often (Zipf).
func (d dice) popular(n int) int {
	return int(rand.NewZipf(d.Rand, 1.2, 8, uint64(n-1)).Uint64()) //nolint:gosec // below n
}

// digits and hex return n random digits.
func (d dice) digits(n int) string { return d.letters("0123456789", n) }
func (d dice) hex(n int) string    { return d.letters("0123456789abcdef", n) }

func (d dice) letters(of string, n int) string {
	text := make([]byte, n)
	for i := range text {
		text[i] = of[d.IntN(len(of))]
	}
	return string(text)
}

// uuid returns a name as programs give it.
func (d dice) uuid() string {
	const upper = "0123456789ABCDEF"
	return d.letters(upper, 8) + "-" + d.letters(upper, 4) + "-" + d.letters(upper, 4) + "-" + d.letters(upper, 4) + "-" + d.letters(upper, 12)
}

// code returns a hash that is near to no other.
func (d dice) code() (h pdq.Hash) {
	for i := 0; i < len(h); i += 8 {
		binary.BigEndian.PutUint64(h[i:], d.Uint64())
	}
	return h
}

// near returns a hash that differs from h in the given number of bits.
func (d dice) near(h pdq.Hash, bits int) pdq.Hash {
	for _, bit := range d.Perm(pdq.Bits)[:bits] {
		h[bit/8] ^= 1 << (bit % 8)
	}
	return h
}
