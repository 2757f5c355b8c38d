package triage

import (
	"context"
	"iter"
)

// Doomed is a medium whose bytes, up to a generation, are to be destroyed.
type Doomed struct {
	Medium     MediumID
	Generation int
}

// KeyArchive knows the keys under which media and manifests are kept, and destroys them for good.
type KeyArchive interface {
	// KeyedMedia yields, some at a time, the media for which an exhibit has keys: all that it ever listed.
	KeyedMedia(ctx context.Context, x ExhibitID) iter.Seq2[[]MediumID, error]
	// PutDoom keeps what a destruction is to destroy; Doom returns it, or NotFound.
	PutDoom(ctx context.Context, x ExhibitID, doomed []Doomed) error
	Doom(ctx context.Context, x ExhibitID) ([]Doomed, error)
	// Destroy destroys the keys of an exhibit's manifests and of the doomed media, and then what lay under them. It
	// may be repeated, and another call ends what one began. Conflict means that keys are being rotated.
	Destroy(ctx context.Context, x ExhibitID, doomed []Doomed) error
}
