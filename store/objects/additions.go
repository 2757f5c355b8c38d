package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"time"

	"vigie/triage"
)

// additionKey lies beside the files of sets, whose names are numbers.
func additionKey(id triage.AdditionID) string {
	return fmt.Sprintf("%sadditions/%010d/%010d", setPrefix, id.Set, id.Number)
}

// storedAddition is an addition as kept.
type storedAddition struct {
	Name    string        `json:"name"`
	At      time.Time     `json:"at"`
	Entries []storedEntry `json:"entries"`
}

// maxAddition bounds what is read back of an addition, in bytes: all of its entries have a category and five hashes, or its films all
// the frames that they may.
const maxAddition = triage.MaxAddition<<12 + triage.MaxAdditionFrames<<7

// PutAddition implements triage.AdditionArchive.
func (a *Archive) PutAddition(ctx context.Context, add triage.Addition) error {
	key := additionKey(add.AdditionID)
	stored := storedAddition{Name: add.Name, At: add.At}
	for _, e := range add.Entries {
		stored.Entries = append(stored.Entries, storedEntry(e))
	}
	body, err := json.Marshal(stored)
	if err != nil {
		return triage.E(triage.Internal, "objects.PutAddition", key, "", err)
	}
	return a.store.Put(ctx, key, bytes.NewReader(body), int64(len(body)))
}

// Addition implements triage.AdditionArchive.
func (a *Archive) Addition(ctx context.Context, id triage.AdditionID) (triage.Addition, error) {
	key := additionKey(id)
	body, err := readAll(ctx, a.store, key, maxAddition)
	if err != nil {
		return triage.Addition{}, err
	}
	var stored storedAddition
	if err := json.Unmarshal(body, &stored); err != nil {
		return triage.Addition{}, triage.E(triage.Corrupt, "objects.Addition", key, "the record is damaged: restore it", err)
	}
	add := triage.Addition{AdditionID: id, Name: stored.Name, At: stored.At}
	for _, e := range stored.Entries {
		add.Entries = append(add.Entries, triage.RawEntry(e))
	}
	return add, nil
}
