package main

import (
	"bytes"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/mod/sumdb/note"

	"vigie/api/i18n"
	"vigie/api/wire"
	"vigie/hashing"
	"vigie/store/examiner"
	"vigie/store/setpack"
)

// TestSetsPackCutShort: an answer that ends early, or that no Vigie gave, leaves no file at all.
func TestSetsPackCutShort(t *testing.T) {
	var about string
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodGet {
			io.WriteString(w, `{"sets":[]}`)
			return
		}
		w.Header().Set(wire.SetPackHeader, about)
		io.WriteString(w, "age-encryption.org/v1\n")
		http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}))
	defer s.Close()
	key := filepath.Join(t.TempDir(), "examiner.key")
	if _, err := makeIdentity(key, "lab"); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, test := range []struct {
		about, want string
		code        int
	}{
		{`{"id":"s1"}`, "the answer was cut short", exitUnavailable},
		{"", "not that of a Vigie service", exitFailed},
	} {
		about = test.about
		var out, said bytes.Buffer
		env := &environment{Stdout: &out, Stderr: &said, Getenv: func(string) string { return "" }, Lang: i18n.EN}
		code := env.run(t.Context(), []string{"sets", "pack", "--url", s.URL, "--token", "t", "--to", key, "-o", filepath.Join(dir, "usb.vsp")})
		if code != test.code || !strings.Contains(said.String(), test.want) || out.Len() > 0 {
			t.Errorf("exit %d: %s%s", code, &out, &said)
		}
		if left, err := os.ReadDir(dir); err != nil || len(left) > 0 {
			t.Errorf("left behind: %v, %v", left, err)
		}
	}
}

// packed opens a set pack with the key of $VIGIE_IDENTITY and a file of the service's public key, and writes how each file of a
// folder counts to the file "counts": "packed FILE KEYFILE FOLDER".
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
	key, err := examiner.Read(ts.Getenv("VIGIE_IDENTITY"))
	ts.Check(err)
	service, err := note.NewVerifier(strings.TrimSpace(ts.ReadFile(args[1])))
	ts.Check(err)
	file, err := os.Open(path)
	ts.Check(err)
	defer file.Close()
	pack, err := setpack.Open(file, key.Identity(), service, time.Now())
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
