package web

import "vigie/api/i18n"

// overviewTexts are the sentences of the overview and its plots.
var overviewTexts = i18n.Catalogue{
	"nav.overview":       {"Vue d’ensemble", "Overview"},
	"overview.title":     {"Vue d’ensemble", "Overview"},
	"overview.lede":      {"Où en est le travail : ce qui est déposé, ce qui attend dans la file, ce qui est décidé. Des nombres seulement.", "How the work stands: what is submitted, what waits in the queue, what is decided. Numbers only."},
	"overview.lede.own":  {"Où en sont vos scellés : des nombres seulement.", "How your exhibits stand: numbers only."},
	"overview.at":        {"Relevé le", "Read on"},
	"overview.reload":    {"Actualiser", "Reload"},
	"overview.exhibits":  {"Scellés ouverts", "Open exhibits"},
	"overview.busy":      {"Scellés en cours", "Exhibits being worked on"},
	"overview.groups":    {"Groupes dans la file", "Groups in the queue"},
	"overview.likely":    {"dont probablement nouveaux", "of which probably new"},
	"overview.held":      {"Groupes pris en ce moment", "Groups held at the moment"},
	"overview.awaiting":  {"Décisions qui attendent un autre avis", "Decisions that await another opinion"},
	"overview.entering":  {"Décisions à porter dans la base du service", "Decisions to enter the office’s set"},
	"overview.working":   {"Scellés en cours", "Exhibits being worked on"},
	"overview.idle":      {"Aucun : tout ce qui est déposé a son résultat.", "None: all that was submitted has its finding."},
	"plot.numbers":       {"Les mêmes nombres en tableau", "The same numbers as a table"},
	"plot.numbers.of":    {"Tableau : %s", "Table: %s"},
	"plot.findings":      {"Médias des scellés ouverts, par résultat", "Media of open exhibits, by finding"},
	"plot.findings.told": {"%s média au total ; un média compte dans chaque scellé qui l’a|%s médias au total ; un média compte dans chaque scellé qui l’a", "%s medium in all; a medium counts in each exhibit that has it|%s media in all; a medium counts in each exhibit that has it"},
	"plot.finding":       {"Résultat", "Finding"},
	"plot.media":         {"Médias", "Media"},
	"plot.scores":        {"Groupes de la file, par points", "Groups of the queue, by score"},
	"plot.scores.told":   {"%s groupe a %s points ou plus : probablement nouveau|%s groupes ont %s points ou plus : probablement nouveaux", "%s group has %s points or more: probably new|%s groups have %s points or more: probably new"},
	"plot.score":         {"Points, à partir de", "Score, from"},
	"plot.likely":        {"Au seuil et au-dessus", "At the threshold and above"},
	"plot.unlikely":      {"Au-dessous", "Below"},
	"plot.days":          {"Avis rendus, par jour", "Opinions given, by day"},
	"plot.days.told":     {"%s avis en 14 jours, repris compris|%s avis en 14 jours, repris compris", "%s opinion in 14 days, those taken back included|%s opinions in 14 days, those taken back included"},
	"plot.day":           {"Jour", "Day"},
}
