package matcher_test

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"net"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/store/known"
	"vigie/store/known/matcher"
	"vigie/triage"
)

var (
	day    = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
	silent = slog.New(slog.DiscardHandler)
	ourKey = [matcher.KeySize]byte{7}
)

// house is a Redis with sets, and matchers for it.
type house struct {
	testing.TB
	rdb  *redis.Client
	sets *known.Sets
}

func newHouse(t testing.TB) *house {
	addr, password := embeddedtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
	t.Cleanup(func() { _ = rdb.Close() })
	return &house{TB: t, rdb: rdb, sets: known.New(rdb, "t:", [known.KeySize]byte{4})}
}

// ok ends the test on an error.
func (h *house) ok(err error) {
	h.Helper()
	if err != nil {
		h.Fatal(err)
	}
}

// list makes an active set of entries, in segments of 40.
func (h *house) list(kind triage.SetKind, source string, entries ...triage.Entry) triage.HashSet {
	h.Helper()
	set, err := h.sets.CreateSet(h.Context(), triage.HashSet{Source: source, Kind: kind, Category: "default", Imported: day})
	h.ok(err)
	set.ByMethod = make(map[triage.Method]int)
	for from := 0; from < len(entries); from += 40 {
		_, err := h.sets.AddEntries(h.Context(), set, entries[from:min(from+40, len(entries))])
		h.ok(err)
	}
	for i := range entries {
		if entries[i].PDQ != nil {
			set.ByMethod[triage.ByPDQ]++
		}
	}
	set.Epoch, err = h.sets.Activate(h.Context(), set, nil)
	h.ok(err)
	return set
}

// shard is one running matcher.
type shard struct {
	mirror  *known.Mirror
	address string
	stop    func()
}

// start starts a matcher on an address; empty: on any.
func (h *house) start(share known.Share, address string, key [matcher.KeySize]byte, sets *known.Sets) *shard {
	h.Helper()
	if address == "" {
		address = "127.0.0.1:0"
	}
	ln, err := (&net.ListenConfig{}).Listen(h.Context(), "tcp", address)
	h.ok(err)
	s := &shard{mirror: known.NewShard(sets, share, silent), address: ln.Addr().String()}
	ctx, cancel := context.WithCancel(h.Context())
	done := make(chan error, 2)
	go func() { done <- s.mirror.Run(ctx) }()
	go func() { done <- matcher.NewServer(s.mirror, share, key, nil, silent).Serve(ctx, ln) }()
	stopped := false
	s.stop = func() {
		if stopped {
			return
		}
		stopped = true
		cancel()
		for range 2 {
			if err := <-done; err != nil {
				h.Error(err)
			}
		}
	}
	h.Cleanup(s.stop)
	return s
}

// shards starts n matchers.
func (h *house) shards(n int) []*shard {
	h.Helper()
	all := make([]*shard, n)
	for i := range all {
		all[i] = h.start(known.Share{Index: i + 1, Of: n}, "", ourKey, h.sets)
	}
	return all
}

// client asks matchers, in an order that is not theirs.
func (h *house) client(key [matcher.KeySize]byte, shards ...*shard) *matcher.Client {
	h.Helper()
	var urls []string
	for _, s := range shards {
		urls = append([]string{"http://" + s.address + "/"}, urls...)
	}
	c, err := matcher.NewClient(urls, key)
	h.ok(err)
	h.Cleanup(c.Close)
	return c
}

// asking returns what matches by asking shards, when they are ready.
func (h *house) asking(shards ...*shard) *known.Mirror {
	h.Helper()
	c := h.client(ourKey, shards...)
	h.within("the matchers are ready", func() bool { return c.Ready(h.Context()) == nil })
	return known.NewAsking(h.sets, c, silent)
}

// moment is which one it is in Redis.
func (h *house) moment() known.Moment {
	h.Helper()
	epoch, err := h.rdb.Get(h.Context(), "t:epoch").Uint64()
	h.ok(err)
	changes, err := h.rdb.XRevRangeN(h.Context(), "t:known:changes", "+", "-", 1).Result()
	h.ok(err)
	return known.Moment{Epoch: triage.Epoch(epoch), Change: changes[0].ID}
}

// within waits until something is so.
func (h *house) within(what string, is func() bool) {
	h.Helper()
	for deadline := time.Now().Add(20 * time.Second); !is(); time.Sleep(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			h.Fatalf("it never came that %s", what)
		}
	}
}

// drawn draws codes.
type drawn struct{ *rand.Rand }

func draw(seed uint64) drawn { return drawn{rand.New(rand.NewPCG(seed, 0))} }

func (d drawn) code() *pdq.Hash {
	var h pdq.Hash
	for i := range h {
		h[i] = byte(d.Uint32())
	}
	return &h
}

func (d drawn) vote() *hashing.Hash64 {
	h := hashing.Hash64(d.Uint64())
	return &h
}

// near returns a code with about n bits changed.
func (d drawn) near(h *pdq.Hash, n int) *pdq.Hash {
	changed := *h
	for range n {
		bit := d.IntN(pdq.Bits)
		changed[bit/8] ^= 1 << (bit % 8)
	}
	return &changed
}
