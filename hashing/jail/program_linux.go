package jail

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"syscall"
	"time"

	"vigie/hashing/decode"
)

// order is what our own binary is told to become.
type order struct {
	Path        string   `json:"path"` // empty: nothing, a trial
	Args        []string `json:"args"`
	MemoryBytes int64    `json:"memory_bytes"`
	CPUSeconds  int      `json:"cpu_seconds"`
	More        int      `json:"more,omitempty"`    // files beside the first
	Instead     bool     `json:"instead,omitempty"` // somebody answers for the first
}

// start runs a program to its end; one without a path only closes the jail, to see of what it is made. Whoever takes the
// output is waited for as long as delay says, or for ever when that is 0.
func (p *Programs) start(ctx context.Context, program Program, output io.Writer, delay time.Duration) (Layers, error) {
	limits := program.Limits.withDefaults()
	ctx, stop := context.WithTimeoutCause(ctx, limits.Timeout, decode.TimeLimit)
	defer stop()
	ctx, give := context.WithCancelCause(ctx)
	defer give(nil)

	text, err := json.Marshal(order{program.Path, program.Args, limits.MemoryBytes, limits.CPUSeconds, len(program.More), program.Instead != nil})
	if err != nil {
		return Layers{}, err
	}
	words := append(p.command(), string(text))
	complaint := &limited{max: maxComplaint}
	status, theirs, err := os.Pipe() // where the jail says that it is closed, before the program starts
	if err != nil {
		return Layers{}, err
	}
	defer status.Close()
	input := program.Input
	if input == nil {
		if input, err = os.Open(os.DevNull); err != nil {
			return Layers{}, err
		}
		defer input.Close()
	}
	process := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // our own binary, or bubblewrap
	process.Env = []string{"LC_ALL=C.UTF-8", "PATH=/usr/bin"}
	process.Stdin, process.Stderr, process.ExtraFiles = program.Stdin, complaint, append([]*os.File{input, theirs}, program.More...)
	if output != nil {
		process.Stdout = bounded{output, limits.OutputBytes, give}.writer()
	}
	var instead *stand
	if program.Instead != nil {
		if instead, err = newStand(input, program.Instead); err != nil {
			return Layers{}, err
		}
		process.ExtraFiles = []*os.File{input, theirs, instead.theirs}
	}
	process.SysProcAttr = attributes(false)
	process.Cancel = func() error { return syscall.Kill(-process.Process.Pid, syscall.SIGKILL) } // its group
	process.WaitDelay = delay
	err = startOnLastingThread(process)
	_ = theirs.Close()
	unanswered := instead.serve()
	if err != nil {
		return Layers{}, errors.Join(fmt.Errorf("jail: start a program: %w", err), unanswered())
	}
	layers, notReady := readReady(status)
	err = process.Wait()
	if err := unanswered(); err != nil && ctx.Err() == nil {
		return Layers{}, err
	}
	if notReady != nil && ctx.Err() == nil {
		return Layers{}, fmt.Errorf("jail: a program does not start: %s", complaint.firstLine())
	}
	layers.Bubblewrap = p.options.Bubblewrap != ""
	layers.Namespaces = layers.Bubblewrap
	return layers, verdict(ctx, err, complaint, layers.Bubblewrap)
}

// startOnLastingThread starts a process whose end the kernel ties to that of the thread that started it.
func startOnLastingThread(process *exec.Cmd) error {
	started := make(chan error, 1)
	go func() { started <- process.Start() }()
	return <-started
}

// verdict says what the end of a program means.
func verdict(ctx context.Context, err error, complaint *limited, bubblewrap bool) error {
	if ctx.Err() != nil {
		return context.Cause(ctx) // ours: the time limit, the output limit, or whoever waits has gone
	}
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return err // nil, or Stdin's
	}
	const bySignal, lastSignal = 128, 31 // bubblewrap ends with their sum
	code, signal := exit.ExitCode(), syscall.Signal(0)
	if state, ok := exit.Sys().(syscall.WaitStatus); ok && state.Signaled() {
		signal = state.Signal()
	} else if bubblewrap && code > bySignal && code <= bySignal+lastSignal {
		signal = syscall.Signal(code - bySignal)
	}
	switch signal {
	case 0:
		return &Failed{code, complaint.String()}
	case syscall.SIGXCPU:
		return decode.TimeLimit
	case syscall.SIGKILL:
		return decode.MemoryLimit // by the kernel, when the machine has no memory left
	}
	return decode.Crashed
}

// bounded passes so many bytes on and then gives the program up.
type bounded struct {
	to   io.Writer
	left int64
	give context.CancelCauseFunc
}

func (b bounded) writer() io.Writer { return &b }

// Write fails when there is too much.
func (b *bounded) Write(data []byte) (int, error) {
	if b.left -= int64(len(data)); b.left < 0 {
		b.give(OutputLimit)
		return 0, OutputLimit
	}
	return b.to.Write(data)
}

// command returns how our own binary is called: as it is, or within bubblewrap, which gives it a file system with
// nothing but the system's programs and libraries, and namespaces of its own.
func (p *Programs) command() []string {
	if p.options.Bubblewrap == "" {
		return append([]string{}, p.options.Command...)
	}
	const ourselves = "/jail"
	words := []string{
		p.options.Bubblewrap, "--unshare-all", "--die-with-parent", "--new-session", "--cap-drop", "ALL", "--ro-bind", "/usr", "/usr",
		"--ro-bind-try", "/etc/ld.so.cache", "/etc/ld.so.cache", "--ro-bind-try", "/etc/alternatives", "/etc/alternatives",
		"--proc", "/proc", "--dev", "/dev", "--ro-bind", p.options.Command[0], ourselves, "--chdir", "/",
	}
	for _, name := range []string{"/bin", "/lib", "/lib64"} {
		if target, err := os.Readlink(name); err == nil {
			words = append(words, "--symlink", target, name)
		} else {
			words = append(words, "--ro-bind-try", name, name)
		}
	}
	return append(append(words, "--", ourselves), p.options.Command[1:]...)
}
