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

// TestEveryHintIsTranslated reads the hints of what pages call from their source: the fourth argument of E,
// where it is a constant.
func TestEveryHintIsTranslated(t *testing.T) {
	var files []string
	for _, folder := range []string{"../../triage", "../guard", "../web"} {
		some, err := filepath.Glob(folder + "/*.go")
		if err != nil || len(some) == 0 {
			t.Fatalf("the source of %s: %d files, %v", folder, len(some), err)
		}
		files = append(files, some...)
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
	switch name := call.Fun.(type) {
	case *ast.Ident:
		if name.Name != "E" {
			return ""
		}
	case *ast.SelectorExpr:
		if name.Sel.Name != "E" {
			return ""
		}
	default:
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

// TestEveryReasonIsTranslated reads the codes of what cannot be examined, or not be read, from their source.
func TestEveryReasonIsTranslated(t *testing.T) {
	for name, prefix := range map[string]string{"../../store/evidence/source.go": "Reason", "../../hashing/decode/decode.go": "Unreadable", "../../hashing/decode/examine.go": "Note"} {
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		found := 0
		ast.Inspect(file, func(n ast.Node) bool {
			spec, ok := n.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			typed, _ := spec.Type.(*ast.Ident)
			lit, ok := spec.Values[0].(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING || !strings.HasPrefix(spec.Names[0].Name, prefix) && (typed == nil || typed.Name != prefix) {
				return true
			}
			found++
			if code, _ := strconv.Unquote(lit.Value); !reasonWords.Has(code) {
				t.Errorf("%s: no words for %q", filepath.Base(name), code)
			}
			return true
		})
		if found == 0 {
			t.Errorf("%s: no codes found", name)
		}
	}
}
