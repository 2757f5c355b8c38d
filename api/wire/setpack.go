package wire

import (
	"time"

	"vigie/triage"
)

// SetPackHeader is the header of an answer that is a set pack: a SetPack as JSON.
const SetPackHeader = "Vigie-Set-Pack"

// PackSets asks for a set pack.
type PackSets struct {
	To        string `json:"to"`                   // age recipient, age1…
	For       string `json:"for,omitempty"`        // who that is
	Days      int    `json:"days,omitempty"`       // until it expires, 1 to 30; absent: 7
	KnownOnly bool   `json:"known_only,omitempty"` // without benign sets
}

// Options converts what is asked.
func (q PackSets) Options() triage.PackOptions {
	return triage.PackOptions{To: q.To, For: q.For, Days: q.Days, KnownOnly: q.KnownOnly}
}

// SetPack says what a set pack is.
type SetPack struct {
	ID         string    `json:"id"` // of its event in the journal, too
	Made       time.Time `json:"made"`
	Expires    time.Time `json:"expires"`
	Epoch      uint64    `json:"epoch"`
	Known      int       `json:"known"`      // files
	Benign     int       `json:"benign"`     // files
	Perceptual int       `json:"perceptual"` // lines without an exact digest, which are not in it
}

// NewSetPack converts what a pack says of itself.
func NewSetPack(p triage.SetPack) SetPack {
	return SetPack{ID: p.ID, Made: p.Made, Expires: p.Expires, Epoch: uint64(p.Epoch), Known: p.Known, Benign: p.Benign, Perceptual: p.Perceptual}
}
