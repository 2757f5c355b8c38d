package objects

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/pdq"
	"vigie/triage"
)

const (
	// maxJoins bounds a record of groups, in bytes: one join takes about 300.
	maxJoins = 8 << 20
	// foundersAtOnce is how many founders' keys are looked for at the same time.
	foundersAtOnce = 16

	founderPurpose = "founder"
)

func joinsKey(number uint64) string { return fmt.Sprintf("%s/groups/%012d", Records, number) }

// storedJoin is a join as kept.
type storedJoin struct {
	Medium string `json:"m"`
	Group  string `json:"g,omitempty"` // absent: the medium founded it, or has another hash since
	Heir   bool   `json:"h,omitempty"` // the medium stands for the group since its founder left
	Left   bool   `json:"l,omitempty"` // the medium leaves the group
	PDQ    []byte `json:"p,omitempty"` // the hashes of a founder that others can be near to, as sealOf seals them
}

// PutJoins implements triage.GroupArchive. The hash of a medium that was destroyed meanwhile is left out.
func (a *Archive) PutJoins(ctx context.Context, number uint64, joins []triage.Join) error {
	stored := make([]storedJoin, len(joins))
	g, sealing := errgroup.WithContext(ctx)
	g.SetLimit(foundersAtOnce)
	for i, j := range joins {
		stored[i] = storedJoin{Medium: string(j.Medium), Group: string(j.Group), Left: j.Left}
		if j.Born == nil {
			continue
		}
		stored[i].Heir = j.Group != triage.GroupID(j.Medium)
		if !stored[i].Heir {
			stored[i].Group = ""
		}
		if j.Born.PDQ != nil {
			g.Go(func() (err error) {
				stored[i].PDQ, err = a.sealOf(sealing, j.Medium, founderPurpose, pdq.Pack(j.Born.Codes()))
				if triage.IsKind(err, triage.NotFound) {
					return nil
				}
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return err
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
	var stored []storedJoin
	if err := json.Unmarshal(body, &stored); err != nil {
		return nil, damagedJoins(number, err)
	}
	joins := make([]triage.Join, len(stored))
	for i, s := range stored {
		if joins[i], err = a.openJoin(ctx, s); err != nil {
			return nil, err
		}
	}
	return joins, nil
}

// openJoin reads a join. That of a founder that was destroyed is a birth without its medium: the group may live on.
func (a *Archive) openJoin(ctx context.Context, s storedJoin) (triage.Join, error) {
	j := triage.Join{Medium: triage.MediumID(s.Medium), Group: triage.GroupID(s.Group), Left: s.Left}
	if s.Group == "" {
		j.Group = triage.GroupID(s.Medium)
	}
	if s.Group != "" && !s.Heir {
		return j, nil
	}
	j.Born = &triage.Founder{Group: j.Group, Medium: j.Medium}
	if len(s.PDQ) == 0 {
		return j, nil
	}
	packed, err := a.openOf(ctx, j.Medium, founderPurpose, s.PDQ)
	if errors.Is(err, triage.ErrDestroyed) {
		j.Medium = ""
		return j, nil
	}
	codes, whole := pdq.Unpack(packed)
	if err == nil && !whole {
		err = triage.E(triage.Corrupt, "objects.openJoin", string(j.Medium), "the record is damaged: restore it", nil)
	}
	if err != nil {
		return j, err
	}
	j.Born.SetCodes(codes)
	return j, nil
}

func damagedJoins(number uint64, err error) error {
	return triage.E(triage.Corrupt, "objects.Joins", joinsKey(number), "the record is damaged: restore it", err)
}
