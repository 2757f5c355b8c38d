package triage

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode"
)

// CategoryCode names a category of the office's scheme.
type CategoryCode string

// Category is one class of illegal content.
type Category struct {
	Code CategoryCode      `json:"code"`
	Name map[string]string `json:"name"` // by language: "fr", "en"
	// Others says what it is in other schemes, by their names, so that what is exchanged is understood there.
	Others map[string]string `json:"others,omitempty"`
}

// Scheme is by which categories an office decides. It is data: a country's law makes its own.
type Scheme struct {
	Name       string     `json:"name"`
	Version    string     `json:"version"`
	Categories []Category `json:"categories"`
}

// Names of schemes that others exchange.
const (
	SchemeNCMEC    = "ncmec"       // hash sharing v2: A, a child before puberty, or B, after; 1, a sexual act, or 2, an exhibition
	SchemeINTERPOL = "interpol"    // baseline (illegal in any country) or non-baseline
	SchemeVICS     = "vics-us-2.0" // Project VIC's profile "US" of its data model 2.0: 1 to 3
)

// DefaultScheme is the one of an office that states none: that of NCMEC's hash sharing, which tells apart what INTERPOL's
// baseline tells apart, and what is generated or drawn.
func DefaultScheme() *Scheme {
	category := func(code CategoryCode, fr, en, interpol, vics string) Category {
		c := Category{Code: code, Name: map[string]string{"fr": fr, "en": en}, Others: map[string]string{SchemeVICS: vics}}
		if interpol != "" {
			c.Others[SchemeINTERPOL], c.Others[SchemeNCMEC] = interpol, string(code)
		}
		return c
	}
	return &Scheme{Name: "vigie", Version: "1", Categories: []Category{
		category("A1", "Enfant prépubère, acte sexuel", "Child before puberty, sexual act", "baseline", "1"),
		category("A2", "Enfant prépubère, exhibition", "Child before puberty, exhibition", "baseline", "1"),
		category("B1", "Enfant pubère, acte sexuel", "Child after puberty, sexual act", "non-baseline", "1"),
		category("B2", "Enfant pubère, exhibition", "Child after puberty, exhibition", "non-baseline", "1"),
		category("G", "Contenu généré ou dessiné", "Generated or drawn content", "", "3"),
	}}
}

const (
	maxCategories   = 100
	maxCategoryCode = 20 // bytes
)

// ParseScheme reads a scheme as JSON, as DefaultScheme is written.
func ParseScheme(text []byte) (*Scheme, error) {
	const op = "read scheme of categories"
	d := json.NewDecoder(bytes.NewReader(text))
	d.DisallowUnknownFields()
	var s Scheme
	if err := d.Decode(&s); err != nil {
		return nil, E(Invalid, op, "", "a scheme is JSON with name, version and categories: begin with what vigie categories prints", err)
	}
	if len(s.Categories) == 0 || len(s.Categories) > maxCategories {
		return nil, E(Invalid, op, s.Name, "a scheme has 1 to 100 categories", nil)
	}
	seen := make(map[CategoryCode]bool)
	for _, c := range s.Categories {
		code := string(c.Code)
		switch {
		case code == "" || len(code) > maxCategoryCode || strings.ContainsFunc(code, func(r rune) bool { return r > unicode.MaxASCII || !unicode.IsPrint(r) || r == ' ' }):
			return nil, E(Invalid, op, code, "the code of a category is 1 to 20 printable ASCII characters without spaces", nil)
		case seen[c.Code]:
			return nil, E(Invalid, op, code, "two categories have this code: give each its own", nil)
		case c.Name["fr"] == "" || c.Name["en"] == "":
			return nil, E(Invalid, op, code, "a category has a name in French (fr) and one in English (en)", nil)
		}
		for _, name := range c.Name {
			if err := checkLabel("category", name); err != nil {
				return nil, err
			}
		}
		seen[c.Code] = true
	}
	return &s, nil
}

// Has reports whether there is a category of that code.
func (s *Scheme) Has(code CategoryCode) bool {
	return slices.ContainsFunc(s.Categories, func(c Category) bool { return c.Code == code })
}

// Named returns what a category is called in a language, which is its code where the scheme has it no more.
func (s *Scheme) Named(code CategoryCode, language string) string {
	for _, c := range s.Categories {
		if c.Code == code {
			return c.Name[language]
		}
	}
	return string(code)
}
