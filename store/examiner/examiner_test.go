package examiner

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"filippo.io/age"

	"vigie/triage"
)

// written makes a key and writes it.
func written(t testing.TB, name string) (*Key, string) {
	t.Helper()
	k, err := New(name)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "new", "examiner.key")
	if err := k.Write(path); err != nil {
		t.Fatal(err)
	}
	return k, path
}

// TestKey: what is read is the key that was written: it signs what that one's public half verifies, and opens what was
// encrypted for it.
func TestKey(t *testing.T) {
	made, path := written(t, "léa.martin@poste-3")
	k, err := Read(path)
	if err != nil {
		t.Fatal(err)
	}
	if info, err := os.Stat(path); err != nil || runtime.GOOS != "windows" && info.Mode() != 0o600 {
		t.Errorf("%v, %v: others may read it", info.Mode(), err)
	}
	signed, err := k.Sign("vigie manifest\n")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := made.Open(signed); err != nil || text != "vigie manifest\n" {
		t.Errorf("%q, %v", text, err)
	}
	var box bytes.Buffer
	w, err := age.Encrypt(&box, made.Recipient())
	if err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, "a picture")
	w.Close()
	r, err := age.Decrypt(&box, k.Identity())
	if err != nil {
		t.Fatal(err)
	}
	if content, err := io.ReadAll(r); err != nil || string(content) != "a picture" {
		t.Errorf("%q, %v", content, err)
	}
	if err := made.Write(path); !triage.IsKind(err, triage.Exists) {
		t.Errorf("a key over another: %v", err)
	}
}

// TestPublic: the public half is had from its own file and from the key's; it verifies nothing that was altered, or that
// another key of the same name signed.
func TestPublic(t *testing.T) {
	k, path := written(t, "ofmin-7")
	only := filepath.Join(t.TempDir(), "key.pub")
	if err := os.WriteFile(only, []byte(k.Public.String()), 0o644); err != nil {
		t.Fatal(err)
	}
	signed, _ := k.Sign("one\ntwo\n")
	for _, of := range []string{path, only} {
		p, err := ReadPublic(of)
		if err != nil || !p.Same(k.Public) || p.Recipient().String() != k.Recipient().String() || p.Fingerprint() != k.Fingerprint() {
			t.Fatalf("%s: %v, %v", of, p, err)
		}
		if text, err := p.Open(signed); err != nil || text != "one\ntwo\n" {
			t.Errorf("%q, %v", text, err)
		}
	}
	p, err := ParseVerifier(k.Verifier())
	if err != nil || !p.Same(k.Public) || p.Recipient() != nil {
		t.Errorf("%v, %v", p, err)
	}
	for i := range signed {
		altered := bytes.Clone(signed)
		altered[i] ^= 1
		if text, err := p.Open(altered); err == nil && text != "one\ntwo\n" {
			t.Fatalf("byte %d altered: %q", i, text)
		}
	}
	other, _ := New("ofmin-7")
	if _, err := other.Open(signed); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("verified with another key: %v", err)
	}
	if other.Fingerprint() == k.Fingerprint() || len(k.Fingerprint()) != 8*4+7 {
		t.Errorf("fingerprints %s and %s", other.Fingerprint(), k.Fingerprint())
	}
	if strings.Contains(k.Public.String(), k.secret) {
		t.Error("the public half tells the secret")
	}
}

// TestBadKeys: what is no key is told, by its file and with a way out, and never with a word of it.
func TestBadKeys(t *testing.T) {
	k, _ := written(t, "a")
	other, _ := New("b")
	for name, content := range map[string]string{
		"empty":                "",
		"comments":             "# nothing\n\n",
		"without identity":     k.secret + "\n",
		"without signing key":  k.identity.String() + "\n",
		"two identities":       k.encode() + other.identity.String(),
		"two signing keys":     k.encode() + other.secret,
		"public":               k.Public.String(),
		"cut off":              k.encode()[:len(k.encode())-20],
		"signing key damaged":  strings.Replace(k.encode(), "\nPRIVATE+KEY+a+", "\nPRIVATE+KEY+a+0", 1),
		"another name":         strings.Replace(k.encode(), "\nPRIVATE+KEY+a+", "\nPRIVATE+KEY+x+", 1),
		"signing key is short": secretPrefix + "a+b\n" + k.identity.String(),
		"rubbish":              strings.Repeat("\x00\xff", 5000),
		"one long line":        strings.Repeat("a", 1<<20),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "k")
			if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := Read(path)
			if !triage.IsKind(err, triage.Corrupt) || !strings.Contains(err.Error(), path) || strings.Contains(err.Error(), k.identity.String()) {
				t.Errorf("got %v", err)
			}
			if _, err := ReadPublic(path); err == nil && name != "public" {
				t.Error("it has a public half")
			}
		})
	}
	if _, err := Read(filepath.Join(t.TempDir(), "none")); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("no file: %v", err)
	}
	if err := k.Write(filepath.Join(t.TempDir(), "\x00")); !triage.IsKind(err, triage.Invalid) {
		t.Errorf("no place: %v", err)
	}
}

func TestNames(t *testing.T) {
	for name, good := range map[string]bool{
		"": false, "a b": false, "a+b": false, "a\nb": false, "\xff": false, strings.Repeat("a", 101): false, "<b>": false,
		"martin": true, "é.o@brigade-7": true,
	} {
		if _, err := New(name); (err == nil) != good || err != nil && !triage.IsKind(err, triage.Invalid) {
			t.Errorf("%q: %v", name, err)
		}
	}
}

// FuzzRead: no file makes the reader fail otherwise than with an error, and what it reads is a key that works.
func FuzzRead(f *testing.F) {
	k, _ := New("a")
	f.Add([]byte(k.encode()))
	f.Add([]byte(k.Public.String()))
	f.Add([]byte(secretPrefix + "+++\n" + identityPrefix))
	path := filepath.Join(f.TempDir(), "k")
	f.Fuzz(func(t *testing.T, content []byte) {
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		_, _ = ReadPublic(path)
		k, err := Read(path)
		if err != nil {
			return
		}
		signed, err := k.Sign("x\n")
		if err != nil {
			t.Fatal(err)
		}
		if _, err := k.Open(signed); err != nil {
			t.Fatal(err)
		}
	})
}
