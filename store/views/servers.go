package views

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/redis/go-redis/v9"
)

// Our keys lie in one slot of a cluster, those of store/known beside them in many: what concerns every server asks each of
// them by itself.

// servers calls do with every server that keeps keys of ours, in a cluster with all of its masters at once.
func (d db) servers(ctx context.Context, do func(ctx context.Context, server *redis.Client) error) error {
	switch rdb := d.rdb.(type) {
	case *redis.Client:
		return do(ctx, rdb)
	case *redis.ClusterClient:
		return rdb.ForEachMaster(ctx, do)
	}
	return fmt.Errorf("a client of another kind: %T", d.rdb)
}

// runs returns the runs of the servers, in order, and how many keys they evicted.
func (s Marks) runs(ctx context.Context) (runs []string, evicted uint64, err error) {
	var said sync.Mutex // guards the results
	err = s.servers(ctx, func(ctx context.Context, server *redis.Client) error {
		info, err := server.InfoMap(ctx, "server", "stats").Result()
		if err != nil {
			return err
		}
		n, _ := strconv.ParseUint(info["Stats"]["evicted_keys"], 10, 64)
		said.Lock()
		defer said.Unlock()
		runs, evicted = append(runs, info["Server"]["run_id"]), evicted+n
		return nil
	})
	slices.Sort(runs)
	return runs, evicted, err
}

// removeAll removes every key of ours but the leases.
func (s Marks) removeAll(ctx context.Context) error {
	return s.servers(ctx, func(ctx context.Context, server *redis.Client) error {
		err := s.removeUnder(ctx, server, s.prefix)
		if err == nil && s.untagged() != s.prefix {
			err = s.removeUnder(ctx, server, s.untagged())
		}
		return err
	})
}

// removeUnder removes one key a command, as those of a server may lie in many slots.
func (s Marks) removeUnder(ctx context.Context, server *redis.Client, prefix string) error {
	pipe := server.Pipeline()
	remove := func() error {
		if pipe.Len() == 0 {
			return nil
		}
		_, err := pipe.Exec(ctx)
		return err
	}
	walk := server.Scan(ctx, 0, escapeGlob(prefix)+"*", clearBatch).Iterator()
	for walk.Next(ctx) {
		if strings.HasPrefix(walk.Val(), s.key(keyLease)) {
			continue
		}
		if pipe.Unlink(ctx, walk.Val()); pipe.Len() == clearBatch {
			if err := remove(); err != nil {
				return err
			}
		}
	}
	if err := walk.Err(); err != nil {
		return err
	}
	return remove()
}
