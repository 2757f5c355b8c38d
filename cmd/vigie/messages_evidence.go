package main

import "vigie/api/i18n"

// evidenceMessages are what commands say around the signed manifest.
var evidenceMessages = i18n.Catalogue{
	"usage.identity": {
		"vigie identity new|show   (vigie help identity new pour les options)",
		"vigie identity new|show   (vigie help identity new for its flags)"},
	"usage.identity new": {
		`vigie identity new [--identity FICHIER] [--name NOM]

Crée la clé de la personne qui est à ce poste : elle signe les manifestes et ouvre les paquets chiffrés. vigie submit et
vigie pack en créent une la première fois. Le fichier n’est lisible que par son compte ; en garder une copie en lieu sûr.`,
		`vigie identity new [--identity FILE] [--name NAME]

Makes the key of who sits here: it signs manifests and opens encrypted bundles. vigie submit and vigie pack make one the
first time. Only its account may read the file; keep a copy in a safe place.`},
	"usage.identity show": {
		`vigie identity show [--identity FICHIER]

La part publique de la clé : à donner à qui doit vérifier une signature (vigie verify --key), ou faire un extrait des
bases (vigie sets pack --to).`,
		`vigie identity show [--identity FILE]

The public half of the key: for whoever is to verify a signature (vigie verify --key), or to make a set pack
(vigie sets pack --to).`},
	"usage.manifest": {
		`vigie manifest IDENTIFIANT | --case PROCÉDURE --exhibit SCELLÉ [-o FICHIER]

Ce qui a été signé d’un scellé ; avec -o, tout le manifeste (chaque fichier, ses empreintes, la signature) dans un
fichier .zip, que vigie verify lit sans service.`,
		`vigie manifest EXHIBIT | --case CASE --exhibit SEAL [-o FILE]

What was signed of an exhibit; with -o the whole manifest (every file, its digests, the signature) in a .zip file, which
vigie verify reads without a service.`},
	"usage.verify": {
		`vigie verify IDENTIFIANT|MANIFESTE|PAQUET SOURCE [--key CLÉ] [--json]

Contrôle qu’une source (dossier, archive, image de disque) est celle dont le manifeste a été signé : la signature, puis
chaque octet, relu ici. Le manifeste est celui du service, d’un fichier de vigie manifest ou d’un paquet de
vigie pack. Sortie 6 si quoi que ce soit diffère.`,
		`vigie verify EXHIBIT|MANIFEST|BUNDLE SOURCE [--key KEY] [--json]

Checks that a source (a folder, an archive, a drive image) is the one whose manifest was signed: the signature, then every
byte, read here again. The manifest is the service's, that of a file of vigie manifest, or of a bundle of vigie pack. Exits 6
when anything differs.`},

	"error.identity-what":  {"vigie identity new ou show", "vigie identity new or show"},
	"error.identity-where": {"ce compte n’a pas de dossier de réglages : donner --identity FICHIER", "this account has no settings folder: give --identity FILE"},
	"error.verify-what":    {"vérifier quoi ? Donner un scellé (ou le fichier de son manifeste) et une source", "verify what? Give an exhibit (or the file of its manifest) and a source"},
	"error.file-exists":    {"%s existe déjà et reste tel quel : donner un autre nom", "%s is there already and stays as it is: give another name"},
	"error.file-write":     {"%s ne peut pas être écrit (%v) : donner un autre emplacement", "%s cannot be written (%v): give another place"},

	"identity.made": {
		"Une clé a été créée : %s. Elle signe vos manifestes ; en garder une copie en lieu sûr.",
		"A key was made: %s. It signs your manifests; keep a copy in a safe place."},
	"manifest.of":     {"Manifeste de la procédure %s, scellé %s", "Manifest of case %s, seal %s"},
	"manifest.signed": {"Signé par %s le %s", "Signed by %s on %s"},
	"manifest.key":    {"Clé : %s", "Key: %s"},
	"manifest.unsigned": {
		"ce manifeste n’est pas signé : relancer vigie submit, qui signe sans rien renvoyer",
		"this manifest is not signed: run vigie submit again, which signs and sends nothing twice"},
	"submit.signed": {"Manifeste %d signé par %s (clé %s)", "Manifest %d signed by %s (key %s)"},

	"verify.progress": {"%s/%s fichiers  %s  %s", "%s/%s files  %s  %s"},
	"verify.unknown-key": {
		"Cette clé n’est pas connue de ce poste : comparer la ligne ci-dessus avec vigie identity show de qui a signé, ou donner --key.",
		"This machine does not know the key: compare the line above with vigie identity show of who signed, or give --key."},
	"verify.another-key": {
		"ce manifeste est signé avec une autre clé que celle de --key : %s (%s)",
		"this manifest was signed with another key than that of --key: %s (%s)"},
	"verify.counts-differ": {
		"le manifeste ne compte pas autant de fichiers que la signature le dit : il est endommagé",
		"the manifest does not list as many files as its signature says: it is damaged"},
	"verify.source":      {"LA SOURCE, AUJOURD’HUI", "THE SOURCE, TODAY"},
	"verify.same":        {"Identique, octet pour octet", "The same, byte for byte"},
	"verify.other-times": {"avec d’autres dates", "with other times"},
	"verify.changed":     {"Modifié", "Changed"},
	"verify.missing":     {"Absent", "Missing"},
	"verify.added":       {"Ajouté", "Added"},
	"verify.differs": {
		"la source diffère du manifeste en %s point|la source diffère du manifeste en %s points",
		"the source differs from the manifest in %s item|the source differs from the manifest in %s items"},
}
