//go:build !linux

package objects

import "errors"

// freeSpace is known on Linux only: elsewhere a full disk shows when it is written to.
func freeSpace(string) (free, size int64, err error) { return 0, 0, errors.ErrUnsupported }
