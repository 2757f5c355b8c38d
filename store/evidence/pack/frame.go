package pack

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"

	"filippo.io/age"

	"vigie/hashing"
	"vigie/triage"
)

// The kinds of frame.
const (
	kindHeader = 'h' // a Header as JSON
	kindMedia  = 'm' // an index, []entry; then the media, one behind the other
	kindPart   = 'p' // an index, partIndex; then the part as triage.EncodePart made it
	kindNote   = 's' // an index, noteIndex; then the note
)

const (
	// frameHead is the length of what comes before a frame's age file: its kind, and the length of that file as eight bytes,
	// big-endian. Both are 0 until the frame is whole.
	frameHead = 9
	// maxFrameMedia is how many media one frame may hold: a place has 16 bits for them.
	maxFrameMedia = 4096
	// maxIndex bounds the index of media and of a part: of each medium it tells 100 bytes, of each item 30.
	maxIndex = 1 << 20
	// maxNoteIndex bounds that of a note: 100 bytes a part, so that 160 million items find room.
	maxNoteIndex = 16 << 20
	// maxNote bounds a note.
	maxNote = 1 << 20
)

// errNotWhole is of a frame that was not written to its end, or of bytes that are no frame.
var errNotWhole = errors.New("no whole frame")

// errForm is of a frame whose content is not of the form that its kind has.
var errForm = errors.New("the frame's content has another form")

// entry is one medium of a frame.
type entry struct {
	SHA256 hashing.SHA256 `json:"sha256"`
	Size   int64          `json:"size"`
}

// partIndex says what a part is.
type partIndex struct {
	Place  int           `json:"place"` // from 1
	ID     triage.PartID `json:"id"`
	Before int64         `json:"before"` // where the part at the place before begins; 0: this is the first. What else was there is superseded
	Where  []*where      `json:"where"`  // of each item, in order; nil: its bytes are not here
}

// where is the place of a medium as JSON: where its frame begins, and which it is in that.
type where [2]int64

// noteIndex says what the note is of.
type noteIndex struct {
	Parts []partAt `json:"parts"` // in order
	Items int64    `json:"items"`
	Bytes int64    `json:"bytes"` // of those items
}

// partAt says where a part begins.
type partAt struct {
	At int64         `json:"frame"`
	ID triage.PartID `json:"id"`
}

// frame is one frame of a bundle.
type frame struct {
	kind     byte
	at, size int64 // where it begins; the length of its age file
}

func (f frame) end() int64 { return f.at + frameHead + f.size }

// header encodes what comes before a frame's age file.
func (f frame) header() []byte {
	return binary.BigEndian.AppendUint64([]byte{f.kind}, uint64(f.size)) //nolint:gosec // not negative
}

// frameAt reads what comes before an age file that begins behind byte at of a file of so many bytes.
func frameAt(file io.ReaderAt, at, size int64) (frame, error) {
	if at < headBytes || at > size-frameHead {
		return frame{}, errNotWhole
	}
	var head [frameHead]byte
	if err := readFull(file, head[:], at); err != nil {
		return frame{}, err
	}
	length := binary.BigEndian.Uint64(head[1:])
	switch head[0] {
	case kindHeader, kindMedia, kindPart, kindNote:
	default:
		return frame{}, errNotWhole
	}
	if length > uint64(size-at-frameHead) { //nolint:gosec // not negative
		return frame{}, errNotWhole
	}
	return frame{kind: head[0], at: at, size: int64(length)}, nil //nolint:gosec // less than size
}

// content is what a frame holds, decrypted wherever it is read.
type content struct {
	io.ReaderAt
	size int64
}

// decrypt opens a frame. Its length is authentic, and every byte when it is read.
func decrypt(file io.ReaderAt, f frame, key age.Identity) (content, error) {
	r, size, err := age.DecryptReaderAt(io.NewSectionReader(file, f.at+frameHead, f.size), f.size, key)
	if err != nil {
		return content{}, err
	}
	return content{r, size}, nil
}

// index decodes the index, at most so long, that a content begins with, and returns where what follows begins.
func (c content) index(to any, limit int64) (rest int64, err error) {
	var head [4]byte
	if c.size < int64(len(head)) {
		return 0, errForm
	}
	if err := readFull(c, head[:], 0); err != nil {
		return 0, err
	}
	length := int64(binary.BigEndian.Uint32(head[:]))
	rest = int64(len(head)) + length
	if length > limit || rest > c.size {
		return 0, errForm
	}
	text := make([]byte, length)
	if err := readFull(c, text, int64(len(head))); err != nil {
		return 0, err
	}
	if err := json.Unmarshal(text, to); err != nil {
		return 0, errForm
	}
	return rest, nil
}

// rest reads what follows an index.
func (c content) rest(from, limit int64) ([]byte, error) {
	if c.size-from > limit {
		return nil, errForm
	}
	rest := make([]byte, c.size-from)
	return rest, readFull(c, rest, from)
}

// media returns the media of a frame, and where each begins in it.
func (c content) media() (media []entry, from []int64, err error) {
	at, err := c.index(&media, maxIndex)
	if err != nil {
		return nil, nil, err
	}
	if len(media) == 0 || len(media) > maxFrameMedia {
		return nil, nil, errForm
	}
	for _, m := range media {
		if m.Size < 0 || m.Size > c.size-at {
			return nil, nil, errForm
		}
		from = append(from, at)
		at += m.Size
	}
	if at != c.size {
		return nil, nil, errForm
	}
	return media, from, nil
}

// part returns a part: its index, and its items. It is the declared one, and has one place an item.
func (c content) part() (x partIndex, items []triage.Item, body []byte, err error) {
	from, err := c.index(&x, maxIndex)
	if err != nil {
		return x, nil, nil, err
	}
	if body, err = c.rest(from, triage.MaxPartBytes); err != nil {
		return x, nil, nil, err
	}
	if items, err = triage.DecodePart(body, x.ID); err != nil || len(items) != len(x.Where) {
		return x, nil, nil, errForm
	}
	for i := range items {
		if w := x.Where[i]; w == nil && items[i].Disposition == triage.IsMedia || w != nil && items[i].Digests == nil {
			return x, nil, nil, errForm
		}
	}
	return x, items, body, nil
}

// readFull fills p from byte at on. Bytes that are not there are errNotWhole.
func readFull(r io.ReaderAt, p []byte, at int64) error {
	n, err := r.ReadAt(p, at)
	switch {
	case n == len(p):
		return nil
	case err == nil || errors.Is(err, io.EOF):
		return errNotWhole
	}
	return err
}
