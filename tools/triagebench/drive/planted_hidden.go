package drive

// plantHidden is a hidden folder or a vault: the owner's own pictures, or some that came without a trace of where from;
// known ones among them on some drives.
func (m *maker) plantHidden(n int) {
	x := m.telephone()
	if m.chance(.45) {
		x = m.computer()
	}
	folder := x.privateFolder(m)
	own := m.chance(.5)
	start := m.awake(m.when(3 * year))
	for _, t := range m.during(start, n) {
		s := m.planted(Hidden)
		if own {
			m.lay(x, folder, s, m.phone, t, t)
			continue
		}
		m.put(x, folder+m.webName(), t, plain(m.medium(s, m.webPicture(), 0)))
	}
	if m.known && m.chance(.4) {
		for range m.between(1, 6) {
			md, _ := m.knownFile(pick(m.dice, m.world.pools.known...))
			m.put(x, folder+md.anyName(m), m.when(3*year), md)
		}
	}
	if m.chance(.4) { // and what anybody hides
		m.privateIn(x, folder, m.between(3, 20))
	}
}
