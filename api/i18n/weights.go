package i18n

import (
	"fmt"

	"vigie/triage/signals"
)

// Theme names a side from which signals look at a group.
func Theme(l Lang, t signals.Theme) string { return weightWords.T(l, "theme."+string(t)) }

// WeightMeaning says what a number of the weights means: of a signal, when it applies.
func WeightMeaning(l Lang, name string) string {
	if weightWords.Has(name) {
		return weightWords.T(l, name)
	}
	return Signal(l, signals.Reason{Signal: signals.Signal(name)})
}

// WeightProblem says which number of the weights is wrong, and what is wrong with it.
func WeightProblem(l Lang, p signals.Problem) string {
	return weightWords.T(l, "problem", p.Name, WeightFault(l, p))
}

// WeightFault says what is wrong with a number of the weights, beside which it stands.
func WeightFault(l Lang, p signals.Problem) string {
	switch p.Wrong {
	case signals.Missing:
		return weightWords.T(l, "problem.missing")
	case signals.Unknown:
		return weightWords.T(l, "problem.unknown")
	}
	return weightWords.T(l, "problem.bounds", Number(l, p.Value), Number(l, p.Least), Number(l, p.Most))
}

// Points writes a number of points with its sign.
func Points(l Lang, n int) string {
	if n > 0 {
		return "+" + Number(l, n)
	}
	return Number(l, n)
}

// WeightNumber writes a number of the weights: points with their sign, the threshold and parameters without.
func WeightNumber(l Lang, name string, n int) string {
	if weightWords.Has(name) {
		return Number(l, n)
	}
	return Points(l, n)
}

// WeightChange says how a number of the weights changed.
func WeightChange(l Lang, c signals.Change) string {
	return fmt.Sprintf("%s → %s", WeightNumber(l, c.Name, c.From), WeightNumber(l, c.Name, c.To))
}

// weightWords are the words around the weights; what a signal means is in signalWords.
var weightWords = Catalogue{
	"theme.ties":    {"Liens avec d’autres contenus", "Ties to other material"},
	"theme.origin":  {"Origine de l’image", "Where a picture comes from"},
	"theme.places":  {"Emplacement du fichier", "Where the file lay"},
	"theme.content": {"Nature du contenu", "What it is"},

	signals.ThresholdName: {"À partir de ce score, un groupe est « Probablement nouveau ». En dessous, il reste accessible.",
		"From this score on, a group is “Probable new”. Below, it stays within reach."},
	"recent_days": {"Une prise de vue, ou un fichier, est récente si elle précède la saisie de moins de tant de jours.",
		"A capture, or a file, is recent when it is less than so many days older than the seizure."},
	"clock_hours": {"Avance admise de l’horloge d’un appareil sur la saisie, en heures.",
		"How far a camera’s clock may be ahead of the seizure, in hours."},
	"original_pixels": {"Une image d’au moins tant de pixels peut avoir la taille qui sort d’un appareil.",
		"A picture of at least so many pixels may have the size that comes out of a camera."},
	"web_side": {"Plus grand côté, en pixels, d’une copie réduite.",
		"Longest side of a reduced copy, in pixels."},
	"icon_side": {"Plus grand côté d’une icône, en pixels.",
		"Longest side of an icon, in pixels."},
	"graphic_side": {"Plus grand côté d’un élément d’interface, en pixels.",
		"Longest side of interface graphics, in pixels."},
	"min_quality": {"Qualité de l’empreinte PDQ, de 0 à 100, en dessous de laquelle une image porte peu de détails.",
		"PDQ quality, 0 to 100, below which a picture holds little detail."},
	"widely_seen_from": {"Nombre de procédures à partir duquel un contenu circule partout.",
		"Number of cases from which on something goes round everywhere."},

	"problem":         {"%s : %s", "%s: %s"},
	"problem.missing": {"il faut un nombre ; 0 point écarte un signal", "a number is needed; 0 points leave a signal out"},
	"problem.unknown": {"ce n’est ni un signal ni un paramètre", "this is neither a signal nor a parameter"},
	"problem.bounds":  {"%s est hors des bornes : de %s à %s", "%s is out of bounds: %s to %s"},
}
