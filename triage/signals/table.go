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
	OutOfPlace       Signal = "out-of-place"
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
	{WidelySeen, -65, widelySeen},
	{Classifier, 60, classifier},
	{NearKnown, 58, told(nearKnown)},
	{Sent, 58, plain(sent)},
	{LowQuality, -50, sized(lowQuality)},
	{FoundThatDay, 48, told(found(ofDay))},
	{PeerToPeer, 41, plain(anyPlace(inClass(placePeer)))},
	{Hidden, 39, plain(anyPlace(func(p *Place) bool { return p.Hidden }))},
	{CameraOtherCase, 38, plain(cameraOtherCase)},
	{OtherCase, 28, otherCase},
	{ShootKnown, 27, plain(shootKnown)},
	{OutOfPlace, 27, plain(outOfPlace)},
	{ClearedBeside, -26, told(cleared(ofFolder))},
	{ScreenRecording, 26, plain(anyMember(screenRecording))},
	{ProgramFiles, -25, plain(allPlaces(inClass(placeProgram)))},
	{FoundBeside, 24, told(found(ofFolder))},
	{ClearedThatDay, -24, told(cleared(ofDay))},
	{Graphic, -23, sized(graphic)},
	{PossibleMatch, 20, plain(anyMember(func(m *Member) bool { return m.Possible }))},
	{AroundKnown, 19, told(aroundKnown)},
	{Resaved, -17, plain(allMembers(resaved))},
	{Deleted, 16, plain(anyPlace(func(p *Place) bool { return p.Deleted }))},
	{CameraFolder, -15, plain(anyPlace(inClass(placeCamera)))},
	{BrowserCache, -13, plain(allPlaces(inClass(placeCache)))},
	{OtherExhibit, -10, plain(func(g *Group) bool { return g.Exhibits > g.Cases })},
	{Icon, -10, sized(icon)},
	{Stock, -10, plain(allPlaces(inClass(placeStock)))},
	{Generated, -10, plain(allMembers(func(m *Member) bool { return m.Facts.Generated != "" }))},
	{UnknownEverywhere, 9, unknownEverywhere},
	{PutAside, 9, plain(anyMember(putAside))},
	{Video, 8, plain(anyMember(isVideo))},
	{OriginalSize, 5, sized(originalSize)},
	{ShootOtherCase, 5, plain(shootOtherCase)},
	{Recent, 4, sized(recent)},
	{Screenshot, -4, plain(allPlaces(inClass(placeScreenshot)))},
	{OriginalSent, 3, plain(originalSent)},
	{Archived, 3, plain(anyPlace(func(p *Place) bool { return p.Archived }))},
	{Position, 3, plain(anyMember(func(m *Member) bool { return m.Facts.GPS }))},
	{Received, 2, plain(anyPlace(inClass(placeMessenger)))},
	{RecentFile, 2, sized(recentFile)},
	{CameraOriginal, 2, cameraOriginal},
	{CameraKnown, 2, plain(cameraKnown)},
	{ThumbnailDiffers, 2, plain(anyMember(thumbnailIs(thumbnailOther)))},
	{ThumbnailAgrees, 1, plain(anyMember(thumbnailIs(thumbnailSame)))},
	{CameraSerial, 1, plain(anyMember(func(m *Member) bool { return m.Facts.Serial != "" }))},
	{WebCopy, -1, sized(webCopy)},
	{CameraTables, 1, plain(anyMember(cameraTables))},
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
