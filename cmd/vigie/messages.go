package main

import "vigie/api/i18n"

// messages are what the client commands say to people. What programs read is English and does not come from here.
var messages = i18n.Join(clientMessages, evidenceMessages, packMessages)

var clientMessages = i18n.Catalogue{
	"usage.submit": {
		`vigie submit --case PROCÉDURE --exhibit SCELLÉ [--wait] [--json] DOSSIER|FICHIER
vigie submit PAQUET.vgp [--wait] [--json]

Soumet un dossier ou un fichier comme scellé : lecture seule, empreintes calculées ici, seuls les médias demandés sont
envoyés. Les archives, les courriels, les documents et leurs pièces jointes sont ouverts, aussi les uns dans les autres ;
d’une image de disque (brute, E01, VMDK, QCOW2, VDI, VHD, VHDX ; en plusieurs fichiers, donner le premier), les fichiers
effacés aussi sont lus (paquet sleuthkit). Chaque fichier est compté une fois. Interrompue (Ctrl-C, coupure), la même
commande reprend où elle s’est arrêtée ; relancée ensuite, elle relit tout et n’envoie rien deux fois. Un paquet de
vigie pack dit lui-même de quel scellé il est.`,
		`vigie submit --case CASE --exhibit SEAL [--wait] [--json] DIR|FILE
vigie submit BUNDLE.vgp [--wait] [--json]

Submits a folder or a file as an exhibit: read-only, digested here, only the media that the service wants are sent.
Archives, mail, documents and what is attached to them are opened, also within each other; of a drive image (raw,
E01, VMDK, QCOW2, VDI, VHD, VHDX; of several files give the first) deleted files are read too (package sleuthkit).
Every file is counted once. Stopped (Ctrl-C, a cut line), the same command goes on where it stopped; run again after its
end, it reads everything again and sends nothing twice. A bundle of vigie pack says itself which exhibit it is.`},
	"usage.hash": {
		`vigie hash FICHIER… [--json]

Calcule les empreintes de fichiers sur ce poste, sans service. PDQ est celle de l’image telle qu’elle est enregistrée.
Sortie 3 si un fichier n’a pu être lu ou décodé.`,
		`vigie hash FILE… [--json]

Computes the hashes of files on this machine, without a service. PDQ is that of the picture as stored.
Exits 3 when a file could not be read or decoded.`},
	"usage.check": {
		`vigie check EMPREINTE|FICHIER… [--hash md5|sha1|sha256|pdq|phash] [--json]

Demande si un contenu est connu. D’un fichier, seules les empreintes quittent ce poste. 64 chiffres sont une SHA-256
ou une PDQ : --hash le précise. Sortie 0 dès qu’il y a une réponse, quelle qu’elle soit.`,
		`vigie check HASH|FILE… [--hash md5|sha1|sha256|pdq|phash] [--json]

Asks whether something is known. Of a file, only its hashes leave this machine. 64 digits are a SHA-256 or a PDQ:
--hash says which. Exits 0 whenever there is an answer, whatever it is.`},
	"usage.findings": {
		`vigie findings IDENTIFIANT | --case PROCÉDURE --exhibit SCELLÉ [--json|--csv]

Une ligne par fichier du scellé. En CSV, une apostrophe précède ce qu’un tableur prendrait pour une formule
(=, +, -, @, tabulation) ; en JSON, les noms sont exacts (path_b64 quand un nom n’est pas en UTF-8).`,
		`vigie findings EXHIBIT | --case CASE --exhibit SEAL [--json|--csv]

One line for each file of the exhibit. In CSV an apostrophe stands before what a spreadsheet would take for a formula
(=, +, -, @, tab); in JSON names are exact (path_b64 where a name is not UTF-8).`},
	"usage.queue": {
		`vigie queue [--limit N] [--case PROCÉDURE] [--unit UNITÉ] [--least N] [--kind picture|video] [--from JOUR] [--until JOUR] [--json]

Les groupes à examiner, les plus urgents d’abord : identifiants, scores et raisons ; ni contenu ni noms.`,
		`vigie queue [--limit N] [--case CASE] [--unit UNIT] [--least N] [--kind picture|video] [--from DAY] [--until DAY] [--json]

The groups to review, the most urgent first: identifiers, scores and reasons; no content, no names.`},
	"usage.categories": {
		`vigie categories [--default|--check FICHIER]

Les catégories selon lesquelles l’office décide, en JSON : code, nom en français et en anglais, et ce que chacune est dans
d’autres schémas. Le fichier se modifie, se vérifie par --check et se donne au service par --categories.`,
		`vigie categories [--default|--check FILE]

The categories by which the office decides, as JSON: code, name in French and in English, and what each is in other
schemes. The file is edited, checked by --check and given to the service by --categories.`},
	"usage.weights": {
		"vigie weights show|set|history|check   (vigie help weights set pour les options)",
		"vigie weights show|set|history|check   (vigie help weights set for its flags)"},
	"usage.weights show": {
		`vigie weights show [--default|--version N] [--json]

Les poids du classement, en TOML : de chaque signal la phrase qui le dit, les points qu’il vaut et ceux par défaut ; les
paramètres avec leurs bornes ; le seuil. Le fichier se modifie et se remet en vigueur par vigie weights set.`,
		`vigie weights show [--default|--version N] [--json]

The weights of the ranking, as TOML: of each signal the sentence that says it, its points and those by default; the
parameters with their bounds; the threshold. The file is edited, and put in force by vigie weights set.`},
	"usage.weights set": {
		`vigie weights set FICHIER --reason MOTIF [--no-wait] [--json]

Met des poids en vigueur (analystes). Chaque clé doit figurer et être connue. Le changement est consigné avec son motif,
et tous les groupes sont aussitôt reclassés ; rien d’autre ne change.`,
		`vigie weights set FILE --reason WHY [--no-wait] [--json]

Puts weights in force (reviewers). Every key must be there and be known. The change is recorded with its reason, and all
groups are ranked by it at once; nothing else changes.`},
	"usage.weights history": {
		"vigie weights history [--json]\n\nToutes les versions des poids : qui, quand, pourquoi, et ce qui a changé.",
		"vigie weights history [--json]\n\nAll versions of the weights: who, when, why, and what changed."},
	"usage.weights check": {
		"vigie weights check FICHIER\n\nVérifie un fichier de poids sur ce poste, sans service, et dit en quoi il diffère de celui par défaut.",
		"vigie weights check FILE\n\nChecks a file of weights on this machine, without a service, and says where it differs from the default."},
	"usage.assign": {
		`vigie assign [--json]
vigie assign GROUPE --to QUI | --back
vigie assign --case PROCÉDURE --to QUI | --back

Sans rien, dit ce qui est à chacun. Un chef de section attribue un groupe de la file, ou tous ceux d’une procédure : le
groupe suivant d’une personne est d’abord l’un des siens, puis l’un de ceux qui ne sont à personne ; celui d’un autre
reste accessible à la main. L’attribution d’un groupe passe avant celle de sa procédure, qui prend fin à la clôture.`,
		`vigie assign [--json]
vigie assign GROUP --to WHO | --back
vigie assign --case CASE --to WHO | --back

With nothing, says what is everybody's. A supervisor assigns a group of the queue, or all those of a case: somebody's next
group is one of theirs first, and then one of nobody's; another's can still be claimed by hand. What a group was assigned
by itself goes before its case, whose assignment ends when it is closed.`},
	"usage.case": {
		"vigie case list|show|custody|outcome|close|reopen   (vigie help case close pour les options)",
		"vigie case list|show|custody|outcome|close|reopen   (vigie help case close for its flags)"},
	"usage.case list": {
		"vigie case list [--json]\n\nLes procédures, avec leur état et leurs décomptes : d’un enquêteur, celles de ses scellés.",
		"vigie case list [--json]\n\nCases, with their state and counts: of an examiner, those of their own exhibits."},
	"usage.case show": {
		"vigie case show PROCÉDURE [--json]\n\nUne procédure, ses scellés et ses constats : d’une procédure close, tels qu’ils étaient à la clôture.",
		"vigie case show CASE [--json]\n\nOne case, its exhibits and findings: of a closed case, as they were when it was closed."},
	"usage.case custody": {
		`vigie case custody PROCÉDURE --until 2026-11-23T14:00 | --ended [--json]

Un enquêteur dit jusqu’à quand dure la garde à vue dans une procédure de ses scellés, à 144 heures au plus : jusque-là, les
groupes de cette procédure passent avant tous les autres dans la file.`,
		`vigie case custody CASE --until 2026-11-23T14:00 | --ended [--json]

An examiner says until when a custody (garde à vue) runs in a case of their own exhibits, at most 144 hours ahead: until
then the groups of that case come before all others in the queue.`},
	"usage.case outcome": {
		"vigie case outcome PROCÉDURE --what SUITE[,SUITE…] [--note TEXTE]\n\nDit ce qu’a donné une procédure : celles et ceux qui en ont examiné des médias le liront.\nUn enquêteur, de ses procédures ; un chef de section, un administrateur, de toutes.\nSuites : victim-identified (victime identifiée), victim-safe (mise en sécurité),\nproducer-identified (producteur identifié), arrest (interpellation), conviction\n(condamnation), no-lead (plus de piste).\n",
		"vigie case outcome CASE --what OUTCOME[,OUTCOME…] [--note TEXT]\n\nSays what came of a case: those who looked at media of it will read it. An examiner\nof their own cases, a supervisor or an administrator of all.\nOutcomes: victim-identified, victim-safe, producer-identified, arrest, conviction,\nno-lead.\n",
	},
	"usage.case close": {
		`vigie case close PROCÉDURE --reference RÉFÉRENCE [--no-wait] [--json]

Un administrateur clôt une procédure : plus rien n’y entre, et ses médias quittent Redis et la file. Octets, constats,
décisions et journal sont gardés ; vigie check de ce qu’une base connaît répond comme avant.`,
		`vigie case close CASE --reference REF [--no-wait] [--json]

An administrator closes a case: nothing comes in any more, and its media leave Redis and the queue. Bytes, findings,
decisions and the journal are kept; vigie check of what a set lists answers as before.`},
	"usage.case reopen": {
		`vigie case reopen PROCÉDURE --reference RÉFÉRENCE [--no-wait] [--json]

Un administrateur rouvre une procédure close : ses scellés, groupes et décisions reviennent, comparés aux bases
d’aujourd’hui ; rien n’est examiné de nouveau.`,
		`vigie case reopen CASE --reference REF [--no-wait] [--json]

An administrator reopens a closed case: its exhibits, groups and decisions come back, matched with the sets of today;
nothing is examined again.`},
	"usage.destroy": {
		`vigie destroy SCELLÉ --reference RÉFÉRENCE | --confirm | --withdraw      vigie destroy --list [--json]

SCELLÉ est l’identifiant (x…). Un administrateur propose, un autre confirme sous 14 jours : les noms et chemins du scellé
et les médias qu’aucun autre scellé ne contient sont alors détruits, sans retour. Le journal le prouve.`,
		`vigie destroy EXHIBIT --reference REF | --confirm | --withdraw      vigie destroy --list [--json]

EXHIBIT is the identifier (x…). One administrator proposes, another confirms within 14 days: then the exhibit's names and
paths, and the media that no other exhibit holds, are destroyed, for good. The journal proves it.`},
	"usage.sets": {
		"vigie sets import|list|show|withdraw|remove|withdraw-entry|dispute-entry|restore-entry|pack   (vigie help sets import pour les options)",
		"vigie sets import|list|show|withdraw|remove|withdraw-entry|dispute-entry|restore-entry|pack   (vigie help sets import for its flags)"},
	"usage.sets import": {
		`vigie sets import FICHIER --kind known|benign --source PARTENAIRE [--category C] [--hash sha256|pdq] [--strict] [--replace]

Une empreinte par ligne (MD5, SHA-1, SHA-256, PDQ, pHash), ou CSV avec en-tête (md5, sha1, sha256, pdq, phash, category).
64 chiffres sont une SHA-256 ou une PDQ : --hash ou la colonne le précise. Une liste vPDQ (numéro,qualité,PDQ,secondes),
ou un CSV avec une colonne film, contient des vidéos : chacune est une seule fiche. Sortie 3 si des lignes étaient fausses.`,
		`vigie sets import FILE --kind known|benign --source PARTNER [--category C] [--hash sha256|pdq] [--strict] [--replace]

One hash a line (MD5, SHA-1, SHA-256, PDQ, pHash), or CSV with a header (md5, sha1, sha256, pdq, phash, category).
64 digits are a SHA-256 or a PDQ: --hash or the column says which. A vPDQ list (number,quality,PDQ,seconds), or CSV
with a column film, holds videos: each is one entry. Exits 3 when some lines were wrong.`},
	"usage.sets list":   {"vigie sets list [--json]", "vigie sets list [--json]"},
	"usage.sets show":   {"vigie sets show NUMÉRO [--json]", "vigie sets show ID [--json]"},
	"usage.sets remove": {"vigie sets remove NUMÉRO [--json]", "vigie sets remove ID [--json]"},
	"usage.sets withdraw-entry": {
		`vigie sets withdraw-entry NUMÉRO LIGNE --reason MOTIF [--json]

Retire une fiche, nommée par sa ligne dans la liste. Ce qu’elle dit n’est plus comparé dès le retour de la commande, dans
aucune liste de cette source, présente ou à venir, jusqu’à vigie sets restore-entry ; les constats sont refaits.`,
		`vigie sets withdraw-entry ID LINE --reason WHY [--json]

Withdraws one entry, named by its line in the list. What it says matches no more from the return of the command on, in any
list of this source, present or to come, until vigie sets restore-entry; findings are made again.`},
	"usage.sets dispute-entry": {
		`vigie sets dispute-entry NUMÉRO LIGNE --reason MOTIF [--json]

Conteste une fiche : elle reste comparée, et chaque correspondance le dit, jusqu’à ce qu’un administrateur la retire
(withdraw-entry) ou la rétablisse (restore-entry).`,
		`vigie sets dispute-entry ID LINE --reason WHY [--json]

Disputes one entry: it still matches, and each of its matches says so, until an administrator withdraws it
(withdraw-entry) or restores it (restore-entry).`},
	"usage.sets restore-entry": {
		`vigie sets restore-entry NUMÉRO LIGNE --reason MOTIF [--json]

Rétablit une fiche retirée ou contestée, nommée comme elle l’avait été : vigie sets show les montre.`,
		`vigie sets restore-entry ID LINE --reason WHY [--json]

Restores an entry that was withdrawn or disputed, named as it was then: vigie sets show lists them.`},
	"usage.sets pack": {
		`vigie sets pack --to age1…|CLÉ [--for NOM] [--days 7] [--known-only] -o FICHIER [--json]

Un extrait des bases, pour compter sur place et sans réseau ce qui est connu : des nombres, jamais une fiche. Chiffré pour la
clé de l’enquêteur (ce que vigie identity show affiche chez lui), signé par le service ; il expire après 7 jours, 30 au plus. Seules
les empreintes exactes y sont : ce qui n’est que proche se trouve en déposant le scellé. Qui le fait faire, pour qui et jusqu’à quand
est consigné.`,
		`vigie sets pack --to age1…|KEY [--for NAME] [--days 7] [--known-only] -o FILE [--json]

A set pack, to count on the spot and offline what is known: numbers, never an entry. Encrypted for the examiner's key
(what vigie identity show prints on their machine), signed by the service; it expires after 7 days, 30 at most. It has exact digests
alone: what is only near is found by submitting the exhibit. Who has it made, for whom and until when is recorded.`},
	"usage.sets withdraw": {"vigie sets withdraw NUMÉRO --reason MOTIF [--json]", "vigie sets withdraw ID --reason WHY [--json]"},

	"error.no-url":     {"où est le service ? Donner --url ou VIGIE_URL (par exemple http://127.0.0.1:8787)", "where is the service? Give --url or VIGIE_URL (for example http://127.0.0.1:8787)"},
	"error.bad-url":    {"l’adresse du service n’est pas une URL : elle commence par http:// ou https://", "the service's address is not a URL: it starts with http:// or https://"},
	"error.no-token":   {"il faut un jeton : donner --token-file, --token ou VIGIE_TOKEN (vigie token new en crée un sur la machine du service)", "a token is needed: give --token-file, --token or VIGIE_TOKEN (vigie token new makes one on the service's machine)"},
	"error.token-file": {"--token-file ne peut être lu : %s", "--token-file cannot be read: %s"},
	"error.limit":      {"--limit est un nombre positif", "--limit is a positive number"},

	"error.hash-what":   {"quels fichiers ? vigie hash FICHIER…", "which files? vigie hash FILE…"},
	"error.hash-vpdq":   {"--vpdq est une liste, sans --json", "--vpdq is a list, without --json"},
	"error.hash-folder": {"%s est un dossier : donner des fichiers, ou soumettre le dossier avec vigie submit", "%s is a folder: give files, or submit the folder with vigie submit"},
	"error.check-what":  {"que vérifier ? vigie check EMPREINTE|FICHIER…", "what is to be checked? vigie check HASH|FILE…"},
	"error.hash-method": {"--hash %s : c’est md5, sha1, sha256, pdq ou phash", "--hash %s: it is md5, sha1, sha256, pdq or phash"},
	"error.64-digits":   {"64 chiffres sont une SHA-256 ou une PDQ : préciser --hash sha256 ou --hash pdq", "64 digits are a SHA-256 or a PDQ: say --hash sha256 or --hash pdq"},
	"error.check-argument": {
		"%s n’est ni un fichier ni une empreinte de cette sorte (MD5 : 32 chiffres hexadécimaux, SHA-1 : 40, SHA-256 et PDQ : 64, pHash : 16)",
		"%s is neither a file nor such a hash (MD5 has 32 hexadecimal digits, SHA-1 40, SHA-256 and PDQ 64, pHash 16)"},
	"error.which-exhibit": {
		"quel scellé ? Donner son identifiant (vigie submit l’affiche), ou bien --case et --exhibit",
		"which exhibit? Give its identifier (vigie submit prints it), or else --case and --exhibit"},
	"error.json-or-csv": {"--json ou --csv, pas les deux", "--json or --csv, not both"},

	"error.weights-what":    {"dire quoi faire : vigie weights show, set FICHIER, history ou check FICHIER", "say what to do: vigie weights show, set FILE, history or check FILE"},
	"error.weights-version": {"donner --default, ou --version et un numéro que montre vigie weights history", "give --default, or --version and a number that vigie weights history shows"},
	"error.assign-what":     {"dire quoi attribuer et à qui : vigie assign GROUPE --to NOM, vigie assign --case PROCÉDURE --to NOM, ou --back pour le reprendre", "say what to assign, and to whom: vigie assign GROUP --to NAME, vigie assign --case CASE --to NAME, or --back to take it back"},
	"assign.group":          {"Le groupe est à %s.", "The group is %s’s."},
	"assign.case":           {"La procédure est à %s : ses groupes suivent dans un instant.", "The case is %s’s: its groups follow in a moment."},
	"assign.taken-back":     {"C’est repris.", "It is taken back."},
	"assign.theirs":         {"procédure %s, depuis le %s", "case %s, since %s"},
	"error.case-what":       {"dire quoi faire : vigie case list, show PROCÉDURE, custody PROCÉDURE, outcome PROCÉDURE, close PROCÉDURE ou reopen PROCÉDURE", "say what to do: vigie case list, show CASE, custody CASE, outcome CASE, close CASE or reopen CASE"},
	"error.case-outcome":    {"dire ce qu’elle a donné : --what victim-identified,arrest", "say what came of it: --what victim-identified,arrest"},
	"error.case-until":      {"donner la fin de la garde à vue, --until 2026-11-23T14:00, ou --ended", "give the end of the custody, --until 2026-11-23T14:00, or --ended"},
	"error.case-reference":  {"sur quelle décision cela repose-t-il ? Donner --reference, qui est consignée", "which decision does it rest on? Give --reference, which is recorded"},
	"error.destroy-what":    {"dire quoi faire : vigie destroy SCELLÉ --reference RÉFÉRENCE, --confirm ou --withdraw, ou vigie destroy --list", "say what to do: vigie destroy EXHIBIT --reference REF, --confirm or --withdraw, or vigie destroy --list"},
	"error.sets-what":       {"dire quoi faire : vigie sets import, list, show, withdraw, remove, withdraw-entry, dispute-entry, restore-entry ou pack", "say what to do: vigie sets import, list, show, withdraw, remove, withdraw-entry, dispute-entry, restore-entry or pack"},
	"error.import-what":     {"donner un seul fichier : vigie sets import FICHIER --kind … --source …", "give one file: vigie sets import FILE --kind … --source …"},
	"error.pack-to":         {"pour qui ? Donner --to et une clé publique age (age1…) ou un fichier de vigie identity show", "for whom? Give --to and an age public key (age1…) or a file of vigie identity show"},
	"error.pack-recipient":  {"--to n’est ni une clé publique age (age1…) ni un fichier de vigie identity show", "--to is neither an age public key (age1…) nor a file of vigie identity show"},
	"error.pack-output":     {"dans quel fichier ? Donner -o FICHIER", "into which file? Give -o FILE"},
	"error.pack-days":       {"--days va de 1 à %d", "--days is from 1 to %d"},
	"error.set-kind":        {"que contient la liste ? Donner --kind known ou --kind benign", "what does the list hold? Give --kind known or --kind benign"},
	"error.set-source":      {"de quel partenaire vient la liste ? Donner --source", "which partner does the list come from? Give --source"},
	"error.set-hash":        {"--hash %s : c’est sha256 ou pdq ; les autres empreintes se reconnaissent à leur longueur", "--hash %s: it is sha256 or pdq; other hashes are told by their length"},
	"error.set-file":        {"%s ne peut être lu : %s", "%s cannot be read: %s"},
	"error.line":            {"ligne %s : %s", "line %s: %s"},
	"error.set-empty":       {"%s est vide", "%s is empty"},
	"error.set-id":          {"donner le numéro d’une base (vigie sets list les montre)", "give the number of a set (vigie sets list shows them)"},
	"error.set-entry":       {"donner le numéro d’une base et une ligne de sa liste, à partir de 1", "give the number of a set and a line of its list, from 1"},
	"error.withdraw-reason": {"pourquoi ? Donner --reason, qui est consigné", "why? Give --reason, which is recorded"},

	"error.submit-what":     {"quel dossier, ou fichier ? vigie submit --case PROCÉDURE --exhibit SCELLÉ DOSSIER", "which folder, or file? vigie submit --case CASE --exhibit SEAL DIR"},
	"error.submit-names":    {"donner --case (la procédure) et --exhibit (le scellé)", "give --case (the procedure) and --exhibit (the seal)"},
	"error.submit-seized":   {"--seized %s n’est pas une date : écrivez 2026-01-31 (année, mois, jour)", "--seized %s is no day: write 2026-01-31 (year, month, day)"},
	"error.submit-parallel": {"--uploads et --readers sont au moins 1", "--uploads and --readers are at least 1"},
	"error.submit-rate":     {"--limit-rate est au moins 16384 (octets par seconde)", "--limit-rate is at least 16384 (bytes a second)"},
	"error.source":          {"%s : %s", "%s: %s"},
	"error.items-differ": {
		"le service compte %s fichiers, ce poste %s : relancer la même commande ; si cela persiste, prévenir l’administrateur",
		"the service counts %s files, this machine %s: run the same command again; if it stays so, tell the administrator"},

	"wait.full":    {"En attente : %s Cela reprendra tout seul.", "Waiting: %s It goes on by itself."},
	"wait.service": {"Le service ne répond pas ; nouvel essai… (%s)", "The service does not answer; trying again… (%s)"},

	"case.counts":       {"scellés : %s, fichiers : %s, connus ou proches : %s", "exhibits: %s, files: %s, known or near: %s"},
	"case.custody":      {"Garde à vue en cours jusqu’au %s : ses groupes passent en premier", "A custody runs until %s: its groups come first"},
	"queue.assigned":    {"attribué à %s", "assigned to %s"},
	"queue.custody":     {"garde à vue, procédure %s, jusqu’au %s", "custody, case %s, until %s"},
	"case.outcome":      {"Suite, le %s : %s. %s", "Outcome, %s: %s. %s"},
	"case.outcome-told": {"La suite est enregistrée. Personnes prévenues : %s", "The outcome is recorded. People told: %s"},
	"case.items":        {"%s fichiers", "%s files"},
	"case.closed":       {"Close le %s par %s, référence %s", "Closed %s by %s, reference %s"},
	"case.reopened":     {"Rouverte le %s par %s, référence %s", "Reopened %s by %s, reference %s"},
	"case.closing":      {"clôture… (%s fichiers sur %s restent)", "closing… (%s files of %s are left)"},
	"case.reopening":    {"réouverture… (%s fichiers sur %s)", "reopening… (%s files of %s)"},
	"case.matching":     {"Ses fichiers sont encore comparés aux bases telles qu’elles sont à présent : jusque-là, leur constat est « En cours »", "Its files are still being matched with the sets as they are now: until then their finding is pending"},
	"case.changed":      {"Quelqu’un d’autre l’a close ou rouverte entre-temps", "Somebody else closed or reopened it meanwhile"},
	"check.closed":      {"Vu dans une procédure close.", "Seen in a closed case."},

	"destroy.proposed":  {"Proposée. Un autre administrateur confirme avant le %s : vigie destroy SCELLÉ --confirm", "Proposed. Another administrator confirms before %s: vigie destroy EXHIBIT --confirm"},
	"destroy.withdrawn": {"Proposition retirée", "Proposal withdrawn"},
	"destroy.waiting":   {"destruction des clés…", "destroying the keys…"},
	"destroy.counts":    {"médias détruits : %s, gardés car un autre scellé les contient : %s", "media destroyed: %s, kept because another exhibit holds them: %s"},

	"submit.exhibit": {"Scellé %s (procédure %s, scellé %s)", "Exhibit %s (case %s, seal %s)"},
	"submit.progress": {
		"%s/%s fichiers  %s/%s  %s  %s", "%s/%s files  %s/%s  %s  %s"},
	"submit.progress-uncounted": {"%s fichiers  %s  %s  %s", "%s files  %s  %s  %s"},
	"submit.so-far-uploaded":    {"%s envoyé (%s)|%s envoyés (%s)", "%s uploaded (%s)|%s uploaded (%s)"},
	"submit.uploading":          {"tout est lu ; encore %s à envoyer  %s  %s", "all is read; %s to upload  %s  %s"},
	"submit.left":               {"  reste %s", "  %s left"},
	"submit.sealing":            {"clôture du manifeste…", "sealing the manifest…"},
	"submit.settling":           {"attente des constats…", "waiting for the findings…"},
	"submit.examining":          {"%s/%s contenus avec un constat", "%s/%s contents with a finding"},
	"submit.items":              {"FICHIERS", "FILES"},
	"submit.media":              {"CONTENUS PAR CONSTAT", "CONTENTS BY FINDING"},
	"submit.contents": {
		"Chaque contenu compte une fois, quel que soit le nombre de fichiers qui le portent ;\nun fichier qui n’est pas un média compte quand une base le cite.",
		"Each content counts once, however many files hold it;\na file that is no media counts when a set lists it."},
	"submit.stages":  {"TRAVAIL DU SERVICE, PAR ÉTAPE", "WORK OF THE SERVICE, BY STAGE"},
	"submit.seconds": {"secondes", "seconds"},
	"submit.total":   {"Total", "Total"},
	"submit.done":    {"%s lus en %s (%s, %s fichiers/s)", "%s read in %s (%s, %s files/s)"},
	"submit.resumed": {
		"%s fichier (%s) repris d’un envoi interrompu, sans le relire|%s fichiers (%s) repris d’un envoi interrompu, sans les relire",
		"%s file (%s) taken over from a submission that was cut off, and not read again|%s files (%s) taken over from a submission that was cut off, and not read again"},
	"submit.uploaded": {"%s média envoyé (%s)|%s médias envoyés (%s)", "%s medium uploaded (%s)|%s media uploaded (%s)"},
	"submit.nothing":  {"Le dossier est vide : est-ce bien le bon, et est-il monté ?", "The folder is empty: is it the right one, and is it mounted?"},
	"submit.next": {
		"Le service examine les médias. Les constats : vigie findings %s",
		"The service examines the media. For the findings: vigie findings %s"},
	"submit.finishing": {
		"Ce qui est en route arrive encore ; Ctrl-C une seconde fois arrête aussitôt.",
		"What is on its way still arrives; Ctrl-C once more stops at once."},
	"submit.interrupted": {
		"interrompu ; relancer la même commande pour reprendre là où l’envoi s’est arrêté",
		"stopped; run the same command again to go on where it stopped"},
	"submit.unavailable": {
		"le service ne répond plus ; relancer la même commande pour reprendre là où l’envoi s’est arrêté (%s)",
		"the service no longer answers; run the same command again to go on where it stopped (%s)"},
	"submit.missing": {
		"%s média n’est pas arrivé : relancer la même commande|%s médias ne sont pas arrivés : relancer la même commande",
		"%s medium did not arrive: run the same command again|%s media did not arrive: run the same command again"},
	"submit.unreadable": {
		"%s fichier n’a pu être lu ; le détail : vigie findings %s|%s fichiers n’ont pu être lus ; le détail : vigie findings %s",
		"%s file could not be read; for details: vigie findings %s|%s files could not be read; for details: vigie findings %s"},

	"hash.type":      {"type", "type"},
	"hash.quality":   {"qualité %d", "quality %d"},
	"hash.no-frames": {"%s : aucune image de vidéo n’a pu être lue", "%s: no frame of a video could be read"},
	"hash.at":        {"à %s", "at %s"},
	"hash.frame":     {"image n° %d", "picture no. %d"},
	"hash.facts":     {"faits", "facts"},
	"hash.note":      {"remarque", "note"},
	"hash.error":     {"erreur", "error"},
	"hash.wrong":     {"%s fichier n’a pu être lu ou décodé|%s fichiers n’ont pu être lus ou décodés", "%s file could not be read or decoded|%s files could not be read or decoded"},

	"check.reference": {"Contact : %s, référence %s", "Contact: %s, reference %s"},
	"check.wrong":     {"%s fichier n’a pu être vérifié|%s fichiers n’ont pu être vérifiés", "%s file could not be checked|%s files could not be checked"},

	"findings.disputed":         {"(fiche contestée)", "(disputed entry)"},
	"findings.withdrawn":        {"fiche retirée : %s", "withdrawn entry: %s"},
	"findings.items-by-finding": {"FICHIERS PAR CONSTAT", "FILES BY FINDING"},
	"findings.more":             {"et %s fiche de plus|et %s fiches de plus", "and %s more entry|and %s more entries"},

	"weights.default":   {"Le fichier est juste : ce sont les poids par défaut.", "The file is right: these are the default weights."},
	"weights.fine":      {"Le fichier est juste. Ce qui diffère des poids par défaut :", "The file is right. Where it differs from the default weights:"},
	"weights.wrong":     {"%[2]s : %[1]s faute|%[2]s : %[1]s fautes", "%[2]s: %[1]s mistake|%[2]s: %[1]s mistakes"},
	"weights.changed":   {"Version %d en vigueur :", "Version %d is in force:"},
	"weights.reranking": {"reclassement… %s", "ranking all groups… %s"},
	"weights.reranked":  {"Tous les groupes sont classés selon ces poids.", "All groups are ranked by these weights."},
	"weights.first":     {"%d  poids du programme", "%d  those that the program comes with"},
	"weights.version":   {"%d  %s  %s : %s", "%d  %s  %s: %s"},

	"queue.shown":    {"%s groupes affichés sur %s", "%s groups shown of %s"},
	"queue.proposal": {"proposé : %s, par %s, le %s, pour %s", "proposed: %s, by %s at %s, for %s"},
	"queue.new":      {"%s nouveau média|%s nouveaux médias", "%s new medium|%s new media"},
	"assign.groups":  {"%s groupe de la file|%s groupes de la file", "%s group of the queue|%s groups of the queue"},
	"queue.members":  {"%s média|%s médias", "%s medium|%s media"},
	"queue.exhibits": {"%s scellé|%s scellés", "%s exhibit|%s exhibits"},
	"queue.cases":    {"%s procédure|%s procédures", "%s case|%s cases"},

	"sets.header":      {"N°\tÉTAT\tSORTE\tSOURCE\tVERSION\tFICHES\tIMPORTÉE", "ID\tSTATE\tKIND\tSOURCE\tVERSION\tENTRIES\tIMPORTED"},
	"sets.title":       {"Base %d : %s, version %d (%s) ; %s", "Set %d: %s, version %d (%s); %s"},
	"sets.imported":    {"Base %d importée : %s, version %d (%s)", "Set %d imported: %s, version %d (%s)"},
	"sets.entries":     {"%s fiche : %s|%s fiches : %s", "%s entry: %s|%s entries: %s"},
	"sets.rejected":    {"%s ligne fausse, laissée de côté|%s lignes fausses, laissées de côté", "%s line was wrong and left out|%s lines were wrong and left out"},
	"sets.more-errors": {"et %s autre|et %s autres", "and %s more|and %s more"},
	"sets.conflicts": {
		"%s fiche figure aussi dans une base de l’autre sorte :|%s fiches figurent aussi dans une base de l’autre sorte :",
		"%s entry is in a set of the other kind too:|%s entries are in a set of the other kind too:"},
	"sets.conflict":     {"ligne %d : aussi ligne %d de la base %d", "line %d: also line %d of set %d"},
	"sets.replaced":     {"la base %d, qu’elle remplace, est retirée", "set %d, which it replaces, is withdrawn"},
	"sets.category":     {"catégorie : %s", "category: %s"},
	"sets.imported-at":  {"importée le %s", "imported %s"},
	"sets.extended":     {"accrue de %s ajout, le %s|accrue de %s ajouts, le dernier le %s", "grown by %s addition, on %s|grown by %s additions, the last on %s"},
	"sets.withdrawn-at": {"retirée le %s", "withdrawn %s"},
	"sets.failure":      {"échec : %s", "failed: %s"},
	"sets.removed":      {"Base %d (%s) supprimée : son import avait échoué.", "Set %d (%s) removed: its import had failed."},
	"sets.entry":        {"base %d, ligne %d : %s le %s : %s", "set %d, line %d: %s %s: %s"},
	"sets.entry-already": {
		"C’était déjà le cas depuis le %s : rien n’a changé, ce motif n’est pas consigné.",
		"It has been so since %s: nothing changed, this reason is not recorded.",
	},
	"sets.withdrawn-already": {
		"La base %d était déjà retirée (le %s) : rien n’a changé, ce motif n’est pas consigné.",
		"Set %d was withdrawn already (%s): nothing changed, this reason is not recorded.",
	},
	"sets.packed":     {"Extrait %s des bases dans %s", "Set pack %s in %s"},
	"sets.pack-holds": {"fichiers connus : %s, inoffensifs : %s", "known files: %s, benign ones: %s"},
	"sets.pack-until": {"refusé à partir du %s", "refused from %s on"},
	"sets.pack-perceptual": {
		"%s fiche sans empreinte exacte n’y est pas : seul le service la compare|%s fiches sans empreinte exacte n’y sont pas : seul le service les compare",
		"%s entry without an exact digest is not in it: only the service matches it|%s entries without an exact digest are not in it: only the service matches them"},
	"sets.pack-reading": {"le service relit %s fiche…|le service relit %s fiches…", "the service reads %s entry again…|the service reads %s entries again…"},
	"sets.pack-arrives": {"%s reçus", "%s received"},
	"sets.sending":      {"%s/%s envoyés", "%s/%s sent"},
	"sets.reading":      {"le service lit la liste…", "the service reads the list…"},
	"sets.rematching": {
		"%s média déjà soumis à comparer de nouveau|%s médias déjà soumis à comparer de nouveau",
		"%s medium submitted before to be matched again|%s media submitted before to be matched again"},
	"sets.rematch-goes-on": {
		"La base est enregistrée ; le service continue de comparer ce qui a déjà été soumis.",
		"The set is kept; the service goes on matching what was submitted before."},
}
