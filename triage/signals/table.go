package signals

// The signals by name.
const (
	ShootKnown        Signal = "shoot-known"
	CameraKnown       Signal = "camera-known"
	NearKnown         Signal = "near-known"
	AroundKnown       Signal = "around-known"
	PossibleMatch     Signal = "possible-match"
	OtherCase         Signal = "other-case"
	OtherExhibit      Signal = "other-exhibit"
	ShootOtherCase    Signal = "shoot-other-case"
	CameraOtherCase   Signal = "camera-other-case"
	UnknownEverywhere Signal = "unknown-everywhere"
	Classifier        Signal = "classifier"
	FoundBeside       Signal = "found-beside"
	FoundThatDay      Signal = "found-that-day"
	ClearedBeside     Signal = "cleared-beside"
	ClearedThatDay    Signal = "cleared-that-day"

	CameraOriginal   Signal = "camera-original"
	CameraTables     Signal = "camera-tables"
	OriginalSize     Signal = "original-size"
	ThumbnailAgrees  Signal = "thumbnail-agrees"
	ThumbnailDiffers Signal = "thumbnail-differs"
	CameraSerial     Signal = "camera-serial"
	PutAside         Signal = "put-aside"
	OriginalSent     Signal = "original-sent"
	Position         Signal = "position"
	Recent           Signal = "recent"
	RecentFile       Signal = "recent-file"
	Resaved          Signal = "resaved"
	WebCopy          Signal = "web-copy"
	Generated        Signal = "generated"

	CameraFolder    Signal = "camera-folder"
	Sent            Signal = "sent"
	Received        Signal = "received"
	PeerToPeer      Signal = "peer-to-peer"
	Deleted         Signal = "deleted"
	Hidden          Signal = "hidden"
	Archived        Signal = "archived"
	ScreenRecording Signal = "screen-recording"
	Screenshot      Signal = "screenshot"
	BrowserCache    Signal = "browser-cache"
	ProgramFiles    Signal = "program-files"
	Stock           Signal = "stock"

	Video      Signal = "video"
	LowQuality Signal = "low-quality"
	Icon       Signal = "icon"
	Graphic    Signal = "graphic"
	WidelySeen Signal = "widely-seen"
)

// signal is one row of the table. applies tells whether it applies to a group, and what its reason names.
type signal struct {
	name    Signal
	points  int // by default
	applies func(*Parameters, *Group) (Reason, bool)
}

// all holds every signal with the points that it has by default, the heaviest first.
var all = []signal{
	{ShootKnown, 45, plain(shootKnown)},
	{CameraOriginal, 40, cameraOriginal},
	{CameraKnown, 30, plain(cameraKnown)},
	{Classifier, 30, classifier},
	{FoundBeside, 30, told(found(ofFolder))},
	{FoundThatDay, 30, told(found(ofDay))},
	{Icon, -30, sized(icon)},
	{NearKnown, 25, told(nearKnown)},
	{OtherCase, 25, otherCase},
	{ScreenRecording, 25, plain(anyMember(screenRecording))},
	{WidelySeen, -25, widelySeen},
	{PossibleMatch, 20, plain(anyMember(func(m *Member) bool { return m.Possible }))},
	{ShootOtherCase, 20, plain(shootOtherCase)},
	{CameraOtherCase, 20, plain(cameraOtherCase)},
	{ClearedBeside, -25, told(cleared(ofFolder))},
	{ClearedThatDay, -25, told(cleared(ofDay))},
	{BrowserCache, -20, plain(allPlaces(inClass(placeCache)))},
	{Stock, -20, plain(allPlaces(inClass(placeStock)))},
	{PutAside, 20, plain(anyMember(putAside))},
	{OriginalSent, 20, plain(originalSent)},
	{Recent, 15, sized(recent)},
	{Hidden, 15, plain(anyPlace(func(p *Place) bool { return p.Hidden }))},
	{Sent, 15, plain(sent)},
	{ProgramFiles, -15, plain(allPlaces(inClass(placeProgram)))},
	{Graphic, -15, sized(graphic)},
	{CameraSerial, 10, plain(anyMember(func(m *Member) bool { return m.Facts.Serial != "" }))},
	{AroundKnown, 10, told(aroundKnown)},
	{PeerToPeer, 10, plain(anyPlace(inClass(placePeer)))},
	{Deleted, 10, plain(anyPlace(func(p *Place) bool { return p.Deleted }))},
	{Video, 10, plain(anyMember(isVideo))},
	{WebCopy, -10, sized(webCopy)},
	{LowQuality, -10, sized(lowQuality)},
	{Resaved, -10, plain(allMembers(resaved))},
	{Generated, -10, plain(allMembers(func(m *Member) bool { return m.Facts.Generated != "" }))},
	{Screenshot, -10, plain(allPlaces(inClass(placeScreenshot)))},
	{OtherExhibit, 5, plain(func(g *Group) bool { return g.Exhibits > g.Cases })},
	{CameraTables, 5, plain(anyMember(cameraTables))},
	{OriginalSize, 5, sized(originalSize)},
	{ThumbnailAgrees, 5, plain(anyMember(thumbnailIs(thumbnailSame)))},
	{ThumbnailDiffers, 5, plain(anyMember(thumbnailIs(thumbnailOther)))},
	{Position, 5, plain(anyMember(func(m *Member) bool { return m.Facts.GPS }))},
	{RecentFile, 5, sized(recentFile)},
	{CameraFolder, 5, plain(anyPlace(inClass(placeCamera)))},
	{Received, 5, plain(anyPlace(inClass(placeMessenger)))},
	{Archived, 5, plain(anyPlace(func(p *Place) bool { return p.Archived }))},
	{UnknownEverywhere, 5, unknownEverywhere},
}

// test says whether something holds of a group.
type test func(*Group) bool

// plain is a signal whose sentence names nothing, and that no parameter changes.
func plain(holds test) func(*Parameters, *Group) (Reason, bool) {
	return func(_ *Parameters, g *Group) (Reason, bool) { return Reason{}, holds(g) }
}

// told is one whose reason names something, and that no parameter changes.
func told(reason func(*Group) (Reason, bool)) func(*Parameters, *Group) (Reason, bool) {
	return func(_ *Parameters, g *Group) (Reason, bool) { return reason(g) }
}

// sized is one that a parameter changes.
func sized(holds func(*Parameters, *Group) bool) func(*Parameters, *Group) (Reason, bool) {
	return func(p *Parameters, g *Group) (Reason, bool) { return Reason{}, holds(p, g) }
}

// anyMember: what raises a rank need hold of one member only, as its copies are no reason to look later …
func anyMember(holds func(*Member) bool) test {
	return func(g *Group) bool {
		for i := range g.Members {
			if holds(&g.Members[i]) {
				return true
			}
		}
		return false
	}
}

// allMembers: … and what lowers it, of all.
func allMembers(holds func(*Member) bool) test {
	return func(g *Group) bool {
		for i := range g.Members {
			if !holds(&g.Members[i]) {
				return false
			}
		}
		return len(g.Members) > 0
	}
}

func anyPlace(holds func(*Place) bool) test {
	return anyMember(func(m *Member) bool {
		for i := range m.Places {
			if holds(&m.Places[i]) {
				return true
			}
		}
		return false
	})
}

func allPlaces(holds func(*Place) bool) test {
	return allMembers(func(m *Member) bool {
		for i := range m.Places {
			if !holds(&m.Places[i]) {
				return false
			}
		}
		return len(m.Places) > 0
	})
}
