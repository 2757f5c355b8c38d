package examiner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"
	"unicode"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/triage"
)

// Public is the half of a key that everybody may know.
type Public struct {
	verifier  string // as note writes it
	known     note.Verifier
	recipient *age.X25519Recipient // nil: only what verifies is known
}

// newPublic reads the encoding of a verifier.
func newPublic(verifier string, recipient *age.X25519Recipient) (Public, error) {
	known, err := note.NewVerifier(verifier)
	if err != nil {
		return Public{}, err
	}
	return Public{verifier: verifier, known: known, recipient: recipient}, nil
}

// ParseVerifier reads what Verifier returned.
func ParseVerifier(verifier string) (Public, error) {
	p, err := newPublic(strings.TrimSpace(verifier), nil)
	if err != nil {
		return Public{}, triage.E(triage.Invalid, "read public key", "", "this is no public key of an examiner: 'vigie identity show' prints one", err)
	}
	return p, nil
}

// ReadPublic reads a file that 'vigie identity show' printed, or a key of which it takes the public half.
func ReadPublic(path string) (Public, error) {
	const hint = "this file holds no public key of an examiner: 'vigie identity show' prints one"
	lines, err := readLines(path)
	if err != nil {
		return Public{}, err
	}
	if len(lines) > 0 && strings.HasPrefix(lines[0], secretPrefix) {
		k, err := Read(path)
		if err != nil {
			return Public{}, err
		}
		return k.Public, nil
	}
	if len(lines) == 0 || len(lines) > 2 {
		return Public{}, triage.E(triage.Corrupt, "read public key", path, hint, nil)
	}
	p, err := ParseVerifier(lines[0])
	if err == nil && len(lines) == 2 {
		p.recipient, err = age.ParseX25519Recipient(lines[1])
	}
	if err != nil {
		return Public{}, triage.E(triage.Corrupt, "read public key", path, hint, err)
	}
	return p, nil
}

// String returns what ReadPublic reads.
func (p Public) String() string {
	s := fmt.Sprintf("# Public key of %s\n# %s\n%s\n", p.Name(), p.Fingerprint(), p.verifier)
	if p.recipient != nil {
		s += p.recipient.String() + "\n"
	}
	return s
}

// Verifier returns what verifies signatures, as golang.org/x/mod/sumdb/note writes it.
func (p Public) Verifier() string { return p.verifier }

// Recipient returns whom to encrypt for; nil where that is not known.
func (p Public) Recipient() *age.X25519Recipient { return p.recipient }

// Name is what its owner called the key.
func (p Public) Name() string { return p.known.Name() }

// Fingerprint is what people compare: the first 128 bits of the verifier's SHA-256. The 32 bits that a signature
// tells of its key could be had again with another one.
func (p Public) Fingerprint() string {
	sum := sha256.Sum256([]byte(p.verifier))
	var groups []string
	for some := range slices.Chunk(sum[:16], 2) {
		groups = append(groups, hex.EncodeToString(some))
	}
	return strings.Join(groups, " ")
}

// Same reports whether both are one key.
func (p Public) Same(other Public) bool { return p.verifier == other.verifier }

// Open returns the text that was signed. Corrupt: the key did not sign it.
func (p Public) Open(signed []byte) (string, error) {
	n, err := note.Open(signed, note.VerifierList(p.known))
	if err != nil {
		hint := "the signature does not fit the text: it was altered, or another key signed it"
		if _, ok := errors.AsType[*note.UnverifiedNoteError](err); ok {
			hint = "this was signed with another key"
		}
		return "", triage.E(triage.Corrupt, "verify signature", p.Name(), hint, err)
	}
	return n.Text, nil
}

// Notary is triage.Notary: it takes a signature's own key at its word. Whoever reads the signature decides whose key that is.
func Notary(sig triage.Signature) (text, fingerprint string, err error) {
	p, err := ParseVerifier(sig.Key)
	if err != nil {
		return "", "", err
	}
	text, err = p.Open([]byte(sig.Statement))
	return text, p.Fingerprint(), err
}

var _ triage.Notary = Notary

// unfit reports whether a letter has no place in the name of a key, which people read aloud to each other.
func unfit(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(".-_@", r)
}
