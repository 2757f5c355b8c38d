package main

import (
	"context"
	"net"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

// gate stands before Redis: nothing is asked of a Redis that was not looked at since it started, or that is being
// caught up with. It is a hook of the client, so that no use case can forget it.
type gate struct{ catchUp *triage.CatchUp }

var _ redis.Hook = gate{}

// connected looks at a new connection: all are new after a restart.
func (g gate) connected(ctx context.Context, conn *redis.Conn) error {
	return askRun(ctx, conn, g.catchUp.Serves)
}

// pinned looks at a new connection past the gate: catching up ends with the server that it began with.
func (g gate) pinned(ctx context.Context, conn *redis.Conn) error {
	return askRun(ctx, conn, g.catchUp.Pins)
}

// askRun hands the run of the server at the other end to judge.
func askRun(ctx context.Context, conn *redis.Conn, judge func(server string) error) error {
	info, err := conn.InfoMap(ctx, "server").Result()
	if err != nil {
		return err
	}
	return judge(info["Server"]["run_id"])
}

// DialHook implements redis.Hook.
func (g gate) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook implements redis.Hook.
func (g gate) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		if err := g.catchUp.Ready(); err != nil {
			cmd.SetErr(err)
			return err
		}
		return next(ctx, cmd)
	}
}

// ProcessPipelineHook implements redis.Hook.
func (g gate) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		if err := g.catchUp.Ready(); err != nil {
			for _, cmd := range cmds {
				cmd.SetErr(err)
			}
			return err
		}
		return next(ctx, cmds)
	}
}
