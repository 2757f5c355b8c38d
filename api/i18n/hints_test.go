package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// TestEveryHintIsTranslated reads the hints of the domain from its source: the fourth argument of E, where it is a
// constant.
func TestEveryHintIsTranslated(t *testing.T) {
	files, err := filepath.Glob("../../triage/*.go")
	if err != nil || len(files) == 0 {
		t.Fatalf("the domain's source: %d files, %v", len(files), err)
	}
	found := 0
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			hint := hintOf(n)
			if hint == "" || hint == "stopped by its reader" { // the second never reaches a person
				return true
			}
			found++
			if hints[hint] == "" {
				t.Errorf("%s: no French for the hint %q", filepath.Base(name), hint)
			}
			return true
		})
	}
	if found < 20 {
		t.Errorf("only %d hints found: does E still take its hint fourth?", found)
	}
}

func hintOf(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok || len(call.Args) != 5 {
		return ""
	}
	if name, ok := call.Fun.(*ast.Ident); !ok || name.Name != "E" {
		return ""
	}
	lit, ok := call.Args[3].(*ast.BasicLit)
	if !ok {
		return ""
	}
	hint, err := strconv.Unquote(lit.Value)
	if err != nil {
		return ""
	}
	return hint
}
