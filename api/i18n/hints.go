package i18n

import (
	"unicode"
	"unicode/utf8"
)

// hints are the French of the hints that the domain, the guard and the pages give, which are English. A test reads
// their source and finds those that are missing here and in outerHints.
var hints = map[string]string{
	"tick the box: what is destroyed cannot be brought back": "cochez la case : rien de ce qui est détruit ne peut être retrouvé",
	// Of closing and reopening cases.
	"its case is closed: an administrator reopens it with vigie case reopen": "sa procédure est close : un administrateur la rouvre avec vigie case reopen",
	"this case is being reopened: try again when that is done":               "cette procédure est en cours de réouverture : réessayez ensuite",
	"this case is being reopened already":                                    "cette procédure est déjà en cours de réouverture",
	"this case is closed already":                                            "cette procédure est déjà close",
	"no custody runs in this case":                                           "aucune garde à vue n’est en cours dans cette procédure",
	"this time is past: state when the custody ends":                         "cette heure est passée : indiquez la fin de la garde à vue",
	"this time is too far ahead: no custody lasts longer than 144 hours":     "cette heure est trop lointaine : aucune garde à vue ne dépasse 144 heures",
	"a time is written 2026-11-23T14:00: the day, and the time of day":       "une heure s’écrit 2026-11-23T14:00 : le jour, puis l’heure",
	"this is no place in the queue: begin at its beginning":                  "ce n’est pas un endroit de la file : reprenez-la à son début",
	"this case is open":                          "cette procédure est ouverte",
	"this case was closed or reopened meanwhile": "cette procédure a été close ou rouverte entre-temps",
	"one of its exhibits is to be destroyed: wait until it is, or withdraw the proposal":                   "l’un de ses scellés doit être détruit : attendez qu’il le soit, ou retirez la proposition",
	"there is no such case: vigie case list shows all":                                                     "cette procédure n’existe pas : vigie case list les montre toutes",
	"a day is written 2026-01-31: year, month, day":                                                        "une date s’écrit 2026-01-31 : année, mois, jour",
	"the day of the seizure lies in the future: correct it":                                                "la date de la saisie est dans l’avenir : corrigez-la",
	"this exhibit was opened with another day of seizure, or none: leave it out, or use another --exhibit": "ce scellé a été ouvert avec une autre date de saisie, ou sans : ne l’indiquez pas, ou choisissez un autre --exhibit",
	"state a reason of at most 500 bytes: others will want to know why":                                    "indiquez un motif de 500 octets au plus : d’autres voudront savoir pourquoi",
	"somebody changed the weights since you read them: read them again":                                    "quelqu’un a changé les poids depuis que vous les avez lus : relisez-les",
	"these weights are in force already":                                                                   "ces poids sont déjà en vigueur",
	"the weights changed meanwhile: the groups are ranked by the new ones":                                 "les poids ont changé entre-temps : les groupes sont classés selon les nouveaux",
	"enough groups wait for their rank":                                                                    "assez de groupes attendent leur rang",
	"somebody else decides about an exhibit or a case at this moment: try again":                           "quelqu’un d’autre décide d’un scellé ou d’une procédure en ce moment : réessayez",

	// Of making fingerprints again.
	"a rehash is under way: vigie rehash --status says how far it is": "des empreintes sont en train d’être refaites : vigie rehash --status dit où cela en est",
	"another process goes on with it":                                 "un autre processus s’en charge",

	"this exhibit was destroyed: submit under another --exhibit":                                "ce scellé a été détruit : déposez sous un autre --exhibit",
	"its exhibit was destroyed or changed meanwhile: submit again":                              "son scellé a été détruit ou modifié entre-temps : déposez de nouveau",
	"its destruction was decided already":                                                       "sa destruction est déjà décidée",
	"its destruction is proposed already: let another administrator confirm it, or withdraw it": "sa destruction est déjà proposée : un autre administrateur la confirme, ou retirez la proposition",
	"who proposed a destruction cannot confirm it: another administrator does":                  "qui a proposé une destruction ne peut la confirmer : un autre administrateur le fait",
	"the proposal is older than 14 days: propose it again":                                      "la proposition date de plus de 14 jours : refaites-la",
	"nobody proposed to destroy this exhibit":                                                   "personne n’a proposé de détruire ce scellé",
	"its bytes were destroyed":                                                                  "ses octets ont été détruits",
	"its bytes are not those of its name: restore them from a copy":                             "ses octets ne sont pas ceux de son nom : restaurez-les d’une copie",
	"reference is empty: state one":                                                             "la référence est vide : indiquez-la",
	"reference is longer than 200 bytes: shorten it":                                            "la référence dépasse 200 octets : raccourcissez-la",
	"reference holds control characters or is not UTF-8: correct it":                            "la référence contient des caractères de contrôle ou n’est pas de l’UTF-8 : corrigez-la",
	"this exhibit was destroyed":                                                                "ce scellé a été détruit",
	"a set is known or benign":                                                                  "une base contient des contenus connus ou des fichiers inoffensifs",
	"the list holds no entry that can be read":                                                  "la liste ne contient aucune fiche lisible",
	"the submission is not complete: run vigie submit again":                                    "le dépôt n’est pas complet : relancez vigie submit",
	"a step is blurred, grey, colour or full":                                                   "une étape est « blurred », « grey », « colour » ou « full »",
	"state why, in at least 5 characters":                                                       "indiquez le motif, en 5 caractères au moins",
	"the reason is longer than 2,000 bytes: shorten it":                                         "le motif dépasse 2 000 octets : raccourcissez-le",
	"the note is longer than 2,000 bytes: shorten it":                                           "la note dépasse 2 000 octets : raccourcissez-la",
	"this link was used or has expired: ask for another":                                        "ce lien a déjà servi ou a expiré : demandez-en un autre",
	"this token was revoked: ask the administrator for another":                                 "ce jeton a été révoqué : demandez-en un autre à l’administrateur",
	"this account was revoked: ask the administrator":                                           "ce compte a été révoqué : adressez-vous à l’administrateur",
	"give a valid token, or sign in by link":                                                    "donnez un jeton valide, ou connectez-vous par un lien",
	"a verdict is illegal, not-illegal or unsure":                                               "une décision est « illégal », « non illégal » ou « incertain »",
	"no group waits that nobody holds: look again later":                                        "aucun groupe libre n’attend : revenez plus tard",
	"others take groups at this moment: try again":                                              "d’autres prennent des groupes en ce moment : réessayez",
	"the group has changed since: read it again":                                                "le groupe a changé entre-temps : relisez-le",
	"claim this group first":                                                                    "prenez d’abord ce groupe",
	"ask for the step before this one first":                                                    "demandez d’abord l’étape qui précède celle-ci",
	"this service does not grant this step":                                                     "ce service n’accorde pas cette étape",
	"this group holds no picture that can be shown":                                             "ce groupe ne contient aucune image qui puisse être montrée",
	"this reveal is over: ask for it again":                                                     "ce dévoilement est terminé : demandez-le de nouveau",
	"this reveal has no such picture":                                                           "ce dévoilement n’a pas cette image",
	"the part's bytes are not the declared ones: send it again":                                 "les octets de la partie ne sont pas ceux annoncés : renvoyez-la",
	"a part is a JSON array of items":                                                           "une partie est un tableau JSON de fichiers",
	"a part holds 1 to 1,000 items":                                                             "une partie compte de 1 à 1 000 fichiers",
	"a role is one of examiner, reviewer, supervisor, unit, admin":                              "un rôle est l’un de : examiner, reviewer, supervisor, unit, admin",
	"ask about 1 to 100 hashes at a time":                                                       "demandez de 1 à 100 empreintes à la fois",
	"ask about at most 400 pictures at a time, those of animations and parts included":          "demandez 400 images au plus à la fois, y compris celles des animations et les parties d’images",
	"this is the digest of an empty file: it matches nothing":                                   "c’est l’empreinte d’un fichier vide : elle ne correspond à rien",
	"give at least one hash: MD5, SHA-1, SHA-256, PDQ or pHash":                                 "donnez au moins une empreinte : MD5, SHA-1, SHA-256, PDQ ou pHash",
	"a picture has at most eight PDQ hashes":                                                    "une image a au plus huit empreintes PDQ",
	"another examiner submitted this seal: ask them, or use another --exhibit":                  "un autre enquêteur a déposé ce scellé : demandez-lui, ou donnez un autre --exhibit",
	"a set is named by its number":                                                              "une base est désignée par son numéro",
	"the journal holds an event that cannot be read: use the version of vigie that wrote it":    "le journal contient un événement illisible : utilisez la version de vigie qui l’a écrit",
	"the import is on record and takes effect within a minute: look at the list of sets":        "l’import est enregistré et prendra effet dans la minute : consultez la liste des bases",
	"its upload is not complete":                                                                "son dépôt n’est pas terminé",
	"the service is catching up: try again in a moment":                                         "le service se remet à jour : réessayez dans un instant",
	"no such exhibit among yours":                                                               "aucun scellé de ce nom parmi les vôtres",
	"send the manifest part that lists this medium first":                                       "envoyez d’abord la partie du manifeste qui cite ce média",
	"this file is listed as not media: its bytes are not wanted":                                "ce fichier est déclaré comme n’étant pas un média : ses octets ne sont pas demandés",
	"the bytes are not the declared ones: read the file again":                                  "les octets ne sont pas ceux annoncés : relisez le fichier",
	"a part of the manifest has not arrived: submit again":                                      "une partie du manifeste n’est pas arrivée : relancez le dépôt",
	"source is empty: state one":                                                                "la source est vide : indiquez-la",
	"source is longer than 200 bytes: shorten it":                                               "la source dépasse 200 octets : raccourcissez-la",
	"source holds control characters or is not UTF-8: correct it":                               "la source contient des caractères de contrôle ou n’est pas en UTF-8 : corrigez-la",
	"case is empty: state one":                                                                  "le numéro de procédure est vide : indiquez-le",
	"case is longer than 200 bytes: shorten it":                                                 "le numéro de procédure dépasse 200 octets : raccourcissez-le",
	"case holds control characters or is not UTF-8: correct it":                                 "le numéro de procédure contient des caractères de contrôle ou n’est pas en UTF-8 : corrigez-le",
	"exhibit is empty: state one":                                                               "le scellé est vide : indiquez-le",
	"exhibit is longer than 200 bytes: shorten it":                                              "le scellé dépasse 200 octets : raccourcissez-le",
	"exhibit holds control characters or is not UTF-8: correct it":                              "le scellé contient des caractères de contrôle ou n’est pas en UTF-8 : corrigez-le",
	"name is empty: state one":                                                                  "le nom est vide : indiquez-le",
	"name is longer than 200 bytes: shorten it":                                                 "le nom dépasse 200 octets : raccourcissez-le",
	"name holds control characters or is not UTF-8: correct it":                                 "le nom contient des caractères de contrôle ou n’est pas en UTF-8 : corrigez-le",
	"another import has this number":                                                            "un autre import a ce numéro",
	"this set was never active: remove it":                                                      "cette base n’a jamais été active : supprimez-la",
	"the import was cut off: import the list again":                                             "l’import s’est interrompu : importez la liste à nouveau",
	"only a set whose import failed or was cut off can be removed: withdraw an active one":      "seule une base dont l’import a échoué ou s’est interrompu peut être supprimée : une base active se retire",

	// Of entries of sets.
	"an entry is withdrawn, disputed or restored":                                                        "une fiche est retirée, contestée ou rétablie",
	"this entry is neither withdrawn nor disputed: name it as it was then":                               "cette fiche n’est ni retirée ni contestée : désignez-la comme elle l’était alors",
	"this entry is withdrawn: restore it first":                                                          "cette fiche est retirée : rétablissez-la d’abord",
	"this set is not active: none of its entries matches":                                                "cette base n’est pas active : aucune de ses fiches n’est comparée",
	"this set has no entry in this line: lines are counted from 1, as an editor does, a header included": "cette base n’a pas de fiche à cette ligne : les lignes se comptent à partir de 1, comme dans un éditeur, en-tête compris",
	"an entry is named by its line in the list, from 1":                                                  "une fiche est désignée par sa ligne dans la liste, à partir de 1",

	// Of the HTTP side.
	"correct the numbers that are marked below":                                     "corrigez les nombres signalés ci-dessous",
	"the length of the body is stated twice":                                        "la longueur de l’envoi est indiquée deux fois",
	"the service is stopping: try again":                                            "le service s’arrête : réessayez",
	"this form is out of date: load the page again":                                 "ce formulaire n’est plus à jour : rechargez la page",
	"this request does not come from a page of this service: open the page again":   "cette demande ne vient pas d’une page de ce service : rouvrez la page",
	"the body is larger than this route takes":                                      "l’envoi est plus grand que ce qui est accepté ici",
	"the bytes stopped coming: send them again":                                     "l’envoi s’est interrompu : recommencez",
	"the form must be sent as multipart/form-data":                                  "le formulaire doit être envoyé en multipart/form-data",
	"64 digits are SHA-256 or PDQ: say which, it is not guessed":                    "64 chiffres peuvent être un SHA-256 ou un PDQ : indiquez lequel, rien n’est deviné",
	"a hash has 16, 32, 40 or 64 hexadecimal digits: give one a line, nothing else": "une empreinte a 16, 32, 40 ou 64 chiffres hexadécimaux : une par ligne, rien d’autre",
	"a hash has digits 0 to 9 and a to f only":                                      "une empreinte n’a que les chiffres 0 à 9 et a à f",
	"the form did not arrive whole: send it again":                                  "le formulaire n’est pas arrivé en entier : renvoyez-le",
	"choose the file that holds the list":                                           "choisissez le fichier qui contient la liste",
	"the list is too large for a form: use vigie sets import":                       "la liste est trop grande pour un formulaire : utilisez vigie sets import",
	"the languages are fr and en":                                                   "les langues sont fr et en",
}

// sentence gives a phrase a capital and a full stop.
func sentence(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	s = string(unicode.ToUpper(first)) + s[n:]
	switch s[len(s)-1] {
	case '.', '?', '!':
		return s
	}
	return s + "."
}
