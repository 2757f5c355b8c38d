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
	// defaultQueue is how many media may wait for their examination: at 100 a second, a quarter of an hour's work. More
	// would only lie in Redis.
	defaultQueue = 100_000
	resumeQueue  = 0.9
	// redisFill is the part of maxmemory up to which submissions are taken in: jobs, claims, decisions and outcomes
	// of what is in need the rest.
	redisFill   = 0.9
	resumeRedis = 0.95
	// slowStore is how long the object store may take to say that it has an object. A healthy one takes milliseconds;
	// at this rate the handful of requests of one upload take a quarter of a minute, and more of them make it slower.
	slowStore   = 3 * time.Second
	resumeStore = 0.5
)

// newRoom returns what submissions ask. A server whose disk or memory is not ours to see says itself that it is full.
func newRoom(c *serviceConfig, rdb redis.UniversalClient, raw objects.Store, jobs *work.Queue) *triage.Room {
	limits := []*triage.Limit{
		{Name: triage.OfRedisMemory, Hint: "Redis is near its maxmemory: give it more", Resume: resumeRedis, Load: worst(rdb, memoryLoad)},
		{Name: triage.OfRedisFiles, Hint: "Redis cannot write its files: free its disk", Resume: 0.5, Load: worst(rdb, filesLoad)},
		{Name: triage.OfWorkers, Hint: "the workers are behind: it goes on when they catch up, or start more of them", Resume: resumeQueue, Load: func(ctx context.Context) (float64, error) {
			n, err := jobs.Len(ctx)
			return float64(n) / float64(c.QueueMax), err
		}},
		{Name: triage.OfObjectSpeed, Hint: "the object store is slow: look at its disks and at what else burdens it", Resume: resumeStore, Load: speedLoad(raw)},
	}
	const full = "the disk of the data folder is full: free space or move the folder"
	if folder, ok := raw.(*objects.Folder); ok {
		limits = append(limits, &triage.Limit{Name: triage.OfDisk, Hint: full, Resume: objects.DiskResume, Load: folder.Load})
	} else if c.S3.Endpoint == "" { // our own MinIO
		limits = append(limits, &triage.Limit{Name: triage.OfDisk, Hint: full, Resume: objects.DiskResume, Load: func(context.Context) (float64, error) {
			return objects.DiskLoad(c.Data)
		}})
	}
	return &triage.Room{Limits: limits}
}

// speedLoad says how slow the object store is.
func speedLoad(raw objects.Store) func(context.Context) (float64, error) {
	return func(ctx context.Context) (float64, error) {
		ctx, stop := context.WithTimeout(ctx, slowStore)
		defer stop()
		start := time.Now()
		_, err := raw.Stat(ctx, keyCheck)
		took := time.Since(start)
		if took >= slowStore {
			err = nil // an answer that was not waited for
		}
		return took.Seconds() / slowStore.Seconds(), err
	}
}

// memoryLoad says how full a server's memory is; 0 without maxmemory.
func memoryLoad(ctx context.Context, server *redis.Client) (float64, error) {
	info, err := server.InfoMap(ctx, "memory").Result()
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

// filesLoad is 1 while a server's last write to its append-only file failed.
func filesLoad(ctx context.Context, server *redis.Client) (float64, error) {
	info, err := server.InfoMap(ctx, "persistence").Result()
	if err == nil && info["Persistence"]["aof_last_write_status"] == "err" {
		return 1, nil
	}
	return 0, err
}
