package drive

import (
	"path"
	"strings"
	"time"
)

// plantMessenger is what was sent, or came, by a messenger, written anew by it. Of what was sent the original is on the
// telephone in half of the cases, in the camera roll or thrown away. That something was sent leaves a trace where the program has
// a folder for it, or where the original was thrown away, and a path tells that.
func (m *maker) plantMessenger(n int) {
	x, a := m.telephone(), m.anyApp()
	if m.chance(.5) { // those who trade leave the most common one
		a = &apps[m.between(1, len(apps)-1)]
	}
	sent, android := m.chance(.55), x.device.kind == "android"
	folder, traded := m.chat(x, a, sent), m.known && m.chance(.4)
	told := sent && android && strings.HasSuffix(a.sent, "/Sent/")
	start := m.awake(m.when(18 * 30 * day))
	for _, t := range m.during(start, n) {
		if m.chance(.15) {
			m.put(x, folder+strings.TrimSuffix(a.name(m, t), path.Ext(a.name(m, t)))+".mp4", t, m.medium(m.new(Messenger, told || traded), recorded("mp4"), 0))
			continue
		}
		kept, thrown := sent && m.chance(.5), m.chance(.5)
		s := m.new(Messenger, told || traded || kept && thrown && android)
		m.put(x, folder+a.name(m, t), t, plain(m.medium(s, a.encoder.facts(m.dice), m.rewritten())))
		if !kept {
			continue
		}
		taken := t.Add(-m.span(time.Minute, 3*day))
		name := m.phone.name(taken)
		place := x.rollFolder(m) + name
		if thrown {
			place = x.trashed(m, name, taken)
		}
		m.put(x, place, taken, plain(m.medium(s, m.phone.facts(m.dice, taken), 0)))
	}
	if traded {
		for range m.between(1, 4) {
			md := pick(m.dice, pick(m.dice, m.world.pools.known...)...)
			copied := plain(m.medium(md.Scene, a.encoder.facts(m.dice), m.between(2, 16)))
			t := start.Add(m.span(-20*day, 5*day))
			m.put(x, folder+a.name(m, t), t, copied)
		}
	}
}
