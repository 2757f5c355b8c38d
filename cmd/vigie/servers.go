package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/store/embedded"
	"vigie/store/objects"
	"vigie/triage"
)

// servers are the Redis and the object store that a process works with.
type servers struct {
	redis redis.UniversalClient
	at    redisAt
	raw   objects.Store // without encryption
	url   string        // of the service, where known
	stops []func()      // in the order of starting
}

// stop lets go of the servers, and ends those that this process started.
func (s *servers) stop() {
	for i := len(s.stops) - 1; i >= 0; i-- {
		s.stops[i]()
	}
}

// running is what "vigie up" leaves in its data folder for the other commands on the same machine. It holds no
// secret.
type running struct {
	RedisSocket string `json:"redis_socket"`
	S3          string `json:"s3,omitempty"` // host:port of the embedded MinIO; empty: the folder store
	URL         string `json:"url"`
}

func runningFile(c *serviceConfig) string { return filepath.Join(c.Data, "running.json") }

// startServers starts the embedded servers on the data folder.
func startServers(ctx context.Context, c *serviceConfig, s *secrets, log *slog.Logger) (_ *servers, err error) {
	if err := os.MkdirAll(c.Data, 0o700); err != nil {
		return nil, fmt.Errorf("data folder: %w", err)
	}
	sv := &servers{url: c.baseURL(c.Listen)}
	defer func() {
		if err != nil {
			sv.stop()
		}
	}()
	r, err := embedded.StartRedis(ctx, embedded.RedisOptions{Dir: filepath.Join(c.Data, "redis"), Password: s.RedisPassword, Log: log})
	if err != nil {
		return nil, err
	}
	sv.stops = append(sv.stops, r.Stop)
	now := running{RedisSocket: r.Addr(), URL: sv.url}
	sv.connectRedis(redisAt{server: redis.Options{Network: "unix", Addr: r.Addr(), Password: s.RedisPassword}})

	if c.Objects == objectsMinio {
		m, err := embedded.StartMinio(ctx, embedded.MinioOptions{
			Dir: filepath.Join(c.Data, "minio"), User: s.MinioUser, Password: s.MinioPassword, Binary: c.minioBinary(), Log: log,
		})
		if err != nil {
			return nil, err
		}
		sv.stops = append(sv.stops, m.Stop)
		now.S3 = m.Addr()
	}
	if sv.raw, err = openEmbedded(ctx, c, s, now.S3); err != nil {
		return nil, err
	}
	text, err := json.Marshal(now)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(runningFile(c), text, 0o600); err != nil {
		return nil, err
	}
	sv.stops = append(sv.stops, func() { _ = os.Remove(runningFile(c)) })
	return sv, nil
}

// reachServers connects to outside servers, as far as they are configured, and else to those that "vigie up" runs
// on the data folder.
func reachServers(ctx context.Context, c *serviceConfig, s *secrets) (*servers, error) {
	sv := &servers{}
	now, err := readRunning(c)
	if err != nil {
		return nil, err
	}
	sv.url = now.URL
	switch {
	case c.RedisURL != "":
		at, err := parseRedisURL(c.RedisURL)
		if err == nil {
			err = at.checkMode(ctx)
		}
		if err != nil {
			return nil, err
		}
		sv.connectRedis(at)
	case now.RedisSocket != "":
		sv.connectRedis(redisAt{server: redis.Options{Network: "unix", Addr: now.RedisSocket, Password: s.RedisPassword}})
	default:
		return nil, triage.E(triage.Unavailable, "find Redis", "", "start \"vigie up\" on this data folder first (--data), or set VIGIE_REDIS_URL", nil)
	}
	if sv.raw, err = openObjects(ctx, c, s, now); err != nil {
		sv.stop()
		return nil, err
	}
	return sv, nil
}

// reachObjects connects to the object store alone: all that an audit needs.
func reachObjects(ctx context.Context, c *serviceConfig, s *secrets) (objects.Store, error) {
	now, err := readRunning(c)
	if err != nil {
		return nil, err
	}
	if c.S3.Endpoint == "" && now.S3 == "" && c.Objects == objectsMinio {
		return nil, triage.E(triage.Unavailable, "find the object store", "", "start \"vigie up\" on this data folder first (--data), or set VIGIE_S3_ENDPOINT", nil)
	}
	return openObjects(ctx, c, s, now)
}

func openObjects(ctx context.Context, c *serviceConfig, s *secrets, now running) (objects.Store, error) {
	if c.S3.Endpoint != "" {
		return objects.OpenMinio(ctx, objects.MinioConfig{
			Endpoint: c.S3.Endpoint, AccessKey: c.S3.User, SecretKey: c.S3.Password, TLS: c.S3.TLS, BucketPrefix: c.S3.Prefix,
		})
	}
	return openEmbedded(ctx, c, s, now.S3)
}

func readRunning(c *serviceConfig) (running, error) {
	var now running
	text, err := os.ReadFile(runningFile(c))
	if errors.Is(err, fs.ErrNotExist) {
		return now, nil
	}
	if err == nil {
		err = json.Unmarshal(text, &now)
	}
	return now, err
}

// openEmbedded opens the folder store, or the embedded MinIO at s3.
func openEmbedded(ctx context.Context, c *serviceConfig, s *secrets, s3 string) (objects.Store, error) {
	if s3 == "" {
		folder, err := objects.OpenFolder(filepath.Join(c.Data, "objects"), time.Now)
		if err == nil && c.ObjectsMax > 0 {
			err = folder.Limit(c.ObjectsMax)
		}
		if err != nil {
			return nil, err
		}
		return folder, nil
	}
	return objects.OpenMinio(ctx, objects.MinioConfig{Endpoint: s3, AccessKey: s.MinioUser, SecretKey: s.MinioPassword})
}

// minioBinary is ./bin/minio where that was built, else the one on PATH.
func (c *serviceConfig) minioBinary() string {
	if c.Minio != "" {
		return c.Minio
	}
	if built, err := filepath.Abs(filepath.Join("bin", "minio")); err == nil {
		if _, err := os.Stat(built); err == nil {
			return built
		}
	}
	return "minio"
}
