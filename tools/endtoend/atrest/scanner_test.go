package atrest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"unicode/utf8"
)

// TestScanFindsEveryForm plants each secret in each form, at any alignment, among random bytes, and finds it exactly
// there; without it, the same bytes hold nothing.
func TestScanFindsEveryForm(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // noise, not secrets
	noise := make([]byte, 64<<10)
	fill(random, noise)
	medium := make([]byte, 5000)
	fill(random, medium)
	digest := make([]byte, 20)
	fill(random, digest)
	secrets := map[string][]byte{
		"name": []byte("Réçu & 7.jpg"), "path": []byte("PC/Users/Claire/Documents/à trier"), "shortest": []byte("2026/7"),
		"digest": digest, "medium": medium,
	}
	s := New()
	for what, secret := range secrets {
		if what == "medium" {
			s.AddMedium(what, secret)
		} else {
			s.Add(what, secret)
		}
	}
	if hits := s.Scan("noise", noise); len(hits) > 0 {
		t.Fatalf("found in noise: %v", hits)
	}
	for what, secret := range secrets {
		for form, plant := range plants(secret) {
			for range 10 {
				around := random.IntN(20)
				planted := plant(around)
				at := random.IntN(len(noise) - len(planted))
				file := append(append(bytes.Clone(noise[:at]), planted...), noise[at:]...)
				hits := s.Scan("file", file)
				if len(hits) == 0 {
					t.Fatalf("%s as %s, %d bytes into a text, is not found", what, form, around)
				}
				for _, hit := range hits {
					if hit.What != what || hit.At < at || hit.At >= at+len(planted) {
						t.Errorf("%s as %s at %d..%d: found %v", what, form, at, at+len(planted), hit)
					}
				}
			}
		}
	}
}

// plants writes a secret with so many other bytes before and behind it.
func plants(secret []byte) map[string]func(around int) []byte {
	framed := func(around int) []byte {
		frame := bytes.Repeat([]byte{0x5A}, around)
		return bytes.Join([][]byte{frame, secret, frame}, nil)
	}
	all := map[string]func(int) []byte{
		"raw":        framed,
		"hex":        func(n int) []byte { return []byte(hex.EncodeToString(framed(n))) },
		"HEX":        func(n int) []byte { return []byte(strings.ToUpper(hex.EncodeToString(framed(n)))) },
		"base64":     func(n int) []byte { return []byte(base64.StdEncoding.EncodeToString(framed(n))) },
		"base64 URL": func(n int) []byte { return []byte(base64.RawURLEncoding.EncodeToString(framed(n))) },
	}
	if utf8.Valid(secret) {
		all["JSON"] = func(int) []byte { text, _ := json.Marshal(string(secret)); return text }
		all["URL"] = func(int) []byte { return []byte(url.PathEscape(string(secret))) }
	}
	return all
}

func fill(random *rand.Rand, b []byte) {
	for i := range b {
		b[i] = byte(random.Uint32())
	}
}

// TestScanFolder finds what is in files and what is in their names.
func TestScanFolder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"a/b/plain": "nothing", "a/secret-name.bin": "", "c/file": "…secret-name…"} {
		path := filepath.Join(dir, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	s := New()
	s.Add("a name", []byte("secret-name"))
	r, err := s.ScanFolder(dir)
	if err != nil || r.Files != 3 || len(r.Hits) != 2 || r.Hits[0].At != -1 || r.Hits[1].File != "c/file" {
		t.Errorf("%+v, %v", r, err)
	}
}
