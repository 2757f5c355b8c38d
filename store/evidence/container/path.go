package container

import (
	"hash/fnv"
	"path"
	"strconv"
	"strings"
	"unicode/utf8"
)

// What stands in a Path for what must not.
const (
	parentMark  = "(..)"      // for "..", so that nothing lies outside the archive
	unnamedMark = "(unnamed)" // for a name without any letter
	markRoom    = 8           // bytes kept free in a path for what tells it apart, beside its number
)

// paths makes of names paths that differ.
type paths struct {
	limit int                 // bytes
	seen  map[uint64]struct{} // FNV-1a of each path; two paths of equal sum cost one of them a mark it did not need
}

func newPaths(limit int) *paths { return &paths{limit: limit, seen: make(map[uint64]struct{})} }

// path returns the path of the member at index (from 0) with this name, whether more than separators were changed, and
// whether it was longer than may be (it is cut then). The second of two equal paths, and one that is cut, get the
// member's place, counted from 1, before the extension: "a~17.jpg". Folders may have equal ones: they are no items.
func (s *paths) path(name string, index int, folder bool) (p string, altered, tooLong bool) {
	p, altered = safePath(name)
	mark := "~" + strconv.Itoa(index+1)
	if len(p)+len(mark)+markRoom > s.limit {
		cut := min(len(p), max(s.limit-len(mark)-markRoom, 0))
		p += "/" // so that cut may be its end
		for cut > 0 && !utf8.RuneStart(p[cut]) {
			cut--
		}
		p, altered, tooLong = strings.TrimRight(p[:cut], "/")+mark, true, true
	}
	if folder {
		return p, altered, tooLong
	}
	extension := path.Ext(p)
	stem := strings.TrimSuffix(p, extension)
	if tooLong {
		stem, extension, mark = p, "", "" // it has its mark
	}
	for try := 1; s.has(p); try++ {
		p, altered = stem+mark+extension, true
		if try > 1 { // somebody has foreseen it
			p = stem + mark + "-" + strconv.Itoa(try) + extension
		}
	}
	return p, altered, tooLong
}

// has remembers p and reports whether it was there.
func (s *paths) has(p string) bool {
	h := fnv.New64a()
	h.Write([]byte(p))
	_, there := s.seen[h.Sum64()]
	s.seen[h.Sum64()] = struct{}{}
	return there
}

// safePath returns name as a path below its archive, and whether more than separators were changed: both slashes
// separate, a root and "." fall away, a drive's colon and ".." become something visible.
func safePath(name string) (string, bool) {
	altered := false
	var parts []string
	for part := range strings.SplitSeq(strings.ReplaceAll(name, `\`, "/"), "/") {
		switch {
		case part == "" || part == ".":
			continue
		case part == "..":
			part, altered = parentMark, true
		case len(parts) == 0 && len(part) >= 2 && part[1] == ':' && isLetter(part[0]):
			part, altered = "("+part[:2]+")"+part[2:], true
			part = strings.Replace(part, ":", "", 1)
		}
		parts = append(parts, part)
	}
	if len(parts) == 0 {
		return unnamedMark, true
	}
	return strings.Join(parts, "/"), altered || strings.HasPrefix(name, "/")
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }
