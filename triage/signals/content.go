package signals

import (
	"slices"

	"vigie/hashing"
)

func isVideo(m *Member) bool { return m.Facts.Kind == hashing.KindVideo }

// screenRecording: a film that a screen recorder made, by its name and folder (triage's path rules) or its shape.
func screenRecording(m *Member) bool {
	if !isVideo(m) {
		return false
	}
	recorded := func(p Place) bool { return p.Class == placeRecording }
	return slices.ContainsFunc(m.Places, recorded) || screenShape(m.Facts.Width, m.Facts.Height)
}

// longestFilm is the proportion, long side to short, beyond which a film was hardly taken by a camera: cameras of
// telephones film in 16:9, while their screens have been longer since 2017 (18:9 to 22:9). Wide films (2.39:1) lie on
// their side; screens of telephones are recorded upright.
const longestFilm = 1.9

func screenShape(width, height int) bool {
	return width > 0 && float64(height) >= longestFilm*float64(width)
}

func lowQuality(p *Parameters, g *Group) bool {
	return allMembers(func(m *Member) bool { return !isVideo(m) && m.Quality < p.MinQuality })(g)
}

func icon(p *Parameters, g *Group) bool {
	return allMembers(func(m *Member) bool { return m.within(p.IconSide) })(g)
}

// within reports whether both sides are at most so long.
func (m *Member) within(side int) bool {
	return m.Facts.Width > 0 && m.Facts.Height > 0 && max(m.Facts.Width, m.Facts.Height) <= side
}

// graphicFormats are those in which programs and pages keep what they draw.
var graphicFormats = []string{"png", "gif", "bmp", "ico", "webp"}

// graphic is what an icon is not, and is drawn all the same: small, in a format for drawings, and by no camera.
func graphic(p *Parameters, g *Group) bool {
	return !icon(p, g) && allMembers(func(m *Member) bool {
		return !isVideo(m) && !m.byCamera() && m.within(p.GraphicSide) && slices.Contains(graphicFormats, m.Facts.Format)
	})(g)
}
