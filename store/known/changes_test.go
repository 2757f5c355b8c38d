package known

import (
	"math/rand/v2"
	"testing"

	"vigie/hashing"
	"vigie/hashing/index"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// TestTouches: what a sweep is told is what a search would find, for pictures, frames and parts at all distances, with few entries
// and with many, with pHashes and without.
func TestTouches(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 31))
	code := func() (h pdq.Hash) {
		for i := range h {
			h[i] = byte(rng.Uint32())
		}
		return h
	}
	for _, size := range []struct{ pdqs, phashes int }{{1, 0}, {500, 40}, {index.FewCodes + 500, 0}, {manyFew*index.FewCodes + 1, 3}, {0, 20}} {
		v := &view{pdq: new(index.PDQ), phash: new(index.Hash64)}
		set := &mirrored{pdqRefs: make([]Place, size.pdqs), phashRefs: make([]Place, size.phashes)}
		for i := range set.pdqRefs {
			set.pdqRefs[i].Entry = uint32(i) //nolint:gosec // small
		}
		codes, votes := make([]pdq.Hash, size.pdqs), make([]hashing.Hash64, size.phashes)
		for i := range codes {
			codes[i] = code()
		}
		for i := range votes {
			votes[i] = hashing.Hash64(rng.Uint64())
		}
		v.pdq.AddAll(codes, count(&v.nextPDQ, len(codes)))
		v.phash.AddAll(votes, count(&v.nextPHash, len(votes)))
		v.loaded = []*mirrored{set}
		draw := func() (d pdq.Dihedrals) { // one of them is near an entry, or nearly so
			for t := range d {
				d[t] = code()
			}
			if len(codes) > 0 && rng.IntN(3) == 0 {
				h := codes[rng.IntN(len(codes))]
				for _, bit := range rng.Perm(pdq.Bits)[:rng.IntN(36)] {
					h[bit/8] ^= 1 << (bit % 8)
				}
				d[rng.IntN(len(d))] = h
			}
			return d
		}
		vote := func() hashing.Hash64 {
			if len(votes) == 0 || rng.IntN(4) > 0 {
				return hashing.Hash64(rng.Uint64())
			}
			h := votes[rng.IntN(len(votes))]
			for range rng.IntN(12) {
				h ^= 1 << rng.IntN(64)
			}
			return h
		}
		probes := make([]triage.Probe, 600)
		for i := range probes {
			x := hashing.Examination{Fingerprint: &hashing.Fingerprint{PDQ: draw(), Quality: 40 + rng.IntN(60), PHash: vote()}}
			for range rng.IntN(3) {
				x.Frames = append(x.Frames, hashing.Frame{PDQ: draw(), Quality: 40 + rng.IntN(60), PHash: vote()})
				name := []hashing.ViewName{hashing.ViewTrimmed, hashing.ViewScreen, hashing.ViewTile}[rng.IntN(3)]
				x.Fingerprint.Views = append(x.Fingerprint.Views, hashing.View{Name: name, PDQ: draw(), Quality: 40 + rng.IntN(60)})
			}
			if rng.IntN(9) == 0 {
				x.Fingerprint = nil
			}
			probes[i] = triage.NewProbe(triage.DigestKeys{}, x)
		}
		found := 0
		near := v.near(lookups(probes))
		for i, got := range v.touches()(probes) {
			if want := len(near[i].Hits) > 0; got != want {
				t.Errorf("%+v: probe %d is touched: %v, want %v", size, i, got, want)
			} else if want {
				found++
			}
		}
		if found < 50 || found > 550 {
			t.Errorf("%+v: %d probes are near", size, found)
		}
	}
}
