package disk

import (
	"strings"
	"unicode/utf8"
)

// What stands in a Path for what must not: as package container has it.
const (
	parentMark  = "(..)"
	selfMark    = "(.)"
	unnamedMark = "(unnamed)"
	slashMark   = "(slash)"
	// maxPathBytes is how long a path may be.
	maxPathBytes = 8 << 10
)

// safePath returns a path as a file system tells it as one below its volume, whether anything had to be changed, and
// whether it was too long (it is cut then).
func safePath(volume, name string) (path string, altered, tooLong bool) {
	parts := strings.Split(name, "/")
	for i, part := range parts {
		switch part {
		case "":
			parts[i], altered = unnamedMark, true
		case ".":
			parts[i], altered = selfMark, true
		case "..":
			parts[i], altered = parentMark, true
		}
	}
	path = strings.Join(parts, "/")
	if volume != "" {
		path = volume + "/" + path
	}
	if len(path) > maxPathBytes {
		cut := maxPathBytes
		for cut > 0 && !utf8.RuneStart(path[cut]) {
			cut--
		}
		return strings.TrimRight(path[:cut], "/"), true, true
	}
	return path, altered, false
}
