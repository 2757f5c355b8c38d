package index_test

import "syscall"

// processorTime is what this process has used, in seconds: other processes on the machine change it less than wall time.
func processorTime() float64 {
	var u syscall.Rusage
	_ = syscall.Getrusage(syscall.RUSAGE_SELF, &u)
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}
