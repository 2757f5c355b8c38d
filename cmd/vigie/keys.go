package main

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/store/objects"
)

// runKeys keeps the service keys, on the service's machine. It needs the object store only, and the service may run.
func runKeys(ctx context.Context, env *environment, args []string) error {
	verbs := map[string]func(context.Context, *environment, *serviceConfig, *secrets, objects.Store) error{
		"list": keysList, "rotate": keysRotate, "retire": keysRetire,
	}
	what := ""
	if len(args) > 0 && !strings.HasPrefix(args[0], "-") {
		what, args = args[0], args[1:]
	}
	verb, known := verbs[what]
	if !known && (what != "" || len(args) == 0) {
		return usageError(env.T("error.keys-what"))
	}
	c, rest, err := env.serviceFlags(strings.TrimSpace("keys "+what), args, nil)
	if err != nil {
		return err
	}
	if !known || len(rest) > 0 {
		return usageError(env.T("error.keys-what"))
	}
	keys, err := c.loadSecrets()
	if err != nil {
		return err
	}
	raw, err := reachObjects(ctx, c, keys)
	if err != nil {
		return err
	}
	if err := keys.unlock(ctx, raw); err != nil {
		return err
	}
	return verb(ctx, env, c, keys, raw)
}

// keysList prints each service key's identifier, how many keyrings it wraps, and whether it is the current one.
func keysList(ctx context.Context, env *environment, _ *serviceConfig, keys *secrets, raw objects.Store) error {
	ids, err := keys.Service.IDs()
	if err != nil {
		return err
	}
	use, err := objects.KeyUse(ctx, raw)
	if err != nil {
		return err
	}
	for i, id := range ids {
		state := env.T("keys.older")
		if i == 0 {
			state = env.T("keys.current")
		}
		fmt.Fprintf(env.Stdout, "%s  %8d  %s\n", id, use[id], state)
		delete(use, id)
	}
	for id, n := range use {
		fmt.Fprintf(env.Stdout, "%s  %8d  %s\n", id, n, env.T("keys.missing"))
	}
	return nil
}

// keysRotate makes a new service key, unless an earlier rotation is not done yet, and wraps every keyring under it.
func keysRotate(ctx context.Context, env *environment, c *serviceConfig, keys *secrets, raw objects.Store) error {
	if objects.CheckRetired(ctx, raw, keys.Service) == nil {
		if c.ServiceKeys != "" {
			return usageError(env.T("keys.by-hand"))
		}
		if err := addServiceKey(c.Secrets); err != nil {
			return err
		}
	}
	looked, changed := 0, 0
	err := objects.HoldKeys(ctx, raw, time.Now, func(ctx context.Context) (err error) {
		changed, err = objects.Rewrap(ctx, raw, keys.Service, func() {
			if looked++; looked%1000 == 0 {
				fmt.Fprintln(env.Stderr, env.T("keys.progress", looked))
			}
		})
		return err
	})
	if err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("keys.rotated", changed))
	return nil
}

// keysRetire drops all service keys but the current one, when nothing needs them.
func keysRetire(ctx context.Context, env *environment, c *serviceConfig, keys *secrets, raw objects.Store) error {
	if err := objects.CheckRetired(ctx, raw, keys.Service); err != nil {
		return err
	}
	if c.ServiceKeys != "" {
		fmt.Fprintln(env.Stderr, env.T("keys.retire-by-hand"))
		return nil
	}
	path := filepath.Join(c.Secrets, serviceKeyFile)
	text, err := loadSecret(path)
	if err != nil {
		return err
	}
	if err := replaceSecret(path, strings.Fields(text)[0]+"\n"); err != nil {
		return err
	}
	fmt.Fprintln(env.Stderr, env.T("keys.retired"))
	return nil
}

// addServiceKey puts a new key before those in the file of service keys.
func addServiceKey(dir string) error {
	path := filepath.Join(dir, serviceKeyFile)
	text, err := loadSecret(path)
	if err != nil {
		return err
	}
	var key [secretBytes]byte
	rand.Read(key[:])
	return replaceSecret(path, hex.EncodeToString(key[:])+"\n"+text+"\n")
}

// replaceSecret writes a complete file over path, durably.
func replaceSecret(path, content string) error {
	next := path + ".next"
	if err := os.Remove(next); err != nil && !os.IsNotExist(err) { // what an interrupted call left
		return err
	}
	if err := writeOnce(next, content); err != nil {
		return err
	}
	if err := os.Rename(next, path); err != nil {
		return err
	}
	dir, err := os.Open(filepath.Dir(path))
	if err != nil {
		return err
	}
	defer dir.Close()
	return dir.Sync()
}
