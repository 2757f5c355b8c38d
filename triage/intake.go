package triage

import (
	"bytes"
	"context"
	"crypto/sha256"
	"errors"
	"hash"
	"io"
	"time"

	"vigie/hashing"
)

// readAhead is how much of a medium is read before a decoder is free for it, in bytes: most photographs as a whole. What
// is larger is handed on while it is read, so that a worker holds no more than this of each of its media.
const readAhead = 4 << 20

// intake reads one medium, checks at its end that the bytes are those of its name, and measures both.
type intake struct {
	src    io.Reader
	names  Names
	medium MediumID
	digest hash.Hash
	now    func() time.Time
	spent  Spent
}

// newIntake returns a reader of the bytes of a medium.
func (w *Worker) newIntake(id MediumID, src io.Reader) *intake {
	return &intake{src: src, names: w.Names, medium: id, digest: sha256.New(), now: w.Now, spent: make(Spent)}
}

// Read implements io.Reader. It fails with Corrupt in place of io.EOF when the bytes are others than those of the name.
func (r *intake) Read(p []byte) (int, error) {
	start := r.now()
	n, err := r.src.Read(p)
	read := r.now()
	r.digest.Write(p[:n])
	ended := errors.Is(err, io.EOF)
	if ended && r.names.Medium(hashing.SHA256(r.digest.Sum(nil))) != r.medium {
		err = E(Corrupt, "examine", string(r.medium), "its bytes are not those of its name: restore them from a copy", nil)
	}
	r.spent[StageRead] += read.Sub(start)
	r.spent[StageDigest] += r.now().Sub(read)
	return n, err
}

// ahead reads what fits into buffer, and returns a reader of the whole.
func (r *intake) ahead(ctx context.Context, buffer []byte) (io.Reader, error) {
	n := 0
	for n < len(buffer) && ctx.Err() == nil {
		m, err := r.Read(buffer[n:])
		n += m
		if errors.Is(err, io.EOF) {
			return bytes.NewReader(buffer[:n]), nil
		}
		if err != nil {
			return nil, err
		}
	}
	return io.MultiReader(bytes.NewReader(buffer[:n]), r), ctx.Err()
}
