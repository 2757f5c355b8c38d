package weightsfile

import "vigie/api/i18n"

func say(l i18n.Lang, key string, args ...any) string { return texts.T(l, key, args...) }

var texts = i18n.Catalogue{
	"head": {
		`Ce qui compte dans le classement des groupes absents de toute base. Le score d’un groupe est la somme des points
des signaux qui s’y appliquent ; le classement ordonne, il ne cache rien.
vigie weights check FICHIER vérifie ce fichier, vigie weights set FICHIER --reason MOTIF le met en vigueur.`,
		`What counts in the ranking of groups that are in no set. A group's score is the sum of the points of the signals
that apply to it; ranking orders, it hides nothing.
vigie weights check FILE checks this file, vigie weights set FILE --reason WHY puts it in force.`},
	"version": {
		"Version dont ce fichier est issu : il est refusé si une autre est en vigueur. Sans cette ligne, il remplace n’importe laquelle.",
		"The version that this file was made of: it is refused once another is in force. Without this line it replaces any."},
	"points": {
		"Points de chaque signal, de -%[1]d à %[1]d. Avec 0, il est noté sans compter ; chacun doit figurer ici.",
		"Points of each signal, -%[1]d to %[1]d. With 0 it is noted and does not count; each must stand here."},
	"parameters": {"À partir d’où des signaux s’appliquent.", "From where on signals apply."},
	"default":    {"par défaut : %d", "by default: %d"},
	"bounds":     {"par défaut : %d ; de %d à %d", "by default: %d; %d to %d"},

	"too-large": {"le fichier dépasse %s", "the file is larger than %s"},
	"syntax":    {"ce n’est pas du TOML (%s)", "this is no TOML (%s)"},
	"table":     {"%s : il faut une table, [%[1]s], d’une ligne par nombre", "%s is a table, [%[1]s], with a line for each number"},
	"whole":     {"%s : il faut un nombre entier", "%s is a whole number"},
	"version-0": {"%s : il faut un nombre entier à partir de 0", "%s is a whole number from 0"},
	"unknown":   {"%s : cette clé n’existe pas ici", "there is no key %s here"},
	"line":      {"ligne %d : %s", "line %d: %s"},
}
