package known

import (
	"os"
	"strconv"
	"testing"
	"time"

	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

// benchEntries is how many entries benchmarks put in: VIGIE_BENCH_ENTRIES, else a million.
func benchEntries(b *testing.B) int {
	text := os.Getenv("VIGIE_BENCH_ENTRIES")
	if text == "" {
		return 1_000_000
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		b.Fatal(err)
	}
	return n
}

func exactEntry(i int) triage.Entry {
	return triage.Entry{Number: uint32(i), Exact: []triage.DigestKey{key(i)}}
}

func pdqEntry(i int) triage.Entry { return triage.Entry{Number: uint32(i), PDQ: code(i)} }

// What entries cost: VIGIE_BENCH_ENTRIES=10000000 go test -run '^$' -bench Memory -benchtime 1x ./store/known
func BenchmarkMemory(b *testing.B) {
	n := benchEntries(b)
	for name, entry := range map[string]func(i int) triage.Entry{"exact": exactEntry, "pdq": pdqEntry} {
		b.Run(name, func(b *testing.B) {
			s, _ := open(b)
			for b.Loop() {
				set := create(b, s, triage.KnownSet, "large")
				before := usedMemory(b, s.rdb)
				addMany(b, s, set, n, entry)
				b.ReportMetric(float64(usedMemory(b, s.rdb)-before)/float64(n), "B/entry")
				b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "entries/s")
			}
		})
	}
}

// What entries cost; then a million digests are looked up, half of which are there, in batches of 20,000 media: make
// bench-lookup
func BenchmarkLookup(b *testing.B) {
	const lookups, batch = 1_000_000, 20_000
	n := benchEntries(b)
	s, m := open(b)
	set := create(b, s, triage.KnownSet, "large")
	before, start := usedMemory(b, s.rdb), time.Now()
	addMany(b, s, set, n, exactEntry)
	bytes, rate := float64(usedMemory(b, s.rdb)-before)/float64(n), float64(n)/time.Since(start).Seconds()
	activate(b, s, set)
	probes := make([]triage.Probe, lookups)
	for i := range probes {
		probes[i].Keys.SHA1 = key(i%2*n + i*(n/lookups))
	}
	ours, theirs := embeddedtest.ProcessorTime(b), redisTime(b, s)
	for b.Loop() {
		for from := 0; from < lookups; from += batch {
			matches, _, err := m.Match(b.Context(), probes[from:from+batch])
			if err != nil || len(matches[0]) != 1 || len(matches[1]) != 0 {
				b.Fatal(len(matches[0]), len(matches[1]), err)
			}
		}
	}
	b.ReportMetric(float64(b.N*lookups)/b.Elapsed().Seconds(), "lookups/s")
	b.ReportMetric(1e6*(embeddedtest.ProcessorTime(b)-ours).Seconds()/float64(b.N*lookups), "cpu-us-here/lookup")
	b.ReportMetric(1e6*(redisTime(b, s)-theirs)/float64(b.N*lookups), "cpu-us-redis/lookup")
	b.ReportMetric(bytes, "B/entry")
	b.ReportMetric(rate, "added/s")
}

// redisTime is what Redis has used, in seconds.
func redisTime(b *testing.B, s *Sets) float64 {
	b.Helper()
	sum := 0.0
	for _, field := range []string{"used_cpu_user", "used_cpu_sys"} {
		seconds, err := strconv.ParseFloat(s.rdb.InfoMap(b.Context(), "cpu").Val()["CPU"][field], 64)
		if err != nil {
			b.Fatal(err)
		}
		sum += seconds
	}
	return sum
}

// What Redis adds to matching 500 media, as many as one round of matching again: go test -run '^$' -bench Exact ./store/known
func BenchmarkExact(b *testing.B) {
	s, m := open(b)
	set := create(b, s, triage.KnownSet, "large")
	addMany(b, s, set, 2000, exactEntry)
	activate(b, s, set)
	probes := make([]triage.Probe, 500)
	for i := range probes {
		probes[i].Keys = triage.DigestKeys{MD5: key(i), SHA1: key(i + 10_000), SHA256: key(i + 20_000)}
	}
	for b.Loop() {
		if _, _, err := m.Match(b.Context(), probes); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(b.N*len(probes))/b.Elapsed().Seconds(), "media/s")
}

// How long after an addition of three entries its pictures match, beside a large set that is mirrored:
// VIGIE_BENCH_ENTRIES=10000000 go test -run '^$' -bench Extend -benchtime 50x -timeout 1h ./store/known
func BenchmarkExtend(b *testing.B) {
	s, m := open(b)
	set := create(b, s, triage.KnownSet, "large")
	addMany(b, s, set, benchEntries(b), pdqEntry)
	activate(b, s, set)
	office := grown(b, s)
	match(b, m, added(1))
	n, slowest := 0, time.Duration(0)
	for b.Loop() {
		n++
		x := triage.Extension{AdditionID: triage.AdditionID{Set: office.ID, Number: n}, Name: strconv.Itoa(n), At: day, ByMethod: map[triage.Method]int{triage.BySHA256: 3, triage.ByPDQ: 3}}
		for i := range 3 {
			at := -(3*n + i) // no other has it
			x.Entries = append(x.Entries, triage.Entry{Number: uint32(1000*n + i + 1), Exact: []triage.DigestKey{key(at)}, PDQ: code(at)})
		}
		start := time.Now()
		extend(b, s, x)
		if got := match(b, m, added(-3*n)); len(got) < 2 || got[0].Entry != x.Entries[0].Number {
			b.Fatalf("%+v", got)
		}
		slowest = max(slowest, time.Since(start))
	}
	b.ReportMetric(float64(slowest.Microseconds())/1000, "ms/slowest")
}
