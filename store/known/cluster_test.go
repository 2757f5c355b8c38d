package known

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

// connectCluster returns a client of a real cluster on loopback, and one of each of its nodes.
func connectCluster(t *testing.T) (*redis.ClusterClient, []*redis.Client) {
	t.Helper()
	c := embeddedtest.RedisCluster(t)
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), Password: c.Password})
	t.Cleanup(func() { _ = rdb.Close() })
	var nodes []*redis.Client
	for _, addr := range c.Addrs() {
		node := redis.NewClient(&redis.Options{Addr: addr, Password: c.Password})
		t.Cleanup(func() { _ = node.Close() })
		nodes = append(nodes, node)
	}
	return rdb, nodes
}

func within(t *testing.T, what string, done func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !done(); time.Sleep(20 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// TestCluster imports, matches, fails, withdraws and mirrors on a real cluster: nothing there may touch two slots at once.
func TestCluster(t *testing.T) {
	rdb, nodes := connectCluster(t)
	s := New(rdb, "{t}:", [KeySize]byte{4})
	m := NewMirror(s, slog.New(slog.DiscardHandler))
	ctx, stop := context.WithCancel(t.Context())
	followed := make(chan error)
	go func() { followed <- m.Run(ctx) }()

	const n = 5000
	entries := make([]triage.Entry, n)
	probes := make([]triage.Probe, n)
	for i := range entries {
		entries[i] = triage.Entry{Number: uint32(i + 1), Category: "c", Exact: []triage.DigestKey{key(i)}, PDQ: code(i), PHash: phash(uint64(i) << 40)}
		probes[i] = triage.Probe{Keys: triage.DigestKeys{SHA1: key(i), MD5: key(n + i)}, PDQ: []pdq.Hash{flip(*code(i), 9)}, Quality: 90}
	}
	list := create(t, s, triage.KnownSet, "partner")
	add(t, s, list, entries...)
	activate(t, s, list)
	for i, node := range nodes {
		if keys := node.Keys(ctx, "t:kx:*").Val(); len(keys) < n/6 {
			t.Errorf("node %d has %d buckets of some %d", i, len(keys), n)
		}
	}
	check := func(when string, want int) {
		t.Helper()
		matches, _, err := m.Match(ctx, probes)
		if err != nil {
			t.Fatalf("%s: %v", when, err)
		}
		for i, got := range matches {
			if len(got) != want || want > 0 && (got[0].Entry != uint32(i+1) || got[0].Category != "c") {
				t.Fatalf("%s: medium %d: %+v, want %d of entry %d", when, i, got, want, i+1)
			}
		}
	}
	within(t, "the mirror is ready", func() bool { return m.view.Load() != nil })
	check("imported", 2)
	complete := func(when string, want bool) {
		t.Helper()
		if got, err := s.Complete(ctx); err != nil || got != want {
			t.Errorf("%s: complete: %v, %v", when, got, err)
		}
	}
	complete("imported", true)

	benign := create(t, s, triage.BenignSet, "stock")
	if conflicts := add(t, s, benign, entries[:100]...); len(conflicts) != 100 {
		t.Errorf("%d conflicts, want 100", len(conflicts))
	}
	if err := s.FailSet(ctx, benign); err != nil {
		t.Fatal(err)
	}
	if err := s.DropEntries(ctx, benign.ID, entries[:100]); err != nil {
		t.Fatal(err)
	}
	refs, err := s.lookExact(ctx, []triage.DigestKey{key(7)})
	if err != nil || len(refs[0]) != 1 || refs[0][0].set != list.ID {
		t.Errorf("after a failed import: %+v, %v", refs, err)
	}
	if err := s.RemoveSet(ctx, benign.ID); err != nil {
		t.Error(err)
	}
	check("after a failed import", 2)

	for _, node := range nodes {
		if len(node.Keys(ctx, "{t}:*").Val()) > 0 {
			continue // it keeps the sets' states too
		}
		if err := node.FlushAll(ctx).Err(); err != nil {
			t.Fatal(err)
		}
		complete("a node with digests only was emptied", false)
		activate(t, s, create(t, s, triage.KnownSet, "other"))
		complete("another set is complete", false)
		break
	}

	epoch, err := s.Withdraw(ctx, list.ID, day)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "the mirror sees the withdrawal", func() bool { return m.view.Load().moment.Epoch == epoch })
	check("withdrawn", 0)
	complete("what was lost is withdrawn", true)
	stop()
	if err := <-followed; err != nil {
		t.Error(err)
	}
}
