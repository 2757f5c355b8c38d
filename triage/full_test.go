package triage_test

import (
	"fmt"
	"strconv"
	"testing"
	"time"

	"vigie/triage"
)

// A Redis at maxmemory refuses, and says so; what it acknowledged is there, and with more memory the same submission
// ends as if nothing had been.
func TestRedisAtMaxmemory(t *testing.T) {
	h := newHouse(t)
	var source []picture
	for i := range 150 {
		source = append(source, newItem(fmt.Sprintf("notes/%d.txt", i), []byte("note "+strconv.Itoa(i))))
	}
	for i := range 4 {
		source = append(source, newPicture(t, fmt.Sprintf("camera/%d.jpg", i), i))
	}
	known := h.mustSubmit("BEFORE", newPicture(t, "a.jpg", 9))
	stop := h.run()
	h.settle(known)
	stop()

	ctx := t.Context()
	limit := func(bytes int) {
		t.Helper()
		if err := h.rdb.ConfigSet(ctx, "maxmemory", strconv.Itoa(bytes)).Err(); err != nil {
			t.Fatal(err)
		}
	}
	used, err := strconv.Atoi(h.rdb.InfoMap(ctx, "memory").Val()["Memory"]["used_memory"])
	if err != nil {
		t.Fatal(err)
	}
	limit(used / 2)
	refused := 0
	for range 3 {
		if err := h.submitOnce(ctx, "FULL", source...); !triage.IsKind(err, triage.Full) {
			t.Fatalf("at maxmemory: %v", err)
		}
		refused++
	}
	if got := h.findings(known); len(got) != 1 {
		t.Errorf("reading goes on: %+v", got)
	}
	// More comes little by little, so that the submission is cut at other steps too.
	for more := used; ; more += 20_000 {
		limit(more)
		err := h.submitOnce(ctx, "FULL", source...)
		if err == nil {
			break
		}
		if refused++; !triage.IsKind(err, triage.Full) || refused > 300 {
			t.Fatalf("with %d bytes: %v", more, err)
		}
	}
	t.Logf("refused %d times", refused)
	h.run()
	id := h.names.Exhibit("2026/1", "FULL")
	time.Sleep(2 * testLease) // the workers may meet the limit too
	limit(0)
	p := h.settle(id)
	if p.Items[triage.NotMedia] != 150 || p.Items[triage.IsMedia] != 4 || p.Wanted != 0 || p.Pending != 0 {
		t.Errorf("%+v", p)
	}
	if got := h.findings(id); len(got) != len(source) {
		t.Errorf("%d findings of %d items", len(got), len(source))
	}
}
