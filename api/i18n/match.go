package i18n

import (
	"strings"
	"time"

	"vigie/triage"
)

// Match is what there is to say of a match, in the codes of the domain.
type Match struct {
	Likeness, Method, Transform, View string
	Distance                          int           // bits
	Quality                           int           // of the medium's picture, 0 to 100; 0 where there is none
	Frame                             int           // of the medium, from 0 on
	At                                time.Duration // of a film: where that frame is
	Film                              *FilmShares   // nil: the entry is no film
}

// FilmShares is what there is to say of two films, or of a picture and a film.
type FilmShares struct {
	Still        bool // it is a picture, near a frame of the entry
	Share, Entry int  // of the frames of each that are near, in thousandths
	From, To     time.Duration
}

// MatchOf returns what there is to say of m.
func MatchOf(m triage.Match) Match {
	said := Match{
		Likeness: string(m.Likeness()), Method: string(m.Method), Transform: m.Transform.String(), View: string(m.View),
		Distance: m.Distance, Quality: m.Quality, Frame: m.Frame, At: m.At,
	}
	if s := m.Film; s != nil {
		said.Film = &FilmShares{!s.OfFilm, s.Query, s.Known, s.From, s.To}
	}
	return said
}

// In says how sure the match is, by which hash, how far apart the two are, and what of the medium was looked up. What
// is usual (all of the first picture, upright) is not said.
func (m Match) In(l Lang) string {
	said := []string{matchWords.T(l, m.likeness()) + matchWords.T(l, "colon") + Method(l, triage.Method(m.Method))}
	switch triage.Method(m.Method) {
	case triage.ByPDQ:
		said = append(said, matchWords.T(l, "distance.pdq", Number(l, m.Distance)), matchWords.T(l, "quality", Number(l, m.Quality)))
		if key := "transform." + m.Transform; m.Transform != "" && m.Transform != "original" {
			said = append(said, matchWords.T(l, key))
		}
	case triage.ByPHash:
		said = append(said, matchWords.T(l, "distance.phash", Number(l, m.Distance)))
	}
	if m.View != "" {
		said = append(said, matchWords.T(l, "view."+m.View))
	}
	switch {
	case m.At > 0:
		said = append(said, matchWords.T(l, "film", FilmTime(m.At)))
	case m.Frame > 0:
		said = append(said, matchWords.T(l, "frame", Number(l, m.Frame+1)))
	}
	if f := m.Film; f != nil && f.Still {
		said = append(said, matchWords.T(l, "film.still"))
	} else if f != nil {
		said = append(said, matchWords.T(l, "film.shares", Percent(l, f.Share, 1000), Percent(l, f.Entry, 1000), FilmTime(f.From), FilmTime(f.To)))
	}
	return strings.Join(said, ", ")
}

// likeness returns the key of the words for how sure the match is.
func (m Match) likeness() string {
	if m.Film != nil && !m.Film.Still {
		return "film." + m.Likeness
	}
	return "likeness." + m.Likeness
}

var matchWords = Catalogue{
	"likeness.identical": {"Fichier identique", "Identical file"},
	"likeness.same":      {"Même image", "Same picture"},
	"likeness.edited":    {"Même image, modifiée", "Same picture, edited"},
	"likeness.possible":  {"Possible, sans preuve", "Possible, no proof"},
	"colon":              {" : ", ": "},

	"film.same":     {"Même vidéo", "Same video"},
	"film.edited":   {"Même vidéo, modifiée", "Same video, edited"},
	"film.part":     {"Une vidéo, ou un passage, est dans l’autre", "One video, or a stretch of it, is within the other"},
	"film.possible": {"Quelques images en commun, sans preuve", "Some frames in common, no proof"},
	"film.still":    {"image d’une vidéo connue", "a still of a known video"},
	"film.shares":   {"%s de cette vidéo et %s de l’entrée en commun, surtout de %s à %s", "%s of this video and %s of the entry in common, mostly from %s to %s"},

	"distance.pdq":   {"%s bits d’écart sur 256", "%s of 256 bits apart"},
	"distance.phash": {"%s bits d’écart sur 64", "%s of 64 bits apart"},
	"quality":        {"qualité %s sur 100", "quality %s of 100"},
	"film":           {"à %s de la vidéo", "at %s of the video"},
	"frame":          {"image n° %s du fichier", "picture %s of the file"},

	"transform.rotate90":   {"tournée de 90°", "turned by 90°"},
	"transform.rotate180":  {"tournée de 180°", "turned by 180°"},
	"transform.rotate270":  {"tournée de 270°", "turned by 270°"},
	"transform.flipX":      {"retournée de haut en bas", "flipped top to bottom"},
	"transform.flipY":      {"en miroir", "mirrored"},
	"transform.flipPlus1":  {"en miroir et tournée d’un quart de tour", "mirrored and turned by a quarter"},
	"transform.flipMinus1": {"en miroir et tournée d’un quart de tour", "mirrored and turned by a quarter"},

	"view.trimmed": {"sans la bordure", "without its border"},
	"view.screen":  {"dans une capture d’écran", "within a screenshot"},
	"view.tile":    {"dans un montage", "within a collage"},
}
