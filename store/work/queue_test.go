package work

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"golang.org/x/sync/errgroup"

	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

// onCluster says, in the environment, that the tests are to run on a cluster.
const onCluster = "VIGIE_TEST_CLUSTER"

func client(t *testing.T) redis.UniversalClient {
	t.Helper()
	if os.Getenv(onCluster) != "" {
		c := embeddedtest.RedisCluster(t)
		rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), Password: c.Password})
		t.Cleanup(func() { _ = rdb.Close() })
		return rdb
	}
	addr, password := embeddedtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

// TestOnCluster runs the tests of this package once more, on a Redis Cluster.
func TestOnCluster(t *testing.T) {
	if os.Getenv(onCluster) != "" {
		t.Skip("it is the one")
	}
	t.Parallel()
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^Test", "-test.v") //nolint:gosec // this binary
	again.Env = append(os.Environ(), onCluster+"=1")
	said, err := again.CombinedOutput()
	if ran := strings.Count(string(said), "--- PASS: Test"); err != nil || ran < 7 {
		t.Errorf("%d tests passed, %v\n%s", ran, err, said)
	}
}

func take(t *testing.T, q *Queue) triage.Job {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	jobs, err := q.Take(ctx, 1)
	if err != nil || len(jobs) != 1 {
		t.Fatalf("%d jobs, %v", len(jobs), err)
	}
	return jobs[0]
}

func TestOneJobOneWorker(t *testing.T) {
	rdb := client(t)
	const jobs, workers = 200, 8
	first := New(rdb, "{t}:", time.Minute)
	for i := range jobs {
		if err := first.Enqueue(t.Context(), triage.MediumID(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	done := make(chan triage.MediumID, jobs)
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	var g errgroup.Group
	for range workers {
		q := New(rdb, "{t}:", time.Minute)
		g.Go(func() error {
			for {
				some, err := q.Take(ctx, 3)
				if errors.Is(err, context.Canceled) {
					return q.Close(context.Background())
				}
				if err != nil {
					return err
				}
				if err := q.Done(ctx, some...); err != nil {
					return err
				}
				for _, j := range some {
					done <- j.Medium
				}
				if len(done) == jobs {
					cancel()
				}
			}
		})
	}
	if err := g.Wait(); err != nil {
		t.Fatal(err)
	}
	close(done)
	seen := make(map[triage.MediumID]bool)
	for id := range done {
		if seen[id] {
			t.Errorf("job %s was handed out twice", id)
		}
		seen[id] = true
	}
	if len(seen) != jobs {
		t.Errorf("%d jobs of %d", len(seen), jobs)
	}
	if n := rdb.XLen(t.Context(), "{t}:jobs").Val(); n != 0 {
		t.Errorf("%d jobs are left in the stream", n)
	}
	consumers := rdb.XInfoConsumers(t.Context(), "{t}:jobs", group).Val()
	if len(consumers) != 0 {
		t.Errorf("%d consumers are left", len(consumers))
	}
}

func TestOldest(t *testing.T) {
	q := New(client(t), "{t}:", time.Minute)
	if at, err := q.Oldest(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("of none: %s, %v", at, err)
	}
	before := time.Now().Add(-time.Second)
	for _, id := range []triage.MediumID{"a", "b"} {
		if err := q.Enqueue(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if at, err := q.Oldest(t.Context()); err != nil || at.Before(before) || at.After(time.Now().Add(time.Second)) {
		t.Errorf("%s, %v", at, err)
	}
	first := take(t, q)
	if at, err := q.Oldest(t.Context()); err != nil || at.IsZero() { // it is not done
		t.Errorf("%s, %v", at, err)
	}
	if err := q.Done(t.Context(), first, take(t, q)); err != nil {
		t.Fatal(err)
	}
	if at, err := q.Oldest(t.Context()); err != nil || !at.IsZero() {
		t.Errorf("when all are done: %s, %v", at, err)
	}
}

// TestTakeoverAmongNewJobs: what a dead worker left is taken soon, though there is always something new.
func TestTakeoverAmongNewJobs(t *testing.T) {
	rdb := client(t)
	const lease = 50 * time.Millisecond
	dead, alive := New(rdb, "{t}:", lease), New(rdb, "{t}:", lease)
	if err := dead.Enqueue(t.Context(), "left"); err != nil {
		t.Fatal(err)
	}
	take(t, dead)
	for n := range 3 * takesPerLook {
		if err := dead.Enqueue(t.Context(), triage.MediumID("new"+strconv.Itoa(n))); err != nil {
			t.Fatal(err)
		}
	}
	time.Sleep(2 * lease) // by Redis's clock
	for range 2 * takesPerLook {
		if take(t, alive).Medium == "left" {
			return
		}
	}
	t.Error("what a dead worker left waits behind new jobs")
}

func TestTakeoverCountsDeliveries(t *testing.T) {
	rdb := client(t)
	const lease = 150 * time.Millisecond
	dead, alive := New(rdb, "{t}:", lease), New(rdb, "{t}:", lease)
	if err := dead.Enqueue(t.Context(), "medium"); err != nil {
		t.Fatal(err)
	}
	if j := take(t, dead); j.Deliveries != 1 {
		t.Errorf("first delivery: %+v", j)
	}
	j := take(t, alive) // waits until the lease is over
	if j.Medium != "medium" || j.Deliveries != 2 {
		t.Errorf("taken over: %+v", j)
	}
	if err := alive.Done(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	if err := alive.Done(t.Context(), j); err != nil {
		t.Errorf("done twice: %v", err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 3*lease)
	defer cancel()
	if j, err := dead.Take(ctx, 1); err == nil {
		t.Errorf("a job that is done came back: %+v", j)
	}
}

func TestTouchKeepsTheLease(t *testing.T) {
	rdb := client(t)
	const lease = time.Second // a busy machine keeps the owner waiting for longer than three quarters of less
	owner, other := New(rdb, "{t}:", lease), New(rdb, "{t}:", lease)
	if err := owner.Enqueue(t.Context(), "long"); err != nil {
		t.Fatal(err)
	}
	j := take(t, owner)
	ctx, cancel := context.WithCancel(t.Context())
	go func() { // the owner is alive for two leases
		defer cancel()
		for range 8 {
			time.Sleep(lease / 4)
			if err := owner.Touch(ctx, j); err != nil {
				t.Error(err)
			}
		}
	}()
	if got, err := other.Take(ctx, 1); err == nil {
		t.Errorf("a touched job was taken over: %+v", got)
	}
	if got := take(t, other); got.Deliveries != 2 {
		t.Errorf("touching counted deliveries: %+v", got)
	}
}

// A worker that was held up must not take its job back from the one that took it over.
func TestTouchComesTooLate(t *testing.T) {
	rdb := client(t)
	const lease = 100 * time.Millisecond
	slow, other := New(rdb, "{t}:", lease), New(rdb, "{t}:", lease)
	if err := slow.Enqueue(t.Context(), "medium"); err != nil {
		t.Fatal(err)
	}
	j := take(t, slow)
	taken := take(t, other)
	if err := slow.Touch(t.Context(), j); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("touched a job of another worker: %v", err)
	}
	if err := other.Touch(t.Context(), taken); err != nil {
		t.Error(err)
	}
	if err := other.Done(t.Context(), taken); err != nil {
		t.Fatal(err)
	}
	if err := other.Touch(t.Context(), taken); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("touched a job that is done: %v", err)
	}
}

func TestDeadConsumersAreForgotten(t *testing.T) {
	rdb := client(t)
	q := New(rdb, "{t}:", 50*time.Millisecond)
	if err := q.Enqueue(t.Context(), "medium"); err != nil {
		t.Fatal(err)
	}
	job := take(t, q)
	// Two consumers that will never be heard of again: one has a job, which must not go with it.
	if err := rdb.XGroupCreateConsumer(t.Context(), "{t}:jobs", group, "idle").Err(); err != nil {
		t.Fatal(err)
	}
	if err := rdb.XClaimJustID(t.Context(), &redis.XClaimArgs{Stream: "{t}:jobs", Group: group, Consumer: "busy", Messages: []string{job.ID}}).Err(); err != nil {
		t.Fatal(err)
	}
	time.Sleep(20 * time.Millisecond)
	if err := forgetConsumers.Run(t.Context(), rdb, []string{"{t}:jobs"}, group, 10).Err(); err != nil {
		t.Fatal(err)
	}
	left := rdb.XInfoConsumers(t.Context(), "{t}:jobs", group).Val()
	if len(left) != 1 || left[0].Name != "busy" || left[0].Pending != 1 {
		t.Errorf("left: %+v", left)
	}
}

func TestSurvivesRedis(t *testing.T) {
	server := embeddedtest.RedisServer(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Addr(), Password: server.Password(), MaxRetries: 8, MaxRetryBackoff: 500 * time.Millisecond})
	defer rdb.Close()
	q := New(rdb, "{t}:", 200*time.Millisecond)
	for i := range 5 {
		if err := q.Enqueue(t.Context(), triage.MediumID(fmt.Sprint(i))); err != nil {
			t.Fatal(err)
		}
	}
	take(t, q) // pending when the server dies
	if err := syscall.Kill(server.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	seen := make(map[triage.MediumID]bool)
	for deadline := time.Now().Add(20 * time.Second); len(seen) < 5 && time.Now().Before(deadline); {
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		jobs, err := q.Take(ctx, 2)
		cancel()
		if err != nil {
			continue // not up again yet
		}
		if err := q.Done(t.Context(), jobs...); err != nil {
			t.Fatal(err)
		}
		for _, j := range jobs {
			seen[j.Medium] = true
		}
	}
	if len(seen) != 5 {
		t.Errorf("%d jobs of 5 survived: %v", len(seen), seen)
	}
}

// TestAgainWaits: what is to be examined again is handed out when there is nothing else, and renewed, taken over and
// done as any job.
func TestAgainWaits(t *testing.T) {
	q := New(client(t), "{t}:", 200*time.Millisecond)
	for _, id := range []triage.MediumID{"again1", "again2"} {
		if err := q.EnqueueAgain(t.Context(), id); err != nil {
			t.Fatal(err)
		}
	}
	if err := q.Enqueue(t.Context(), "fresh"); err != nil {
		t.Fatal(err)
	}
	if j := take(t, q); j.Medium != "fresh" || j.Again {
		t.Errorf("first came %+v", j)
	} else if err := q.Done(t.Context(), j); err != nil {
		t.Fatal(err)
	}
	first := take(t, q)
	if first.Medium != "again1" || !first.Again || first.Deliveries != 1 {
		t.Errorf("then came %+v", first)
	}
	if err := q.Touch(t.Context(), first); err != nil {
		t.Errorf("renewed: %v", err)
	}
	second := take(t, q)
	if second.Medium != "again2" {
		t.Errorf("then came %+v", second)
	}
	if err := q.Done(t.Context(), second); err != nil {
		t.Fatal(err)
	}
	if n, err := q.LenAgain(t.Context()); err != nil || n != 1 {
		t.Errorf("%d wait, %v", n, err)
	}
	if j := take(t, q); j.Medium != "again1" || j.Deliveries != 2 || !j.Again { // its worker is silent
		t.Errorf("taken over: %+v", j)
	}
}
