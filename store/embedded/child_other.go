//go:build !linux

package embedded

import (
	"context"
	"os"
	"syscall"
	"time"

	"vigie/triage"
)

// supported reports whether children can be supervised on this system.
func supported() error {
	return triage.E(triage.Invalid, "embedded", "", "embedded servers need Linux: use outside ones with VIGIE_REDIS_URL and VIGIE_S3_*", nil)
}

func dieWithParent() *syscall.SysProcAttr { return nil }

func askToEnd(p *os.Process) error { return p.Kill() }

func lockFolder(context.Context, string, time.Duration) (*os.File, error) { return nil, supported() }

// RemoveAbandoned does nothing where no server can have run.
func RemoveAbandoned(string) {}
