package jail

import (
	"fmt"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/landlock-lsm/go-landlock/landlock"
	ll "github.com/landlock-lsm/go-landlock/landlock/syscall"
	"golang.org/x/sys/unix"
)

// confine makes the process give up what decoding does not need, for good, and returns what holds it now: as many
// layers as the kernel has.
//
// The number of processes is not limited: the kernel counts it over all processes of a user, so that a limit would
// hit threads that the Go runtime starts. Without files there is nothing that a child could execute.
func confine(memoryBytes int64) (Layers, error) {
	held, err := dataBytes()
	if err != nil {
		return Layers{}, err
	}
	limits := []struct {
		resource int
		value    uint64
	}{
		// Not the address space (AS), of which the Go runtime reserves much more than it uses.
		{unix.RLIMIT_DATA, held + uint64(memoryBytes)}, //nolint:gosec // positive
		{unix.RLIMIT_FSIZE, 0},
		{unix.RLIMIT_CORE, 0}, // a core dump would hold pixels
	}
	for _, l := range limits {
		if err := setLimit(l.resource, l.value); err != nil {
			return Layers{}, err
		}
	}
	if err := giveUpPrivileges(); err != nil {
		return Layers{}, err
	}
	watchCPU()
	layers := Layers{Limits: true}
	if layers.Landlock, err = restrict(); err != nil { // no rule allows anything
		return Layers{}, err
	}
	if err := forbidOpening(); err != nil {
		return Layers{}, err
	}
	layers.Seccomp, err = filter(childCalls())
	return layers, err
}

// giveUpPrivileges is what Landlock and seccomp ask for, and keeps other processes of the user from looking inside.
func giveUpPrivileges() error {
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil {
		return fmt.Errorf("forbid inspection: %w", err)
	}
	if err := ll.AllThreadsPrctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return fmt.Errorf("give up new privileges: %w", err)
	}
	return nil
}

// newestLandlock is the newest ABI that we know how to use.
const newestLandlock = 7

// restrict leaves the process what the rules allow, as far as the kernel's Landlock goes, whose ABI it returns: 0 where
// it has none.
func restrict(rules ...landlock.Rule) (abi int, err error) {
	abi, err = ll.LandlockGetABIVersion()
	if err != nil || abi <= 0 {
		return 0, nil
	}
	if err := landlock.V7.BestEffort().Restrict(rules...); err != nil {
		return 0, err
	}
	return min(abi, newestLandlock), nil
}

// forbidOpening makes the files that are open now the only ones that the process can ever have: no file, no socket, no
// pipe. That holds on every kernel, also where Landlock knows nothing of the network (before ABI 4, Linux 6.7).
func forbidOpening() error {
	<-time.After(time.Nanosecond) // the Go runtime opens what it needs for timers with the first one
	free, err := unix.Dup(0)      // the lowest number that is free: all below it are taken
	if err != nil {
		return fmt.Errorf("count the open files: %w", err)
	}
	if err := unix.Close(free); err != nil {
		return fmt.Errorf("count the open files: %w", err)
	}
	return setLimit(unix.RLIMIT_NOFILE, uint64(free)) //nolint:gosec // positive
}

func setLimit(resource int, value uint64) error {
	if err := unix.Setrlimit(resource, &unix.Rlimit{Cur: value, Max: value}); err != nil {
		return fmt.Errorf("resource limit %d: %w", resource, err)
	}
	return nil
}

// dataBytes returns how much memory the process has that counts against RLIMIT_DATA: proc(5), statm, sixth field.
func dataBytes() (uint64, error) {
	text, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0, err
	}
	fields := strings.Fields(string(text))
	if len(fields) < 6 {
		return 0, fmt.Errorf("/proc/self/statm has %d fields", len(fields))
	}
	pages, err := strconv.ParseUint(fields[5], 10, 64)
	return pages * uint64(os.Getpagesize()), err //nolint:gosec // positive
}

// watchCPU makes SIGXCPU fatal, which the Go runtime ignores. It is to be called once.
func watchCPU() {
	exceeded := make(chan os.Signal, 1)
	signal.Notify(exceeded, unix.SIGXCPU)
	go func() {
		<-exceeded
		panic(outOfCPU)
	}()
}

// limitCPU lets the process use so many seconds more, after which the kernel sends SIGXCPU.
func limitCPU(seconds int) error {
	var used unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &used); err != nil {
		return err
	}
	var limit unix.Rlimit
	if err := unix.Getrlimit(unix.RLIMIT_CPU, &limit); err != nil {
		return err
	}
	limit.Cur = min(uint64(used.Utime.Sec+used.Stime.Sec+1)+uint64(seconds), limit.Max) //nolint:gosec // positive
	return unix.Setrlimit(unix.RLIMIT_CPU, &limit)
}

// attributes of a process of ours: the kernel ends it when the parent dies, however that dies. With namespaces it has a
// network with nothing in it, which not every kernel gives to everybody.
func attributes(namespaces bool) *syscall.SysProcAttr {
	a := &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL, Setpgid: true}
	if namespaces {
		a.Cloneflags = syscall.CLONE_NEWUSER | syscall.CLONE_NEWNET | syscall.CLONE_NEWIPC
	}
	return a
}

// killedFromOutside reports whether a process ended by SIGKILL.
func killedFromOutside(state *os.ProcessState) bool {
	status, ok := state.Sys().(syscall.WaitStatus)
	return ok && status.Signaled() && status.Signal() == syscall.SIGKILL
}
