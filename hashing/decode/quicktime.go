package decode

import (
	"encoding/binary"
	"strings"
	"time"

	"vigie/hashing"
)

// maxMovie is how large a film may be, in bytes, for what it says of itself to be read. The film of a live photo lasts
// three seconds and has some five million; of larger ones, whose metadata are often at their end, nothing is asked yet.
const maxMovie = 32 << 20

// movieFormats are those films whose metadata are in boxes; readMetadata reads them.
var movieFormats = map[string]bool{"mov": true, "mp4": true, "3gp": true}

// Keys of Apple's metadata (QuickTime File Format Specification, "QuickTime Metadata Keys"), and the identifier that the
// film of a live photo shares with its still.
const (
	keyContent  = "com.apple.quicktime.content.identifier"
	keyMake     = "com.apple.quicktime.make"
	keyModel    = "com.apple.quicktime.model"
	keySoftware = "com.apple.quicktime.software"
	keyTaken    = "com.apple.quicktime.creationdate"
	keyPlace    = "com.apple.quicktime.location.ISO6709"
)

// movieFacts adds what a film says of the camera that took it.
func movieFacts(data []byte, facts *hashing.Facts) {
	for key, value := range movieMetadata(data) {
		switch key {
		case keyContent:
			facts.LivePhoto = identifier(value)
		case keyMake:
			facts.Make = Clean(value)
		case keyModel:
			facts.Model = Clean(value)
		case keySoftware:
			facts.Software = Clean(value)
		case keyTaken:
			if t, err := time.Parse("2006-01-02T15:04:05-0700", value); err == nil {
				facts.Taken, facts.Zone, facts.TakenFrom = t, t.Format("-07:00"), "creationdate"
			}
		case keyPlace:
			facts.GPS = strings.Trim(value, "+-0./") != ""
		}
	}
}

// movieMetadata returns the texts by their keys: the box "keys" lists the names, from 1 on, and in the box "ilst" a box
// whose type is that number holds each value.
func movieMetadata(data []byte) map[string]string {
	const asText = 1
	var meta []byte
	for b := range boxes(find(data, "moov")) {
		if b.kind == "meta" {
			meta = b.body
		}
	}
	if len(meta) >= 8 && string(meta[4:8]) != "hdlr" { // as of ISO, with a version and flags; Apple's has none
		meta = meta[4:]
	}
	names := []string{""}
	if list := find(meta, "keys"); len(list) > 8 {
		for b := range boxes(list[8:]) { // each is laid out as a box is: a size, "mdta", a name
			names = append(names, string(b.body))
		}
	}
	values := make(map[string]string)
	for b := range boxes(find(meta, "ilst")) {
		number := binary.BigEndian.Uint32([]byte(b.kind))
		value := find(b.body, "data")
		if number < uint32(len(names)) && len(value) > 8 && binary.BigEndian.Uint32(value) == asText { //nolint:gosec // at most maxBoxes
			values[names[number]] = string(value[8:])
		}
	}
	return values
}
