package main

import "vigie/api/i18n"

// packMessages are what commands say around bundles.
var packMessages = i18n.Catalogue{
	"usage.pack": {
		`vigie pack --case PROCÉDURE --exhibit SCELLÉ -o PAQUET.vgp [--to age1…|CLÉ] [--sets EXTRAIT] [--json] DOSSIER|FICHIER

Sans réseau : écrit ce que vigie submit enverrait dans un seul fichier, chiffré et signé avec sa propre clé, que
vigie submit PAQUET.vgp enverra d’où il y a un réseau. --to l’ouvre aussi à d’autres (vigie identity show dit leur clé).
Interrompue (Ctrl-C, coupure, câble débranché), la même commande reprend où elle s’est arrêtée. Avec un extrait des bases
(vigie sets pack), elle dit aussi combien de fichiers sont connus : des nombres, rien d’autre.`,
		`vigie pack --case CASE --exhibit SEAL -o BUNDLE.vgp [--to age1…|KEY] [--sets PACK] [--json] DIR|FILE

Without a network: writes what vigie submit would send into one file, encrypted and signed with one's own key, which
vigie submit BUNDLE.vgp sends from where there is a network. --to opens it for others too (vigie identity show prints
their key). Stopped (Ctrl-C, a power cut, a pulled cable), the same command goes on where it stopped. With a set pack
(vigie sets pack) it also says how many files are known: counts, nothing else.`},

	"error.pack-what":  {"quel dossier, ou fichier ? vigie pack --case PROCÉDURE --exhibit SCELLÉ -o PAQUET.vgp DOSSIER", "which folder, or file? vigie pack --case CASE --exhibit SEAL -o BUNDLE.vgp DIR"},
	"error.pack-names": {"donner --case (la procédure), --exhibit (le scellé) et -o (le paquet)", "give --case (the procedure), --exhibit (the seal) and -o (the bundle)"},
	"error.pack-within": {
		"%s serait dans le dossier à lire : donner un emplacement ailleurs",
		"%s would lie in the folder that is to be read: give a place elsewhere"},
	"error.pack-finished": {
		"%s est déjà terminé : l’envoyer avec vigie submit %s, ou donner un autre nom",
		"%s is finished already: send it with vigie submit %s, or give another name"},
	"error.pack-another": {
		"%s est le paquet d’un autre scellé (procédure %s, scellé %s) : donner un autre nom",
		"%s is the bundle of another exhibit (case %s, seal %s): give another name"},
	"error.pack-recipients": {
		"%s a été commencé pour d’autres destinataires : relancer la commande avec les mêmes --to, ou sans, ou donner un autre nom",
		"%s was begun for other recipients: run the command with the same --to, or without, or give another name"},
	"error.submit-bundle": {
		"%s n’est pas ce que dit le paquet (procédure %s, scellé %s) : laisser --case, --exhibit et --seized, qui viennent du paquet",
		"%s is not what the bundle says (case %s, seal %s): leave out --case, --exhibit and --seized, which come from the bundle"},
	"error.sets-key": {
		"--sets-key n’est pas la clé publique d’un service : vigie audit key l’affiche",
		"--sets-key is no public key of a service: vigie audit key prints it"},
	"error.file-read": {"%s ne peut pas être lu : %v", "%s cannot be read: %v"},

	"pack.so-far":   {"%s média écrit (%s)|%s médias écrits (%s)", "%s medium packed (%s)|%s media packed (%s)"},
	"pack.checking": {"le paquet commencé est contrôlé  %s/%s", "checking what was packed before  %s/%s"},
	"pack.resumed": {
		"%s fichier (%s) repris du paquet interrompu, sans le relire|%s fichiers (%s) repris du paquet interrompu, sans les relire",
		"%s file (%s) taken over from the bundle that was cut off, and not read again|%s files (%s) taken over from the bundle that was cut off, and not read again"},
	"pack.packed": {"%s média écrit dans le paquet (%s)|%s médias écrits dans le paquet (%s)", "%s medium packed (%s)|%s media packed (%s)"},
	"pack.signed": {"Signé par %s (clé %s)", "Signed by %s (key %s)"},
	"pack.for":    {"%s clé ouvre ce paquet|%s clés ouvrent ce paquet", "%s key opens this bundle|%s keys open this bundle"},
	"pack.next":   {"À envoyer : vigie submit %s", "To send it: vigie submit %s"},
	"pack.interrupted": {
		"interrompu ; relancer la même commande pour reprendre là où elle s’est arrêtée",
		"stopped; run the same command again to go on where it stopped"},
	"pack.unreadable": {
		"%s fichier n’a pu être lu ; le paquet le dit|%s fichiers n’ont pu être lus ; le paquet le dit",
		"%s file could not be read; the bundle says so|%s files could not be read; the bundle says so"},

	"known.sets": {
		"Extrait des bases : %s fichiers connus, %s inoffensifs, fait le %s, refusé à partir du %s",
		"Set pack: %s known files, %s benign ones, made %s, refused from %s on"},
	"known.unproven": {
		"Rien ne prouve de quel service vient cet extrait : donner --sets-key (vigie audit key l’affiche).",
		"Nothing proves which service made this set pack: give --sets-key (vigie audit key prints it)."},
	"known.files": {"FICHIERS QUE L’EXTRAIT CITE", "FILES THAT THE SET PACK HAS"},
	"known.exact": {
		"Octet pour octet seulement : ce qui est retouché ou nouveau se trouve en envoyant le paquet.",
		"Byte for byte only: what was edited, and what is new, is found by sending the bundle."},
}
