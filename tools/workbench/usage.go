package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/api/wire"
	"vigie/triage"
)

const (
	clockTicks  = 100                   // a second: Linux's USER_HZ, on every architecture that Go knows
	sampleEvery = 20 * time.Millisecond // between two looks at the memory
)

// usage is what a worker took.
type usage struct {
	worker, decoders, redis time.Duration // of the processors
	peak                    int64         // bytes that the worker and its decoders had resident together; what they share counts twice
	// peaks is the sum of the largest peak of the worker and of as many decoders as ran at once, in bytes: no more was ever
	// resident together, also between two looks.
	peaks    int64
	children int // decoders that were seen
}

// watch looks at a worker and its children until the result is asked for.
func watch(pid int) func() usage {
	stop, result := make(chan struct{}), make(chan usage)
	go func() {
		var u usage
		children, peaks := make(map[int]time.Duration), make(map[int]int64)
		atOnce := 0
		for {
			now, sum := childrenOf(pid), resident(pid)
			for _, child := range now {
				sum += resident(child)
				children[child] = max(children[child], processorTime(child))
				peaks[child] = max(peaks[child], ownPeak(child))
			}
			atOnce = max(atOnce, len(now))
			u.peak = max(u.peak, sum)
			u.worker = max(u.worker, processorTime(pid))
			select {
			case <-stop:
				for _, took := range children {
					u.decoders += took
				}
				u.children = len(children)
				largest := slices.Sorted(maps.Values(peaks))
				u.peaks = ownPeak(pid)
				for _, peak := range largest[len(largest)-atOnce:] {
					u.peaks += peak
				}
				result <- u
				return
			case <-time.After(sampleEvery):
			}
		}
	}()
	return func() usage { close(stop); return <-result }
}

// childrenOf returns the processes that a process has started: proc(5), children.
func childrenOf(pid int) (children []int) {
	tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", pid))
	for _, task := range tasks {
		list, _ := os.ReadFile(task) //nolint:gosec // of the kernel's
		for field := range strings.FieldsSeq(string(list)) {
			if child, err := strconv.Atoi(field); err == nil {
				children = append(children, child)
			}
		}
	}
	return children
}

// resident returns the bytes that a process has in memory: proc(5), statm. 0 for one that is gone.
func resident(pid int) int64 {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/statm", pid)) //nolint:gosec // of the kernel's
	fields := strings.Fields(string(text))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseInt(fields[1], 10, 64)
	return pages * int64(os.Getpagesize())
}

// ownPeak returns the most bytes that a process ever had in memory: proc(5), VmHWM. 0 for one that is gone.
func ownPeak(pid int) int64 {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) //nolint:gosec // of the kernel's
	_, after, _ := strings.Cut(string(status), "VmHWM:")
	fields := strings.Fields(after)
	if len(fields) == 0 {
		return 0
	}
	kilobytes, _ := strconv.ParseInt(fields[0], 10, 64)
	return kilobytes << 10
}

// processorTime returns the user and system time of a process: proc(5), stat. 0 for one that is gone.
func processorTime(pid int) (took time.Duration) {
	text, _ := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid)) //nolint:gosec // of the kernel's
	_, rest, _ := strings.Cut(string(text), ") ")             // the program's name may hold spaces
	fields := strings.Fields(rest)
	if len(fields) < 13 {
		return 0
	}
	for _, field := range fields[11:13] {
		ticks, _ := strconv.ParseInt(field, 10, 64)
		took += time.Duration(ticks) * time.Second / clockTicks
	}
	return took
}

func report(files int, bytes int64, took time.Duration, u usage, p wire.Progress) {
	media := 0
	for _, n := range p.Media {
		media += n
	}
	fmt.Printf("%d files, %.1f MB: %d media with a finding\n", files, float64(bytes)/1e6, media)
	each := func(d time.Duration) float64 { return d.Seconds() * 1e3 / float64(max(media, 1)) }
	fmt.Printf("clock       %6.1f s, %.1f ms a medium, %.0f media/s, %.1f MB/s\n", took.Seconds(), each(took), float64(media)/took.Seconds(), float64(bytes)/1e6/took.Seconds())
	for _, part := range []struct {
		name string
		took time.Duration
	}{{"worker", u.worker}, {"decoders", u.decoders}, {"Redis", u.redis}, {"together", u.worker + u.decoders + u.redis}} {
		fmt.Printf("%-11s %6.1f s of the processors, %.2f ms a medium\n", part.name, part.took.Seconds(), each(part.took))
	}
	total := 0.0
	for _, s := range triage.Stages {
		total += p.Stages[string(s)]
	}
	for _, s := range triage.Stages {
		fmt.Printf("stage %-6s %5.1f s by the clock, %.2f ms a medium, %.0f %%\n", s, p.Stages[string(s)], 1e3*p.Stages[string(s)]/float64(max(media, 1)), 100*p.Stages[string(s)]/max(total, 1e-9))
	}
	fmt.Printf("memory      %d MiB at the peak, worker and decoders together (no more than %d MiB between two looks); %d decoders were started\n", u.peak>>20, u.peaks>>20, u.children)
}
