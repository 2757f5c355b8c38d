package views

import (
	"cmp"
	"context"
	"encoding/binary"
	"strings"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Grants implements triage.GrantStore.
type Grants struct{ db }

// storedGrant is a grant as kept.
type storedGrant struct {
	Group   string    `json:"g"`
	Sight   string    `json:"k,omitempty"` // empty: pictures
	Step    string    `json:"s,omitempty"`
	Tiles   uint16    `json:"l,omitempty"`
	Actor   string    `json:"a"`
	Session string    `json:"n"`
	Media   []string  `json:"m,omitempty"`
	Numbers []int     `json:"i,omitempty"`
	At      []int64   `json:"f,omitempty"`
	Of      int       `json:"o,omitempty"`
	Expires time.Time `json:"t"`
}

// granted is the key of what was granted to somebody in a claim: the grants, each after anyGranted; steps of whole pictures by name; of one
// picture's tiles, tilesGranted, the medium and the tiles (2 bytes).
func (s Grants) granted(id triage.GroupID, actor string) string {
	return s.key(keyGranted, packID(string(id)), ":", actor)
}

// tilesGranted begins what tells of tiles, anyGranted the identifier of a grant: no step's name begins like these.
const (
	tilesGranted = "#"
	anyGranted   = "@"
)

// grantedBy are the members of granted that a grant adds.
func grantedBy(g *triage.Grant) []any {
	members := []any{anyGranted + g.ID}
	switch g.Sight {
	case triage.SeePictures:
		members = append(members, string(g.Step))
	case triage.SeeTiles:
		members = append(members, tilesGranted+packID(string(g.Media[0]))+string(binary.BigEndian.AppendUint16(nil, uint16(g.Tiles))))
	}
	return members
}

// SaveGrant implements triage.GrantStore.
func (s Grants) SaveGrant(ctx context.Context, g triage.Grant, life time.Duration) error {
	const op = "save grant"
	stored := storedGrant{
		Group: string(g.Group), Sight: string(g.Sight), Step: string(g.Step), Tiles: uint16(g.Tiles), Actor: g.Actor, Session: g.Session,
		Numbers: g.Numbers, Of: g.Of, Expires: g.Expires,
	}
	for _, at := range g.At {
		stored.At = append(stored.At, int64(at))
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
		p.SAdd(ctx, s.granted(g.Group, g.Actor), grantedBy(&g)...)
		p.PExpire(ctx, s.granted(g.Group, g.Actor), triage.SessionLife)
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
		ID: id, Group: triage.GroupID(stored.Group), Sight: triage.Sight(cmp.Or(stored.Sight, string(triage.SeePictures))),
		Step: triage.RevealStep(stored.Step), Tiles: triage.Tiles(stored.Tiles), Actor: stored.Actor,
		Session: stored.Session, Numbers: stored.Numbers, Of: stored.Of, Expires: stored.Expires,
	}
	for _, at := range stored.At {
		g.At = append(g.At, triage.Moment(at))
	}
	for _, m := range stored.Media {
		g.Media = append(g.Media, triage.MediumID(m))
	}
	return g, nil
}

// Granted implements triage.GrantStore.
func (s Grants) Granted(ctx context.Context, id triage.GroupID, actor string) (triage.Granted, error) {
	members, err := s.rdb.SMembers(ctx, s.granted(id, actor)).Result()
	if err != nil {
		return triage.Granted{}, fault("read grants", string(id), err)
	}
	granted := triage.Granted{Tiles: make(map[triage.MediumID]triage.Tiles)}
	for _, m := range members {
		const size = 16 + 2 // bytes: a medium and its tiles
		if grant, of := strings.CutPrefix(m, anyGranted); of {
			granted.Grants = append(granted.Grants, grant)
		} else if raw, of := strings.CutPrefix(m, tilesGranted); of && len(raw) == size {
			granted.Tiles[triage.MediumID(unpackID(raw[:16]))] |= triage.Tiles(binary.BigEndian.Uint16([]byte(raw[16:])))
		} else {
			granted.Steps = append(granted.Steps, triage.RevealStep(m))
		}
	}
	return granted, nil
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
