// Package importrules holds the house to its plan: which layer may import which. Its test runs with all others
// and fails the build when an import breaks the table in docs/architecture.md.
package importrules

import (
	"fmt"
	"path"
	"strings"
)

// Package is what "go list -json" says of one package of ours.
type Package struct {
	ImportPath string
	Doc        string
	Imports    []string // of its own files, tests left out
	Deps       []string // all it needs, near and far
	GoFiles    []string
}

const module = "vigie"

// allowed lists, layer by layer, the layers of ours that a package may import.
var allowed = map[string][]string{
	"hashing": {"hashing"},
	"triage":  {"triage", "hashing", "hashing/index"},
	"store":   {"triage", "hashing"},
	"api":     {"api", "triage", "hashing"},
	"cmd":     {"cmd", "api", "store", "triage", "hashing"},
	"tools":   {"tools", "cmd", "api", "store", "triage", "hashing"},
}

// Layer returns the layer of one of our packages ("vigie/store/views": "store"), or "" for foreign ones.
func Layer(importPath string) string {
	rest, ours := strings.CutPrefix(importPath, module+"/")
	if !ours {
		return ""
	}
	layer, _, _ := strings.Cut(rest, "/")
	return layer
}

// Check returns one line for each thing about p that breaks a rule.
func Check(p Package) []string {
	var broken []string
	complain := func(format string, args ...any) {
		broken = append(broken, p.ImportPath+" "+fmt.Sprintf(format, args...))
	}
	if strings.TrimSpace(p.Doc) == "" && len(p.GoFiles) > 0 {
		complain("has no package comment")
	}
	layer := Layer(p.ImportPath)
	if _, known := allowed[layer]; !known {
		complain("belongs to no layer")
		return broken
	}
	for _, imported := range p.Imports {
		if reason := forbidden(p.ImportPath, imported); reason != "" {
			complain("imports %s: %s", imported, reason)
		}
	}
	for _, dep := range p.Deps {
		if reason := forbiddenBehind(p.ImportPath, dep); reason != "" {
			complain("needs %s: %s", dep, reason)
		}
	}
	return broken
}

// forbidden says why importer may not import imported directly, or "".
func forbidden(importer, imported string) string {
	from, to := Layer(importer), Layer(imported)
	switch {
	case from == "store" && to == "store":
		if storeOf(importer) != storeOf(imported) {
			return "a store never imports its sibling"
		}
	case to != "" && !contains(allowed[from], to):
		return from + " may not import " + to
	case from == "triage" && to == "hashing" && imported != module+"/hashing" &&
		imported != module+"/hashing/pdq" && imported != module+"/hashing/vpdq" && imported != module+"/hashing/index":
		return "triage knows the values of hashing and its index, nothing that decodes"
	case from == "triage" && to == "" && strings.Contains(imported, ".") && !strings.HasPrefix(imported, "golang.org/x/sync/"):
		return "triage imports the standard library and golang.org/x/sync only"
	case from == "hashing" && imported == "os/exec" && !mayStartProcesses(importer):
		return "only hashing/jail and hashing/video start processes"
	case imported == "flag" && from != "cmd" && from != "tools":
		return "only cmd reads flags"
	}
	return ""
}

// forbiddenBehind says why importer may not need dep, however far away, or "".
func forbiddenBehind(importer, dep string) string {
	layer := Layer(importer)
	networks := dep == "net/http" || strings.HasPrefix(dep, "github.com/redis/") || strings.HasPrefix(dep, "github.com/minio/minio-go")
	switch {
	case layer == "triage" && (networks || dep == "os/exec"):
		return "the domain knows no network and no process"
	case layer == "hashing" && networks:
		return "hashing knows no network"
	}
	return ""
}

func mayStartProcesses(importPath string) bool {
	return importPath == module+"/hashing/jail" || importPath == module+"/hashing/video"
}

// storeOf returns the store a package belongs to ("vigie/store/objects/objectstest": "objects").
func storeOf(importPath string) string {
	store, _, _ := strings.Cut(strings.TrimPrefix(importPath, path.Join(module, "store")+"/"), "/")
	return store
}

func contains(list []string, s string) bool {
	for _, l := range list {
		if l == s {
			return true
		}
	}
	return false
}
