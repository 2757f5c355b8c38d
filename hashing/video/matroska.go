package video

import (
	"bufio"
	"encoding/binary"
	"errors"
	"fmt"
	"image"
	"io"
	"time"
)

// ffmpeg hands frames over as a Matroska stream of raw grey pictures, for the sake of their times (RFC 9559, section 5; EBML: RFC 8794,
// sections 4 to 6). It decodes hostile films, so that its output is hostile too: no number in it is believed.

// errStream says that the stream of frames is none.
var errStream = errors.New("video: not a stream of frames")

// The elements that are looked into, or at. All others are skipped.
const (
	idSegment    = 0x18538067
	idCluster    = 0x1f43b675
	idTracks     = 0x1654ae6b
	idTrack      = 0xae
	idPicture    = 0xe0
	idWidth      = 0xb0
	idHeight     = 0xba
	idTime       = 0xe7 // of a cluster, in milliseconds: ffmpeg's TimestampScale is always that
	idBlock      = 0xa3
	idBlockGroup = 0xa0
	idInGroup    = 0xa1
)

const (
	blockHeader = 4       // a number of the track, of one byte, the time within the cluster and flags
	maxSkipped  = 1 << 20 // bytes of an element that is skipped
	maxOutput   = 4 << 30 // bytes of all frames of one run
)

// shot is one frame: its time and its pixels.
type shot struct {
	at    time.Duration
	image *image.Gray
}

// readFrames calls see with each frame of a stream. The image is see's until it returns.
func readFrames(r io.Reader, see func(shot) error) error {
	s := stream{Reader: bufio.NewReaderSize(r, 1<<16), see: see}
	for {
		err := s.element()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if errors.Is(err, io.ErrUnexpectedEOF) {
			return nil // the program was ended: what came before stands
		}
		if err != nil {
			return err
		}
	}
}

type stream struct {
	*bufio.Reader
	see           func(shot) error
	width, height int
	cluster       int64 // milliseconds
	image         *image.Gray
}

// element reads one element. io.EOF means that there is none.
func (s *stream) element() error {
	id, _, err := s.number(false)
	if err != nil {
		return err
	}
	size, unknown, err := s.number(true)
	if err != nil {
		return io.ErrUnexpectedEOF
	}
	switch id {
	case idSegment, idCluster, idTracks, idTrack, idPicture, idBlockGroup:
		return nil // what is in it comes next
	}
	if unknown {
		return fmt.Errorf("%w: an element without end", errStream)
	}
	switch id {
	case idWidth, idHeight, idTime:
		return s.value(id, size)
	case idBlock, idInGroup:
		return s.block(size)
	}
	if size > maxSkipped {
		return fmt.Errorf("%w: an element of %d bytes", errStream, size)
	}
	_, err = s.Discard(int(size)) //nolint:gosec // bounded above
	return asCut(err)
}

// number reads a number of variable length: an identifier with its marker, or a size without, which may be unknown.
func (s *stream) number(size bool) (n uint64, unknown bool, err error) {
	first, err := s.ReadByte()
	if err != nil {
		return 0, false, err
	}
	length := 1
	for mask := byte(0x80); first&mask == 0; mask >>= 1 {
		if length++; length > 8 {
			return 0, false, fmt.Errorf("%w: a number of more than 8 bytes", errStream)
		}
	}
	n = uint64(first)
	if size {
		n &= 0xff >> length
	}
	for range length - 1 {
		b, err := s.ReadByte()
		if err != nil {
			return 0, false, asCut(err)
		}
		n = n<<8 | uint64(b)
	}
	return n, size && n == 1<<(7*length)-1, nil
}

// value reads a whole number of 1 to 8 bytes.
func (s *stream) value(id, size uint64) error {
	var b [8]byte
	if size == 0 || size > 8 {
		return fmt.Errorf("%w: a number of %d bytes", errStream, size)
	}
	if _, err := io.ReadFull(s, b[8-size:]); err != nil {
		return asCut(err)
	}
	n := binary.BigEndian.Uint64(b[:])
	if id == idTime {
		if n > uint64(maxTime.Milliseconds()) { //nolint:gosec // positive
			return fmt.Errorf("%w: a time of %d ms", errStream, n)
		}
		s.cluster = int64(n) //nolint:gosec // bounded above
		return nil
	}
	if n == 0 || n > side {
		return fmt.Errorf("%w: a side of %d pixels", errStream, n)
	}
	if id == idWidth {
		s.width = int(n) //nolint:gosec // bounded above
	} else {
		s.height = int(n) //nolint:gosec // bounded above
	}
	return nil
}

// block reads a frame.
func (s *stream) block(size uint64) error {
	if s.width == 0 || s.height == 0 || size != uint64(blockHeader+s.width*s.height) { //nolint:gosec // small
		return fmt.Errorf("%w: a frame of %d bytes for %d × %d pixels", errStream, size, s.width, s.height)
	}
	var header [blockHeader]byte
	if _, err := io.ReadFull(s, header[:]); err != nil {
		return asCut(err)
	}
	if s.image == nil || s.image.Rect.Dx() != s.width || s.image.Rect.Dy() != s.height {
		s.image = image.NewGray(image.Rect(0, 0, s.width, s.height))
	}
	if _, err := io.ReadFull(s, s.image.Pix); err != nil {
		return asCut(err)
	}
	ms := s.cluster + int64(int16(binary.BigEndian.Uint16(header[1:]))) //nolint:gosec // as the format has it
	return s.see(shot{max(0, time.Duration(ms)*time.Millisecond), s.image})
}

func asCut(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}
