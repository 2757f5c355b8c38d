package disk

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"sort"
	"strings"
)

// maxSegments is how many files may make up one image: an E01 of 8 TB in pieces of 2 GB has as many.
const maxSegments = 4096

// findSegments returns the files that make up an image of which path is the first, in order. It tells by their names: those
// of raw images count in digits or letters, those of an E01 as its makers agreed (E01 … E99, EAA … EZZ, FAA …). A VMDK names them itself. Where more
// follow after a gap, one is missing.
func findSegments(path string, format Format) ([]string, error) {
	extension := strings.TrimPrefix(filepath.Ext(path), ".")
	stem := strings.TrimSuffix(path, extension)
	var next func(string) string
	switch {
	case format == VMDK:
		return findExtents(path)
	case format == EWF && len(extension) == 3:
		next = nextEWF
	case format == Raw && countsInDigits(extension), format == Raw && countsInLetters(extension):
		next = nextRaw
	default:
		return []string{path}, nil
	}
	if zero := strings.TrimSuffix(extension, "1") + "0"; format == Raw && countsInDigits(extension) && zero != extension {
		if _, err := os.Stat(stem + zero); err == nil {
			return nil, &Error{Reason: ReasonSegment, Err: errors.New("this is the second segment; its set begins with 0")}
		}
	}
	names := []string{path}
	for extension = next(extension); extension != ""; extension = next(extension) {
		info, err := os.Stat(stem + extension)
		if errors.Is(err, fs.ErrNotExist) {
			break
		}
		if err != nil || !info.Mode().IsRegular() || len(names) == maxSegments {
			return nil, &Error{Reason: ReasonSegment, Err: err}
		}
		names = append(names, stem+extension)
	}
	if follows(stem, extension, next) {
		return nil, &Error{Reason: ReasonSegment, What: fmt.Sprintf("segment %d", len(names)+1)}
	}
	return names, nil
}

// gap is how many segments in a row may be missing before we no longer see that others follow.
const gap = 16

// follows reports whether there is a segment after the one that is not there.
func follows(stem, missing string, next func(string) string) bool {
	for range gap {
		if missing = next(missing); missing == "" {
			return false
		}
		if info, err := os.Stat(stem + missing); err == nil && info.Mode().IsRegular() {
			return true
		}
	}
	return false
}

// countsInDigits reports whether a raw image with this extension is the first of several: 000 or 001, 01, 0001 …
func countsInDigits(extension string) bool {
	digits := strings.Trim(extension, "0123456789") == "" && len(extension) >= 2
	rest := strings.TrimLeft(extension, "0")
	return digits && (rest == "" || rest == "1")
}

// countsInLetters reports whether a raw image with this extension is the first of several: aa or aaa.
func countsInLetters(extension string) bool {
	return len(extension) >= 2 && strings.Trim(strings.ToLower(extension), "a") == ""
}

// nextRaw counts one up, in digits or letters; "" after the last.
func nextRaw(extension string) string {
	b := []byte(extension)
	for i := len(b) - 1; i >= 0; i-- {
		switch b[i] {
		case '9':
			b[i] = '0'
		case 'z':
			b[i] = 'a'
		case 'Z':
			b[i] = 'A'
		default:
			b[i]++
			return string(b)
		}
	}
	return ""
}

// nextEWF counts one up as Expert Witness does: E01 … E99, EAA … EZZ, FAA … ZZZ. Case is that of the first letter.
func nextEWF(extension string) string {
	if extension == "" {
		return ""
	}
	b := []byte(extension)
	last, first := byte('Z'), byte('A')
	if b[0] >= 'a' {
		last, first = 'z', 'a'
	}
	if b[1] <= '9' { // still digits
		switch {
		case b[2] < '9':
			b[2]++
		case b[1] < '9':
			b[1]++
			b[2] = '0'
		default:
			b[1], b[2] = first, first
		}
		return string(b)
	}
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < last {
			b[i]++
			return string(b)
		}
		b[i] = first
	}
	return ""
}

// span is several files one after the other.
type span struct {
	files []*os.File
	ends  []int64 // bytes of the image before the end of each
}

// openFiles opens files for reading only.
func openFiles(names []string) (s *span, err error) {
	s = &span{}
	defer func() {
		if err != nil {
			s.Close()
			s = nil
		}
	}()
	size := int64(0)
	for _, name := range names {
		f, err := os.Open(name) //nolint:gosec // what somebody asked for
		if err != nil {
			return s, &Error{Reason: ReasonInput, Err: err}
		}
		s.files = append(s.files, f)
		length, err := f.Seek(0, io.SeekEnd) // a drive has no size to be asked for
		if err != nil {
			return s, &Error{Reason: ReasonInput, Err: err}
		}
		size += length
		s.ends = append(s.ends, size)
	}
	return s, nil
}

// Size returns the length of all files together.
func (s *span) Size() int64 { return s.ends[len(s.ends)-1] }

// ReadAt implements io.ReaderAt.
func (s *span) ReadAt(p []byte, at int64) (n int, err error) {
	i := sort.Search(len(s.ends), func(i int) bool { return s.ends[i] > at })
	for ; len(p) > 0 && i < len(s.ends); i++ {
		start := int64(0)
		if i > 0 {
			start = s.ends[i-1]
		}
		part := p[:min(int64(len(p)), s.ends[i]-at)]
		got, err := s.files[i].ReadAt(part, at-start)
		n += got
		if got < len(part) {
			if err == io.EOF { // it became shorter
				err = io.ErrUnexpectedEOF
			}
			return n, err
		}
		at += int64(got)
		p = p[got:]
	}
	if len(p) > 0 {
		return n, io.EOF
	}
	return n, nil
}

// Close closes all files.
func (s *span) Close() error {
	var all []error
	for _, f := range s.files {
		all = append(all, f.Close())
	}
	return errors.Join(all...)
}
