package main

import (
	"cmp"
	"context"
	"net/url"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

const (
	redisPatience = 30 * time.Second // a blocked read waits for less
	redisRetries  = 8                // with growing pauses: a restart of Redis takes about a second
	minRetryPause = 20 * time.Millisecond
	maxRetryPause = 500 * time.Millisecond
	// clusterEvery is how old what is known of a cluster's nodes may be: after a failover nobody tells.
	clusterEvery = 2 * time.Second
)

// redisAt says where Redis is: one server, or a cluster.
type redisAt struct {
	server  redis.Options
	cluster *redis.ClusterOptions // nil: one server
}

// parseRedisURL reads VIGIE_REDIS_URL. Several addresses (addr=) are those of a cluster's nodes.
func parseRedisURL(text string) (redisAt, error) {
	var at redisAt
	u, err := url.Parse(text)
	if err == nil && u.Query().Has("addr") {
		at.cluster, err = redis.ParseClusterURL(text)
	} else if err == nil {
		var o *redis.Options
		if o, err = redis.ParseURL(text); err == nil {
			at.server = *o
		}
	}
	if err != nil { // its text may hold the password
		return at, triage.E(triage.Invalid, "read VIGIE_REDIS_URL", "", "it is redis://, rediss:// or unix://, and of a cluster redis://host:port?addr=host:port&addr=…", nil)
	}
	return at, nil
}

// client returns a client of Redis that asks known of each of its connections; nil: of none. With slots it hears from there which
// nodes a cluster has, and connects to masters only.
func (at redisAt) client(known func(context.Context, *redis.Conn) error, slots func(context.Context) ([]redis.ClusterSlot, error)) redis.UniversalClient {
	if at.cluster == nil {
		o := at.server
		o.MaxRetries, o.MinRetryBackoff, o.MaxRetryBackoff = redisRetries, minRetryPause, maxRetryPause
		o.ReadTimeout, o.OnConnect = redisPatience, known
		return redis.NewClient(&o)
	}
	o := *at.cluster
	o.MaxRedirects, o.MinRetryBackoff, o.MaxRetryBackoff = redisRetries, minRetryPause, maxRetryPause
	o.ReadTimeout, o.OnConnect, o.ClusterSlots, o.ClusterStateReloadInterval = redisPatience, known, slots, clusterEvery
	return redis.NewClusterClient(&o)
}

func (sv *servers) connectRedis(at redisAt) {
	sv.at = at
	sv.redis = at.client(nil, nil)
	sv.stops = append(sv.stops, func() { _ = sv.redis.Close() })
}

// connect returns one more client of Redis, which asks known of each of its connections: in a cluster, of those to masters. It has no
// other that a replica could answer through when it takes the place of one.
func (sv *servers) connect(known func(context.Context, *redis.Conn) error) redis.UniversalClient {
	rdb := sv.at.client(known, func(ctx context.Context) ([]redis.ClusterSlot, error) { return sv.redis.ClusterSlots(ctx).Result() })
	sv.stops = append(sv.stops, func() { _ = rdb.Close() })
	return rdb
}

// checkMode refuses a node of a cluster that is named as if it were alone, and one that is alone and named as a cluster: the
// first would answer for a part only. Of a Redis that does not answer it says nothing.
func (at redisAt) checkMode(ctx context.Context) error {
	const op = "read VIGIE_REDIS_URL"
	ctx, stop := context.WithTimeout(ctx, answerPatience)
	defer stop()
	alone := at.server
	if at.cluster != nil {
		c := at.cluster
		alone = redis.Options{Addr: c.Addrs[0], Username: c.Username, Password: c.Password, TLSConfig: c.TLSConfig}
	}
	alone.ContextTimeoutEnabled = true
	node := redis.NewClient(&alone)
	defer node.Close()
	info, err := node.InfoMap(ctx, "cluster").Result()
	if err != nil {
		return nil
	}
	switch enabled := info["Cluster"]["cluster_enabled"] == "1"; {
	case enabled && at.cluster == nil:
		return triage.E(triage.Invalid, op, "", "this Redis is a node of a cluster: name its nodes, as redis://host:port?addr=host:port&addr=…", nil)
	case !enabled && at.cluster != nil:
		return triage.E(triage.Invalid, op, "", "this Redis is no node of a cluster: name it alone, without addr=", nil)
	}
	return nil
}

// eachServer calls do with every server of Redis, in a cluster with all of its masters at once.
func eachServer(ctx context.Context, rdb redis.UniversalClient, do func(ctx context.Context, server *redis.Client) error) error {
	switch rdb := rdb.(type) {
	case *redis.ClusterClient:
		return rdb.ForEachMaster(ctx, do)
	case *redis.Client:
		return do(ctx, rdb)
	}
	return triage.E(triage.Internal, "ask Redis", "", "", nil)
}

// worst returns the highest of what load says of every server of Redis.
func worst(rdb redis.UniversalClient, load func(ctx context.Context, server *redis.Client) (float64, error)) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		var said sync.Mutex // guards highest
		highest := 0.0
		err := eachServer(ctx, rdb, func(ctx context.Context, server *redis.Client) error {
			n, err := load(ctx, server)
			said.Lock()
			defer said.Unlock()
			highest = max(highest, n)
			return err
		})
		return highest, err
	}
}

// redisHealth is how one server of Redis fares.
type redisHealth struct {
	addr string // host:port; empty: it is the only one
	err  error
}

// askRedis asks every server of Redis whether it serves, and returns how each fares, by address.
func askRedis(ctx context.Context, rdb redis.UniversalClient) []redisHealth {
	_, cluster := rdb.(*redis.ClusterClient)
	ctx, stop := context.WithTimeout(ctx, answerPatience)
	defer stop()
	var said sync.Mutex // guards all
	var all []redisHealth
	ask := func(ctx context.Context, server *redis.Client) error {
		ctx, stop := context.WithTimeout(ctx, answerPatience/2) // so that who is silent can be named in time
		defer stop()
		h := redisHealth{err: inTime(ctx, func() error { return server.Ping(ctx).Err() })}
		if h.err != nil {
			h.err = triage.E(triage.Unavailable, "ask Redis", "", "Redis does not answer", h.err)
		}
		if cluster {
			h = redisHealth{server.Options().Addr, nodeFault(ctx, server, h.err)}
		}
		said.Lock()
		defer said.Unlock()
		all = append(all, h)
		return nil
	}
	err := inTime(ctx, func() error { return eachServer(ctx, rdb, ask) })
	said.Lock()
	defer said.Unlock()
	if err != nil {
		return []redisHealth{{err: triage.E(triage.Unavailable, "ask Redis", "", "Redis does not answer", err)}}
	}
	slices.SortFunc(all, func(a, b redisHealth) int { return cmp.Compare(a.addr, b.addr) })
	return all
}

// nodeFault names a cluster's node in what is wrong with it; silent is why it does not answer, or nil.
func nodeFault(ctx context.Context, node *redis.Client, silent error) error {
	addr := node.Options().Addr
	if silent != nil {
		return triage.E(triage.Unavailable, "ask Redis", addr, "a node of the Redis Cluster does not answer: "+addr, silent)
	}
	info, err := node.ClusterInfo(ctx).Result()
	if err == nil && strings.Contains(info, "cluster_state:ok") {
		return nil
	}
	return triage.E(triage.Unavailable, "ask Redis", addr, "a node of the Redis Cluster says that slots are not served: "+addr, err)
}
