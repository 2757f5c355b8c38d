package setpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"vigie/triage"
)

// firstLine begins what is signed. The key that signs signs the journal's checkpoints too, which begin otherwise: neither can be
// taken for the other.
const firstLine = "vigie-setpack 1\n"

// maxHeader bounds a header, in bytes: a hundred categories of 200 bytes each, escaped.
const maxHeader = 256 << 10

// header is what a pack says of itself, as kept.
type header struct {
	ID         string         `json:"id"`
	To         string         `json:"to"`
	For        string         `json:"for,omitempty"`
	Made       time.Time      `json:"made"`
	Expires    time.Time      `json:"expires"`
	Epoch      uint64         `json:"epoch"`
	Known      int            `json:"known"`
	Benign     int            `json:"benign"`
	Categories map[string]int `json:"categories,omitempty"`
	Perceptual int            `json:"perceptual,omitempty"`
	TagSize    int            `json:"tag_size"`
	Key        []byte         `json:"key"`
	Body       []byte         `json:"body"` // SHA-256 of all tags
}

func newHeader(p triage.SetPack, key [keySize]byte, body [sha256.Size]byte) *header {
	return &header{
		ID: p.ID, To: p.To, For: p.For, Made: p.Made, Expires: p.Expires, Epoch: uint64(p.Epoch), Known: p.Known, Benign: p.Benign,
		Categories: maps.Clone(p.Categories), Perceptual: p.Perceptual, TagSize: TagSize, Key: key[:], Body: body[:],
	}
}

func (h *header) about() triage.SetPack {
	return triage.SetPack{
		ID: h.ID, To: h.To, For: h.For, Made: h.Made, Expires: h.Expires, Epoch: triage.Epoch(h.Epoch), Known: h.Known, Benign: h.Benign,
		Categories: h.Categories, Perceptual: h.Perceptual,
	}
}

func (h *header) sign(s note.Signer) ([]byte, error) {
	text, err := json.Marshal(h)
	if err != nil {
		return nil, err
	}
	signed, err := note.Sign(&note.Note{Text: firstLine + string(text) + "\n"}, s)
	if err == nil && len(signed) > maxHeader {
		err = fmt.Errorf("a header of %d bytes", len(signed))
	}
	return signed, err
}

var (
	errHeader = errors.New("it does not begin with the header of a set pack")
	errOther  = errors.New("it is a set pack of another version")
)

// parseHeader reads a signed header. service verifies who signed it; nil: nobody is asked.
func parseHeader(signed []byte, service note.Verifier) (*header, error) {
	var verifiers []note.Verifier
	if service != nil {
		verifiers = append(verifiers, service)
	}
	opened, err := note.Open(signed, note.VerifierList(verifiers...))
	if unverified, ok := errors.AsType[*note.UnverifiedNoteError](err); ok && service == nil {
		opened, err = unverified.Note, nil
	}
	if err != nil {
		return nil, err
	}
	text, is := strings.CutPrefix(opened.Text, firstLine)
	if !is {
		return nil, errHeader
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.DisallowUnknownFields()
	var h header
	if err := d.Decode(&h); err != nil {
		return nil, errHeader // the cause could repeat a part of the key
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errHeader
	}
	if h.TagSize != TagSize || len(h.Key) != keySize || len(h.Body) != sha256.Size {
		return nil, errOther
	}
	again, err := json.Marshal(&h)
	if err != nil || !bytes.Equal(again, []byte(strings.TrimSuffix(text, "\n"))) {
		return nil, errHeader // one header, one spelling
	}
	return &h, h.check()
}

// check refuses what no service writes.
func (h *header) check() error {
	const day = 24 * time.Hour
	lives := h.Expires.Sub(h.Made)
	switch {
	case h.Known < 0 || h.Benign < 0 || h.Known > triage.MaxPackEntries || h.Benign > triage.MaxPackEntries-h.Known:
		return errHeader
	case lives <= 0 || lives > triage.MaxPackDays*day:
		return errHeader
	}
	return nil
}
