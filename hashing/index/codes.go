package index

import "math/bits"

// codes are codes of one width in order, by row; Q is one code. What has been added never changes, so that a copy that
// knows fewer rows may be read while rows are added.
type codes[C, Q any] interface {
	len() int
	at(row int) Q
	// empty returns no codes, with room for n.
	empty(n int) C
	// appended returns the codes with one more.
	appended(q Q) C
	// ring returns how many bands a code has.
	ring() int
	// bandOf returns one band of q.
	bandOf(q Q, band int) uint16
	// column writes one band of every code to out, which has a place for each.
	column(band int, out []uint16)
	// scan calls found for every row within radius of q.
	scan(q Q, radius int, found func(row, distance int))
	// check calls found for those of rows that are within radius of q.
	check(rows []uint32, q Q, radius int, found func(row, distance int))
}

// codes256 keeps the halves of its codes apart: most codes are refused after 128 bits.
type codes256 struct {
	first, second [][2]uint64
}

func (c codes256) len() int { return len(c.first) }

func (c codes256) at(row int) [4]uint64 {
	a, b := c.first[row], c.second[row]
	return [4]uint64{a[0], a[1], b[0], b[1]}
}

func (codes256) empty(n int) codes256 {
	return codes256{make([][2]uint64, 0, n), make([][2]uint64, 0, n)}
}

func (c codes256) appended(q [4]uint64) codes256 {
	return codes256{append(c.first, [2]uint64(q[:2])), append(c.second, [2]uint64(q[2:]))}
}

func (codes256) ring() int { return 16 }

func (codes256) bandOf(q [4]uint64, band int) uint16 { return uint16(q[band/4] >> (16 * (band % 4))) }

func (c codes256) column(band int, out []uint16) {
	half, word, shift := c.first, band/4, 16*(band%4)
	if word >= 2 {
		half, word = c.second, word-2
	}
	for i := range half {
		out[i] = uint16(half[i][word] >> shift)
	}
}

func (c codes256) scan(q [4]uint64, radius int, found func(row, distance int)) {
	for i := range c.first {
		a := &c.first[i]
		distance := bits.OnesCount64(a[0]^q[0]) + bits.OnesCount64(a[1]^q[1])
		if distance > radius {
			continue
		}
		b := &c.second[i]
		distance += bits.OnesCount64(b[0]^q[2]) + bits.OnesCount64(b[1]^q[3])
		if distance <= radius {
			found(i, distance)
		}
	}
}

func (c codes256) check(rows []uint32, q [4]uint64, radius int, found func(row, distance int)) {
	for _, row := range rows {
		a := &c.first[row]
		distance := bits.OnesCount64(a[0]^q[0]) + bits.OnesCount64(a[1]^q[1])
		if distance > radius {
			continue
		}
		b := &c.second[row]
		distance += bits.OnesCount64(b[0]^q[2]) + bits.OnesCount64(b[1]^q[3])
		if distance <= radius {
			found(int(row), distance)
		}
	}
}

// codes64 are codes of one word.
type codes64 struct {
	words []uint64
}

func (c codes64) len() int { return len(c.words) }

func (c codes64) at(row int) uint64 { return c.words[row] }

func (codes64) empty(n int) codes64 { return codes64{make([]uint64, 0, n)} }

func (c codes64) appended(q uint64) codes64 { return codes64{append(c.words, q)} }

func (codes64) ring() int { return 4 }

func (codes64) bandOf(q uint64, band int) uint16 { return uint16(q >> (16 * band)) }

func (c codes64) column(band int, out []uint16) {
	for i, word := range c.words {
		out[i] = uint16(word >> (16 * band))
	}
}

func (c codes64) scan(q uint64, radius int, found func(row, distance int)) {
	for i, word := range c.words {
		if distance := bits.OnesCount64(word ^ q); distance <= radius {
			found(i, distance)
		}
	}
}

func (c codes64) check(rows []uint32, q uint64, radius int, found func(row, distance int)) {
	for _, row := range rows {
		if distance := bits.OnesCount64(c.words[row] ^ q); distance <= radius {
			found(int(row), distance)
		}
	}
}
