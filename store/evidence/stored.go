package evidence

import (
	"context"
	"io"

	"vigie/triage"
)

// Stored is an item whose bytes are kept elsewhere than at its source, as in a bundle. open opens them anew; nil: there are
// none. What it and its reader fail with is passed on as it is.
func Stored(item triage.Item, open func(context.Context) (io.ReadCloser, error)) Found {
	if open == nil {
		return Found{Item: item}
	}
	return Found{Item: item, way: stored(open)}
}

// stored is the way to the bytes of an item that are kept elsewhere.
type stored func(context.Context) (io.ReadCloser, error)

// open implements way.
func (s stored) open(ctx context.Context) (opened, error) {
	content, err := s(ctx)
	if err != nil {
		return nil, err
	}
	return unplaced{content}, nil
}

func (s stored) ordered() bool { return false }

// unplaced is read from its beginning only: nothing is looked for within it.
type unplaced struct{ io.ReadCloser }

// at implements opened.
func (unplaced) at() (io.ReaderAt, int64, error) { return nil, 0, &Error{Reason: ReasonInput} }
