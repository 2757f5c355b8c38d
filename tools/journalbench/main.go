// Command journalbench measures how fast two processes append to one journal on a real MinIO, next to bare PUTs of the
// same size in the same run. "make bench-journal" runs it.
package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"vigie/store/embedded"
	"vigie/store/journal"
	"vigie/store/objects"
	"vigie/triage"
)

// The marks that a run must reach.
const (
	aloneAtMost = 1.5 // times a bare PUT's p50, one writer's p50
	manyAtLeast = 20  // times one writer's events a second, 256 writers'
	processes   = 2
	blockBytes  = 550 // what an object with one event has in the store, about
	warmup      = 500 * time.Millisecond
)

// setup is what the parent tells its children, over the environment.
type setup struct {
	Endpoint, User, Password, Prefix string
	Writers                          int
	Duration                         time.Duration
}

func main() {
	duration := flag.Duration("duration", 5*time.Second, "of each measurement")
	minio := flag.String("minio", "bin/minio", "MinIO binary")
	flag.Parse()
	ctx := context.Background()
	run := func() error { return measure(ctx, *minio, *duration) }
	if raw := os.Getenv("JOURNALBENCH_CHILD"); raw != "" {
		run = func() error { return child(ctx, raw) }
	}
	if err := run(); err != nil {
		fmt.Fprintln(os.Stderr, "journalbench:", err)
		os.Exit(1)
	}
}

// measure runs everything and prints the table.
func measure(ctx context.Context, binary string, d time.Duration) error {
	if _, err := os.Stat(binary); err != nil {
		binary = "minio" // on PATH
	}
	if filepath.Base(binary) == binary {
		found, err := exec.LookPath(binary)
		if err != nil {
			return err
		}
		binary = found
	}
	binary, err := filepath.Abs(binary)
	if err != nil {
		return err
	}
	dir, err := os.MkdirTemp("", "journalbench-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir)
	m, err := embedded.StartMinio(ctx, embedded.MinioOptions{Dir: dir, User: "bench-user", Password: rand.Text(), Binary: binary})
	if err != nil {
		return err
	}
	defer m.Stop()
	user, password := m.Credentials()
	s := setup{Endpoint: m.Addr(), User: user, Password: password, Duration: d}

	fmt.Println("| what | per second | p50 ms | p99 ms |\n|---|---|---|---|")
	var alone, bare, many series
	for _, writers := range []int{1, 16, 256} {
		s.Writers, s.Prefix = writers, "bench"+strconv.Itoa(writers)
		got, puts, err := appendAll(s)
		if err != nil {
			return err
		}
		rate := float64(len(got)) / d.Seconds()
		if writers == 1 {
			rate = got.perSecond() // without the time of the bare PUTs in between
		}
		fmt.Printf("| %d writers in %d processes | %.0f | %.1f | %.1f |\n", writers, processes, rate, got.ms(50), got.ms(99))
		if writers == 1 {
			fmt.Printf("| a bare PUT of that size after each of these | %.0f | %.1f | %.1f |\n", puts.perSecond(), puts.ms(50), puts.ms(99))
			alone, bare = got, puts
		}
		many = got
	}
	one, factor := alone.ms(50)/bare.ms(50), float64(len(many))/d.Seconds()/alone.perSecond()
	fmt.Printf("\none writer's p50: %.2f × a bare PUT (at most %.1f); 256 writers: %.1f × the events of one (at least %d)\n", one, aloneAtMost, factor, manyAtLeast)
	if one > aloneAtMost || factor < manyAtLeast {
		return fmt.Errorf("a mark was missed")
	}
	return nil
}

// series are durations of single calls.
type series []time.Duration

func (s series) ms(percent int) float64 {
	if len(s) == 0 {
		return 0
	}
	sorted := slices.Sorted(slices.Values(s))
	return float64(sorted[(len(sorted)-1)*percent/100]) / float64(time.Millisecond)
}

// perSecond is what one caller after the other reaches.
func (s series) perSecond() float64 {
	var sum time.Duration
	for _, d := range s {
		sum += d
	}
	return float64(len(s)) / sum.Seconds()
}

// result is what a child measured.
type result struct{ Events, Puts series }

// appendAll lets the processes append and returns how long each event took, and each bare PUT in between.
func appendAll(s setup) (events, puts series, _ error) {
	raw, err := json.Marshal(s)
	if err != nil {
		return nil, nil, err
	}
	self, err := os.Executable()
	if err != nil {
		return nil, nil, err
	}
	var outputs [processes]bytes.Buffer
	var children [processes]*exec.Cmd
	for i := range children {
		c := exec.Command(self)
		c.Env = append(os.Environ(), "JOURNALBENCH_CHILD="+string(raw), "JOURNALBENCH_INDEX="+strconv.Itoa(i))
		c.Stdout, c.Stderr = &outputs[i], os.Stderr
		if err := c.Start(); err != nil {
			return nil, nil, err
		}
		children[i] = c
	}
	for i, c := range children {
		if err := c.Wait(); err != nil {
			return nil, nil, err
		}
		var part result
		if err := json.Unmarshal(outputs[i].Bytes(), &part); err != nil {
			return nil, nil, err
		}
		events, puts = append(events, part.Events...), append(puts, part.Puts...)
	}
	return events, puts, nil
}

func (s setup) open(ctx context.Context) (raw *objects.Minio, sealed objects.Store, err error) {
	raw, err = objects.OpenMinio(ctx, objects.MinioConfig{Endpoint: s.Endpoint, AccessKey: s.User, SecretKey: s.Password, BucketPrefix: s.Prefix})
	if err != nil {
		return nil, nil, err
	}
	sealed, err = objects.Seal(raw, bytes.Repeat([]byte{7}, objects.KeySize))
	return raw, sealed, err
}

func sample() triage.Event {
	return triage.Event{
		Actor: "t-0123456789abcdef", Kind: triage.HashChecked, Subject: "0123456789abcdef0123456789abcdef",
		Data: json.RawMessage(`{"answers":["unknown"],"hashes":1}`),
	}
}

// child appends with its share of the writers, keeps the journal meanwhile as a service does, and prints what each event took.
func child(ctx context.Context, told string) error {
	var s setup
	if err := json.Unmarshal([]byte(told), &s); err != nil {
		return err
	}
	index, err := strconv.Atoi(os.Getenv("JOURNALBENCH_INDEX"))
	if err != nil {
		return err
	}
	raw, sealed, err := s.open(ctx)
	if err != nil {
		return err
	}
	j, err := journal.Open(ctx, objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text})
	if err != nil {
		return err
	}
	signer, err := journal.NewSigner([32]byte{1})
	if err != nil {
		return err
	}
	keeping, stop := context.WithCancel(ctx)
	defer stop()
	k := j.Keeper(journal.KeeperOptions{Signer: signer, Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	go func() { _ = k.Run(keeping) }()

	writers := (s.Writers + processes - 1 - index) / processes
	begin := time.Now().Add(warmup)
	end := begin.Add(s.Duration)
	parts := make([]series, writers)
	errs := make([]error, writers)
	var bare series // of the one writer
	body := bytes.Repeat([]byte{1}, blockBytes)
	var wg sync.WaitGroup
	for w := range writers {
		wg.Go(func() {
			for {
				start := time.Now()
				if start.After(end) {
					return
				}
				if _, err := j.Append(ctx, sample()); err != nil {
					errs[w] = err
					return
				}
				if start.After(begin) {
					parts[w] = append(parts[w], time.Since(start))
				}
				if s.Writers > 1 {
					continue
				}
				start = time.Now()
				if errs[w] = raw.Put(ctx, "records/bare/"+strings.ToLower(rand.Text()), bytes.NewReader(body), int64(len(body))); errs[w] != nil {
					return
				}
				if start.After(begin) {
					bare = append(bare, time.Since(start))
				}
			}
		})
	}
	wg.Wait()
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return json.NewEncoder(os.Stdout).Encode(result{slices.Concat(parts...), bare})
}
