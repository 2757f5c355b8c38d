package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/triage"
)

// A destruction replaces keyrings, and so does a rotation of the service key: at the same time, one would bring back what
// the other destroyed. Whoever does either holds the keyrings by a numbered record in the object store, which both can
// reach: the n-th holder is who wrote the n-th record, once the one before is over.
const (
	holdPrefix = Records + "/holds/keys/"
	// holdLife is how long a holder counts as alive without a sign of life; one that could not give any for
	// holdGiveUp stops, so that its last write is long done when the next one begins.
	holdLife   = 60 * time.Second
	holdRenew  = 10 * time.Second
	holdGiveUp = 30 * time.Second
	maxHold    = 1 << 10 // bytes
)

func holdKey(number int) string { return fmt.Sprintf("%s%012d", holdPrefix, number) }

// storedHold is who holds the keyrings. It says nothing that needs sealing.
type storedHold struct {
	Until time.Time `json:"until"` // zero: given back
}

// HoldKeys calls do while no other process replaces keyrings of raw. Conflict means that another one does at present. The
// clocks of all processes agree within holdGiveUp.
func HoldKeys(ctx context.Context, raw Store, now func() time.Time, do func(ctx context.Context) error) error {
	number, err := takeHold(ctx, raw, now)
	if err != nil {
		return err
	}
	held, stop := context.WithCancel(ctx)
	renewed := make(chan struct{})
	go func() { // ends with held
		defer close(renewed)
		defer stop()
		last := now()
		for wait(held, holdRenew) {
			if writeHold(held, raw, number, now().Add(holdLife)) == nil {
				last = now()
			} else if now().Sub(last) > holdGiveUp {
				return
			}
		}
	}()
	err = do(held)
	if held.Err() != nil && ctx.Err() == nil {
		err = errors.Join(err, triage.E(triage.Unavailable, "hold the keyrings", "", "the object store does not answer: it goes on when it does", nil))
	}
	stop()
	<-renewed
	return errors.Join(err, writeHold(context.WithoutCancel(ctx), raw, number, time.Time{}))
}

// takeHold writes the next record, if nobody holds the keyrings.
func takeHold(ctx context.Context, raw Store, now func() time.Time) (int, error) {
	number := 0
	var old []string
	for info, err := range raw.List(ctx, holdPrefix, "") {
		if err != nil {
			return 0, err
		}
		if _, err := fmt.Sscanf(info.Key, holdPrefix+"%d", &number); err != nil {
			return 0, triage.E(triage.Corrupt, "objects.takeHold", info.Key, "not a record of ours: remove it", err)
		}
		old = append(old, info.Key)
	}
	busy := triage.E(triage.Conflict, "hold the keyrings", "", "keys are being destroyed or rotated: try again when that is done", nil)
	if number > 0 {
		body, err := readAll(ctx, raw, holdKey(number), maxHold)
		if err != nil {
			return 0, err
		}
		var hold storedHold
		if err := json.Unmarshal(body, &hold); err != nil {
			return 0, triage.E(triage.Corrupt, "objects.takeHold", holdKey(number), "the record is damaged: remove it", err)
		}
		if now().Before(hold.Until) {
			return 0, busy
		}
	}
	number++
	body, err := json.Marshal(storedHold{now().Add(holdLife).UTC()})
	if err != nil {
		return 0, triage.E(triage.Internal, "objects.takeHold", "", "", err)
	}
	err = raw.Put(ctx, holdKey(number), bytes.NewReader(body), int64(len(body)))
	if triage.IsKind(err, triage.Exists) {
		return 0, busy
	}
	if err != nil {
		return 0, err
	}
	for _, key := range old { // only the last one counts
		if err := raw.Delete(ctx, key); err != nil {
			return 0, err
		}
	}
	return number, nil
}

func writeHold(ctx context.Context, raw Store, number int, until time.Time) error {
	return replaceJSON(ctx, raw, holdKey(number), storedHold{until.UTC()})
}

// wait waits for d and reports whether ctx is still live.
func wait(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}
