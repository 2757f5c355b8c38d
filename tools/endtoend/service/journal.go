package service

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/store/journal"
	"vigie/store/objects"
)

// OpenJournal opens the journal that a service left in an object store, with the key that it made for itself in its secrets folder.
func OpenJournal(ctx context.Context, raw objects.Store, secrets string) (*journal.Journal, error) {
	keys := func() ([][objects.KeySize]byte, error) { return serviceKeys(secrets) }
	root, err := objects.RootKey(ctx, raw, objects.NewServiceKeys(keys))
	if err != nil {
		return nil, err
	}
	sealed, err := objects.Seal(raw, root[:])
	if err != nil {
		return nil, err
	}
	return journal.Open(ctx, objects.Keyed{Store: sealed}, journal.Options{Now: time.Now, Nonce: rand.Text})
}

func serviceKeys(secrets string) ([][objects.KeySize]byte, error) {
	text, err := os.ReadFile(filepath.Join(secrets, "service.key")) //nolint:gosec // a folder of the caller's
	if err != nil {
		return nil, err
	}
	key, err := hex.DecodeString(strings.TrimSpace(string(text)))
	if err != nil || len(key) != objects.KeySize {
		return nil, fmt.Errorf("the service key is not one: %w", err)
	}
	return [][objects.KeySize]byte{[objects.KeySize]byte(key)}, nil
}
