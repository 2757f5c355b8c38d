package jail

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"unsafe"

	"golang.org/x/sys/unix"
)

// A program reads other bytes than those of the file that it opens: the kernel asks us about each read, and we answer in
// its place (seccomp_unotify(2)). No file with these bytes is ever made, and nothing of the machine is needed for it that
// a user may not have: no FUSE, no block device. From Linux 5.9.

const (
	// insteadDescriptor is where the launcher hands over what the kernel's questions come from.
	insteadDescriptor = 5
	// maxAnswer is how many bytes one answer has at most: a program that wants more asks again.
	maxAnswer = 1 << 20
	// pollMillis is how often we look whether a program has ended whose end the kernel does not tell.
	pollMillis = 200
)

// question is the kernel's struct seccomp_notif, reply its seccomp_notif_resp.
type question struct {
	ID          uint64
	PID, Flags  uint32
	NR          int32
	Arch        uint32
	Instruction uint64
	Args        [6]uint64
}

type reply struct {
	ID    uint64
	Value int64
	Error int32
	Flags uint32
}

// goOn lets the kernel do what was asked for.
const goOn = 1

// handOver makes the kernel ask about each read of this process, from now on, and hands over where it asks. It comes before
// the other filter, which would forbid that; of two filters the stricter answer counts.
func handOver() error {
	if auditArch == 0 {
		return ErrNoInstead
	}
	runtime.LockOSThread()
	unix.CloseOnExec(insteadDescriptor)
	p := asking(unix.SYS_READ, unix.SYS_PREAD64, unix.SYS_READV, unix.SYS_LSEEK, unix.SYS_EXECVE)
	f := unix.SockFprog{Len: uint16(len(p)), Filter: &p[0]} //nolint:gosec // some ten
	listener, _, errno := unix.RawSyscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_NEW_LISTENER, uintptr(unsafe.Pointer(&f)))
	if errno != 0 {
		return fmt.Errorf("%w: %w", ErrNoInstead, errno)
	}
	return unix.Sendmsg(insteadDescriptor, []byte{0}, unix.UnixRights(int(listener)), nil, 0)
}

// asking is a filter that asks about these calls and allows all others.
func asking(numbers ...uintptr) []unix.SockFilter {
	p := []unix.SockFilter{{Code: unix.BPF_LD | unix.BPF_W | unix.BPF_ABS, K: offsetNr}}
	for i, nr := range numbers {
		p = append(p, unix.SockFilter{Code: unix.BPF_JMP | unix.BPF_JEQ | unix.BPF_K, Jt: uint8(len(numbers) - i), K: uint32(nr)}) //nolint:gosec // small numbers
	}
	return append(p, unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_ALLOW},
		unix.SockFilter{Code: unix.BPF_RET | unix.BPF_K, K: unix.SECCOMP_RET_USER_NOTIF})
}

// stand answers for a file while a program runs.
type stand struct {
	bytes    *io.SectionReader
	file     unix.Stat_t // the one that is answered for
	ours     *os.File    // of the pair over which the launcher hands over
	theirs   *os.File
	started  bool     // what the program says is no longer the launcher's
	pidfd    int      // of the process that asked last; -1: none
	pid      uint32   // its number
	memory   *os.File // its memory
	buffer   []byte
	listener int
}

func newStand(input *os.File, bytes *io.SectionReader) (*stand, error) {
	s := &stand{bytes: bytes, pidfd: -1}
	if err := unix.Fstat(int(input.Fd()), &s.file); err != nil {
		return nil, err
	}
	pair, err := unix.Socketpair(unix.AF_UNIX, unix.SOCK_STREAM|unix.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, err
	}
	s.ours, s.theirs = os.NewFile(uintptr(pair[0]), ""), os.NewFile(uintptr(pair[1]), "") //nolint:gosec // descriptors
	return s, nil
}

// serve answers until the function that it returns is called, once the program has ended: that says what went wrong. With
// nobody to stand in, it does nothing.
func (s *stand) serve() (end func() error) {
	if s == nil {
		return func() error { return nil }
	}
	_ = s.theirs.Close()
	ended, done := make(chan struct{}), make(chan error, 1)
	go func() {
		err := s.receive()
		if err == nil {
			err = s.answerAll(ended)
			_ = unix.Close(s.listener)
		}
		s.forget()
		done <- err
	}()
	return func() error {
		close(ended)
		return errors.Join(<-done, s.ours.Close())
	}
}

// receive waits for what the launcher hands over.
func (s *stand) receive() error {
	p, rights := make([]byte, 1), make([]byte, unix.CmsgSpace(4))
	_, n, _, _, err := unix.Recvmsg(int(s.ours.Fd()), p, rights, unix.MSG_CMSG_CLOEXEC)
	if err != nil || n == 0 {
		return ErrNoInstead
	}
	messages, err := unix.ParseSocketControlMessage(rights[:n])
	if err != nil || len(messages) != 1 {
		return ErrNoInstead
	}
	descriptors, err := unix.ParseUnixRights(&messages[0])
	if err != nil || len(descriptors) != 1 {
		return ErrNoInstead
	}
	s.listener = descriptors[0]
	return nil
}

func (s *stand) answerAll(ended <-chan struct{}) error {
	var failed error
	for {
		polled := []unix.PollFd{{Fd: int32(s.listener), Events: unix.POLLIN}} //nolint:gosec // a descriptor
		n, err := unix.Poll(polled, pollMillis)
		select {
		case <-ended:
			return failed
		default:
		}
		if n <= 0 || err != nil {
			continue
		}
		if polled[0].Revents&unix.POLLIN == 0 { // nobody is left who could ask
			return failed
		}
		var q question
		if ask(s.listener, unix.SECCOMP_IOCTL_NOTIF_RECV, unsafe.Pointer(&q)) != nil {
			continue // whoever asked was killed
		}
		a := reply{ID: q.ID}
		value, err := s.answer(&q)
		switch {
		case errors.Is(err, errGoOn):
			a.Flags = goOn
		case err != nil:
			a.Error = -int32(unix.EIO)
			if errors.Is(err, ErrNoInstead) {
				failed = err
			}
		default:
			a.Value = value
		}
		_ = ask(s.listener, unix.SECCOMP_IOCTL_NOTIF_SEND, unsafe.Pointer(&a)) // fails when it was killed meanwhile
	}
}

// errGoOn says that a question is none about our file.
var errGoOn = errors.New("go on")

// answer does what a call asks for, in its place.
func (s *stand) answer(q *question) (int64, error) {
	if !s.started {
		s.started = q.NR == unix.SYS_EXECVE
		return 0, errGoOn
	}
	if q.NR == unix.SYS_EXECVE {
		return 0, errGoOn
	}
	if err := s.look(q); err != nil {
		return 0, err
	}
	shared, err := unix.PidfdGetfd(s.pidfd, int(int32(q.Args[0])), 0) //nolint:gosec // as the kernel takes it
	switch {
	case errors.Is(err, unix.EBADF):
		return 0, errGoOn
	case err != nil:
		return 0, fmt.Errorf("%w: %w", ErrNoInstead, err)
	}
	defer unix.Close(shared)
	var is unix.Stat_t
	if err := unix.Fstat(shared, &is); err != nil || is.Dev != s.file.Dev || is.Ino != s.file.Ino {
		return 0, errGoOn
	}
	switch q.NR {
	case unix.SYS_LSEEK:
		if q.Args[2] != io.SeekEnd {
			return 0, errGoOn
		}
		return unix.Seek(shared, s.bytes.Size()+int64(q.Args[1]), io.SeekStart) //nolint:gosec // may be below zero
	case unix.SYS_PREAD64:
		n, err := s.give(q, int64(q.Args[3])) //nolint:gosec // give compares it
		return int64(n), err
	case unix.SYS_READ:
		at, err := unix.Seek(shared, 0, io.SeekCurrent)
		if err != nil {
			return 0, err
		}
		n, err := s.give(q, at)
		if err == nil {
			_, err = unix.Seek(shared, at+int64(n), io.SeekStart)
		}
		return int64(n), err
	}
	return 0, unix.EIO
}

// look takes hold of the process that asks: of itself, not of its number, which another may have next.
func (s *stand) look(q *question) error {
	if s.pidfd >= 0 && s.pid == q.PID {
		return nil
	}
	s.forget()
	pidfd, err := unix.PidfdOpen(processOf(q.PID), 0)
	if err != nil {
		return fmt.Errorf("%w: %w", ErrNoInstead, err)
	}
	s.pidfd, s.pid = pidfd, q.PID
	s.memory, err = os.OpenFile("/proc/"+strconv.Itoa(int(q.PID))+"/mem", os.O_WRONLY, 0)
	if err != nil {
		s.forget()
		return fmt.Errorf("%w: its memory is closed", ErrNoInstead)
	}
	if err := ask(s.listener, unix.SECCOMP_IOCTL_NOTIF_ID_VALID, unsafe.Pointer(&q.ID)); err != nil {
		s.forget()
		return err
	}
	return nil
}

// processOf returns the process of a thread, whose files and memory are its own: pidfd_open(2) takes no other thread than the
// first.
func processOf(thread uint32) int {
	status, err := os.Open("/proc/" + strconv.Itoa(int(thread)) + "/status")
	if err != nil {
		return int(thread)
	}
	defer status.Close()
	for lines := bufio.NewScanner(status); lines.Scan(); {
		if number, ok := strings.CutPrefix(lines.Text(), "Tgid:"); ok {
			if process, err := strconv.Atoi(strings.TrimSpace(number)); err == nil {
				return process
			}
		}
	}
	return int(thread)
}

func (s *stand) forget() {
	if s.pidfd >= 0 {
		_ = unix.Close(s.pidfd)
		s.pidfd = -1
	}
	if s.memory != nil {
		_ = s.memory.Close()
		s.memory = nil
	}
}

// give writes our bytes from a place on to where the program wants them. At the end there are none.
func (s *stand) give(q *question, at int64) (int, error) {
	if at < 0 || at >= s.bytes.Size() {
		return 0, nil
	}
	want := min(q.Args[2], maxAnswer, uint64(s.bytes.Size()-at)) //nolint:gosec // positive
	if s.buffer == nil {
		s.buffer = make([]byte, maxAnswer)
	}
	p := s.buffer[:want]
	if n, err := s.bytes.ReadAt(p, at); n < len(p) {
		return 0, errors.Join(unix.EIO, err)
	}
	n, err := s.memory.WriteAt(p, int64(q.Args[1])) //nolint:gosec // an address
	if err != nil {
		return 0, unix.EFAULT
	}
	return n, nil
}

func ask(listener int, request uintptr, argument unsafe.Pointer) error {
	_, _, errno := unix.Syscall(unix.SYS_IOCTL, uintptr(listener), request, uintptr(argument)) //nolint:gosec // a descriptor
	if errno != 0 {
		return errno
	}
	return nil
}
