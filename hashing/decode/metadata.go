package decode

import (
	"bytes"
	"math"
	"strings"
	"time"
	"unicode"

	"github.com/bep/imagemeta"

	"vigie/hashing"
)

const (
	// maxText is how many characters of a maker's, camera's or program's name are kept. EXIF names none that is
	// longer; a longer one is an attempt at something.
	maxText = 64
	// maxSide is the largest side, in pixels, that is believed of a format that nothing here decodes.
	maxSide = 1 << 20
)

// metadataFormats are the formats whose metadata can be read.
var metadataFormats = map[string]imagemeta.ImageFormat{
	"jpeg": imagemeta.JPEG, "png": imagemeta.PNG, "webp": imagemeta.WebP, "tiff": imagemeta.TIFF,
	"heic": imagemeta.HEIF, "heif": imagemeta.HEIF, "avif": imagemeta.AVIF,
	"dng": imagemeta.DNG, "cr2": imagemeta.CR2, "nef": imagemeta.NEF, "arw": imagemeta.ARW, "pef": imagemeta.PEF,
}

// Where EXIF keeps things. A tag is asked for together with its directory: the same number means something else
// in another one (the Interop directory's version would be taken for a latitude).
const (
	mainDirectory = "IFD0"
	exifDirectory = "IFD0/ExifIFDP"
	gpsDirectory  = "IFD0/GPSInfoIFD"
)

type tagName struct{ directory, tag string }

// readMetadata adds what the file says of itself to facts. Metadata that cannot be read leaves facts as they
// are: it is no reason to give up the picture.
func readMetadata(data []byte, facts *hashing.Facts) {
	defer func() { _ = recover() }() // as of decodeMetadata
	if rawFormats[facts.Format] {
		rawMetadata(data, facts)
	}
	if format, ok := metadataFormats[facts.Format]; ok {
		exifFacts(data, format, facts)
	}
	switch facts.Format {
	case "mov", "mp4", "3gp":
		movieFacts(data, facts)
		return
	case "bigtiff":
		bigTIFFFacts(data, facts)
	case "jp2":
		tiffFacts(jp2EXIF(data), facts)
	case "jpeg":
		jpegFacts(data, facts)
	case "png":
		pngTexts(data, facts)
	}
	if facts.Format != "png" { // whose XMP is one of its texts
		xmpFacts(xmpPacket(data), facts)
	}
	makerFacts(data, facts)
	generator(facts.Software, facts)
	facts.Profile = profileName(iccProfile(data, facts.Format))
	provenanceFacts(data, facts.Format, facts)
	if facts.Make == "Apple" {
		facts.LivePhoto = liveIdentifier(data)
	}
	motionFacts(data, facts)
}

// exifFacts adds what is in the EXIF directories.
func exifFacts(data []byte, format imagemeta.ImageFormat, facts *hashing.Facts) {
	tags := make(map[tagName]any)
	result := decodeMetadata(data, format, tags)
	if c := result.ImageConfig; c.Width > 0 && c.Width <= maxSide && c.Height > 0 && c.Height <= maxSide {
		facts.Width, facts.Height = c.Width, c.Height
	}
	text := func(directory, tag string) string {
		s, _ := tags[tagName{directory, tag}].(string)
		return Clean(s)
	}
	facts.Make, facts.Model, facts.Software = text(mainDirectory, "Make"), text(mainDirectory, "Model"), text(mainDirectory, "Software")
	facts.Serial = text(exifDirectory, "SerialNumber")
	if facts.Serial == "" {
		facts.Serial = text(mainDirectory, "CameraSerialNumber")
	}
	facts.Lens = text(exifDirectory, "LensModel")
	if o, ok := tags[tagName{mainDirectory, "Orientation"}].(uint16); ok && o >= 1 && o <= 8 {
		facts.Orientation = int(o)
	}
	for _, t := range times {
		if when := taken(text(t.directory, t.tag), text(exifDirectory, t.zone)); !when.IsZero() {
			facts.Taken, facts.TakenFrom = when, t.tag
			if _, err := time.Parse("-07:00", text(exifDirectory, t.zone)); err == nil {
				facts.Zone = text(exifDirectory, t.zone)
			}
			break
		}
	}
	latitude, hasLatitude := tags[tagName{gpsDirectory, "GPSLatitude"}].(float64)
	longitude, hasLongitude := tags[tagName{gpsDirectory, "GPSLongitude"}].(float64)
	known := !math.IsNaN(latitude) && !math.IsNaN(longitude) && (latitude != 0 || longitude != 0) // 0, 0 means no fix
	facts.GPS = hasLatitude && hasLongitude && known
	if comment, ok := tags[tagName{exifDirectory, "UserComment"}].(string); ok {
		parameters(strings.ReplaceAll(comment, "\x00", ""), facts) // may be in 16-bit characters
	}
}

// times are the tags that tell when a picture was taken, the best first; each with the tag of its zone. That of the last
// change (DateTime) is none of them: programs renew it.
var times = []struct{ directory, tag, zone string }{
	{exifDirectory, "DateTimeOriginal", "OffsetTimeOriginal"},
	{exifDirectory, "CreateDate", "OffsetTimeDigitized"}, // DateTimeDigitized, in the words of EXIF
}

// decodeMetadata collects the tags of the directories above. It takes what there is before an error.
func decodeMetadata(data []byte, format imagemeta.ImageFormat, tags map[tagName]any) (result imagemeta.DecodeResult) {
	defer func() { _ = recover() }() // a decoder that panics on metadata has none for us
	wanted := func(t imagemeta.TagInfo) bool {
		switch t.Namespace {
		case mainDirectory, exifDirectory, gpsDirectory:
			_, seen := tags[tagName{t.Namespace, t.Tag}]
			return !seen
		}
		return false
	}
	result, _ = imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: format, Sources: imagemeta.EXIF | imagemeta.CONFIG,
		ShouldHandleTag: wanted,
		HandleTag: func(t imagemeta.TagInfo) error {
			tags[tagName{t.Namespace, t.Tag}] = t.Value
			return nil
		},
	})
	return result
}

// taken parses an EXIF time, in UTC when it has no zone of its own. It is zero for what is no time.
func taken(local, zone string) time.Time {
	const layout = "2006:01:02 15:04:05"
	if t, err := time.Parse(layout+" -07:00", local+" "+zone); err == nil {
		return t
	}
	t, err := time.Parse(layout, local)
	if err != nil {
		return time.Time{}
	}
	return t
}

// Clean returns s without anything that is not printable, shortened to maxText characters.
func Clean(s string) string {
	s = strings.Map(func(r rune) rune {
		if r == unicode.ReplacementChar || !unicode.IsPrint(r) {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if runes := []rune(s); len(runes) > maxText {
		s = strings.TrimSpace(string(runes[:maxText]))
	}
	return s
}
