//go:build !linux

package evidence

import "os"

const (
	fileFlags      = os.O_RDONLY
	folderFlags    = os.O_RDONLY
	keepAccessTime = 0
)
