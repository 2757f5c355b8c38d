package disk

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// maxDescriptorBytes is how long the descriptor of a VMDK may be: a drive of 64 TB in extents of 2 GB has one of 2 MiB.
const maxDescriptorBytes = 2 << 20

// descriptor is what the text of a VMDK says.
type descriptor struct {
	extents []extent
	within  bool // it lies in its only extent
}

// extent is a part of a drive.
type extent struct {
	bytes  int64
	sort   extentSort
	name   string // of its file; "" for zeros
	offset int64  // of the part in its file
}

type extentSort int

const (
	extentZero extentSort = iota
	extentFlat
	extentSparse
)

// extentSorts are the words of descriptors for what we read. VMFS is what ESXi calls flat.
var extentSorts = map[string]extentSort{"ZERO": extentZero, "FLAT": extentFlat, "VMFS": extentFlat, "SPARSE": extentSparse}

// findExtents returns the files that make up a VMDK. All lie beside the descriptor: one that names a file elsewhere is
// damaged, or was made to have us read what it may not.
func findExtents(path string) ([]string, error) {
	first, err := openFiles([]string{path})
	if err != nil {
		return nil, err
	}
	defer first.Close()
	d, err := readDescriptor(first.part(0))
	if err != nil {
		return nil, err
	}
	names := []string{path}
	for i, name := range d.extentNames() {
		at := filepath.Join(filepath.Dir(path), name)
		switch info, err := os.Lstat(at); {
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, &Error{Reason: ReasonInput, Err: err}
		case err != nil || !info.Mode().IsRegular():
			return nil, &Error{Reason: ReasonSegment, What: fmt.Sprintf("extent %d", i+1)}
		}
		names = append(names, at)
	}
	return names, nil
}

// readDescriptor reads the descriptor that file is, or has within.
func readDescriptor(file *io.SectionReader) (*descriptor, error) {
	head := make([]byte, 4)
	if _, err := file.ReadAt(head, 0); err != nil {
		return nil, &Error{Reason: ReasonInput, Err: err}
	}
	at, length, within := int64(0), file.Size(), false
	switch string(head) {
	case "COWD":
		return nil, &Error{Reason: ReasonFormat, What: string(VMDK), Err: errors.New("of ESX before 7, sparse")}
	case "KDMV":
		h, err := readSparseHeader(file, 0)
		if err != nil {
			return nil, err
		}
		if h.descriptor == 0 {
			return nil, oneOfSeveral()
		}
		const most = maxDescriptorBytes / sectorBytes
		if h.descriptor > uint64(length)/sectorBytes || h.descriptorLength > most { //nolint:gosec // positive
			return nil, broken("the descriptor lies where it cannot")
		}
		at, length, within = int64(h.descriptor)*sectorBytes, int64(h.descriptorLength)*sectorBytes, true //nolint:gosec // compared
	}
	if length > maxDescriptorBytes {
		return nil, broken("the descriptor is longer than any")
	}
	text := make([]byte, length)
	if _, err := file.ReadAt(text, at); err != nil {
		return nil, broken("the descriptor is cut off")
	}
	text, _, _ = bytes.Cut(text, []byte{0}) // within an extent, zeros fill it up
	if within && len(text) == 0 {           // QEMU leaves a place for it
		return nil, oneOfSeveral()
	}
	d, err := parseDescriptor(string(text))
	if err != nil {
		return nil, err
	}
	if d.within = within; within && (len(d.extents) != 1 || d.extents[0].sort != extentSparse) {
		return nil, broken("a descriptor within an extent must name that alone")
	}
	return d, nil
}

func oneOfSeveral() error {
	return &Error{Reason: ReasonSegment, What: string(VMDK), Err: errors.New("this is one of several extents; give the file that names them all")}
}

// parseDescriptor reads lines like `parentCID=ffffffff` and `RW 4192256 SPARSE "name-s001.vmdk" 0`.
func parseDescriptor(text string) (*descriptor, error) {
	const noParent = "ffffffff"
	d, total := &descriptor{}, int64(0)
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if key, value, ok := strings.Cut(line, "="); ok && !strings.Contains(key, `"`) {
			if strings.EqualFold(strings.TrimSpace(key), "parentCID") && !strings.EqualFold(strings.Trim(value, ` "`), noParent) {
				return nil, &Error{Reason: ReasonParent, What: string(VMDK), Err: errors.New("it has what was written after a snapshot; the disk before it is missing")}
			}
			continue
		}
		access, rest, _ := strings.Cut(line, " ")
		if access != "RW" && access != "RDONLY" && access != "NOACCESS" {
			continue
		}
		e, err := parseExtent(rest)
		if err != nil {
			return nil, err
		}
		if total += e.bytes; total > maxVirtualBytes || len(d.extents) == 2*maxSegments {
			return nil, broken("the drive is larger than any")
		}
		d.extents = append(d.extents, e)
	}
	if len(d.extents) == 0 || len(d.extentNames()) >= maxSegments {
		return nil, broken("the descriptor names no extent, or too many")
	}
	return d, nil
}

// parseExtent reads what is behind the first word of an extent's line.
func parseExtent(line string) (e extent, err error) {
	number := func(word string) (int64, bool) {
		n, err := strconv.ParseInt(word, 10, 64)
		return n * sectorBytes, err == nil && n >= 0 && n <= maxVirtualBytes/sectorBytes
	}
	head, rest, quoted := strings.Cut(line, `"`)
	words := strings.Fields(head)
	if len(words) != 2 {
		return e, broken("the line of an extent makes no sense")
	}
	var ok bool
	if e.bytes, ok = number(words[0]); !ok || e.bytes == 0 {
		return e, broken("the size of an extent cannot be")
	}
	if e.sort, ok = extentSorts[words[1]]; !ok {
		return e, &Error{Reason: ReasonFormat, What: string(VMDK), Err: errors.New("an extent of a sort that is not read")}
	}
	if e.sort == extentZero {
		return e, nil
	}
	name, rest, closed := strings.Cut(rest, `"`)
	if !quoted || !closed || name == "" || name == "." || name == ".." || strings.ContainsAny(name, "/\\:\x00") {
		return e, &Error{Reason: ReasonSegment, What: string(VMDK), Err: errors.New("an extent does not lie beside its descriptor")}
	}
	e.name = name
	if words = strings.Fields(rest); len(words) > 0 && e.sort == extentFlat {
		if e.offset, ok = number(words[0]); !ok {
			return e, broken("the place of an extent cannot be")
		}
	}
	return e, nil
}

// extentNames returns the files of the extents beside the descriptor, each once, in order.
func (d *descriptor) extentNames() []string {
	if d.within {
		return nil
	}
	var names []string
	seen := make(map[string]bool)
	for _, e := range d.extents {
		if e.sort != extentZero && !seen[e.name] {
			seen[e.name] = true
			names = append(names, e.name)
		}
	}
	return names
}
