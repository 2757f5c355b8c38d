package drive

import "time"

// plantCamera are pictures by a camera that another case knows: by known material that still says which camera it was, or by
// nothing but ordinary pictures.
func (m *maker) plantCamera(n int) {
	c := m.newCamera(dedicated)
	if m.chance(.3) {
		c = m.newCamera(phones)
	}
	x := m.computer()
	folder := m.userFolder(x)
	if m.chance(.3) {
		folder = x.privateFolder(m)
	}
	start := m.awake(m.when(6 * year))
	copied := start.Add(m.span(0, 300*day))
	if copied.After(m.seized) {
		copied = start
	}
	for _, t := range m.during(start, n) {
		m.lay(x, folder, m.new(Camera, c.serial != ""), c, t, copied)
	}
	m.other.elsewhere(c, m.known && m.chance(.5))
}

// elsewhere puts pictures by a camera of another case on this drive: known ones, or ordinary ones.
func (m *maker) elsewhere(c *camera, known bool) {
	x := m.computer()
	taken := m.awake(m.when(6 * year))
	if !known {
		m.occasion(x, m.userFolder(x), c, "by a camera of another case", m.during(taken, m.between(3, 10)), func(t time.Time) time.Time { return t })
		return
	}
	folder := m.userFolder(x)
	for _, t := range m.during(taken, m.between(1, 4)) {
		md := plain(m.medium(m.scene("known, by a camera of another case"), c.facts(m.dice, t), 0))
		md.List = KnownFile
		m.put(x, folder+c.name(t), t, md)
	}
}
