package wire

import (
	"encoding/binary"
	"errors"
	"io"
	"iter"

	"vigie/hashing"
	"vigie/triage"
)

// frameHeader is what stands before the bytes of a medium in a batch: its SHA-256, and how many bytes there are (big-endian).
const frameHeader = len(hashing.SHA256{}) + 4

// BatchOverhead is how many bytes a batch of triage.MaxBatchMedia takes beside those of its media.
const BatchOverhead = triage.MaxBatchMedia * frameHeader

// AppendFrame appends a medium to a batch: a sequence of frames, each a header and the bytes of one medium.
func AppendFrame(batch []byte, digest hashing.SHA256, content []byte) []byte {
	batch = append(batch, digest[:]...)
	batch = binary.BigEndian.AppendUint32(batch, uint32(len(content))) //nolint:gosec // at most triage.MaxBatchMedium
	return append(batch, content...)
}

// Frames reads a batch that is within triage's limits. An error is the last thing it yields: Invalid for what is no batch,
// TooLarge, or that of r.
func Frames(r io.Reader) iter.Seq2[triage.SmallMedium, error] {
	const op = "read batch"
	return func(yield func(triage.SmallMedium, error) bool) {
		for n, total := 0, 0; ; n++ {
			var header [frameHeader]byte
			_, err := io.ReadFull(r, header[:])
			if errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
				return
			}
			size := int(binary.BigEndian.Uint32(header[len(hashing.SHA256{}):]))
			total += size
			switch {
			case err != nil:
			case n >= triage.MaxBatchMedia || size > triage.MaxBatchMedium || total > triage.MaxBatchBytes:
				err = triage.E(triage.TooLarge, op, "", "a batch holds small media only, and not too many: send fewer, and larger ones each by itself", nil)
			}
			m := triage.SmallMedium{Want: hashing.SHA256(header[:len(hashing.SHA256{})])}
			if err == nil {
				m.Content = make([]byte, size)
				_, err = io.ReadFull(r, m.Content)
			}
			if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
				err = triage.E(triage.Invalid, op, "", "the batch ends within a medium", err)
			}
			if !yield(m, err) || err != nil {
				return
			}
		}
	}
}

// BatchAnswer tells what became of a batch's media, in their order: their hashes are not said again.
type BatchAnswer struct {
	Media []BatchResult `json:"media"`
}

// BatchResult is what became of one medium.
type BatchResult struct {
	Problem *Problem `json:"problem,omitempty"` // why it was not taken; none: it is held
}

// NewBatchAnswer answers with what is nil of each medium that is held, and says of others why not.
func NewBatchAnswer(refused []error) BatchAnswer {
	a := BatchAnswer{Media: make([]BatchResult, len(refused))}
	for i, err := range refused {
		if err != nil {
			p := NewProblem(err)
			a.Media[i].Problem = &p
		}
	}
	return a
}
