package triage_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/hashing"
	"vigie/store/journal"
	"vigie/store/objects/objectstest"
	"vigie/store/setpack"
	"vigie/triage"
)

// packing is a house that makes set packs, and the examiner who opens them.
type packing struct {
	*house
	identity *age.X25519Identity
	service  note.Verifier
}

func newPacking(t testing.TB) *packing {
	t.Helper()
	signer, err := journal.NewSigner([32]byte{3})
	if err != nil {
		t.Fatal(err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	h := newHouse(t)
	h.sets.Packs = setpack.Maker{Signer: signer}
	return &packing{h, identity, signer}
}

func (p *packing) options() triage.PackOptions {
	return triage.PackOptions{To: p.identity.Recipient().String(), For: "the lab in Rennes"}
}

// pack makes a pack, and opens it a minute later.
func (p *packing) pack(o triage.PackOptions) *setpack.Pack {
	p.t.Helper()
	ready, err := p.sets.Pack(p.t.Context(), boss, o)
	if err != nil {
		p.t.Fatal(err)
	}
	var file bytes.Buffer
	if err := ready.Write(&file); err != nil {
		p.t.Fatal(err)
	}
	pack, err := setpack.Open(&file, p.identity, p.service, time.Now().Add(time.Minute))
	if err != nil {
		p.t.Fatal(err)
	}
	return pack
}

// wantCounts holds a new pack against what the service found of the files of an exhibit, by exact digests.
func (p *packing) wantCounts(when string, x triage.ExhibitID, want map[string]triage.SetKind) *setpack.Pack {
	p.t.Helper()
	pack := p.pack(p.options())
	found := p.findings(x)
	if len(found) != len(want) {
		p.t.Fatalf("%s: %d files", when, len(found))
	}
	for path, f := range found {
		counts, is := pack.Count(*f.Item.Digests)
		exact := f.Finding == triage.Known || f.Finding == triage.Benign
		if counts != want[path] || is != exact || is && string(counts) != string(f.Finding) {
			p.t.Errorf("%s: %s counts as %q, its finding is %q; want %q", when, path, counts, f.Finding, want[path])
		}
	}
	return pack
}

// A pack counts as findings do: of lists and of the office's set, without what was withdrawn, with what is disputed.
func TestPackCountsAsFindings(t *testing.T) {
	p := newPacking(t)
	p.run()
	byMD5, bySHA1, bySHA256 := newPicture(t, "md5.jpg", 1), newPicture(t, "sha1.jpg", 2), newItem("sha256.txt", []byte("a listed text"))
	near, both, benign, office, none := newPicture(t, "near.jpg", 4), newPicture(t, "both.jpg", 5), newPicture(t, "benign.jpg", 6), newPicture(t, "office.jpg", 7), newPicture(t, "none.jpg", 8)
	known := p.importSet(triage.KnownSet, "# a list", "no hash at all", byMD5.item.Digests.MD5.String(), bySHA1.item.Digests.SHA1.String(), both.item.Digests.MD5.String(), pdqOf(t, near).String())
	p.importSet(triage.BenignSet, "md5,sha256,category", benign.item.Digests.MD5.String()+","+benign.item.Digests.SHA256.String()+",x", both.item.Digests.MD5.String()+",,")
	table := p.importSet(triage.KnownSet, "sha256,category", bySHA256.item.Digests.SHA256.String()+",A1", byMD5.item.Digests.SHA256.String()+",A2")
	p.extend("g1/9", entryOf(t, office))
	p.extend("g2/9", triage.RawEntry{PDQ: new(pdqOf(t, none))})
	x := p.mustSubmit("S", byMD5, bySHA1, bySHA256, near, both, benign, office)
	p.settle(x)
	want := map[string]triage.SetKind{
		"md5.jpg": triage.KnownSet, "sha1.jpg": triage.KnownSet, "sha256.txt": triage.KnownSet, "near.jpg": "",
		"both.jpg": triage.KnownSet, "benign.jpg": triage.BenignSet, "office.jpg": triage.KnownSet,
	}
	pack := p.wantCounts("at first", x, want)
	// md5.jpg stands in two lists by another digest each, and both are kept.
	if pack.Known != 6 || pack.Benign != 2 || pack.Perceptual != 2 || pack.For != "the lab in Rennes" || !pack.Proven ||
		fmt.Sprint(pack.Categories) != "map[:3 A1:1 A2:1 new:1]" || pack.Expires.Sub(pack.Made) != 7*24*time.Hour {
		t.Errorf("it says %+v", pack.SetPack)
	}

	p.object(known.ID, 4, triage.EntryWithdrawn)
	p.object(known.ID, 5, triage.EntryDisputed)
	p.object(4, 1001, triage.EntryWithdrawn)
	p.settle(x)
	want["sha1.jpg"], want["office.jpg"] = "", ""
	withdrawn := p.wantCounts("with entries withdrawn and disputed", x, want)
	if withdrawn.Epoch <= pack.Epoch || withdrawn.Known != 4 || withdrawn.Perceptual != 2 {
		t.Errorf("it says %+v", withdrawn.SetPack)
	}
	if _, err := p.sets.Withdraw(t.Context(), boss, table.ID, "sent by mistake"); err != nil {
		t.Fatal(err)
	}
	p.settle(x)
	want["sha256.txt"] = ""
	p.wantCounts("with a set withdrawn", x, want)
	p.object(known.ID, 4, triage.EntryCounts)
	p.settle(x)
	want["sha1.jpg"] = triage.KnownSet
	p.wantCounts("with an entry restored", x, want)

	o := p.options()
	o.KnownOnly, o.Days = true, 30
	if pack := p.pack(o); pack.Benign != 0 || pack.Known != 3 || pack.Expires.Sub(pack.Made) != 30*24*time.Hour {
		t.Errorf("known sets alone: %+v", pack.SetPack)
	}
}

// What goes into the journal, before anybody has a byte, and that nothing comes out where the journal does not take it.
func TestPackIsOnRecordFirst(t *testing.T) {
	p := newPacking(t)
	picture := newPicture(t, "a.jpg", 1)
	p.importSet(triage.KnownSet, picture.item.Digests.SHA1.String())
	before := p.copyRedis()
	pack := p.pack(p.options())
	events := p.recorded(triage.SetsPacked)
	if len(events) != 1 || events[0].Subject != pack.ID || events[0].Actor != boss.ID || strings.Contains(string(events[0].Data), picture.item.Digests.SHA1.String()[:8]) {
		t.Fatalf("%+v", events)
	}
	var told map[string]any
	if err := json.Unmarshal(events[0].Data, &told); err != nil {
		t.Fatal(err)
	}
	want := map[string]any{
		"to": p.identity.Recipient().String(), "for": "the lab in Rennes", "expires": pack.Expires.Format(time.RFC3339),
		"epoch": float64(pack.Epoch), "known": 1.0, "benign": 0.0,
	}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("the journal has %v, not %v", told, want)
	}
	if !triage.SetsPacked.Traceless() || len(p.copyRedis()) != len(before) {
		t.Error("a pack leaves something in Redis")
	}
	p.objects.Set(objectstest.Fault{Method: "Put"})
	if ready, err := p.sets.Pack(t.Context(), boss, p.options()); ready != nil || !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("without the journal: %v, %v", ready, err)
	}
	p.objects.Set()
	p.objects.Set(objectstest.Fault{Method: "Get"})
	if ready, err := p.sets.Pack(t.Context(), boss, p.options()); ready != nil || !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("without a list: %v, %v", ready, err)
	}
	p.objects.Set()
	p.pack(p.options()) // neither failure keeps the next one out
}

func TestPackRefused(t *testing.T) {
	p := newPacking(t)
	p.importSet(triage.KnownSet, strings.Repeat("ab", 20))
	change := func(how func(*triage.PackOptions)) triage.PackOptions { o := p.options(); how(&o); return o }
	for _, wrong := range []struct {
		name string
		by   triage.Actor
		o    triage.PackOptions
		want triage.Kind
	}{
		{"an examiner", p.examiner, p.options(), triage.Forbidden},
		{"a reviewer", p.reviewer.Actor, p.options(), triage.Forbidden},
		{"too long", boss, change(func(o *triage.PackOptions) { o.Days = 31 }), triage.Invalid},
		{"no time", boss, change(func(o *triage.PackOptions) { o.Days = -1 }), triage.Invalid},
		{"no recipient", boss, change(func(o *triage.PackOptions) { o.To = "the lab" }), triage.Invalid},
		{"a name with a line end", boss, change(func(o *triage.PackOptions) { o.For = "a\nb" }), triage.Invalid},
	} {
		if ready, err := p.sets.Pack(t.Context(), wrong.by, wrong.o); ready != nil || !triage.IsKind(err, wrong.want) {
			t.Errorf("%s: %v", wrong.name, err)
		}
	}
	if n := len(p.recorded(triage.SetsPacked)); n > 0 {
		t.Errorf("%d are on record", n)
	}
	first, err := p.sets.Pack(t.Context(), boss, p.options())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := p.sets.Pack(t.Context(), boss, p.options()); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("two at once: %v", err)
	}
	if err := first.Write(gone{}); err == nil {
		t.Error("a reader that left is not told")
	}
	p.pack(p.options())
}

// gone is a reader that left.
type gone struct{}

func (gone) Write([]byte) (int, error) { return 0, io.ErrClosedPipe }

// What a pack costs: to make it, to open it, and to ask it; how large it is, and the most memory meanwhile. ENTRIES says of how many:
// ENTRIES=10000000 go test -run '^$' -bench SetPack -benchtime 1x -timeout 1h ./triage
func BenchmarkSetPack(b *testing.B) {
	n := 1_000_000
	if more, err := strconv.Atoi(os.Getenv("ENTRIES")); err == nil {
		n = more
	}
	p := newPacking(b)
	o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner"}
	if _, err := p.sets.Import(b.Context(), boss, o, randomList(n, 40), int64(n)*41); err != nil {
		b.Fatal(err)
	}
	var file bytes.Buffer
	file.Grow(n*setpack.TagSize + n/100 + 1<<20)
	for b.Loop() {
		file.Reset()
		runtime.GC()
		most, start := watchHeap(b), time.Now()
		ready, err := p.sets.Pack(b.Context(), boss, p.options())
		if err != nil {
			b.Fatal(err)
		}
		if err := ready.Write(&file); err != nil || ready.Known != n {
			b.Fatal(ready.Known, err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-to-make")
		b.ReportMetric(float64(most())/(1<<20), "MiB-to-make")
		b.ReportMetric(float64(file.Len()), "bytes")

		before := heap()
		start = time.Now()
		pack, err := setpack.Open(bytes.NewReader(file.Bytes()), p.identity, p.service, time.Now())
		if err != nil {
			b.Fatal(err)
		}
		b.ReportMetric(time.Since(start).Seconds(), "s-to-open")
		b.ReportMetric(float64(heap()-before)/(1<<20), "MiB-open")

		const asked = 1_000_000
		var d hashing.Digests
		start = time.Now()
		for i := range asked {
			d.SHA1 = sha1Of(i)
			d.SHA256[0], d.SHA256[1], d.SHA256[2] = byte(i), byte(i>>8), byte(i>>16)
			if _, is := pack.Count(d); is {
				b.Fatal("a file that is in no list")
			}
		}
		b.ReportMetric(asked/time.Since(start).Seconds(), "files/s")
	}
}

// heap returns what is in use, in bytes.
func heap() uint64 {
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}
