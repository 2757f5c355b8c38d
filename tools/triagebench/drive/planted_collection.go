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
	var sessions []session // in which things were fetched, each into one folder
	fetch := func() session {
		sessions = append(sessions, session{pick(m.dice, folders...), m.seized.Add(-m.span(day, age))})
		return sessions[len(sessions)-1]
	}
	for range m.between(1, 5) { // some series
		series, s := pick(m.dice, m.world.pools.known...), fetch()
		for range m.between(4, 18) {
			md, _ := m.knownFile(series)
			m.put(x, s.folder+md.anyName(m), s.at(m), md)
		}
	}
	for range m.between(1, 5) { // and nothing known
		fetch()
	}
	for range n {
		s := pick(m.dice, sessions...)
		m.put(x, s.folder+m.webName(), s.at(m), plain(m.medium(m.planted(Collection), m.piece(s.begun), 0)))
	}
	for range m.between(5, 30) {
		md := m.medium(m.scene("in a collection"), m.webPicture(), 0)
		if m.chance(.3) {
			md = m.world.pools.adult[m.popular(adultPieces)]
		}
		s := pick(m.dice, sessions...)
		m.put(x, s.folder+m.webName(), s.at(m), md)
	}
}

// session is some hours in which somebody fetched things.
type session struct {
	folder string
	begun  time.Time
}

func (s session) at(m *maker) time.Time { return s.begun.Add(m.span(0, 3*time.Hour)) }
