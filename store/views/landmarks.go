package views

import (
	"slices"
	"strings"
)

// A landmark stands among the keys of each family from the moment on in which the projections are whole. Who removes a
// family removes its landmark, and the next look at the marks sees it. So do those keys that never go once they are there:
// which of them there are is noted when the projections were found to lack nothing.

// families are the beginnings of keys of which there are many, those of store/known, which has the same prefix, included;
// the last one are its exact digests, under the prefix without its hash tag, so that a cluster spreads them.
// What expires by itself has none, nor have jobs: what is queued and not there is queued again.
var families = []string{
	keyExhibits + ":", keyExhibit, keyCounts, keyParts, keyPartMedia, keyMedium, "ep:", keySeen, keyEarlier, keyDoomed, keyVacant,
	keyNear, "fg:", "sub:", keyGroup, keyMembers, keyFounders + ":", "q:",
	"known:c:", "known:s:", "known:p:", "known:h:", "kx:",
}

// lasting are single keys that never go once they are there; ofSets, once a set was active.
var (
	lasting = []string{keyAccounts, keyTokens, keyWords, keyFounders, keyCases, keyLeaving, "gone", keySwept, keyEpoch, "known:last", "known:versions"}
	ofSets  = []string{"known:docs", "known:states", "known:objections"}
)

// evictedKeys tells among what was lost that Redis dropped keys for want of memory.
const evictedKeys = "evicted"

// landmark is a name that no other key of a family has: those of the others are of other lengths, or numbers.
const landmark = ".landmark"

// landmarks are their keys, those in our slot and the one of the last family.
func (s Marks) landmarks() (own []string, spread string) {
	last := len(families) - 1
	for _, family := range families[:last] {
		own = append(own, s.key(family, landmark))
	}
	return own, s.untagged() + families[last] + landmark
}

// untagged is the prefix without the braces that make it a hash tag.
func (s Marks) untagged() string { return strings.NewReplacer("{", "", "}", "").Replace(s.prefix) }

// landmarkValue binds a landmark to the projections that it stands in: another service's are none.
func (s Marks) landmarkValue(key, generation string) string {
	return s.sealer.seal(key, []byte(generation))
}

// lost names what is missing of projections of a generation: families whose landmark is not theirs, and lasting keys of
// those noted that are not there.
func (s Marks) lost(generation string, found []any, noted string, there map[string]bool) (lost []string) {
	own, spread := s.landmarks()
	for i, key := range append(own, spread) {
		if value, _ := found[i].(string); value != s.landmarkValue(key, generation) {
			lost = append(lost, families[i])
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
