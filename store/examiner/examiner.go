// Package examiner keeps the key of an examiner: it signs what they submit, and opens the bundles that they made or were sent.
//
// A key is one text file: a signing key as golang.org/x/mod/sumdb/note writes it (Ed25519), and an identity of age (X25519,
// https://age-encryption.org/v1). Its public half is another: what verifies, and what bundles are encrypted for.
package examiner

import (
	"bufio"
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/triage"
)

const (
	// maxKeyFile bounds what is read for a key, in bytes.
	maxKeyFile = 64 << 10
	// MaxNameLength bounds the name of a key, in bytes.
	MaxNameLength = 100

	secretPrefix   = "PRIVATE+KEY+"
	identityPrefix = "AGE-SECRET-KEY-1"
)

// Key is the key of one examiner.
type Key struct {
	Public
	secret   string // as note writes it
	signer   note.Signer
	identity *age.X25519Identity
}

// New makes a key whose owner others know by name: without spaces and plus signs.
func New(name string) (*Key, error) {
	const op = "make key"
	if err := CheckName(name); err != nil {
		return nil, err
	}
	secret, _, err := note.GenerateKey(rand.Reader, name)
	if err != nil {
		return nil, triage.E(triage.Internal, op, "", "", err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return nil, triage.E(triage.Internal, op, "", "", err)
	}
	return newKey(secret, identity)
}

// CheckName refuses names that a signature cannot carry.
func CheckName(name string) error {
	_, err := note.NewEd25519VerifierKey(name, make([]byte, ed25519.PublicKeySize))
	if err != nil || name == "" || len(name) > MaxNameLength || strings.ContainsFunc(name, unfit) {
		return triage.E(triage.Invalid, "check the key's name", "", "the name of a key has letters, digits, points, dashes and @, at most 100 bytes", nil)
	}
	return nil
}

// newKey puts a key together out of its two halves.
func newKey(secret string, identity *age.X25519Identity) (*Key, error) {
	signer, err := note.NewSigner(secret)
	if err != nil {
		return nil, err
	}
	verifier, err := verifierOf(secret)
	if err != nil {
		return nil, err
	}
	public, err := newPublic(verifier, identity.Recipient())
	if err != nil {
		return nil, err
	}
	return &Key{Public: public, secret: secret, signer: signer, identity: identity}, nil
}

// verifierOf returns what verifies the signatures of a signing key.
func verifierOf(secret string) (string, error) {
	fields := strings.SplitN(secret, "+", 5) // PRIVATE, KEY, name, hash, one byte of algorithm and the seed in Base64
	if len(fields) != 5 {
		return "", errors.New("no signing key")
	}
	seed, err := base64.StdEncoding.DecodeString(fields[4])
	if err != nil || len(seed) != 1+ed25519.SeedSize {
		return "", errors.New("no signing key")
	}
	public, _ := ed25519.NewKeyFromSeed(seed[1:]).Public().(ed25519.PublicKey)
	return note.NewEd25519VerifierKey(fields[2], public)
}

// Sign signs a text, which ends with a line break.
func (k *Key) Sign(text string) ([]byte, error) {
	signed, err := note.Sign(&note.Note{Text: text}, k.signer)
	if err != nil {
		return nil, triage.E(triage.Internal, "sign", "", "", err)
	}
	return signed, nil
}

// Identity opens what was encrypted for the key.
func (k *Key) Identity() age.Identity { return k.identity }

// Read reads the key that Write wrote.
func Read(path string) (*Key, error) {
	lines, err := readLines(path)
	if err != nil {
		return nil, err
	}
	var secret string
	var identity *age.X25519Identity
	for _, line := range lines {
		switch {
		case strings.HasPrefix(line, secretPrefix) && secret == "":
			secret = line
		case strings.HasPrefix(line, identityPrefix) && identity == nil:
			identity, err = age.ParseX25519Identity(line)
		default:
			err = errors.New("a line that is no key, or a second one")
		}
		if err != nil {
			return nil, damaged(path)
		}
	}
	if secret == "" || identity == nil {
		return nil, damaged(path)
	}
	k, err := newKey(secret, identity)
	if err != nil {
		return nil, damaged(path)
	}
	return k, nil
}

// damaged is of a file that holds no key. It does not tell why: what is wrong may be part of a secret.
func damaged(path string) error {
	return triage.E(triage.Corrupt, "read key", path, "this file holds no key of an examiner, or a damaged one: restore it, or make another with 'vigie identity new'", nil)
}

// Write writes the key into a new file that nobody else may read. Exists: there is one, which stays as it is. Nobody ever reads half a key.
func (k *Key) Write(path string) error {
	const op = "write key"
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return triage.E(triage.Invalid, op, path, "its folder cannot be made: name another place", err)
	}
	temporary := path + "." + rand.Text()
	err := writeNew(temporary, k.encode())
	defer os.Remove(temporary)
	if err == nil {
		err = os.Link(temporary, path)
	}
	if err != nil && !errors.Is(err, fs.ErrExist) { // a file system without hard links, such as exFAT
		err = writeNew(path, k.encode())
	}
	if errors.Is(err, fs.ErrExist) {
		return triage.E(triage.Exists, op, path, "there is a file already, which may be a key: name another place, or move it away", err)
	}
	if err != nil {
		return triage.E(triage.Invalid, op, path, "the file cannot be written: name another place", err)
	}
	return nil
}

// writeNew writes a file that there is not yet, whole or not at all.
func writeNew(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err != nil {
		os.Remove(path) // half a key is none
	}
	return err
}

func (k *Key) encode() string {
	return fmt.Sprintf("# Key of an examiner: signs manifests, and opens bundles. Whoever has this file can do both.\n"+
		"# Public half:\n# %s\n# %s\n%s\n%s\n", k.verifier, k.Recipient(), k.secret, k.identity)
}

// readLines returns what a file says but for comments and empty lines.
func readLines(path string) ([]string, error) {
	const op = "read key"
	f, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, triage.E(triage.NotFound, op, path, "there is no such file: check its path, or make a key with 'vigie identity new'", err)
	}
	if err != nil {
		return nil, triage.E(triage.Invalid, op, path, "the file cannot be read: check who may", err)
	}
	defer f.Close()
	body, err := io.ReadAll(io.LimitReader(f, maxKeyFile))
	if err != nil {
		return nil, triage.E(triage.Invalid, op, path, "the file cannot be read: check who may", err)
	}
	return linesOf(body), nil
}

func linesOf(body []byte) []string {
	var lines []string
	for scanner := bufio.NewScanner(bytes.NewReader(body)); scanner.Scan(); {
		if line := strings.TrimSpace(scanner.Text()); line != "" && line[0] != '#' {
			lines = append(lines, line)
		}
	}
	return lines
}
