package decode

import (
	"bytes"
	"strings"

	"vigie/hashing"
)

// maxPNGText is how much of one text of a PNG is unpacked, in bytes: that of a generator's workflow.
const maxPNGText = 256 << 10

// pngTexts adds what the texts of a PNG say of the program that made it (PNG specification, chunks tEXt, zTXt, iTXt).
func pngTexts(data []byte, facts *hashing.Facts) {
	for c := range pngChunks(data) {
		key, text := pngText(c)
		switch strings.ToLower(key) {
		case "software", "creator tool", "source":
			if facts.Software == "" && strings.EqualFold(key, "software") {
				facts.Software = Clean(text)
			}
			generator(text, facts)
		case "parameters":
			parameters(text, facts)
		case "prompt", "workflow": // the graph of ComfyUI, as JSON
			if facts.Generated == "" && (strings.Contains(text, `"class_type"`) || strings.Contains(text, `"nodes"`)) {
				facts.Generated = "ComfyUI"
			}
		case "invokeai_metadata", "sd-metadata", "dream":
			if facts.Generated == "" {
				facts.Generated = "InvokeAI"
			}
		case "xml:com.adobe.xmp":
			xmpFacts([]byte(text), facts)
		}
	}
}

// pngText returns the key and the text of a chunk; "" for chunks that are none.
func pngText(c pngChunk) (key, text string) {
	name, rest, ok := bytes.Cut(c.body, []byte{0})
	if !ok || len(name) > 79 {
		return "", ""
	}
	switch {
	case c.kind == "tEXt":
		return string(name), string(rest[:min(len(rest), maxPNGText)])
	case c.kind == "zTXt" && len(rest) > 1:
		return string(name), string(inflate(rest[1:], maxPNGText))
	case c.kind == "iTXt" && len(rest) > 2:
		packed := rest[0] == 1
		parts := bytes.SplitN(rest[2:], []byte{0}, 3) // language, translated key, text
		if len(parts) < 3 {
			return "", ""
		}
		if packed {
			return string(name), string(inflate(parts[2], maxPNGText))
		}
		return string(name), string(parts[2][:min(len(parts[2]), maxXMP)])
	}
	return "", ""
}
