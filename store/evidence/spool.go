package evidence

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"io"
	"os"
	"runtime"
)

// spoolMemory is how much of one spool stays in memory, in bytes: most documents and small archives do.
const spoolMemory = 4 << 20

// errClosed is of a spool that was closed.
var errClosed = errors.New("the spool is closed")

// spool keeps the bytes of a container that lies within another, so that they can be read at any place. What does not
// fit into memory goes to a temporary file, under a key that is nowhere else: what remains on the disk of an examiner's
// machine can be read by nobody.
type spool struct {
	memory []byte
	file   *os.File // from byte spoolMemory on
	block  cipher.Block
	stream cipher.Stream // of what is written
	size   int64
	fault  *Error // of writing; it counts when the spool is read
}

// Write implements io.Writer. It never fails, so that whoever else reads along goes on.
func (s *spool) Write(p []byte) (int, error) {
	n := len(p)
	if room := spoolMemory - len(s.memory); room > 0 {
		first := min(room, n)
		s.memory = append(s.memory, p[:first]...)
		p = p[first:]
		s.size += int64(first)
	}
	if len(p) > 0 && s.fault == nil {
		s.fault = s.spill(p)
	}
	return n, nil
}

// spill writes to the file.
func (s *spool) spill(p []byte) *Error {
	if s.file == nil {
		if err := s.create(); err != nil {
			return &Error{Reason: ReasonNoRoom, Err: err}
		}
	}
	sealed := make([]byte, len(p))
	s.stream.XORKeyStream(sealed, p)
	n, err := s.file.Write(sealed)
	s.size += int64(n)
	if err != nil {
		return &Error{Reason: ReasonNoRoom, Err: err}
	}
	return nil
}

func (s *spool) create() error {
	key := make([]byte, 32)
	rand.Read(key) //nolint:errcheck // it never fails
	var err error
	if s.block, err = aes.NewCipher(key); err != nil {
		return err
	}
	s.stream = cipher.NewCTR(s.block, counter(0))
	if s.file, err = os.CreateTemp("", "vigie-spool-"); err != nil {
		return err
	}
	if runtime.GOOS != "windows" { // there, what is open cannot be removed
		return os.Remove(s.file.Name())
	}
	return nil
}

// counter is the initial block of the key stream at a block of 16 bytes.
func counter(block int64) []byte {
	iv := make([]byte, aes.BlockSize)
	binary.BigEndian.PutUint64(iv[8:], uint64(block)) //nolint:gosec // not negative
	return iv
}

// ReadAt implements io.ReaderAt.
func (s *spool) ReadAt(p []byte, offset int64) (n int, err error) {
	switch {
	case s.fault != nil:
		return 0, s.fault
	case offset < 0 || offset >= s.size:
		return 0, io.EOF
	}
	if offset < int64(len(s.memory)) {
		n = copy(p, s.memory[offset:])
	}
	if n == len(p) || s.file == nil {
		return n, shortAt(n, len(p))
	}
	rest, err := s.readFile(p[n:], offset+int64(n)-int64(len(s.memory)))
	return n + rest, err
}

func (s *spool) readFile(p []byte, offset int64) (int, error) {
	n, err := s.file.ReadAt(p, offset)
	stream := cipher.NewCTR(s.block, counter(offset/aes.BlockSize))
	var skipped [aes.BlockSize]byte
	stream.XORKeyStream(skipped[:offset%aes.BlockSize], skipped[:offset%aes.BlockSize])
	stream.XORKeyStream(p[:n], p[:n])
	return n, err
}

func shortAt(n, want int) error {
	if n < want {
		return io.EOF
	}
	return nil
}

// Close forgets the bytes.
func (s *spool) Close() error {
	s.memory, s.fault = nil, &Error{Reason: ReasonInput, Err: errClosed}
	if s.file == nil {
		return nil
	}
	err := s.file.Close()
	if runtime.GOOS == "windows" {
		err = errors.Join(err, os.Remove(s.file.Name()))
	}
	s.file = nil
	return err
}
