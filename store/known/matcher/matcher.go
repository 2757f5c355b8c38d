// Package matcher puts the perceptual entries of the known sets into processes of their own, each with a share of the
// segments: a Server answers for one share, a Client asks all of them at once and merges what they say, so that the
// processes that match hold no entry.
//
// What travels are hashes of seized media. Each message is sealed under a key that only the service's processes have
// (seal.go), so that it needs no other protection, and nobody else is answered. A request that somebody repeats costs a
// search and tells him nothing.
package matcher

import (
	"time"

	"vigie/store/known"
	"vigie/triage"
)

// The paths that a server answers beside GET /healthz and GET /readyz.
const (
	pathShare = "/share" // which share it has, and whether it is loaded
	pathNear  = "/near"  // what is near
)

const (
	// maxRequest and maxAnswer bound messages, in bytes. A lookup of a picture with all its frames and parts takes 11 kB, that of a film
	// up to 2 MB, what is found for either 1.5 kB. usualRequest is from which size on no further medium goes into a request.
	maxRequest   = 4 << 20
	usualRequest = 1 << 19
	maxAnswer    = 1 << 18
	// loadPatience is how long a server lets a request wait for sets that changed; then it says that it is behind, and is asked
	// again.
	loadPatience = 10 * time.Second
	// answerPatience is how long a client waits for an answer, sharePatience for the one to which share it is.
	answerPatience = 30 * time.Second
	sharePatience  = 3 * time.Second
)

// status says what came of a lookup.
type status byte

const (
	statusFound   status = iota
	statusBehind         // the sets are not as they were asked about, or not loaded yet as they are since a moment
	statusLoading        // nothing is loaded yet
	statusFailed         // the server's log says why
)

// Outcomes are the words for what came of requests, by which they are counted: found, behind, loading, failed; refused (sealed
// otherwise, or not readable); busy.
var Outcomes = []string{"found", "behind", "loading", "failed", refused, busy}

const (
	refused = "refused"
	busy    = "busy"
)

func (s status) String() string { return Outcomes[s] }

// standing is how a server fares.
type standing struct {
	share    known.Share
	ready    bool
	done, of uint64 // of loading
}

// The errors of asking. name says which matcher: its share, where that is known.

func noAnswer(name string, err error) error {
	return triage.E(triage.Unavailable, "ask a matcher", name, "the matcher "+name+" does not answer: start it, or correct --matchers", err)
}

func notOurs(name string) error {
	return triage.E(triage.Unavailable, "ask a matcher", name, "the matcher "+name+" has the keys of another service, or another share than before: give it this service's secrets", nil)
}

func tooBusy(name string) error {
	return triage.E(triage.Unavailable, "ask a matcher", name, "the matcher "+name+" is asked too much at once: try again in a moment", nil)
}

func notLoaded(name string) error {
	return triage.E(triage.Unavailable, "ask a matcher", name, "the matcher "+name+" is loading the hash sets: try again in a moment", nil)
}

func hasFailed(name string) error {
	return triage.E(triage.Unavailable, "ask a matcher", name, "the matcher "+name+" cannot tell what is near: its log says why", nil)
}

// isBehind is Stale: the one who asks looks at the sets again, and asks again.
func isBehind(name string) error {
	return triage.E(triage.Stale, "ask a matcher", name, "the matcher "+name+" has not followed the hash sets: try again in a moment, or give it this service's Redis", nil)
}
