package known

import (
	"context"
	"log/slog"
	"net"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing/pdq"
	"vigie/triage"
)

// clusterSlots is how many slots a Redis Cluster has.
const clusterSlots = 16384

// node is one server of a cluster.
type node struct {
	*redis.Client
	port, bus string
}

// startCluster runs three nodes of a real cluster on loopback, each with a third of the slots, until the test's end.
func startCluster(t *testing.T) (*redis.ClusterClient, []node) {
	t.Helper()
	nodes := []node{startNode(t), startNode(t), startNode(t)}
	within(t, "every node answers", func() bool {
		return !slices.ContainsFunc(nodes, func(n node) bool { return n.Ping(t.Context()).Err() != nil })
	})
	for i, n := range nodes {
		if err := n.ClusterAddSlotsRange(t.Context(), i*clusterSlots/3, (i+1)*clusterSlots/3-1).Err(); err != nil {
			t.Fatal(err)
		}
		if i > 0 {
			if err := nodes[0].Do(t.Context(), "CLUSTER", "MEET", "127.0.0.1", n.port, n.bus).Err(); err != nil {
				t.Fatal(err)
			}
		}
	}
	within(t, "every node knows all slots", func() bool {
		return !slices.ContainsFunc(nodes, func(n node) bool {
			info := n.ClusterInfo(t.Context()).Val()
			return !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:3")
		})
	})
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: []string{nodes[0].Options().Addr}})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb, nodes
}

func startNode(t *testing.T) node {
	t.Helper()
	n := node{port: freePort(t), bus: freePort(t)}
	server := exec.Command("redis-server", "--port", n.port, "--cluster-port", n.bus, "--bind", "127.0.0.1", "--dir", t.TempDir(), //nolint:gosec // arguments of ours
		"--cluster-enabled", "yes", "--save", "", "--hash-max-listpack-entries", "1024")
	if err := server.Start(); err != nil {
		t.Fatalf("real Redis is needed: %v (make setup-test installs it)", err)
	}
	t.Cleanup(func() { _ = server.Process.Kill(); _ = server.Wait() })
	n.Client = redis.NewClient(&redis.Options{Addr: net.JoinHostPort("127.0.0.1", n.port)})
	t.Cleanup(func() { _ = n.Close() })
	return n
}

func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	return strconv.Itoa(l.Addr().(*net.TCPAddr).Port)
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
	rdb, nodes := startCluster(t)
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

	epoch, err := s.Withdraw(ctx, list.ID, day)
	if err != nil {
		t.Fatal(err)
	}
	within(t, "the mirror sees the withdrawal", func() bool { return m.view.Load().epoch == epoch })
	check("withdrawn", 0)
	stop()
	if err := <-followed; err != nil {
		t.Error(err)
	}
}
