package main

import "vigie/api/i18n"

// serviceMessages are what the commands of the service's own machine say; messages are those of its clients.
var serviceMessages = i18n.Catalogue{
	"help.title": {
		"vigie : confronter des médias saisis aux bases connues et trier les contenus nouveaux",
		"vigie: match seized media against known sets and triage new content"},
	"help.more": {
		"« vigie help COMMANDE » décrit une commande et ses options.",
		"\"vigie help COMMAND\" describes a command and its flags."},
	"help.exit-codes": {"Codes de sortie :", "Exit codes:"},
	"exit.0":          {"tout est fait, tout est compté", "all done, all accounted for"},
	"exit.1":          {"échec ; le message dit pourquoi", "it did not work; the message says why"},
	"exit.2":          {"ligne de commande erronée", "the command line is wrong"},
	"exit.3": {
		"fait, mais des fichiers n'ont pu être lus ou des lignes étaient fausses",
		"done, but some files could not be read or some lines were wrong"},
	"exit.4": {
		"le service ne répond pas : relancer la même commande",
		"the service does not answer: run the same command again"},
	"exit.5": {
		"jeton absent ou invalide, ou rôle sans ce droit",
		"no valid token, or the role may not do this"},
	"exit.6": {
		"audit : le journal, une preuve ou un point de contrôle n'est plus ce qu'il était",
		"audit: the journal, a proof or a checkpoint is not what it was"},
	"exit.130": {
		"interrompu par Ctrl-C : relancer la même commande pour reprendre",
		"stopped by Ctrl-C: run the same command again to go on"},

	"command.submit":   {"soumettre un scellé (dossier)", "submit an exhibit (a folder)"},
	"command.findings": {"lire les constats d'un scellé, fichier par fichier", "read an exhibit's findings, file by file"},
	"command.queue":    {"lister les groupes à examiner, sans aucun contenu", "list the groups to review, with no content"},
	"command.check":    {"vérifier une empreinte ou un fichier, qui ne quitte pas ce poste", "check a hash, or a file, which never leaves this machine"},
	"command.hash":     {"calculer les empreintes de fichiers, sans service", "compute the hashes of files, without a service"},
	"command.sets":     {"importer, lister et retirer des bases", "import, list and withdraw hash sets"},
	"command.up":       {"tout le service sur cette machine", "the whole service on this machine"},
	"command.serve":    {"l'API et les pages, avec des serveurs extérieurs", "the API and the pages, with outside servers"},
	"command.work":     {"un processus d'examen, avec des serveurs extérieurs", "a worker, with outside servers"},
	"command.token":    {"jetons et liens de connexion", "tokens and sign-in links"},
	"command.audit":    {"contrôler le journal et prouver ce qu'il contient", "verify the journal and prove what is in it"},
	"command.keys":     {"les clés du service et leur renouvellement", "the service keys and their rotation"},
	"command.scrub":    {"relire et vérifier tout ce qui est conservé", "read and verify everything that is kept"},
	"command.doctor":   {"contrôler l'installation", "check the installation"},
	"command.version":  {"la version", "the version"},

	"usage.up":                {"vigie up --data DOSSIER --listen ADRESSE [--objects minio]", "vigie up --data DIR --listen ADDR [--objects minio]"},
	"usage.serve":             {"vigie serve --listen ADRESSE   (VIGIE_REDIS_URL, VIGIE_S3_* ou --data)", "vigie serve --listen ADDR   (VIGIE_REDIS_URL, VIGIE_S3_* or --data)"},
	"usage.work":              {"vigie work   (VIGIE_REDIS_URL, VIGIE_S3_* ou --data)", "vigie work   (VIGIE_REDIS_URL, VIGIE_S3_* or --data)"},
	"usage.audit":             {"vigie audit verify|prove|check|consistency|key", "vigie audit verify|prove|check|consistency|key"},
	"usage.audit verify":      {"vigie audit verify [--checkpoint FICHIER] [--data DOSSIER]", "vigie audit verify [--checkpoint FILE] [--data DIR]"},
	"usage.audit prove":       {"vigie audit prove NUMÉRO [-o preuve.json]", "vigie audit prove NUMBER [-o proof.json]"},
	"usage.audit check":       {"vigie audit check preuve.json --key CLÉ|FICHIER", "vigie audit check proof.json --key KEY|FILE"},
	"usage.audit consistency": {"vigie audit consistency ANCIEN NOUVEAU [-o preuve]", "vigie audit consistency OLD NEW [-o proof]"},
	"usage.audit key":         {"vigie audit key", "vigie audit key"},
	"usage.keys":              {"vigie keys list|rotate|retire [--data DOSSIER]", "vigie keys list|rotate|retire [--data DIR]"},
	"usage.keys list":         {"vigie keys list [--data DOSSIER]", "vigie keys list [--data DIR]"},
	"usage.keys rotate":       {"vigie keys rotate [--data DOSSIER]", "vigie keys rotate [--data DIR]"},
	"usage.keys retire":       {"vigie keys retire [--data DOSSIER]", "vigie keys retire [--data DIR]"},
	"usage.scrub":             {"vigie scrub [--rate MO/S] [--after OBJET] [--data DOSSIER]", "vigie scrub [--rate MB/S] [--after OBJECT] [--data DIR]"},
	"error.keys-what":         {"que faire des clés : list, rotate ou retire ?", "what about the keys: list, rotate or retire?"},
	"keys.current":            {"actuelle", "current"},
	"keys.older":              {"ancienne", "older"},
	"keys.missing":            {"INCONNUE ICI : restaurez-la", "NOT KNOWN HERE: restore it"},
	"keys.by-hand":            {"VIGIE_SERVICE_KEY donne la clé : mettez-y une nouvelle clé (64 chiffres hexadécimaux) devant l’ancienne, séparées par une virgule, redémarrez les services, puis relancez cette commande", "VIGIE_SERVICE_KEY gives the key: put a new one (64 hexadecimal digits) before it, with a comma between, restart the services, then run this again"},
	"keys.retire-by-hand":     {"plus rien n’a besoin des anciennes clés : ôtez-les de VIGIE_SERVICE_KEY", "nothing needs the older keys any more: take them out of VIGIE_SERVICE_KEY"},
	"keys.progress":           {"%d trousseaux vus", "%d keyrings looked at"},
	"keys.rotated":            {"%d trousseaux enveloppés par la clé actuelle ; sauvegardez le dossier des secrets, puis « vigie keys retire »", "%d keyrings wrapped under the current key; back up the secrets folder, then \"vigie keys retire\""},
	"keys.retired":            {"il ne reste que la clé actuelle ; détruisez les sauvegardes des anciennes", "only the current key is left; destroy the backups of the older ones"},
	"scrub.progress":          {"%d objets lus, %d Mo, %d endommagés", "%d objects read, %d MB, %d damaged"},
	"scrub.resume":            {"interrompu ; pour continuer : vigie scrub --after %s", "interrupted; to go on: vigie scrub --after %s"},
	"scrub.done":              {"%d objets vérifiés, %d Mo, %d endommagés", "%d objects verified, %d MB, %d damaged"},
	"scrub.damaged":           {"%d objets endommagés : restaurez-les d’une copie", "%d damaged objects: restore them from a copy"},
	"usage.doctor":            {"vigie doctor [--data DOSSIER]", "vigie doctor [--data DIR]"},
	"usage.token":             {"vigie token new|list|revoke|link", "vigie token new|list|revoke|link"},
	"usage.token new":         {"vigie token new --role RÔLE --name NOM", "vigie token new --role ROLE --name NAME"},
	"usage.token list":        {"vigie token list [--json]", "vigie token list [--json]"},
	"usage.token revoke":      {"vigie token revoke NOM|IDENTIFIANT", "vigie token revoke NAME|ID"},
	"usage.token link":        {"vigie token link [--reusable] NOM|IDENTIFIANT", "vigie token link [--reusable] NAME|ID"},

	"flag.string":   {"TEXTE", "TEXT"},
	"flag.int":      {"N", "N"},
	"flag.duration": {"DURÉE", "DURATION"},
	"flag.default":  {" (par défaut : %s)", " (default %s)"},
	"error.flag":    {"option incorrecte : %v (voir vigie help %s)", "%v (vigie help %s)"},

	"error.objects":     {"--objects %s : c'est folder ou minio", "--objects %s: it is folder or minio"},
	"error.queue-max":   {"--queue-max : un nombre à partir de 1", "--queue-max: a number from 1"},
	"error.folder-path": {"%s : %v", "%s: %v"},
	"error.secrets-inside": {
		"--secrets est dans --data : qui vole les données ne doit pas avoir les clés ; choisir un autre dossier",
		"--secrets lies inside --data: whoever steals the data must not get the keys; choose another folder"},
	"error.listen":      {"--listen %s : c'est hôte:port", "--listen %s: it is host:port"},
	"error.listen-port": {"--listen %s : le port est un nombre jusqu'à 65535", "--listen %s: the port is a number up to 65535"},
	"error.tls-pair":    {"--tls-cert et --tls-key vont ensemble", "--tls-cert and --tls-key go together"},
	"error.listen-open": {
		"--listen %s sort de la boucle locale : donner --tls-cert et --tls-key, ou écouter sur 127.0.0.1",
		"--listen %s is not loopback: give --tls-cert and --tls-key, or listen on 127.0.0.1"},

	"error.unknown-command": {"commande inconnue : %s (vigie help les liste)", "unknown command: %s (vigie help lists them)"},
	"error.too-many":        {"argument de trop : %s", "one argument too many: %s"},
	"error.token-what":      {"dire quoi faire : vigie token new, list, revoke ou link", "say what to do: vigie token new, list, revoke or link"},
	"error.audit-what":      {"dire quoi faire : vigie audit verify, prove, check, consistency ou key", "say what to do: vigie audit verify, prove, check, consistency or key"},
	"error.audit-event":     {"%s : donner le numéro d'un événement, à partir de 1", "%s: give the number of an event, from 1 on"},
	"error.token-name":      {"à qui est ce jeton ? Donner --name", "whose token is it? Give --name"},
	"error.token-which":     {"donner un seul nom ou identifiant (vigie token list les montre)", "give one name or identifier (vigie token list shows them)"},
	"error.token-none":      {"aucun jeton valide de ce nom (vigie token list les montre)", "no valid token of that name (vigie token list shows them)"},
	"error.token-several":   {"plusieurs jetons portent ce nom : donner l'identifiant (vigie token list)", "several tokens bear that name: give the identifier (vigie token list)"},

	"token.shown-once": {
		"Jeton %s. Il n'est montré qu'une fois : le garder dans un endroit sûr.",
		"Token %s. It is shown only once: keep it in a safe place."},
	"token.header":     {"IDENTIFIANT\tRÔLE\tNOM\tCRÉÉ\tÉTAT", "ID\tROLE\tNAME\tCREATED\tSTATE"},
	"token.valid":      {"valide", "valid"},
	"token.revoked":    {"révoqué", "revoked"},
	"token.is-revoked": {"Le jeton %s (%s) est révoqué.", "Token %s (%s) is revoked."},

	"up.ready": {
		"Vigie répond sur %s\n  données : %s\n  clés et mots de passe : %s (à sauvegarder à part : sans eux les données sont illisibles)\n  premiers pas : vigie token new --role admin --name VOUS",
		"Vigie answers at %s\n  data: %s\n  keys and passwords: %s (back them up elsewhere: without them the data cannot be read)\n  first step: vigie token new --role admin --name YOU"},
	"serve.ready": {"Vigie répond sur %s", "Vigie answers at %s"},
	"work.ready":  {"Examen en cours : %d médias à la fois au plus", "Working: at most %d media at a time"},

	"doctor.good":        {"bon", "good"},
	"doctor.bad":         {"MAUVAIS", "BAD"},
	"doctor.lacks":       {"manque", "lacks"},
	"doctor.secrets":     {"clés et mots de passe", "keys and passwords"},
	"doctor.servers":     {"serveurs joignables", "servers can be reached"},
	"doctor.keys":        {"les données ont été écrites avec ces clés", "the data were written under these keys"},
	"doctor.conditional": {"écriture seulement si absent", "writes only if absent"},
	"doctor.journal":     {"chaîne du journal", "chain of the journal"},
	"doctor.versioning":  {"versions conservées par le stockage", "the store keeps versions"},
	"doctor.lock":        {"verrou d'objets du stockage", "the store can lock objects"},
	"doctor.witness":     {"témoin des points de contrôle", "witness of the checkpoints"},
	"doctor.no-witness":  {"témoin hors du service (--witness) : sans lui, une fin de journal coupée peut passer inaperçue", "a witness outside the service (--witness): without one a cut end of the journal can go unnoticed"},

	"audit.progress": {"bloc %d sur %d", "block %d of %d"},
	"audit.walked": {
		"%d événements dans %d blocs, %d segments scellés, %d points de contrôle ; signés jusqu'à l'événement %d.",
		"%d events in %d blocks, %d sealed segments, %d checkpoints; signed up to event %d."},
	"audit.no-versions": {
		"Ce stockage ne garde pas de versions : une réécriture par des octets identiques ne s'y voit pas.",
		"This store keeps no versions: writing the same bytes over an object cannot be seen in it."},
	"audit.no-witness": {
		"Sans point de contrôle d'un témoin (--checkpoint), une fin coupée avec ses points de contrôle ne se voit pas.",
		"Without a witness's checkpoint (--checkpoint) an end that was cut off with its checkpoints cannot be seen."},
	"audit.unchecked": {
		"Après une faute dans la chaîne, l'arbre n'a plus été comparé aux événements.",
		"After a fault in the chain the tree was not compared with the events any more."},
	"audit.faults":     {"%d objet(s) ne sont plus ce qu'ils étaient", "%d object(s) are not what they were"},
	"audit.intact":     {"Le journal est intact.", "The journal is intact."},
	"audit.proven":     {"L'événement %d est prouvé par le point de contrôle de %d événements, signé le %s :", "Event %d is proven by the checkpoint of %d events, signed %s:"},
	"audit.consistent": {"Le journal de %d événements est le début de celui de %d événements.", "The journal of %d events is the beginning of that of %d events."},

	"doctor.failed": {"%d contrôle(s) en échec", "%d check(s) failed"},
}
