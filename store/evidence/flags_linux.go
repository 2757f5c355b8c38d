package evidence

import "syscall"

const (
	// fileFlags keep a pipe that took a file's place from blocking; os.Root adds O_NOFOLLOW itself.
	fileFlags      = syscall.O_RDONLY | syscall.O_NONBLOCK
	folderFlags    = syscall.O_RDONLY | syscall.O_DIRECTORY
	keepAccessTime = syscall.O_NOATIME
)
