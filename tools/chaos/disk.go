package main

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"time"
)

// diskSize is the size of a round's file system, in bytes: what a round needs several times over.
const diskSize = 512 << 20

// disk holds the data of a round's servers: a file system of its own where the system lets us mount one, so that it can be
// full, else a folder.
type disk struct {
	dir     string
	limited bool
}

func newDisk(dir string) (*disk, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, err
	}
	err := syscall.Mount("tmpfs", dir, "tmpfs", syscall.MS_NOSUID|syscall.MS_NODEV, "mode=0700,size=512m")
	return &disk{dir: dir, limited: err == nil}, nil
}

// fill leaves no byte free for a while.
func (d *disk) fill(long time.Duration) error {
	ballast := filepath.Join(d.dir, "ballast")
	f, err := os.Create(ballast)
	if err != nil {
		return err
	}
	defer os.Remove(ballast)
	defer f.Close()
	chunk := make([]byte, 1<<20)
	for len(chunk) > 0 {
		if _, err := f.Write(chunk); errors.Is(err, syscall.ENOSPC) {
			chunk = chunk[:len(chunk)/2]
		} else if err != nil {
			return err
		}
	}
	time.Sleep(long)
	return nil
}

// end gives the disk back; what was on it is moved to kept when that is a folder's path.
func (d *disk) end(kept string) error {
	var err error
	if kept != "" {
		err = exec.Command("cp", "-a", d.dir, kept).Run()
	}
	if d.limited {
		err = errors.Join(err, unmount(d.dir))
	}
	return err
}

// unmount waits a moment for the children of killed servers, which end a little later.
func unmount(dir string) (err error) {
	for range maxTries {
		if err = syscall.Unmount(dir, 0); !errors.Is(err, syscall.EBUSY) {
			return err
		}
		time.Sleep(pauseTries)
	}
	return err
}

// inOwnMounts runs this program again where its mounts are nobody else's, and end with it. It returns the exit code.
func inOwnMounts() (int, error) {
	self, err := os.Executable()
	if err != nil {
		return 0, err
	}
	cmd := exec.Command(self, append([]string{"-own-mounts"}, os.Args[1:]...)...)
	cmd.Stdin, cmd.Stdout, cmd.Stderr = os.Stdin, os.Stdout, os.Stderr
	cmd.SysProcAttr = &syscall.SysProcAttr{Unshareflags: syscall.CLONE_NEWNS, Pdeathsig: syscall.SIGKILL}
	if os.Getuid() != 0 {
		cmd.SysProcAttr.Cloneflags = syscall.CLONE_NEWUSER
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}}
	}
	err = cmd.Run()
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode(), nil
	}
	return 0, err
}
