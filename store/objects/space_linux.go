package objects

import "syscall"

// freeSpace returns what a user without privileges may still write on the file system of dir, and its size, in bytes.
func freeSpace(dir string) (free, size int64, err error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(dir, &s); err != nil {
		return 0, 0, err
	}
	block := s.Frsize
	return int64(s.Bavail) * block, int64(s.Blocks) * block, nil //nolint:gosec // no disk is that large
}
