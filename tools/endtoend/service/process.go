// Package service runs the built binary as its users do: as processes of their own, which can be killed as a power cut
// would, and reads what they print. Tests and the fault campaign share it.
package service

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"syscall"
	"time"
)

// Build builds cmd/vigie into dir and returns the binary's path. It runs inside the module.
func Build(dir string) (string, error) {
	path := filepath.Join(dir, "vigie")
	out, err := exec.Command("go", "build", "-o", path, "vigie/cmd/vigie").CombinedOutput()
	if err != nil {
		return "", fmt.Errorf("%w\n%s", err, out)
	}
	return path, nil
}

// FreeAddress asks the kernel for a loopback address that nobody listens on.
func FreeAddress() (string, error) {
	ln, err := (&net.ListenConfig{}).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer ln.Close()
	return ln.Addr().String(), nil
}

// Process is one running command. It dies with the process that started it.
type Process struct {
	Done <-chan struct{} // closed when it has ended

	cmd  *exec.Cmd
	out  Buffer
	errs Buffer
	fail error // after Done
}

// Start starts a command with exactly this environment.
func Start(env []string, binary string, args ...string) (*Process, error) {
	done := make(chan struct{})
	p := &Process{Done: done, cmd: exec.Command(binary, args...)}
	p.cmd.Env = env
	p.cmd.Stdout, p.cmd.Stderr = &p.out, &p.errs
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}
	started := make(chan error)
	go func() {
		runtime.LockOSThread() // the kernel ends the child with the thread that started it
		err := p.cmd.Start()
		started <- err
		if err == nil {
			p.fail = p.cmd.Wait()
			close(done)
		}
	}()
	return p, <-started
}

// Kill ends the process as a power cut would, and returns when it is gone.
func (p *Process) Kill() {
	_ = p.cmd.Process.Kill() // it may have ended this instant
	<-p.Done
}

// Wait returns the exit code, −1 for a process that was killed. One that takes longer than patience is killed, and that
// is an error.
func (p *Process) Wait(ctx context.Context, patience time.Duration) (int, error) {
	select {
	case <-p.Done:
	case <-ctx.Done():
		p.Kill()
		return 0, ctx.Err()
	case <-time.After(patience):
		p.Kill()
		return 0, fmt.Errorf("%v takes longer than %s\n%s", p.cmd.Args, patience, p.Said())
	}
	if exit, ok := errors.AsType[*exec.ExitError](p.fail); ok {
		return exit.ExitCode(), nil
	}
	return 0, p.fail
}

// Pid returns the process's number.
func (p *Process) Pid() int { return p.cmd.Process.Pid }

// Printed returns what the process wrote to its standard output so far.
func (p *Process) Printed() string { return p.out.String() }

// Said returns what the process printed so far, its messages last.
func (p *Process) Said() string { return p.out.String() + p.errs.String() }

// Buffer may be read while a process writes to it.
type Buffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

// Write implements io.Writer.
func (b *Buffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.Write(p)
}

func (b *Buffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.b.String()
}

// ProcessorTime returns what the process took of the processors, when it has ended: its children that it waited for included.
func (p *Process) ProcessorTime() time.Duration {
	select {
	case <-p.Done:
		return p.cmd.ProcessState.UserTime() + p.cmd.ProcessState.SystemTime()
	default:
		return 0
	}
}
