// Package embeddedtest hands the real servers to tests: `make test` runs everything on real Redis and real MinIO.
//
// Servers are shared by the tests of one binary and end with it. Their folders cannot be removed by a process that
// has ended, so each run sweeps what earlier runs left; the folder's lock tells the dead from the living.
package embeddedtest

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/store/embedded"
)

// startTimeout is how long a server may take to start on a busy machine.
const startTimeout = 60 * time.Second

// What the sweep looks for: young folders are left alone, their servers may be about to take the lock.
const (
	folderPrefix = "vigie-test-"
	sweepAfter   = 10 * time.Minute
)

var (
	sweepOnce sync.Once

	idleRedis idle[*embedded.Redis]

	sharedMinio struct {
		sync.Mutex
		server *embedded.Minio
	}
)

// Redis returns the unix socket and the password of an empty Redis that no other test uses at the same time.
// Servers are handed on: the next test gets the same one, emptied.
func Redis(t testing.TB) (addr, password string) {
	t.Helper()
	r := RedisServer(t)
	return r.Addr(), r.Password()
}

// RedisServer is Redis for tests that need its process too, to kill it. Do not Stop it.
func RedisServer(t testing.TB) *embedded.Redis {
	t.Helper()
	r := takeRedis(t)
	t.Cleanup(func() { returnRedis(t, r) })
	return r
}

func takeRedis(t testing.TB) *embedded.Redis {
	t.Helper()
	if r, found := idleRedis.take(); found {
		return r
	}
	ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
	defer cancel()
	r, err := embedded.StartRedis(ctx, embedded.RedisOptions{Dir: folder(t, "redis"), Password: rand.Text()})
	if err != nil {
		t.Fatalf("real Redis is needed: %v (make setup-test installs it)", err)
	}
	// What tests write need not outlive a power cut. What was answered is written still, so that a kill loses nothing.
	if err := command(r, "CONFIG SET appendfsync no"); err != nil {
		t.Fatal(err)
	}
	return r
}

// returnRedis empties the server for the next test; one that cannot be emptied is not handed on. What it counted goes too:
// keys that it evicted are a loss to who finds their number.
func returnRedis(t testing.TB, r *embedded.Redis) {
	if err := errors.Join(command(r, "FLUSHALL"), command(r, "CONFIG SET maxmemory 0"), command(r, "CONFIG RESETSTAT")); err != nil {
		t.Logf("Redis is not handed on: %v", err)
		r.Stop()
		return
	}
	idleRedis.give(r)
}

// command has the server do one thing that it answers with OK.
func command(r *embedded.Redis, line string) error {
	said, err := converse("unix", r.Addr(), r.Password(), startTimeout, line)
	if err == nil && said != "+OK\r\n+OK\r\n+OK\r\n" {
		err = fmt.Errorf("redis answered %q", said)
	}
	return err
}

// converse signs in, sends one command a line and returns all answers; no client library, so that every package may use
// this one. It takes no longer than patience.
func converse(network, addr, password string, patience time.Duration, lines ...string) (string, error) {
	conn, err := net.DialTimeout(network, addr, patience)
	if err != nil {
		return "", err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return "", err
	}
	if _, err := fmt.Fprintf(conn, "AUTH %s\r\n%s\r\nQUIT\r\n", password, strings.Join(lines, "\r\n")); err != nil {
		return "", err
	}
	said, err := io.ReadAll(conn)
	return string(said), err
}

// MinioConfig says how a test reaches its own part of the shared MinIO.
type MinioConfig struct {
	Endpoint  string // host:port, plain HTTP
	AccessKey string
	SecretKey string
	Prefix    string // of bucket names, unused before
}

// Minio returns access to a real MinIO, with a bucket prefix that is this caller's alone.
func Minio(t testing.TB) MinioConfig {
	t.Helper()
	sharedMinio.Lock()
	defer sharedMinio.Unlock()
	if sharedMinio.server == nil {
		ctx, cancel := context.WithTimeout(context.Background(), startTimeout)
		defer cancel()
		m, err := embedded.StartMinio(ctx, embedded.MinioOptions{
			Dir: folder(t, "minio"), User: "vigie-test", Password: rand.Text(), Binary: MinioBinary(t),
		})
		if err != nil {
			t.Fatalf("real MinIO is needed: %v", err)
		}
		sharedMinio.server = m
	}
	user, password := sharedMinio.server.Credentials()
	return MinioConfig{
		Endpoint: sharedMinio.server.Addr(), AccessKey: user, SecretKey: password,
		Prefix: "t" + strings.ToLower(rand.Text()[:12]),
	}
}

// MinioBinary finds the server: $VIGIE_TEST_MINIO, then ./bin/minio of the repository, then PATH.
func MinioBinary(t testing.TB) string {
	t.Helper()
	if binary := os.Getenv("VIGIE_TEST_MINIO"); binary != "" {
		return binary
	}
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if filepath.Dir(dir) == dir {
			return "minio"
		}
		dir = filepath.Dir(dir)
	}
	if binary := filepath.Join(dir, "bin", "minio"); isFile(binary) {
		return binary
	}
	return "minio"
}

func isFile(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.Mode().IsRegular()
}

// folder makes a server's folder outside of t.TempDir, because the server outlives the test.
func folder(t testing.TB, name string) string {
	t.Helper()
	sweepOnce.Do(sweep)
	dir, err := os.MkdirTemp("", folderPrefix+name+"-")
	if err != nil {
		t.Fatal(err)
	}
	return dir
}

// sweep removes the folders of test runs that have ended.
func sweep() {
	dirs, _ := filepath.Glob(filepath.Join(os.TempDir(), folderPrefix+"*")) // the pattern is well formed
	for _, dir := range dirs {
		if info, err := os.Stat(dir); err == nil && time.Since(info.ModTime()) > sweepAfter {
			embedded.RemoveAbandoned(dir)
		}
	}
}
