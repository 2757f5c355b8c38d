package known

import (
	"context"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// losing does something, such as to empty Redis, before one of the commands that follow.
type losing struct {
	lose   func()
	before int // the command; 0: none
}

func (l *losing) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

func (l *losing) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if l.before--; l.before == 0 {
			l.lose()
		}
		return next(ctx, cmd)
	}
}

func (l *losing) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if l.before--; l.before == 0 {
			l.lose()
		}
		return next(ctx, cmds)
	}
}

// A Redis that loses its data at any step of an import never gives the number of an active set again.
func TestNumbersAfterALoss(t *testing.T) {
	for n := 1; n <= 12; n++ {
		rdb := connect(t)
		hooked := redis.NewClient(rdb.Options())
		t.Cleanup(func() { _ = hooked.Close() })
		l := &losing{lose: func() { rdb.FlushAll(t.Context()) }, before: n}
		hooked.AddHook(l)
		s := New(hooked, "t:", [KeySize]byte{4})
		ctx := t.Context()
		set, err := s.CreateSet(ctx, triage.HashSet{Source: "partner", Kind: triage.KnownSet, Imported: day})
		if err == nil {
			_, err = s.AddEntries(ctx, set, []triage.Entry{{Number: 1, Exact: []triage.DigestKey{key(1)}, PDQ: code(1)}})
		}
		if err == nil {
			_, err = s.Activate(ctx, set, nil)
		}
		l.before = 0
		if err != nil {
			continue // told, and tried again
		}
		again := create(t, s, triage.BenignSet, "stock")
		kept, showErr := s.Set(ctx, set.ID)
		if triage.IsKind(showErr, triage.NotFound) {
			continue // lost after it was active: the journal has it
		}
		if again.ID == set.ID || showErr != nil || kept.State != triage.Active || kept.Source != "partner" {
			t.Errorf("lost before command %d: set %d is %+v (%v), and the next one is numbered %d", n, set.ID, kept, showErr, again.ID)
		}
	}
}

// Two imports with one number, the first of which began before Redis lost its data: the first can do nothing any more.
func TestImportAcrossALoss(t *testing.T) {
	s, m := open(t)
	ctx := t.Context()
	old := create(t, s, triage.KnownSet, "partner")
	if err := s.rdb.FlushAll(ctx).Err(); err != nil {
		t.Fatal(err)
	}
	other, err := s.CreateSet(ctx, triage.HashSet{Source: "stock", Kind: triage.BenignSet, Imported: day.Add(time.Second)})
	if err != nil || other.ID != old.ID {
		t.Fatalf("%+v, %v", other, err)
	}
	if _, err := s.AddEntries(ctx, old, []triage.Entry{{Number: 1, Exact: []triage.DigestKey{key(1)}}}); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("it adds entries: %v", err)
	}
	if _, err := s.Activate(ctx, old, nil); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("it becomes active: %v", err)
	}
	if err := s.FailSet(ctx, old); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("it fails the other: %v", err)
	}
	add(t, s, other, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(2)}})
	activate(t, s, other)
	if got := match(t, m, triage.Probe{Keys: triage.DigestKeys{MD5: key(2)}}); len(got) != 1 || got[0].Source != "stock" {
		t.Errorf("%+v", got)
	}
	if got := match(t, m, triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}}); len(got) != 0 {
		t.Errorf("entries of the first match: %+v", got)
	}
}

// A set that came back while what its failed import had written was being removed keeps all of its entries.
func TestComesBackWhileItsEntriesAreDropped(t *testing.T) {
	s, m := open(t)
	ctx := t.Context()
	set := create(t, s, triage.KnownSet, "partner")
	entry := triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}}
	add(t, s, set, entry)
	if err := s.FailSet(ctx, set); err != nil {
		t.Fatal(err)
	}
	hooked := redis.NewClient(s.rdb.(*redis.Client).Options())
	t.Cleanup(func() { _ = hooked.Close() })
	slow := New(hooked, "t:", [KeySize]byte{4})
	if err := slow.DropEntries(ctx, 99, []triage.Entry{entry}); err != nil { // from now on Redis has the first script
		t.Fatal(err)
	}
	hooked.AddHook(&losing{before: 3, lose: func() { // after the state was read: marks, state, references
		restored, err := s.RestoreSet(ctx, set)
		if err != nil {
			t.Error(err)
		}
		add(t, s, restored, entry)
		activate(t, s, restored)
	}})
	if err := slow.DropEntries(ctx, set.ID, []triage.Entry{entry}); err != nil {
		t.Fatal(err)
	}
	if got := match(t, m, triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}}); len(got) != 1 {
		t.Errorf("the restored entry: %+v", got)
	}
}

// hooked returns a client that does something before each command.
func hooked(t *testing.T, rdb redis.UniversalClient, before func()) redis.UniversalClient {
	t.Helper()
	c := redis.NewClient(rdb.(*redis.Client).Options())
	t.Cleanup(func() { _ = c.Close() })
	again := &losing{before: 1}
	again.lose = func() {
		before()
		again.before = 1
	}
	c.AddHook(again)
	return c
}
