package views

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Shown implements triage.ShownStore: a hash for each account and day (UTC) on which grants ended, the grant to what was shown under it,
// sealed. It goes by itself.
type Shown struct{ db }

// storedShowing is a showing as kept.
type storedShowing struct {
	Sight    string  `json:"k,omitempty"`
	Step     string  `json:"s,omitempty"`
	Until    int64   `json:"u"` // Unix, ms
	Pictures uint32  `json:"p,omitempty"`
	Names    int     `json:"n,omitempty"`
	Marks    []int64 `json:"m"` // twice the time (Unix, ms), and one when it was on: the first, and then by how much each is later
}

// replaceShown keeps a showing in the place of what was there. ARGV: the grant, what was there, or nothing, what is kept, how much longer
// the day is kept (ms).
var replaceShown = script(`
if (call('HGET', KEYS[1], ARGV[2]) or '') ~= ARGV[3] then return 0 end
call('HSET', KEYS[1], ARGV[2], ARGV[4])
call('PEXPIRE', KEYS[1], ARGV[5])
return 1`)

const shownDay = 24 * time.Hour

// day is the key of what an account was shown under grants that ended on a day, with the account's others in one slot.
func (s Shown) day(account string, until time.Time) string {
	return s.key(keyShown, account, ":", strconv.FormatInt(until.UnixMilli()/shownDay.Milliseconds(), 10))
}

// KeepShown implements triage.ShownStore.
func (s Shown) KeepShown(ctx context.Context, account string, more triage.Showing) error {
	const op = "views.KeepShown"
	if s.now().Sub(more.Until) > triage.ShownKept {
		return nil
	}
	key := s.day(account, more.Until)
	ends := more.Until.UTC().Truncate(shownDay).Add(shownDay + triage.ShownKept)
	for ctx.Err() == nil {
		was, err := s.rdb.HGet(ctx, key, more.Grant).Result()
		if err != nil && err != redis.Nil {
			return fault(op, account, err)
		}
		all := more.Join(triage.Showing{})
		if was != "" {
			kept, err := s.decode(account, key, more.Grant, was)
			if err != nil {
				return err
			}
			all = kept.Join(more)
		}
		doc, err := s.sealJSON(op, key+"/"+more.Grant, encodeShowing(all))
		if err != nil || doc == was {
			return err
		}
		if n, err := s.run(ctx, replaceShown, key, more.Grant, was, doc, ends.Sub(s.now()).Milliseconds()).Int(); err != nil || n == 1 {
			return fault(op, account, err)
		}
	}
	return ctx.Err()
}

func encodeShowing(s triage.Showing) storedShowing {
	doc := storedShowing{Sight: string(s.Sight), Step: string(s.Step), Until: s.Until.UnixMilli(), Pictures: s.Pictures, Names: s.Names}
	before := int64(0)
	for _, m := range s.Marks {
		at := 2 * m.At.UnixMilli()
		if m.On {
			at++
		}
		doc.Marks, before = append(doc.Marks, at-before), at
	}
	return doc
}

func (s Shown) decode(account, key, grant, sealed string) (triage.Showing, error) {
	var doc storedShowing
	if err := s.openJSON("views.Shown", account, key+"/"+grant, sealed, &doc); err != nil {
		return triage.Showing{}, err
	}
	showing := triage.Showing{
		Grant: grant, Sight: triage.Sight(doc.Sight), Step: triage.RevealStep(doc.Step), Until: time.UnixMilli(doc.Until).UTC(),
		Pictures: doc.Pictures, Names: doc.Names,
	}
	at := int64(0)
	for _, later := range doc.Marks {
		at += later
		showing.Marks = append(showing.Marks, triage.ShowingMark{At: time.UnixMilli(at >> 1).UTC(), On: at&1 == 1})
	}
	return showing, nil
}

// Shown implements triage.ShownStore.
func (s Shown) Shown(ctx context.Context, account string, since time.Time) ([]triage.Showing, error) {
	const op = "views.Shown"
	if oldest := s.now().Add(-triage.ShownKept); since.Before(oldest) {
		since = oldest
	}
	var keys []string
	pipe := s.rdb.Pipeline()
	var days []*redis.MapStringStringCmd
	for at, last := since.UTC().Truncate(shownDay), s.now().Add(triage.GrantLife); !at.After(last); at = at.Add(shownDay) {
		keys = append(keys, s.day(account, at))
		days = append(days, pipe.HGetAll(ctx, keys[len(keys)-1]))
	}
	if len(days) == 0 {
		return nil, nil
	}
	if _, err := pipe.Exec(ctx); err != nil {
		return nil, fault(op, account, err)
	}
	var list []triage.Showing
	for i, answer := range days {
		for grant, sealed := range answer.Val() {
			showing, err := s.decode(account, keys[i], grant, sealed)
			if err != nil {
				return nil, err
			}
			if !showing.Until.Before(since) {
				list = append(list, showing)
			}
		}
	}
	return list, nil
}
