package i18n

import (
	"strings"

	"vigie/hashing"
)

var factWords = Catalogue{
	"pictures": {"%s image dans ce fichier|%s images dans ce fichier", "%s picture in this file|%s pictures in this file"},
	"lens":     {"objectif : %s", "lens: %s"},
	"serial":   {"un numéro de série est enregistré", "a serial number is recorded"},
	"clock":    {"date de numérisation, non de prise de vue", "time of digitisation, not of capture"},
	"zone":     {"fuseau horaire : %s", "time zone: %s"},

	"jpeg":        {"compression JPEG : %s", "JPEG compression: %s"},
	"quality":     {"qualité %d", "quality %d"},
	"progressive": {"progressif", "progressive"},
	"tables":      {"tables %s", "tables %s"},
	"profile":     {"profil de couleurs : %s", "colour profile: %s"},

	"thumbnail.same":       {"la vignette incluse montre la même image", "the embedded thumbnail shows the same picture"},
	"thumbnail.other":      {"la vignette incluse montre une AUTRE image : retouche possible", "the embedded thumbnail shows ANOTHER picture: it may have been altered"},
	"thumbnail.unreadable": {"la vignette incluse est illisible", "the embedded thumbnail cannot be read"},

	"software":   {"logiciel : %s", "software: %s"},
	"editors":    {"historique de retouche : %s", "editing history: %s"},
	"saves":      {"enregistré %s fois selon l’historique|enregistré %s fois selon l’historique", "saved %s time, by its history|saved %s times, by its history"},
	"provenance": {"certificat d’origine (C2PA) présent, non vérifié", "a record of origin (C2PA) is present, not verified"},
	"generated":  {"les métadonnées désignent un générateur d’images : %s", "the metadata name an image generator: %s"},
	"duration":   {"durée : %s", "duration: %s"},
	"codec":      {"vidéo : %s", "video: %s"},
	"codec.rate": {"vidéo : %s, %s images par seconde", "video: %s, %s frames a second"},
	"sound":      {"son : %s", "sound: %s"},
	"silent":     {"sans son", "without sound"},
	"looked":     {"examinée sur %s de sa durée", "%s of its duration were looked at"},
	"live":       {"image d’une photo animée Apple (Live Photo)", "the still of an Apple live photo"},
	"live.film":  {"film d’une photo animée Apple (Live Photo)", "the film of an Apple live photo"},
	"film":       {"photo animée : un film de %s est dans le fichier", "motion photo: a film of %s is in the file"},
}

// CameraFacts tells, a line each, what a file says of the camera that took it, beside its make and model: of numbers that
// name a device or a picture, only that they are there.
func CameraFacts(l Lang, f hashing.Facts) (lines []string) {
	tell := func(known bool, key string, args ...any) {
		if known {
			lines = append(lines, factWords.T(l, key, args...))
		}
	}
	tell(f.Lens != "", "lens", f.Lens)
	tell(f.Serial != "", "serial")
	tell(f.TakenFrom == "CreateDate", "clock")
	tell(f.Zone != "", "zone", f.Zone)
	tell(f.LivePhoto != "" && f.Kind != hashing.KindVideo, "live")
	tell(f.LivePhoto != "" && f.Kind == hashing.KindVideo, "live.film")
	tell(f.FilmBytes > 0, "film", Size(l, f.FilmBytes))
	return lines
}

// OriginFacts tells, a line each, what a file says of how it was made and changed: of a film how it is made up, then what needs attention.
func OriginFacts(l Lang, f hashing.Facts) (lines []string) {
	tell := func(known bool, key string, args ...any) {
		if known {
			lines = append(lines, factWords.T(l, key, args...))
		}
	}
	lines = filmFacts(l, f.Film)
	tell(f.Generated != "", "generated", f.Generated)
	tell(f.Thumbnail == hashing.ThumbnailOther, "thumbnail.other")
	tell(f.Provenance, "provenance")
	tell(f.Software != "", "software", f.Software)
	tell(f.Editors != "", "editors", f.Editors)
	if f.Saves > 0 {
		lines = append(lines, factWords.N(l, "saves", f.Saves))
	}
	if f.Pictures > 1 {
		lines = append(lines, factWords.N(l, "pictures", f.Pictures))
	}
	if f.Tables != "" {
		lines = append(lines, compression(l, f))
	}
	tell(f.Profile != "", "profile", f.Profile)
	tell(f.Thumbnail == hashing.ThumbnailSame || f.Thumbnail == hashing.ThumbnailUnreadable, "thumbnail."+string(f.Thumbnail))
	return lines
}

// filmFacts tells, a line each, what a film says of itself, and how much of it was looked at.
func filmFacts(l Lang, f hashing.Film) (lines []string) {
	if f == (hashing.Film{}) {
		return nil
	}
	if f.Duration > 0 {
		lines = append(lines, factWords.T(l, "duration", Duration(l, f.Duration)))
	}
	switch {
	case f.Codec != "" && f.MilliRate > 0:
		lines = append(lines, factWords.T(l, "codec.rate", f.Codec, Decimal(l, float64(f.MilliRate)/1000, 2)))
	case f.Codec != "":
		lines = append(lines, factWords.T(l, "codec", f.Codec))
	}
	if f.Sound != "" {
		lines = append(lines, factWords.T(l, "sound", f.Sound))
	} else if f.Codec != "" {
		lines = append(lines, factWords.T(l, "silent"))
	}
	if f.Looked > 0 {
		lines = append(lines, factWords.T(l, "looked", Percent(l, f.Looked, 1000)))
	}
	return lines
}

// compression tells how a JPEG was compressed, on one line.
func compression(l Lang, f hashing.Facts) string {
	parts := []string{factWords.T(l, "quality", f.JPEGQuality)}
	if f.Subsampling != "" {
		parts = append(parts, f.Subsampling)
	}
	if f.Progressive {
		parts = append(parts, factWords.T(l, "progressive"))
	}
	parts = append(parts, factWords.T(l, "tables", f.Tables))
	return factWords.T(l, "jpeg", strings.Join(parts, ", "))
}
