package main

import (
	"context"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"unicode"

	"vigie/store/objects"
	"vigie/triage"
)

// secrets are what the service must know and a thief of its data must not. Each is one file, mode 0600, in a
// folder outside the data folder.
type secrets struct {
	NamingKey     [32]byte             // names media and keys digests; never rotated
	Service       *objects.ServiceKeys // wrap the keys of everything that is kept
	Root          [32]byte             // of records, journal and Redis; kept with the data, wrapped; set by unlock
	JournalKey    [32]byte             // Ed25519 seed: signs the journal's checkpoints
	RedisPassword string               // of the embedded Redis
	MinioUser     string               // of the embedded MinIO
	MinioPassword string
}

// secretBytes is the length of every generated secret: 256 bits.
const secretBytes = 32

// loadSecrets reads the secrets, or makes them at the first start. It makes none for data that are there already.
func (c *serviceConfig) loadSecrets() (*secrets, error) {
	_, err := os.Stat(filepath.Join(c.Secrets, "naming.key"))
	if errors.Is(err, fs.ErrNotExist) && c.holdsData() {
		return nil, triage.E(triage.Conflict, "read the secrets", "",
			"the data folder holds data, but the secrets folder has no naming key: restore the secrets folder that belongs to them", nil)
	}
	return loadSecrets(c.Secrets, c.ServiceKeys)
}

// holdsData reports whether an embedded server has kept anything in the data folder.
func (c *serviceConfig) holdsData() bool {
	for _, server := range []string{"objects", "minio", "redis"} {
		if entries, err := os.ReadDir(filepath.Join(c.Data, server)); err == nil && len(entries) > 0 {
			return true
		}
	}
	return false
}

// loadSecrets reads the secrets in dir and makes those that are missing.
//
// environ holds the service keys where the environment gives them instead of a file: the current one first.
func loadSecrets(dir, environ string) (*secrets, error) {
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("secrets folder: %w", err)
	}
	s := &secrets{MinioUser: "vigie"}
	for _, file := range []struct {
		name string
		set  func(string) error
	}{
		{"naming.key", func(v string) error { return parseKey(&s.NamingKey, v) }},
		{"journal.key", func(v string) error { return parseKey(&s.JournalKey, v) }},
		{"redis.password", func(v string) error { s.RedisPassword = v; return nil }},
		{"minio.password", func(v string) error { s.MinioPassword = v; return nil }},
	} {
		value, err := loadSecret(filepath.Join(dir, file.name))
		if err == nil {
			err = file.set(value)
		}
		if err != nil {
			return nil, fmt.Errorf("secret %s: %w", file.name, err)
		}
	}
	s.Service = objects.NewServiceKeys(func() ([][objects.KeySize]byte, error) { return loadServiceKeys(dir, environ) })
	_, err := s.Service.IDs()
	return s, err
}

// serviceKeyFile holds one service key a line; the first is the current one.
const serviceKeyFile = "service.key"

// loadServiceKeys reads the service keys, of the environment when they are there, and makes the first one.
func loadServiceKeys(dir, environ string) ([][objects.KeySize]byte, error) {
	text := environ
	if text == "" {
		var err error
		if text, err = loadSecret(filepath.Join(dir, serviceKeyFile)); err != nil {
			return nil, err
		}
	}
	lines := strings.FieldsFunc(text, func(r rune) bool { return r == ',' || unicode.IsSpace(r) })
	keys := make([][objects.KeySize]byte, len(lines))
	for i, line := range lines {
		if err := parseKey(&keys[i], line); err != nil {
			return nil, err
		}
	}
	return keys, nil
}

// loadSecret reads one secret, or makes it: "only if absent", so that two first starts at once agree.
func loadSecret(path string) (string, error) {
	raw, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		var b [secretBytes]byte
		rand.Read(b[:])
		if err := writeOnce(path, hex.EncodeToString(b[:])+"\n"); err != nil && !errors.Is(err, fs.ErrExist) {
			return "", err
		}
		raw, err = os.ReadFile(path)
	}
	if err != nil {
		return "", err
	}
	info, err := os.Stat(path)
	if err != nil {
		return "", err
	}
	if info.Mode().Perm()&0o077 != 0 {
		return "", fmt.Errorf("others may read it: chmod 600 %s", path)
	}
	value := strings.TrimSpace(string(raw))
	if value == "" {
		return "", errors.New("the file is empty: restore it from your backup")
	}
	return value, nil
}

// writeOnce writes a complete file under path, durably, unless there is one.
func writeOnce(path, content string) error {
	tmp, err := os.CreateTemp(filepath.Dir(path), ".new-*") // mode 0600
	if err != nil {
		return err
	}
	defer os.Remove(tmp.Name())
	_, err = tmp.WriteString(content)
	if err == nil {
		err = tmp.Sync()
	}
	if closeErr := tmp.Close(); err == nil {
		err = closeErr
	}
	if err != nil {
		return err
	}
	return os.Link(tmp.Name(), path)
}

func parseKey(key *[32]byte, value string) error {
	raw, err := hex.DecodeString(value)
	if err != nil || len(raw) != len(key) {
		return errors.New("not 64 hexadecimal digits: restore it from your backup")
	}
	copy(key[:], raw)
	return nil
}

// redisKey derives the key under which one store seals what Redis keeps for it. A rotation of
// the service key does not change it.
func (s *secrets) redisKey(store string) [32]byte { return s.derived("vigie redis v1\x00" + store) }

// matcherKey derives the key under which processes ask matchers.
func (s *secrets) matcherKey() [32]byte { return s.derived("vigie matchers v1") }

func (s *secrets) derived(label string) (key [32]byte) {
	derived, err := hkdf.Key(sha256.New, s.Root[:], nil, label, len(key))
	if err != nil {
		panic(err) // cannot be: the length is fixed
	}
	return [32]byte(derived)
}

// keyCheck is where the stores remember which naming key wrote them.
const keyCheck = objects.Records + "/key-check"

// unlock reads the root key of the data in raw, the store as it is, without encryption. It refuses to go on when the
// data belong to other secrets.
func (s *secrets) unlock(ctx context.Context, raw objects.Store) (err error) {
	if err := s.check(ctx, raw); err != nil {
		return err
	}
	s.Root, err = objects.RootKey(ctx, raw, s.Service)
	return err
}

// check refuses data that were named under another key: nothing held would be found under its name.
func (s *secrets) check(ctx context.Context, raw objects.Store) error {
	const op = "check the service's keys"
	m := hmac.New(sha256.New, s.NamingKey[:])
	m.Write([]byte("vigie key check v2"))
	want := hex.EncodeToString(m.Sum(nil))
	err := raw.Put(ctx, keyCheck, strings.NewReader(want), int64(len(want)))
	if !triage.IsKind(err, triage.Exists) {
		return err
	}
	r, err := raw.Get(ctx, keyCheck)
	if err != nil {
		return err
	}
	defer r.Close()
	have, err := io.ReadAll(io.LimitReader(r, sha256.Size*2+1))
	if err != nil {
		return err
	}
	if string(have) != want {
		return triage.E(triage.Conflict, op, "", "these data were written under other keys: restore the secrets folder that belongs to them", nil)
	}
	return nil
}
