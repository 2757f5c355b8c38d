package drive

import (
	"slices"
	"time"

	"vigie/hashing"
)

// planting is one context: how often it is met, and what makes some groups of it.
type planting struct {
	context Context
	share   float64 // of planted groups
	known   bool    // only on drives with known material
	shared  bool    // only where there is another drive
	plant   func(m *maker, n int)
	least   int // groups at a time
	most    int
}

// plantings are the contexts with their shares, which add up to 1 (docs/ranking.md).
var plantings = []planting{
	{Series, .15, true, false, (*maker).plantSeries, 2, 7},
	{Camera, .08, false, true, (*maker).plantCamera, 2, 5},
	{Hidden, .13, false, false, (*maker).plantHidden, 2, 6},
	{Messenger, .14, false, false, (*maker).plantMessenger, 1, 4},
	{Stream, .08, false, false, (*maker).plantStream, 1, 3},
	{Collection, .17, true, false, (*maker).plantCollection, 3, 8},
	{Deleted, .09, false, false, (*maker).plantDeleted, 1, 4},
	{PeerToPeer, .07, false, false, (*maker).plantPeerToPeer, 2, 5},
	{TwoCases, .05, false, true, (*maker).plantTwoCases, 1, 3},
	{Alone, .04, false, false, (*maker).plantAlone, 1, 2},
}

// plantAll plants the drive's quota. A context comes as often as its share of groups says, whatever comes at a time.
func (m *maker) plantAll() {
	able, total := m.able()
	for len(m.drive.Planted) < m.quota {
		at := m.Float64() * total
		i := slices.IndexFunc(able, func(p planting) bool { at -= p.share; return at < 0 })
		p := able[max(i, 0)]
		n := min(m.between(p.least, p.most), m.quota-len(m.drive.Planted))
		m.disguise(n)
		p.plant(m, n)
	}
	m.disguised = nil
}

// able returns what can be planted on the drive, with how often to choose it: what needs known material comes so much
// more often where there is some that the shares of all drives together are the stated ones.
func (m *maker) able() (able []planting, total float64) {
	needKnown := 0.0
	for _, p := range plantings {
		if p.known {
			needKnown += p.share
		}
	}
	for _, p := range plantings {
		switch {
		case p.known && !m.known, p.shared && m.other == nil:
			continue
		case p.known:
			p.share /= knownDrives
		case m.known:
			p.share *= (1 - needKnown/knownDrives) / (1 - needKnown)
		}
		p.share /= float64(p.least+p.most) / 2
		able, total = append(able, p), total+p.share
	}
	return able, total
}

// untraced is a new scene that nothing tells of.
func (m *maker) untraced(c Context) *Scene {
	s := &Scene{Code: m.code(), Context: c, Untraced: true}
	m.drive.Untraced = append(m.drive.Untraced, s)
	return s
}

// new is a new scene, with a trace or without.
func (m *maker) new(c Context, traced bool) *Scene {
	if traced {
		return m.planted(c)
	}
	return m.untraced(c)
}

// planted is a new scene that leaves a trace, disguised as all that comes with it.
func (m *maker) planted(c Context) *Scene {
	s := &Scene{Code: m.code(), Context: c}
	switch {
	case m.adversarial == 0:
		m.disguised = nil // the tenth is full: the rest lies open
	case m.disguised != nil:
		m.adversarial--
		s.Disguises, s.disguise = m.disguised.kinds, m.disguised
	}
	m.drive.Planted = append(m.drive.Planted, s)
	return s
}

// exhibit returns one of the given kinds, the first that is there, or any.
func (m *maker) exhibit(kinds ...string) *Exhibit {
	for _, k := range kinds {
		for _, x := range m.drive.Exhibits {
			if x.device.kind == k {
				return x
			}
		}
	}
	return pick(m.dice, m.drive.Exhibits...)
}

func (m *maker) telephone() *Exhibit { return m.exhibit("android", "iphone") }

func (m *maker) computer() *Exhibit {
	if m.chance(.35) {
		return m.exhibit("disk", "windows", "mac", "linux")
	}
	return m.exhibit("windows", "mac", "linux", "disk")
}

// plain gives the picture of a planted scene the quality of nearly every photograph: a plain one would found a group for each copy.
func plain(md *Medium) *Medium {
	if fp := md.Examination.Fingerprint; fp != nil {
		fp.Quality = max(fp.Quality, 85)
	}
	return md
}

// lay puts a camera's picture, or now and then a film, into a folder, and returns its file's name.
func (m *maker) lay(x *Exhibit, folder string, s *Scene, c *camera, taken, modified time.Time) string {
	facts, name := c.facts(m.dice, taken), c.name(taken)
	if m.chance(.1) {
		facts, name = c.film(m.dice, taken), filmName(name)
	}
	m.put(x, folder+name, modified, plain(m.medium(s, facts, 0)))
	if m.chance(.25) && facts.Kind == hashing.KindPicture { // another of the same moment
		again := taken.Add(m.span(time.Second, 8*time.Second))
		m.put(x, folder+c.name(again), modified.Add(again.Sub(taken)), plain(m.medium(s, c.facts(m.dice, again), m.alike())))
	}
	if m.chance(.2) && facts.Kind == hashing.KindPicture {
		m.put(x, x.thumbnailFolder()+m.digits(9)+".jpg", modified.Add(m.span(0, day)), plain(m.medium(s, byThumbnail.facts(m.dice), m.rewritten())))
	}
	return name
}

// neutral is a folder whose name tells nothing.
func (m *maker) neutral() string {
	return pick(m.dice, "1/", "a/", "new/", "misc/", "vrac/", m.digits(3)+"/", "tri/", "temp/", "N"+m.digits(2)+"/", m.hex(5)+"/", "old/")
}

// userFolder is one of the user's own, on any device.
func (m *maker) userFolder(x *Exhibit) string {
	switch x.device.kind {
	case "android":
		return x.device.root + pick(m.dice, "Pictures/", "Download/", "Documents/", "DCIM/") + m.neutral()
	case "iphone":
		return x.device.root + "Library/Mobile Documents/com~apple~CloudDocs/" + m.neutral()
	}
	return x.device.home + pick(m.dice, "Documents/", "Pictures/", "Downloads/", "Videos/", "") + m.neutral()
}
