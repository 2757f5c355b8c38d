package drive

// plantTwoCases is material of two cases that is in no set: downloaded, or received, in both.
func (m *maker) plantTwoCases(n int) {
	here, there := m.passed(), m.other.passed()
	for range n {
		s := m.planted(TwoCases)
		facts := m.piece(m.when(3 * year))
		original := plain(m.medium(s, facts, 0))
		here(original)
		if m.chance(.6) { // the same file, or one that was written anew
			original = plain(m.medium(s, m.webPicture(), m.rewritten()))
		}
		there(original)
	}
}

// passed returns what puts a medium where things lie that were passed on.
func (m *maker) passed() func(*Medium) {
	x := m.computer()
	folder := m.userFolder(x)
	switch {
	case m.chance(.35):
		x = m.telephone()
		folder = m.chat(x, m.anyApp(), false)
	case m.chance(.3):
		folder = x.privateFolder(m)
	case m.chance(.3):
		folder = x.downloadFolder(m)
	}
	at := m.when(3 * year)
	return func(md *Medium) { m.put(x, folder+md.anyName(m), at.Add(-m.span(0, 3*day)), md) }
}
