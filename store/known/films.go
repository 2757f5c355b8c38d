package known

import (
	"context"
	"slices"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/hashing/vpdq"
	"vigie/triage"
)

// filmsAtOnce is how many films are read from Redis in one round trip: 140 kB each at most.
const filmsAtOnce = 64

// shares compares probes with each film of which a frame is near, whole: the index found which these are, Redis tells all of their
// frames. It reports whether Redis holds the films that were mirrored.
func (m *Mirror) shares(ctx context.Context, probes []triage.Probe, found []Nearest) (bool, error) {
	type question struct {
		probe  int
		hit    *Hit
		answer *redis.StringCmd
	}
	var asked []question
	for i := range found {
		for n := range found[i].Hits {
			if h := &found[i].Hits[n]; h.Method == triage.ByPDQ && h.Frames > 1 {
				asked = append(asked, question{probe: i, hit: h})
			}
		}
	}
	var query []vpdq.Frame
	of := -1 // the probe of query
	for some := range slices.Chunk(asked, filmsAtOnce) {
		pipe := m.sets.rdb.Pipeline()
		for i := range some {
			key, size := m.place(*some[i].hit)
			from, to := some[i].hit.chunks()
			some[i].answer = pipe.GetRange(ctx, key, int64(from*sealedChunk(size)), int64(to*sealedChunk(size))-1)
		}
		if _, err := pipe.Exec(ctx); err != nil {
			return false, fault("known.shares", "", err)
		}
		for _, q := range some {
			frames, err := m.film(q.hit, q.answer.Val())
			if err != nil || frames == nil {
				return false, err
			}
			if of != q.probe {
				query, of = vpdq.Query(framesOf(&probes[q.probe]), triage.ViewDistance), q.probe
			}
			s := vpdq.Compare(query, frames)
			s.OfFilm = probes[q.probe].Film
			q.hit.shares = &s
		}
	}
	return true, nil
}

// chunks returns which chunks of its segment hold the frames of a hit's film: from one, to the one before another.
func (h *Hit) chunks() (from, to int) {
	first := int(h.Place.Position) - int(h.Place.Frame)
	return first / chunkEntries, (first+h.Frames-1)/chunkEntries + 1
}

// film reads the frames of a hit's film from the chunks that should hold them; nil: they do not.
func (m *Mirror) film(h *Hit, sealed string) ([]pdq.Hash, error) {
	key, size := m.place(*h)
	from, _ := h.chunks()
	rows, err := m.sets.sealer.openChunks(key, sealed, from, size)
	if err != nil {
		return nil, err
	}
	first := int(h.Place.Position) - int(h.Place.Frame) - from*chunkEntries
	if len(rows) < (first+h.Frames)*size {
		return nil, nil
	}
	frames := make([]pdq.Hash, 0, h.Frames)
	for e := range slices.Chunk(rows[first*size:(first+h.Frames)*size], size) {
		if refAt(h.Place.Segment, 0, e).Entry != h.Place.Entry {
			return nil, nil
		}
		frames = append(frames, pdq.Hash(e[6:]))
	}
	return frames, nil
}

// framesOf returns the pictures of a probe as frames, with their parts.
func framesOf(p *triage.Probe) []hashing.Frame {
	if len(p.PDQ) == 0 {
		return p.Frames
	}
	first := hashing.Frame{At: p.At, Quality: p.Quality}
	copy(first.PDQ[:], p.PDQ)
	for t := len(p.PDQ); t < len(first.PDQ); t++ {
		first.PDQ[t] = p.PDQ[0] // the others are not known
	}
	frames := []hashing.Frame{first}
	for i := range p.Views {
		v := &p.Views[i]
		frames = append(frames, hashing.Frame{At: p.At, View: v.Name, PDQ: v.PDQ, Quality: v.Quality})
	}
	return append(frames, p.Frames...)
}
