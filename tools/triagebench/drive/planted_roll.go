package drive

// plantDeleted is of the owner's camera roll: thrown away, or moved to an album that galleries leave out. An iPhone keeps
// both where they were, and no path tells.
func (m *maker) plantDeleted(n int) {
	x := m.telephone()
	if m.chance(.15) {
		x = m.computer()
	}
	away := m.chance(.5)
	album := x.device.root + "DCIM/." + m.hex(4) + "/"
	if m.chance(.4) {
		album = x.device.root + "Pictures/." + pick(m.dice, "a", "new", "x", "tmp") + "/"
	}
	for _, t := range m.during(m.awake(m.when(180*day)), n) {
		s, c := m.new(Deleted, x.device.kind != "iphone"), m.phone
		switch {
		case x.device.kind == "iphone":
			m.lay(x, x.rollFolder(m), s, c, t, t)
		case away || x.device.kind != "android":
			m.put(x, x.trashed(m, c.name(t), t), t, plain(m.medium(s, c.facts(m.dice, t), 0)))
		default:
			m.lay(x, album, s, c, t, t)
		}
	}
}
