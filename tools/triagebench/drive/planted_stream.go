package drive

import (
	"path"
	"time"
)

// plantStream are captures of a live stream: a film by a screen recorder, and pictures of the screen.
func (m *maker) plantStream(n int) {
	x := m.computer()
	if m.chance(.4) {
		x = m.telephone()
	}
	start := m.awake(m.when(3 * year))
	into, private := "", m.chance(.3)
	switch {
	case private:
		into = x.privateFolder(m)
	case m.chance(.3):
		into = m.userFolder(x)
	}
	for _, t := range m.during(start, n) {
		facts, place := m.recording(x, t, "stream")
		still := m.chance(.5)
		if still {
			facts, place = m.screenshot(x, t)
		}
		s := m.new(Stream, !still || private)
		if into != "" {
			place = into + path.Base(place)
		}
		m.put(x, place, t.Add(m.span(0, time.Minute)), plain(m.medium(s, facts, 0)))
	}
	if m.known && m.chance(.25) {
		md, _ := m.knownFile(pick(m.dice, m.world.pools.known...))
		m.put(x, into+md.anyName(m), start.Add(m.span(-60*day, 5*day)), md)
	}
}
