package main

import (
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"text/tabwriter"
	"time"

	"golang.org/x/sync/errgroup"
)

// The windows in which faults strike: as long as a submission takes, and some more.
const (
	wholeWindow = 5 * time.Second
	briefWindow = 1500 * time.Millisecond
	wholeDrives = 3
	smallSeed   = 99 // of the drive of the case that is closed
)

func newChance(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 0)) } //nolint:gosec // chances, not secrets

// campaign plays the rounds, prints a line for each and a table at the end, and fails when a round did.
func campaign(ctx context.Context, o options) error {
	if err := o.complete(); err != nil {
		return err
	}
	window, drives := wholeWindow, wholeDrives
	if o.brief {
		window, drives = briefWindow, 1
	}
	made, err := makeDrives(ctx, o.dir, drives)
	if err != nil {
		return err
	}
	small, err := makeDrive(ctx, filepath.Join(o.dir, "drive-small"), smallSeed, smallScale)
	if err != nil {
		return err
	}
	fmt.Printf("%d rounds, seed %d, objects: %s, %d items a drive, each submitted under %d seals, and in half of the rounds %d of a case that is closed, or of which entries are doubted\n", o.rounds, o.seed, o.objects, len(made[0].labels), len(seals), len(small.labels))
	begin := time.Now()
	var t tally
	var mu sync.Mutex // guards t and the output
	g := new(errgroup.Group)
	g.SetLimit(o.parallel)
	for n := 1; n <= o.rounds && ctx.Err() == nil && time.Since(begin) < o.limit; n++ {
		if o.only > 0 && n != o.only {
			continue
		}
		g.Go(func() error {
			other := small
			if !o.closes(n) && !o.doubts(n) {
				other = nil
			}
			res := playRound(ctx, &o, n, o.store(n), made[n%len(made)], other, window)
			mu.Lock()
			defer mu.Unlock()
			if ctx.Err() != nil {
				return nil // interrupted: it tells nothing
			}
			t.add(res)
			res.print(os.Stdout, &o)
			return nil
		})
	}
	_ = g.Wait() // rounds tell of themselves
	t.print(os.Stdout, time.Since(begin))
	if t.failed > 0 {
		return fmt.Errorf("%d of %d rounds failed; their folders are kept in %s", t.failed, t.rounds, o.dir)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return os.RemoveAll(o.dir)
}

// chance is what decides in round n.
func (o *options) chance(n int) *rand.Rand {
	return rand.New(rand.NewPCG(o.seed, uint64(n))) //nolint:gosec // chances, not secrets
}

// store is the object store of round n.
func (o *options) store(n int) string {
	if o.objects != "both" {
		return o.objects
	}
	return []string{"minio", "folder"}[n%2]
}

// closes reports whether a case is closed in round n: in a quarter of them, on both stores, for it takes long.
func (o *options) closes(n int) bool { return n%8 == 1 || n%8 == 4 }

// doubts reports whether entries of a list are withdrawn in round n: in another quarter.
func (o *options) doubts(n int) bool { return n%8 == 3 || n%8 == 6 }

// weighs reports whether the weights are changed in round n: in half of them, on both stores.
func (o *options) weighs(n int) bool { return n%4 >= 2 }

// print prints a round's line, and what is wrong.
func (r *result) print(w io.Writer, o *options) {
	var struck []string
	for _, b := range r.blows {
		struck = append(struck, fmt.Sprintf("%s@%.1fs", b.fault.name, b.at.Seconds()))
	}
	verdict := "ok"
	if len(r.wrong) > 0 {
		verdict = "FAILED"
	}
	fmt.Fprintf(w, "%3d/%d %-6s %-6s %5.1f s, settled after %4.1f s  %s\n", r.number, o.rounds, r.objects, verdict, r.took.Seconds(), r.healed.Seconds(), strings.Join(struck, " "))
	const shown = 20
	for i, line := range r.wrong {
		if i == shown {
			fmt.Fprintf(w, "      and %d more\n", len(r.wrong)-shown)
			break
		}
		fmt.Fprintln(w, "      WRONG:", line)
	}
	if len(r.wrong) > 0 {
		fmt.Fprintf(w, "      again: make chaos ROUNDS=%d SEED=%d ONLY=%d OBJECTS=%s\n", o.rounds, o.seed, r.number, o.objects)
	}
}

// tally adds rounds up.
type tally struct {
	rounds, failed int
	items          int
	took           time.Duration
	acked          [len(countedNames)]int
	struck, hit    map[*fault]int // blows; rounds that failed with such a blow
	within         map[*fault]int // rounds with such a blow
	unlimited      bool
}

func (t *tally) add(r *result) {
	if t.struck == nil {
		t.struck, t.hit, t.within = make(map[*fault]int), make(map[*fault]int), make(map[*fault]int)
	}
	t.rounds++
	t.items += r.items
	t.took += r.took
	t.unlimited = t.unlimited || !r.limited
	if len(r.wrong) > 0 {
		t.failed++
	}
	for i, kind := range counted {
		t.acked[i] += r.acked[kind]
	}
	seen := make(map[*fault]bool)
	for _, b := range r.blows {
		t.struck[b.fault]++
		if !seen[b.fault] {
			seen[b.fault] = true
			t.within[b.fault]++
			if len(r.wrong) > 0 {
				t.hit[b.fault]++
			}
		}
	}
}

// countedNames are those of counted, for people.
var countedNames = [...]string{"manifest parts", "uploads", "seals", "imports", "withdrawals", "checks", "claims", "reveals", "decisions", "confirmations", "changes of weights", "closings", "reopenings", "entries withdrawn", "entries restored"}

// print prints the table, as docs/reliability.md has it.
func (t *tally) print(w io.Writer, took time.Duration) {
	fmt.Fprintf(w, "\n%d rounds in %s, %d failed. Acknowledged and found again: %d items reported", t.rounds, took.Round(time.Second), t.failed, t.items)
	for i, name := range countedNames {
		fmt.Fprintf(w, ", %d %s", t.acked[i], name)
	}
	fmt.Fprint(w, ".\n\n")
	tab := tabwriter.NewWriter(w, 0, 0, 1, ' ', 0)
	fmt.Fprint(tab, "| fault\t| what\t| rounds\t| times\t| rounds that failed\t|\n|---\t|---\t|---\t|---\t|---\t|\n")
	for i := range faults {
		f := &faults[i]
		what := f.what
		if f.off != "" {
			what += " (switched off: " + f.off + ")"
		}
		if f.name == diskFull && t.unlimited {
			what += " (SKIPPED: no file system may be mounted here)"
		}
		fmt.Fprintf(tab, "| %s\t| %s\t| %d\t| %d\t| %d\t|\n", f.name, what, t.within[f], t.struck[f], t.hit[f])
	}
	tab.Flush()
}
