package signals

import "slices"

// Theme is a side from which signals look at a group. Each has a file of its own.
type Theme string

// The themes.
const (
	Ties    Theme = "ties"    // what it has to do with others
	Origin  Theme = "origin"  // where a picture comes from
	Places  Theme = "places"  // where it lay
	Content Theme = "content" // what it is
)

// Themes are all of them, in the order in which people are shown them.
var Themes = []Theme{Ties, Origin, Places, Content}

// Signals returns those of a theme, the heaviest by default first.
func (t Theme) Signals() []Signal {
	return slices.DeleteFunc(Names(), func(s Signal) bool { return !slices.Contains(themes[t], s) })
}

var themes = map[Theme][]Signal{
	Ties: {
		ShootKnown, CameraKnown, NearKnown, AroundKnown, PossibleMatch, OtherCase, OtherExhibit, ShootOtherCase, CameraOtherCase, UnknownEverywhere,
		WidelySeen, Classifier, FoundBeside, FoundThatDay, ClearedBeside, ClearedThatDay,
	},
	Origin: {
		CameraOriginal, CameraTables, OriginalSize, ThumbnailAgrees, ThumbnailDiffers, CameraSerial, PutAside, OutOfPlace, OriginalSent, Position, Recent, RecentFile, Resaved,
		WebCopy, Generated,
	},
	Places: {
		CameraFolder, Sent, Received, PeerToPeer, Deleted, Hidden, Archived, Screenshot, BrowserCache, ProgramFiles, Stock,
	},
	Content: {ScreenRecording, Video, LowQuality, Icon, Graphic},
}
