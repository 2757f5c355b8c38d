package embedded

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// supported reports whether children can be supervised on this system.
func supported() error { return nil }

// dieWithParent asks the kernel to kill the child when the starting thread ends. SIGKILL, not SIGTERM: a server
// that takes its time would still hold the data folder when the service starts again, and neither server
// loses acknowledged writes by it (their write calls are done; only a power cut needs the fsync).
func dieWithParent() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{
		Pdeathsig: syscall.SIGKILL,
		Setpgid:   true, // Ctrl-C in a terminal is for the parent, which stops its children in order
	}
}

func askToEnd(p *os.Process) error { return p.Signal(syscall.SIGTERM) }

// lockFolder takes the folder's lock, waiting up to patience for the children of a service that died.
func lockFolder(ctx context.Context, dir string, patience time.Duration) (*os.File, error) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_CREATE|os.O_RDWR, 0o600)
	if err != nil {
		return nil, err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for {
		err = syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			return f, nil
		}
		select {
		case <-ctx.Done():
			return nil, errors.Join(err, f.Close())
		case <-time.After(pollReady):
		}
	}
}

// RemoveAbandoned removes a data folder that no service holds, and leaves every other one alone: also a folder
// without a lock file, whose server may be about to start. It is meant for the folders of test runs.
func RemoveAbandoned(dir string) {
	f, err := os.OpenFile(filepath.Join(dir, "lock"), os.O_RDWR, 0o600)
	if err != nil {
		return
	}
	defer f.Close()
	if syscall.Flock(int(f.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) == nil {
		_ = os.RemoveAll(dir)
	}
}
