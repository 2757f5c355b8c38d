package views

import (
	"cmp"
	"context"
	"encoding/json"
	"slices"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Accounts implements triage.AccountStore.
type Accounts struct{ db }

// storedActor is an actor as kept.
type storedActor struct {
	ID   string `json:"i"`
	Name string `json:"n"`
	Role string `json:"r"`
}

func (a storedActor) actor() triage.Actor {
	return triage.Actor{ID: a.ID, Name: a.Name, Role: triage.Role(a.Role)}
}

func storeActor(a triage.Actor) storedActor { return storedActor{a.ID, a.Name, string(a.Role)} }

// storedAccount is an account as kept.
type storedAccount struct {
	Actor   storedActor `json:"a"`
	Token   string      `json:"t"`
	Created time.Time   `json:"c"`
	Revoked time.Time   `json:"r,omitzero"`
}

func decodeAccount(id, doc string) (triage.Account, error) {
	var s storedAccount
	if err := json.Unmarshal([]byte(doc), &s); err != nil {
		return triage.Account{}, triage.E(triage.Corrupt, "views.decodeAccount", id, "", err)
	}
	return triage.Account{
		Actor: s.Actor.actor(), Token: triage.SecretHash(s.Token), Created: s.Created, Revoked: s.Revoked,
	}, nil
}

// SaveAccount implements triage.AccountStore.
func (s Accounts) SaveAccount(ctx context.Context, a triage.Account) error {
	const op = "views.SaveAccount"
	doc, err := json.Marshal(storedAccount{storeActor(a.Actor), string(a.Token), a.Created, a.Revoked})
	if err != nil {
		return triage.E(triage.Internal, op, a.ID, "", err)
	}
	_, err = s.rdb.TxPipelined(ctx, func(p redis.Pipeliner) error {
		p.HSet(ctx, s.key(keyAccounts), a.ID, doc)
		p.HSet(ctx, s.key(keyTokens), string(a.Token), a.ID)
		return nil
	})
	return fault(op, a.ID, err)
}

// Accounts implements triage.AccountStore: in the order in which they were made.
func (s Accounts) Accounts(ctx context.Context) ([]triage.Account, error) {
	docs, err := s.rdb.HGetAll(ctx, s.key(keyAccounts)).Result()
	if err != nil {
		return nil, fault("views.Accounts", "", err)
	}
	accounts := make([]triage.Account, 0, len(docs))
	for id, doc := range docs {
		a, err := decodeAccount(id, doc)
		if err != nil {
			return nil, err
		}
		accounts = append(accounts, a)
	}
	slices.SortFunc(accounts, func(a, b triage.Account) int {
		return cmp.Or(a.Created.Compare(b.Created), cmp.Compare(a.ID, b.ID))
	})
	return accounts, nil
}

// AccountByToken implements triage.AccountStore.
func (s Accounts) AccountByToken(ctx context.Context, token triage.SecretHash) (triage.Account, error) {
	id, err := s.rdb.HGet(ctx, s.key(keyTokens), string(token)).Result()
	if err == redis.Nil {
		return triage.Account{}, missing("read account", "", "token")
	}
	if err != nil {
		return triage.Account{}, fault("views.AccountByToken", "", err)
	}
	return s.Account(ctx, id)
}

// Account implements triage.AccountStore.
func (s Accounts) Account(ctx context.Context, id string) (triage.Account, error) {
	doc, err := s.rdb.HGet(ctx, s.key(keyAccounts), id).Result()
	if err == redis.Nil {
		return triage.Account{}, missing("read account", id, "account")
	}
	if err != nil {
		return triage.Account{}, fault("views.Account", id, err)
	}
	return decodeAccount(id, doc)
}
