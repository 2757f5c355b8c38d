package main

import (
	"fmt"
	"io"
	"maps"
	"math"
	"runtime"
	"slices"
	"strings"
	"time"

	"golang.org/x/sync/errgroup"

	"vigie/tools/triagebench/drive"
	"vigie/triage/signals"
)

// openedShares are the columns of the tables.
var openedShares = []float64{.01, .02, .05, .10, .20}

const shuffles = 100 // random orders, of which the mean is shown

// order is one way through the queue.
type order struct {
	name   string
	curves []curve // more than one where the mean is shown
}

func (o *order) found(opened float64) float64 { return mean(o.curves, opened) }

// row is a line of a table: what was found within each of openedShares.
type row struct {
	name    string
	planted int
	found   []float64
}

// report is what a run showed.
type report struct {
	world *drive.World
	measured
	model   *model
	weights *signals.Weights // in force
	took    time.Duration
	planted map[*drive.Scene]bool
	overall curve // of the reviewer's order
	static  curve // of the queue before any decision
	orders  []order
}

// newReport takes what was measured. With wrong, one decision in so many is wrong in an order of its own.
func newReport(q measured, w *drive.World, wrong int) *report {
	r := &report{world: w, measured: q, model: newModel(q.before, q.known), weights: signals.Default(), planted: plantedIn(w.Drives...)}
	one := func(name string, q []*group) {
		r.orders = append(r.orders, order{name, []curve{r.curve(q)}})
	}
	one("Vigie", q.worked)
	one("Vigie, before any decision", q.before)
	r.overall, r.static = r.orders[0].curves[0], r.orders[1].curves[0]
	one("newest first", sorted(q.before, newestFirst))
	one("folder order", sorted(q.before, byFolder))
	random := order{name: "random"}
	for i := range uint64(shuffles) {
		random.curves = append(random.curves, r.curve(shuffled(q.before, i)))
	}
	r.orders = append(r.orders, random)
	if wrong > 0 {
		one(fmt.Sprintf("Vigie, 1 decision in %d wrong", wrong), r.model.work(r.weights, r.model.errors(wrong)))
	}
	return r
}

// curve is that of all drives.
func (r *report) curve(q []*group) curve { return newCurve(q, r.planted, everywhere) }

func plantedIn(drives ...*drive.Drive) map[*drive.Scene]bool {
	planted := make(map[*drive.Scene]bool)
	for _, d := range drives {
		for _, s := range d.Planted {
			planted[s] = true
		}
	}
	return planted
}

func withAll(a, b map[*drive.Scene]bool) map[*drive.Scene]bool {
	both := maps.Clone(a)
	maps.Copy(both, b)
	return both
}

// untracedIn are those that no order made of facts and places can find: shown, and not counted for the mark.
func untracedIn(drives ...*drive.Drive) map[*drive.Scene]bool {
	untraced := make(map[*drive.Scene]bool)
	for _, d := range drives {
		for _, s := range d.Untraced {
			untraced[s] = true
		}
	}
	return untraced
}

func (r *report) seeds() string {
	return fmt.Sprintf("%d to %d", r.world.Drives[0].Seed, r.world.Drives[len(r.world.Drives)-1].Seed)
}

// write prints all tables, in Markdown.
func (r *report) write(w io.Writer) {
	media, exhibits := 0, 0
	for _, d := range r.world.Drives {
		exhibits += len(d.Exhibits)
		for _, x := range d.Exhibits {
			media += len(x.Files)
		}
	}
	adversarial := 0
	for s := range r.planted {
		if s.Adversarial() {
			adversarial++
		}
	}
	fmt.Fprintf(w, "Seeds %s: %d drives of %d exhibits, %d files; %d groups in the queue, %d planted (%.1f %%), %d of them adversarial. The run took %s.\n",
		r.seeds(), len(r.world.Drives), exhibits, media, len(r.before), len(r.planted), 100*float64(len(r.planted))/float64(len(r.before)), adversarial, r.took.Round(time.Second))
	if r.overall.missed > 0 {
		fmt.Fprintf(w, "**%d planted groups are not in the queue.**\n", r.overall.missed)
	}
	whole := newCurve(r.worked, withAll(r.planted, untracedIn(r.world.Drives...)), everywhere)
	fmt.Fprintf(w, "%d further groups were planted that leave no trace; with them, %.1f %% of all are found within the first %.0f %%.\n",
		len(whole.at)+whole.missed-len(r.planted), 100*whole.found(markOpened), 100*markOpened)
	fmt.Fprintf(w, "In Vigie's order 90 %% of the planted groups are found when %s of all groups are opened; %s before any decision.\n", r.overall.needed(markFound), r.static.needed(markFound))
	table(w, "Planted groups found, of all drives, within the first groups opened", "order", r.byOrder())
	table(w, "Each drive by itself, in Vigie's order", "seed", r.bySeed(), staticColumn)
	table(w, "Without one signal, by a model of the queue ("+r.agreement()+")", "without", r.ablation(), staticColumn)
	table(w, "By context, in Vigie's order of all drives", "context", r.byContext(), staticColumn)
	r.writeSpeaking(w)
}

// writeSpeaking tells how often each signal applies: to what is to be found, and to all else.
func (r *report) writeSpeaking(w io.Writer) {
	of := map[bool]map[signals.Signal]int{true: {}, false: {}}
	groups := make(map[bool]int)
	for _, g := range r.before {
		planted := r.planted[g.scene]
		groups[planted]++
		for _, reason := range g.Reasons {
			of[planted][reason.Signal]++
		}
	}
	share := func(planted bool, name signals.Signal) float64 {
		return 100 * float64(of[planted][name]) / float64(max(groups[planted], 1))
	}
	fmt.Fprint(w, "\nHow often each signal applies, before any decision:\n\n| signal | to planted groups | to others |\n|---|---:|---:|\n")
	for _, name := range signals.Names() {
		fmt.Fprintf(w, "| %s | %.1f %% | %.1f %% |\n", name, share(true, name), share(false, name))
	}
}

// staticColumn is what the queue finds that learns nothing, within as many groups as the mark is for.
var staticColumn = fmt.Sprintf("first %.0f %% before any decision", 100*markOpened)

// table prints rows, which may have more columns than openedShares.
func table(w io.Writer, title, first string, rows []row, more ...string) {
	fmt.Fprintf(w, "\n%s:\n\n| %s | planted |", title, first)
	for _, o := range openedShares {
		fmt.Fprintf(w, " first %.0f %% |", 100*o)
	}
	for _, title := range more {
		fmt.Fprintf(w, " %s |", title)
	}
	fmt.Fprintf(w, "\n|---|---:|%s\n", strings.Repeat("---:|", len(openedShares)+len(more)))
	for _, row := range rows {
		fmt.Fprintf(w, "| %s | %d |", row.name, row.planted)
		for _, f := range row.found {
			if math.IsNaN(f) {
				fmt.Fprint(w, " |")
				continue
			}
			fmt.Fprintf(w, " %.1f %% |", 100*f)
		}
		fmt.Fprintln(w)
	}
}

func (c *curve) row(name string) row {
	r := row{name: name, planted: len(c.at) + c.missed}
	for _, o := range openedShares {
		r.found = append(r.found, c.found(o))
	}
	return r
}

// rowBeside has a last column of what another curve finds.
func (c *curve) rowBeside(name string, static curve) row {
	r := c.row(name)
	r.found = append(r.found, static.found(markOpened))
	return r
}

func (r *report) byOrder() (rows []row) {
	for _, o := range r.orders {
		line := row{name: o.name, planted: len(r.planted)}
		for _, share := range openedShares {
			line.found = append(line.found, o.found(share))
		}
		rows = append(rows, line)
	}
	return rows
}

func (r *report) bySeed() (rows []row) {
	for i, d := range r.world.Drives {
		c := newCurve(r.worked, plantedIn(d), onDrive(i))
		rows = append(rows, c.rowBeside(fmt.Sprint(d.Seed), newCurve(r.before, plantedIn(d), onDrive(i))))
	}
	return rows
}

// ablation leaves each signal out in turn, by the model; those first that cost most.
func (r *report) ablation() []row {
	rows := make([]row, 1+len(signals.Names()))
	var g errgroup.Group
	g.SetLimit(runtime.GOMAXPROCS(0))
	fill := func(i int, name string, weights *signals.Weights) {
		g.Go(func() error {
			c := r.curve(r.model.work(weights, nil))
			rows[i] = c.rowBeside(name, r.curve(r.model.untouched(weights)))
			return nil
		})
	}
	fill(0, "nothing", r.weights)
	for i, name := range signals.Names() {
		fill(1+i, string(name), without(r.weights, name))
	}
	_ = g.Wait()
	const at = 2 // the mark's column
	slices.SortStableFunc(rows[1:], func(a, b row) int { return int(1e6 * (a.found[at] - b.found[at])) })
	return rows
}

// byContext tells what is found late: where it lay, and what hid it.
func (r *report) byContext() (rows []row) {
	from := r.planted
	add := func(name string, belongs func(*drive.Scene) bool) {
		some := make(map[*drive.Scene]bool)
		for s := range from {
			if belongs(s) {
				some[s] = true
			}
		}
		if len(some) > 0 {
			c := newCurve(r.worked, some, everywhere)
			rows = append(rows, c.rowBeside(name, newCurve(r.before, some, everywhere)))
		}
	}
	for _, c := range drive.Contexts {
		add(string(c), func(s *drive.Scene) bool { return s.Context == c && !s.Adversarial() })
	}
	add("adversarial, all", (*drive.Scene).Adversarial)
	for _, d := range []string{drive.Stripped, drive.Misplaced, drive.WrongClocks} {
		add("adversarial: "+d, func(s *drive.Scene) bool { return slices.Contains(s.Disguises, d) })
	}
	from = untracedIn(r.world.Drives...)
	add("without a trace, all", func(*drive.Scene) bool { return true })
	for _, c := range drive.Contexts {
		add("without a trace: "+string(c), func(s *drive.Scene) bool { return s.Context == c })
	}
	return rows
}
