package main

import (
	"fmt"
	"maps"
	"slices"
	"sync"

	"vigie/api/wire"
	"vigie/triage"
)

// ledger is what the service was asked for and what it acknowledged, written down outside of it: the gate sees every
// request and every answer.
type ledger struct {
	mu        sync.Mutex
	asked     map[act]int              // requests that may have reached the service
	acked     map[act]int              // of these: answered with success
	uploads   map[string]bool          // digests whose upload was acknowledged
	decisions map[string]wire.Decision // of each group the last one
	imports   map[uint32]string        // set → source
	withdrawn map[uint32]bool
	wrong     []string // what was seen to be wrong while it happened
}

// act is one kind of thing done to one subject: what one event of the journal tells. Detail tells acts on one
// subject apart: the part of an exhibit, the verdict of a check.
type act struct {
	kind    triage.EventKind
	subject string
	detail  string
}

// uploaded is an act that leaves no event: the journal has the part that lists the medium.
const uploaded triage.EventKind = "(medium uploaded)"

// confirmed is a decision that takes another one over for media that joined since.
const confirmed triage.EventKind = "(decision confirmed)"

func newLedger() *ledger {
	return &ledger{
		asked: make(map[act]int), acked: make(map[act]int), uploads: make(map[string]bool), decisions: make(map[string]wire.Decision),
		imports: make(map[uint32]string), withdrawn: make(map[uint32]bool),
	}
}

func (l *ledger) ask(a act, n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked[a] += n
}

// write notes an acknowledgement.
func (l *ledger) write(do func()) {
	l.mu.Lock()
	defer l.mu.Unlock()
	do()
}

// uploadsUntilNow returns what was acknowledged so far.
func (l *ledger) uploadsUntilNow() map[string]bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return maps.Clone(l.uploads)
}

// total adds up what was acknowledged of one kind.
func (l *ledger) total(kind triage.EventKind) int {
	l.mu.Lock()
	defer l.mu.Unlock()
	n := 0
	for a, acked := range l.acked {
		if a.kind == kind {
			n += acked
		}
	}
	return n
}

// repeatable are acts that answer a second request without a second event.
var repeatable = []triage.EventKind{triage.ExhibitOpened, triage.ExhibitSealed, triage.SetWithdrawn, triage.GroupClaimed, triage.EntryWasWithdrawn, triage.EntryWasRestored}

// compare holds the journal's events against the ledger, and returns what is wrong: an acknowledged act must have its
// event, once for each time that it was acknowledged (once in all, where repeating is answered without an event), and
// no act may have more events than there were requests for it.
func (l *ledger) compare(events []triage.Event) []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	have := make(map[act]int)
	var wrong []string
	for i, ev := range events {
		if ev.Seq != uint64(i)+1 { //nolint:gosec // i is not negative
			wrong = append(wrong, fmt.Sprintf("journal: event %d stands at place %d", ev.Seq, i+1))
		}
		if ev.Kind == triage.SetImported && ev.Actor == triage.Service.ID {
			continue // the office's own set, which nobody asks for
		}
		have[actOf(ev)]++
	}
	for a, acked := range l.acked {
		switch n := have[a]; {
		case a.kind == uploaded:
		case n == 0:
			wrong = append(wrong, fmt.Sprintf("%v was acknowledged %d times and is not in the journal", a, acked))
		case n < acked && !slices.Contains(repeatable, a.kind):
			wrong = append(wrong, fmt.Sprintf("%v was acknowledged %d times and is in the journal %d times", a, acked, n))
		}
	}
	wrong = append(wrong, l.tooMany(have)...)
	slices.Sort(wrong)
	return wrong
}

// tooMany returns a line for each act that the journal holds more often than it was asked for. Acts whose subject only
// the answer tells are counted by kind.
func (l *ledger) tooMany(have map[act]int) []string {
	var wrong []string
	asked, events := make(map[triage.EventKind]int), make(map[triage.EventKind]int)
	for a, n := range l.asked {
		asked[a.kind] += n
	}
	for a, n := range have {
		events[a.kind] += n
		if limit, bySubject := l.asked[a]; bySubject && n > limit {
			wrong = append(wrong, fmt.Sprintf("%v was asked for %d times and is in the journal %d times", a, limit, n))
		}
		if named(a.kind) && n > 1 {
			wrong = append(wrong, fmt.Sprintf("%v is in the journal %d times", a, n))
		}
	}
	for kind, n := range events {
		if watched(kind) && n > asked[kind] {
			wrong = append(wrong, fmt.Sprintf("%s was asked for %d times and is in the journal %d times", kind, asked[kind], n))
		}
	}
	return wrong
}

// named says whether the service gives each act of a kind a name of its own, so that two events of one are one too many.
func named(kind triage.EventKind) bool {
	return kind == triage.HashChecked || kind == triage.SetImported
}

// watched lists the kinds whose requests the gate counts.
func watched(kind triage.EventKind) bool {
	switch kind {
	case triage.ExhibitOpened, triage.PartReceived, triage.ExhibitSealed, triage.SetImported, triage.SetWithdrawn,
		triage.HashChecked, triage.FindingsRead, triage.GroupClaimed, triage.RevealGranted, triage.DecisionMade, confirmed, triage.WeightsChanged,
		triage.CaseIsClosed, triage.CaseIsReopened, triage.EntryWasWithdrawn, triage.EntryWasRestored:
		return true
	}
	return false
}
