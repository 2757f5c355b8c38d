package i18n

import (
	"vigie/triage"
)

// words are the domain's words, by kind and code.
var words = Catalogue{
	"finding.":             {"En cours", "Pending"},
	"finding.known":        {"Connu", "Known"},
	"finding.near-known":   {"Proche d’un connu", "Near known"},
	"finding.benign":       {"Inoffensif", "Benign"},
	"finding.probable-new": {"Probablement nouveau", "Probable new"},
	"finding.unranked":     {"Non priorisé", "Unranked"},
	"finding.unreadable":   {"Illisible", "Unreadable"},
	"finding.none":         {"Sans constat", "No finding"},

	"finding-help.":             {"Examen ou classement en attente.", "Waiting to be examined or ranked."},
	"finding-help.known":        {"Ces octets exacts figurent dans une base de contenus connus.", "These very bytes are in a set of known material."},
	"finding-help.near-known":   {"Une image semblable figure dans une base de contenus connus.", "A picture like it is in a set of known material."},
	"finding-help.benign":       {"Ces octets exacts figurent dans une base de fichiers inoffensifs.", "These very bytes are in a set of harmless files."},
	"finding-help.probable-new": {"Dans aucune base, et des signaux invitent à regarder.", "In no set, and signals say: look."},
	"finding-help.unranked":     {"Dans aucune base, signaux faibles ; reste accessible.", "In no set, weak signals; still within reach."},
	"finding-help.unreadable":   {"Le contenu n’a pas pu être décodé ; la raison est indiquée.", "The content could not be decoded; the reason is given."},
	"finding-help.none":         {"Ni image ni vidéo, et dans aucune base.", "Neither picture nor video, and in no set."},

	"disposition.media":      {"Images et vidéos", "Pictures and videos"},
	"disposition.not-media":  {"Autres fichiers", "Other files"},
	"disposition.empty":      {"Fichiers vides", "Empty files"},
	"disposition.unreadable": {"Illisibles à la source", "Unreadable at the source"},
	"disposition.refused":    {"Écartés (liens, périphériques…)", "Left out (links, devices…)"},

	"role.examiner":   {"Enquêteur numérique", "Forensic examiner"},
	"role.reviewer":   {"Analyste", "Reviewer"},
	"role.supervisor": {"Chef de section", "Supervisor"},
	"role.unit":       {"Unité territoriale", "Territorial unit"},
	"role.admin":      {"Administrateur", "Administrator"},
	"role.":           {"Service", "Service"},

	"stage.read":   {"Lecture du stockage", "Read from the store"},
	"stage.digest": {"Contrôle des octets", "Check the bytes"},
	"stage.decode": {"Décodage", "Decode"},
	"stage.hash":   {"Empreintes visuelles", "Perceptual hashes"},
	"stage.match":  {"Comparaison aux bases", "Match against the sets"},
	"stage.write":  {"Enregistrement", "Write"},

	"kind.picture": {"Image", "Picture"},
	"kind.video":   {"Vidéo", "Video"},
	"kind.other":   {"Autre", "Other"},
	"kind.":        {"Inconnu", "Unknown"},

	"set-kind.known":      {"Contenus connus", "Known material"},
	"set-kind.benign":     {"Fichiers inoffensifs", "Harmless files"},
	"set-state.importing": {"Import en cours", "Being imported"},
	"set-state.failed":    {"Import échoué", "Import failed"},
	"set-state.active":    {"Active", "Active"},
	"set-state.withdrawn": {"Retirée", "Withdrawn"},

	"entry-state.withdrawn": {"retirée", "withdrawn"},
	"entry-state.disputed":  {"contestée", "disputed"},
	"entry-state.restored":  {"rétablie", "restored"},

	"case.open":                   {"Ouverte", "Open"},
	"case.closing":                {"En cours de clôture", "Being closed"},
	"case.closed":                 {"Close", "Closed"},
	"case.reopening":              {"En cours de réouverture", "Being reopened"},
	"destruction.proposed":        {"Proposée", "Proposed"},
	"destruction.confirmed":       {"Confirmée, en cours", "Confirmed, under way"},
	"destruction.destroying":      {"En cours : les clés sont détruites", "Under way: the keys are being destroyed"},
	"destruction.destroyed":       {"Détruit", "Destroyed"},
	"verdict.illegal":             {"Illégal", "Illegal"},
	"verdict.not-illegal":         {"Non illégal", "Not illegal"},
	"verdict.unsure":              {"Incertain", "Unsure"},
	"victim.unidentified":         {"Non identifiée", "Unidentified"},
	"victim.identified":           {"Identifiée", "Identified"},
	"victim.known-series":         {"D’une série connue", "Of a known series"},
	"lead.none":                   {"Aucune", "None"},
	"lead.possible":               {"Possible", "Possible"},
	"lead.strong":                 {"Forte", "Strong"},
	"outcome.victim-identified":   {"Victime identifiée", "Victim identified"},
	"outcome.victim-safe":         {"Victime mise en sécurité", "Victim brought to safety"},
	"outcome.producer-identified": {"Producteur identifié", "Producer identified"},
	"outcome.arrest":              {"Interpellation", "Arrest"},
	"outcome.conviction":          {"Condamnation", "Conviction"},
	"outcome.no-lead":             {"Plus de piste à ce jour", "No further lead to this day"},
	"look.blurred":                {"Floues", "Blurred"},
	"look.grey":                   {"Grises", "Grey"},
	"look.colour":                 {"En couleur", "In colour"},
	"look.full":                   {"Pleine taille", "Full size"},
	"look.tiles":                  {"Cases", "Tiles"},
	"look.names":                  {"Noms de fichiers", "File names"},
	"step.facts":                  {"Faits seulement", "Facts only"},
	"step.blurred":                {"Petite, grise, très floue", "Small, grey, strongly blurred"},
	"step.grey":                   {"Petite, grise", "Small and grey"},
	"step.colour":                 {"Petite, en couleur", "Small, in colour"},
	"step.full":                   {"Pleine taille, en couleur", "Full size, in colour"},
	"method.md5":                  {"MD5", "MD5"},
	"method.sha1":                 {"SHA-1", "SHA-1"},
	"method.sha256":               {"SHA-256", "SHA-256"},
	"method.pdq":                  {"PDQ", "PDQ"},
	"method.phash":                {"pHash", "pHash"},
	"method.vpdq":                 {"vidéos (vPDQ)", "videos (vPDQ)"},
	"method.":                     {"–", "–"},
}

// Finding names a finding.
func Finding(l Lang, f triage.Finding) string { return words.T(l, "finding."+string(f)) }

// FindingHelp explains a finding in one sentence.
func FindingHelp(l Lang, f triage.Finding) string { return words.T(l, "finding-help."+string(f)) }

// Disposition names a disposition, in the plural.
func Disposition(l Lang, d triage.Disposition) string { return words.T(l, "disposition."+string(d)) }

// Role names a role.
func Role(l Lang, r triage.Role) string { return words.T(l, "role."+string(r)) }

// MediaKind names a kind of content ("picture", "video", "other").
func MediaKind[T ~string](l Lang, k T) string { return words.T(l, "kind."+string(k)) }

// Stage names a stage of an examination.
func Stage(l Lang, s triage.Stage) string { return words.T(l, "stage."+string(s)) }

// SetKind names a kind of set by what it holds.
func SetKind(l Lang, k triage.SetKind) string { return words.T(l, "set-kind."+string(k)) }

// SetState names the state of a set.
func SetState(l Lang, s triage.SetState) string { return words.T(l, "set-state."+string(s)) }

// EntryState names the state of an entry of a set: withdrawn, disputed or restored.
func EntryState(l Lang, state string) string { return words.T(l, "entry-state."+state) }

// DestructionState names how far a destruction has come.
func DestructionState(l Lang, s triage.DestructionState) string {
	return words.T(l, "destruction."+string(s))
}

// CaseState names the state of a case.
func CaseState(l Lang, s triage.CaseState) string { return words.T(l, "case."+string(s)) }

// Verdict names a reviewer's verdict.
func Verdict(l Lang, v triage.Verdict) string { return words.T(l, "verdict."+string(v)) }

// Victim says what is known of a victim.
func Victim(l Lang, v triage.Victim) string { return words.T(l, "victim."+string(v)) }

// Lead names how much a group tells of who made it.
func Lead(l Lang, lead triage.Lead) string { return words.T(l, "lead."+string(lead)) }

// Step describes a step of a reveal.
func Step(l Lang, s triage.RevealStep) string { return words.T(l, "step."+string(s)) }

// Outcome names what came of a case.
func Outcome(l Lang, code triage.OutcomeCode) string { return words.T(l, "outcome."+string(code)) }

// Look names how something was shown, of pictures.
func Look(l Lang, look triage.Look) string { return words.T(l, "look."+string(look)) }

// Method names the hash by which something matched.
func Method(l Lang, m triage.Method) string { return words.T(l, "method."+string(m)) }

// CheckVerdict names the answer to a check.
func CheckVerdict(l Lang, v triage.CheckVerdict) string { return checkWords.T(l, string(v)) }

// CheckNext says what to do after an answer to a check.
func CheckNext(l Lang, v triage.CheckVerdict) string { return checkWords.T(l, string(v)+".next") }

var checkWords = Catalogue{
	"known":   {"Connu", "Known"},
	"near":    {"Proche d’un contenu connu", "Near known material"},
	"benign":  {"Inoffensif", "Harmless"},
	"seen":    {"Déjà vu dans une procédure", "Seen in a case"},
	"unknown": {"Jamais vu", "Never seen"},
	"known.next": {"C’est un contenu pédocriminel connu. Ne l’ouvrez pas et ne le copiez pas : placez le support sous scellé et appelez le contact en citant la référence.",
		"This is known child-abuse material. Do not open or copy it: secure the device and call the contact, quoting the reference."},
	"near.next": {"Une image semblable est un contenu pédocriminel connu. Ne l’ouvrez pas et ne la copiez pas : appelez le contact en citant la référence ; il confirmera.",
		"A picture like it is known child-abuse material. Do not open or copy it: call the contact, quoting the reference; they will confirm."},
	"benign.next": {"Ce fichier exact figure dans une base de fichiers inoffensifs. Il n’appelle aucune autre démarche.",
		"This very file is in a set of harmless files. It needs no further step."},
	"seen.next": {"Ce contenu n’est dans aucune base, mais il a déjà été déposé dans une procédure. Appelez le contact en citant la référence pour rapprocher les dossiers.",
		"It is in no set, but was submitted in a case before. Call the contact, quoting the reference, so that the cases can be compared."},
	"unknown.next": {"Ce contenu n’a jamais été vu. Cela ne veut pas dire qu’il est inoffensif : en cas de soupçon, faites déposer le scellé entier.",
		"It was never seen. That does not mean that it is harmless: in case of suspicion, have the whole exhibit submitted."},
}

// Reason explains why a file could not be read, was left out, or was examined in part only; a code without a sentence is returned as it is.
func Reason(l Lang, code string) string {
	if !reasonWords.Has(code) {
		return code
	}
	return reasonWords.T(l, code)
}

// LimitReason is Reason of a code that names a limit, with its value: as hashing.Examination has both. 0 is no limit.
func LimitReason(l Lang, code string, limit int64) string {
	switch {
	case limit == 0 || !reasonWords.Has(code+"+"):
		return Reason(l, code)
	case code == "too-many-bytes" || code == "memory-limit":
		return reasonWords.T(l, code+"+", Size(l, limit))
	}
	return reasonWords.T(l, code+"+", Number(l, int(limit)))
}

var reasonWords = Catalogue{
	// Of media: hashing/decode and the worker.
	"empty":                {"Le fichier est vide.", "The file is empty."},
	"truncated":            {"Le fichier s’arrête avant la fin de l’image.", "The file ends before its picture does."},
	"corrupt":              {"Le fichier est endommagé.", "The file is damaged."},
	"too-many-pixels":      {"L’image compte trop de pixels.", "The picture has too many pixels."},
	"too-many-bytes":       {"Le fichier est trop volumineux pour être décodé.", "The file is too large to be decoded."},
	"format-not-supported": {"Le format est reconnu, mais n’est pas décodé par cette version.", "The format is recognised, but this version does not decode it."},
	"crashed":              {"Le décodeur s’est arrêté sur ce fichier.", "The decoder stopped on this file."},
	"ratio-too-high":       {"L’image compte trop de pixels pour si peu d’octets.", "The picture has too many pixels for so few bytes."},
	"time-limit":           {"Le décodage a dépassé la durée permise.", "Decoding took longer than allowed."},
	"memory-limit":         {"Le décodage a dépassé la mémoire permise.", "Decoding took more memory than allowed."},
	// With the value of the limit.
	"too-many-pixels+":    {"L’image compte plus de %s pixels (--max-pixels).", "The picture has more than %s pixels (--max-pixels)."},
	"too-many-bytes+":     {"Le fichier dépasse %s : trop pour être décodé (--max-bytes).", "The file is larger than %s: too much to be decoded (--max-bytes)."},
	"ratio-too-high+":     {"L’image compte plus de %s pixels par octet (--max-ratio).", "The picture has more than %s pixels a byte (--max-ratio)."},
	"time-limit+":         {"Le décodage a duré plus de %s secondes (--max-time).", "Decoding took more than %s seconds (--max-time)."},
	"memory-limit+":       {"Le décodage a demandé plus de %s de mémoire (--max-memory).", "Decoding took more than %s of memory (--max-memory)."},
	"examination-failed":  {"L’examen a échoué plusieurs fois.", "The examination failed several times."},
	"not-recognised":      {"Le contenu n’est d’aucun format connu, malgré le nom du fichier.", "The content is of no known format, whatever the file’s name says."},
	"damaged":             {"Fichier endommagé : une partie de l’image manque.", "The file is damaged: a part of the picture is missing."},
	"no-preview":          {"Le fichier brut (RAW) ne contient pas d’aperçu à examiner.", "The raw picture has no preview to examine."},
	"frames-left-out":     {"Certaines images de ce fichier n’ont pas été examinées : il y en a trop.", "Some pictures of this file were not examined: there are too many."},
	"frames-not-examined": {"Les images de la vidéo n’ont pas été examinées.", "The video’s frames were not examined."},
	"no-pictures":         {"Le fichier a la forme d’une vidéo, mais ne contient que du son.", "The file has the form of a video, and nothing but sound in it."},
	// Of items: what the examiner's client meets at the source (store/evidence).
	"symlink":            {"Lien symbolique : non suivi.", "A symbolic link: not followed."},
	"device":             {"Fichier de périphérique.", "A device file."},
	"pipe":               {"Tube nommé.", "A named pipe."},
	"socket":             {"Socket.", "A socket."},
	"not-a-regular-file": {"Fichier d’un type particulier.", "Not a regular file."},
	"permission-denied":  {"Lecture interdite par les droits du fichier.", "Its rights forbid reading."},
	"io-error":           {"Erreur de lecture à la source.", "The source failed while reading."},
	"vanished":           {"Le fichier a disparu pendant la lecture.", "The file vanished while it was read."},
	"changed-while-read": {"Le fichier a changé pendant la lecture.", "The file changed while it was read."},
	"no-such-file":       {"Il n’y a pas de tel fichier.", "There is no such file."},
	"path-too-long":      {"Le chemin est trop long.", "The path is too long."},
	// Of what lies in archives and other containers. An item whose path ends in "/" stands for what nobody could tell of one.
	"hardlink":           {"Lien vers un autre fichier de l’archive : non suivi.", "A link to another file of the archive: not followed."},
	"encrypted":          {"Chiffré ou protégé par un mot de passe.", "Encrypted, or protected by a password."},
	"archive-broken":     {"L’archive est endommagée ou incomplète.", "The archive is damaged or incomplete."},
	"checksum":           {"Les octets ne sont pas ceux qui furent archivés (somme de contrôle).", "The bytes are not the ones that were packed (checksum)."},
	"method-unsupported": {"La méthode de compression n’est pas connue de cette version.", "This version does not know the way of compression."},
	"volume-missing":     {"L’archive continue dans un autre volume.", "The archive goes on in another volume."},
	"ratio-limit":        {"Limite atteinte : trop d’octets pour la taille de l’archive.", "Limit reached: too many bytes for the size of the archive."},
	"member-limit":       {"Limite atteinte : l’archive contient trop de fichiers.", "Limit reached: the archive has too many files."},
	"size-limit":         {"Limite atteinte : l’archive contient trop d’octets.", "Limit reached: the archive holds too many bytes."},
	"window-limit":       {"Limite atteinte : la décompression demande trop de mémoire.", "Limit reached: unpacking needs too much memory."},
	"depth-limit":        {"Limite atteinte : trop d’archives les unes dans les autres.", "Limit reached: too many archives within each other."},
	"no-room":            {"Le dossier temporaire de ce poste est plein : libérer de la place et relancer.", "The temporary folder of this machine is full: make room and run it again."},
	// Of drive images (store/evidence/disk).
	"image-within-archive":     {"Une image de disque dans une archive n’est pas ouverte : l’extraire et la soumettre.", "A drive image within an archive is not opened: extract it and submit it."},
	"no-drive-image":           {"Ce n’est pas une image de disque connue.", "Not a drive image that is known here."},
	"image-format-unsupported": {"Ce format d’image de disque n’est pas lu : la convertir d’abord en image brute.", "This format of drive images is not read: convert it to a raw image first."},
	"image-broken":             {"L’image de disque est endommagée ou incomplète.", "The drive image is damaged, or its end is missing."},
	"segment-missing":          {"Un des fichiers de l’image de disque manque.", "One of the files that make up the drive image is missing."},
	"image-parent-missing":     {"L’image ne contient que les différences avec une autre.", "The image holds only what differs from another one."},
	"encrypted-image":          {"L’image de disque est chiffrée.", "The drive image is encrypted."},
	"sleuthkit-missing":        {"The Sleuth Kit n’est pas installé sur ce poste : installer le paquet sleuthkit (Linux).", "The Sleuth Kit is not installed on this machine: install the package sleuthkit (Linux)."},
	"listing-incomplete":       {"La liste des fichiers s’est arrêtée avant la fin : il en manque.", "The listing of files ended early: some are missing."},
	"encrypted-bitlocker":      {"Volume chiffré par BitLocker.", "A volume encrypted by BitLocker."},
	"encrypted-luks":           {"Volume chiffré par LUKS.", "A volume encrypted by LUKS."},
	"encrypted-apfs":           {"Volume APFS chiffré (FileVault).", "An encrypted APFS volume (FileVault)."},
	"core-storage":             {"Volume CoreStorage d’Apple (FileVault ou Fusion Drive).", "An Apple CoreStorage volume (FileVault or Fusion Drive)."},
	"lvm":                      {"Volume LVM : non lu.", "An LVM volume: not read."},
	"raid-member":              {"Membre d’un RAID : assembler d’abord.", "A member of a RAID: assemble it first."},
	"file-system-unsupported":  {"Système de fichiers connu, mais non lu.", "A file system that is known and not read."},
	"file-system-unknown":      {"Système de fichiers inconnu.", "An unknown file system."},
	"swap-space":               {"Espace d’échange (swap).", "Swap space."},
	"volume-empty":             {"Volume vide : rien que des zéros.", "An empty volume: nothing but zeros."},
	"unpartitioned":            {"Étendue qui n’appartient à aucune partition.", "A stretch that belongs to no partition."},
	"walk-failed":              {"Le système de fichiers n’a pu être lu qu’en partie.", "The file system could be read in part only."},
	"short-read":               {"Moins d’octets que le système de fichiers n’en annonce.", "Fewer bytes than the file system declares."},
	"overwritten":              {"Fichier effacé, dont la place appartient en partie à un autre.", "A deleted file, some of whose place belongs to another one."},
	"content-gone":             {"Fichier effacé, dont le contenu n’est plus localisable.", "A deleted file whose content can no longer be located."},
	"metadata-unreadable":      {"Il y a un nom, et rien derrière.", "There is a name, and nothing behind it."},
	"compression-unsupported":  {"Compression de Windows inconnue de cette version.", "A compression of Windows that this version does not know."},
	"unreadable":               {"The Sleuth Kit ne peut en donner les octets.", "The Sleuth Kit cannot give its bytes."},
	"image-closed":             {"L’image de disque a été fermée.", "The drive image was closed."},
}
