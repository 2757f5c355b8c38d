package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"filippo.io/age"
	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"

	"vigie/hashing"
	"vigie/store/setpack"
)

// examinerKeys gives a script an age identity, $AGE_IDENTITY, and its public key, $AGE_RECIPIENT.
func examinerKeys(env *testscript.Env) error {
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	env.Setenv("AGE_IDENTITY", identity.String())
	env.Setenv("AGE_RECIPIENT", identity.Recipient().String())
	return nil
}

// packed opens a set pack with $AGE_IDENTITY and a file of the service's public key, and writes how each file of a folder counts
// to the file "counts": "packed FILE KEYFILE FOLDER".
func packed(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 || neg {
		ts.Fatalf("usage: packed FILE KEYFILE FOLDER")
	}
	path := ts.MkAbs(args[0])
	info, err := os.Stat(path)
	ts.Check(err)
	if info.Mode().Perm() != 0o600 {
		ts.Fatalf("its mode is %v", info.Mode())
	}
	others, err := filepath.Glob(filepath.Join(filepath.Dir(path), ".vigie-*"))
	ts.Check(err)
	if len(others) > 0 {
		ts.Fatalf("left behind: %v", others)
	}
	identity, err := age.ParseX25519Identity(ts.Getenv("AGE_IDENTITY"))
	ts.Check(err)
	service, err := note.NewVerifier(strings.TrimSpace(ts.ReadFile(args[1])))
	ts.Check(err)
	file, err := os.Open(path)
	ts.Check(err)
	defer file.Close()
	pack, err := setpack.Open(file, identity, service, time.Now())
	ts.Check(err)
	counts := fmt.Sprintf("for %s, %s, proven %t\n", pack.For, pack.Expires.Sub(pack.Made), pack.Proven)
	files, err := os.ReadDir(ts.MkAbs(args[2]))
	ts.Check(err)
	for _, f := range files {
		content := ts.ReadFile(filepath.Join(args[2], f.Name()))
		digests, _, err := hashing.Digest(strings.NewReader(content))
		ts.Check(err)
		kind, _ := pack.Count(digests)
		counts += fmt.Sprintf("%s %q\n", f.Name(), kind)
	}
	ts.Check(os.WriteFile(ts.MkAbs("counts"), []byte(counts), 0o600))
}
