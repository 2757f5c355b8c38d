package container

import (
	"bufio"
	"hash/crc32"
	"io"

	"github.com/klauspost/compress/flate"
)

// zipLocals walks a zip whose directory is missing, as that of a transfer that broke off, by the headers before its
// members. It tells what it finds up to the first place where no header is, and always ends with a fault. Headers have
// neither types nor the attributes of a directory, so a link is told as a file that holds its target.
type zipLocals struct {
	*zipPass
	after   int64 // where the next header is; unknown until the member is read where toEnd is set
	toEnd   bool  // the member's sizes come after its data
	started bool
	data    int64
}

// jump implements jumper. It hides the one of zipPass: offsets are those of headers here.
func (z *zipLocals) jump(ref Ref) error {
	z.after, z.toEnd, z.started = ref.offset, false, true
	return nil
}

// next implements pass.
func (z *zipLocals) next() (*entry, error) {
	const missing = "the directory is missing or damaged"
	if !z.started {
		z.started = true
		z.after = z.first()
	}
	if z.toEnd {
		if err := z.skip(); err != nil {
			return nil, broken(missing)
		}
	}
	at := z.after
	fixed := make([]byte, zipLocalLen)
	if n, _ := z.source.ReadAt(fixed, at); at < 0 || n < len(fixed) || le32(fixed) != zipLocalMark {
		return nil, broken(missing)
	}
	nameLen, extraLen := int(le16(fixed[26:])), int(le16(fixed[28:]))
	rest := make([]byte, nameLen+extraLen)
	if n, _ := z.source.ReadAt(rest, at+zipLocalLen); n < len(rest) {
		return nil, broken(missing)
	}
	z.file = zipFile{
		name: string(rest[:nameLen]), flags: le16(fixed[6:]), method: le16(fixed[8:]), dosTime: le32(fixed[10:]),
		sum: le32(fixed[14:]), packed: int64(le32(fixed[18:])), size: int64(le32(fixed[22:])), header: at,
	}
	z.file.widen(rest[nameLen:])
	z.data = at + zipLocalLen + int64(len(rest))
	e := z.file.entry(rest[nameLen:])
	e.offset = at
	return e, z.place(e)
}

// first returns the offset of the first header: after the mark that split zips begin with.
func (z *zipLocals) first() int64 {
	mark := make([]byte, 4)
	if n, _ := z.source.ReadAt(mark, 0); n == len(mark) && le32(mark) != zipLocalMark {
		return 4
	}
	return 0
}

// place works out where the next header is, or that only reading tells.
func (z *zipLocals) place(e *entry) error {
	f := &z.file
	z.toEnd = f.flags&zipDescriptor != 0 && f.packed == 0
	switch {
	case !z.toEnd && f.packed >= 0 && f.packed <= z.size-z.data:
		z.after = z.data + f.packed
	case !z.toEnd:
		z.after = -1 // cut off: the last one
	case f.method == zipDeflate && e.reason == "":
		e.size = UnknownSize
	default:
		z.after, z.toEnd, e.size = -1, false, UnknownSize
		if e.reason == "" {
			e.reason = ReasonBroken // nothing says where it ends
		}
	}
	return nil
}

// open implements pass.
func (z *zipLocals) open() (io.Reader, error) {
	if !z.toEnd {
		return z.zipPass.open()
	}
	in := bufio.NewReaderSize(io.NewSectionReader(z.source, z.data, z.size-z.data), 32<<10)
	counted := &countedBytes{Reader: in}
	return &described{z: z, in: counted, checked: checked{r: flate.NewReader(counted), size: 1<<63 - 1}}, nil
}

// skip reads the member to find its end.
func (z *zipLocals) skip() error {
	r, err := z.open()
	if err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, metered{r, &meter{limits: z.limits, in: z.size}})
	return err
}

// described reads a member whose sum and sizes come after its data.
type described struct {
	checked
	z    *zipLocals
	in   *countedBytes
	done error
}

// Read implements io.Reader.
func (d *described) Read(p []byte) (int, error) {
	if d.done != nil {
		return 0, d.done
	}
	n, err := d.checked.r.Read(p)
	d.read += int64(n)
	d.sum = crc32.Update(d.sum, crc32.IEEETable, p[:n])
	if isEnd(err) {
		err = d.describe()
	}
	d.done = err
	return n, err
}

// describe reads what follows the data: a mark that may be missing, the sum, and two sizes of 32 or 64 bits.
func (d *described) describe() error {
	const mark = "PK\x07\x08"
	at := d.z.data + d.in.n
	for _, form := range []struct{ skip, length int64 }{{4, 16}, {4, 24}, {0, 12}, {0, 20}} {
		b := make([]byte, form.length+4)
		n, _ := d.z.source.ReadAt(b, at)
		if int64(n) < form.length || form.skip > 0 && string(b[:4]) != mark {
			continue
		}
		follows := string(b[form.length:min(int64(n), form.length+2)])
		if le32(b[form.skip:]) == d.sum && (follows == "PK" || follows == "") {
			d.z.after, d.z.toEnd = at+form.length, false
			return io.EOF
		}
	}
	return &Error{Reason: ReasonChecksum}
}

// countedBytes counts what is read.
type countedBytes struct {
	*bufio.Reader
	n int64
}

// Read implements io.Reader.
func (c *countedBytes) Read(p []byte) (int, error) {
	n, err := c.Reader.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte implements io.ByteReader.
func (c *countedBytes) ReadByte() (byte, error) {
	b, err := c.Reader.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}
