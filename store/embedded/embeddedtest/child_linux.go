package embeddedtest

import (
	"os"
	"syscall"
)

// dieWithParent asks the kernel to kill a server when the thread that started it ends.
func dieWithParent() *syscall.SysProcAttr { return &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }

// hold takes a folder's lock for as long as this process lives.
func hold(lock *os.File) error { return syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB) }
