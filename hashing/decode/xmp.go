package decode

import (
	"bytes"
	"encoding/xml"
	"iter"
	"slices"
	"strings"

	"vigie/hashing"
)

const (
	// maxXMP bounds one XMP packet, in bytes. Those of real files have some ten thousand.
	maxXMP = 1 << 20
	// maxEditors bounds how many programs of a history are told.
	maxEditors = 8
)

// xmpPacket returns the first XMP packet of a file, of whatever format: it lies there as plain text.
func xmpPacket(data []byte) []byte {
	const begin, end = "<x:xmpmeta", "</x:xmpmeta>"
	at := bytes.Index(data, []byte(begin))
	if at < 0 {
		return nil
	}
	packet := data[at:min(at+maxXMP, len(data))]
	if stop := bytes.Index(packet, []byte(end)); stop >= 0 {
		packet = packet[:stop+len(end)]
	}
	return packet
}

// xmpFacts adds what an XMP packet says of how the picture came about (XMP specification, part 1 and 2; IPTC Photo
// Metadata Standard). A packet that is broken counts as far as it is not.
func xmpFacts(packet []byte, facts *hashing.Facts) {
	var editors []string
	for name, value := range xmpProperties(packet) {
		if name == "DigitalSourceType" { // a URL, longer than a name
			sourceType(value, facts)
			continue
		}
		value = Clean(value)
		switch name {
		case "action":
			if value == "saved" {
				facts.Saves++
			}
		case "softwareAgent":
			if value != "" && len(editors) < maxEditors && !slices.Contains(editors, value) {
				editors = append(editors, value)
			}
		case "CreatorTool":
			if facts.Software == "" {
				facts.Software = value
			}
			generator(value, facts)
		case "Credit":
			generator(value, facts)
		}
	}
	for _, e := range editors {
		generator(e, facts)
	}
	facts.Editors = strings.Join(editors, "; ")
}

// xmpProperties yields the properties of an XMP packet by the last part of their names, for prefixes are the writer's
// choice: attributes and texts with their values, and elements, where they begin, without one.
func xmpProperties(packet []byte) iter.Seq2[string, string] {
	return func(yield func(name, value string) bool) {
		decoder := xml.NewDecoder(bytes.NewReader(packet))
		decoder.Strict = false
		var within string // the element whose text comes
		for {
			token, err := decoder.RawToken()
			if err != nil {
				return
			}
			switch token := token.(type) {
			case xml.StartElement:
				within = token.Name.Local
				if !yield(within, "") {
					return
				}
				for _, a := range token.Attr {
					if !yield(a.Name.Local, a.Value) {
						return
					}
				}
			case xml.CharData:
				if text := strings.TrimSpace(string(token)); text != "" && !yield(within, text) {
					return
				}
			case xml.EndElement:
				within = ""
			}
		}
	}
}
