package container

import (
	"encoding/binary"
	"hash/crc32"
	"io"
)

func le16(b []byte) uint16 { return binary.LittleEndian.Uint16(b) }
func le32(b []byte) uint32 { return binary.LittleEndian.Uint32(b) }
func le64(b []byte) uint64 { return binary.LittleEndian.Uint64(b) }

// checked holds what it reads to a declared size and, where there is one, to a CRC-32.
type checked struct {
	r    io.Reader
	size int64
	want uint32
	sums bool // want counts
	read int64
	sum  uint32
}

// Read implements io.Reader.
func (c *checked) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	c.read += int64(n)
	switch {
	case c.read > c.size:
		return 0, &Error{Reason: ReasonBroken, Err: errLonger}
	case !isEnd(err):
		return n, err
	case c.read < c.size:
		return n, broken("a member is shorter than it says")
	case c.sums && c.sum != c.want:
		return n, &Error{Reason: ReasonChecksum}
	}
	return n, io.EOF
}
