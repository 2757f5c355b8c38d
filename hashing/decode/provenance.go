package decode

import (
	"bytes"
	"strings"

	"vigie/hashing"
)

// synthetic are the words of the IPTC's vocabulary of digital source types that mean a generator, whole or in part.
var synthetic = []string{"compositeWithTrainedAlgorithmicMedia", "trainedAlgorithmicMedia", "compositeSynthetic"}

// generators are programs that make pictures from words, by what they write into metadata, in lower case, and by what
// they are called.
var generators = []struct{ mark, name string }{
	{"stable diffusion", "Stable Diffusion"}, {"stable-diffusion", "Stable Diffusion"}, {"automatic1111", "Stable Diffusion"},
	{"midjourney", "Midjourney"}, {"dall-e", "DALL·E"}, {"dall·e", "DALL·E"}, {"openai", "OpenAI"}, {"gpt-4o", "OpenAI"},
	{"firefly", "Adobe Firefly"}, {"novelai", "NovelAI"}, {"comfyui", "ComfyUI"}, {"invokeai", "InvokeAI"}, {"fooocus", "Fooocus"},
	{"made with google ai", "Google AI"}, {"bing image creator", "Bing Image Creator"}, {"leonardo.ai", "Leonardo.Ai"},
	{"ideogram", "Ideogram"}, {"black forest labs", "FLUX"}, {"imagine with meta", "Meta AI"}, {"made with meta ai", "Meta AI"},
}

// generator notes that a text of the metadata names a generator.
func generator(text string, facts *hashing.Facts) {
	if facts.Generated != "" {
		return
	}
	lower := strings.ToLower(text)
	for _, g := range generators {
		if strings.Contains(lower, g.mark) {
			facts.Generated = g.name
			return
		}
	}
}

// sourceType notes that the IPTC's digital source type, a URL that ends in a word, means a generator.
func sourceType(value string, facts *hashing.Facts) {
	for _, word := range synthetic {
		if strings.HasSuffix(value, word) {
			facts.Generated = word
			return
		}
	}
}

// parameters notes that a text is what generators are told: the form of Stable Diffusion's pages.
func parameters(text string, facts *hashing.Facts) {
	if facts.Generated == "" && strings.Contains(text, "Steps: ") && strings.Contains(text, "Sampler: ") {
		facts.Generated = "Stable Diffusion"
	}
}

// c2paBox is the type of the box in which ISO base media files keep a C2PA manifest (C2PA 2.1, annex A).
const c2paBox = "\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"

// manifest returns the record of provenance of a file (C2PA, in JUMBF, ISO/IEC 19566-5), and whether there is one.
func manifest(data []byte, format string) (record []byte, present bool) {
	switch format {
	case "jpeg":
		for s := range jpegSegments(data) { // in pieces, each after two letters, two numbers and the box's head
			if s.marker == 0xeb && bytes.HasPrefix(s.body, []byte("JP")) && len(s.body) >= 16 && string(s.body[12:16]) == "jumb" {
				record, present = append(record, s.body...), true
			}
		}
	case "png":
		for c := range pngChunks(data) {
			if c.kind == "caBX" {
				return c.body, true
			}
		}
	case "webp":
		for c := range webpChunks(data) {
			if c.kind == "C2PA" {
				return c.body, true
			}
		}
	case "tiff", "dng":
		if t, first, ok := openTIFF(data); ok {
			if d, ok := t.directory(first); ok {
				e, present := d.entry(0xcd41)
				return e.value, present
			}
		}
	case "heic", "heif", "avif":
		for b := range boxes(data) {
			if b.kind == "uuid" && strings.HasPrefix(string(b.body[:min(16, len(b.body))]), c2paBox) {
				return b.body, true
			}
		}
	case "jxl":
		for b := range boxes(data) {
			if b.kind == "jumb" {
				return b.body, true
			}
		}
	}
	return record, present
}

// provenanceFacts adds whether there is a record of provenance, and what it says, in clear, of a generator. Its
// signature is not verified.
func provenanceFacts(data []byte, format string, facts *hashing.Facts) {
	record, present := manifest(data, format)
	facts.Provenance = present
	for _, word := range synthetic {
		if facts.Generated == "" && bytes.Contains(record, []byte(word)) {
			facts.Generated = word
		}
	}
}
