//go:build !windows

package pack

import (
	"errors"
	"os"
	"path/filepath"
	"syscall"
)

// lock takes the lock of a bundle, which lasts until file is closed.
func lock(file *os.File) error {
	for {
		switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); { //nolint:gosec // a descriptor is small
		case errors.Is(err, syscall.EINTR):
		case errors.Is(err, syscall.EWOULDBLOCK):
			return ErrInUse
		default:
			return err
		}
	}
}

// syncName returns when the disk has the name of a new file.
func syncName(path string) error {
	folder, err := os.Open(filepath.Dir(path))
	if err != nil {
		return nil //nolint:nilerr // one may write into folders that one may not read
	}
	defer folder.Close()
	if err := folder.Sync(); !errors.Is(err, syscall.EINVAL) { // there are file systems that do not sync folders
		return err
	}
	return nil
}

func isFull(err error) bool { return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT) }

func isTooLong(err error) bool { return errors.Is(err, syscall.EFBIG) }
