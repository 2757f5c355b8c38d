package jpegluma

// A Huffman symbol of the sequential mode and of its AC coefficients says how many coefficients before the next one
// are zero (run, the high four bits) and how many bits its value has (size, the low four). Tables are looked up by
// the next lookup bits of the data.
const (
	lookup = 11

	// advanceEnd is what the end of a block adds to the position in it, and advanceNone what an entry that answers
	// nothing adds: all of them lead out of the block, so that a loop over a block has one condition.
	advanceEnd  = 128
	advanceNone = 512

	// maxSkipBits bounds what one look-up passes over, so that three of them need no refill between.
	maxSkipBits = 18
)

// entry is the answer of a look-up: n bits to drop (bits 0 to 5), what is added to the position in the block (6 to
// 15), and of its first symbol the size (16 to 19) and the length of the code (20 to 24).
type entry uint32

func newEntry(n, advance, size, length int) entry {
	return entry(n | advance<<6 | size<<16 | length<<20)
}

func (e entry) n() uint      { return uint(e & 63) }
func (e entry) advance() int { return int(e >> 6 & 1023) }
func (e entry) size() uint   { return uint(e >> 16 & 15) }
func (e entry) length() uint { return uint(e >> 20 & 31) }

// huffman is one table of a DHT segment.
type huffman struct {
	base    [1 << lookup]uint16 // length<<8 | symbol of the code that begins there; 0 for longer codes
	symbols [256]byte
	// odd tells that there are symbols of size 0 that sequential AC coefficients do not have: decoders differ in
	// what they make of them (here, the end of the block).
	odd bool
	// For the codes of each length l: those below limit[l] (left-aligned in 16 bits) have that length or less, and the
	// symbol of code c is symbols[c>>(16-l) + offset[l]].
	limit  [17]uint32
	offset [17]int

	coefs *coefTable
	skips *skipTable
}

// newHuffman makes a table of the 16 counts and the symbols of a DHT segment (T.81 C.2), or nil when they make no
// code.
func newHuffman(spec []byte) *huffman {
	t := new(huffman)
	counts, symbols := spec[:16], spec[16:]
	copy(t.symbols[:], symbols)
	for _, symbol := range symbols {
		t.odd = t.odd || symbol&15 == 0 && symbol != 0 && symbol != 0xf0
	}
	code, k := 0, 0
	for l := 1; l <= 16; l++ {
		count := int(counts[l-1])
		t.offset[l] = k - code
		if code+count > 1<<l {
			return nil
		}
		for range count {
			if l <= lookup {
				first := code << (lookup - l)
				for i := range 1 << (lookup - l) {
					t.base[first+i] = uint16(l)<<8 | uint16(symbols[k])
				}
			}
			code++
			k++
		}
		t.limit[l] = uint32(code) << (16 - l)
		code <<= 1
	}
	return t
}

// symbol returns the next symbol and the length of its code. Where there is no such code the length is 0.
func (t *huffman) symbol(bits uint64) (symbol byte, length uint) {
	if b := t.base[bits>>(64-lookup)]; b != 0 {
		return byte(b), uint(b >> 8)
	}
	code := uint32(bits >> 48)
	for l := lookup + 1; l <= 16; l++ {
		if code < t.limit[l] {
			return t.symbols[(int(code>>(16-l))+t.offset[l])&255], uint(l)
		}
	}
	return 0, 0
}

// coefficient returns the entry of the next symbol as an AC coefficient. Where there is no such code it says that the
// block ends, and ok is false.
func (t *huffman) coefficient(bits uint64) (e entry, ok bool) {
	symbol, length := t.symbol(bits)
	if length == 0 {
		return newEntry(16, advanceEnd, 0, 16), false
	}
	return coefficientEntry(symbol, int(length)), true
}

func coefficientEntry(symbol byte, length int) entry {
	run, size := int(symbol>>4), int(symbol&15)
	advance := run + 1
	if size == 0 && run != 15 {
		advance = advanceEnd
	}
	return newEntry(length+size, advance, size, length)
}

// constant returns the entry of the next symbol as a DC difference. Where there is no such code, or one that no
// picture of 8 bits has, the difference is zero and ok is false.
func (t *huffman) constant(bits uint64) (e entry, ok bool) {
	symbol, length := t.symbol(bits)
	if length == 0 || symbol > 15 {
		return newEntry(16, 1, 0, 16), false
	}
	return newEntry(int(length)+int(symbol), 1, int(symbol), int(length)), true
}

// value returns the number in the size bits that follow the code at the front of bits (T.81 F.2.2.1, EXTEND).
func (e entry) value(bits uint64) int {
	size := e.size()
	field := bits << e.length()
	negative := ^int64(field) >> 63 // all ones when the highest bit is 0; no branch, for it is as good as random
	return int(field>>1>>((63-size)&63)) + int(negative&(1-1<<(size&63)))
}

// coefTable answers for one AC symbol.
type coefTable [1 << lookup]entry

func (t *huffman) coefTable() *coefTable {
	if t.coefs == nil {
		t.coefs = new(coefTable)
		for i, b := range t.base {
			t.coefs[i] = newEntry(0, advanceNone, 0, 0)
			if b != 0 {
				t.coefs[i] = coefficientEntry(byte(b), int(b>>8))
			}
		}
	}
	return t.coefs
}

// skipTable answers for as many AC symbols as one look-up can pass over, with the low half of an entry.
type skipTable [1 << lookup]uint16

func (t *huffman) skipTable() *skipTable {
	if t.skips == nil {
		t.skips = new(skipTable)
		coefs := t.coefTable()
		for i := range t.skips {
			t.skips[i] = uint16(coefs.append(newEntry(0, 0, 0, 0), i))
		}
	}
	return t.skips
}

// append adds to e the symbols that follow its own in the lookup bits i. An entry of no symbol at all becomes one
// that answers nothing.
func (coefs *coefTable) append(e entry, i int) entry {
	n, advance := int(e.n()), e.advance()
	for n < lookup && advance < 64 {
		next := coefs[i<<n&(1<<lookup-1)]
		fits := n+int(next.length()) <= lookup && n+int(next.n()) <= maxSkipBits
		if !fits || next.advance() == advanceNone {
			break
		}
		n += int(next.n())
		advance += next.advance()
	}
	if n == 0 {
		advance = advanceNone
	}
	return newEntry(n, advance, int(e.size()), int(e.length()))
}

// firstTable answers for a DC difference and as many AC symbols behind it as one look-up can pass over.
type firstTable [1 << lookup]entry

func newFirstTable(dc, ac *huffman) *firstTable {
	t := new(firstTable)
	coefs := ac.coefTable()
	for i, b := range dc.base {
		symbol, length := int(b&255), int(b>>8)
		t[i] = newEntry(0, advanceNone, 0, 0)
		if length > 0 && symbol <= 15 && length+symbol <= maxSkipBits {
			t[i] = coefs.append(newEntry(length+symbol, 1, symbol, length), i)
		}
	}
	return t
}

// maxTables is how many tables, and how many pairs, a cache keeps.
const maxTables = 32

// tableCache keeps the tables of DHT segments by their content: cameras and programs use few.
type tableCache struct {
	tables map[string]*huffman
	firsts map[[2]*huffman]*firstTable
}

// huffman returns the table of the counts and symbols of a DHT segment, nil when they make none.
func (c *tableCache) huffman(spec []byte) *huffman {
	if t, ok := c.tables[string(spec)]; ok {
		return t
	}
	t := newHuffman(spec)
	if c.tables == nil || len(c.tables) >= maxTables {
		c.tables = make(map[string]*huffman)
		c.firsts = nil
	}
	c.tables[string(spec)] = t
	return t
}

// first returns the table for blocks that use the two.
func (c *tableCache) first(dc, ac *huffman) *firstTable {
	key := [2]*huffman{dc, ac}
	if t, ok := c.firsts[key]; ok {
		return t
	}
	if c.firsts == nil || len(c.firsts) >= maxTables {
		c.firsts = make(map[[2]*huffman]*firstTable)
	}
	c.firsts[key] = newFirstTable(dc, ac)
	return c.firsts[key]
}
