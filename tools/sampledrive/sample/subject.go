package sample

import (
	"hash/fnv"
	"image"
	"math/rand/v2"
	"path"
	"strings"
	"time"
)

// A file is one item of the drive, or, without a path, a picture that is only listed in a set.
type file struct {
	Label
	data     []byte
	link     string  // target of a symbolic link
	members  []Label // of an archive, with their whole paths
	modified time.Time
	listed   listing
}

// A listing says by what the sample sets know a file.
type listing struct {
	md5, sha1, sha256 bool // in the known set, by these exact digests
	pdq               bool // in the known set, by its perceptual hash
	benign            bool // in the benign set
}

func (l listing) exactly() bool { return l.md5 || l.sha1 || l.sha256 }

// A subject is one picture and every copy of it. Copies of one subject are alike, subjects are not.
type subject struct {
	scene    scene
	size     image.Point // pixels; of a camera's picture even
	format   string
	exposure *exposure // nil when no camera wrote Exif
	planted  string    // name of the planted new group
	modified time.Time // of the files on the disk
	copies   []copied
}

// copied is one copy of a subject. Its path is "" when only a set knows it.
type copied struct {
	path   string
	edit   edit
	listed listing
}

// grain is the amplitude of a camera's noise in grey levels.
const grain = 3

// chance returns the source of chance of one named thing, whatever else is made and in whatever order.
func chance(seed uint64, name string) *rand.Rand {
	h := fnv.New64a()
	h.Write([]byte(name)) //nolint:errcheck // a hash never fails
	return rand.New(rand.NewPCG(seed, h.Sum64()))
}

// render paints the subject and returns the bytes of its original.
func (s subject) render(r *rand.Rand) ([]byte, error) {
	if s.format != "jpeg" || s.size.X < 640 {
		return encode(s.format, s.scene.sharp(newPainter(r, s.size.X, s.size.Y)), savedQuality)
	}
	p := newPainter(r, s.size.X/2, s.size.Y/2)
	s.scene.draw(p)
	data, err := encode(s.format, p.photograph(grain), cameraQuality)
	if err != nil || s.exposure == nil {
		return data, err
	}
	return s.exposure.tag(data)
}

// files makes every copy of the subject.
func (s subject) files(r *rand.Rand) ([]file, error) {
	original, err := s.render(r)
	if err != nil {
		return nil, err
	}
	var out []file
	for _, c := range s.copies {
		data, err := c.edit.apply(original)
		if err != nil {
			return nil, err
		}
		out = append(out, file{
			Label: Label{Path: c.path, Disposition: Media, Finding: s.finding(c), Why: s.why(c), PlantedGroup: s.planted},
			data:  data, modified: s.modified, listed: c.listed,
		})
	}
	return out, nil
}

// finding is what a copy must turn out to be. Exact listings hold for every copy with the same bytes.
func (s subject) finding(c copied) string {
	var listed listing
	near := false
	for _, other := range s.copies {
		near = near || other.listed.pdq
		if other.edit == c.edit && other.listed != (listing{}) {
			listed = other.listed
		}
	}
	switch {
	case listed.exactly():
		return Known
	case c.edit == truncated:
		return Unreadable
	case near:
		return NearKnown
	case listed.benign:
		return Benign
	}
	return Unlisted
}

func (s subject) why(c copied) string {
	parts := []string{string(c.edit), "picture: " + s.scene.name}
	if s.exposure != nil && (c.edit == asIs || c.edit == truncated) {
		parts = append(parts, "camera Exif")
	}
	if c.listed.exactly() {
		parts = append(parts, "listed as known by digest")
	}
	if c.listed.pdq {
		parts = append(parts, "listed as known by PDQ")
	}
	if c.listed.benign {
		parts = append(parts, "listed as benign")
	}
	if path.Ext(c.path) == "" || strings.HasSuffix(c.path, ".dat") {
		parts = append(parts, "name hides the format")
	}
	return strings.Join(parts, "; ")
}
