package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"

	"vigie/hashing/pdq"
	"vigie/triage"
)

// maxJoins bounds a record of groups, in bytes: one join takes about 180.
const maxJoins = 8 << 20

func joinsKey(number uint64) string { return fmt.Sprintf("%s/groups/%012d", Records, number) }

// storedJoin is a join as kept.
type storedJoin struct {
	Medium string    `json:"m"`
	Group  string    `json:"g,omitempty"` // absent: the medium founded it
	PDQ    *pdq.Hash `json:"p,omitempty"` // of a founder that others can be near to
}

// PutJoins implements triage.GroupArchive.
func (a *Archive) PutJoins(ctx context.Context, number uint64, joins []triage.Join) error {
	stored := make([]storedJoin, len(joins))
	for i, j := range joins {
		stored[i] = storedJoin{Medium: string(j.Medium), Group: string(j.Group)}
		if j.Born != nil {
			stored[i].Group, stored[i].PDQ = "", j.Born.PDQ
		}
	}
	body, err := json.Marshal(stored)
	if err != nil {
		return triage.E(triage.Internal, "objects.PutJoins", joinsKey(number), "", err)
	}
	return a.store.Put(ctx, joinsKey(number), bytes.NewReader(body), int64(len(body)))
}

// Joins implements triage.GroupArchive.
func (a *Archive) Joins(ctx context.Context, number uint64) ([]triage.Join, error) {
	body, err := readAll(ctx, a.store, joinsKey(number), maxJoins)
	if err != nil {
		return nil, err
	}
	joins, err := decodeJoins(body)
	if err != nil {
		return nil, triage.E(triage.Corrupt, "objects.Joins", joinsKey(number), "the record is damaged: restore it", err)
	}
	return joins, nil
}

func decodeJoins(body []byte) ([]triage.Join, error) {
	var stored []storedJoin
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, err
	}
	joins := make([]triage.Join, len(stored))
	for i, s := range stored {
		joins[i] = triage.Join{Medium: triage.MediumID(s.Medium), Group: triage.GroupID(s.Group)}
		if s.Group == "" {
			joins[i].Group = triage.GroupID(s.Medium)
			joins[i].Born = &triage.Founder{Group: joins[i].Group, PDQ: s.PDQ}
		}
	}
	return joins, nil
}
