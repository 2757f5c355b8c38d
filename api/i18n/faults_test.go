package i18n

import (
	"go/ast"
	"go/parser"
	"go/token"
	"path/filepath"
	"strings"
	"testing"
)

// TestEveryFaultIsTranslated reads from its source what the journal can find wrong with an object.
func TestEveryFaultIsTranslated(t *testing.T) {
	found := 0
	for _, name := range sources(t, "../../store/journal") {
		if filepath.Base(name) == "witness.go" { // speaks of the network
			continue
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, nil, 0)
		if err != nil {
			t.Fatal(err)
		}
		ast.Inspect(file, func(n ast.Node) bool {
			what := faultOf(n)
			if strings.Trim(what, "… :") == "" {
				return true
			}
			found++
			if faultInFrench(what) == what {
				t.Errorf("%s: no French for %q", filepath.Base(name), what)
			}
			return true
		})
	}
	if found < 30 {
		t.Errorf("only %d faults found", found)
	}
}

// faultOf returns the text of errors.New, fmt.Errorf or v.fault, with … for what is not constant.
func faultOf(n ast.Node) string {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return ""
	}
	name, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		return ""
	}
	at := map[string]int{"New": 0, "Errorf": 0, "fault": 1}
	i, ok := at[name.Sel.Name]
	if !ok || len(call.Args) <= i {
		return ""
	}
	text := strings.NewReplacer("%d", "…", "%s", "…", "%v", "…", "%w", "…").Replace(textOf(call.Args[i]))
	return strings.Trim(text, "\n")
}

func TestFaultsWithParts(t *testing.T) {
	for what, want := range map[string]string{
		"it is missing":                         "il manque",
		"block 7 in it: its bytes were changed": "son bloc 7\u00a0: ses octets ont été modifiés",
		"it is missing although the witness's file tells of it; its bytes were changed":                  "il manque, alors que le fichier du témoin le cite\u00a0; ses octets ont été modifiés",
		"it is missing, and nothing follows: the witness's checkpoint of size 9 tells of blocks up to 4": "il manque, et rien ne suit\u00a0: le point de contrôle de taille 9 du témoin cite des blocs jusqu’au 4",
		"unheard of": "unheard of",
	} {
		if got := Fault(FR, what); got != want {
			t.Errorf("%q: %q, want %q", what, got, want)
		}
		if got := Fault(EN, what); got != what {
			t.Errorf("%q in English: %q", what, got)
		}
	}
}
