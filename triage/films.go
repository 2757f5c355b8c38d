package triage

import (
	"context"
	"errors"
	"io"

	"vigie/hashing"
)

// FilmExaminer looks at the frames of films, in a place where they can do no harm. It reads what it needs, wherever that lies.
type FilmExaminer interface {
	// ExamineFilm adds to x, which is what the Decoder said of the film. What is wrong with the bytes is in the Examination; an
	// error means that the examination did not take place.
	ExamineFilm(ctx context.Context, film io.ReaderAt, size int64, x hashing.Examination) (hashing.Examination, error)
}

// film has the frames of a medium looked at, if it is a film and somebody can.
func (w *Worker) film(ctx context.Context, t *task, x hashing.Examination) (hashing.Examination, error) {
	if w.Films == nil || x.Facts.Kind != hashing.KindVideo || x.Unreadable != "" {
		return x, nil
	}
	start := w.Now()
	defer func() { t.spent[StageDecode] += w.Now().Sub(start) }()
	bytes, size, err := w.Archive.OpenMediumAt(ctx, t.job.Medium, t.medium.Slot.Generation)
	if err != nil {
		return hashing.Examination{}, err
	}
	source := &failing{ReaderAt: bytes}
	x, err = w.Films.ExamineFilm(ctx, source, size, x)
	return x, errors.Join(source.err, err)
}

// failing remembers that bytes could not be read: to who reads them, a store that does not answer looks like a broken film.
type failing struct {
	io.ReaderAt
	err error
}

// ReadAt implements io.ReaderAt, for one reader at a time.
func (f *failing) ReadAt(p []byte, off int64) (int, error) {
	n, err := f.ReaderAt.ReadAt(p, off)
	if err != nil && !errors.Is(err, io.EOF) {
		f.err = err
	}
	return n, err
}
