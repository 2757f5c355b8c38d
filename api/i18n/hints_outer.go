package i18n

import (
	"strings"

	"vigie/triage"
)

// outerHints are the French of the hints that the stores, the client and the command line give.
var outerHints = map[string]string{
	// Of the client, and of what the service says to it.
	"no such case and exhibit among yours":                                                                               "aucun scellé de ce nom dans cette procédure parmi les vôtres",
	"the answer is larger than this program reads: update it":                                                            "la réponse dépasse ce que ce programme sait lire : mettez-le à jour",
	"the answer is not that of a Vigie service: check the address":                                                       "la réponse n’est pas celle d’un service Vigie : vérifiez l’adresse",
	"the service's address is a URL, http://… or https://…: check VIGIE_URL":                                             "l’adresse du service est une URL, http://… ou https://… : vérifiez VIGIE_URL",
	"the file can no longer be read":                                                                                     "le fichier ne peut plus être lu",
	"the file can no longer be read, or changed while it was sent":                                                       "le fichier ne peut plus être lu, ou a changé pendant l’envoi",
	"the service's certificate is not trusted here: check the address, or have the certificate installed":                "le certificat du service n’est pas reconnu ici : vérifiez l’adresse, ou faites installer le certificat",
	"the connection broke before the answer came: look whether it took effect before you try again":                      "la connexion s’est rompue avant la réponse : regardez si la demande a pris effet avant de recommencer",
	"the service does not answer: check that it runs and that the address is right":                                      "le service ne répond pas : vérifiez qu’il fonctionne et que l’adresse est juste",
	"the service did not answer about each hash: update this program":                                                    "le service n’a pas répondu sur chaque empreinte : mettez ce programme à jour",
	"the service did not answer about each medium: update this program":                                                  "le service n’a pas répondu pour chaque média : mettez ce programme à jour",
	"this kernel has neither Landlock nor seccomp: use another, or accept the risk with --jail best-effort (VIGIE_JAIL)": "ce noyau n’a ni Landlock ni seccomp : utilisez-en un autre, ou acceptez le risque avec --jail best-effort (VIGIE_JAIL)",
	"the answer was cut short: ask again":                                                                                "la réponse a été coupée : recommencez",
	"a part is named by 64 lower-case hexadecimal digits":                                                                "une partie est nommée par 64 chiffres hexadécimaux en minuscules",
	"a format is ndjson or csv":                                                                                          "un format est ndjson ou csv",
	"limit is a number from 1 to 500":                                                                                    "limit est un nombre de 1 à 500",
	"a medium is named by its SHA-256: 64 hexadecimal digits":                                                            "un média est nommé par son SHA-256 : 64 chiffres hexadécimaux",
	"the body is not the JSON that this address takes: see /openapi.json":                                                "l’envoi n’est pas le JSON attendu à cette adresse : voir /openapi.json",
	"there is no such object: check its identifier":                                                                      "cet objet n’existe pas : vérifiez son identifiant",
	"a store does not answer: see the service's log":                                                                     "un stockage ne répond pas : voir le journal du service",
	"there is no such set: see the list of sets":                                                                         "cette base n’existe pas : voir la liste des bases",
	"a hash is md5, sha1, sha256, pdq or phash":                                                                          "une empreinte est md5, sha1, sha256, pdq ou phash",

	// Of set packs.
	"the recipient is one age public key, age1…, as vigie identity show prints it":                       "le destinataire est une clé publique age, age1…, telle que l’affiche vigie identity show",
	"this set pack was made for another key: open it with the identity whose public key it was made for": "cet extrait des bases a été fait pour une autre clé : ouvrez-le avec l’identité dont la clé publique a servi",
	"this is no set pack, or it is damaged or cut short: copy it again, or have a new one made":          "ce n’est pas un extrait des bases, ou il est abîmé ou tronqué : copiez-le de nouveau, ou faites-en faire un autre",
	"this set pack was not made by the service whose key was given: do not use it":                       "cet extrait des bases ne vient pas du service dont la clé a été donnée : ne l’utilisez pas",
	"this set pack has expired: have a new one made with vigie sets pack, or submit to the service":      "cet extrait des bases a expiré : faites-en faire un autre avec vigie sets pack, ou déposez auprès du service",
	"this machine's clock stands before the set pack was made: set the clock right":                      "l’horloge de cette machine est antérieure à l’extrait des bases : mettez-la à l’heure",
	// Of an examiner's key, and what was signed with it.
	"the name of a key has letters, digits, points, dashes and @, at most 100 bytes":                                 "le nom d’une clé a des lettres, des chiffres, des points, des tirets et @, 100 octets au plus",
	"this file holds no key of an examiner, or a damaged one: restore it, or make another with 'vigie identity new'": "ce fichier ne contient pas de clé d’enquêteur, ou elle est endommagée : le restaurer, ou en créer une autre par « vigie identity new »",
	"its folder cannot be made: name another place":                                                                  "son dossier ne peut pas être créé : donner un autre emplacement",
	"there is a file already, which may be a key: name another place, or move it away":                               "un fichier est déjà là, qui peut être une clé : donner un autre emplacement, ou le déplacer",
	"the file cannot be written: name another place":                                                                 "le fichier ne peut pas être écrit : donner un autre emplacement",
	"there is no such file: check its path, or make a key with 'vigie identity new'":                                 "ce fichier n’existe pas : vérifier son chemin, ou créer une clé par « vigie identity new »",
	"the file cannot be read: check who may":                                                                         "le fichier ne peut pas être lu : vérifier qui en a le droit",
	"this is no public key of an examiner: 'vigie identity show' prints one":                                         "ce n’est pas la clé publique d’un enquêteur : « vigie identity show » en affiche une",
	"this file holds no public key of an examiner: 'vigie identity show' prints one":                                 "ce fichier ne contient pas de clé publique d’enquêteur : « vigie identity show » en affiche une",
	"the signature does not fit the text: it was altered, or another key signed it":                                  "la signature ne correspond pas au texte : il a été modifié, ou une autre clé l’a signé",
	"this was signed with another key":                                                                               "ceci a été signé avec une autre clé",
	"this file is no manifest, or a damaged one: vigie manifest writes it anew":                                      "ce fichier n’est pas un manifeste, ou il est endommagé : vigie manifest l’écrit à nouveau",
	"the parts of the manifest are not those that were signed":                                                       "les parties du manifeste ne sont pas celles qui ont été signées",

	// Of bundles.
	"the bundle is damaged: copy it again from where it was packed, or pack the source anew":                                 "le paquet est endommagé : copiez-le à nouveau depuis le disque d’origine, ou refaites-le depuis la source",
	"its end holds no signature: pack it again":                                                                              "sa fin ne porte pas de signature : refaites-le",
	"its header says something else than what was signed: pack it again":                                                     "son en-tête dit autre chose que ce qui a été signé : refaites-le",
	"the bundle cannot be read: check its disk":                                                                              "le paquet ne peut pas être lu : vérifiez son disque",
	"there is no such bundle: check its path":                                                                                "ce paquet n’existe pas : vérifiez son chemin",
	"the bundle is finished: send it with vigie submit, or give another name":                                                "le paquet est terminé : déposez-le avec vigie submit, ou donnez un autre nom",
	"this bundle is of another version: update this program":                                                                 "ce paquet est d’une autre version : mettez ce programme à jour",
	"this file is no bundle of vigie pack":                                                                                   "ce fichier n’est pas un paquet de vigie pack",
	"this key does not open the bundle: it is for others, or damaged at its beginning":                                       "cette clé n’ouvre pas le paquet : il est destiné à d’autres, ou endommagé à son début",
	"the bundle's disk is full: make room on it, then run the same command again and it goes on; or pack onto a larger disk": "le disque du paquet est plein : libérez-y de la place puis relancez la même commande, elle continuera ; ou choisissez un disque plus grand",
	"the bundle's disk takes no longer file: FAT32 takes 4 GB; pack onto a disk with exFAT, NTFS or ext4":                    "le disque du paquet n’admet pas de fichier plus long : FAT32 s’arrête à 4 Go ; choisissez un disque en exFAT, NTFS ou ext4",
	"the bundle cannot be written: check its disk, then run the same command again":                                          "le paquet ne peut pas être écrit : vérifiez son disque, puis relancez la même commande",
	"the bundle is not finished: run the same vigie pack again, and it goes on where it stopped":                             "le paquet n’est pas terminé : relancez le même vigie pack, il reprendra où il s’est arrêté",
	"there is a file of that name already: give another name":                                                                "un fichier de ce nom existe déjà : donnez un autre nom",
	"there is no such folder: check the bundle's path":                                                                       "ce dossier n’existe pas : vérifiez le chemin du paquet",
	"another vigie pack writes this bundle: wait until it ends":                                                              "un autre vigie pack écrit ce paquet : attendez qu’il ait fini",
	"the bundle cannot be locked: pack onto a disk of this machine":                                                          "le paquet ne peut pas être verrouillé : choisissez un disque de cette machine",
	"nobody can be given this bundle: check the keys that it is for":                                                         "personne ne pourrait lire ce paquet : vérifiez les clés auxquelles il est destiné",

	// Of the weights of the ranking.
	"this file was made of another version than that in force: see vigie weights history, and make it of vigie weights show": "ce fichier est issu d’une autre version que celle en vigueur : voir vigie weights history, et le refaire à partir de vigie weights show",

	"there is no such version of the weights: vigie weights history lists all": "cette version des poids n’existe pas : vigie weights history les montre toutes",

	// Of the classifier.
	"a model has a name and a version, each of at most 64 letters, digits and ._+-":                 "un modèle a un nom et une version, chacun d’au plus 64 lettres, chiffres et ._+-",
	"the address of a classifier is http://127.0.0.1:port, or https://host:port":                    "l’adresse d’un classifieur est http://127.0.0.1:port, ou https://hôte:port",
	"beyond this machine a classifier is reached by https: it is sent pictures":                     "hors de cette machine, un classifieur se joint en https : il reçoit des images",
	"the classifier's token is one line of a file that the service can read":                        "le jeton du classifieur est une ligne d’un fichier que le service peut lire",
	"the classifier changes too often: have one version of one model answer":                        "le classifieur change trop souvent : faites répondre une seule version d’un seul modèle",
	"the classifier does not answer: start it, or correct --classifier":                             "le classifieur ne répond pas : lancez-le, ou corrigez --classifier",
	"the classifier wants another token: correct --classifier-token":                                "le classifieur veut un autre jeton : corrigez --classifier-token",
	"the classifier says that it failed: its own log says why":                                      "le classifieur dit avoir échoué : son propre journal dit pourquoi",
	"the classifier's answer is not what the contract says (docs/classifier.md): correct it":        "la réponse du classifieur n’est pas celle du contrat (docs/classifier.md) : corrigez-le",
	"the classifier failed several times in a row, and is left alone for a moment: see its own log": "le classifieur a échoué plusieurs fois de suite et est laissé en paix un moment : voir son propre journal",

	// Of the service's own machine.
	"another program listens there: stop it, or choose another port with --listen":                                          "un autre programme écoute à cette adresse : arrêtez-le, ou choisissez un autre port avec --listen",
	"this user may not listen there: choose a port from 1024 on":                                                            "cet utilisateur ne peut écouter là : choisissez un port à partir de 1024",
	"this machine has no such address":                                                                                      "cette machine n’a pas cette adresse",
	"the data folder holds data, but the secrets folder has no naming key: restore the secrets folder that belongs to them": "le dossier des données n’est pas vide, mais le dossier des secrets n’a pas de clé de nommage : restaurez le dossier des secrets qui leur appartient",
	"these data were written under other keys: restore the secrets folder that belongs to them":                             "ces données ont été écrites avec d’autres clés : restaurez le dossier des secrets qui leur appartient",
	"it is redis://, rediss:// or unix://, and of a cluster redis://host:port?addr=host:port&addr=…":                        "c’est redis://, rediss:// ou unix://, et pour un cluster redis://hôte:port?addr=hôte:port&addr=…",
	"this Redis is a node of a cluster: name its nodes, as redis://host:port?addr=host:port&addr=…":                         "ce Redis est un nœud de cluster : nommez ses nœuds, par exemple redis://hôte:port?addr=hôte:port&addr=…",
	"this Redis is no node of a cluster: name it alone, without addr=":                                                      "ce Redis n’est pas un nœud de cluster : nommez-le seul, sans addr=",
	"start \"vigie up\" on this data folder first (--data), or set VIGIE_REDIS_URL":                                         "lancez d’abord « vigie up » sur ce dossier de données (--data), ou définissez VIGIE_REDIS_URL",
	"Redis does not answer":            "Redis ne répond pas",
	"the object store does not answer": "le stockage d’objets ne répond pas",
	"embedded servers need Linux: use outside ones with VIGIE_REDIS_URL and VIGIE_S3_*":                    "les serveurs intégrés ont besoin de Linux : utilisez des serveurs extérieurs avec VIGIE_REDIS_URL et VIGIE_S3_*",
	"the data folder cannot be made: check its parent's rights and the free space":                         "le dossier de données ne peut être créé : vérifiez les droits du dossier parent et l’espace libre",
	"the data folder must belong to the user who runs the service":                                         "le dossier de données doit appartenir à l’utilisateur qui lance le service",
	"a data folder, a user of 3 bytes and a password of 8 bytes are needed":                                "il faut un dossier de données, un utilisateur de 3 octets et un mot de passe de 8 octets",
	"a data folder and a password of one line are needed":                                                  "il faut un dossier de données et un mot de passe d’une ligne",
	"the data folder's path cannot be resolved":                                                            "le chemin du dossier de données ne peut être résolu",
	"the folder's path cannot be resolved":                                                                 "le chemin du dossier ne peut être résolu",
	"an address is host:port":                                                                              "une adresse est hôte:port",
	"no free port there":                                                                                   "aucun port libre à cette adresse",
	"no temporary folder for the socket: set TMPDIR, or shorten the data folder's path":                    "aucun dossier temporaire pour la socket : définissez TMPDIR, ou raccourcissez le chemin du dossier de données",
	"another service already uses this data folder: stop it, or choose another folder":                     "un autre service utilise déjà ce dossier de données : arrêtez-le, ou choisissez un autre dossier",
	"redis-server is not installed: run make setup":                                                        "redis-server n’est pas installé : lancez make setup",
	"the MinIO server is not there: run make setup-minio, it builds ./bin/minio once (make test does too)": "le serveur MinIO n’est pas là : lancez make setup-minio, qui construit ./bin/minio une fois (make test aussi)",

	// Of the source of an exhibit, and of lists.
	"there is no such folder or file: check its path": "ce dossier ou ce fichier n’existe pas : vérifiez son chemin",
	"this is neither a folder nor a file":             "ce n’est ni un dossier ni un fichier",
	"it cannot be read":                               "sa lecture est impossible",
	"the folder cannot be read":                       "le dossier ne peut être lu",
	"this is not a text file in UTF-8 or ASCII (it may be UTF-16, compressed or encrypted): save it as UTF-8 text": "ce n’est pas un fichier texte en UTF-8 ou ASCII (il est peut-être en UTF-16, compressé ou chiffré) : enregistrez-le en texte UTF-8",

	// Of one line of a list.
	"64 digits are a SHA-256 or a PDQ: say which by --hash sha256 or --hash pdq":                                                                        "64 chiffres sont une SHA-256 ou une PDQ : précisez --hash sha256 ou --hash pdq",
	"this is not a hash; a plain list holds one a line, and a CSV file needs a header that names its columns (md5, sha1, sha256, pdq, phash, category)": "ce n’est pas une empreinte ; une liste simple en a une par ligne, et un fichier CSV a besoin d’un en-tête qui nomme ses colonnes (md5, sha1, sha256, pdq, phash, category)",
	"this is no line of a vPDQ list (number of the frame, quality, 64 digits, seconds)":                                                                 "ce n’est pas une ligne d’une liste vPDQ (numéro de l’image, qualité, 64 chiffres, secondes)",
	"in the film that begins here, line …: …":                                                                                                           "dans le film qui commence ici, ligne … : …",
	"no frame of this film shows enough to be compared: all have a quality below 50":                                                                    "aucune image de ce film n’en montre assez pour être comparée : toutes ont une qualité inférieure à 50",
	"a film has at most 200,000 frames: list one a second":                                                                                              "un film a au plus 200 000 images : n’en listez qu’une par seconde",
	"the rows of one film have different digests":                                                                                                       "les lignes d’un même film ont des empreintes exactes différentes",
	"a quality is a number from 0 to 100":                                                                                                               "une qualité est un nombre de 0 à 100",
	"this is the digest of an empty file: an empty file never matches anything":                                                                         "c’est l’empreinte d’un fichier vide : un fichier vide ne correspond jamais à rien",
	"the line is longer than 64 KiB: it holds no hash that can be read":                                                                                 "la ligne dépasse 64 Kio : elle ne contient aucune empreinte lisible",
	"the category is longer than 200 bytes":                                                                                                             "la catégorie dépasse 200 octets",
	"the row holds no hash":                                                                                                                             "la ligne ne contient aucune empreinte",
	"a quoted field is not closed":                                                                                                                      "des guillemets ne sont pas fermés",

	"there is no such exhibit":                    "ce scellé n’existe pas, ou n’est pas des vôtres",
	"there is no such group":                      "ce groupe n’existe pas",
	"there is no such medium":                     "ce média n’existe pas",
	"there is no such address: see /openapi.json": "cette adresse n’existe pas : vérifiez-la, ou voir /openapi.json",

	// Of Redis and the object store.
	"Redis does not answer: try again in a moment":                                         "Redis ne répond pas : réessayez dans un instant",
	"a node of the Redis Cluster is down, or its slots are moving: try again in a moment":  "un nœud du cluster Redis ne répond pas, ou ses slots changent de place : réessayez dans un instant",
	"Redis was started anew or replaced during the import: import the list again":          "Redis a redémarré ou a été remplacé pendant l’import : importez la liste de nouveau",
	"Redis does not answer: the service tries again by itself":                             "Redis ne répond pas : le service réessaie de lui-même",
	"entries are added to a set before it is active":                                       "des fiches s’ajoutent à une base avant qu’elle soit active",
	"a set has at most 65,535 categories: check the category column":                       "une base a au plus 65 535 catégories : vérifiez la colonne des catégories",
	"this set was withdrawn: import the list again":                                        "cette base a été retirée : importez de nouveau la liste",
	"Redis holds what this service's key does not open: rebuild Redis, or restore the key": "Redis contient ce que la clé de ce service n’ouvre pas : reconstruisez Redis, ou restaurez la clé",
	"there is no such set": "cette base n’existe pas",
	"the hash sets in Redis are incomplete: import or restore them": "les bases sont incomplètes dans Redis : importez-les ou restaurez-les",
	"the hash sets changed meanwhile: try again":                    "les bases ont changé entre-temps : réessayez",
	"a share is 1/3, 2/3 or 3/3, for any number of shares":          "une part est 1/3, 2/3 ou 3/3, quel que soit leur nombre",
	"an address of a matcher is http://host:port":                   "l’adresse d’un comparateur est http://hôte:port",
	"an address of a matcher is given once":                         "l’adresse d’un comparateur se donne une fois",
	"a medium has too many pictures to be looked up":                "un média a trop d’images pour être comparé",
	"the hash sets are being loaded: try again in a moment":         "les bases sont en cours de chargement : réessayez dans un instant",
	"a part is named by its SHA-256":                                "une partie est nommée par son SHA-256",
	"this is not the name of an exhibit":                            "ce n’est pas l’identifiant d’un scellé",
	"the sets changed meanwhile: match again":                       "les bases ont changé entre-temps : comparez de nouveau",
	"another reviewer works on this group: take the next one":       "quelqu’un d’autre travaille sur ce groupe : prenez le suivant",
	"another worker has taken a job over, or it is done":            "un autre processus a repris cette tâche, ou elle est faite",
	"a journal needs a clock and nonces":                            "un journal a besoin d’une horloge et de nombres aléatoires",
	"the object store could not be probed: try again":               "le stockage d’objets n’a pu être éprouvé : réessayez",
	"given up before it was written":                                "abandonné avant d’être écrit",
	"given up while it was written: look in the journal":            "abandonné pendant l’écriture : regardez dans le journal",
	"an event's data is at most 1 MiB":                              "les données d’un événement font au plus 1 Mio",
	"an event's data is JSON":                                       "les données d’un événement sont du JSON",
	"the event was not written: try again":                          "l’événement n’a pas été écrit : réessayez",
	"the record is damaged: it is made again":                       "l’enregistrement est endommagé : il sera refait",
	"it took too long: it is kept once more":                        "cela a pris trop de temps : c’est enregistré de nouveau",
	"a keyring is lost: restore the bucket keys from a copy":        "un trousseau de clés est perdu : restaurez le compartiment keys d’une copie",
	"the record is damaged: restore it":                             "l’enregistrement est endommagé : restaurez-le",
	"the record is larger than any we write":                        "l’enregistrement est plus grand que tout ce qui est écrit ici",
	"the data folder vanished: put it back and start again":         "le dossier de données a disparu : remettez-le et relancez",
	"given up": "abandonné",
	"the endpoint is host:port, without a scheme":                                                               "le point d’accès est hôte:port, sans protocole",
	"a bucket is gone: restore it":                                                                              "un compartiment a disparu : restaurez-le",
	"the object store is full: free space":                                                                      "le stockage d’objets est plein : libérez de l’espace",
	"Redis takes no more: give it memory (maxmemory), or free its disk":                                         "Redis n’accepte plus rien : donnez-lui de la mémoire (maxmemory) ou libérez son disque",
	"Redis is near its maxmemory: give it more":                                                                 "Redis approche de son maxmemory : augmentez-le",
	"Redis cannot write its files: free its disk":                                                               "Redis ne peut plus écrire ses fichiers : libérez son disque",
	"the workers are behind: it goes on when they catch up, or start more of them":                              "l’examen a pris du retard : cela reprend dès qu’il l’a rattrapé ; sinon, lancez d’autres vigie work",
	"the object store is slow: look at its disks and at what else burdens it":                                   "le stockage d’objets est lent : voyez ses disques et ce qui le charge",
	"not a prefix: a bucket, a slash, and the start of a key":                                                   "ce n’est pas un préfixe : un compartiment, une barre, et le début d’une clé",
	"Redis lost its data again meanwhile: the service catches up by itself":                                     "Redis a de nouveau perdu ses données entre-temps : le service les reconstitue de lui-même",
	"the object store does not answer: it goes on when it does":                                                 "le stockage d’objets ne répond pas : cela reprend quand il répond",
	"not a record of ours: remove it":                                                                           "ce n’est pas un enregistrement de Vigie : supprimez-le",
	"the record is damaged: remove it":                                                                          "l’enregistrement est endommagé : supprimez-le",
	"keys are being destroyed or rotated: try again when that is done":                                          "des clés sont en cours de destruction ou de renouvellement : réessayez ensuite",
	"a range has no negative numbers":                                                                           "une plage n’a pas de nombres négatifs",
	"the size must be known":                                                                                    "la taille doit être connue",
	"the content is shorter than was said":                                                                      "le contenu est plus court qu’annoncé",
	"the content is longer than was said":                                                                       "le contenu est plus long qu’annoncé",
	"the key has 32 bytes":                                                                                      "la clé a 32 octets",
	"the service key cannot be read: look at the secrets folder or VIGIE_SERVICE_KEY":                           "la clé du service est illisible : voyez le dossier des secrets ou VIGIE_SERVICE_KEY",
	"there is no service key: restore the secrets folder":                                                       "il n’y a pas de clé du service : restaurez le dossier des secrets",
	"wrapped under a service key that is not known here: restore the secrets folder that belongs to these data": "enveloppée par une clé du service inconnue ici : restaurez le dossier des secrets qui va avec ces données",
	"the stored keys were changed: restore them from a copy":                                                    "les clés conservées ont été modifiées : restaurez-les d’une copie",
	"not the name of a medium":                                                                                  "ce n’est pas le nom d’un média",
	"a medium is kept for a part of an exhibit":                                                                 "un média est conservé pour une partie de scellé",
	"the stored bytes were changed: restore them from a copy":                                                   "les octets conservés ont été modifiés : restaurez-les d’une copie",
	"kept by another version of vigie: use that one":                                                            "conservé par une autre version de vigie : utilisez celle-là",
	"its exhibit was destroyed meanwhile: submit again":                                                         "son scellé a été détruit entre-temps : soumettez à nouveau",
	"its exhibit was destroyed or changed meanwhile: submit again":                                              "son scellé a été détruit ou modifié entre-temps : soumettez à nouveau",
	"this medium was destroyed earlier: send it again":                                                          "ce média avait été détruit : envoyez-le à nouveau",
	"its key is lost: restore the bucket keys from a copy":                                                      "sa clé est perdue : restaurez le compartiment keys d’une copie",
	"an older service key is still needed: run \"vigie keys rotate\" first":                                     "une ancienne clé du service est encore nécessaire : lancez d’abord « vigie keys rotate »",
	"this exhibit was destroyed":                                                                                "ce scellé a été détruit",
	"its length is not that of a sealed object: it was cut or is not ours":                                      "sa longueur n’est pas celle d’un objet chiffré : il a été coupé ou n’est pas d’ici",
	"sealed by another version of vigie: use that one":                                                          "chiffré par une autre version de vigie : utilisez celle-là",
	"reading was cut short: try again":                                                                          "la lecture a été interrompue : réessayez",

	"this object store ignores If-None-Match, so the journal would fork: use MinIO or another S3 service with conditional writes": "ce stockage ignore If-None-Match, le journal pourrait bifurquer : utilisez MinIO ou un autre service S3 à écritures conditionnelles",
	"this object store ignores If-None-Match: use MinIO or another S3 service with conditional writes":                            "ce stockage ignore If-None-Match : utilisez MinIO ou un autre service S3 à écritures conditionnelles",
	"the journal's end could not be read, so nothing is written: try again":                                                       "la fin du journal n’a pu être lue, donc rien n’est écrit : réessayez",
	"the store stopped answering while the event was written: look in the journal":                                                "le stockage a cessé de répondre pendant l’écriture de l’événement : regardez dans le journal",
	"the journal was damaged or tampered with: keep the store as it is and call whoever answers for it":                           "le journal a été endommagé ou falsifié : laissez le stockage en l’état et appelez la personne qui en répond",

	// Of the journal's audit.
	"no checkpoint was written yet: the service writes one a minute after something happened": "aucun point de contrôle n’est encore écrit : le service en écrit un dans la minute où quelque chose se passe",
	"a proof has at most 4 MiB":                                                                                 "une preuve a au plus 4 Mio",
	"this file is not a proof of vigie audit prove":                                                             "ce fichier n’est pas une preuve de vigie audit prove",
	"its checkpoint was not signed with this key":                                                               "son point de contrôle n’a pas été signé avec cette clé",
	"its checkpoint does not reach the event":                                                                   "son point de contrôle ne va pas jusqu’à cet événement",
	"the event is not the one that the checkpoint covers":                                                       "l’événement n’est pas celui que couvre le point de contrôle",
	"no checkpoint covers such an event yet: look at its number, or wait a minute":                              "aucun point de contrôle ne couvre encore cet événement : vérifiez son numéro, ou attendez une minute",
	"the older checkpoint comes first":                                                                          "le point de contrôle le plus ancien vient en premier",
	"the two checkpoints speak of different journals: keep both and call whoever answers for the service":       "les deux points de contrôle parlent de journaux différents : gardez les deux et appelez la personne qui répond du service",
	"the witness's file cannot be written: check VIGIE_WITNESS, its disk and its rights":                        "le fichier du témoin ne peut être écrit : vérifiez VIGIE_WITNESS, son disque et ses droits",
	"the witness does not take the checkpoint: check VIGIE_WITNESS and the witness":                             "le témoin n’accepte pas le point de contrôle : vérifiez VIGIE_WITNESS et le témoin",
	"the journal was not sealed for minutes: look at the object store":                                          "le journal n’est plus scellé depuis plusieurs minutes : voyez le stockage d’objets",
	"the witness was not reached for minutes: check VIGIE_WITNESS and the way to it":                            "le témoin n’est plus joint depuis plusieurs minutes : vérifiez VIGIE_WITNESS et le chemin jusqu’à lui",
	"it is what vigie audit key prints, or a file that holds it":                                                "c’est ce qu’affiche vigie audit key, ou un fichier qui le contient",
	"the file holds something else than checkpoints signed with this key":                                       "le fichier contient autre chose que des points de contrôle signés avec cette clé",
	"start \"vigie up\" on this data folder first (--data), or set VIGIE_S3_ENDPOINT":                           "lancez d’abord « vigie up » sur ce dossier (--data), ou indiquez VIGIE_S3_ENDPOINT",
	"the disk of the data folder is full: free space or move the folder":                                        "le disque du dossier de données est plein : libérez de l’espace ou déplacez le dossier",
	"the data folder must be on a file system with hard links (ext4, xfs, btrfs, zfs) that this user may write": "le dossier de données doit être sur un système de fichiers à liens physiques (ext4, xfs, btrfs, zfs) où cet utilisateur peut écrire",
	"the data folder cannot be used: check its disk and its rights":                                             "le dossier de données est inutilisable : vérifiez son disque et ses droits",
	"the object store refuses our key: check VIGIE_S3_* and the service's policy":                               "le stockage refuse notre clé : vérifiez VIGIE_S3_* et les droits accordés",
	"the object store does not answer as it should: check that it runs and can be reached":                      "le stockage d’objets ne répond pas comme il faut : vérifiez qu’il fonctionne et qu’il est joignable",
	"the stored bytes were changed, or sealed under another service key: restore them from a copy":              "les octets conservés ont été modifiés, ou chiffrés avec une autre clé du service : restaurez-les d’une copie",
}

// hintForm is a hint with one part that is only known when it is given.
type hintForm struct { // french has ‹› where that part stands, in the words of part
	before, after, french string
	part                  func(string) string // nil: of LineError
}

var hintForms = []hintForm{
	{"the role ", " may not do this", "le rôle «\u00a0‹›\u00a0» ne permet pas cela", func(role string) string { return Role(FR, triage.Role(role)) }},
	{"the service did not answer for ", ": check that it runs and that the address is right", "le service n’a pas répondu pendant ‹› : vérifiez qu’il fonctionne et que l’adresse est juste", nil},
	{"there is no such ", "", "il n’y a rien de ce nom (‹›)", nil},
	{"the list holds no entry that can be read: ", "", "la liste ne contient aucune fiche lisible : ‹›", nil},
	{"", " hexadecimal digits are no hash: MD5 has 32, SHA-1 40, SHA-256 and PDQ 64, pHash 16", "‹› chiffres hexadécimaux ne sont pas une empreinte : MD5 en a 32, SHA-1 40, SHA-256 et PDQ 64, pHash 16", nil},
	{"the ", " holds something that is no hexadecimal digit", "la colonne ‹› contient autre chose que des chiffres hexadécimaux", nil},
	{"the row has ", "", "les champs ne sont pas ceux de l’en-tête (‹›)", nil},
	{"the matcher ", " does not answer: start it, or correct --matchers", "le comparateur ‹› ne répond pas : lancez-le, ou corrigez --matchers", nil},
	{"the matcher ", " has the keys of another service, or another share than before: give it this service's secrets", "le comparateur ‹› a les clés d’un autre service, ou une autre part qu’avant : donnez-lui les secrets de ce service", nil},
	{"the matcher ", " is asked too much at once: try again in a moment", "le comparateur ‹› est trop sollicité : réessayez dans un instant", nil},
	{"the matcher ", " is loading the hash sets: try again in a moment", "le comparateur ‹› charge les bases : réessayez dans un instant", nil},
	{"the matcher ", " cannot tell what is near: its log says why", "le comparateur ‹› ne peut pas dire ce qui est proche : son journal technique dit pourquoi", nil},
	{"the matcher ", " has not followed the hash sets: try again in a moment, or give it this service's Redis", "le comparateur ‹› n’a pas suivi les bases : réessayez dans un instant, ou donnez-lui le Redis de ce service", nil},
	{"the matchers given are ", ": of one number of shares, each is needed once", "les comparateurs indiqués sont ‹› : d’un même nombre de parts, il faut chacune une fois", nil},
	{"not a key: ", "", "ce n’est pas une clé : ‹›", nil},
	{"item ", "", "fichier ‹›", nil},
	{"see ", ".log in the data folder for the server's own words", "voir ‹›.log dans le dossier de données pour ce que dit le serveur", nil},
	{"a node of the Redis Cluster does not answer: ", "", "un nœud du cluster Redis ne répond pas : ‹›", nil},
	{"a node of the Redis Cluster says that slots are not served: ", "", "un nœud du cluster Redis dit que des slots ne sont pas servis : ‹›", nil},
	{"", " is true or false", "‹› est true ou false", nil},
}

// french returns a hint in French, or "" when it has no translation.
func french(hint string) string {
	if fr := hints[hint]; fr != "" {
		return fr
	}
	if fr := outerHints[hint]; fr != "" {
		return fr
	}
	for _, f := range hintForms {
		rest, begins := strings.CutPrefix(hint, f.before)
		part, ends := strings.CutSuffix(rest, f.after)
		if begins && ends && part != "" {
			if f.part != nil {
				part = f.part(part)
			} else {
				part = LineError(FR, part)
			}
			return strings.Replace(f.french, "‹›", part, 1)
		}
	}
	return ""
}

// LineError says what is wrong with one line of a list. line is what an import's report says, which is English:
// "line 7: invalid: the row holds no hash".
func LineError(l Lang, line string) string {
	line = strings.TrimPrefix(line, "read list ")
	where, hint, told := strings.Cut(line, ": invalid: ")
	number, numbered := strings.CutPrefix(where, "line ")
	if l == EN || !told || !numbered {
		return line
	}
	fr := french(hint)
	if fr == "" {
		fr = hint
	}
	return "ligne " + number + frenchSpaces.Replace(" : "+fr)
}
