package triage

import (
	"path"
	"strings"
	"time"

	"vigie/hashing"
)

// PlaceClass says what sort of folder a file lay in. The path rules run where the manifest is read; only the
// class leaves.
type PlaceClass string

// The classes of place.
const (
	PlaceCamera     PlaceClass = "camera"       // a camera roll
	PlaceSent       PlaceClass = "sent"         // sent by a messenger
	PlaceMessenger  PlaceClass = "messenger"    // received by a messenger, or one that does not tell
	PlacePeer       PlaceClass = "peer-to-peer" // shared or received by a file-sharing program
	PlaceCache      PlaceClass = "cache"        // a browser's cache
	PlaceProgram    PlaceClass = "program"      // a program's own pictures
	PlaceScreenshot PlaceClass = "screenshot"   // what a screen showed
	PlaceRecording  PlaceClass = "recording"    // a film of what a screen showed
	PlaceStock      PlaceClass = "stock"        // from a picture agency, or for the desktop
	PlaceOther      PlaceClass = "other"
)

// root is where an exhibit begins: path.Dir of what lies in no folder.
const root = "."

// Place is where a medium lay in one exhibit, without telling its name. The root of an exhibit says nothing of what lies in
// it: a folder in the root has itself for its parent, and so has the root.
type Place struct {
	Exhibit  ExhibitID  `json:"x"`
	Folder   FolderKey  `json:"f"`
	Parent   FolderKey  `json:"p"`
	Class    PlaceClass `json:"c"`
	Deleted  bool       `json:"d,omitempty"` // in a recycle bin, or recovered
	Hidden   bool       `json:"h,omitempty"` // in a hidden folder, or a vault
	Archived bool       `json:"z,omitempty"` // within an archive
	Modified time.Time  `json:"m,omitzero"`
	Day      DayKey     `json:"y,omitempty"`
	Numbers  NumberKeys `json:"n,omitempty"`
}

// same reports whether p and other say the same.
func (p *Place) same(other Place) bool {
	then := other.Modified
	other.Modified = p.Modified
	return *p == other && p.Modified.Equal(then)
}

// place returns where an item lay.
func (n Names) place(x ExhibitID, it *Item) Place {
	folder := path.Dir(it.RawPath())
	parent := path.Dir(folder)
	if parent == root {
		parent = folder
	}
	p := Place{
		Exhibit:  x,
		Folder:   n.Folder(x, folder),
		Parent:   n.Folder(x, parent),
		Class:    classify(it.RawPath(), it.Kind),
		Modified: it.Modified,
		Day:      n.day(x, folder, it.Modified),
	}
	if p.Class != PlaceCache && p.Class != PlaceProgram && p.Class != PlaceStock { // numbers of programs are no camera's
		p.Numbers = n.numbers(x, it.RawPath())
	}
	p.Deleted, p.Hidden, p.Archived = circumstances(it.RawPath())
	p.Deleted = p.Deleted || it.Deleted
	return p
}

// classify returns the class of the place of an item of this path and kind.
func classify(itemPath string, kind hashing.Kind) PlaceClass {
	framed, name := framedFolder(itemPath), strings.ToLower(path.Base(itemPath))
	for _, rule := range placeRules {
		if rule.films && kind != hashing.KindVideo {
			continue
		}
		if containsAny(framed, rule.folders) || hasAnyPrefix(name, rule.names) || rule.shape != "" && hasShape(name, rule.shape) {
			return rule.class
		}
	}
	return PlaceOther
}

// circumstances tells what its path says of an item beside the class of its place.
func circumstances(itemPath string) (deleted, hidden, archived bool) {
	framed, name := framedFolder(itemPath), strings.ToLower(path.Base(itemPath))
	deleted = containsAny(framed, deletedFolders) || hasAnyPrefix(name, deletedNames)
	archived = containsAny(framed, archiveEnds)
	return deleted, !deleted && isHidden(framed), archived
}

// isHidden reports whether a folder is hidden where it lies, or is a vault's; a program's own hidden folders are not.
func isHidden(framed string) bool {
	if containsAny(framed, vaultFolders) {
		return true
	}
	for part := range strings.SplitSeq(framed, "/") {
		if strings.HasPrefix(part, ".") && len(part) > 1 && part != ".." && !hasAnyPrefix(part, hiddenPrograms) {
			return true
		}
	}
	return false
}

// framedFolder returns the lower-cased folder of a path, framed by slashes.
func framedFolder(itemPath string) string { return "/" + strings.ToLower(path.Dir(itemPath)) + "/" }

func containsAny(s string, parts []string) bool {
	for _, p := range parts {
		if strings.Contains(s, p) {
			return true
		}
	}
	return false
}

// hasShape reports whether name begins with a shape, in which "0" stands for any digit.
func hasShape(name, shape string) bool {
	if len(name) < len(shape) {
		return false
	}
	for i := range len(shape) {
		digit := name[i] >= '0' && name[i] <= '9'
		if shape[i] == '0' && !digit || shape[i] != '0' && name[i] != shape[i] {
			return false
		}
	}
	return true
}

func hasAnyPrefix(s string, prefixes []string) bool {
	for _, p := range prefixes {
		if strings.HasPrefix(s, p) {
			return true
		}
	}
	return false
}
