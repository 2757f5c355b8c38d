package triage

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"strings"
	"time"
)

const (
	// SessionLife is how long a browser stays signed in: one working day.
	SessionLife = 10 * time.Hour
	// LinkLife is how long a sign-in link may be used: it is made, copied and opened at once.
	LinkLife    = 15 * time.Minute
	tokenPrefix = "vigie_" // lets secret scanners recognise a leaked token
)

// SecretHash is the SHA-256, in hexadecimal, of a random secret of 256 bits: enough, as nothing can be guessed.
type SecretHash string

// HashSecret returns the hash under which a secret is kept.
func HashSecret(secret string) SecretHash {
	sum := sha256.Sum256([]byte(secret))
	return SecretHash(hex.EncodeToString(sum[:]))
}

func newSecret() string {
	var b [32]byte
	rand.Read(b[:]) // never fails (crypto/rand)
	return base64.RawURLEncoding.EncodeToString(b[:])
}

// newID returns prefix and 12 random hexadecimal digits.
func newID(prefix string) string {
	var b [6]byte
	rand.Read(b[:])
	return prefix + hex.EncodeToString(b[:])
}

// SignInLink lets a browser sign in as an account, until it expires.
type SignInLink struct {
	Account string `json:"account"`
	Once    bool   `json:"once"` // used up by the first sign-in
}

// Session is a signed-in browser or a bearer of a token.
type Session struct {
	ID    string `json:"id"` // names the session in events; no secret
	Actor Actor  `json:"actor"`
	CSRF  string `json:"csrf,omitempty"`
}

// AccountStore keeps who may sign in. All writes are idempotent; what is not found is a NotFound error.
type AccountStore interface {
	SaveAccount(ctx context.Context, a Account) error
	Accounts(ctx context.Context) ([]Account, error)
	AccountByToken(ctx context.Context, token SecretHash) (Account, error)
	Account(ctx context.Context, id string) (Account, error)
}

// SessionStore keeps what expires. TakeLink removes the link when it is for one use.
type SessionStore interface {
	SaveLink(ctx context.Context, secret SecretHash, l SignInLink, life time.Duration) error
	TakeLink(ctx context.Context, secret SecretHash) (SignInLink, error)
	SaveSession(ctx context.Context, secret SecretHash, s Session, life time.Duration) error
	Session(ctx context.Context, secret SecretHash) (Session, error)
	DropSession(ctx context.Context, secret SecretHash) error
}

// Access knows who is who.
type Access struct {
	Accounts AccountStore
	Sessions SessionStore
	Events   *Projector
	Now      func() time.Time
}

// NewToken makes an account and returns it with its bearer token, which is shown once and kept nowhere. unit may be empty.
func (a *Access) NewToken(ctx context.Context, by Actor, role Role, name, unit string) (string, Account, error) {
	if by.Role != Admin {
		return "", Account{}, forbidden("make a token", by)
	}
	if err := checkLabel("name", name); err != nil {
		return "", Account{}, err
	}
	if unit != "" {
		if err := checkLabel("unit", unit); err != nil {
			return "", Account{}, err
		}
	}
	secret := tokenPrefix + newSecret()
	acc := Account{Actor: Actor{ID: newID("a"), Name: name, Role: role, Unit: unit}, Token: HashSecret(secret), Created: a.Now().UTC()}
	return secret, acc, a.Events.act(ctx, by, TokenCreated, acc.ID, acc)
}

// RevokeToken ends an account's right to sign in: its token at once, its sessions at their next request.
func (a *Access) RevokeToken(ctx context.Context, by Actor, id string) error {
	if by.Role != Admin {
		return forbidden("revoke a token", by)
	}
	acc, err := a.Accounts.Account(ctx, id)
	if err != nil || !acc.Revoked.IsZero() {
		return err
	}
	return a.Events.act(ctx, by, TokenRevoked, id, nil)
}

// NewLink makes a sign-in link's secret for an account.
func (a *Access) NewLink(ctx context.Context, by Actor, account string, once bool, life time.Duration) (string, error) {
	if by.Role != Admin && by.ID != account {
		return "", forbidden("make a sign-in link", by)
	}
	acc, err := a.active(ctx, account)
	if err != nil {
		return "", err
	}
	if err := a.Events.act(ctx, by, SignInLinked, acc.ID, nil); err != nil {
		return "", err
	}
	secret := newSecret()
	return secret, a.Sessions.SaveLink(ctx, HashSecret(secret), SignInLink{Account: acc.ID, Once: once}, life)
}

// SignIn exchanges a link's secret for a session's.
func (a *Access) SignIn(ctx context.Context, linkSecret string) (string, Session, error) {
	link, err := a.Sessions.TakeLink(ctx, HashSecret(linkSecret))
	if err != nil {
		if IsKind(err, NotFound) {
			err = E(Unsigned, "sign in", "", "this link was used or has expired: ask for another", err)
		}
		return "", Session{}, err
	}
	acc, err := a.active(ctx, link.Account)
	if err != nil {
		return "", Session{}, err
	}
	s := Session{ID: newID("s"), Actor: acc.Actor, CSRF: newSecret()}
	if err := a.Events.act(ctx, acc.Actor, SignedIn, s.ID, nil); err != nil {
		return "", Session{}, err
	}
	secret := newSecret()
	return secret, s, a.Sessions.SaveSession(ctx, HashSecret(secret), s, SessionLife)
}

// SignOut ends a session.
func (a *Access) SignOut(ctx context.Context, s Session, secret string) error {
	if err := a.Events.act(ctx, s.Actor, SignedOut, s.ID, nil); err != nil {
		return err
	}
	return a.Sessions.DropSession(ctx, HashSecret(secret))
}

// BySession returns who holds a session's secret.
func (a *Access) BySession(ctx context.Context, secret string) (Session, error) {
	s, err := a.Sessions.Session(ctx, HashSecret(secret))
	if err != nil {
		return Session{}, unsigned(err)
	}
	if _, err := a.active(ctx, s.Actor.ID); err != nil {
		return Session{}, err
	}
	return s, nil
}

// ByToken returns who bears a token.
func (a *Access) ByToken(ctx context.Context, token string) (Session, error) {
	if !strings.HasPrefix(token, tokenPrefix) {
		return Session{}, unsigned(nil)
	}
	acc, err := a.Accounts.AccountByToken(ctx, HashSecret(token))
	if err != nil {
		return Session{}, unsigned(err)
	}
	if !acc.Revoked.IsZero() {
		return Session{}, E(Unsigned, "sign in", acc.ID, "this token was revoked: ask the administrator for another", nil)
	}
	return Session{ID: "token-" + acc.ID, Actor: acc.Actor}, nil
}

// Name returns the name of an account, or its identifier when it cannot be had: enough to say who did something.
func (a *Access) Name(ctx context.Context, id string) string {
	acc, err := a.Accounts.Account(ctx, id)
	if err != nil || acc.Name == "" {
		return id
	}
	return acc.Name
}

func (a *Access) active(ctx context.Context, id string) (Account, error) {
	acc, err := a.Accounts.Account(ctx, id)
	if err != nil {
		return Account{}, unsigned(err)
	}
	if !acc.Revoked.IsZero() {
		return Account{}, E(Unsigned, "sign in", id, "this account was revoked: ask the administrator", nil)
	}
	return acc, nil
}

// unsigned hides why nobody was recognised, but not that a store is down.
func unsigned(err error) error {
	if err != nil && !IsKind(err, NotFound) {
		return err
	}
	return E(Unsigned, "sign in", "", "give a valid token, or sign in by link", nil)
}

func forbidden(op string, by Actor) error {
	return E(Forbidden, op, "", "the role "+string(by.Role)+" may not do this", nil)
}
