package atrest

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"net/url"
	"unicode/utf8"
)

// shortest is how many bytes a needle has at least: fewer are found everywhere by chance.
const shortest = 6

// Needle is one form of something that must not be found.
type Needle struct {
	What string // for the report: what it is, and of what
	Form string // raw, hex, base64 …
	text []byte
}

// forms returns the ways in which some bytes could lie in a file in clear. A form that is too short to mean anything is
// left out.
func forms(what string, raw []byte) []Needle {
	lower := hex.EncodeToString(raw)
	needles := []Needle{{what, "raw", raw}, {what, "hex", []byte(lower)}, {what, "HEX", bytes.ToUpper([]byte(lower))}}
	for shift := range 3 {
		needles = append(needles,
			Needle{what, "base64", inBase64(base64.RawStdEncoding, raw, shift)},
			Needle{what, "base64 of URLs", inBase64(base64.RawURLEncoding, raw, shift)})
	}
	if utf8.Valid(raw) {
		if quoted, err := json.Marshal(string(raw)); err == nil {
			needles = append(needles, Needle{what, "JSON", quoted[1 : len(quoted)-1]})
		}
		needles = append(needles, Needle{what, "URL", []byte(url.PathEscape(string(raw)))})
	}
	return distinct(needles)
}

// inBase64 returns what of raw stays the same in base64, whatever stands before and behind it, when shift bytes of a
// group of three stand before it.
func inBase64(encoding *base64.Encoding, raw []byte, shift int) []byte {
	text := encoding.EncodeToString(append(make([]byte, shift), raw...))
	first := (shift*8 + 5) / 6         // characters that hold bits of what stands before
	last := (shift + len(raw)) * 8 / 6 // those behind hold bits of what follows
	return []byte(text[first:last])
}

func distinct(needles []Needle) []Needle {
	seen := make(map[string]bool, len(needles))
	var kept []Needle
	for _, n := range needles {
		if len(n.text) >= shortest && !seen[string(n.text)] {
			seen[string(n.text)] = true
			kept = append(kept, n)
		}
	}
	return kept
}

const (
	windowBytes = 32
	// windowEvery is how far apart windows of a medium are looked for, in bytes: a stretch of it in clear that is
	// longer than both together is found.
	windowEvery = 1024
	// windowValues is how many different bytes a window has at least: others are found in many files.
	windowValues = 20
)

// windows returns pieces of the bytes of a medium, those that hardly stand anywhere else.
func windows(what string, data []byte) []Needle {
	var needles []Needle
	for at := 0; at+windowBytes <= len(data); at += windowEvery {
		window := data[at : at+windowBytes]
		if values(window) >= windowValues {
			needles = append(needles, forms(what, window)...)
		}
	}
	return needles
}

// values counts different bytes.
func values(b []byte) (n int) {
	var seen [256]bool
	for _, v := range b {
		if !seen[v] {
			seen[v] = true
			n++
		}
	}
	return n
}
