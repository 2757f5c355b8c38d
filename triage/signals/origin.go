package signals

import (
	"slices"
	"strings"
	"time"

	"vigie/hashing"
)

// editors are parts of the names of programs that save a picture anew. A program that only copies or corrects nothing is
// none: cameras name their own firmware in the same field.
var editors = []string{
	"photoshop", "lightroom", "gimp", "snapseed", "picsart", "paint", "affinity", "imagemagick", "pixelmator", "facetune",
	"canva", "vsco", "instagram", "polarr", "darktable", "rawtherapee", "capture one", "acdsee", "photofiltre",
}

// edited reports whether the metadata name a program that saved the picture anew.
func (m *Member) edited() bool {
	if m.Facts.Saves > 1 {
		return true
	}
	programs := strings.ToLower(m.Facts.Software + ";" + m.Facts.Editors)
	return slices.ContainsFunc(editors, func(e string) bool { return strings.Contains(programs, e) })
}

// byCamera reports whether the metadata are those of a camera.
func (m *Member) byCamera() bool { return m.Facts.Make != "" && m.Facts.Model != "" }

// original reports whether the metadata are those of a camera, and neither they nor the embedded thumbnail tell of a
// change.
func (m *Member) original() bool {
	return m.byCamera() && !m.edited() && m.Facts.Generated == "" && m.Facts.Thumbnail != thumbnailOther
}

func cameraOriginal(_ *Parameters, g *Group) (Reason, bool) {
	for i := range g.Members {
		if m := &g.Members[i]; m.original() {
			return Reason{Detail: m.Facts.Model}, true
		}
	}
	return Reason{}, false
}

// putAside: whoever has the camera's own file has deleted or hidden it.
func putAside(m *Member) bool {
	return m.original() && slices.ContainsFunc(m.Places, func(p Place) bool { return p.Deleted || p.Hidden })
}

// outOfPlace: nothing but a hand, or a program that copies what it sends, puts the camera's own file among a program's files or
// into a cache, and it is nowhere else.
func outOfPlace(g *Group) bool {
	return anyMember((*Member).original)(g) && allPlaces(func(p *Place) bool { return p.Class == placeCache || p.Class == placeProgram })(g)
}

// originalSent: the camera's own file is there, and a copy that was sent.
func originalSent(g *Group) bool {
	return anyMember((*Member).original)(g) && anyPlace(inClass(placeSent))(g)
}

// sent: what was sent came from somewhere, and its original is not there any more, or never was.
func sent(g *Group) bool {
	return !anyMember((*Member).original)(g) && anyPlace(inClass(placeSent))(g)
}

// cameraTables: the quantisation tables are a maker's own. Cameras mostly have such, programs and services mostly those
// of the Independent JPEG Group's library or Adobe's (J. Kornblum, Using JPEG quantization tables to identify imagery
// processed by software, DFRWS 2008).
func cameraTables(m *Member) bool { return m.Facts.TablesOf == hashing.TablesOwn && !m.edited() }

// originalSize: as large as cameras make them, in one of their proportions.
func originalSize(p *Parameters, g *Group) bool {
	return anyMember(func(m *Member) bool {
		return m.Facts.Kind == hashing.KindPicture && m.Facts.Width*m.Facts.Height >= p.OriginalPixels && sensorShape(m.Facts.Width, m.Facts.Height)
	})(g)
}

// sensorShapes are the proportions in which cameras take pictures: sensors of 4:3 and 3:2, and what they crop of them.
var sensorShapes = []float64{4. / 3, 3. / 2, 16. / 9, 1}

// shapeTolerance is how far off a sensor's proportions are: readouts are whole blocks of pixels.
const shapeTolerance = 0.01

func sensorShape(width, height int) bool {
	if width == 0 || height == 0 {
		return false
	}
	shape := float64(max(width, height)) / float64(min(width, height))
	return slices.ContainsFunc(sensorShapes, func(s float64) bool { return shape > s*(1-shapeTolerance) && shape < s*(1+shapeTolerance) })
}

const (
	thumbnailSame  = hashing.ThumbnailSame
	thumbnailOther = hashing.ThumbnailOther
)

func thumbnailIs(v hashing.ThumbnailVerdict) func(*Member) bool {
	return func(m *Member) bool { return m.Facts.Thumbnail == v }
}

func resaved(m *Member) bool { return m.edited() }

// webCopy: made to be sent or shown. Messengers and sites reduce pictures, take the metadata out and save them with the
// library's tables.
func webCopy(p *Parameters, g *Group) bool {
	return allMembers(func(m *Member) bool {
		side := max(m.Facts.Width, m.Facts.Height)
		return m.Facts.Kind == hashing.KindPicture && m.Facts.Make == "" && m.Facts.TablesOf == hashing.TablesLibrary && side > 0 && side <= p.WebSide
	})(g)
}

// recent: the camera's clock says that it was taken shortly before the exhibit was seized.
func recent(p *Parameters, g *Group) bool {
	return anyMember(func(m *Member) bool {
		return slices.ContainsFunc(m.Places, func(at Place) bool { return p.shortlyBefore(m.Facts.Taken, at.reference()) })
	})(g)
}

// recentFile: only the file system's clock does, which copying sets anew.
func recentFile(p *Parameters, g *Group) bool {
	return !recent(p, g) && anyPlace(func(at *Place) bool { return p.shortlyBefore(at.Modified, at.reference()) })(g)
}

func (p *Parameters) shortlyBefore(t, reference time.Time) bool {
	age := reference.Sub(t)
	return !t.IsZero() && age > -p.clockTolerance() && age < p.recentAge()
}
