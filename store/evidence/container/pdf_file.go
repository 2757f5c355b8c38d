package container

import (
	"bytes"
	"io"
	"sort"
	"strings"
)

// A PDF's own table of its objects is not used: it is what is damaged first, and it does not tell what earlier versions
// of the document left in the file. The file is read from its beginning to its end instead, object by object.

const (
	pdfMark       = "%PDF-"
	pdfWindow     = 256 << 10 // bytes of the file in memory
	pdfObjectSize = 64 << 10  // bytes of an object that are looked at: pictures' have some hundreds
	pdfMaxObjects = 1 << 19   // that can be referred to: 64 MiB while they are sorted; documents of 10,000 pages have some 100,000
	pdfMaxPacked  = 16 << 20  // bytes of a stream of objects
	pdfMaxNames   = 1 << 16   // of files inside
	pdfMaxTitle   = 1 << 10   // bytes of such a name
)

// pdfFile is a PDF of which the objects are known.
type pdfFile struct {
	source  *source
	size    int64
	meter   *meter
	window  []byte
	from    int64      // of window in the file
	index   []pdfPlace // by number; of equal ones the last counts
	packs   []pdfPlace // streams of objects
	names   map[uint32]pdfTitle
	masks   map[uint32]bool
	trailer pdfDict
	crypt   *pdfCrypt // nothing where it is not encrypted
	pack    []byte    // the stream of objects that was unpacked last
	packAt  int64
	packHas pdfDict
	sorted  bool  // index is
	nesting int   // of references that are being followed
	work    int64 // bytes of values that were read
	aside   []byte
}

// pdfPlace is where an object is: in the file, or in a stream of objects there.
type pdfPlace struct {
	number uint32
	packed bool
	within uint32 // offset in the unpacked stream
	at     int64
}

// pdfTitle is the name of a file inside, and the object that tells it.
type pdfTitle struct {
	text  pdfString
	owner pdfOwner
}

// pdfOwner is the object that a string stands in.
type pdfOwner struct {
	ref   pdfRef
	plain bool // its strings are not encrypted by themselves
}

// pdfObject is an object in the file.
type pdfObject struct {
	ref    pdfRef
	at     int64
	value  any
	stream bool
	data   int64 // of a stream: where it begins
	end    int64 // of a stream: where it ends; else where the search goes on
	cut    bool  // the stream's end is not there
}

// read returns n bytes at an offset, or as many as there are. They are good until the next call.
func (p *pdfFile) read(at int64, n int) []byte {
	if at < 0 || at >= p.size {
		return nil
	}
	n = int(min(int64(n), p.size-at))
	if at < p.from || at+int64(n) > p.from+int64(len(p.window)) {
		if p.window == nil {
			p.window = make([]byte, pdfWindow)
		}
		m, _ := p.source.ReadAt(p.window[:pdfWindow], at)
		p.window, p.from = p.window[:m], at
	}
	i := int(at - p.from)
	return p.window[i:min(i+n, len(p.window))]
}

// peek is like read, and leaves the window where it is.
func (p *pdfFile) peek(at int64, n int) []byte {
	if at >= p.from && at+int64(n) <= p.from+int64(len(p.window)) {
		return p.read(at, n)
	}
	if len(p.aside) < n {
		p.aside = make([]byte, n)
	}
	n, _ = p.source.ReadAt(p.aside[:n], at)
	return p.aside[:n]
}

// next returns the first object whose number is at from or behind.
func (p *pdfFile) next(from int64) (pdfObject, bool) {
	const overlap = 64
	for from < p.size {
		b := p.read(from, pdfObjectSize)
		if len(b) == 0 {
			break
		}
		at := 0
		for {
			i := bytes.Index(b[at:], []byte("obj"))
			trailer := bytes.Index(b[at:at+max(i, 0)], []byte("trailer"))
			if i < 0 {
				trailer = bytes.Index(b[at:], []byte("trailer"))
			}
			if trailer >= 0 {
				p.tail(b[at+trailer+len("trailer"):])
			}
			if i < 0 {
				break
			}
			at += i
			if ref, start, ok := objectNumber(b[:at]); ok {
				return p.object(ref, from+int64(start), from+int64(at)+3), true
			}
			at += 3
		}
		if int64(len(b)) >= p.size-from {
			break
		}
		from += int64(max(len(b)-overlap, 1))
	}
	return pdfObject{}, false
}

// objectSize returns how much of an object is looked at: little when objects that have no end made the file be read many
// times over.
func (p *pdfFile) objectSize() int {
	const little = 256
	if p.work > 16*p.size+1<<24 {
		return little
	}
	return pdfObjectSize
}

// objectNumber reads "12 0 " from its end.
func objectNumber(b []byte) (ref pdfRef, start int, ok bool) {
	end := len(b)
	b = bytes.TrimRight(b, " \r\n\t\x00\f")
	generation := len(bytes.TrimRight(b, "0123456789"))
	if generation == len(b) || end-len(b) > 8 || len(b)-generation > 5 {
		return ref, 0, false
	}
	before := bytes.TrimRight(b[:generation], " \r\n\t\x00\f")
	number := len(bytes.TrimRight(before, "0123456789"))
	if number == len(before) || len(before) == generation || len(before)-number > 10 {
		return ref, 0, false
	}
	r := pdfReader{b: b[number:]}
	ref.number, ok = r.digits()
	if ok {
		ref.generation, ok = r.digits()
	}
	return ref, number, ok
}

// object reads the object whose value begins at an offset.
func (p *pdfFile) object(ref pdfRef, at, body int64) pdfObject {
	o := pdfObject{ref: ref, at: at, end: body}
	r := pdfReader{b: p.read(body, p.objectSize())}
	o.value = r.value()
	p.work += int64(r.at)
	d, ok := o.value.(pdfDict)
	if !ok {
		return o
	}
	r.space()
	if !bytes.HasPrefix(r.b[r.at:], []byte("stream")) {
		return o
	}
	r.at += len("stream")
	switch rest := r.b[r.at:]; {
	case bytes.HasPrefix(rest, []byte("\r\n")):
		r.at += 2
	case bytes.HasPrefix(rest, []byte("\n")), bytes.HasPrefix(rest, []byte("\r")):
		r.at++
	}
	o.stream, o.data = true, body+int64(r.at)
	p.measure(&o, d)
	return o
}

// measure finds the end of a stream: where its length says, if there is the word for it; else where that word, or the
// object's end, comes first.
func (p *pdfFile) measure(o *pdfObject, d pdfDict) {
	const endstream = "endstream"
	if length, ok := p.resolve(d["Length"]).(float64); ok && length >= 0 && length <= float64(p.size-o.data) {
		end := o.data + int64(length)
		if bytes.HasPrefix(bytes.TrimLeft(p.peek(end, 32), " \r\n\t\x00"), []byte(endstream)) {
			o.end = end
			return
		}
	}
	for at := o.data; at < p.size; {
		b := p.read(at, pdfWindow/2)
		if len(b) == 0 {
			break
		}
		i := bytes.Index(b, []byte(endstream))
		if j := bytes.Index(b[:max(i, 0)], []byte("endobj")); i < 0 || j >= 0 {
			if j < 0 {
				j = bytes.Index(b, []byte("endobj"))
			}
			i = j
		}
		if i >= 0 {
			o.end = at + int64(i) - int64(lineEnd(p.read(max(at+int64(i)-2, o.data), 2)))
			o.end = max(o.end, o.data)
			return
		}
		if int64(len(b)) >= p.size-at {
			break
		}
		at += int64(max(len(b)-len(endstream), 1))
	}
	o.end, o.cut = p.size, true
}

// lineEnd returns how many of the last bytes are the end of a line.
func lineEnd(b []byte) int {
	switch {
	case bytes.HasSuffix(b, []byte("\r\n")):
		return 2
	case bytes.HasSuffix(b, []byte("\n")), bytes.HasSuffix(b, []byte("\r")):
		return 1
	}
	return 0
}

// unpack returns what a stream of objects holds.
func (p *pdfFile) unpack(at int64) ([]byte, pdfDict, error) {
	if p.pack != nil && p.packAt == at {
		return p.pack, p.packHas, nil
	}
	o, ok := p.next(at)
	d, isDict := o.value.(pdfDict)
	if !ok || !isDict || !o.stream {
		return nil, nil, broken("a stream of objects is damaged")
	}
	r, _, reason := p.decoded(o, d)
	if reason != "" {
		return nil, nil, &Error{Reason: reason}
	}
	b, err := io.ReadAll(io.LimitReader(metered{r, p.meter}, pdfMaxPacked))
	if len(b) == 0 && err != nil {
		return nil, nil, err
	}
	p.pack, p.packAt, p.packHas = b, at, d
	return b, d, nil
}

// resolve returns what a reference refers to, and anything else as it is. A reference to a reference is nothing.
func (p *pdfFile) resolve(value any) any {
	const deep = 4
	ref, ok := value.(pdfRef)
	if !ok {
		return value
	}
	if p.nesting++; p.nesting > deep {
		p.nesting--
		return nil
	}
	defer func() { p.nesting-- }()
	o, ok := p.lookup(ref)
	if _, again := o.value.(pdfRef); !ok || again {
		return nil
	}
	return o.value
}

// owned resolves a value, and tells which object it stands in if it is a reference's.
func (p *pdfFile) owned(value any, owner pdfOwner) (any, pdfOwner) {
	ref, ok := value.(pdfRef)
	if !ok {
		return value, owner
	}
	i := p.find(ref)
	return p.resolve(value), pdfOwner{ref: ref, plain: i >= 0 && p.index[i].packed}
}

// plainText decrypts a string, if it needs that.
func (p *pdfFile) plainText(s pdfString, owner pdfOwner) string {
	if p.crypt == nil || owner.plain {
		return string(s)
	}
	r, reason := p.crypt.decrypt(strings.NewReader(string(s)), owner.ref, p.crypt.strings)
	if reason != "" {
		return ""
	}
	b, err := io.ReadAll(r)
	if err != nil {
		return ""
	}
	return string(b)
}

// find returns the place of a reference's object in the index, or -1.
func (p *pdfFile) find(ref pdfRef) int {
	i := sort.Search(len(p.index), func(i int) bool { return p.index[i].number > ref.number }) - 1
	if !p.sorted || i < 0 || p.index[i].number != ref.number {
		return -1
	}
	return i
}

// lookup returns the object of a reference.
func (p *pdfFile) lookup(ref pdfRef) (pdfObject, bool) {
	i := p.find(ref)
	if i < 0 {
		return pdfObject{}, false
	}
	place := p.index[i]
	if !place.packed {
		const much = 16 << 10 // bytes: a palette written in digits
		b := p.peek(place.at, much)
		k := bytes.Index(b[:min(len(b), 64)], []byte("obj"))
		if k < 0 {
			return pdfObject{}, false
		}
		r := pdfReader{b: b, at: k + 3}
		return pdfObject{ref: ref, at: place.at, value: r.value()}, true
	}
	b, _, err := p.unpack(place.at)
	if err != nil || int(place.within) >= len(b) {
		return pdfObject{}, false
	}
	r := pdfReader{b: b[place.within:min(int(place.within)+pdfObjectSize, len(b))]}
	return pdfObject{ref: ref, at: place.at, value: r.value()}, true
}
