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
}

// MatchOf returns what there is to say of m.
func MatchOf(m triage.Match) Match {
	return Match{
		string(m.Likeness()), string(m.Method), m.Transform.String(), string(m.View), m.Distance, m.Quality, m.Frame, m.At,
	}
}

// In says how sure the match is, by which hash, how far apart the two are, and what of the medium was looked up. What
// is usual (all of the first picture, upright) is not said.
func (m Match) In(l Lang) string {
	said := []string{matchWords.T(l, "likeness."+m.Likeness) + matchWords.T(l, "colon") + Method(l, triage.Method(m.Method))}
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
	return strings.Join(said, ", ")
}

var matchWords = Catalogue{
	"likeness.identical": {"Fichier identique", "Identical file"},
	"likeness.same":      {"Même image", "Same picture"},
	"likeness.edited":    {"Même image, modifiée", "Same picture, edited"},
	"likeness.possible":  {"Possible, sans preuve", "Possible, no proof"},
	"colon":              {" : ", ": "},

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
