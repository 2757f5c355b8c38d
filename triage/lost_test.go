package triage_test

import (
	"errors"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/store/views"
)

// unwatched are the keys whose removal is not noticed: what expires or is made again by itself, and single keys that are
// rightly absent when nothing is in them.
var unwatched = []string{
	"link:", "session:", "grant:", "granted:", "lease:", "marks:", "jobs", "jobs:", "known:changes", "marks", "rehash", "rerank", "unscored", "ended", "ended:",
	"exhibits", "epochs", "wanted", "destructions", "founders:live", "orphans", "ungrouped", "torank", "queue",
	"shut", "reopening", "closed", "custody", "lifted", "lifting", "settling",
}

// familyOf returns what a family's keys begin with, or the whole of a single key.
func familyOf(key string) string {
	key = strings.TrimPrefix(key, "t:")
	depth := 1
	if strings.HasPrefix(key, "known:") {
		depth = 2
	}
	parts := strings.SplitAfterN(key, ":", depth+1)
	return strings.Join(parts[:min(depth, len(parts))], "")
}

// TestKeysRemoved removes each family of keys from Redis, and each single key, while the marks stay: all of it is made again.
func TestKeysRemoved(t *testing.T) {
	t.Parallel()
	h, c := worked(t)
	ctx := t.Context()
	h.hold("2026/1", time.Now().Add(time.Hour))
	h.assignCase("2026/1", "ada")
	if err := h.catchUp().Once(ctx, false); err != nil { // notes what is there
		t.Fatal(err)
	}
	want := h.dump(c)
	met := 0
	h.decoder = &failing{0, nil, &met}
	families := make(map[string][]string)
	for _, key := range h.rdb.Keys(ctx, "t:*").Val() {
		if f := familyOf(key); !slices.Contains(unwatched, f) {
			families[f] = append(families[f], key)
		}
	}
	if len(families) < 20 {
		t.Errorf("only %d families are there: %q", len(families), slices.Sorted(maps.Keys(families)))
	}
	generation := func() string {
		t.Helper()
		m, err := h.views.Marks.Marks(ctx)
		if err != nil {
			t.Fatal(err)
		}
		return m.Generation
	}
	for family, keys := range families {
		before := generation()
		h.rdb.Unlink(ctx, keys...)
		fresh := h.catchUp()
		if err := fresh.Once(ctx, false); err != nil {
			t.Fatalf("%s: %v", family, err)
		}
		if generation() == before {
			t.Errorf("%s: nobody noticed", family)
		}
		if got := h.dump(fresh); got != want {
			t.Errorf("%s: the dump differs:\n%s", family, differing(want, got))
		}
	}
	before := generation()
	if err := h.catchUp().Once(ctx, false); err != nil || generation() != before {
		t.Errorf("made again without a loss, %v", err)
	}
	if met != 0 {
		t.Errorf("%d media were decoded again", met)
	}
}

// TestForeignRedis: the projections of another service, however whole, are none of this one's.
func TestForeignRedis(t *testing.T) {
	h, c := worked(t)
	ctx := t.Context()
	want := h.dump(c)
	others := views.New(h.rdb, "t:", [views.KeySize]byte{6}, time.Now).Marks
	if err := errors.Join(others.Clear(ctx, "c"), others.Complete(ctx, "c", "g"), others.MarkEvents(ctx, 1_000_000)); err != nil {
		t.Fatal(err)
	}
	if m, err := others.Marks(ctx); err != nil || len(m.Lost) > 0 {
		t.Fatalf("they are not whole to whom they belong: %q, %v", m.Lost, err)
	}
	fresh := h.catchUp()
	if err := fresh.Once(ctx, false); err != nil {
		t.Fatal(err)
	}
	if got := h.dump(fresh); got != want {
		t.Errorf("the dump differs:\n%s", differing(want, got))
	}
}

// TestEvicted: a Redis that drops keys for want of memory, which it must not be told to, is made again.
func TestEvicted(t *testing.T) {
	h, c := worked(t)
	ctx := t.Context()
	want := h.dump(c)
	h.rdb.ConfigSet(ctx, "maxmemory-policy", "allkeys-random")
	h.rdb.ConfigSet(ctx, "maxmemory", "1")
	h.rdb.Set(ctx, "t:lease:straw", "that broke the camel's back", 0)
	h.rdb.ConfigSet(ctx, "maxmemory", "0")
	h.rdb.ConfigSet(ctx, "maxmemory-policy", "noeviction")
	if err := h.rdb.HSet(ctx, "t:marks:applied", "gen", "g").Err(); err != nil { // as if the marks were among what stayed
		t.Fatal(err)
	}
	m, err := h.views.Marks.Marks(ctx)
	if err != nil || !slices.Contains(m.Lost, "evicted") {
		t.Fatalf("%+v, %v", m, err)
	}
	for range 2 { // once it is whole it stays so
		fresh := h.catchUp()
		if err := fresh.Once(ctx, false); err != nil {
			t.Fatal(err)
		}
		if got := h.dump(fresh); got != want {
			t.Errorf("the dump differs:\n%s", differing(want, got))
		}
		if m, err := h.views.Marks.Marks(ctx); err != nil || len(m.Lost) > 0 {
			t.Errorf("%+v, %v", m, err)
		}
	}
}
