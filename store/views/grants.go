package views

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Grants implements triage.GrantStore.
type Grants struct{ db }

// storedGrant is a grant as kept.
type storedGrant struct {
	Group   string    `json:"g"`
	Step    string    `json:"s"`
	Actor   string    `json:"a"`
	Session string    `json:"n"`
	Media   []string  `json:"m"`
	Expires time.Time `json:"t"`
}

// granted is the key of the steps that were granted to somebody, for as long as a claim lives.
func (s Grants) granted(id triage.GroupID, actor string) string {
	return s.key(keyGranted, packID(string(id)), ":", actor)
}

// SaveGrant implements triage.GrantStore.
func (s Grants) SaveGrant(ctx context.Context, g triage.Grant, life time.Duration) error {
	const op = "save grant"
	stored := storedGrant{
		Group: string(g.Group), Step: string(g.Step), Actor: g.Actor, Session: g.Session, Expires: g.Expires,
	}
	for _, m := range g.Media {
		stored.Media = append(stored.Media, string(m))
	}
	doc, err := s.sealJSON(op, s.key(keyGrant, g.ID), stored)
	if err != nil {
		return err
	}
	_, err = s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.Set(ctx, s.key(keyGrant, g.ID), doc, life)
		p.SAdd(ctx, s.granted(g.Group, g.Actor), string(g.Step))
		p.PExpire(ctx, s.granted(g.Group, g.Actor), triage.ClaimLife)
		return nil
	})
	return fault(op, g.ID, err)
}

// Grant implements triage.GrantStore.
func (s Grants) Grant(ctx context.Context, id string) (triage.Grant, error) {
	var stored storedGrant
	if err := s.read(ctx, "read grant", "grant", s.key(keyGrant, id), &stored); err != nil {
		return triage.Grant{}, err
	}
	g := triage.Grant{
		ID: id, Group: triage.GroupID(stored.Group), Step: triage.RevealStep(stored.Step), Actor: stored.Actor,
		Session: stored.Session, Expires: stored.Expires,
	}
	for _, m := range stored.Media {
		g.Media = append(g.Media, triage.MediumID(m))
	}
	return g, nil
}

// Granted implements triage.GrantStore.
func (s Grants) Granted(ctx context.Context, id triage.GroupID, actor string) ([]triage.RevealStep, error) {
	words, err := s.rdb.SMembers(ctx, s.granted(id, actor)).Result()
	if err != nil {
		return nil, fault("read grants", string(id), err)
	}
	steps := make([]triage.RevealStep, len(words))
	for i, w := range words {
		steps[i] = triage.RevealStep(w)
	}
	return steps, nil
}

// Forget implements triage.GrantStore.
func (s Grants) Forget(ctx context.Context, id triage.GroupID, actor string) error {
	return fault("forget grants", string(id), s.rdb.Del(ctx, s.granted(id, actor)).Err())
}

// Lease implements triage.Lease.
type Lease struct{ db }

// holdLease takes or renews a lease, or gives it back, in a full Redis too: a service that starts must look whether it is up to date. ARGV:
// holder, life (ms; 0: it is given back).
var holdLease = redis.NewScript(`#!lua flags=allow-oom
local holder = redis.call('GET', KEYS[1])
if holder and holder ~= ARGV[1] then return 0 end
if ARGV[2] == '0' then return redis.call('DEL', KEYS[1]) and 1 end
redis.call('SET', KEYS[1], ARGV[1], 'PX', ARGV[2])
return 1`)

// Hold implements triage.Lease.
func (s Lease) Hold(ctx context.Context, name, holder string, life time.Duration) (bool, error) {
	n, err := holdLease.Run(ctx, s.rdb, []string{s.key(keyLease, name)}, holder, life.Milliseconds()).Int()
	return n == 1, fault("hold lease", name, err)
}
