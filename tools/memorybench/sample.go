package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The processes that are watched.
const (
	bySubmit = iota
	byService
	byDecoders // together: what they share counts for each
	byRedis
	sides
)

var sideNames = [sides]string{"vigie", "service", "decoders", "redis-server"}

// sample is what was seen at one moment, in bytes.
type sample struct {
	after    time.Duration
	done     int          // items that were told and need nothing any more
	resident [sides]int64 // VmRSS
	peak     [sides]int64 // VmHWM since the watch began
	free     int64        // of the disk
}

// look takes a sample of a command and of a service with its children.
func look(command, service int, dir string) (s sample) {
	read := func(side, pid int) {
		resident, peak := memoryOf(pid)
		s.resident[side] += resident
		s.peak[side] += peak
	}
	read(bySubmit, command)
	read(byService, service)
	for _, child := range childrenOf(service) {
		read(sideOf(child), child)
	}
	var fs syscall.Statfs_t
	if syscall.Statfs(dir, &fs) == nil {
		s.free = int64(fs.Bavail) * fs.Bsize //nolint:gosec // no disk is so large
	}
	return s
}

// forget has the kernel count the peaks of a service and its children anew: proc(5), clear_refs.
func forget(service int) {
	for _, pid := range append(childrenOf(service), service) {
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) // else an earlier peak counts: the run is stricter
	}
}

func sideOf(child int) int {
	name, _ := os.ReadFile(fmt.Sprintf("/proc/%d/comm", child)) //nolint:gosec // of the kernel's
	if strings.TrimSpace(string(name)) == "redis-server" {
		return byRedis
	}
	return byDecoders
}

// memoryOf returns what a process has resident and the most it had, in bytes: proc(5), status. 0 of one that has ended.
func memoryOf(pid int) (resident, peak int64) {
	status, _ := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid)) //nolint:gosec // of the kernel's
	field := func(name string) int64 {
		_, after, _ := strings.Cut(string(status), name+":")
		kilobytes, _, _ := strings.Cut(strings.TrimSpace(after), " ")
		n, _ := strconv.ParseInt(kilobytes, 10, 64)
		return n << 10
	}
	return field("VmRSS"), field("VmHWM")
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
