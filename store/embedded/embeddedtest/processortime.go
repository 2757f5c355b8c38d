//go:build unix

package embeddedtest

import (
	"syscall"
	"testing"
	"time"
)

// ProcessorTime returns what this process used of the processor so far; its servers have a time of their own.
func ProcessorTime(t testing.TB) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
