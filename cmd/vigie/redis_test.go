package main

import (
	"net"
	"strings"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

func TestParseRedisURL(t *testing.T) {
	for url, want := range map[string]string{
		"redis://:secret@one:6379/2":                         "one:6379",
		"unix://:secret@/run/redis.sock":                     "/run/redis.sock",
		"rediss://one:6379?addr=two:6379&addr=three:6379":    "one:6379 two:6379 three:6379 cluster",
		"redis://one?addr=two:7000":                          "one:6379 two:7000 cluster",
		"http://one:6379":                                    "",
		"one:6379":                                           "",
		"unix:///run/redis.sock?addr=two:7000":               "",
		"redis://:secret@one:6379?addr=two":                  "",
		"redis://:secret@one:6379?addr=two:7000&password=no": "",
		"redis://:secret@one:6379\x00":                       "",
	} {
		at, err := parseRedisURL(url)
		got := at.server.Addr
		if at.cluster != nil {
			got = strings.Join(append(at.cluster.Addrs, "cluster"), " ")
		}
		switch {
		case want == "" && (!triage.IsKind(err, triage.Invalid) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%q: %v", url, err)
		case want != "" && (err != nil || got != want):
			t.Errorf("%q: %q, %v, want %q", url, got, err, want)
		}
	}
}

// TestRedisMode: a node of a cluster is not taken for all of it, nor a server that is alone for a cluster.
func TestRedisMode(t *testing.T) {
	c := embeddedtest.RedisCluster(t)
	alone, password := embeddedtest.Redis(t)
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed.Close()
	for _, test := range []struct {
		url     string
		refused bool
	}{
		{c.URL(), false},
		{strings.Split(c.URL(), "?")[0], true},
		{"unix://:" + password + "@" + alone, false},
		{"redis://" + closed.Addr().String(), false}, // nobody knows
	} {
		at, err := parseRedisURL(test.url)
		if err == nil {
			err = at.checkMode(t.Context())
		}
		if triage.IsKind(err, triage.Invalid) != test.refused {
			t.Errorf("%s: %v", strings.ReplaceAll(test.url, c.Password, "…"), err)
		}
	}
}

// TestSilentNode names the node of a cluster that does not answer, within the time in which the service says how it fares.
func TestSilentNode(t *testing.T) {
	c := embeddedtest.StartCluster(t)
	at, err := parseRedisURL(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	rdb := at.client(nil, nil)
	defer rdb.Close()
	all := askRedis(t.Context(), rdb)
	if len(all) != len(c.Nodes) {
		t.Fatalf("%+v", all)
	}
	for _, server := range all {
		if server.err != nil || server.addr == "" {
			t.Errorf("%+v", server)
		}
	}
	c.Nodes[1].Stop()
	start := time.Now()
	silent := 0
	for _, server := range askRedis(t.Context(), rdb) {
		if server.addr == c.Nodes[1].Addr && server.err != nil && strings.Contains(server.err.Error(), server.addr) {
			silent++
		}
	}
	if took := time.Since(start); silent != 1 || took > answerPatience+time.Second {
		t.Errorf("%d silent nodes are named, in %s", silent, took)
	}
}

// TestFullestNode: the memory of a cluster is as full as that of its fullest node.
func TestFullestNode(t *testing.T) {
	c := embeddedtest.StartCluster(t)
	at, err := parseRedisURL(c.URL())
	if err != nil {
		t.Fatal(err)
	}
	rdb := at.client(nil, nil).(*redis.ClusterClient)
	defer rdb.Close()
	load := worst(rdb, memoryLoad)
	if full, err := load(t.Context()); err != nil || full != 0 {
		t.Fatalf("without maxmemory: %v, %v", full, err)
	}
	node, err := rdb.MasterForKey(t.Context(), redisPrefix)
	if err != nil {
		t.Fatal(err)
	}
	if err := node.ConfigSet(t.Context(), "maxmemory", "1000").Err(); err != nil {
		t.Fatal(err)
	}
	if full, err := load(t.Context()); err != nil || full < 1 {
		t.Errorf("one node is full: %v, %v", full, err)
	}
	if files, err := worst(rdb, filesLoad)(t.Context()); err != nil || files != 0 {
		t.Errorf("files: %v, %v", files, err)
	}
}
