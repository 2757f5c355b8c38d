package setpack

import (
	"crypto/rand"
	"crypto/sha256"
	"encoding/binary"
	"io"
	"slices"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/triage"
)

// Maker makes packs.
type Maker struct {
	Signer note.Signer // the service
}

var (
	_ triage.PackMaker = Maker{}
	_ triage.PackDraft = (*Draft)(nil)
)

// Draft implements triage.PackMaker.
func (m Maker) Draft(to string, room map[triage.SetKind]int) (triage.PackDraft, error) {
	recipient, err := parseRecipient(to)
	if err != nil {
		return nil, err
	}
	d := &Draft{signer: m.Signer, recipient: recipient, tags: make(map[triage.SetKind][]tag)}
	rand.Read(d.key[:])
	d.tagger = newTagger(d.key)
	for _, kind := range kinds {
		d.tags[kind] = make([]tag, 0, room[kind])
	}
	return d, nil
}

// parseRecipient reads one native recipient, X25519 or hybrid: for keys of SSH and passphrases age itself advises against.
func parseRecipient(to string) (age.Recipient, error) {
	some, err := age.ParseRecipients(strings.NewReader(to))
	if err != nil || len(some) != 1 || strings.ContainsAny(to, " \t\r\n#") { // which age would pass over
		return nil, triage.E(triage.Invalid, "make set pack", "", "the recipient is one age public key, age1…, as vigie identity show prints it", nil) // the cause would repeat it
	}
	return some[0], nil
}

// Draft is a pack in the making.
type Draft struct {
	signer    note.Signer
	recipient age.Recipient
	key       [keySize]byte
	tagger    *tagger
	tags      map[triage.SetKind][]tag
}

// Add implements triage.PackDraft.
func (d *Draft) Add(kind triage.SetKind, e triage.RawEntry) bool {
	digest := strongest(e)
	if digest == nil {
		return false
	}
	d.tags[kind] = append(d.tags[kind], d.tagger.tag(digest))
	return true
}

// Count implements triage.PackDraft.
func (d *Draft) Count() map[triage.SetKind]int {
	count := make(map[triage.SetKind]int)
	for _, kind := range kinds {
		slices.SortFunc(d.tags[kind], compareTags)
		d.tags[kind] = slices.Compact(d.tags[kind])
		count[kind] = len(d.tags[kind])
	}
	return count
}

// Write implements triage.PackDraft.
func (d *Draft) Write(w io.Writer, p triage.SetPack) error {
	known, benign := d.tags[triage.KnownSet], d.tags[triage.BenignSet]
	body := sha256.New()
	_ = writeTags(body, known, benign) // a hash takes everything
	head, err := newHeader(p, d.key, [sha256.Size]byte(body.Sum(nil))).sign(d.signer)
	if err != nil {
		return triage.E(triage.Internal, "write set pack", p.ID, "", err)
	}
	sealed, err := age.Encrypt(w, d.recipient)
	if err != nil {
		return triage.E(triage.Internal, "write set pack", p.ID, "", err)
	}
	if _, err := sealed.Write(binary.BigEndian.AppendUint32(nil, uint32(len(head)))); err != nil { //nolint:gosec // sign bounds it
		return err
	}
	if _, err := sealed.Write(head); err != nil {
		return err
	}
	if err := writeTags(sealed, known, benign); err != nil {
		return err
	}
	return sealed.Close()
}
