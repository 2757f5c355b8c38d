package importrules

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"strings"
	"testing"
)

// TestHouse lists every package of the module and holds it to the table.
func TestHouse(t *testing.T) {
	cmd := exec.Command("go", "list", "-json=ImportPath,Doc,Imports,Deps,GoFiles", "vigie/...")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.String())
	}
	seen := 0
	for dec := json.NewDecoder(bytes.NewReader(out)); ; seen++ {
		var p Package
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		for _, broken := range Check(p) {
			t.Error(broken)
		}
	}
	if seen < 15 {
		t.Errorf("go list found %d packages: the house is larger", seen)
	}
}

// TestRules shows that each rule bites.
func TestRules(t *testing.T) {
	for _, c := range []struct {
		name, importer, imported, dep, want string
	}{
		{"domain to store", "vigie/triage", "vigie/store/views", "", "triage may not import store"},
		{"domain to decoder", "vigie/triage", "vigie/hashing/decode", "", "nothing that decodes"},
		{"domain to library", "vigie/triage", "github.com/google/uuid", "", "standard library"},
		{"domain to network, far", "vigie/triage", "", "net/http", "no network"},
		{"domain to process, far", "vigie/triage/signals", "", "os/exec", "no process"},
		{"sibling stores", "vigie/store/views", "vigie/store/known", "", "sibling"},
		{"store to api", "vigie/store/views", "vigie/api/wire", "", "store may not import api"},
		{"api to store", "vigie/api/rest", "vigie/store/views", "", "api may not import store"},
		{"hashing to domain", "vigie/hashing/pdq", "vigie/triage", "", "hashing may not import triage"},
		{"hashing starts a process", "vigie/hashing/decode", "os/exec", "", "start processes"},
		{"flags outside cmd", "vigie/api", "flag", "", "only cmd reads flags"},
		{"anybody to tools", "vigie/cmd/vigie", "vigie/tools/demo", "", "cmd may not import tools"},
		{"allowed: own store", "vigie/store/objects", "vigie/store/objects/internal", "", ""},
		{"allowed: jail", "vigie/hashing/jail", "os/exec", "", ""},
		{"allowed: errgroup", "vigie/triage", "golang.org/x/sync/errgroup", "", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := Package{ImportPath: c.importer, Doc: "Package x is.", GoFiles: []string{"x.go"}}
			if c.imported != "" {
				p.Imports = []string{c.imported}
			}
			if c.dep != "" {
				p.Deps = []string{c.dep}
			}
			got := strings.Join(Check(p), "\n")
			if c.want == "" && got != "" || !strings.Contains(got, c.want) {
				t.Errorf("got %q, want something with %q", got, c.want)
			}
		})
	}
	if got := Check(Package{ImportPath: "vigie/api", GoFiles: []string{"x.go"}}); len(got) != 1 {
		t.Errorf("a package without a comment: got %q", got)
	}
}
