package drive

// plantAlone lies in the camera roll among everything else, and nothing near tells of it.
func (m *maker) plantAlone(n int) {
	x := m.telephone()
	folder, c := x.ownFolder(m, m.phone, m.seized), m.phone
	for _, t := range m.during(m.awake(m.when(2*year)), n) {
		m.lay(x, folder, m.untraced(Alone), c, t, t)
	}
}
