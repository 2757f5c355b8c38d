package container

import (
	"io"
	"slices"
)

// oleView is a stream, or what of it is of interest.
type oleView interface {
	io.Reader
	skip(n int64) error
	// clone returns another view that goes on from here by itself.
	clone() oleView
}

func (s *oleStream) clone() oleView {
	c := *s
	return &c
}

// skip reads nothing: the chain is followed when it is needed.
func (s *oleStream) skip(n int64) error {
	if n < 0 || n > s.left {
		return broken("a stream is cut off")
	}
	s.left -= n
	s.within += n
	return nil
}

// sheetDrawings gives what the records MSODRAWINGGROUP and those that continue them hold of a workbook ([MS-XLS]): a
// picture of more than 8 KiB lies in several.
type sheetDrawings struct {
	in      *oleStream
	buffer  []byte // what was read of in
	left    int    // bytes of the record
	drawing bool
	err     error
}

func (s *sheetDrawings) clone() oleView {
	c := *s
	in := *s.in
	c.in, c.buffer = &in, slices.Clone(s.buffer)
	return &c
}

func (s *sheetDrawings) skip(n int64) error {
	if m, _ := io.CopyN(io.Discard, s, n); m < n {
		return broken("a stream is cut off")
	}
	return nil
}

// Read implements io.Reader.
func (s *sheetDrawings) Read(p []byte) (int, error) {
	const head = 4
	for s.left == 0 || !s.drawing {
		if err := s.fill(head); err != nil {
			return 0, err
		}
		if s.left > 0 { // of something else
			n := min(s.left, len(s.buffer))
			s.left, s.buffer = s.left-n, s.buffer[n:]
			continue
		}
		if len(s.buffer) < head {
			return 0, io.EOF
		}
		s.begin(le16(s.buffer), int(le16(s.buffer[2:])))
		s.buffer = s.buffer[head:]
	}
	if err := s.fill(1); err != nil {
		return 0, err
	}
	n := copy(p, s.buffer[:min(s.left, len(s.buffer))])
	s.left, s.buffer = s.left-n, s.buffer[n:]
	return n, nil
}

func (s *sheetDrawings) begin(sort uint16, length int) {
	const drawingGroup, continued = 0xeb, 0x3c
	s.drawing = sort == drawingGroup || s.drawing && sort == continued
	s.left = length
}

// fill reads on until there are want bytes, or as many as there are. It fails when there is none.
func (s *sheetDrawings) fill(want int) error {
	for len(s.buffer) < want && s.err == nil {
		b := make([]byte, len(s.buffer)+8<<10)
		have := copy(b, s.buffer)
		var n int
		n, s.err = s.in.Read(b[have:])
		s.buffer = b[:have+n]
	}
	if len(s.buffer) == 0 {
		return s.err
	}
	return nil
}
