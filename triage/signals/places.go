package signals

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

// aroundKnown leaves what lies in the same folder as known material to NearKnown.
func aroundKnown(_ *Parameters, g *Group) (Reason, bool) {
	same := anyPlace(func(p *Place) bool { return p.Near == NearSame })(g)
	return Reason{}, !same && anyPlace(func(p *Place) bool { return p.Near == NearAround })(g)
}
