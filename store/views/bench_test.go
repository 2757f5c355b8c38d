package views

import (
	"context"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
	"vigie/triage/signals"
)

// What a medium costs in Redis, by what became of it, and how many calls a second its way there takes:
// go test -run '^$' -bench Medium -benchtime 1x ./store/views
//
// Identifiers lie as densely as those of so many millions of media would: few are made, in a part of the space.
func BenchmarkMedium(b *testing.B) {
	const made = 2_000
	for _, millions := range []int{1, 10} {
		for _, c := range []struct {
			name string
			way  func(c *crowd)
		}{
			{"wanted", func(c *crowd) {}},
			{"queued", func(c *crowd) { c.queue() }},
			{"benign", func(c *crowd) { c.queue(); c.examine(triage.Benign) }},
			{"known", func(c *crowd) { c.queue(); c.examine(triage.Known) }},
			{"lone", func(c *crowd) { c.queue(); c.examine(triage.Pending); c.join(1); c.rank(1) }},
			{"no medium", func(c *crowd) { c.matchOnly() }},
			{"of five", func(c *crowd) { c.queue(); c.examine(triage.Pending); c.join(5); c.rank(5) }},
			{"shot, no clue", func(c *crowd) { c.shots = 8; c.queue(); c.examine(triage.Pending); c.join(1); c.rank(1) }},
			{"shot", func(c *crowd) { c.shots, c.clues = 8, true; c.queue(); c.examine(triage.Pending); c.join(1); c.rank(1) }},
			{"shot alone", func(c *crowd) { c.shots, c.clues = 1, true; c.queue(); c.examine(triage.Pending); c.join(1); c.rank(1) }},
		} {
			b.Run(fmt.Sprintf("%s/%dM", strings.NewReplacer(" ", "-", ",", "").Replace(c.name), millions), func(b *testing.B) {
				for b.Loop() {
					crowd := newCrowd(b, made, millions)
					if c.name == "no medium" {
						crowd.noMedia()
					}
					crowd.register()
					c.way(crowd)
					b.ReportMetric(crowd.bytes()/made, "B/medium")
				}
				b.ReportMetric(0, "ns/op")
			})
		}
	}
}

// crowd is many media of one exhibit: 200 a folder, a fifth of them with a camera's data, on their way together.
type crowd struct {
	*bench
	b      *testing.B
	x      triage.ExhibitID
	random *rand.Rand
	items  []triage.ListedItem
	shots  int  // in an hour; 0: a fifth are a camera's, whenever
	clues  bool // are told
}

// newCrowd makes n media with identifiers as dense as those of so many millions.
func newCrowd(b *testing.B, n, millions int) *crowd {
	c := &crowd{bench: open(b), b: b, random: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // sizes, not secrets
	c.ok(c.rdb.ConfigSet(b.Context(), "appendfsync", "no").Err())          // the disk's speed is not what is asked
	b.Cleanup(func() { c.rdb.ConfigSet(context.Background(), "appendfsync", "always") })
	c.x = c.exhibit(1, "ada").ID
	part := float64(n) / float64(millions) / 1e6
	for i := range n {
		it := picture(c.x, i, fmt.Sprint("folder ", i/200))
		it.Medium = triage.MediumID(fmt.Sprintf("%016x%016x", c.dense(part), c.random.Uint64()))
		it.Size = 200_000 + c.random.Int64N(6_000_000)
		it.Place.Modified = day.Add(-time.Duration(c.random.Int64N(1e15)) * time.Microsecond / 1e3)
		for _, key := range []*triage.DigestKey{&it.Keys.MD5, &it.Keys.SHA1, &it.Keys.SHA256} {
			binary.BigEndian.PutUint64(key[:], c.dense(part))
		}
		c.items = append(c.items, it)
	}
	return c
}

// dense draws a number from the lowest part of all.
func (c *crowd) dense(part float64) uint64 { return uint64(part * float64(c.random.Uint64())) }

// stage reports how many of n steps were taken in a second.
func (c *crowd) stage(name string, n int, all func()) {
	started := time.Now()
	all()
	c.b.ReportMetric(float64(n)/time.Since(started).Seconds(), name+"/s")
}

func (c *crowd) register() {
	c.stage("registered", len(c.items), func() {
		n := 0
		for items := range slices.Chunk(c.items, triage.MaxPartItems) {
			n++
			c.bench.register(c.x, part(n), items...)
		}
	})
}

func (c *crowd) queue() {
	c.stage("queued", len(c.items), func() {
		for _, it := range c.items {
			c.ok(markOne(c.t.Context(), c.Media, triage.Arrived{Medium: it.Medium, Generation: 1, Keys: it.Keys, Size: it.Size}))
		}
	})
}

func (c *crowd) examine(f triage.Finding) {
	c.stage("examined", len(c.items), func() {
		offset := int64(0)
		for i, it := range c.items {
			facts := hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4000, Height: 3000, Subsampling: "4:2:0", JPEGQuality: 60 + i%40, Tables: fmt.Sprintf("%016x", i%40)}
			if i%5 == 0 {
				facts.Make, facts.Model, facts.Software = "samsung", fmt.Sprintf("SM-A5%02dB", i%37), "A546BXXS9CXG1"
				facts.Serial, facts.GPS, facts.Taken = fmt.Sprintf("R5CW30AB%03d", i%37), true, it.Place.Modified
			}
			var clue triage.Clue
			if c.shots > 0 { // by cameras that took 500 each
				facts.Make, facts.Model, facts.Software, facts.Serial = "samsung", "SM-A546B", "A546BXXS9CXG1", fmt.Sprintf("R5CW30AB%03d", i/500)
				facts.GPS, facts.Taken = true, day.Add(time.Duration(2*(i/c.shots))*time.Hour)
			}
			if c.clues {
				clue = names.Clue(&facts)
			}
			x := &hashing.Examination{Facts: facts, Fingerprint: &hashing.Fingerprint{Quality: 50 + i%50}}
			record := triage.ExaminationRecord{Medium: it.Medium, Size: it.Size, Keys: it.Keys, Examination: *x}
			length := int64(700 + i%300)
			at := triage.Locator{Pack: triage.PackID{Writer: "0123456789ab", Number: uint64(i / 50)}, Offset: offset, Length: length} //nolint:gosec // small
			if offset += length; i%50 == 49 {
				offset = 0
			}
			_, err := c.Media.FileExaminations(c.t.Context(), triage.Filed{ExaminationRecord: record, At: at})
			c.ok(err)
			matches := matchesOf(f)
			for j := range matches {
				matches[j].Entry = c.random.Uint32N(10_000_000)
			}
			c.ok(c.Outcomes.Apply(c.t.Context(), triage.Outcome{Medium: it.Medium, Matches: matches, Finding: f, Examination: x, Clue: clue}))
		}
	})
}

// noMedia makes files of all, whose bytes nobody wants.
func (c *crowd) noMedia() {
	for i := range c.items {
		c.items[i].Kind = hashing.KindOther
	}
}

func (c *crowd) matchOnly() {
	c.stage("matched", len(c.items), func() {
		for _, it := range c.items {
			c.ok(c.Outcomes.Apply(c.t.Context(), triage.Outcome{Medium: it.Medium, Finding: triage.NoFinding}))
		}
	})
}

// join puts media into groups of so many, each founded by its first.
func (c *crowd) join(size int) {
	c.stage("joined", len(c.items), func() {
		for members := range slices.Chunk(c.items, size) {
			var code pdq.Hash
			for i := range code {
				code[i] = byte(c.random.Uint32())
			}
			g := triage.GroupID(members[0].Medium)
			c.ok(c.Groups.Bear(c.t.Context(), []triage.Founder{{Group: g, Medium: members[0].Medium, PDQ: &code}}))
			for _, it := range members {
				c.ok(c.Groups.JoinGroups(c.t.Context(), []triage.Join{{Medium: it.Medium, Group: g}}))
			}
		}
	})
}

func (c *crowd) rank(size int) {
	marked, err := c.Groups.ToRank(c.t.Context(), len(c.items))
	c.ok(err)
	if len(marked) != len(c.items)/size {
		c.t.Fatalf("%d groups wait", len(marked))
	}
	c.stage("ranked", len(marked), func() {
		for i, m := range marked {
			g := triage.Group{Members: size, Open: size, Exhibits: 1, Cases: 1, Score: 5 * (i % 12), Finding: triage.ProbableNew}
			g.Reasons = []signals.Reason{
				{Signal: signals.CameraOriginal, Points: 40, Detail: fmt.Sprintf("SM-A5%02dB", i%37)},
				{Signal: signals.Recent, Points: 15}, {Signal: signals.CameraSerial, Points: 10}, {Signal: signals.CameraFolder, Points: 5},
			}
			c.ok(c.Groups.SaveRankings(c.t.Context(), byTest, []triage.Marked{m}, []triage.Group{g}))
		}
	})
}

// bytes returns what all keys take (MEMORY USAGE), and logs it by family: their names end at a colon.
func (c *crowd) bytes() (all float64) {
	ctx := c.t.Context()
	type family struct {
		keys  int
		bytes int64
	}
	families := make(map[string]family)
	walk := c.rdb.Scan(ctx, 0, "*", 1000).Iterator()
	for walk.Next(ctx) {
		name := strings.TrimPrefix(walk.Val(), "{t}:")
		if i := strings.IndexByte(name, ':'); i >= 0 {
			name = name[:i+1]
		}
		f := families[name]
		f.keys++
		if f.keys <= 500 || f.keys%50 == 0 {
			n, err := c.rdb.MemoryUsage(ctx, walk.Val(), 0).Result()
			c.ok(err)
			if f.keys > 500 {
				n *= 50
			}
			f.bytes += n
		}
		families[name] = f
	}
	c.ok(walk.Err())
	for name, f := range families {
		all += float64(f.bytes)
		if per := float64(f.bytes) / float64(len(c.items)); per >= 0.1 {
			c.b.Logf("%-12s %6d keys, %6.1f B a medium", name, f.keys, per)
		}
	}
	return all
}

// What known hits cost, a hundred at a time, among media of one camera and one folder, eight of them an hour, each alone in its group;
// and how many groups each has ranked again:
// go test -run '^$' -bench Stir -benchtime 1x ./store/views
func BenchmarkStir(b *testing.B) {
	const made, every = 20_000, 10
	for b.Loop() {
		c := newCrowd(b, made, 1)
		for i := range c.items {
			place := &c.items[i].Place
			place.Folder, place.Parent = names.Folder(c.x, "top/camera"), names.Folder(c.x, "top")
			place.Numbers = numbersOf(c.x, "top/camera", i+1)
		}
		c.shots, c.clues = 8, true
		c.register()
		c.queue()
		c.examine(triage.Pending)
		c.join(1)
		marked := func() (n int) {
			for {
				some, err := c.Groups.ToRank(b.Context(), 1000)
				c.ok(err)
				if len(some) == 0 {
					return n
				}
				n += len(some)
				c.ok(c.Groups.SaveRankings(b.Context(), byTest, some, make([]triage.Group, len(some))))
			}
		}
		stir := func() {
			for n := 1; n > 0; {
				var err error
				n, err = c.Groups.Stir(b.Context(), 2000)
				c.ok(err)
			}
		}
		stir()
		marked()
		var applied, stirred time.Duration
		again := 0
		for i := 0; i < made; i += every {
			start := time.Now()
			c.ok(c.Outcomes.Apply(b.Context(), triage.Outcome{Medium: c.items[i].Medium, Finding: triage.Known, Matches: matchesOf(triage.Known)}))
			applied += time.Since(start)
			if i%(100*every) == 0 {
				start = time.Now()
				stir()
				stirred += time.Since(start)
				again += marked()
			}
		}
		b.ReportMetric(float64(applied.Microseconds())/(made/every), "us-applied/hit")
		b.ReportMetric(float64(stirred.Microseconds())/(made/every), "us-stirred/hit")
		b.ReportMetric(float64(again)/(made/every), "groups/hit")
		b.ReportMetric(0, "ns/op")
	}
}

// What a closed case leaves in Redis of its media, each alone in its group, by the memory that Redis says it uses beside its scripts:
// go test -run '^$' -bench ClosedCase -benchtime 1x ./store/views
func BenchmarkClosedCase(b *testing.B) {
	const made = 20_000
	used := func(c *crowd) float64 {
		c.ok(c.rdb.Do(b.Context(), "SLOWLOG", "RESET").Err()) // it keeps what was asked
		time.Sleep(3 * time.Second)                           // buffers of idle connections go
		info, err := c.rdb.InfoMap(b.Context(), "memory").Result()
		c.ok(err)
		all, err := strconv.ParseFloat(info["Memory"]["used_memory"], 64)
		c.ok(err)
		scripts, err := strconv.ParseFloat(info["Memory"]["used_memory_scripts"], 64) // ours, loaded once
		c.ok(err)
		return all - scripts
	}
	for b.Loop() {
		c := newCrowd(b, made, 10)
		empty := used(c)
		c.register()
		c.queue()
		c.examine(triage.Pending)
		c.join(1)
		c.rank(1)
		full := used(c)
		ctx := b.Context()
		x, err := c.Exhibits.Exhibit(ctx, c.x)
		c.ok(err)
		c.ok(c.Cases.Shut(ctx, false, triage.ClosedExhibit{Exhibit: x}))
		c.stage("evicted", made, func() {
			n := 0
			for items := range slices.Chunk(c.items, triage.MaxPartItems) {
				n++
				media := make([]triage.MediumID, len(items))
				for i := range items {
					media[i] = items[i].Medium
				}
				c.ok(c.Shelving.Evict(ctx, c.x, part(n), media))
			}
		})
		c.ok(c.Shelving.Vacate(ctx, c.x))
		for {
			orphans, err := c.Groups.Orphans(ctx, 500)
			c.ok(err)
			if len(orphans) == 0 {
				break
			}
			c.ok(c.Groups.Bury(ctx, orphans...))
		}
		b.ReportMetric((full-empty)/made, "B/medium-open")
		b.ReportMetric((used(c)-empty)/made, "B/medium-closed")
		c.bytes()
		b.ReportMetric(0, "ns/op")
	}
}

// What a sweep reads of media's records, at the density of ten million, where some of them lag behind the sets:
// go test -run '^$' -bench Digested -benchtime 1x ./store/views
func BenchmarkDigested(b *testing.B) {
	const made, millions, at = 50_000, 10, 4
	c := newCrowd(b, made, millions)
	c.register()
	c.queue()
	c.examine(triage.Benign)
	filled := triage.Buckets * made / (millions * 1_000_000) // the others are empty
	for b.Loop() {
		start, used := time.Now(), embeddedtest.ProcessorTime(b)
		var g errgroup.Group
		found := make([]int, at)
		for i := range at {
			g.Go(func() error {
				for from := i * filled / at; from < (i+1)*filled/at; from += 64 {
					media, err := c.Rematch.Digested(b.Context(), from, min(64, (i+1)*filled/at-from), false)
					if found[i] += len(media); err != nil {
						return err
					}
				}
				return nil
			})
		}
		c.ok(g.Wait())
		total := 0
		for _, n := range found {
			total += n
		}
		if total < made*9/10 {
			b.Fatalf("%d media", total)
		}
		b.ReportMetric(float64(time.Since(start).Microseconds())/float64(total), "us/medium")
		b.ReportMetric(float64((embeddedtest.ProcessorTime(b)-used).Microseconds())/float64(total), "cpu-us/medium")
	}
	b.ReportMetric(0, "ns/op")
}

// What it takes to remember that a medium matched an entry before that was withdrawn:
// go test -run '^$' -bench Earlier -benchtime 1x ./store/views
func BenchmarkEarlier(b *testing.B) {
	for _, n := range []int{100_000, 1_000_000} {
		b.Run(strconv.Itoa(n), func(b *testing.B) {
			for b.Loop() {
				c := newCrowd(b, 1, 1)
				used := func() float64 {
					info, err := c.rdb.InfoMap(b.Context(), "memory").Result()
					c.ok(err)
					all, err := strconv.ParseFloat(info["Memory"]["used_memory"], 64)
					c.ok(err)
					return all
				}
				some, empty := make([]triage.EarlierMatch, 1000), used()
				for i := range n {
					some[i%1000] = triage.EarlierMatch{Medium: c.items[0].Medium, Generation: 1, Set: 1, Entry: uint32(i)} //nolint:gosec // a count
					if i%1000 == 999 {
						c.ok(c.Earlier.KeepEarlier(b.Context(), some))
					}
				}
				b.ReportMetric((used()-empty)/float64(n), "B/match")
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}
