package wire

import (
	"context"
	"encoding/json"
	"strings"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"
)

// kin-openapi validates documents of 3.1: their structure, references and schemas. It knows the JSON Schema keywords
// of 3.1 that are used here (contentEncoding, empty schemas for bytes), and does not check x-vigie-roles: the test of
// the routes does.
func TestOpenAPIIsValid(t *testing.T) {
	b, err := OpenAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	doc, err := openapi3.NewLoader().LoadFromData(b)
	if err != nil {
		t.Fatal(err)
	}
	if !doc.IsOpenAPI31OrLater() {
		t.Errorf("version %s", doc.OpenAPI)
	}
	if err := doc.Validate(context.Background()); err != nil {
		t.Fatal(err)
	}
	if got, want := doc.Paths.Len(), countPaths(); got != want {
		t.Errorf("%d paths, want %d", got, want)
	}
}

func countPaths() int {
	paths := map[string]bool{}
	for _, op := range Operations() {
		paths[op.Path] = true
	}
	return len(paths)
}

func TestOperationsAreNamedOnce(t *testing.T) {
	seen := map[string]bool{}
	for _, op := range Operations() {
		if op.Name == "" || op.Summary == "" || op.Status == 0 || seen[op.Name] {
			t.Errorf("%s %s: name %q, summary %q, status %d", op.Method, op.Path, op.Name, op.Summary, op.Status)
		}
		seen[op.Name] = true
	}
}

// Embedded structs are flattened as encoding/json does it: the document must show the fields that travel.
func TestSchemasShowWhatTravels(t *testing.T) {
	b, err := OpenAPI("test")
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Components struct {
			Schemas map[string]struct {
				Properties map[string]any
				Required   []string
			}
		}
	}
	if err := json.Unmarshal(b, &doc); err != nil {
		t.Fatal(err)
	}
	travels, err := json.Marshal(ExhibitProgress{Exhibit: Exhibit{Seized: "2026-01-31", Unit: "BR"}})
	if err != nil {
		t.Fatal(err)
	}
	var fields map[string]any
	if err := json.Unmarshal(travels, &fields); err != nil {
		t.Fatal(err)
	}
	if body, err := json.Marshal(doc.Components.Schemas["CheckPicture"].Properties["pdq"]); err != nil || !strings.Contains(string(body), `"maxItems":8,"minItems":8`) {
		t.Errorf("the hashes of a picture are documented as %s, %v", body, err)
	}
	schema := doc.Components.Schemas["ExhibitProgress"]
	for name := range fields {
		if _, ok := schema.Properties[name]; !ok {
			t.Errorf("%s travels but is not documented", name)
		}
	}
	if len(schema.Properties) != len(fields) {
		t.Errorf("documented: %v, travels: %s", schema.Properties, travels)
	}
	if f := doc.Components.Schemas["Finding"]; strings.Join(f.Required, " ") != "path sha256 disposition finding" {
		t.Errorf("required of a finding: %v", f.Required)
	}
}
