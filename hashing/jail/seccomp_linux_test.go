package jail

import (
	"bytes"
	"strings"
	"testing"
	"unsafe"

	"golang.org/x/sys/unix"
)

// forbidden are system calls with arguments that the kernel would not refuse with EPERM, so that EPERM is the filter's.
// (Beside them stand those that it might refuse so as well, to nobody but root.)
func forbidden() map[string][7]uintptr {
	path := uintptr(unsafe.Pointer(unsafe.StringData("/etc/passwd\x00")))
	return map[string][7]uintptr{
		"socket":           {unix.SYS_SOCKET, unix.AF_INET, unix.SOCK_STREAM},
		"socket unix":      {unix.SYS_SOCKET, unix.AF_UNIX, unix.SOCK_STREAM},
		"socketpair":       {unix.SYS_SOCKETPAIR, unix.AF_UNIX, unix.SOCK_STREAM},
		"sendto":           {unix.SYS_SENDTO, 1},
		"execve":           {unix.SYS_EXECVE, path},
		"execveat":         {unix.SYS_EXECVEAT, 0, path},
		"open to read":     {unix.SYS_OPENAT, 0, path, unix.O_RDONLY},
		"open to write":    {unix.SYS_OPENAT, 0, path, unix.O_WRONLY},
		"stat":             {unix.SYS_STATX, 0, path},
		"readlink":         {unix.SYS_READLINKAT, 0, path},
		"unlink":           {unix.SYS_UNLINKAT, 0, path},
		"memfd":            {unix.SYS_MEMFD_CREATE, path},
		"ptrace":           {unix.SYS_PTRACE, unix.PTRACE_PEEKDATA, 1},
		"read the parent":  {unix.SYS_PROCESS_VM_READV, uintptr(unix.Getppid())},
		"signal 0":         {unix.SYS_KILL, uintptr(unix.Getpid()), 0},
		"signal a thread":  {unix.SYS_TGKILL, uintptr(unix.Getppid()), uintptr(unix.Getppid()), 0},
		"fork":             {unix.SYS_CLONE, uintptr(unix.SIGCHLD)},
		"new namespace":    {unix.SYS_UNSHARE, unix.CLONE_NEWUSER},
		"thread elsewhere": {unix.SYS_CLONE, unix.CLONE_THREAD | unix.CLONE_VM | unix.CLONE_SIGHAND | unix.CLONE_NEWNET},
		"setns":            {unix.SYS_SETNS, 0},
		"mount":            {unix.SYS_MOUNT, path, path},
		"keys":             {unix.SYS_KEYCTL, 0},
		"bpf":              {unix.SYS_BPF, 0},
		"io_uring":         {unix.SYS_IO_URING_SETUP, 1},
		"userfaultfd":      {unix.SYS_USERFAULTFD, 0},
		"events":           {unix.SYS_PERF_EVENT_OPEN, 0},
		"more files":       {unix.SYS_PRLIMIT64, 0, unix.RLIMIT_NOFILE, path},
		"another's limits": {unix.SYS_PRLIMIT64, uintptr(unix.Getppid()), unix.RLIMIT_CPU, 0},
		"dumpable":         {unix.SYS_PRCTL, unix.PR_SET_DUMPABLE, 1},
		"terminal":         {unix.SYS_IOCTL, 0, unix.TIOCSTI},
	}
}

// tryForbidden asks for each and returns the names of those that met anything but the filter.
func tryForbidden() string {
	var passed []string
	for name, c := range forbidden() {
		_, _, errno := unix.RawSyscall6(c[0], c[1], c[2], c[3], c[4], c[5], c[6])
		if errno != unix.EPERM {
			passed = append(passed, strings.ReplaceAll(name, " ", "-"))
		}
	}
	_, _, errno := unix.RawSyscall(unix.SYS_CLONE3, 0, 0, 0)
	if errno != unix.ENOSYS {
		passed = append(passed, "clone-three")
	}
	if len(passed) == 0 {
		return "nothing"
	}
	return strings.Join(passed, "-")
}

// TestFilter asks a real child for what a decoder never needs, past all that the Go library would do first.
func TestFilter(t *testing.T) {
	p := newPool(t, Options{Children: 1})
	layers, err := p.Check(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Log(layers)
	if !layers.Seccomp {
		t.Skip("this kernel has no seccomp")
	}
	got, err := p.Examine(t.Context(), bytes.NewReader(magic("ask the kernel")), -1)
	if err != nil || got.Note != "nothing" {
		t.Errorf("met no filter: %s (%s), %v", got.Note, got.Unreadable, err)
	}
}
