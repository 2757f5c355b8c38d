package views

import (
	"encoding/hex"

	"vigie/triage"
)

// The keys, after the prefix. <id>, <g> are 16 raw bytes (a medium, a group), <x> is 8 (an
// exhibit), <f> 5 (a folder).
//
//	key                  type    holds
//	-------------------  ------  -----------------------------------------------------------------------
//	epoch                string  the sets' epoch: written by store/known, read here
//	accounts             hash    account id → account, sealed
//	tokens               hash    hash of a token → account id
//	link:<hash>          string  a sign-in link, sealed, until it expires
//	session:<hash>       string  a session, sealed, until it expires
//	grant:<id>           string  a reveal, sealed, until it expires
//	granted:<g>:<who>    set     what was granted: see grants.go
//	lease:<name>         string  who holds a lease, until it expires
//	sitting:<account>    string  since when somebody has been at work, sealed, until they are no more
//	silent:<account>     string  until when they are not reminded of a break, sealed, until then
//
//	exhibits             zset    exhibit ids by time of opening
//	exhibits:<owner>     zset    the same, of one owner
//	x:<x>                string  an exhibit with its manifest, sealed
//	xc:<x>               hash    its counters: see lua.go (class), exhibits.go (dispositions) and spent.go
//	xp:<x>               hash    part (32 raw bytes) → items by disposition; nothing while its media come
//	xm:<x><part>         string  the media of a part, the first 8 bytes of each
//	xo:<x>               hash    place in the submission under way → the event that said so (8 bytes), the part
//
//	m:<2 bytes>          hash    the rest of a medium's identifier → its record: see record.go
//	gone                 hash    media that were destroyed → their last generation
//	epochs               hash    epoch → how many media were last matched under it; −1: to be matched; 0: below the floor
//	ep:<epoch>           hash    bucket of media → how many of these lie in it
//	swept                string  the floor: see sweep.go
//	sweep                hash    until which epoch a sweep goes, and how much of it is done
//	wanted               hash    bucket of media → how many lie in it whose bytes have not come
//	seen:<2 bytes>       hash    six bytes more of the keys of MD5 and SHA-1 of media that are in an exhibit
//
//	earlier:<2 bytes>    hash    ten bytes more of what stands for matches with entries that were withdrawn: see earlier.go
//
//	words                hash    what stands for a word → the word, sealed: see words.go
//	destructions         hash    exhibit → its destruction, from its proposal on, sealed
//	leaving              set     exhibits that are being destroyed, or were
//	doomed:<x>           hash    media whose bytes go with an exhibit → their generation; "kept": how many stay
//
//	cases                hash    case → what is kept of one that was closed once, sealed
//	shut                 set     what stands for the numbers of cases that are not open
//	reopening            set     cases that are being brought back
//	custodies            hash    case → the number of the event that said until when its custody runs, and what it said, sealed
//	custody              zset    what stands for the numbers of cases whose custody runs, by its end (ms)
//	sieved               zset    what stands for the numbers of cases by which somebody filters the queue, by when that is forgotten (ms)
//	lifted               hash    exhibit of such a case → what stands for it
//	lifting              hash    exhibit whose media are gone over for that → the last part that was (32 raw bytes)
//	up:<8 bytes>         zset    groups of the queue with media in such a case of the two, or in one that was assigned, by points, the highest first (their negative)
//	assigned:groups      hash    group → the number of the event that said whose it is, that account (nothing: it was taken back), and
//	                             who said so, sealed
//	assigned:cases       hash    what stands for a case's number → the same
//	settling             hash    what stands for the number of a case whose groups are given to whoever they are since → how far that is
//	mine:<account>       zset    groups of the queue that are somebody's, by points, the highest first (their negative)
//	assigned:queue       hash    score → how many groups of it in the queue are somebody's
//	assigned:q:<score>   hash    leaf → how many of its groups are
//	closed               hash    exhibit of a closed case → the exhibit as it was, sealed
//	vacant:<x>           set     folders that media of an exhibit lay in which is being put away
//
//	near:<x>             hash    how many known and near-known media there are: of a folder (5 bytes), of the folders within
//	                             one ('p' and that), of a folder and a number's key (8 bytes); and how many files: of a folder
//	                             ('t' and that), of the folders within one ('a' and that); and how many media were decided to be
//	                             illegal ('i' and …) and not ('j' and …): of a folder, of one of its days (8 bytes; known ones are illegal)
//	cam:<camera>         hash    what is counted of a camera (8 bytes, or an exhibit before them): see luaclues.go
//	stirred              set     what has changed for others than a medium itself: see luaclues.go
//	fg:<x><f>            list    groups with a member in this folder, each with the keys of that one's day (3 bytes), and number (3), if any
//	sub:<x><f>           list    folders with such groups in this folder
//	g:<2 bytes>          hash    the rest of a group's identifier → its record: see groups.go
//	gm:<g>               zset    its members but the founder: most groups have no other (all scores 0: a small
//	                             zset is compact, a small set is not)
//	founders             string  how many births of groups there were
//	founders:<n>         list    the n-th 1,024 of them: the group, and its founder's PDQs, sealed; nothing in the place
//	                             of one that counts no more
//	founders:live        hash    n → how many of these count
//	ended                list    groups that ended lately, or whose founder was destroyed, the last one first
//	ended:n              string  how many these were
//	orphans              set     groups whose founder is not a member
//	ungrouped            set     Pending media without a group
//	torank               zset    groups that wait for their rank, by first mark
//	marks                string  the last mark
//	tie:<x>              hash    addition (set and number, 4 bytes each) to the office's set → the link of it with an exhibit, sealed
//	tied:<addition>      set     exhibits that are linked with it
//	ties                 zset    exhibit and addition of each link, by its event
//	untied               zset    media that match the office's set and are to be looked at for links, by mark; and nothing, under −inf
//	queue                hash    score → how many groups in the queue have it
//	awaiting             zset    groups whose decision waits for somebody else, by when the first opinion was given (ms);
//	                             and nothing, under −inf, so that it never goes
//	entering             zset    groups whose decision is to take effect in the office's set, by when it was made (ms); and nothing, likewise
//	given:<verdict>      zset    opinions of a verdict (a letter) of the last month, each by its group and time, by that (ms)
//	held                 zset    groups that somebody holds, or is about to, each with who that is, by the end of the lease (ms)
//	q:<score>            hash    leaf → how many of these lie in it
//	q:<score>:<leaf>     hash    groups, their identifiers from the second byte on; a leaf is 12 bits (2 bytes)
//
//	limits:<account>     hash    event of the journal → the limits that somebody set on themselves, sealed
//
//	shown:<account>:<d>  hash    grant that ended on that day (days since 1970) → what was shown under it, sealed, until it fades
//
//	worked:<8 bytes>     set     who gave an opinion of a group with media in that case, each sealed
//	outcomes             hash    event of the journal → what it says came of a case, sealed
//	told:<account>       hash    event of an outcome that somebody is told of → when they took note, sealed
//
//	weights              hash    event of the journal → the weights that it put in force, sealed
//	rerank               hash    by which weights groups are ranked, and how many of them: see rerank.go
//
//	classifier           hash    whose scores are wanted: see scores.go
//	unscored             zset    groups that lack one, by points
//
//	rehash               hash    the renewal of outdated fingerprints: see rehash.go
//
//	marks:applied        hash    how far the projections have come: see marks.go
//	marks:ahead          zset    events that were applied beyond a gap
//	<family>.landmark    string  the generation, sealed: see landmarks.go
const (
	keyEpoch     = "epoch"
	keyRehash    = "rehash"
	keyAccounts  = "accounts"
	keyTokens    = "tokens"
	keyLink      = "link:"
	keySession   = "session:"
	keyGrant     = "grant:"
	keyGranted   = "granted:"
	keyLease     = "lease:"
	keySitting   = "sitting:"
	keySilent    = "silent:"
	keyExhibits  = "exhibits"
	keyExhibit   = "x:"
	keyCounts    = "xc:"
	keyParts     = "xp:"
	keyPartMedia = "xm:"
	keyPlaces    = "xo:"
	keyMedium    = "m:"
	keyEpochs    = "epochs"
	keySwept     = "swept"
	keySweep     = "sweep"
	keyWanted    = "wanted"
	keySeen      = "seen:"
	keyEarlier   = "earlier:"
	keyWords     = "words"
	keyNear      = "near:"
	keyCamera    = "cam:"
	keyStirred   = "stirred"
	keyGroup     = "g:"
	keyMembers   = "gm:"
	keyFounders  = "founders"
	keyUngrouped = "ungrouped"
	keyToRank    = "torank"
	keyOrphans   = "orphans"
	keyCases     = "cases"
	keyShut      = "shut"
	keyReopening = "reopening"
	keyClosed    = "closed"
	keyCustodies = "custodies"
	keyCustody   = "custody"
	keyLifted    = "lifted"
	keyLifting   = "lifting"
	keyUp        = "up:"
	keyVacant    = "vacant:"
	keyDestroy   = "destructions"
	keyLeaving   = "leaving"
	keyDoomed    = "doomed:"
	keyQueue     = "queue"
	keyGiven     = "given:"
	keyHeld      = "held"
	keyTie       = "tie:"
	keyTied      = "tied:"
	keyTies      = "ties"
	keyUntied    = "untied"
	keyAwaiting  = "awaiting"
	keyEntering  = "entering"
	keyWeights   = "weights"
	keyLimits    = "limits:"
	keyShown     = "shown:"
	keyWorked    = "worked:"
	keyOutcomes  = "outcomes"
	keyTold      = "told:"
	keyRerank    = "rerank"
	keyAssigned  = "assigned:"
	keyMine      = "mine:"
	keySettling  = "settling"
)

func (d db) key(parts ...string) string {
	key := d.prefix
	for _, p := range parts {
		key += p
	}
	return key
}

// medium is the bucket of a medium's record.
func (d db) medium(id triage.MediumID) string   { return d.key(keyMedium, packID(string(id))[:2]) }
func (d db) exhibit(id triage.ExhibitID) string { return d.key(keyExhibit, packExhibit(id)) }

// group is the bucket of a group's record.
func (d db) group(id triage.GroupID) string { return d.key(keyGroup, packID(string(id))[:2]) }

// packID halves an identifier of 32 hexadecimal digits. Anything else names nothing: it stays as it is, too long
// or too short to be taken for one.
func packID(id string) string {
	raw, err := hex.DecodeString(id)
	if err != nil || len(raw) != 16 || hex.EncodeToString(raw) != id {
		return "? " + id
	}
	return string(raw)
}

func unpackID(raw string) string { return hex.EncodeToString([]byte(raw)) }

// packExhibit shortens "x" and 16 hexadecimal digits to 8 bytes.
func packExhibit(id triage.ExhibitID) string {
	if len(id) != 17 || id[0] != 'x' {
		return "?" + string(id)
	}
	raw, err := hex.DecodeString(string(id[1:]))
	if err != nil || unpackExhibit(string(raw)) != id {
		return "?" + string(id)
	}
	return string(raw)
}

func unpackExhibit(raw string) triage.ExhibitID {
	return triage.ExhibitID("x" + hex.EncodeToString([]byte(raw)))
}

// packFolder shortens 10 hexadecimal digits to 5 bytes; what is none stands for no folder.
func packFolder(f triage.FolderKey) string {
	raw, err := hex.DecodeString(string(f))
	if err != nil || len(raw) != folderSize {
		return string(make([]byte, folderSize))
	}
	return string(raw)
}

func unpackFolder(raw string) triage.FolderKey {
	return triage.FolderKey(hex.EncodeToString([]byte(raw)))
}

func unpackIDs(raw []string) []triage.MediumID {
	ids := make([]triage.MediumID, len(raw))
	for i, r := range raw {
		ids[i] = triage.MediumID(unpackID(r))
	}
	return ids
}
