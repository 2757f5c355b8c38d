package drive

import (
	"slices"
	"time"
)

// plantSeries is a shoot by the owner's camera of which a few pictures are in a set by now: published as they were, or
// written anew. The rest of the shoot lies beside them, or in another folder of the same device.
func (m *maker) plantSeries(n int) {
	x, c := m.telephone(), m.phone
	if m.chance(.5) {
		x, c = m.computer(), pick(m.dice, m.cameras[:len(m.cameras)-1]...)
	}
	folder := m.userFolder(x)
	switch {
	case m.chance(.3) && c == m.phone:
		folder = x.rollFolder(m)
	case m.chance(.3):
		folder = x.privateFolder(m)
	}
	start := m.awake(m.seized.Add(-m.span(60*day, 4*year)))
	shots := m.during(start, n+m.between(1, 3))
	listed := m.Perm(len(shots))[:len(shots)-n]
	for i, t := range shots {
		if !slices.Contains(listed, i) {
			m.lay(x, folder, m.planted(Series), c, t, t)
			continue
		}
		s := m.scene("known, of the series")
		md := plain(m.medium(s, c.facts(m.dice, t), 0))
		if m.chance(.3) {
			md.List = KnownFile
		} else {
			m.world.Known = append(m.world.Known, m.near(s.Code, m.between(0, 12)))
		}
		m.put(x, folder+c.name(t), t, md)
	}
	if m.chance(.2) { // the same day, something ordinary by the same camera
		m.occasion(x, x.ownFolder(m, c, start), c, "same day", m.during(start.Add(m.span(time.Hour, 4*time.Hour)), m.between(2, 6)), func(t time.Time) time.Time { return t })
	}
}

// ownFolder is where a camera's pictures lie that nobody hides.
func (x *Exhibit) ownFolder(m *maker, c *camera, t time.Time) string {
	if c == m.phone && (x.device.kind == "android" || x.device.kind == "iphone") {
		return x.rollFolder(m)
	}
	return x.device.home + t.Format("Pictures/2006-01-02/")
}
