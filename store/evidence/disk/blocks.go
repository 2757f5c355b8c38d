package disk

import "math/bits"

// blocks is a set of a volume's blocks: one bit each, in pieces that are made when they are needed. A drive of 1 TB with
// blocks of 4 KiB takes at most 32 MiB.
type blocks struct {
	size   int64 // of a block, in bytes
	start  int64 // of the volume, in bytes: what a run claims outside of it is nobody's
	end    int64
	phase  int64 // where blocks begin: the place of the first run modulo size; -1: none was seen
	pieces map[int64][]uint64
}

const (
	pieceWords = 1 << 10
	pieceBits  = pieceWords * 64
	// maxBlocks is how many blocks are told apart, which takes 256 MiB: 8 TB at 4 KiB. On larger volumes several count as one, so
	// that a deleted file may be said to be overwritten when only what lies next to it was.
	maxBlocks = 1 << 31
)

func newBlocks(block, start, length int64) *blocks {
	size := int64(sectorBytes)
	if block > sectorBytes && bits.OnesCount64(uint64(block)) == 1 {
		size = block
	}
	for length/size > maxBlocks {
		size *= 2
	}
	return &blocks{size: size, start: start, end: start + length, phase: -1, pieces: make(map[int64][]uint64)}
}

// span returns the first block of a stretch of the image and the one behind its last. A run begins with a block; one that
// does not touches both.
func (b *blocks) span(r run) (first, end int64) {
	from, to := max(r.from, b.start), min(r.from+r.length, b.end)
	if from >= to {
		return 0, 0
	}
	shift := b.size - b.phase
	return (from + shift) / b.size, (to + shift + b.size - 1) / b.size
}

// add notes what a file has.
func (b *blocks) add(runs []run) {
	for _, r := range runs {
		if r.from < 0 {
			continue
		}
		if b.phase < 0 {
			b.phase = r.from % b.size
		}
		for first, end := b.span(r); first < end; {
			piece := first / pieceBits
			words := b.pieces[piece]
			if words == nil {
				words = make([]uint64, pieceWords)
				b.pieces[piece] = words
			}
			stop := min(end, (piece+1)*pieceBits)
			for ; first < stop && first%64 != 0; first++ {
				words[first%pieceBits/64] |= 1 << (first % 64)
			}
			for ; first+64 <= stop; first += 64 {
				words[first%pieceBits/64] = ^uint64(0)
			}
			for ; first < stop; first++ {
				words[first%pieceBits/64] |= 1 << (first % 64)
			}
		}
	}
}

// touches reports whether any block of the runs is in the set.
func (b *blocks) touches(runs []run) bool {
	if b.phase < 0 {
		return false
	}
	for _, r := range runs {
		if r.from < 0 {
			continue
		}
		for first, end := b.span(r); first < end; {
			words := b.pieces[first/pieceBits]
			if words == nil {
				first = (first/pieceBits + 1) * pieceBits
				continue
			}
			if word := words[first%pieceBits/64]; word == 0 {
				first = (first/64 + 1) * 64
			} else if word&(1<<(first%64)) != 0 {
				return true
			} else {
				first++
			}
		}
	}
	return false
}
