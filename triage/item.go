package triage

import (
	"context"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"strconv"
	"time"

	"vigie/hashing"
)

// Disposition says how one file of an exhibit was accounted for. Every item has exactly one.
type Disposition string

// The dispositions.
const (
	IsMedia      Disposition = "media"      // a picture or a video
	NotMedia     Disposition = "not-media"  // digested and matched exactly, never uploaded
	IsEmpty      Disposition = "empty"      // no bytes: matches nothing
	IsUnreadable Disposition = "unreadable" // the source would not give the bytes; Reason says why
	IsRefused    Disposition = "refused"    // not a regular file (link, device, pipe, …); Reason says which
)

// Dispositions are all dispositions, in the order in which they are shown.
var Dispositions = []Disposition{IsMedia, NotMedia, IsEmpty, IsUnreadable, IsRefused}

const (
	// MaxPartItems bounds one manifest part, so that a lost connection repeats little.
	MaxPartItems = 1000
	// MaxPartBytes bounds the encoding of one part.
	MaxPartBytes = 8 << 20
	// MaxPathBytes bounds one path: eight times Linux's PATH_MAX, for what archives nest later.
	MaxPathBytes = 32 << 10
)

// Item is one file at one path of one exhibit, as its examiner declares it.
type Item struct {
	// Path is relative to the source, separated by "/". Where the name is not UTF-8, its wrong bytes show as
	// U+FFFD here and PathB64 holds the name as it is.
	Path        string           `json:"path"`
	PathB64     []byte           `json:"path_b64,omitempty"`
	Size        int64            `json:"size"`
	Modified    time.Time        `json:"modified,omitzero"`    // of the file system, or the container, UTC
	LocalTime   bool             `json:"local_time,omitempty"` // the times are what a clock showed in a zone that nobody noted
	Created     time.Time        `json:"created,omitzero"`     // these three of a drive image, where its file system has them
	Accessed    time.Time        `json:"accessed,omitzero"`
	Changed     time.Time        `json:"changed,omitzero"`  // what the file system notes of the file, not its content
	Deleted     bool             `json:"deleted,omitempty"` // and recovered from a drive image
	Disposition Disposition      `json:"disposition"`
	Reason      string           `json:"reason,omitempty"` // stable code, for unreadable and refused
	Kind        hashing.Kind     `json:"kind,omitempty"`   // by content
	Format      string           `json:"format,omitempty"` // by content
	Digests     *hashing.Digests `json:"digests,omitempty"`
}

// RawPath returns the path's bytes as they are at the source.
func (it *Item) RawPath() string {
	if len(it.PathB64) > 0 {
		return string(it.PathB64)
	}
	return it.Path
}

// PartID names a manifest part: the SHA-256 of its encoding.
type PartID string

// EncodePart returns the canonical encoding of a manifest part and its identifier. The same items always give
// the same bytes, so a part sent twice is one part.
func EncodePart(items []Item) ([]byte, PartID, error) {
	body, err := json.Marshal(items)
	if err != nil {
		return nil, "", E(Internal, "encode part", "", "", err)
	}
	sum := sha256.Sum256(body)
	return body, PartID(hex.EncodeToString(sum[:])), nil
}

// DecodePart reads what EncodePart wrote and refuses what no examiner's client would send.
func DecodePart(body []byte, id PartID) ([]Item, error) {
	const op = "read manifest part"
	sum := sha256.Sum256(body)
	if PartID(hex.EncodeToString(sum[:])) != id {
		return nil, E(Corrupt, op, string(id), "the part's bytes are not the declared ones: send it again", nil)
	}
	var items []Item
	if err := json.Unmarshal(body, &items); err != nil {
		return nil, E(Invalid, op, string(id), "a part is a JSON array of items", err)
	}
	if len(items) == 0 || len(items) > MaxPartItems {
		return nil, E(Invalid, op, string(id), "a part holds 1 to 1,000 items", nil)
	}
	for i := range items {
		if problem := items[i].problem(); problem != "" {
			return nil, E(Invalid, op, string(id), "item "+strconv.Itoa(i+1)+": "+problem, nil)
		}
	}
	return items, nil
}

// partItems returns the items of a kept part; none of one that was destroyed.
func partItems(ctx context.Context, parts ManifestArchive, x ExhibitID, part PartID) ([]Item, error) {
	body, err := parts.Part(ctx, x, part)
	if errors.Is(err, ErrDestroyed) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	return DecodePart(body, part)
}

// problem says what is wrong with a declared item, or "".
func (it *Item) problem() string {
	switch {
	case it.RawPath() == "":
		return "the path is missing"
	case len(it.RawPath()) > MaxPathBytes:
		return "the path is longer than 32 KiB"
	case it.Size < 0:
		return "the size is negative"
	}
	digested := it.Digests != nil && it.Digests.SHA256 != hashing.SHA256{}
	switch it.Disposition {
	case IsMedia, NotMedia:
		if !digested || it.Size == 0 || it.Digests.SHA256 == hashing.EmptySHA256 {
			return "a file with bytes needs its size and its three digests"
		}
		if (it.Disposition == IsMedia) != (it.Kind == hashing.KindPicture || it.Kind == hashing.KindVideo) {
			return "kind and disposition disagree"
		}
	case IsEmpty:
		if it.Size != 0 {
			return "an empty file has size 0"
		}
	case IsUnreadable, IsRefused:
		if it.Reason == "" {
			return "a file that could not be read needs a reason"
		}
	default:
		return "unknown disposition " + base64.StdEncoding.EncodeToString([]byte(it.Disposition))
	}
	return ""
}
