package triage_test

import (
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"io"
	"maps"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

// What an import takes from the first line that is read to the change of epoch, and the most memory meanwhile:
// go test -run '^$' -bench Import -benchtime 1x ./triage
func BenchmarkImport(b *testing.B) {
	const n = 1_000_000
	admin := triage.Actor{ID: "a3", Role: triage.Admin}
	for _, list := range []struct {
		name   string
		digits int
		hash   triage.Method
	}{{"sha1", 40, ""}, {"md5", 32, ""}, {"pdq", 64, triage.ByPDQ}} {
		b.Run(list.name, func(b *testing.B) {
			h := newHouse(b)
			for b.Loop() {
				text := randomList(n, list.digits)
				runtime.GC()
				most := watchHeap(b)
				start := time.Now()
				o := triage.ImportOptions{Kind: triage.KnownSet, Source: "partner", Hash: list.hash}
				report, err := h.sets.Import(b.Context(), admin, o, text, n*int64(list.digits+1))
				if err != nil || report.Set.Entries != n {
					b.Fatal(report.Set.Entries, err)
				}
				b.ReportMetric(n/time.Since(start).Seconds(), "entries/s")
				b.ReportMetric(float64(most())/(1<<20), "MiB-more")
			}
		})
	}
}

// randomList makes a plain list while it is read.
func randomList(n, digits int) io.Reader {
	r, w := io.Pipe()
	go func() {
		rng := rand.NewChaCha8([32]byte{})
		line, raw := make([]byte, digits+1), make([]byte, digits/2)
		var block bytes.Buffer
		for range n {
			_, _ = rng.Read(raw)
			hex.Encode(line, raw)
			line[digits] = '\n'
			block.Write(line)
			if block.Len() > 1<<16 {
				_, _ = block.WriteTo(w)
			}
		}
		_, _ = block.WriteTo(w)
		w.Close()
	}()
	return r
}

// watchHeap returns what says how much the heap grew at most, in bytes.
func watchHeap(b *testing.B) func() uint64 {
	size := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	before, most := size(), uint64(0)
	stop, stopped := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(stopped)
		for {
			select {
			case <-stop:
				return
			case <-time.After(50 * time.Millisecond):
				most = max(most, size())
			}
		}
	}()
	return func() uint64 {
		close(stop)
		<-stopped
		return max(most, before) - before
	}
}

func sha1Of(n int) (d hashing.SHA1) { binary.BigEndian.PutUint64(d[12:], uint64(n)); return d }
func md5Of(n int) (d hashing.MD5)   { binary.BigEndian.PutUint64(d[8:], uint64(n)); return d }

// TestImportAcrossBatches: what spans several batches is all there, each entry with its own digests, and all of it is taken
// back when a line far in is wrong.
func TestImportAcrossBatches(t *testing.T) {
	h := newHouse(t)
	const n = 9000
	lines := make([]string, n)
	for i := range lines {
		lines[i] = fmt.Sprintf("%040x", i+1)
		if i%3 == 0 {
			lines[i] = fmt.Sprintf("%032x", i+1)
		}
	}
	set := h.importSet(triage.KnownSet, lines...)
	if set.Entries != n || set.ByMethod[triage.ByMD5] != n/3 || set.ByMethod[triage.BySHA1] != 2*n/3 {
		t.Errorf("imported %+v", set)
	}
	var probes []triage.Probe
	for i := range lines {
		p := triage.Probe{Keys: triage.DigestKeys{SHA1: h.names.SHA1(sha1Of(i + 1))}}
		if i%3 == 0 {
			p.Keys = triage.DigestKeys{MD5: h.names.MD5(md5Of(i + 1))}
		}
		probes = append(probes, p)
	}
	matches, _, err := h.mirror.Match(t.Context(), probes)
	if err != nil {
		t.Fatal(err)
	}
	for i, m := range matches {
		if len(m) != 1 || m[0].Entry != uint32(i+1) {
			t.Fatalf("line %d: %+v", i+1, m)
		}
	}
	if n := len(h.references()); n != len(lines) {
		t.Errorf("%d references", n)
	}
	file := strings.Join(lines, "\n") + "\nnot a hash\n"
	o := triage.ImportOptions{Kind: triage.BenignSet, Source: "other", Strict: true}
	before := h.references()
	if _, err := h.sets.Import(t.Context(), triage.Actor{ID: "a3", Role: triage.Admin}, o, strings.NewReader(file), int64(len(file))); !triage.IsKind(err, triage.Invalid) {
		t.Fatalf("a wrong line: %v", err)
	}
	if after := h.references(); !maps.Equal(before, after) {
		t.Errorf("%d references before, %d after", len(before), len(after))
	}
}
