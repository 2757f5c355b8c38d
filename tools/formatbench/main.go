// Command formatbench sends every file of some folders through one decoding child and prints, as the table of
// docs/formats.md, what became of the pictures by format, with the time they took and the memory that the child had at
// its peak. It fails when a file crashed its decoder, or took too long. "make formats" runs it over ../shared/corpus.
package main

import (
	"context"
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/hashing/jail"
)

const childArgument = "jail-child"

// row is what became of the files of one format.
type row struct {
	files, decoded, pictures int // pictures: fingerprints, of all frames
	refused                  map[string]int
	took, longest            time.Duration
}

func main() {
	if len(os.Args) > 1 && os.Args[1] == childArgument {
		if err := jail.RunChild(os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		return
	}
	memory := flag.Int64("memory", jail.DefaultMemoryBytes>>20, "MiB that the child may take")
	slow := flag.Duration("slow", 5*time.Second, "name files that take longer")
	flag.Parse()
	if err := run(flag.Args(), *memory<<20, *slow); err != nil {
		fmt.Fprintln(os.Stderr, "formatbench:", err)
		os.Exit(1)
	}
}

func run(folders []string, memory int64, slow time.Duration) error {
	self, err := os.Executable()
	if err != nil {
		return err
	}
	pool := jail.New(jail.Options{Command: []string{self, childArgument}, Children: 1, MemoryBytes: memory})
	defer pool.Close()
	peak := watch()
	rows, bad := make(map[string]*row), 0
	for _, folder := range folders {
		err := filepath.WalkDir(folder, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() {
				return err
			}
			ex, took, err := examine(pool, path)
			if err != nil {
				return fmt.Errorf("%s: %w", path, err)
			}
			note(rows, ex, took)
			switch decode.Unreadable(ex.Unreadable) {
			case decode.Crashed, decode.TimeLimit, decode.MemoryLimit:
				bad++
				fmt.Fprintf(os.Stderr, "%s: %s after %v\n", path, ex.Unreadable, took.Round(time.Millisecond))
			default:
				if took > slow {
					fmt.Fprintf(os.Stderr, "%s: %v\n", path, took.Round(time.Millisecond))
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
	}
	fmt.Print(table(rows))
	fmt.Printf("\nPeak memory of the child: %d MiB resident.\n", peak()>>20)
	if bad > 0 {
		return fmt.Errorf("%d files crashed, stalled or bloated their decoder", bad)
	}
	return nil
}

func examine(pool *jail.Pool, path string) (hashing.Examination, time.Duration, error) {
	f, err := os.Open(path) //nolint:gosec // a folder of the caller's
	if err != nil {
		return hashing.Examination{}, 0, err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return hashing.Examination{}, 0, err
	}
	began := time.Now()
	ex, err := pool.Examine(context.Background(), f, info.Size())
	return ex, time.Since(began), err
}

func note(rows map[string]*row, ex hashing.Examination, took time.Duration) {
	name := ex.Facts.Format
	if ex.Facts.Kind != hashing.KindPicture {
		name = "no picture"
	}
	r := rows[name]
	if r == nil {
		r = &row{refused: make(map[string]int)}
		rows[name] = r
	}
	r.files++
	if ex.Facts.Kind != hashing.KindPicture {
		return
	}
	r.took += took
	r.longest = max(r.longest, took)
	if ex.Fingerprint != nil {
		r.decoded++
		r.pictures += 1 + len(ex.Frames)
	} else {
		r.refused[ex.Unreadable]++
	}
}

func table(rows map[string]*row) string {
	var b strings.Builder
	b.WriteString("| format | files | decoded | fingerprints | refused | mean | longest |\n|---|---|---|---|---|---|---|\n")
	var names []string
	for name := range rows {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		r := rows[name]
		var reasons []string
		for reason, n := range r.refused {
			reasons = append(reasons, strconv.Itoa(n)+" "+reason)
		}
		slices.Sort(reasons)
		fmt.Fprintf(&b, "| %s | %d | %d | %d | %s | %v | %v |\n", name, r.files, r.decoded, r.pictures,
			strings.Join(reasons, ", "), (r.took / time.Duration(r.files)).Round(time.Millisecond), r.longest.Round(time.Millisecond))
	}
	return b.String()
}

// watch looks at the memory of this process's children, by /proc, until peak is asked.
func watch() (peak func() int64) {
	stop, result := make(chan struct{}), make(chan int64)
	go func() {
		most := int64(0)
		for {
			select {
			case <-stop:
				result <- most
				return
			case <-time.After(20 * time.Millisecond):
				most = max(most, childrenMemory())
			}
		}
	}()
	return func() int64 { close(stop); return <-result }
}

// childrenMemory returns the largest peak of resident memory of the living children, in bytes: proc(5), VmHWM.
func childrenMemory() int64 {
	most := int64(0)
	tasks, _ := filepath.Glob("/proc/self/task/*/children")
	for _, task := range tasks {
		list, _ := os.ReadFile(task) //nolint:gosec // of the kernel's
		for pid := range strings.FieldsSeq(string(list)) {
			status, _ := os.ReadFile(filepath.Join("/proc", pid, "status")) //nolint:gosec // likewise
			if _, after, ok := strings.Cut(string(status), "VmHWM:"); ok {
				if fields := strings.Fields(after); len(fields) > 0 {
					kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
					most = max(most, kilobytes<<10)
				}
			}
		}
	}
	return most
}
