package pack

import "bytes"

// Frames returns where each frame of a bundle begins, and its kind; and where the last one ends.
func Frames(content []byte) (at []int64, kinds []byte, end int64) {
	for end = headBytes; ; {
		f, err := frameAt(bytes.NewReader(content), end, int64(len(content)))
		if err != nil {
			return at, kinds, end
		}
		at, kinds, end = append(at, f.at), append(kinds, f.kind), f.end()
	}
}

// Unwritten is what a Writer says of a failure of its disk.
var Unwritten = unwritten
