package views

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// Sessions implements triage.SessionStore.
type Sessions struct{ db }

// storedLink is a sign-in link as kept.
type storedLink struct {
	Account string `json:"a"`
	Once    bool   `json:"o,omitempty"`
}

// storedSession is a session as kept.
type storedSession struct {
	ID    string      `json:"i"`
	Actor storedActor `json:"a"`
	CSRF  string      `json:"c,omitempty"`
}

// saveFor keeps a value, sealed, until life is over.
func (d db) saveFor(ctx context.Context, op, key string, value any, life time.Duration) error {
	doc, err := d.sealJSON(op, key, value)
	if err != nil {
		return err
	}
	return fault(op, "", d.rdb.Set(ctx, key, doc, life).Err())
}

// read decodes what saveFor kept; NotFound, as a missing what, when it has expired.
func (d db) read(ctx context.Context, op, what, key string, value any) error {
	doc, err := d.rdb.Get(ctx, key).Result()
	if err == redis.Nil {
		return missing(op, "", what)
	}
	if err != nil {
		return fault(op, "", err)
	}
	return d.openJSON(op, "", key, doc, value)
}

// SaveLink implements triage.SessionStore.
func (s Sessions) SaveLink(ctx context.Context, secret triage.SecretHash, l triage.SignInLink, life time.Duration) error {
	return s.saveFor(ctx, "save link", s.key(keyLink, string(secret)), storedLink{l.Account, l.Once}, life)
}

// TakeLink implements triage.SessionStore. Of several who take a link for one use, the one whose DEL removed it
// has it.
func (s Sessions) TakeLink(ctx context.Context, secret triage.SecretHash) (triage.SignInLink, error) {
	const op, what = "take link", "link"
	key := s.key(keyLink, string(secret))
	var l storedLink
	if err := s.read(ctx, op, what, key, &l); err != nil {
		return triage.SignInLink{}, err
	}
	if l.Once {
		removed, err := s.rdb.Del(ctx, key).Result()
		if err != nil {
			return triage.SignInLink{}, fault(op, "", err)
		}
		if removed == 0 {
			return triage.SignInLink{}, missing(op, "", what)
		}
	}
	return triage.SignInLink{Account: l.Account, Once: l.Once}, nil
}

// SaveSession implements triage.SessionStore.
func (s Sessions) SaveSession(ctx context.Context, secret triage.SecretHash, x triage.Session, life time.Duration) error {
	return s.saveFor(ctx, "save session", s.key(keySession, string(secret)), storedSession{x.ID, storeActor(x.Actor), x.CSRF}, life)
}

// Session implements triage.SessionStore.
func (s Sessions) Session(ctx context.Context, secret triage.SecretHash) (triage.Session, error) {
	var x storedSession
	err := s.read(ctx, "read session", "session", s.key(keySession, string(secret)), &x)
	if err != nil {
		return triage.Session{}, err
	}
	return triage.Session{ID: x.ID, Actor: x.Actor.actor(), CSRF: x.CSRF}, nil
}

// DropSession implements triage.SessionStore. A session that is not there is dropped already.
func (s Sessions) DropSession(ctx context.Context, secret triage.SecretHash) error {
	return fault("drop session", "", s.rdb.Del(ctx, s.key(keySession, string(secret))).Err())
}
