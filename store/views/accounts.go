package views

import (
	"cmp"
	"context"
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
	Unit string `json:"u,omitempty"`
}

func (a storedActor) actor() triage.Actor {
	return triage.Actor{ID: a.ID, Name: a.Name, Role: triage.Role(a.Role), Unit: a.Unit}
}

func storeActor(a triage.Actor) storedActor { return storedActor{a.ID, a.Name, string(a.Role), a.Unit} }

// storedAccount is an account as kept.
type storedAccount struct {
	Actor   storedActor `json:"a"`
	Token   string      `json:"t"`
	Created time.Time   `json:"c"`
	Revoked time.Time   `json:"r,omitzero"`
}

func (s Accounts) place(id string) string { return s.key(keyAccounts, "/", id) }

func (s Accounts) decode(id, doc string) (triage.Account, error) {
	var a storedAccount
	if err := s.openJSON("views.decodeAccount", id, s.place(id), doc, &a); err != nil {
		return triage.Account{}, err
	}
	return triage.Account{
		Actor: a.Actor.actor(), Token: triage.SecretHash(a.Token), Created: a.Created, Revoked: a.Revoked,
	}, nil
}

// SaveAccount implements triage.AccountStore.
func (s Accounts) SaveAccount(ctx context.Context, a triage.Account) error {
	const op = "views.SaveAccount"
	doc, err := s.sealJSON(op, s.place(a.ID), storedAccount{storeActor(a.Actor), string(a.Token), a.Created, a.Revoked})
	if err != nil {
		return err
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
		a, err := s.decode(id, doc)
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
	return s.decode(id, doc)
}
