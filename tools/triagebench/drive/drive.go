// Package drive simulates seized drives for the measurement of ranking: what lies where, with which facts, and which
// groups are the new material that ranking is to find ("planted"). There are no pictures: a medium is a code to compare,
// facts as a decoder would have found them, and places. docs/ranking.md says what the shares are and where they are from.
//
// The generator was written before any weight was chosen, and nothing in it follows the weights.
package drive

import (
	"fmt"
	"path"
	"slices"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// Context is where planted material lies, and how it came there.
type Context string

// The contexts of planted groups, one file each.
const (
	Series     Context = "series"     // more of a shoot of which something is in a set
	Camera     Context = "camera"     // a camera that another case knows
	Hidden     Context = "hidden"     // a hidden folder or a vault
	Messenger  Context = "messenger"  // sent, or received, by a messenger
	Stream     Context = "stream"     // captures of a live stream
	Collection Context = "collection" // beside known material
	Deleted    Context = "roll"       // of the camera roll, deleted or in an album that is hidden
	PeerToPeer Context = "p2p"        // what a file-sharing program offers
	TwoCases   Context = "two-cases"  // seen in two cases, in no set
	Alone      Context = "alone"      // of the camera roll, and nothing near
)

// Contexts are all contexts, in the order in which they are shown.
var Contexts = []Context{Series, Camera, Hidden, Messenger, Stream, Collection, Deleted, PeerToPeer, TwoCases, Alone}

// Scene is what one group of pictures shows.
type Scene struct {
	Code     pdq.Hash
	Context  Context // empty: not planted
	Ordinary string  // what it is, where it is not planted
	// Untraced says that neither its facts nor its places tell it from what is ordinary: no order made of these can find it.
	Untraced bool
	// Disguises are what hides an adversarial scene: any of Stripped, Misplaced, WrongClocks. Empty: it is not adversarial.
	Disguises []string

	disguise *disguise
}

// Adversarial reports whether something hides the scene.
func (s *Scene) Adversarial() bool { return len(s.Disguises) > 0 }

// List says in which partner's list a medium stands.
type List int

// The lists.
const (
	Unlisted List = iota
	KnownFile
	BenignFile
)

// Medium is one file's content.
type Medium struct {
	Name        string // its bytes, for the purpose of the simulation
	Scene       *Scene
	List        List
	Examination hashing.Examination
}

// File is one place of a medium.
type File struct {
	Path     string
	Modified time.Time
	Medium   *Medium

	disguise *disguise // of what was planted with it
}

// Exhibit is one device.
type Exhibit struct {
	Seal   string
	Opened time.Time // when it was submitted
	Seized time.Time // nothing on it is younger, unless a clock was wrong
	Files  []*File   // ordered by path, as a source is walked

	device device
}

// Drive is what was seized in one case.
type Drive struct {
	Seed     uint64
	Case     string
	Exhibits []*Exhibit
	Planted  []*Scene // that leave a trace, and those that were disguised
	Untraced []*Scene // planted too, besides them
}

// World are the drives of a run, and the lists of partners.
type World struct {
	Drives []*Drive
	Known  []pdq.Hash // entries of a list of PDQs
	// pools hold what many drives have.
	pools pools
}

// Options say what to simulate.
type Options struct {
	Seeds []uint64  // one drive each
	Media int       // of each drive, about
	Now   time.Time // of the last submission
}

// poolTime is before all drives: what goes round is older.
var poolTime = time.Date(2025, 6, 1, 0, 0, 0, 0, time.UTC)

// Generate simulates drives. The same options give the same world.
func Generate(o Options) *World {
	w := &World{pools: newPools()}
	for _, scenes := range w.pools.known {
		for _, m := range scenes {
			w.Known = append(w.Known, m.Scene.Code)
		}
	}
	makers := make([]*maker, len(o.Seeds))
	for i, seed := range o.Seeds {
		makers[i] = newMaker(w, seed, o.Media, o.Now.AddDate(0, 0, -9*(len(o.Seeds)-1-i)))
		w.Drives = append(w.Drives, makers[i].drive)
	}
	for i, m := range makers {
		m.furnish()
		if other := makers[(i+1)%len(makers)]; other != m {
			m.other = other
		}
	}
	for _, m := range makers {
		m.plantAll()
	}
	for _, m := range makers {
		m.disguiseAll()
		for _, x := range m.drive.Exhibits {
			x.order()
		}
	}
	return w
}

// order tells files of one path apart, as programs do, and sorts all as a source is walked.
func (x *Exhibit) order() {
	met := make(map[string]bool)
	for _, f := range x.Files {
		ext := path.Ext(f.Path)
		stem := strings.TrimSuffix(f.Path, ext)
		for n := 1; met[f.Path]; n++ {
			f.Path = fmt.Sprintf("%s (%d)%s", stem, n, ext)
		}
		met[f.Path] = true
	}
	slices.SortFunc(x.Files, func(a, b *File) int { return strings.Compare(a.Path, b.Path) })
}
