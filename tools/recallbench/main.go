// Command recallbench measures what plain PDQ, pHash and Vigie find of pictures that were edited, and how often each takes
// unlike pictures for one. It prints the tables of docs/matching.md.
package main

import (
	"context"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"regexp"
	"runtime"
	"slices"

	"golang.org/x/sync/errgroup"

	"vigie/hashing/pdq"
	"vigie/tools/recallbench/edits"
)

func main() {
	var o options
	flag.IntVar(&o.side, "side", 1200, "the longer side, in pixels, that pictures are reduced to before they are edited")
	flag.IntVar(&o.every, "every", 1, "take every n-th picture")
	flag.IntVar(&o.hard, "negatives", 60, "hard negatives of each kind")
	flag.Uint64Var(&o.seed, "seed", 4, "of the edits: colours, widths, sizes, places")
	flag.StringVar(&o.lists, "lists", "", "a folder of lists, whose PDQs are entries as well")
	flag.StringVar(&o.only, "only", "", "a regular expression: the edits to make")
	flag.BoolVar(&o.show, "show", false, "name the pairs of unlike pictures that were taken for one")
	flag.BoolVar(&o.missed, "missed", false, "name the pictures that were not found though the part that shows them is near")
	flag.Parse()
	if err := run(context.Background(), flag.Args(), o); err != nil {
		fmt.Fprintln(os.Stderr, "recallbench:", err)
		os.Exit(1)
	}
}

type options struct {
	side, every, hard int
	seed              uint64
	lists, only       string
	show, missed      bool
}

func run(ctx context.Context, folders []string, o options) error {
	list, whole := edits.All()
	if !whole {
		fmt.Println("ffmpeg is not installed: WebP is NOT measured")
	}
	only, err := regexp.Compile(o.only)
	if err != nil {
		return err
	}
	list = slices.DeleteFunc(list, func(e edits.Edit) bool { return !only.MatchString(e.Name) })
	pictures, err := load(folders, o.side, o.every)
	if err != nil {
		return err
	}
	pictures = append(pictures, drawn(o.hard)...)
	group, ctx := errgroup.WithContext(ctx)
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i, p := range pictures {
		group.Go(func() error {
			if i%25 == 0 {
				fmt.Fprintf(os.Stderr, "\r%d of %d pictures", i, len(pictures))
			}
			return p.examine(ctx, list, rand.New(rand.NewPCG(uint64(i), o.seed))) //nolint:gosec // repeatable on purpose
		})
	}
	if err := group.Wait(); err != nil {
		return err
	}
	fmt.Fprintln(os.Stderr)
	pictures = slices.DeleteFunc(pictures, func(p *picture) bool { return p.entry.Quality < pdq.MinQuality })
	originals := slices.DeleteFunc(slices.Clone(pictures), func(p *picture) bool { return p.drawn })
	fmt.Printf("%d photographs and drawings of at most %d pixels a side, %d hard negatives, all of quality %d or more; %d edits\n\n",
		len(originals), o.side, len(pictures)-len(originals), pdq.MinQuality, len(list))
	recallTable(originals, list, o.missed)
	if o.lists != "" {
		entries, err := listed(o.lists)
		if err != nil {
			return err
		}
		fmt.Printf("%d entries of lists beside them\n\n", len(entries))
		pictures = append(pictures, entries...)
	}
	falseTable(pictures, list, o.show)
	return nil
}
