package journal

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"os"
	"time"

	"vigie/triage"
)

// FileWitness keeps checkpoints in a file outside the service: on another machine's share, or on a medium that is written
// once. Each is appended; what is there is never changed. A checkpoint that a crash left half-written is marked as such.
type FileWitness struct{ Path string }

var (
	_ Witness = FileWitness{}
	_ Witness = HTTPWitness{}
)

// Keep implements Witness.
func (w FileWitness) Keep(_ context.Context, checkpoint []byte) error {
	failed := func(err error) error {
		return triage.E(triage.Unavailable, "keep a checkpoint", "", "the witness's file cannot be written: check VIGIE_WITNESS, its disk and its rights", err)
	}
	file, err := os.OpenFile(w.Path, os.O_RDWR|os.O_APPEND|os.O_CREATE, 0o644) // no secret: auditors read it
	if err != nil {
		return failed(err)
	}
	defer file.Close()
	info, err := file.Stat()
	if err != nil {
		return failed(err)
	}
	end := make([]byte, min(info.Size(), maxCheckpoint))
	if _, err := file.ReadAt(end, info.Size()-int64(len(end))); err != nil && len(end) > 0 {
		return failed(err)
	}
	switch {
	case bytes.HasSuffix(end, checkpoint):
		return nil // handed twice
	case len(end) > 0 && !wholeEnd.Match(end):
		checkpoint = append([]byte("\n"+tornMark), checkpoint...)
	}
	if _, err := file.Write(checkpoint); err != nil {
		return failed(err)
	}
	if err := file.Sync(); err != nil {
		return failed(err)
	}
	return nil
}

const (
	witnessTries   = 3
	witnessTimeout = 10 * time.Second       // of one try
	witnessBackoff = 200 * time.Millisecond // before the second try; doubled before the next
)

// HTTPWitness hands checkpoints to an endpoint that answers 2xx once it keeps them: POST, text/plain, the signed note.
type HTTPWitness struct {
	URL    string
	Client *http.Client // nil: http.DefaultClient
}

// Keep implements Witness.
func (w HTTPWitness) Keep(ctx context.Context, checkpoint []byte) error {
	var err error
	for try := range witnessTries {
		if try > 0 {
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-time.After(witnessBackoff << (try - 1)):
			}
		}
		if err = w.post(ctx, checkpoint); err == nil {
			return nil
		}
	}
	return triage.E(triage.Unavailable, "hand a checkpoint to the witness", "", "the witness does not take the checkpoint: check VIGIE_WITNESS and the witness", err)
}

func (w HTTPWitness) post(ctx context.Context, checkpoint []byte) error {
	ctx, cancel := context.WithTimeout(ctx, witnessTimeout)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, w.URL, bytes.NewReader(checkpoint))
	if err != nil {
		return err
	}
	request.Header.Set("Content-Type", "text/plain; charset=utf-8")
	client := w.Client
	if client == nil {
		client = http.DefaultClient
	}
	answer, err := client.Do(request)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(answer.Body, maxCheckpoint)) // so that the connection serves again
	if answer.StatusCode/100 != 2 {
		return fmt.Errorf("it answered %s", answer.Status)
	}
	return nil
}
