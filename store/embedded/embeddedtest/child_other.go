//go:build !linux

package embeddedtest

import (
	"os"
	"syscall"
)

func dieWithParent() *syscall.SysProcAttr { return nil }

func hold(*os.File) error { return nil }
