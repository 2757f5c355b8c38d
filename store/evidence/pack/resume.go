package pack

import (
	"context"
	"errors"
	"iter"
	"os"
	"slices"

	"filippo.io/age"

	"vigie/store/evidence"
	"vigie/triage"
)

// Resume goes on with a bundle that was cut off. Of what is behind the last part but one every byte is checked, and what is not
// whole is taken away; so is all that follows damage wherever it is met. key is that of one of those whom the bundle is for; it stays
// for all of them.
// A finished bundle is a Conflict error with ErrFinished. tell, which may be nil, is told now and then how far of the file has been
// gone through, in bytes: media of the last two parts take as long as to read them.
func Resume(ctx context.Context, path string, key age.Identity, tell func(done, whole int64)) (*Writer, error) {
	const op = "resume bundle"
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return nil, noBundle(op, err)
	}
	if tell == nil {
		tell = func(int64, int64) {}
	}
	w, err := resume(ctx, op, file, key, tell)
	if err != nil {
		file.Close()
		return nil, err
	}
	return w, nil
}

func resume(ctx context.Context, op string, file *os.File, key age.Identity, tell func(done, whole int64)) (*Writer, error) {
	if err := lockFor(op, file); err != nil {
		return nil, err
	}
	b, err := openBundle(op, file, key)
	if err != nil {
		return nil, err
	}
	if is, err := b.isFinished(); err != nil {
		return nil, unread(op, b.last, err)
	} else if is {
		return nil, finished(op)
	}
	s := survey{bundle: b, ctx: ctx, tell: tell}
	err = s.run(b.last)
	if errors.Is(err, errLost) {
		err = s.run(0)
	}
	if err != nil {
		return nil, surveyed(op, err)
	}
	w, err := newWriter(file, b.header)
	if err == nil && len(w.to) == 0 {
		err = errForm
	}
	if err != nil {
		return nil, damaged(op, headBytes, err)
	}
	w.key, w.held, w.earlier = key, s.held, s.parts
	w.dropped, w.out.end = b.size-s.end, s.end
	return w, w.trim(b.last)
}

// surveyed is what a survey ends with.
func surveyed(op string, err error) error {
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return unread(op, 0, err)
}

// trim takes away what is not whole, when the head no longer leads there.
func (w *Writer) trim(last int64) error {
	var is int64
	if n := len(w.earlier); n > 0 {
		is = w.earlier[n-1].at
	}
	if is != last {
		if err := w.settle(is); err != nil {
			return err
		}
	}
	if w.dropped == 0 {
		return nil
	}
	if err := w.out.sync(); err != nil {
		return err
	}
	if err := w.out.cut(w.out.end); err != nil {
		return err
	}
	return w.out.sync()
}

// Earlier is what the parts tell that earlier runs wrote, for evidence.Source.Resume. It is asked for before anything is packed;
// its items may be read while that goes on.
func (w *Writer) Earlier(ctx context.Context) (evidence.Earlier, error) {
	parts := slices.Clone(w.earlier)
	if len(parts) == 0 {
		return evidence.Earlier{}, nil
	}
	last, err := w.told(parts[len(parts)-1])
	if err != nil {
		return evidence.Earlier{}, err
	}
	var items iter.Seq2[triage.Item, error] = func(yield func(triage.Item, error) bool) {
		for _, p := range parts {
			items, err := w.told(p)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(triage.Item{}, err)
				return
			}
			for _, it := range items {
				if !yield(it, nil) {
					return
				}
			}
		}
	}
	return evidence.Earlier{Items: items, Last: last[len(last)-1].RawPath()}, nil
}

// told returns the items of a part that is in the bundle.
func (w *Writer) told(p part) ([]triage.Item, error) {
	c, err := decrypt(w.out.file, p.frame, w.key)
	if err != nil {
		return nil, unread("resume bundle", p.at, err)
	}
	_, items, _, err := c.part()
	if err != nil {
		return nil, unread("resume bundle", p.at, err)
	}
	return items, nil
}
