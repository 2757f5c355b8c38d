package signals

import "strconv"

// neutralScore is a classifier's score, in thousandths, that says neither yes nor no.
const neutralScore = thousand / 2

func shootKnown(g *Group) bool { return anyMember(func(m *Member) bool { return m.ShootKnown })(g) }
func shootOtherCase(g *Group) bool {
	return anyMember(func(m *Member) bool { return m.ShootCases > 1 })(g)
}

// cameraKnown and cameraOtherCase leave what is of the same shoot, too, to the signals of that.
func cameraKnown(g *Group) bool {
	return !shootKnown(g) && anyMember(func(m *Member) bool { return m.CameraKnown })(g)
}
func cameraOtherCase(g *Group) bool {
	return !shootOtherCase(g) && anyMember(func(m *Member) bool { return m.CameraCases > 1 })(g)
}

// otherCase leaves what many people have to WidelySeen.
func otherCase(p *Parameters, g *Group) (Reason, bool) {
	return Reason{}, g.Cases > 1 && g.Cases < p.WidelySeenFrom
}

func widelySeen(p *Parameters, g *Group) (Reason, bool) {
	return Reason{Detail: strconv.Itoa(g.Cases)}, g.Cases >= p.WidelySeenFrom
}

// unknownEverywhere: no entry of any set is near it by any hash, and no other case has it.
func unknownEverywhere(_ *Parameters, g *Group) (Reason, bool) {
	return Reason{}, g.Cases <= 1 && allMembers(func(m *Member) bool { return !m.Matched })(g)
}

// classifier is worth as much as the highest score lies above the neutral one, and nothing below it: what a model does
// not recognise is no reason to look later.
func classifier(_ *Parameters, g *Group) (Reason, bool) {
	highest := neutralScore
	for i := range g.Members {
		if m := &g.Members[i]; m.Scored {
			highest = max(highest, min(m.Score, thousand))
		}
	}
	share := (highest - neutralScore) * thousand / (thousand - neutralScore)
	return Reason{Share: share, Detail: strconv.Itoa(highest / (thousand / 100))}, share > 0
}
