package main

import (
	"context"
	"strconv"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/objects"
	"vigie/store/work"
	"vigie/triage"
)

const (
	// maxQueued is how many media may wait for their examination: at 100 a second, a quarter of an hour's work. More
	// would only lie in Redis.
	maxQueued    = 100_000
	resumeQueued = 0.9
	// redisFill is the part of maxmemory up to which submissions are taken in: jobs, claims, decisions and outcomes
	// of what is in need the rest.
	redisFill   = 0.9
	resumeRedis = 0.95
)

// newRoom returns what submissions ask. A server whose disk or memory is not ours to see says itself that it is full.
func newRoom(c *serviceConfig, sv *servers, jobs *work.Queue) *triage.Room {
	limits := []*triage.Limit{
		{Hint: "Redis is near its maxmemory: give it more", Resume: resumeRedis, Load: memoryLoad(sv.redis)},
		{Hint: "Redis cannot write its files: free its disk", Resume: 0.5, Load: filesLoad(sv.redis)},
		{Hint: "the workers are behind: it goes on when they catch up, or start more of them", Resume: resumeQueued, Load: func(ctx context.Context) (float64, error) {
			n, err := jobs.Len(ctx)
			return float64(n) / maxQueued, err
		}},
	}
	const full = "the disk of the data folder is full: free space or move the folder"
	if folder, ok := sv.raw.(*objects.Folder); ok {
		limits = append(limits, &triage.Limit{Hint: full, Resume: objects.DiskResume, Load: folder.Load})
	} else if c.S3.Endpoint == "" { // our own MinIO
		limits = append(limits, &triage.Limit{Hint: full, Resume: objects.DiskResume, Load: func(context.Context) (float64, error) {
			return objects.DiskLoad(c.Data)
		}})
	}
	return &triage.Room{Limits: limits, Now: time.Now}
}

// memoryLoad says how full Redis's memory is; 0 without maxmemory.
func memoryLoad(rdb *redis.Client) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		info, err := rdb.InfoMap(ctx, "memory").Result()
		if err != nil {
			return 0, err
		}
		used, err := strconv.ParseFloat(info["Memory"]["used_memory"], 64)
		if err != nil {
			return 0, err
		}
		most, err := strconv.ParseFloat(info["Memory"]["maxmemory"], 64)
		if err != nil || most == 0 {
			return 0, err
		}
		return used / (redisFill * most), nil
	}
}

// filesLoad is 1 while Redis's last write to its append-only file failed.
func filesLoad(rdb *redis.Client) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		info, err := rdb.InfoMap(ctx, "persistence").Result()
		if err == nil && info["Persistence"]["aof_last_write_status"] == "err" {
			return 1, nil
		}
		return 0, err
	}
}
