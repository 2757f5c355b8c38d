package drive

import (
	"path"
	"slices"
	"time"

	"vigie/hashing"
)

// The disguises.
const (
	Stripped    = "stripped" // facts are taken away
	Misplaced   = "folder"   // it lies among a program's files, or in a cache
	WrongClocks = "clock"
)

// disguise is what somebody did to hide what came to a device at a time: to all of it, as people do.
type disguise struct {
	kinds   []string
	cache   bool              // where it lies, if misplaced: in a cache, or among a program's files
	folders map[string]string // of each exhibit, by case and seal
	shift   time.Duration     // of the clock, when it is known
	shifted bool
}

// disguise says whether the n groups that are planted next are disguised, so that a fixed tenth of all will be, whatever comes at a
// time.
func (m *maker) disguise(n int) {
	m.disguised = nil
	if left := m.quota - len(m.drive.Planted); m.adversarial == 0 || !m.chance(float64(max(n, m.adversarial))/float64(left)) {
		return
	}
	d := &disguise{cache: m.chance(.5), folders: make(map[string]string)}
	for len(d.kinds) == 0 {
		for _, kind := range []string{Stripped, Misplaced, WrongClocks} {
			if m.chance(.5) {
				d.kinds = append(d.kinds, kind)
			}
		}
	}
	m.disguised = d
}

// disguiseAll hides what is disguised on this drive: new material, and what lies with it.
func (m *maker) disguiseAll() {
	for _, x := range m.drive.Exhibits {
		for _, f := range x.Files {
			d, own := f.disguise, f.Medium.Scene.disguise
			if own != nil {
				d = own // of another drive, perhaps
			}
			if d == nil {
				continue
			}
			if slices.Contains(d.kinds, Misplaced) {
				f.Path = m.misplaced(d, x, path.Ext(f.Path))
			}
			if slices.Contains(d.kinds, WrongClocks) {
				m.setBack(d, f, own != nil)
			}
			if own != nil && slices.Contains(d.kinds, Stripped) {
				strip(&f.Medium.Examination.Facts)
			}
		}
	}
}

// misplaced is a path in the one place of an exhibit where what is disguised lies, by a name as others have there.
func (m *maker) misplaced(d *disguise, x *Exhibit, ext string) string {
	at := m.drive.Case + "/" + x.Seal
	if d.folders[at] == "" {
		d.folders[at] = x.programFolder(m)
		if d.cache {
			d.folders[at] = x.cacheFolder(m)
		}
	}
	if d.cache {
		return d.folders[at] + m.cacheName(x)
	}
	return d.folders[at] + pick(m.dice, "bg_", "help_", "res_") + m.hex(4) + ext
}

// setBack gives a file the time of a clock that is wrong; a camera's, too, if the picture is of this device.
func (m *maker) setBack(d *disguise, f *File, own bool) {
	if !d.shifted {
		d.shift, d.shifted = m.wrongClock(f.Modified).Sub(f.Modified), true
	}
	f.Modified = f.Modified.Add(d.shift)
	if facts := &f.Medium.Examination.Facts; own && !facts.Taken.IsZero() {
		facts.Taken = facts.Taken.Add(d.shift)
	}
}

// wrongClock is what a clock says that was never set, or set wrong.
func (m *maker) wrongClock(t time.Time) time.Time {
	switch p := m.Float64(); {
	case p < .4:
		return time.Date(pick(m.dice, 1970, 1980, 2000, 2010), 1, 1, m.IntN(24), m.IntN(60), m.IntN(60), 0, time.UTC)
	case p < .8:
		return t.Add(-m.span(2*year, 9*year))
	}
	return t.Add(m.span(year, 3*year))
}

// strip takes away what a file says of itself, as programs do that write it anew.
func strip(f *hashing.Facts) {
	if f.Kind == hashing.KindVideo {
		*f = hashing.Facts{Kind: f.Kind, Format: f.Format}
		return
	}
	*f = hashing.Facts{
		Kind: f.Kind, Format: "jpeg", Width: f.Width, Height: f.Height, JPEGQuality: 90, Tables: standardTables(90), TablesOf: hashing.TablesLibrary,
		Subsampling: "4:2:0",
	}
}
