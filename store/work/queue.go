// Package work queues media for examination in a Redis stream with a consumer group: every job goes to one worker at
// a time, and the job of a worker that died goes to another when its lease is over.
package work

import (
	"context"
	"crypto/rand"
	"errors"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/triage"
)

const (
	group = "workers"
	// again is added to the name of the stream for jobs that wait until there are no others.
	again  = ":again"
	medium = "m" // the one field of a job
	// pollTime bounds one wait for a job, so that jobs of dead workers are looked for between two waits.
	pollTime = time.Second
	// takesPerLook is with every how many takes what dead workers left is looked for while there are new jobs: these come every few
	// milliseconds, and each look costs Redis more than a take. Where there are none it is looked for each time.
	takesPerLook = 16
	// deadLeases is how many leases, or polls where those are longer, a consumer may be silent before it is held to
	// be dead: a live one asks at least once in each.
	deadLeases = 10
)

// Queue is one process's access to the jobs. All methods may be called by many goroutines.
type Queue struct {
	rdb      redis.UniversalClient
	stream   string
	consumer string
	lease    time.Duration
	takes    atomic.Int64
}

var (
	_ triage.JobQueue    = (*Queue)(nil)
	_ triage.JobSource   = (*Queue)(nil)
	_ triage.RehashQueue = (*Queue)(nil)
)

// New returns the queue that rdb keeps under prefix. A job that is neither done nor touched for lease is taken over.
func New(rdb redis.UniversalClient, prefix string, lease time.Duration) *Queue {
	return &Queue{rdb: rdb, stream: prefix + "jobs", consumer: strings.ToLower(rand.Text()), lease: lease}
}

// Enqueue implements triage.JobQueue.
func (q *Queue) Enqueue(ctx context.Context, ids ...triage.MediumID) error {
	pipe := q.rdb.Pipeline()
	for _, id := range ids {
		pipe.XAdd(ctx, &redis.XAddArgs{Stream: q.stream, Values: []string{medium, string(id)}})
	}
	_, err := pipe.Exec(ctx)
	return fault("work.Enqueue", "", err)
}

// Len returns how many jobs are not done.
func (q *Queue) Len(ctx context.Context) (int64, error) {
	n, err := q.rdb.XLen(ctx, q.stream).Result()
	return n, fault("work.Len", "", err)
}

// Oldest returns when the oldest of the jobs that are not done was queued, by Redis's clock; zero: there is none.
func (q *Queue) Oldest(ctx context.Context) (time.Time, error) {
	first, err := q.rdb.XRangeN(ctx, q.stream, "-", "+", 1).Result()
	if err != nil || len(first) == 0 {
		return time.Time{}, fault("work.Oldest", "", err)
	}
	text, _, _ := strings.Cut(first[0].ID, "-")
	ms, err := strconv.ParseInt(text, 10, 64)
	return time.UnixMilli(ms), err
}

// EnqueueAgain implements triage.RehashQueue.
func (q *Queue) EnqueueAgain(ctx context.Context, id triage.MediumID) error {
	err := q.rdb.XAdd(ctx, &redis.XAddArgs{Stream: q.stream + again, Values: []string{medium, string(id)}}).Err()
	return fault("work.EnqueueAgain", string(id), err)
}

// LenAgain implements triage.RehashQueue.
func (q *Queue) LenAgain(ctx context.Context) (int64, error) {
	n, err := q.rdb.XLen(ctx, q.stream+again).Result()
	return n, fault("work.LenAgain", "", err)
}

// lane returns the stream a job came from.
func (q *Queue) lane(j triage.Job) string {
	if j.Again {
		return q.stream + again
	}
	return q.stream
}

// lanes are both streams, the first one first.
func (q *Queue) lanes() []string { return []string{q.stream, q.stream + again} }

// noWait has a question for jobs answered at once.
const noWait = -1

// Take implements triage.JobSource: what is new, now and then and when there is nothing new what a dead worker left, one at a time, as it may
// have died of it; and when there is neither, the same of what is to be examined again.
func (q *Queue) Take(ctx context.Context, n int) ([]triage.Job, error) {
	const op = "work.Take"
	for {
		jobs, err := q.takeAny(ctx, n)
		switch {
		case ctx.Err() != nil:
			return nil, ctx.Err()
		case missing(err):
			if err := q.makeGroup(ctx); err != nil {
				return nil, fault(op, "", err)
			}
		case err != nil:
			return nil, fault(op, "", err)
		case len(jobs) > 0:
			return jobs, nil
		default: // nothing to do: time to tidy up
			if err := q.forgetDead(ctx); err != nil && ctx.Err() == nil {
				return nil, fault(op, "", err)
			}
		}
	}
}

// takeAny waits a moment when there is nothing to do.
func (q *Queue) takeAny(ctx context.Context, n int) ([]triage.Job, error) {
	waiting, err := q.LenAgain(ctx)
	if err != nil {
		return nil, err
	}
	if waiting > 0 {
		for _, lane := range q.lanes() {
			if jobs, err := q.takeFrom(ctx, lane, n, noWait); err != nil || len(jobs) > 0 {
				return jobs, err
			}
		}
	}
	return q.takeFrom(ctx, q.stream, n, min(pollTime, q.lease))
}

// takeFrom returns up to n new jobs of a lane, or one that a dead worker left.
func (q *Queue) takeFrom(ctx context.Context, lane string, n int, wait time.Duration) ([]triage.Job, error) {
	if q.takes.Add(1)%takesPerLook > 0 {
		if jobs, err := q.takeNew(ctx, lane, n, noWait); err != nil || len(jobs) > 0 {
			return jobs, err
		}
	}
	job, found, err := q.takeOver(ctx, lane)
	if err != nil {
		return nil, err
	}
	if found {
		return []triage.Job{job}, nil
	}
	return q.takeNew(ctx, lane, n, wait)
}

// takeOver claims one job of a lane whose lease is over.
func (q *Queue) takeOver(ctx context.Context, lane string) (triage.Job, bool, error) {
	for start := "0-0"; ; {
		messages, next, err := q.rdb.XAutoClaim(ctx, &redis.XAutoClaimArgs{
			Stream: lane, Group: group, Consumer: q.consumer, MinIdle: q.lease, Start: start, Count: 1,
		}).Result()
		if err != nil {
			return triage.Job{}, false, err
		}
		if len(messages) > 0 {
			job := q.jobOf(lane, messages[0])
			job.Deliveries, err = q.deliveries(ctx, job)
			return job, err == nil, err
		}
		if next == "0-0" {
			return triage.Job{}, false, nil
		}
		start = next
	}
}

// deliveries returns how often a job was handed out.
func (q *Queue) deliveries(ctx context.Context, j triage.Job) (int, error) {
	pending, err := q.rdb.XPendingExt(ctx, &redis.XPendingExtArgs{Stream: q.lane(j), Group: group, Start: j.ID, End: j.ID, Count: 1}).Result()
	if err != nil || len(pending) == 0 {
		return 1, err
	}
	return int(pending[0].RetryCount), nil
}

// takeNew waits for jobs of a lane that nobody has taken.
func (q *Queue) takeNew(ctx context.Context, lane string, n int, wait time.Duration) ([]triage.Job, error) {
	streams, err := q.rdb.XReadGroup(ctx, &redis.XReadGroupArgs{
		Group: group, Consumer: q.consumer, Streams: []string{lane, ">"}, Count: int64(n), Block: wait,
	}).Result()
	if errors.Is(err, redis.Nil) || err == nil && len(streams) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	jobs := make([]triage.Job, len(streams[0].Messages))
	for i, message := range streams[0].Messages {
		jobs[i] = q.jobOf(lane, message)
		jobs[i].Deliveries = 1
	}
	return jobs, nil
}

func (q *Queue) jobOf(lane string, m redis.XMessage) triage.Job {
	id, _ := m.Values[medium].(string)
	return triage.Job{ID: m.ID, Medium: triage.MediumID(id), Again: lane != q.stream}
}

// touchJobs renews the leases of jobs that the consumer still has: one that somebody took over stays with them. It
// returns how many were renewed. XCLAIM with JUSTID resets the idle time and counts no delivery. KEYS: stream. ARGV:
// group, consumer, jobs.
var touchJobs = redis.NewScript(`
local held = 0
for i = 3, #ARGV do
  if #redis.call('XPENDING', KEYS[1], ARGV[1], ARGV[i], ARGV[i], 1, ARGV[2]) > 0 then
    redis.call('XCLAIM', KEYS[1], ARGV[1], ARGV[2], 0, ARGV[i], 'JUSTID')
    held = held + 1
  end
end
return held`)

// Touch implements triage.JobSource. The jobs' deliveries stay as they are.
func (q *Queue) Touch(ctx context.Context, jobs ...triage.Job) error {
	const op = "work.Touch"
	for lane, ids := range q.byLane(jobs) {
		held, err := touchJobs.Run(ctx, q.rdb, []string{lane}, append([]any{group, q.consumer}, ids...)...).Int()
		if err == nil && held < len(ids) {
			err = triage.E(triage.Conflict, op, "", "another worker has taken a job over, or it is done", nil)
		}
		if err != nil {
			return fault(op, "", err)
		}
	}
	return nil
}

// doneJobs takes jobs out. It needs no memory, and a full Redis does it. KEYS: stream. ARGV: group, jobs.
var doneJobs = redis.NewScript(`
for i = 2, #ARGV do
  redis.call('XACK', KEYS[1], ARGV[1], ARGV[i])
  redis.call('XDEL', KEYS[1], ARGV[i])
end
return 1`)

// Done implements triage.JobSource.
func (q *Queue) Done(ctx context.Context, jobs ...triage.Job) error {
	for lane, ids := range q.byLane(jobs) {
		if err := doneJobs.Run(ctx, q.rdb, []string{lane}, append([]any{group}, ids...)...).Err(); err != nil {
			return fault("work.Done", "", err)
		}
	}
	return nil
}

// byLane sorts jobs by the stream that they came from.
func (q *Queue) byLane(jobs []triage.Job) map[string][]any {
	ids := make(map[string][]any)
	for _, j := range jobs {
		ids[q.lane(j)] = append(ids[q.lane(j)], j.ID)
	}
	return ids
}

// Close forgets this process's consumer, unless it still holds jobs: they are taken over from it.
func (q *Queue) Close(ctx context.Context) error {
	for _, lane := range q.lanes() {
		pending, err := q.rdb.XPendingExt(ctx, &redis.XPendingExtArgs{Stream: lane, Group: group, Start: "-", End: "+", Count: 1, Consumer: q.consumer}).Result()
		if missing(err) || err == nil && len(pending) > 0 {
			continue
		}
		if err == nil {
			err = q.rdb.XGroupDelConsumer(ctx, lane, group, q.consumer).Err()
		}
		if err != nil {
			return fault("work.Close", "", err)
		}
	}
	return nil
}

// forgetConsumers removes consumers without jobs that were silent for long. One that lives is made again by its next
// question. KEYS: stream. ARGV: group, silence in milliseconds.
var forgetConsumers = redis.NewScript(`
for _, flat in ipairs(redis.call('XINFO', 'CONSUMERS', KEYS[1], ARGV[1])) do
  local c = {}
  for i = 1, #flat, 2 do c[flat[i]] = flat[i + 1] end
  if c.pending == 0 and c.idle > tonumber(ARGV[2]) then
    redis.call('XGROUP', 'DELCONSUMER', KEYS[1], ARGV[1], c.name)
  end
end
return 1`)

func (q *Queue) forgetDead(ctx context.Context) error {
	silence := max(deadLeases*q.lease, deadLeases*pollTime)
	for _, lane := range q.lanes() {
		if err := forgetConsumers.Run(ctx, q.rdb, []string{lane}, group, silence.Milliseconds()).Err(); err != nil {
			return err
		}
	}
	return nil
}

// makeGroup makes the streams and their groups, from the first job on.
func (q *Queue) makeGroup(ctx context.Context) error {
	for _, lane := range q.lanes() {
		err := q.rdb.XGroupCreateMkStream(ctx, lane, group, "0").Err()
		if err != nil && !strings.HasPrefix(err.Error(), "BUSYGROUP") { // another process was first
			return err
		}
	}
	return nil
}

// missing reports whether err says that the stream or its group does not exist.
func missing(err error) bool { return err != nil && strings.HasPrefix(err.Error(), "NOGROUP") }

// fault turns an error of the driver into one of the domain.
func fault(op, object string, err error) error {
	switch {
	case err == nil:
		return nil
	case redis.HasErrorPrefix(err, "OOM ") || redis.HasErrorPrefix(err, "MISCONF "):
		return triage.E(triage.Full, op, object, "Redis takes no more: give it memory (maxmemory), or free its disk", err)
	}
	if known, ok := errors.AsType[*triage.Error](err); ok {
		return known // the gate before Redis says why
	}
	return triage.E(triage.Unavailable, op, object, "Redis does not answer: the service tries again by itself", err)
}
