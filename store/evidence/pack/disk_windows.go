package pack

import (
	"errors"
	"math"
	"os"

	"golang.org/x/sys/windows"
)

// lock takes the lock of a bundle, which lasts until file is closed: of a byte that no file has, for what is locked nobody
// else may read.
func lock(file *os.File) error {
	const high = math.MaxInt32
	err := windows.LockFileEx(windows.Handle(file.Fd()), windows.LOCKFILE_EXCLUSIVE_LOCK|windows.LOCKFILE_FAIL_IMMEDIATELY, 0, 1, 0, &windows.Overlapped{OffsetHigh: high})
	if errors.Is(err, windows.ERROR_LOCK_VIOLATION) || errors.Is(err, windows.ERROR_IO_PENDING) {
		return ErrInUse
	}
	return err
}

// syncName does nothing: folders are not synced here.
func syncName(string) error { return nil }

func isFull(err error) bool {
	return errors.Is(err, windows.ERROR_DISK_FULL) || errors.Is(err, windows.ERROR_HANDLE_DISK_FULL) || errors.Is(err, windows.ERROR_DISK_QUOTA_EXCEEDED)
}

func isTooLong(err error) bool { return errors.Is(err, windows.ERROR_FILE_TOO_LARGE) }
