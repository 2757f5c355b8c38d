package known

import (
	"testing"

	"vigie/triage"
)

// What entries cost: go test -run '^$' -bench Memory -benchtime 1x ./store/known
func BenchmarkMemory(b *testing.B) {
	const n, batch = 1_000_000, 2000
	for name, entry := range map[string]func(i int) triage.Entry{
		"exact": func(i int) triage.Entry { return triage.Entry{Number: uint32(i), Exact: []triage.DigestKey{key(i)}} },
		"pdq":   func(i int) triage.Entry { return triage.Entry{Number: uint32(i), PDQ: code(i)} },
	} {
		b.Run(name, func(b *testing.B) {
			s, _ := open(b)
			for b.Loop() {
				set := create(b, s, triage.KnownSet, "large")
				before := usedMemory(b, s.rdb)
				entries := make([]triage.Entry, batch)
				for from := 0; from < n; from += batch {
					for i := range entries {
						entries[i] = entry(from + i)
					}
					add(b, s, set, entries...)
				}
				b.ReportMetric(float64(usedMemory(b, s.rdb)-before)/n, "B/entry")
				b.ReportMetric(n/b.Elapsed().Seconds(), "entries/s")
			}
		})
	}
}

// Matching 500 media, as many as one round of matching again, against a million PDQ entries would take a linear
// search of two thousand million codes: here only what Redis adds to it is measured.
// go test -run '^$' -bench Exact ./store/known
func BenchmarkExact(b *testing.B) {
	s, m := open(b)
	set := create(b, s, triage.KnownSet, "large")
	entries := make([]triage.Entry, 2000)
	for i := range entries {
		entries[i] = triage.Entry{Number: uint32(i), Exact: []triage.DigestKey{key(i)}}
	}
	add(b, s, set, entries...)
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
