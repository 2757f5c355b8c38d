package journal

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"
	"golang.org/x/mod/sumdb/tlog"

	"vigie/triage"
)

// KeyName is the name under which the service signs checkpoints, and their first line.
const KeyName = "vigie-journal"

// maxCheckpoint bounds what is read as one checkpoint, in bytes.
const maxCheckpoint = 4 << 10

// Checkpoint says what the journal held when it was signed.
type Checkpoint struct {
	Size     uint64    // events
	Root     tlog.Hash // of the tree over them
	Block    uint64    // number of the last block
	Hash     string    // SHA-256 of its stored bytes, in hex
	Segments uint64    // how many were sealed
	Previous uint64    // size of the checkpoint before; 0: none
	Time     time.Time // UTC, by the service's clock, to the second
	Note     []byte    // the signed note that says so
}

// Signer signs checkpoints.
type Signer struct {
	note.Verifier
	private ed25519.PrivateKey
	public  string
}

// NewSigner returns the signer of a 32-byte Ed25519 seed.
func NewSigner(seed [32]byte) (*Signer, error) {
	private := ed25519.NewKeyFromSeed(seed[:])
	public, err := note.NewEd25519VerifierKey(KeyName, private.Public().(ed25519.PublicKey))
	if err != nil {
		return nil, err
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		return nil, err
	}
	return &Signer{verifier, private, public}, nil
}

// PublicKey returns what others need to verify, in the encoding of golang.org/x/mod/sumdb/note.
func (s *Signer) PublicKey() string { return s.public }

// Sign implements note.Signer.
func (s *Signer) Sign(message []byte) ([]byte, error) { return ed25519.Sign(s.private, message), nil }

// text is what is signed: the first three lines are those of a C2SP tlog-checkpoint.
func (c *Checkpoint) text() string {
	return fmt.Sprintf("%s\n%d\n%s\nblock %d %s\nsegments %d\nprevious %d\ntime %s\n",
		KeyName, c.Size, c.Root, c.Block, c.Hash, c.Segments, c.Previous, c.Time.UTC().Format(time.RFC3339))
}

func (c *Checkpoint) sign(s note.Signer) (err error) {
	c.Note, err = note.Sign(&note.Note{Text: c.text()}, s)
	return err
}

var errCheckpoint = errors.New("it is not a checkpoint of a journal")

// ParseCheckpoint reads a signed checkpoint, strictly.
func ParseCheckpoint(signed []byte, verifier note.Verifier) (*Checkpoint, error) {
	if len(signed) > maxCheckpoint {
		return nil, errCheckpoint
	}
	opened, err := note.Open(signed, note.VerifierList(verifier))
	if err != nil {
		return nil, err
	}
	c := &Checkpoint{Note: bytes.Clone(signed)}
	lines := strings.Split(opened.Text, "\n")
	if len(lines) != 8 {
		return nil, errCheckpoint
	}
	_, err = fmt.Sscanf(lines[1]+"\n"+strings.Join(lines[3:6], "\n"), "%d\nblock %d %64s\nsegments %d\nprevious %d",
		&c.Size, &c.Block, &c.Hash, &c.Segments, &c.Previous)
	if err == nil {
		c.Root, err = tlog.ParseHash(lines[2])
	}
	if err == nil {
		c.Time, err = time.Parse("time "+time.RFC3339, lines[6])
	}
	if err != nil || c.text() != opened.Text || c.Size > 1<<53 {
		return nil, errCheckpoint
	}
	return c, nil
}

// checkpoint reads the checkpoint of a size; NotFound when there is none.
func (r reader) checkpoint(ctx context.Context, op string, size uint64, verifier note.Verifier) (*Checkpoint, error) {
	key := numbered(checkpointPrefix, size)
	raw, err := r.load(ctx, op, key, maxCheckpoint)
	if err != nil {
		return nil, err
	}
	c, err := ParseCheckpoint(raw, verifier)
	if err == nil && c.Size != size {
		err = fmt.Errorf("it is the one of size %d: objects were swapped", c.Size)
	}
	if err != nil {
		return nil, broken(op, key, err)
	}
	return c, nil
}

// newestCheckpoint reads it; NotFound when there is none.
func (r reader) newestCheckpoint(ctx context.Context, op string, verifier note.Verifier) (*Checkpoint, error) {
	size, found, err := r.newest(ctx, checkpointPrefix)
	if err != nil {
		return nil, err
	}
	if !found {
		return nil, triage.E(triage.NotFound, op, checkpointPrefix, "no checkpoint was written yet: the service writes one a minute after something happened", nil)
	}
	return r.checkpoint(ctx, op, size, verifier)
}
