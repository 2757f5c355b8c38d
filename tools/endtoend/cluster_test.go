package endtoend

import (
	"bytes"
	"context"
	"crypto/sha1" //nolint:gosec // the list under test is one of SHA-1
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/embedded/embeddedtest"
	"vigie/tools/endtoend/service"
	"vigie/tools/sampledrive/sample"
)

const (
	clusterSeed  = 7
	clusterScale = 0.03 // about 150 items
	clusterLines = 2000 // digests of a list: some on every node
)

// cluster is a service on a real Redis Cluster of three nodes.
type cluster struct {
	*stack
	*embeddedtest.Cluster
	rdb     *redis.ClusterClient
	views   *embeddedtest.Node // keeps the projections, the sets' states and the jobs
	digests *embeddedtest.Node // keeps exact digests only
}

// TestCluster has a drive submitted and matched on a cluster, and an entry withdrawn; then its nodes lose their data in turn: one
// that keeps digests only is emptied, and comes back older, the one of the projections is emptied. The service notices each, and
// makes the same of it again. A node that only starts anew loses nothing, and while it is away the service names it.
func TestCluster(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	if _, err := sample.Generate(t.Context(), sample.Options{Dir: dir, Seed: clusterSeed, Scale: clusterScale, Now: time.Now()}); err != nil {
		t.Fatal(err)
	}
	c := startOnCluster(t)
	c.run("admin", "sets", "import", filepath.Join(dir, sample.KnownFile), "--kind", "known", "--source", "sample")
	c.run("admin", "sets", "import", filepath.Join(dir, sample.BenignFile), "--kind", "benign", "--source", "sample")
	c.run("examiner", "submit", "--case", "2026/4", "--exhibit", "CLUSTER", "--wait", filepath.Join(dir, sample.DriveDir))
	compare(t, dir, c.findings("2026/4", "CLUSTER"))
	reviewed(t, c.stack)
	older := filepath.Join(t.TempDir(), "older")
	if err := os.CopyFS(older, regularFiles(c.digests.Dir())); err != nil {
		t.Fatal(err)
	}

	listed, other := unlisted(t, dir)
	list := filepath.Join(t.TempDir(), "list.txt")
	writeList(t, list, filepath.Join(dir, sample.DriveDir), listed, other)
	c.run("admin", "sets", "import", list, "--kind", "known", "--source", "partner")
	c.found(listed, "known")
	c.found(other, "known")
	c.run("admin", "sets", "withdraw-entry", "3", "1", "--reason", "a mistake")
	c.found(listed, "")
	c.found(other, "known")

	want := c.settledDump()
	if !strings.Contains(want, `"decision":`) {
		t.Fatalf("too little happened:\n%.2000s", want)
	}
	for _, loss := range []struct {
		name  string
		again bool // all of it is to be made again
		lose  func()
	}{
		{"digests are emptied", true, func() { c.empty(c.digests) }},
		{"digests come back older", true, func() { c.away(c.digests, older) }},
		{"projections are emptied", true, func() { c.empty(c.views) }},
		{"projections start anew", false, func() { c.away(c.views, "") }},
	} {
		started, before, keys := time.Now(), c.generation(), c.keys(c.digests)
		loss.lose()
		if loss.again {
			until(t, c.serve, loss.name+": everything is made again", func() bool { now := c.generation(); return now != "" && now != before })
		} else if now := c.generation(); now != before {
			t.Errorf("%s: everything was made again", loss.name)
		}
		got := c.settledDump()
		for deadline := time.Now().Add(20 * time.Second); got != want && time.Now().Before(deadline); {
			got = c.settledDump() // what the steward still has to rank
		}
		if got != want {
			t.Errorf("%s: the dump differs:\n%s", loss.name, differing(want, got))
		}
		if now := c.keys(c.digests); now != keys {
			t.Errorf("%s: %d keys of digests, %d before", loss.name, now, keys)
		}
		c.found(other, "known")
		t.Logf("%s: equal after %s", loss.name, time.Since(started).Round(time.Millisecond))
	}
	if said := c.run("", "doctor"); strings.Count(said, "Redis 127.0.0.1:") != len(c.Nodes) {
		t.Errorf("doctor names other nodes:\n%s", said)
	}
}

func startOnCluster(t *testing.T) *cluster {
	t.Helper()
	nodes := embeddedtest.StartCluster(t)
	c := &cluster{stack: newStack(t, "VIGIE_REDIS_URL="+nodes.URL()), Cluster: nodes}
	c.rdb = redis.NewClusterClient(&redis.ClusterOptions{Addrs: nodes.Addrs(), Password: nodes.Password, ClusterStateReloadInterval: 100 * time.Millisecond})
	t.Cleanup(func() { _ = c.rdb.Close() })
	views, err := c.rdb.MasterForKey(t.Context(), "{vigie}:")
	if err != nil {
		t.Fatal(err)
	}
	for _, n := range nodes.Nodes {
		if n.Addr == views.Options().Addr {
			c.views = n
		} else {
			c.digests = n
		}
	}
	c.startAll()
	return c
}

// on returns a client of one node.
func (c *cluster) on(n *embeddedtest.Node) *redis.Client {
	rdb := redis.NewClient(&redis.Options{Addr: n.Addr, Password: c.Password})
	c.t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func (c *cluster) empty(n *embeddedtest.Node) {
	c.t.Helper()
	if err := c.on(n).FlushAll(c.t.Context()).Err(); err != nil {
		c.t.Fatal(err)
	}
}

// away kills a node until the service names it, and starts it again: on an older copy of its folder, unless that is empty.
func (c *cluster) away(n *embeddedtest.Node, older string) {
	c.t.Helper()
	n.Stop()
	until(c.t, c.serve, "the service names the node that is away", func() bool { return strings.Contains(c.readiness(), n.Addr) })
	if older != "" {
		if err := errors.Join(os.RemoveAll(n.Dir()), os.CopyFS(n.Dir(), os.DirFS(older))); err != nil {
			c.t.Fatal(err)
		}
	}
	if err := n.Start(); err != nil {
		c.t.Fatal(err)
	}
	until(c.t, c.serve, "the cluster serves again", c.Serves)
	until(c.t, c.serve, "the service is ready again", func() bool { return !strings.Contains(c.readiness(), `"down"`) })
}

func (c *cluster) readiness() string {
	c.t.Helper()
	resp, err := http.Get(c.url + "/readyz") //nolint:noctx // a test's poll
	if err != nil {
		c.t.Fatal(err)
	}
	defer resp.Body.Close()
	said, _ := io.ReadAll(resp.Body)
	return string(said)
}

// generation names the making of the projections; empty while they are not whole.
func (c *cluster) generation() string {
	name, _ := c.rdb.HGet(c.t.Context(), "{vigie}:marks:applied", "gen").Result()
	return name
}

func (c *cluster) keys(n *embeddedtest.Node) int64 {
	c.t.Helper()
	size, err := c.on(n).DBSize(c.t.Context()).Result()
	if err != nil {
		c.t.Fatal(err)
	}
	return size
}

// found waits until a file has a finding.
func (c *cluster) found(path, finding string) {
	c.t.Helper()
	var now service.Finding
	defer func() {
		if c.t.Failed() {
			c.t.Logf("%q: %+v, want %s", path, now, finding)
		}
	}()
	until(c.t, c.serve, "the finding", func() bool { now = c.findings("2026/4", "CLUSTER")[path]; return now.Finding == finding })
}

// unlisted returns two files of the drive that are in no set and no media.
func unlisted(t *testing.T, dir string) (one, two string) {
	t.Helper()
	labels, err := service.ReadLabels(dir)
	if err != nil {
		t.Fatal(err)
	}
	var paths []string
	seen := map[string]bool{}
	for _, l := range labels {
		body, err := os.ReadFile(filepath.Join(dir, sample.DriveDir, filepath.FromSlash(l.Path)))
		if err == nil && l.Disposition == sample.NotMedia && l.Finding == "" && !seen[string(body)] {
			seen[string(body)] = true
			paths = append(paths, l.Path)
		}
	}
	if len(paths) < 2 {
		t.Fatal("the drive has too few documents")
	}
	return paths[0], paths[1]
}

// writeList writes the SHA-1 of files of a drive, and others that lie on every node.
func writeList(t *testing.T, list, drive string, paths ...string) {
	t.Helper()
	var lines bytes.Buffer
	for _, path := range paths {
		body, err := os.ReadFile(filepath.Join(drive, filepath.FromSlash(path)))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha1.Sum(body) //nolint:gosec // as above
		fmt.Fprintln(&lines, hex.EncodeToString(sum[:]))
	}
	for i := range clusterLines {
		sum := sha1.Sum([]byte(fmt.Sprint("elsewhere ", i))) //nolint:gosec // as above
		fmt.Fprintln(&lines, hex.EncodeToString(sum[:]))
	}
	if err := os.WriteFile(list, lines.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestClusterChanges kills the node of the projections while a drive is submitted, and has a replica take its place; then slots
// move from one node to another. Nothing is lost, and the service follows by itself.
func TestClusterChanges(t *testing.T) {
	t.Parallel()
	const pictures = 30
	c := startOnCluster(t)
	drive, list := noises(t, pictures, 100), filepath.Join(t.TempDir(), "list.txt")
	writeList(t, list, drive, "0.png", "1.png", "2.png")
	c.run("admin", "sets", "import", list, "--kind", "known", "--source", "partner")
	replica := c.AddReplica(t, c.views)

	p := c.start("examiner", "submit", "--case", "2026/4", "--exhibit", "CLUSTER", "--patience", "40s", "--wait", drive)
	until(t, p, "the submission has begun", func() bool { n, _ := c.rdb.ZCard(t.Context(), "{vigie}:exhibits").Result(); return n > 0 })
	c.views.Stop()
	c.TakeOver(t, replica)
	began := time.Now()
	if code := wait(t, p, 2*fullPatience); code != 0 {
		t.Fatalf("exit %d\n%s", code, p.Said())
	}
	t.Logf("submitted to its end %s after the failover", time.Since(began).Round(time.Millisecond))
	known := func(exhibit string) {
		t.Helper()
		found, listed := c.findings("2026/4", exhibit), 0
		for _, f := range found {
			if f.Finding == sample.Known {
				listed++
			}
		}
		if len(found) != pictures || listed != 3 {
			t.Errorf("%s: %d findings, %d known", exhibit, len(found), listed)
		}
	}
	known("CLUSTER")

	want, before := c.settledDump(), ""
	until(t, c.serve, "this test's client has found the new master", func() bool { before = c.generation(); return before != "" })
	for _, tag := range []string{"A", "Q", "x"} {
		c.move(t, "vigie:kx:{"+tag+"}")
	}
	if got := c.settledDump(); got != want {
		t.Errorf("after slots moved the dump differs:\n%s", differing(want, got))
	}
	c.run("examiner", "submit", "--case", "2026/4", "--exhibit", "AFTER", "--wait", drive)
	known("AFTER")
	if now := c.generation(); now != before {
		t.Errorf("slots moved, and everything was made again:\n%s", c.serve.Said())
	}
	want = c.settledDump()
	c.run("", "rebuild")
	if got := c.settledDump(); got != want {
		t.Errorf("made again the dump differs:\n%s", differing(want, got))
	}
}

// move moves the slot of key, with all that lies in it, to another master.
func (c *cluster) move(t *testing.T, key string) {
	t.Helper()
	ctx := t.Context()
	var masters []*redis.Client
	var met sync.Mutex                                                                     // guards masters
	if err := c.rdb.ForEachMaster(ctx, func(_ context.Context, node *redis.Client) error { // asks anew which there are
		met.Lock()
		defer met.Unlock()
		masters = append(masters, node)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	from, err := c.rdb.MasterForKey(ctx, key)
	if err != nil {
		t.Fatal(err)
	}
	to := masters[slices.IndexFunc(masters, func(n *redis.Client) bool { return n.Options().Addr != from.Options().Addr })]
	slot := from.ClusterKeySlot(ctx, key).Val()
	source, target := from.ClusterMyID(ctx).Val(), to.ClusterMyID(ctx).Val()
	host, port, _ := net.SplitHostPort(to.Options().Addr)
	steps := []func() error{
		func() error { return to.Do(ctx, "CLUSTER", "SETSLOT", slot, "IMPORTING", source).Err() },
		func() error { return from.Do(ctx, "CLUSTER", "SETSLOT", slot, "MIGRATING", target).Err() },
		func() error {
			for {
				keys, err := from.ClusterGetKeysInSlot(ctx, int(slot), 50).Result()
				if err != nil || len(keys) == 0 {
					return err
				}
				args := []any{"MIGRATE", host, port, "", 0, 5000, "AUTH", c.Password, "KEYS"}
				for _, k := range keys {
					args = append(args, k)
				}
				if err := from.Do(ctx, args...).Err(); err != nil {
					return err
				}
			}
		},
		func() error { return to.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", target).Err() },
		func() error { return from.Do(ctx, "CLUSTER", "SETSLOT", slot, "NODE", target).Err() },
	}
	for i, step := range steps {
		if err := step(); err != nil {
			t.Fatalf("step %d of moving slot %d: %v", i, slot, err)
		}
	}
}
