package journal

import (
	"sync"
	"time"

	"vigie/triage"
)

const (
	// lateSeal is how long a keeper may take over one round: it comes every two seconds and signs every minute.
	lateSeal = 3 * time.Minute
	// lateWitness is how long a witness may lack a checkpoint without having refused one.
	lateWitness = 5 * time.Minute
)

// health is what a keeper tells of itself while it works.
type health struct {
	now func() time.Time

	mu      sync.Mutex // guards what follows
	sealing error      // of the last round
	witness error      // of the last time that something was handed over
	done    time.Time  // when all that was due was last sealed and signed
	owed    time.Time  // since when the witness lacks a checkpoint; zero: it has all
}

// sealed notes how a round of sealing and signing ended.
func (h *health) sealed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sealing = err; err == nil {
		h.done = h.now()
	}
}

// owes notes that the witness lacks a checkpoint.
func (h *health) owes() {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.owed.IsZero() {
		h.owed = h.now()
	}
}

// handed notes how handing a checkpoint over ended.
func (h *health) handed(err error) {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.witness = err; err == nil {
		h.owed = time.Time{}
	}
}

// Sealing returns why the journal is not sealed and signed as it should be, or nil.
func (h *health) Sealing() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.sealing == nil && h.now().Sub(h.done) > lateSeal {
		return triage.E(triage.Unavailable, "seal the journal", "", "the journal was not sealed for minutes: look at the object store", nil)
	}
	return h.sealing
}

// Witnessing returns why the witness lacks a checkpoint, or nil.
func (h *health) Witnessing() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.witness == nil && !h.owed.IsZero() && h.now().Sub(h.owed) > lateWitness {
		return triage.E(triage.Unavailable, "hand a checkpoint to the witness", "", "the witness was not reached for minutes: check VIGIE_WITNESS and the way to it", nil)
	}
	return h.witness
}
