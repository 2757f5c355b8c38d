package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"vigie/triage"
)

// TestEveryHintIsTranslated reads the hints of the whole house from their source: the fourth argument of E, where it
// is a constant, or a constant around one part that is not.
func TestEveryHintIsTranslated(t *testing.T) {
	found := 0
	for _, name := range sources(t, "../../triage", "../../store", "../../cmd", "../guard", "../rest", "../web", "../client") {
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
			if french(hint) == "" {
				t.Errorf("%s: no French for the hint %q", filepath.Base(name), hint)
			}
			return true
		})
	}
	if found < 100 {
		t.Errorf("only %d hints found: does E still take its hint fourth?", found)
	}
}

// sources lists the Go files below folders, without tests.
func sources(t *testing.T, folders ...string) []string {
	t.Helper()
	var files []string
	for _, folder := range folders {
		before := len(files)
		err := filepath.WalkDir(folder, func(path string, d fs.DirEntry, err error) error {
			if d != nil && d.IsDir() && strings.HasSuffix(path, "test") { // helpers of tests
				return fs.SkipDir
			}
			if strings.HasSuffix(path, ".go") && !strings.HasSuffix(path, "_test.go") {
				files = append(files, path)
			}
			return err
		})
		if err != nil || len(files) == before {
			t.Fatalf("the source of %s: %d files, %v", folder, len(files)-before, err)
		}
	}
	return files
}

// hintOf returns the hint of a call of E; "…" stands for what is not constant. A hint that is not constant at all is "".
func hintOf(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	if name, ok := call.Fun.(*ast.Ident); ok && name.Name == "problem" && len(call.Args) == 1 { // of a line of a list
		if text := textOf(call.Args[0]); text != "…" {
			return text
		}
		return ""
	}
	if len(call.Args) != 5 {
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
	hint := textOf(call.Args[3])
	if strings.Trim(hint, "…: ") == "" {
		return ""
	}
	if label, found := strings.CutPrefix(hint, "… "); found { // each label has hints of its own
		return "case " + label
	}
	return hint
}

// textOf writes an expression as the text it makes.
func textOf(e ast.Expr) string {
	switch e := e.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		if err == nil {
			return text
		}
	case *ast.BinaryExpr:
		text := textOf(e.X) + textOf(e.Y)
		return strings.ReplaceAll(text, "……", "…")
	}
	if call, ok := e.(*ast.CallExpr); ok && len(call.Args) > 1 { // of fmt.Sprintf
		if text := textOf(call.Args[0]); strings.Contains(text, "%") {
			return strings.NewReplacer("%d", "…", "%s", "…", "%v", "…").Replace(text)
		}
	}
	return "…"
}

func TestLineError(t *testing.T) {
	const line = "read list line 7: invalid: the row holds no hash"
	if got := LineError(FR, line); got != "ligne 7"+noBreak+": la ligne ne contient aucune empreinte" {
		t.Errorf("%q", got)
	}
	if got := LineError(EN, line); got != "line 7: invalid: the row holds no hash" {
		t.Errorf("%q", got)
	}
	if got := LineError(FR, "line 8: invalid: 12 hexadecimal digits are no hash: MD5 has 32, SHA-1 40, SHA-256 and PDQ 64, pHash 16"); !strings.HasPrefix(got, "ligne 8"+noBreak+": 12 chiffres") {
		t.Errorf("%q", got)
	}
	if got := LineError(FR, "something else"); got != "something else" {
		t.Errorf("%q", got)
	}
}

func TestHintsWithAPart(t *testing.T) {
	for hint, want := range map[string]string{
		"the role unit may not do this": "Le rôle «" + noBreak + "Unité territoriale" + noBreak + "» ne permet pas cela.",
		"the service did not answer for 2m0s: check that it runs and that the address is right": "Le service n’a pas répondu pendant 2m0s : vérifiez qu’il fonctionne et que l’adresse est juste.",
	} {
		if got := Problem(FR, triage.E(triage.Forbidden, "try", "", hint, nil)); got != want {
			t.Errorf("%q: %q, want %q", hint, got, want)
		}
	}
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
