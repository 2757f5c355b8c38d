package pdq

import (
	"encoding/binary"
	"math/bits"
)

// Detail returns how many pairs of neighbours differ among the 16 × 16 bits of h, of 480, in that of its eight rotations
// and mirrors in which the fewest do. Chance makes some 240; a single slope or step of light, which many plain pictures
// have, a few dozens.
func (h Hash) Detail() int {
	const rows, pairs = 16, 15 * 16
	across, down := 0, 0
	for i := range rows {
		row := binary.BigEndian.Uint16(h[2*i:])
		across += bits.OnesCount16((row ^ row>>1) & 0x7fff)
		if i > 0 {
			down += bits.OnesCount16(row ^ binary.BigEndian.Uint16(h[2*i-2:]))
		}
	}
	// A mirror negates every other row, or column: what was equal there differs, and the other way round.
	return min(across, pairs-across) + min(down, pairs-down)
}
