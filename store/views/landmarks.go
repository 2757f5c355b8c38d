package views

import (
	"slices"
	"strings"

	"github.com/redis/go-redis/v9"
)

// A landmark stands among the keys of each family from the moment on in which the projections are whole. Who removes a
// family removes its landmark, and the next look at the marks sees it. So do those keys that never go once they are there:
// which of them there are is noted when the projections were found to lack nothing.

// families are the beginnings of keys of which there are many, those of store/known, which has the same prefix, included;
// What expires by itself, and no catch-up makes again, has none, nor have jobs: what is queued and not there is queued again.
var families = []string{
	keyExhibits + ":", keyExhibit, keyCounts, keyParts, keyPartMedia, keyPlaces, keyMedium, "ep:", keySeen, keyEarlier, keyDoomed, keyVacant,
	keyNear, keyCamera, "fg:", "sub:", keyGroup, keyMembers, keyTie, keyTied, keyFounders + ":", keyLimits, keyShown, keyWorked, keyTold, "q:", keyUp, keyGiven, keyAssigned, keyMine,
	"known:c:", "known:s:", "known:p:", "known:h:", "known:a:",
}

// spreadFamily are the exact digests of store/known, under the prefix without its hash tag: a cluster spreads them over its nodes
// by tags of their own, each of which is a family by itself.
const (
	spreadFamily = "kx:"
	spreadTags   = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
)

// lasting are single keys that never go once they are there; ofSets, once a set was active.
var (
	lasting = []string{keyAccounts, keyTokens, keyWords, keyFounders, keyCases, keyCustodies, keyLeaving, keyAwaiting, keyTies, keyUntied, keyEntering, keyWeights, keyOutcomes, keyAssigned + assignedGroups, keyAssigned + assignedCases, keyClassifier, "gone", keySwept, keyEpoch, "known:last", "known:versions"}
	ofSets  = []string{"known:docs", "known:states", "known:objections", "known:grown", "known:named"}
)

// evictedKeys tells among what was lost that Redis dropped keys for want of memory.
const evictedKeys = "evicted"

// landmark is a name that no other key of a family has: those of the others are of other lengths, or numbers.
const landmark = ".landmark"

// landmarks are all their keys.
func (s Marks) landmarks() []string { return append(s.ownLandmarks(), s.spreadLandmarks()...) }

// ownLandmarks are those in our slot.
func (s Marks) ownLandmarks() (keys []string) {
	for _, family := range families {
		keys = append(keys, s.key(family, landmark))
	}
	return keys
}

// spreadLandmarks are those in other slots.
func (s Marks) spreadLandmarks() (keys []string) {
	for _, tag := range spreadTags {
		keys = append(keys, s.untagged()+spreadFamily+"{"+string(tag)+"}"+landmark)
	}
	return keys
}

// untagged is the prefix without the braces that make it a hash tag.
func (s Marks) untagged() string { return strings.NewReplacer("{", "", "}", "").Replace(s.prefix) }

// landmarkValue binds a landmark to the projections that it stands in: another service's are none.
func (s Marks) landmarkValue(key, generation string) string {
	return s.sealer.seal(key, []byte(generation))
}

// lost names what is missing of projections of a generation: families whose landmark is not theirs, and lasting keys of
// those noted that are not there.
func (s Marks) lost(generation string, found []*redis.StringCmd, noted string, there map[string]bool) (lost []string) {
	for i, key := range s.landmarks() {
		if found[i].Val() != s.landmarkValue(key, generation) {
			lost = append(lost, strings.TrimSuffix(key, landmark))
		}
	}
	for _, key := range strings.Fields(noted) {
		if !there[key] && slices.Contains(lastingKeys(), key) {
			lost = append(lost, key)
		}
	}
	return lost
}

// lastingKeys are all single keys that are watched over.
func lastingKeys() []string { return slices.Concat(lasting, ofSets) }
