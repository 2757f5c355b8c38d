package views

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// CaseOutcomes implements triage.CaseOutcomeStore: who worked on a case, sealed; each outcome by its event, sealed; and for each account
// the events that it is told of, with when it took note, sealed.
type CaseOutcomes struct{ db }

// storedOutcome is an outcome as kept.
type storedOutcome struct {
	Case   string               `json:"c"`
	Number string               `json:"n"`
	What   []triage.OutcomeCode `json:"w"`
	Note   string               `json:"x,omitempty"`
	By     string               `json:"b"`
	At     time.Time            `json:"t"`
}

// tellOutcome has an account be told of an outcome, unless it is. readOutcome keeps when it took note in the place of what was kept. ARGV:
// the event, what is kept, and what was.
var (
	tellOutcome = script(`return call('HSETNX', KEYS[1], ARGV[2], ARGV[3])`)
	readOutcome = script(`
if call('HGET', KEYS[1], ARGV[2]) ~= ARGV[4] then return 0 end
call('HSET', KEYS[1], ARGV[2], ARGV[3])
return 1`)
)

// AddWorked implements triage.CaseOutcomeStore.
func (s CaseOutcomes) AddWorked(ctx context.Context, cases []triage.CaseID, accounts []string) error {
	pipe := s.rdb.Pipeline()
	for _, id := range cases {
		key := s.key(keyWorked, packCase(id))
		for _, account := range accounts {
			pipe.SAdd(ctx, key, s.sealer.seal(key, []byte(account))) // equal accounts are equal sealed
		}
	}
	_, err := pipe.Exec(ctx)
	return fault("views.AddWorked", "", err)
}

// Worked implements triage.CaseOutcomeStore.
func (s CaseOutcomes) Worked(ctx context.Context, id triage.CaseID) ([]string, error) {
	const op = "views.Worked"
	key := s.key(keyWorked, packCase(id))
	members, err := s.rdb.SMembers(ctx, key).Result()
	if err != nil {
		return nil, fault(op, string(id), err)
	}
	accounts := make([]string, 0, len(members))
	for _, sealed := range members {
		account, err := s.sealer.open(key, sealed)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, string(account))
	}
	slices.Sort(accounts)
	return accounts, nil
}

func (s CaseOutcomes) place(event string) string { return s.key(keyOutcomes, "/", event) }

func (s CaseOutcomes) told(account string) string { return s.key(keyTold, account) }

// SaveCaseOutcome implements triage.CaseOutcomeStore.
func (s CaseOutcomes) SaveCaseOutcome(ctx context.Context, o triage.CaseOutcome, told []string) error {
	const op = "views.SaveCaseOutcome"
	event := strconv.FormatUint(o.Event, 10)
	doc, err := s.sealJSON(op, s.place(event), storedOutcome{string(o.Case), o.Number, o.What, o.Note, o.By, o.At})
	if err != nil {
		return err
	}
	if err := s.rdb.HSet(ctx, s.key(keyOutcomes), event, doc).Err(); err != nil {
		return fault(op, string(o.Case), err)
	}
	for _, account := range told {
		unread, err := s.sealJSON(op, s.told(account)+"/"+event, time.Time{})
		if err == nil {
			err = s.run(ctx, tellOutcome, s.told(account), event, unread).Err()
		}
		if err != nil {
			return fault(op, string(o.Case), err)
		}
	}
	return nil
}

func (s CaseOutcomes) decode(event, sealed string) (triage.CaseOutcome, error) {
	const op = "views.CaseOutcomes"
	var doc storedOutcome
	if err := s.openJSON(op, "", s.place(event), sealed, &doc); err != nil {
		return triage.CaseOutcome{}, err
	}
	n, err := strconv.ParseUint(event, 10, 64)
	if err != nil {
		return triage.CaseOutcome{}, triage.E(triage.Corrupt, op, "", "", err)
	}
	return triage.CaseOutcome{Event: n, Case: triage.CaseID(doc.Case), Number: doc.Number, What: doc.What, Note: doc.Note, By: doc.By, At: doc.At}, nil
}

// CaseOutcomes implements triage.CaseOutcomeStore.
func (s CaseOutcomes) CaseOutcomes(ctx context.Context, id triage.CaseID) ([]triage.CaseOutcome, error) {
	all, err := s.rdb.HGetAll(ctx, s.key(keyOutcomes)).Result()
	if err != nil {
		return nil, fault("views.CaseOutcomes", string(id), err)
	}
	var list []triage.CaseOutcome
	for event, sealed := range all {
		o, err := s.decode(event, sealed)
		if err != nil {
			return nil, err
		}
		if id == "" || o.Case == id {
			list = append(list, o)
		}
	}
	slices.SortFunc(list, func(a, b triage.CaseOutcome) int { return cmp.Compare(b.Event, a.Event) })
	return list, nil
}

// OutcomeNotices implements triage.CaseOutcomeStore.
func (s CaseOutcomes) OutcomeNotices(ctx context.Context, account string) ([]triage.OutcomeNotice, error) {
	const op = "views.OutcomeNotices"
	told, err := s.rdb.HGetAll(ctx, s.told(account)).Result()
	if err != nil || len(told) == 0 {
		return nil, fault(op, account, err)
	}
	events := make([]string, 0, len(told))
	for event := range told {
		events = append(events, event)
	}
	docs, err := s.rdb.HMGet(ctx, s.key(keyOutcomes), events...).Result()
	if err != nil {
		return nil, fault(op, account, err)
	}
	var list []triage.OutcomeNotice
	for i, event := range events {
		sealed, is := docs[i].(string)
		if !is {
			continue
		}
		var n triage.OutcomeNotice
		if n.CaseOutcome, err = s.decode(event, sealed); err != nil {
			return nil, err
		}
		if err := s.openJSON(op, account, s.told(account)+"/"+event, told[event], &n.Read); err != nil {
			return nil, err
		}
		list = append(list, n)
	}
	slices.SortFunc(list, func(a, b triage.OutcomeNotice) int { return cmp.Compare(b.Event, a.Event) })
	return list, nil
}

// ReadOutcome implements triage.CaseOutcomeStore.
func (s CaseOutcomes) ReadOutcome(ctx context.Context, account string, event uint64, at time.Time) error {
	const op = "views.ReadOutcome"
	key, name := s.told(account), strconv.FormatUint(event, 10)
	was, err := s.rdb.HGet(ctx, key, name).Result()
	if err == redis.Nil {
		return missing(op, account, "outcome")
	}
	if err != nil {
		return fault(op, account, err)
	}
	var read time.Time
	if err := s.openJSON(op, account, key+"/"+name, was, &read); err != nil || !read.IsZero() {
		return err
	}
	doc, err := s.sealJSON(op, key+"/"+name, at)
	if err != nil {
		return err
	}
	return fault(op, account, s.run(ctx, readOutcome, key, name, doc, was).Err())
}
