package matcher_test

import (
	"testing"

	"vigie/hashing/pdq"
	"vigie/store/known"
	"vigie/triage"
)

// BenchmarkNear looks up media with eight hashes each, one and 32 at a time, among 100,000 entries, in memory and through one
// shard on loopback: nice -n 15 go test -run '^$' -bench Near -count 5 ./store/known/matcher
func BenchmarkNear(b *testing.B) {
	h, d := newHouse(b), draw(1)
	var entries []triage.Entry
	for i := range 100_000 {
		entries = append(entries, triage.Entry{Number: uint32(i + 1), PDQ: d.code()})
	}
	h.list(triage.KnownSet, "partner", entries...)
	lookups := make([]known.Lookup, known.NearAtOnce)
	for i := range lookups {
		codes := make([]pdq.Hash, 8)
		for t := range codes {
			codes[t] = *d.code()
		}
		codes[3] = *d.near(entries[i].PDQ, 20)
		lookups[i] = known.Lookup{{PDQ: codes, Distance: pdq.MatchDistance}}
	}
	shard := h.start(known.Whole, "", ourKey, h.sets)
	client := h.client(ourKey, shard)
	h.within("it is ready", func() bool { return client.Ready(b.Context()) == nil })
	at := h.moment()
	for name, asked := range map[string]known.Shards{"memory": shard.mirror, "shard": client} {
		for count, some := range map[string][]known.Lookup{"1": lookups[:1], "32": lookups} {
			b.Run(name+"/"+count, func(b *testing.B) {
				for b.Loop() {
					found, err := asked.Near(b.Context(), at, some)
					if err != nil || len(found[0].Hits) != 1 {
						b.Fatal(found, err)
					}
				}
				b.ReportMetric(float64(b.N*len(some))/b.Elapsed().Seconds(), "media/s")
			})
		}
	}
}
