package decode

import (
	"bytes"
	"encoding/xml"
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
	decoder := xml.NewDecoder(bytes.NewReader(packet))
	decoder.Strict = false
	var editors []string
	var within string // the element whose text comes
	seen := func(name, value string) {
		if name == "DigitalSourceType" { // a URL, longer than a name
			sourceType(value, facts)
			return
		}
		value = clean(value)
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
	for {
		token, err := decoder.RawToken() // names are told apart by their last part: prefixes are the writer's choice
		if err != nil {
			break
		}
		switch token := token.(type) {
		case xml.StartElement:
			within = token.Name.Local
			for _, a := range token.Attr {
				seen(a.Name.Local, a.Value)
			}
		case xml.CharData:
			if text := strings.TrimSpace(string(token)); text != "" {
				seen(within, text)
			}
		case xml.EndElement:
			within = ""
		}
	}
	for _, e := range editors {
		generator(e, facts)
	}
	facts.Editors = strings.Join(editors, "; ")
}
