package signals

import "strconv"

// The classes of place, as triage.PlaceClass has them.
const (
	placeCamera     = "camera"
	placeSent       = "sent"
	placeMessenger  = "messenger"
	placePeer       = "peer-to-peer"
	placeCache      = "cache"
	placeProgram    = "program"
	placeScreenshot = "screenshot"
	placeRecording  = "recording"
	placeStock      = "stock"
)

func inClass(class string) func(*Place) bool { return func(p *Place) bool { return p.Class == class } }

// densities are the shares of known files, in thousandths of all, from which a neighbourhood is denser than the one before.
var densities = [...]int{20, 100, 250}

// MaxDensity is that of a neighbourhood in which a quarter of all files, or more, is known.
const MaxDensity = len(densities) + 1

// Densities returns the shares, in thousandths, at which DensityOf rises above 1.
func Densities() []int { return densities[:] }

// DensityOf tells how dense known files lie among all of a neighbourhood: 0 where none does, else 1 to MaxDensity.
func DensityOf(known, all int) int {
	density := 0
	if known > 0 {
		density = 1
	}
	for _, least := range densities {
		if known*thousand >= max(least*all, 1) {
			density++
		}
	}
	return density
}

// nearKnown is worth the more, the denser known material lies in the folder: a single file in a messenger's folder of thousands
// says little.
func nearKnown(g *Group) (Reason, bool) { return densest(g, NearSame) }

// aroundKnown leaves what lies in the same folder as known material to nearKnown.
func aroundKnown(g *Group) (Reason, bool) {
	if _, same := densest(g, NearSame); same {
		return Reason{}, false
	}
	return densest(g, NearAround)
}

// densest is the reason for the densest neighbourhood of a group that has known files there.
func densest(g *Group, where Where) (Reason, bool) {
	density := 0
	for i := range g.Members {
		for _, p := range g.Members[i].Places {
			if p.Near.Where == where {
				density = max(density, p.Near.Density)
			}
		}
	}
	if density == 0 {
		return Reason{}, false
	}
	return Reason{Share: density * thousand / MaxDensity, Detail: densityText(density)}, true
}

// densityText is the share of known files in per cent, as the sentence names it.
func densityText(density int) string {
	const tenth = 10 // per cent in thousandths
	switch density {
	case 1:
		return "< " + strconv.Itoa(densities[0]/tenth)
	case MaxDensity:
		return "≥ " + strconv.Itoa(densities[MaxDensity-2]/tenth)
	}
	return strconv.Itoa(densities[density-2]/tenth) + "–" + strconv.Itoa(densities[density-1]/tenth)
}
