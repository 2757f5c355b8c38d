package triage_test

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/store/objects"
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
	h.importSet(triage.BenignSet, "00000000000000000000000000000001")
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
	h.readAll(known)
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

// TestBatchIntoLittleRoom sends a batch that does not fit until the folder of objects says that it is full: what fits is kept each time,
// so that no batch is sent again and again into a folder that has room for a part of it.
func TestBatchIntoLittleRoom(t *testing.T) {
	var folder *objects.Folder
	h := newHouseOver(t, func(s objects.Store) objects.Store {
		folder, _ = s.(*objects.Folder)
		return s
	})
	ctx := t.Context()
	x, err := h.submit.Open(ctx, h.examiner, "2026/1", "B", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	const media, size = 40, 50_000
	var items []triage.Item
	var batch []triage.SmallMedium
	for i := range media {
		content := append(newPicture(t, "a.jpg", i).bytes, make([]byte, size)...)
		item := newItem(strconv.Itoa(i)+".jpg", content[:size]).item
		items, batch = append(items, item), append(batch, triage.SmallMedium{Want: item.Digests.SHA256, Content: content[:size]})
	}
	body, part, _ := triage.EncodePart(items)
	if _, err := h.submit.PutPart(ctx, h.examiner, x.ID, 0, part, body); err != nil {
		t.Fatal(err)
	}
	if err := folder.Limit(media * size / 2); err != nil {
		t.Fatal(err)
	}
	for try := 1; ; try++ {
		if _, err := h.submit.UploadBatch(ctx, h.examiner, batch); !triage.IsKind(err, triage.Full) {
			t.Fatalf("try %d: %v", try, err)
		}
		load, err := folder.Load(ctx)
		if err != nil || load >= 1 {
			t.Logf("full after %d tries, %v", try, err)
			break
		}
		if try == 5 {
			t.Fatalf("after %d tries the load is %.2f", try, load)
		}
	}
	if err := folder.Limit(10 * media * size); err != nil {
		t.Fatal(err)
	}
	if refused, err := h.submit.UploadBatch(ctx, h.examiner, batch); err != nil || errors.Join(refused...) != nil {
		t.Errorf("with room again: %v, %v", err, refused)
	}
}

// readAll reads whatever can be read of an exhibit of one picture, as all roles.
func (h *house) readAll(id triage.ExhibitID) {
	t, ctx := h.t, h.t.Context()
	t.Helper()
	if got := h.findings(id); len(got) != 1 {
		t.Errorf("findings: %+v", got)
	}
	if p, err := h.submit.Progress(ctx, h.examiner, id); err != nil || !p.Settled || p.Items[triage.IsMedia] != 1 {
		t.Errorf("progress: %+v, %v", p, err)
	}
	if all, err := h.submit.List(ctx, h.examiner); err != nil || len(all) == 0 {
		t.Errorf("exhibits: %+v, %v", all, err)
	}
	groups, n, err := h.review.List(ctx, h.reviewer.Actor, 0, 10)
	if err != nil || n != 1 || len(groups) != 1 {
		t.Fatalf("queue: %d of %d, %v", len(groups), n, err)
	}
	if _, err := h.review.Sheet(ctx, h.reviewer.Actor, groups[0].ID); err != nil {
		t.Errorf("group: %v", err)
	}
	if sets, err := h.sets.List(ctx, triage.Operator); err != nil || len(sets) != 1 {
		t.Errorf("sets: %+v, %v", sets, err)
	}
	benign := hashing.MD5{15: 1}
	answers, err := h.checks.Ask(ctx, triage.Actor{ID: "a5", Role: triage.Unit}, []triage.CheckInput{{MD5: &benign}})
	if err != nil || answers[0].Verdict != triage.CheckBenign {
		t.Errorf("check: %+v, %v", answers, err)
	}
}

// A list is not taken in while something is full: nothing of it stays, and afterwards it is taken in as the first one.
func TestImportWaitsForRoom(t *testing.T) {
	h := newHouse(t)
	disk := &triage.Limit{Name: triage.OfDisk, Hint: "the disk", Load: func(context.Context) (float64, error) { return 1, nil }}
	disk.Look(t.Context())
	h.sets.Room = &triage.Room{Limits: []*triage.Limit{disk}}
	const list = "00000000000000000000000000000001\n"
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner"}
	if _, err := h.sets.Import(t.Context(), triage.Operator, o, strings.NewReader(list), int64(len(list))); !triage.IsKind(err, triage.Full) {
		t.Errorf("while it is full: %v", err)
	}
	if sets, err := h.sets.List(t.Context(), triage.Operator); err != nil || len(sets) != 0 {
		t.Errorf("left behind: %+v, %v", sets, err)
	}
	h.sets.Room = nil
	if set := h.importSet(triage.KnownSet, strings.TrimSpace(list)); set.Version != 1 {
		t.Errorf("afterwards: %+v", set)
	}
}
