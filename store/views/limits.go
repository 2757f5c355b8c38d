package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"vigie/triage"
)

// Limits implements triage.LimitsStore: one hash an account, the number of an event to the limits that it set, sealed.
type Limits struct{ db }

// storedLimits are limits as kept.
type storedLimits struct {
	At      time.Time `json:"t"`
	First   string    `json:"f,omitempty"`
	Highest string    `json:"h,omitempty"`
	Grey    bool      `json:"g,omitempty"`
	NoJumps bool      `json:"j,omitempty"`
	NoTiles bool      `json:"l,omitempty"`
	NoNames bool      `json:"n,omitempty"`
	Break   int       `json:"b,omitempty"` // minutes
}

func (s Limits) place(account, event string) string { return s.key(keyLimits, account, "/", event) }

// SaveLimits implements triage.LimitsStore.
func (s Limits) SaveLimits(ctx context.Context, account string, l triage.KeptLimits) error {
	const op = "views.SaveLimits"
	event := strconv.FormatUint(l.Event, 10)
	stored := storedLimits{l.At, string(l.First), string(l.Highest), l.Grey, l.NoJumps, l.NoTiles, l.NoNames, l.BreakAfter}
	doc, err := s.sealJSON(op, s.place(account, event), stored)
	if err != nil {
		return err
	}
	return fault(op, account, s.rdb.HSet(ctx, s.key(keyLimits, account), event, doc).Err())
}

// Limits implements triage.LimitsStore.
func (s Limits) Limits(ctx context.Context, account string) ([]triage.KeptLimits, error) {
	const op = "views.Limits"
	all, err := s.rdb.HGetAll(ctx, s.key(keyLimits, account)).Result()
	if err != nil {
		return nil, fault(op, account, err)
	}
	kept := make([]triage.KeptLimits, 0, len(all))
	for event, sealed := range all {
		var doc storedLimits
		if err := s.openJSON(op, account, s.place(account, event), sealed, &doc); err != nil {
			return nil, err
		}
		n, _ := strconv.ParseUint(event, 10, 64) // its place opened: it is what was written
		kept = append(kept, triage.KeptLimits{Event: n, At: doc.At, RevealLimits: triage.RevealLimits{
			First: triage.RevealStep(doc.First), Highest: triage.RevealStep(doc.Highest), Grey: doc.Grey,
			NoJumps: doc.NoJumps, NoTiles: doc.NoTiles, NoNames: doc.NoNames, BreakAfter: doc.Break,
		}})
	}
	slices.SortFunc(kept, func(a, b triage.KeptLimits) int { return cmp.Compare(a.Event, b.Event) })
	return kept, nil
}
