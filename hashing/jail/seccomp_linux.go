package jail

import (
	"fmt"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A filter is a list of what a process may ask of the kernel; everything else fails with EPERM, and a call by the
// conventions of another architecture ends the process. seccomp(2), bpf(2), Documentation/userspace-api/seccomp_filter.rst.

// call allows one system call, or refuses it with an error of its own.
type call struct {
	nr   uintptr
	when []condition // all must hold; none: always
	errn unix.Errno  // instead of allowing it
}

// condition holds when half an argument is want under mask.
type condition struct {
	half       half
	mask, want uint32
}

// half is one half of an argument, of 32 bits: the lower and the upper one of the first argument are 0 and 1.
type half uint32

func low(arg int) half { return half(2 * arg) } //nolint:gosec // 0 to 5

func high(arg int) half { return low(arg) + 1 }

const exactly = 0xffffffff // a mask

// Requests of ioctl(2) that golang.org/x/sys does not name: asm-generic/ioctls.h.
const (
	fionbio = 0x5421
	fioclex = 0x5451
)

// Offsets in the kernel's struct seccomp_data, on little-endian machines.
const (
	offsetNr   = 0
	offsetArch = 4
	offsetArgs = 16 // eight bytes each, the lower half first
)

// allow returns calls without conditions.
func allow(numbers ...uintptr) []call {
	calls := make([]call, 0, len(numbers))
	for _, nr := range numbers {
		calls = append(calls, call{nr: nr})
	}
	return calls
}

// childCalls are what a Go process asks for that reads, computes and writes. Not among them: anything that opens or
// makes a file, a socket, a process, a namespace, or looks at another process.
func childCalls() []call {
	calls := allow(
		unix.SYS_READ, unix.SYS_WRITE, unix.SYS_READV, unix.SYS_WRITEV, unix.SYS_CLOSE, unix.SYS_FSTAT,
		// Memory. Executable memory too: a decoder in WebAssembly is compiled.
		unix.SYS_MMAP, unix.SYS_MUNMAP, unix.SYS_MPROTECT, unix.SYS_MADVISE, unix.SYS_MREMAP, unix.SYS_MINCORE, unix.SYS_BRK,
		// Signals and threads of its own.
		unix.SYS_RT_SIGACTION, unix.SYS_RT_SIGPROCMASK, unix.SYS_RT_SIGRETURN, unix.SYS_SIGALTSTACK, unix.SYS_FUTEX,
		unix.SYS_SCHED_YIELD, unix.SYS_SCHED_GETAFFINITY, unix.SYS_SET_ROBUST_LIST, unix.SYS_RSEQ, unix.SYS_MEMBARRIER,
		unix.SYS_GETPID, unix.SYS_GETTID, unix.SYS_EXIT, unix.SYS_EXIT_GROUP, unix.SYS_RESTART_SYSCALL,
		// Time and chance.
		unix.SYS_NANOSLEEP, unix.SYS_CLOCK_NANOSLEEP, unix.SYS_CLOCK_GETTIME, unix.SYS_CLOCK_GETRES, unix.SYS_GETTIMEOFDAY,
		unix.SYS_GETRANDOM, unix.SYS_GETRUSAGE, unix.SYS_GETRLIMIT,
		// What the runtime's poller opened before.
		unix.SYS_EPOLL_CTL, unix.SYS_EPOLL_PWAIT, unix.SYS_EPOLL_PWAIT2,
	)
	calls = append(calls, archCalls()...)
	pid := uint32(unix.Getpid()) //nolint:gosec // positive
	const namespaces = unix.CLONE_NEWUSER | unix.CLONE_NEWNET | unix.CLONE_NEWNS | unix.CLONE_NEWPID |
		unix.CLONE_NEWIPC | unix.CLONE_NEWUTS | unix.CLONE_NEWCGROUP
	return append(calls,
		call{nr: unix.SYS_CLONE, when: []condition{{low(0), unix.CLONE_THREAD | unix.CLONE_VM | namespaces, unix.CLONE_THREAD | unix.CLONE_VM}}},
		call{nr: unix.SYS_CLONE3, errn: unix.ENOSYS}, // its flags lie in memory: libraries then use clone
		call{nr: unix.SYS_TGKILL, when: []condition{{low(0), exactly, pid}}},
		// The processor time of its next job. Root could raise the other limits.
		call{nr: unix.SYS_SETRLIMIT, when: []condition{{low(0), exactly, unix.RLIMIT_CPU}}},
		call{nr: unix.SYS_PRLIMIT64, when: []condition{{low(0), exactly, 0}, {low(1), exactly, unix.RLIMIT_CPU}}},
		call{nr: unix.SYS_PRLIMIT64, when: []condition{{low(0), exactly, 0}, {low(2), exactly, 0}, {high(2), exactly, 0}}}, // to read
		call{nr: unix.SYS_PRCTL, when: []condition{{low(0), exactly, unix.PR_SET_VMA}}},
		call{nr: unix.SYS_FCNTL, when: []condition{{low(1), exactly, unix.F_GETFL}}},
		call{nr: unix.SYS_FCNTL, when: []condition{{low(1), exactly, unix.F_GETFD}}},
	)
}

// programCalls are what a program that is not ours may ask for beside that: to be started, to load its libraries and
// to read its input. It still makes no file, socket or process.
func programCalls() []call {
	const writes = unix.O_ACCMODE | unix.O_CREAT | unix.O_TRUNC
	calls := append(childCalls(), allow(
		unix.SYS_EXECVE, // its own start; what else it can start, Landlock or bubblewrap say
		unix.SYS_PREAD64, unix.SYS_LSEEK, unix.SYS_NEWFSTATAT, unix.SYS_STATX, unix.SYS_STATFS, unix.SYS_FSTATFS,
		unix.SYS_GETDENTS64, unix.SYS_READLINKAT, unix.SYS_FACCESSAT, unix.SYS_FACCESSAT2, unix.SYS_GETCWD, unix.SYS_FADVISE64,
		unix.SYS_DUP, unix.SYS_DUP3, unix.SYS_FCNTL, unix.SYS_PIPE2, unix.SYS_PPOLL, unix.SYS_PSELECT6, unix.SYS_EVENTFD2, unix.SYS_EPOLL_CREATE1,
		unix.SYS_GETUID, unix.SYS_GETEUID, unix.SYS_GETGID, unix.SYS_GETEGID, unix.SYS_GETGROUPS, unix.SYS_GETPPID, unix.SYS_UMASK,
		unix.SYS_UNAME, unix.SYS_SYSINFO, unix.SYS_SET_TID_ADDRESS, unix.SYS_SCHED_GETPARAM, unix.SYS_SCHED_GETSCHEDULER,
		unix.SYS_SETITIMER, unix.SYS_TIMES, unix.SYS_GETPRIORITY, unix.SYS_GETCPU,
	)...)
	calls = append(calls, archProgramCalls()...)
	calls = append(calls,
		call{nr: unix.SYS_OPENAT, when: []condition{{low(2), writes, 0}}},
		call{nr: unix.SYS_OPENAT2, errn: unix.ENOSYS}, // its flags lie in memory
		call{nr: unix.SYS_PRCTL, when: []condition{{low(0), exactly, unix.PR_SET_NAME}}},
	)
	for _, request := range []uint32{unix.TCGETS, unix.TIOCGWINSZ, unix.TIOCINQ, fionbio, fioclex} {
		calls = append(calls, call{nr: unix.SYS_IOCTL, when: []condition{{low(1), exactly, request}}})
	}
	return calls
}

// program translates calls into the kernel's language.
func program(calls []call) []unix.SockFilter {
	load := func(offset uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offset}
	}
	// equal goes on with the next instruction, or skips some.
	equal := func(value uint32, skip int) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jf: uint8(skip), K: value} //nolint:gosec // at most 3 conditions
	}
	answer := func(action uint32) unix.SockFilter {
		return unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: action}
	}
	ours := unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: 1, K: auditArch} // over the end of the process
	p := []unix.SockFilter{load(offsetArch), ours, answer(unix.SECCOMP_RET_KILL_PROCESS), load(offsetNr)}
	for _, c := range calls {
		action := uint32(unix.SECCOMP_RET_ALLOW)
		if c.errn != 0 {
			action = unix.SECCOMP_RET_ERRNO | uint32(c.errn)
		}
		left := 3 * len(c.when)                    // instructions before the answer
		p = append(p, equal(uint32(c.nr), left+1)) //nolint:gosec // a small number
		for _, w := range c.when {
			left -= 3
			p = append(p, load(offsetArgs+4*uint32(w.half)),
				unix.SockFilter{Code: unix.BPF_ALU | unix.BPF_AND | unix.BPF_K, K: w.mask}, equal(w.want, left+1))
		}
		p = append(p, answer(action))
		if len(c.when) > 0 {
			p = append(p, load(offsetNr)) // which the conditions have overwritten
		}
	}
	return append(p, answer(unix.SECCOMP_RET_ERRNO|uint32(unix.EPERM)))
}

// filter installs calls for all threads of the process, for good. It reports false where the kernel has no seccomp, or
// we know too little of the machine.
func filter(calls []call) (bool, error) {
	if auditArch == 0 {
		return false, nil
	}
	p := program(calls)
	f := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]} //nolint:gosec // some hundred
	refused, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&f)))
	switch {
	case errno == unix.ENOSYS || errno == unix.EINVAL:
		return false, nil
	case errno != 0:
		return false, fmt.Errorf("seccomp: %w", errno)
	case refused != 0:
		return false, fmt.Errorf("seccomp: thread %d does not follow", refused)
	}
	return true, nil
}
