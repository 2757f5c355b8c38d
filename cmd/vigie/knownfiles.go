package main

import (
	"fmt"
	"os"
	"strings"
	"time"

	"golang.org/x/mod/sumdb/note"

	"vigie/api/i18n"
	"vigie/store/examiner"
	"vigie/store/setpack"
	"vigie/triage"
)

// knownFiles counts the files that a set pack has: those that are the same byte for byte, and no others.
type knownFiles struct {
	sets  *setpack.Pack
	files map[triage.SetKind]int
}

// openKnown opens a set pack. service is the public key of the service that made it, or a file with it; empty: nobody knows.
func openKnown(env *environment, path, service string, key *examiner.Key) (*knownFiles, error) {
	var made note.Verifier
	if service != "" {
		text := service
		if body, err := os.ReadFile(service); err == nil {
			text = string(body)
		}
		var err error
		if made, err = note.NewVerifier(strings.TrimSpace(text)); err != nil {
			return nil, usageError(env.T("error.sets-key"))
		}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, usageError(env.T("error.file-read", harmless(path), cause(err)))
	}
	defer f.Close()
	sets, err := setpack.Open(f, key.Identity(), made, time.Now())
	if err != nil {
		return nil, ofFile(env, path, err)
	}
	k := &knownFiles{sets: sets, files: map[triage.SetKind]int{triage.KnownSet: 0, triage.BenignSet: 0}}
	fmt.Fprintln(env.Stderr, env.T("known.sets", i18n.Number(env.Lang, sets.Known), i18n.Number(env.Lang, sets.Benign),
		sets.Made.Local().Format(time.DateTime), sets.Expires.Local().Format(time.DateTime)))
	if !sets.Proven {
		fmt.Fprintln(env.Stderr, env.T("known.unproven"))
	}
	return k, nil
}

// count counts an item.
func (k *knownFiles) count(it *triage.Item) {
	if k == nil || it.Digests == nil {
		return
	}
	if kind, is := k.sets.Count(*it.Digests); is {
		k.files[kind]++
	}
}

func (k *knownFiles) print(env *environment) {
	fmt.Fprintln(env.Stdout)
	table(env.Stdout, [][]string{
		{env.T("known.files"), ""},
		{i18n.Finding(env.Lang, triage.Known), i18n.Number(env.Lang, k.files[triage.KnownSet])},
		{i18n.Finding(env.Lang, triage.Benign), i18n.Number(env.Lang, k.files[triage.BenignSet])},
	}, 1)
	fmt.Fprintln(env.Stdout, env.T("known.exact"))
}
