// Package hashing turns bytes into the values by which media are compared: exact digests, perceptual
// fingerprints, and the facts a decoder learns on the way. Its own files hold the values only; what computes
// them lives in pdq (the hash), decode (formats), jail (the process that decodes) and index (range search).
// Nothing here knows a network, a clock or a store.
package hashing

import (
	"encoding/hex"
	"fmt"
	"math/bits"
	"time"

	"vigie/hashing/pdq"
)

// FingerprintVersion names the algorithms and decoders that make a Fingerprint. It changes when the same
// bytes would get other hashes, so that old fingerprints can be told from new ones.
const FingerprintVersion = 4

// Way says how the PDQ of a fingerprint was computed.
type Way string

// The ways.
const (
	// WayReference is bit for bit the reference's on the pixels of Fingerprint.Decoder, all of them.
	WayReference Way = "reference"
	// WayFast is within 10 of 256 bits of it, from luma that was reduced while it was decoded. It is for finding, never
	// for what is handed on.
	WayFast Way = "fast"
)

// Hash64 is a 64-bit perceptual hash (pHash or dHash of goimagehash).
type Hash64 uint64

// String returns 16 lower-case hexadecimal digits, most significant first.
func (h Hash64) String() string { return fmt.Sprintf("%016x", uint64(h)) }

// ParseHash64 decodes 16 hexadecimal digits of either case.
func ParseHash64(s string) (Hash64, error) {
	var h Hash64
	return h, h.UnmarshalText([]byte(s))
}

// MarshalText encodes h in lower-case hexadecimal.
func (h Hash64) MarshalText() ([]byte, error) { return []byte(h.String()), nil }

// UnmarshalText decodes 16 hexadecimal digits of either case.
func (h *Hash64) UnmarshalText(text []byte) error {
	var b [8]byte
	if len(text) != hex.EncodedLen(len(b)) {
		return fmt.Errorf("a 64-bit hash has 16 hexadecimal digits, not %d", len(text))
	}
	if _, err := hex.Decode(b[:], text); err != nil {
		return fmt.Errorf("64-bit hash: %w", err)
	}
	*h = 0
	for _, c := range b {
		*h = *h<<8 | Hash64(c)
	}
	return nil
}

// Distance returns the Hamming distance between h and other, in bits (0 to 64).
func (h Hash64) Distance(other Hash64) int { return bits.OnesCount64(uint64(h ^ other)) }

// Fingerprint is every perceptual hash of one picture. Low quality is a value, not an absence.
type Fingerprint struct {
	Version int           `json:"version"`
	Decoder string        `json:"decoder"` // what decoded the pixels, with its version
	Way     Way           `json:"way"`
	PDQ     pdq.Dihedrals `json:"pdq"`     // pixels as stored: EXIF orientation is not applied
	Quality int           `json:"quality"` // of PDQ, 0 to 100
	PHash   Hash64        `json:"phash"`
	DHash   Hash64        `json:"dhash"`
	Views   []View        `json:"views,omitempty"`
	At      time.Duration `json:"at,omitempty"` // of a film: where its frame is, in nanoseconds
}

// Frame is a further picture of a medium: a frame of an animation or a film, a page, another picture of the same file.
// It was decoded by what its medium's Fingerprint names.
type Frame struct {
	Index int           `json:"index"`        // in the file; the Fingerprint is of 0
	At    time.Duration `json:"at,omitempty"` // since the first, in nanoseconds; 0 where pictures have no time
	// View is the part of the frame that this is, if it is one: what a film shows beside its borders or its screen is a further frame of the same time.
	View    ViewName      `json:"view,omitempty"`
	PDQ     pdq.Dihedrals `json:"pdq"`
	Quality int           `json:"quality"`
	PHash   Hash64        `json:"phash"`
	DHash   Hash64        `json:"dhash"`
}

// ViewName names a part of a picture that is looked up by itself.
type ViewName string

// The views.
const (
	ViewTrimmed ViewName = "trimmed" // without its plain borders
	ViewScreen  ViewName = "screen"  // what a screen shows, without the bars and the text around it
	ViewTile    ViewName = "tile"    // a half or a quarter, where lines through the middle part it from the rest
)

// View is a part of a picture that may have been a picture of its own. It is for finding: no entry is made of it.
type View struct {
	Name    ViewName      `json:"name"`
	PDQ     pdq.Dihedrals `json:"pdq"`
	Quality int           `json:"quality"`
}

// Kind says what sort of content some bytes are, by content.
type Kind string

// The kinds of content.
const (
	KindPicture Kind = "picture"
	KindVideo   Kind = "video"
	KindOther   Kind = "other" // recognised or not, neither a picture nor a video
)

// Facts are what a decoder learns about a medium beside its hashes. Zero values mean "not known".
type Facts struct {
	Kind        Kind      `json:"kind"`
	Format      string    `json:"format,omitempty"` // "jpeg", "png", "heic", "mp4", …; empty when not recognised
	Width       int       `json:"width,omitempty"`  // pixels, as stored
	Height      int       `json:"height,omitempty"`
	Orientation int       `json:"orientation,omitempty"` // EXIF 1 to 8
	Make        string    `json:"make,omitempty"`
	Model       string    `json:"model,omitempty"`
	Serial      string    `json:"serial,omitempty"`
	Lens        string    `json:"lens,omitempty"`
	Software    string    `json:"software,omitempty"`
	Taken       time.Time `json:"taken,omitzero"`       // the clock of the camera, as if it were in UTC, where no zone is stated
	Zone        string    `json:"zone,omitempty"`       // "+02:00", where one is stated
	TakenFrom   string    `json:"taken_from,omitempty"` // the tag that Taken is from: "DateTimeOriginal", …
	GPS         bool      `json:"gps,omitempty"`        // a position is present (never its value)
	// Pictures is how many the file holds, in frames, pages or otherwise, where that is more than one.
	Pictures int `json:"pictures,omitempty"`

	// How a JPEG was compressed: its quantisation tables tell makers and programs apart.
	Tables string `json:"tables,omitempty"` // 16 hexadecimal digits: the beginning of the SHA-256 of all tables
	// TablesOf says whose the tables are.
	TablesOf    TableMaker `json:"tables_of,omitempty"`
	JPEGQuality int        `json:"jpeg_quality,omitempty"` // 1 to 100, on the scale of the Independent JPEG Group
	Subsampling string     `json:"subsampling,omitempty"`  // of the chroma: "4:4:4", "4:2:2", "4:2:0", …
	Progressive bool       `json:"progressive,omitempty"`

	Profile   string           `json:"profile,omitempty"`   // the name of the ICC profile
	Thumbnail ThumbnailVerdict `json:"thumbnail,omitempty"` // of the small picture within the metadata
	Editors   string           `json:"editors,omitempty"`   // the programs of the XMP history, each once, joined by "; "
	Saves     int              `json:"saves,omitempty"`     // times the XMP history says that the file was saved
	// Provenance says that a signed record of origin (C2PA, in JUMBF) is present. It is not verified.
	Provenance bool `json:"provenance,omitempty"`
	// Generated is what the metadata say of an AI generator: its name, or the IPTC's word for such pictures.
	Generated string `json:"generated,omitempty"`
	// LivePhoto is the identifier that the still and the film of an Apple live photo share: two files.
	LivePhoto string `json:"live_photo,omitempty"`
	// FilmAt and FilmBytes are where a motion photo, which is one file, has its film, in bytes.
	FilmAt    int64 `json:"film_at,omitempty"`
	FilmBytes int64 `json:"film_bytes,omitempty"`
	// Film is what is known of a film beside that.
	Film Film `json:"film,omitzero"`
}

// Film is what a film says of itself, and how much of it was looked at. Its Pictures, if the file tells them, are in Facts.
type Film struct {
	Duration  time.Duration `json:"duration,omitempty"`   // in nanoseconds, as the container tells it
	Codec     string        `json:"codec,omitempty"`      // of the pictures, as ffmpeg names it: "h264", …
	Sound     string        `json:"sound,omitempty"`      // its codec; empty: there is none
	MilliRate int           `json:"milli_rate,omitempty"` // frames in a thousand seconds; 0: not told, or not constant
	Rotation  int           `json:"rotation,omitempty"`   // degrees by which it is to be turned when it is shown, counter-clockwise: 90, 180, 270
	// Looked is what share of the duration was looked at, in thousandths: within 1.5 seconds of a frame whose hash was computed.
	Looked int `json:"looked,omitempty"`
}

// TableMaker says who made a JPEG's quantisation tables.
type TableMaker string

// The makers; empty where it is no JPEG, or has no tables.
const (
	TablesLibrary TableMaker = "library" // the Independent JPEG Group's encoder, at one of its qualities: most programs and services
	TablesAdobe   TableMaker = "adobe"   // others, in a file with Adobe's mark
	TablesOwn     TableMaker = "own"     // others: mostly a camera's
)

// ThumbnailVerdict says whether the thumbnail in a picture's metadata shows what the picture does.
type ThumbnailVerdict string

// The verdicts; empty when there is no thumbnail.
const (
	ThumbnailSame       ThumbnailVerdict = "same"
	ThumbnailOther      ThumbnailVerdict = "other" // the picture was changed after it was taken, or the thumbnail is another's
	ThumbnailUnreadable ThumbnailVerdict = "unreadable"
)

// Examination is what became of one medium's bytes: facts always, a fingerprint when they could be decoded,
// a reason when they could not.
type Examination struct {
	Facts       Facts        `json:"facts"`
	Fingerprint *Fingerprint `json:"fingerprint,omitempty"` // of the first picture; of a film: of the first frame that shows enough
	// Frames are the further pictures that look different from the first and from each other, in the file's order.
	Frames []Frame `json:"frames,omitempty"`
	// Unreadable is a stable English code ("truncated", "too-many-pixels", "format-not-supported", "time-limit",
	// "memory-limit", "crashed", …) when the bytes could not be decoded; empty otherwise.
	Unreadable string `json:"unreadable,omitempty"`
	// Limit is the value of the limit that Unreadable names: pixels, bytes, pixels a byte, seconds, bytes of memory. 0
	// where it names none.
	Limit int64 `json:"limit,omitempty"`
	// Decoders names the decoders that there were when the bytes could not be decoded, as decode.Decoders does; empty
	// where nobody noted it.
	Decoders string `json:"decoders,omitempty"`
	// Note is a stable code of something that was left out though the medium is fine ("frames-not-examined",
	// "frames-left-out", "damaged").
	Note string `json:"note,omitempty"`
	// Effort is what the examination took, where somebody measured. It is no part of what is kept.
	Effort Effort `json:"-"`
}

// Effort is what an examination took, by the clock.
type Effort struct {
	Decode time.Duration // from bytes to pixels, and the facts
	Hash   time.Duration // from pixels to hashes
}
