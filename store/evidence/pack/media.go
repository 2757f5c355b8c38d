package pack

import (
	"context"
	"crypto/sha256"
	"errors"
	"io"

	"vigie/hashing"
	"vigie/store/evidence"
)

// smallMedia is how many bytes of media one frame holds, and the size from which a medium is by itself.
const smallMedia = 4 << 20

// waiting are small media that will be one frame.
type waiting struct {
	content []byte
	media   []entry
}

// Medium packs a medium, once however often it is given. A small one waits in memory for others, at most until the next part.
// open opens its bytes and is called at most once.
//
// What open and its reader fail with is returned as it is. Bytes that do not have the size and the digest are an *evidence.Error
// with ReasonChanged. In both cases nothing of the medium stays and the next one may be given. Any other error is an
// *triage.Error, of the disk.
func (w *Writer) Medium(ctx context.Context, d hashing.SHA256, size int64, open func(context.Context) (io.ReadCloser, error)) error {
	if w.out.err != nil {
		return w.out.err
	}
	if w.Has(d) {
		return nil
	}
	if n := len(w.small.media); size < smallMedia && n > 0 && (n == maxFrameMedia || int64(len(w.small.content))+size > smallMedia) {
		if err := w.flush(); err != nil {
			return err
		}
	}
	r, err := open(ctx)
	if err != nil {
		return err
	}
	defer r.Close()
	if size < smallMedia {
		return w.addSmall(entry{d, size}, r)
	}
	return w.addLarge(ctx, entry{d, size}, r)
}

// addSmall reads a medium into memory.
func (w *Writer) addSmall(m entry, r io.Reader) error {
	if w.small.content == nil {
		w.small.content = make([]byte, 0, smallMedia)
	}
	n := len(w.small.content)
	content := w.small.content[n : n+int(m.Size)]
	if _, err := io.ReadFull(r, content); err != nil {
		return ended(err)
	}
	if err := endsHere(r); err != nil {
		return err
	}
	if sha256.Sum256(content) != m.SHA256 {
		return changed()
	}
	w.small.content = w.small.content[:n+int(m.Size)]
	w.small.media = append(w.small.media, m)
	w.held[prefixOf(m.SHA256)] = notYet
	return nil
}

// flush writes the media that wait.
func (w *Writer) flush() error {
	if len(w.small.media) == 0 {
		return nil
	}
	f, err := w.indexed(kindMedia, w.small.media, w.small.content)
	if err != nil {
		return err
	}
	for i, m := range w.small.media {
		w.held[prefixOf(m.SHA256)] = placeAt(f.at, i)
	}
	w.small.media, w.small.content = w.small.media[:0], w.small.content[:0]
	return nil
}

// addLarge writes a medium as it comes.
func (w *Writer) addLarge(ctx context.Context, m entry, r io.Reader) error {
	if w.copying == nil {
		w.copying = make([]byte, writeBuffer)
	}
	f, err := w.frame(kindMedia, func(to io.Writer) error {
		if err := writeIndex(to, []entry{m}); err != nil {
			return err
		}
		return pass(ctx, to, r, m, w.copying)
	})
	if err == nil {
		w.held[prefixOf(m.SHA256)] = placeAt(f.at, 0)
	}
	return err
}

// pass copies a medium, and fails when it is another.
func pass(ctx context.Context, to io.Writer, r io.Reader, m entry, buffer []byte) error {
	digest := sha256.New()
	for left := m.Size; left > 0; {
		if err := ctx.Err(); err != nil {
			return err
		}
		p := buffer[:min(left, int64(len(buffer)))]
		if _, err := io.ReadFull(r, p); err != nil {
			return ended(err)
		}
		digest.Write(p)
		if _, err := to.Write(p); err != nil {
			return err
		}
		left -= int64(len(p))
	}
	if err := endsHere(r); err != nil {
		return err
	}
	if hashing.SHA256(digest.Sum(nil)) != m.SHA256 {
		return changed()
	}
	return nil
}

func changed() error { return &evidence.Error{Reason: evidence.ReasonChanged} }

// ended is what reading failed with before the end.
func ended(err error) error {
	if err == io.EOF || err == io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns them themselves
		return changed()
	}
	return err
}

// endsHere reports bytes that are too many.
func endsHere(r io.Reader) error {
	var one [1]byte
	n, err := io.ReadFull(r, one[:])
	switch {
	case n > 0:
		return changed()
	case errors.Is(err, io.EOF):
		return nil
	}
	return err
}
