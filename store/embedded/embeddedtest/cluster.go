package embeddedtest

import (
	"context"
	"crypto/rand"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

const (
	clusterNodes = 3
	clusterSlots = 16384

	// portTries is how often a node that could not listen starts anew: between the choice of a port and its use another
	// process can have taken it.
	portTries = 5
)

// Cluster is a real Redis Cluster on loopback: three nodes, each with a third of the slots and without replicas.
type Cluster struct {
	Nodes    []*Node
	Password string

	lock *os.File // of the folder that it keeps when the test ends; nil: it keeps none
}

// Node is one server of a cluster.
type Node struct {
	Addr string // host:port

	bus    string        // port on which nodes talk to each other
	config string        // its configuration file
	ended  chan struct{} // closed when the process has ended
	kill   func()
}

var idleClusters idle[*Cluster]

// RedisCluster returns an empty cluster that no other test uses at the same time. It is handed on, emptied: do not stop its
// nodes.
func RedisCluster(t testing.TB) *Cluster {
	t.Helper()
	c := takeCluster(t)
	t.Cleanup(func() {
		for _, n := range c.Nodes {
			if _, err := n.ask(c.Password, "FLUSHALL"); err != nil {
				t.Logf("the cluster is not handed on: %v", err)
				c.stop()
				return
			}
		}
		idleClusters.give(c)
	})
	return c
}

func takeCluster(t testing.TB) *Cluster {
	t.Helper()
	if c, found := idleClusters.take(); found {
		return c
	}
	dir := folder(t, "cluster")
	lock, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err == nil {
		err = hold(lock)
	}
	if err != nil {
		t.Fatal(err)
	}
	c := startCluster(t, dir)
	c.lock = lock
	return c
}

// StartCluster starts a cluster that is this test's alone: it may stop and start nodes.
func StartCluster(t testing.TB) *Cluster {
	t.Helper()
	c := startCluster(t, t.TempDir())
	t.Cleanup(c.stop)
	return c
}

func startCluster(t testing.TB, dir string) *Cluster {
	t.Helper()
	c := &Cluster{Password: rand.Text()}
	ctx, stop := context.WithTimeout(context.Background(), startTimeout)
	defer stop()
	for i := range clusterNodes {
		n, err := startNode(ctx, filepath.Join(dir, fmt.Sprint(i)), c.Password, freePorts)
		if err != nil {
			t.Fatalf("real Redis is needed: %v (make setup-test installs it)", err)
		}
		c.Nodes = append(c.Nodes, n)
	}
	for i, n := range c.Nodes {
		lines := []string{fmt.Sprintf("CLUSTER ADDSLOTSRANGE %d %d", i*clusterSlots/clusterNodes, (i+1)*clusterSlots/clusterNodes-1)}
		for _, other := range c.Nodes[:i] {
			lines = append(lines, other.meet())
		}
		if said, err := n.ask(c.Password, lines...); err != nil {
			t.Fatalf("%v: %q", err, said)
		}
	}
	within(ctx, t, "every node serves all slots", func() bool { return c.Serves() })
	return c
}

// Serves reports whether every node knows the others and serves its slots.
func (c *Cluster) Serves() bool {
	return !slices.ContainsFunc(c.Nodes, func(n *Node) bool {
		info, err := n.ask(c.Password, "CLUSTER INFO")
		return err != nil || !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, fmt.Sprint("cluster_known_nodes:", len(c.Nodes), "\r"))
	})
}

// AddReplica starts one more node, which copies master, and returns when it has.
func (c *Cluster) AddReplica(t testing.TB, master *Node) *Node {
	t.Helper()
	ctx, stop := context.WithTimeout(context.Background(), startTimeout)
	defer stop()
	n, err := startNode(ctx, t.TempDir(), c.Password, freePorts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(n.Stop)
	var meet []string
	for _, other := range c.Nodes {
		meet = append(meet, other.meet())
	}
	if said, err := n.ask(c.Password, meet...); err != nil {
		t.Fatalf("%v: %q", err, said)
	}
	c.Nodes = append(c.Nodes, n)
	within(ctx, t, "every node knows the replica", c.Serves)
	said, err := master.ask(c.Password, "CLUSTER MYID")
	if err != nil {
		t.Fatal(err)
	}
	id := strings.Fields(said)[2] // +OK $40 id
	within(ctx, t, "it is a replica", func() bool { _, err := n.ask(c.Password, "CLUSTER REPLICATE "+id); return err == nil })
	within(ctx, t, "it has copied its master", func() bool {
		info, err := n.ask(c.Password, "INFO replication")
		return err == nil && strings.Contains(info, "master_link_status:up")
	})
	return n
}

// TakeOver makes a replica the master in the place of its own, which need not be there any more.
func (c *Cluster) TakeOver(t testing.TB, replica *Node) {
	t.Helper()
	if said, err := replica.ask(c.Password, "CLUSTER FAILOVER TAKEOVER"); err != nil {
		t.Fatalf("%v: %q", err, said)
	}
}

// Addrs returns where the nodes are.
func (c *Cluster) Addrs() (addrs []string) {
	for _, n := range c.Nodes {
		addrs = append(addrs, n.Addr)
	}
	return addrs
}

// URL names all nodes, as VIGIE_REDIS_URL does.
func (c *Cluster) URL() string {
	u := url.URL{
		Scheme: "redis", User: url.UserPassword("", c.Password), Host: c.Nodes[0].Addr,
		RawQuery: url.Values{"addr": c.Addrs()[1:]}.Encode(),
	}
	return u.String()
}

func (c *Cluster) stop() {
	for _, n := range c.Nodes {
		n.Stop()
	}
}

// startNode returns a new node that answers, on ports that pick chose.
func startNode(ctx context.Context, dir, password string, pick func(n int) ([]string, error)) (*Node, error) {
	for range portTries {
		ports, err := pick(2)
		if err != nil {
			return nil, err
		}
		n, err := newNode(dir, password, ports)
		if err == nil {
			err = n.Start()
		}
		if err != nil {
			return nil, err
		}
		if n.answers(ctx, password) {
			return n, nil
		}
		n.Stop()
	}
	return nil, fmt.Errorf("a node ended %d times, %s says why", portTries, filepath.Join(dir, "redis.log"))
}

// answers waits until the node does; false: it has ended, or ctx has.
func (n *Node) answers(ctx context.Context, password string) bool {
	for {
		// Who has the port may be somebody else, who says nothing.
		if said, err := converse("tcp", n.Addr, password, time.Second, "PING"); err == nil && said == "+OK\r\n+PONG\r\n+OK\r\n" {
			return true
		}
		select {
		case <-n.ended:
			return false
		case <-ctx.Done():
			return false
		case <-time.After(20 * time.Millisecond):
		}
	}
}

// newNode writes the configuration of a node with the settings of operation.md. Its ports are that of clients and that of
// the other nodes.
func newNode(dir, password string, ports []string) (*Node, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	n := &Node{Addr: net.JoinHostPort("127.0.0.1", ports[0]), bus: ports[1], config: filepath.Join(dir, "redis.conf")}
	lines := []string{
		"bind 127.0.0.1", "port " + ports[0], "cluster-port " + ports[1], "cluster-enabled yes", `dir "` + dir + `"`,
		"requirepass " + password, "masterauth " + password, "appendonly yes", "appendfsync no", `save ""`,
		"maxmemory-policy noeviction", "hash-max-listpack-value 512", "hash-max-listpack-entries 1024", `logfile "redis.log"`,
	}
	return n, os.WriteFile(n.config, []byte(strings.Join(lines, "\n")+"\n"), 0o600)
}

// Dir is where the node keeps its data.
func (n *Node) Dir() string { return filepath.Dir(n.config) }

// meet is the command by which another node comes to know this one.
func (n *Node) meet() string {
	host, port, _ := net.SplitHostPort(n.Addr)
	return "CLUSTER MEET " + host + " " + port + " " + n.bus
}

// Start starts the node on whatever its folder holds. It ends with this process.
func (n *Node) Start() error {
	started := make(chan error)
	n.ended = make(chan struct{})
	go func() { // ends with the server
		runtime.LockOSThread()                           // the server dies with the thread that started it
		server := exec.Command("redis-server", n.config) //nolint:gosec // our own configuration file, no shell
		server.SysProcAttr = dieWithParent()
		err := server.Start()
		n.kill = func() { _ = server.Process.Kill() }
		started <- err
		if err == nil {
			_ = server.Wait()
		}
		close(n.ended)
	}()
	return <-started
}

// Stop kills the node. What it answered stays in its folder.
func (n *Node) Stop() {
	n.kill()
	<-n.ended
}

// ask sends one command a line, and fails unless none of the answers is an error.
func (n *Node) ask(password string, lines ...string) (string, error) {
	said, err := converse("tcp", n.Addr, password, startTimeout, lines...)
	if err == nil && (strings.HasPrefix(said, "-") || strings.Contains(said, "\n-")) {
		err = fmt.Errorf("redis answered %q", said)
	}
	return said, err
}

// freePorts returns different ports of loopback that nobody uses.
func freePorts(n int) (ports []string, err error) {
	for range n {
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			return nil, err
		}
		defer l.Close() // all of them at the end: no port comes twice
		_, port, _ := net.SplitHostPort(l.Addr().String())
		ports = append(ports, port)
	}
	return ports, nil
}

func within(ctx context.Context, t testing.TB, what string, done func() bool) {
	t.Helper()
	for !done() {
		select {
		case <-ctx.Done():
			t.Fatalf("never: %s", what)
		case <-time.After(20 * time.Millisecond):
		}
	}
}
