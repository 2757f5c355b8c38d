package signals

import "time"

// The signals by name.
const (
	CameraOriginal Signal = "camera-original"
	CameraSerial   Signal = "camera-serial"
	NearKnown      Signal = "near-known"
	Recent         Signal = "recent"
	OtherCase      Signal = "other-case"
	PossibleMatch  Signal = "possible-match"
	CameraFolder   Signal = "camera-folder"
	Video          Signal = "video"
	LowQuality     Signal = "low-quality"
	ProgramFiles   Signal = "program-files"
	BrowserCache   Signal = "browser-cache"
	Icon           Signal = "icon"
)

const (
	// Threshold is the score from which a group is probable-new: a camera original reaches it by itself, no
	// other signal does. First values, to be measured against simulated drives.
	Threshold = 40
	// RecentAge is how old a capture may be, at submission, to count as recent.
	RecentAge = 365 * 24 * time.Hour
	// ClockTolerance is how far in the future a camera's clock may be.
	ClockTolerance = 48 * time.Hour
	// IconSide is the longest side of an icon, in pixels.
	IconSide = 128
	// MinQuality is the PDQ quality below which a picture holds little (pdq.MinQuality).
	MinQuality = 50
)

// editors are parts of EXIF Software values that say "re-saved".
var editors = []string{"photoshop", "gimp", "lightroom", "snapseed", "picsart", "paint", "affinity", "imagemagick"}

// weighted holds every signal with its points, the heaviest first. It is the one place to change a weight.
var weighted = []struct {
	name    Signal
	points  int
	applies func(Group) (detail string, applies bool)
}{
	{CameraOriginal, 40, cameraOriginal},
	{Icon, -30, plain(func(g Group) bool { return allMembers(g, icon) })},
	{NearKnown, 25, plain(func(g Group) bool { return anyMember(g, anyPlace(func(p Place) bool { return p.NearKnown })) })},
	{OtherCase, 25, plain(func(g Group) bool { return g.Cases > 1 })},
	{PossibleMatch, 20, plain(func(g Group) bool { return anyMember(g, func(m Member) bool { return m.Possible }) })},
	{BrowserCache, -20, plain(func(g Group) bool { return allMembers(g, allPlaces(inClass("cache"))) })},
	{Recent, 15, plain(func(g Group) bool { return anyMember(g, recent) })},
	{ProgramFiles, -15, plain(func(g Group) bool { return allMembers(g, allPlaces(inClass("program"))) })},
	{CameraSerial, 10, plain(func(g Group) bool { return anyMember(g, func(m Member) bool { return m.Serial != "" }) })},
	{Video, 10, plain(func(g Group) bool { return anyMember(g, func(m Member) bool { return m.Video }) })},
	{LowQuality, -10, plain(func(g Group) bool {
		return allMembers(g, func(m Member) bool { return !m.Video && m.Quality < MinQuality })
	})},
	{CameraFolder, 5, plain(func(g Group) bool { return anyMember(g, anyPlace(inClass("camera"))) })},
}

// plain is a signal whose sentence needs no detail.
func plain(applies func(Group) bool) func(Group) (string, bool) {
	return func(g Group) (string, bool) { return "", applies(g) }
}

// Names returns every signal, the heaviest first.
func Names() []Signal {
	names := make([]Signal, len(weighted))
	for i, w := range weighted {
		names[i] = w.name
	}
	return names
}
