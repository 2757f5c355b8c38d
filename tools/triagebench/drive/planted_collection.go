package drive

import "time"

// plantCollection is a collection of known material with new pieces in it, and with others that nobody looks for.
func (m *maker) plantCollection(n int) {
	x := m.computer()
	if m.chance(.2) {
		x = m.telephone()
	}
	root := m.userFolder(x)
	if m.chance(.4) {
		root = x.privateFolder(m)
	}
	folders := []string{root}
	for range m.between(0, 4) {
		folders = append(folders, root+m.neutral())
	}
	age := m.span(30*day, 5*year)
	moment := func() time.Time { return m.seized.Add(-m.span(day, age)) }
	for range m.between(1, 5) { // some series, each in one folder
		series, folder, t := pick(m.dice, m.world.pools.known...), pick(m.dice, folders...), moment()
		for range m.between(4, 18) {
			md, _ := m.knownFile(series)
			m.put(x, folder+md.anyName(m), t, md)
		}
	}
	for range n {
		m.put(x, pick(m.dice, folders...)+m.webName(), moment(), plain(m.medium(m.planted(Collection), m.piece(moment()), 0)))
	}
	for range m.between(5, 30) {
		md := m.medium(m.scene("in a collection"), m.webPicture(), 0)
		if m.chance(.3) {
			md = m.world.pools.adult[m.popular(adultPieces)]
		}
		m.put(x, pick(m.dice, folders...)+m.webName(), moment(), md)
	}
}
