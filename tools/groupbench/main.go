// Command groupbench lets edited copies of pictures, and generated drives, arrive in random orders through the code that
// groups media, and compares the groups with what each copy was made of. It prints the tables of docs/groups.md, and fails
// below the marks.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strings"
)

// The marks, of each population and order.
const (
	leastPurity       = 0.99
	leastCompleteness = 0.9
)

func main() {
	var o options
	flag.IntVar(&o.side, "side", 800, "the longer side, in pixels, that pictures are reduced to before they are edited")
	flag.IntVar(&o.every, "every", 1, "take every n-th picture")
	flag.IntVar(&o.negatives, "negatives", 20, "hard negatives of each kind")
	flag.IntVar(&o.drives, "drives", 3, "generated drives")
	flag.Float64Var(&o.scale, "scale", 0.3, "of the drives")
	flag.StringVar(&o.seeds, "seeds", "1 2 3", "one population each: which copies of each picture there are")
	flag.IntVar(&o.orders, "orders", 4, "in which each population arrives")
	flag.BoolVar(&o.show, "show", false, "name the media that are in another picture's group")
	flag.Parse()
	if err := run(context.Background(), flag.Args(), o); err != nil {
		fmt.Fprintln(os.Stderr, "groupbench:", err)
		os.Exit(1)
	}
}

type options struct {
	side, every, negatives, drives, orders int
	scale                                  float64
	seeds                                  string
	show                                   bool
}

func run(ctx context.Context, folders []string, o options) error {
	all, err := load(ctx, folders, o)
	if err != nil {
		return err
	}
	fmt.Printf("%d pictures of the corpus and hard negatives, %d copies of them; %d media of %d generated drives; %d pictures are within the radius of another and count as one with it\n\n",
		all.pictures, len(all.copies), len(all.drives), o.drives, all.twins)
	fmt.Println("| seed | order | media | pictures | groups | purity | of groups of 2 and more | completeness | of all copies | pair precision | pair recall | as the first order | proposals right | wrong | missed |")
	fmt.Println(strings.Repeat("|---", 15) + "|")
	byEdit := newEditTable()
	failed := false
	for _, text := range strings.Fields(o.seeds) {
		var seed uint64
		if _, err := fmt.Sscan(text, &seed); err != nil {
			return fmt.Errorf("-seeds: %q is no number", text)
		}
		media := all.population(rand.New(rand.NewPCG(seed, 1))) //nolint:gosec // repeatable on purpose
		var first []int
		for order := range o.orders {
			rng := rand.New(rand.NewPCG(seed, uint64(order+2))) //nolint:gosec // as above
			a, err := arrive(ctx, media, rng)
			if err != nil {
				return err
			}
			if first == nil {
				first = a.groups
			}
			r := measure(media, a, first)
			fmt.Printf("| %d | %d | %s\n", seed, order+1, r)
			byEdit.add(media, a.groups)
			failed = failed || r.pureTogether < leastPurity || r.complete < leastCompleteness
			if o.show {
				showStrangers(media, a.groups)
			}
		}
	}
	fmt.Println()
	byEdit.print()
	if failed {
		return fmt.Errorf("the marks are purity %.2f and completeness %.2f", leastPurity, leastCompleteness)
	}
	return nil
}
