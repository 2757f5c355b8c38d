package main

import (
	"os"
	"path/filepath"
	"testing"

	"vigie/triage"
)

func TestSecretsAreMadeOnceAndNeverForOldData(t *testing.T) {
	dir := t.TempDir()
	c := &serviceConfig{Data: filepath.Join(dir, "data"), Secrets: filepath.Join(dir, "data-secrets")}
	first, err := c.loadSecrets()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(c.Data, "objects", "media"), 0o700); err != nil {
		t.Fatal(err)
	}
	again, err := c.loadSecrets()
	if err != nil || again.NamingKey != first.NamingKey || again.RedisPassword != first.RedisPassword {
		t.Errorf("the second start reads other secrets: %v", err)
	}
	for _, e := range mustRead(t, c.Secrets) {
		if info, err := e.Info(); err != nil || info.Mode().Perm() != 0o600 {
			t.Errorf("%s: mode %v, %v", e.Name(), info.Mode(), err)
		}
	}
	if err := os.Rename(c.Secrets, c.Secrets+"-lost"); err != nil {
		t.Fatal(err)
	}
	if _, err := c.loadSecrets(); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("data without their secrets: %v", err)
	}
	if _, err := os.Stat(c.Secrets); err == nil {
		t.Error("a refusal left secrets behind")
	}
}

func mustRead(t *testing.T, dir string) []os.DirEntry {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil || len(entries) == 0 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	return entries
}
