package known

import (
	"context"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Moment tells one state of the sets from every other: an epoch, and the change that made it. A Redis that lost its data
// counts the same epochs again, but names its changes by the time of day, so that no two moments are alike.
type Moment struct {
	Epoch  triage.Epoch
	Change string // as the stream of changes names it; empty: there was none
}

// lastChange begins scripts that read the moment. KEYS: epoch, changes.
const lastChange = `
local epoch = tonumber(redis.call('GET', KEYS[1]) or '0')
local last = redis.call('XREVRANGE', KEYS[2], '+', '-', 'COUNT', 1)
local change = last[1] and last[1][1] or ''
`

var askMoment = redis.NewScript(lastChange + `return {epoch, change}`)

// moment asks Redis which one it is.
func (s *Sets) moment(ctx context.Context) (Moment, error) {
	answer, err := askMoment.Run(ctx, s.rdb, []string{s.key(keyEpoch), s.key(keyChanges)}).Slice()
	if err != nil {
		return Moment{}, fault("known.moment", "", err)
	}
	return readMoment(answer), nil
}

// readMoment reads what a script answered that began with lastChange.
func readMoment(answer []any) (m Moment) {
	if len(answer) < 2 {
		return m
	}
	epoch, _ := answer[0].(int64)
	m.Epoch = triage.Epoch(epoch) //nolint:gosec // counts from 0
	m.Change, _ = answer[1].(string)
	return m
}

// remembers reports whether the sets of today came of those of that moment: its change is among those that the stream
// keeps. Otherwise Redis lost its data, or was put back, and whatever was read before may be of other sets.
func (s *Sets) remembers(ctx context.Context, then Moment) (bool, error) {
	if then.Change == "" {
		return false, nil
	}
	found, err := s.rdb.XRangeN(ctx, s.key(keyChanges), then.Change, then.Change, 1).Result()
	return len(found) > 0, fault("known.remembers", "", err)
}
