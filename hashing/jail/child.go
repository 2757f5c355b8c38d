package jail

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"sync/atomic"
	"time"

	"vigie/hashing/decode"
)

const (
	// maxComplaint is how much of a child's standard error is kept: the first lines, which say what it died of.
	maxComplaint = 4 << 10
	// endTimeout is how long a child may take to end once it has nothing more to read.
	endTimeout = time.Second
	// outOfCPU is what a child says when it dies for having used its processor time.
	outOfCPU = "the processor time is used up"
)

// outOfMemory are words of the Go runtime when memory ends: for the heap, or for the stack of a thread, which it then
// cannot start; and of the race detector.
var outOfMemory = []string{
	"out of memory", "cannot allocate memory", "pthread_create failed", "failed to create new OS thread", "failed to allocate",
}

// nowhere is how a Go process dies whose collector did not get memory for a queue: it does not look (newSpanSPMC in Go 1.26),
// and writes into the first page. Code that is not the runtime's own would panic.
var nowhere = regexp.MustCompile(`^SIGSEGV: segmentation violation\nPC=\S+ m=\d+ sigcode=1 addr=0x[0-9a-f]{1,3}\n`)

// starved reports whether a child that complained so died for want of memory.
func starved(complaint string) bool {
	return slices.ContainsFunc(outOfMemory, func(words string) bool { return strings.Contains(complaint, words) }) || nowhere.MatchString(complaint)
}

// child is a process of ours that decodes. One goroutine at a time uses it.
type child struct {
	options   Options
	process   *exec.Cmd
	in        *os.File // its standard input
	out       *bufio.Reader
	outFile   *os.File
	complaint *limited
	layers    Layers
	jobs      int

	exited   chan struct{} // closed, by the goroutine that waits for the process, when it has ended
	killed   atomic.Bool   // by us, for whatever reason
	timedOut atomic.Bool   // and for this one
}

// start runs a child and waits until it has locked itself in. It fails when that does not happen: the fault is then
// the program's or the machine's, and no medium's.
func start(options Options) (*child, error) {
	type result struct {
		c   *child
		err error
	}
	// The kernel ends a child with the thread that started it (see attributes). A goroutine that no caller
	// can lock to its thread runs on one that stays.
	started := make(chan result, 1)
	go func() {
		c, err := spawn(options)
		started <- result{c, err}
	}()
	r := <-started
	if r.err != nil {
		return nil, fmt.Errorf("jail: start a child: %w", r.err)
	}
	c := r.c
	watchdog := time.AfterFunc(startTimeout, c.timeOut)
	err := writeSettings(c.in, settings{options.Limits, options.MemoryBytes, options.CPUSeconds})
	if err == nil {
		namespaces := c.layers.Namespaces
		c.layers, err = readReady(c.out)
		c.layers.Namespaces = namespaces
	}
	if !watchdog.Stop() && err == nil {
		err = errors.New("it was not ready in time")
	}
	if err != nil {
		c.end()
		return nil, fmt.Errorf("jail: a child does not start: %w: %s", err, c.complaint.firstLine())
	}
	if !options.BestEffort && !c.layers.holdsChild() {
		c.end()
		return nil, ErrUnconfined
	}
	return c, nil
}

// spawn starts the process of a child, in namespaces of its own where that is allowed.
func spawn(options Options) (*child, error) {
	if c, err := spawnIn(options, true); err == nil {
		return c, nil
	}
	return spawnIn(options, false)
}

func spawnIn(options Options, namespaces bool) (*child, error) {
	if len(options.Command) == 0 {
		return nil, errors.New("no command is set")
	}
	theirIn, in, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	out, theirOut, err := os.Pipe()
	if err != nil {
		_, _ = theirIn.Close(), in.Close()
		return nil, err
	}
	c := &child{
		options: options, in: in, out: bufio.NewReader(out), outFile: out,
		complaint: &limited{max: maxComplaint}, exited: make(chan struct{}),
		layers: Layers{Namespaces: namespaces && runtime.GOOS == "linux"},
	}
	c.process = exec.Command(options.Command[0], options.Command[1:]...) //nolint:gosec // our own binary, by configuration
	c.process.Env = []string{}
	c.process.Stdin, c.process.Stdout, c.process.Stderr = theirIn, theirOut, c.complaint
	c.process.SysProcAttr = attributes(namespaces)
	err = c.process.Start()
	_, _ = theirIn.Close(), theirOut.Close()
	if err != nil {
		_, _ = in.Close(), out.Close()
		return nil, err
	}
	go func() {
		_ = c.process.Wait() // how it ended is read from its state
		close(c.exited)
	}()
	return c, nil
}

// do sends one job and returns its answer, and whether the child can take another. Errors of type decode.Unreadable
// are about the medium.
func (c *child) do(ctx context.Context, j job, src io.Reader) (a answer, reusable bool, err error) {
	c.jobs++
	watchdog := time.AfterFunc(c.options.Timeout, c.timeOut)
	defer watchdog.Stop()
	forget := context.AfterFunc(ctx, c.kill)
	defer forget()

	a, err = c.exchange(j, src, watchdog)
	alive := watchdog.Stop() && forget()
	switch {
	case err == nil && a.unreadable != "":
		err = a.unreadable
	case err == nil:
	case ctx.Err() != nil:
		return answer{}, false, ctx.Err()
	case errors.Is(err, errChild) && a.early: // the further pictures were too much for it
		return a, false, nil
	case errors.Is(err, errChild):
		return answer{}, false, c.verdict()
	default: // the source's fault, or the medium's: the child waits for the rest of a job that will not come
		return answer{}, false, err
	}
	return a, alive && !a.replace && c.jobs < maxJobs, err
}

// exchange sends the job and its bytes and reads the answer. The watchdog runs while the child is to do something, and
// not while the source is slow. Errors that are the child's wrap errChild; an early answer is returned beside them.
func (c *child) exchange(j job, src io.Reader, watchdog *time.Timer) (answer, error) {
	if err := writeJob(c.in, j); err != nil {
		return answer{}, fmt.Errorf("%w: %w", errChild, err)
	}
	var sent int64
	buffer := newChunk()
	for {
		watchdog.Stop()
		n, readErr := src.Read(buffer.space())
		sent += int64(n)
		if sent > c.options.Limits.MaxBytes {
			return answer{}, decode.TooManyBytes
		}
		watchdog.Reset(c.options.Timeout)
		if n > 0 {
			if err := buffer.write(c.in, n); err != nil {
				return answer{}, fmt.Errorf("%w: %w", errChild, err)
			}
		}
		if errors.Is(readErr, io.EOF) {
			break
		}
		if readErr != nil {
			return answer{}, fmt.Errorf("jail: read the medium: %w", readErr)
		}
	}
	if j.size >= 0 && sent != j.size {
		return answer{}, fmt.Errorf("jail: read the medium: %w: %d bytes of %d", io.ErrUnexpectedEOF, sent, j.size)
	}
	if err := buffer.write(c.in, 0); err != nil {
		return answer{}, fmt.Errorf("%w: %w", errChild, err)
	}
	a, err := readAnswer(c.out)
	if err == nil && a.early {
		var last answer
		if last, err = readAnswer(c.out); err == nil && !last.early {
			return last, nil
		}
		if err == nil {
			err = errors.New("a second early answer")
		}
	}
	if err != nil {
		return a, fmt.Errorf("%w: %w", errChild, err)
	}
	return a, nil
}

// verdict waits for the end of a child that failed and says what it died of.
func (c *child) verdict() decode.Unreadable {
	select {
	case <-c.exited:
	case <-time.After(endTimeout): // it lives, and answered nonsense
		c.kill()
		<-c.exited
	}
	complaint := c.complaint.String()
	switch {
	case c.timedOut.Load(), strings.Contains(complaint, outOfCPU):
		return decode.TimeLimit
	case starved(complaint):
		return decode.MemoryLimit
	case !c.killed.Load() && killedFromOutside(c.process.ProcessState):
		return decode.MemoryLimit // by the kernel, when the machine has no memory left
	}
	return decode.Crashed
}

// end lets the child go, or makes it go, and waits for that.
func (c *child) end() {
	_ = c.in.Close() // which a waiting child takes as the end
	select {
	case <-c.exited:
	case <-time.After(endTimeout):
		c.kill()
		<-c.exited
	}
	_ = c.outFile.Close()
}

func (c *child) dead() bool {
	select {
	case <-c.exited:
		return true
	default:
		return false
	}
}

func (c *child) timeOut() {
	c.timedOut.Store(true)
	c.kill()
}

func (c *child) kill() {
	c.killed.Store(true)
	_ = c.process.Process.Kill() // it fails only for a process that has ended
}
