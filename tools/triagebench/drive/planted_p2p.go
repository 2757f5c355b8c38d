package drive

import (
	"time"

	"vigie/hashing"
)

// plantPeerToPeer is what a file-sharing program got, and offers: known material among it mostly.
func (m *maker) plantPeerToPeer(n int) {
	x := m.computer()
	folder := m.sharing(x)
	if m.chance(.5) {
		folder += m.neutral()
	}
	start := m.when(3 * year).Add(-20 * day)
	for range n {
		t := start.Add(m.span(0, 10*day))
		s := m.planted(PeerToPeer)
		if m.chance(.35) {
			m.put(x, folder+m.hex(10)+".mp4", t, m.medium(s, recorded("mp4"), 0))
			continue
		}
		m.put(x, folder+m.webName(), t, plain(m.medium(s, m.piece(t), 0)))
	}
	if m.known && m.chance(.6) {
		for range m.between(2, 12) {
			md, _ := m.knownFile(pick(m.dice, m.world.pools.known...))
			m.put(x, folder+md.anyName(m), start.Add(m.span(-20*day, 20*day)), md)
		}
	}
	for range m.between(3, 15) {
		m.put(x, folder+m.webName(), start.Add(m.span(-20*day, 20*day)), m.medium(m.scene("shared picture"), m.webPicture(), 0))
	}
}

// piece are the facts of a picture that was passed on: few still say which camera it was.
func (m *maker) piece(t time.Time) hashing.Facts {
	if m.chance(.15) {
		return m.newCamera(pick(m.dice, phones, dedicated)).facts(m.dice, t.Add(-m.span(day, 2*year)))
	}
	return m.webPicture()
}
