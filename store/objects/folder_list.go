package objects

import (
	"context"
	"errors"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// List implements Store.
func (f *Folder) List(ctx context.Context, prefix, after string) iter.Seq2[Info, error] {
	const op = "objects.List"
	return func(yield func(Info, error) bool) {
		if err := checkPrefix(op, prefix); err != nil {
			yield(Info{}, err)
			return
		}
		w := walk{ctx: ctx, prefix: prefix, after: after, yield: yield}
		base := prefix[:strings.LastIndexByte(prefix, '/')+1]
		if err := w.folder(filepath.Join(f.root, filepath.FromSlash(base)), base); err != nil {
			yield(Info{}, fileError(op, prefix, err))
		}
	}
}

// walk is one List under way.
type walk struct {
	ctx           context.Context //nolint:containedctx // lives no longer than the call it belongs to
	prefix, after string
	yield         func(Info, error) bool
	stopped       bool
}

// relevant says whether keys that start with start can be wanted.
func (w *walk) relevant(start string) bool {
	return (strings.HasPrefix(start, w.prefix) || strings.HasPrefix(w.prefix, start)) &&
		(start > w.after || strings.HasPrefix(w.after, start))
}

// folder yields what lies under dir, whose keys all start with base. Objects lie in fan folders, in key order from one
// to the next, because all fans of a folder have one length; segments' folders are merged in between.
func (w *walk) folder(dir, base string) error {
	entries, err := os.ReadDir(dir) // in order of names
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err == nil {
		err = w.ctx.Err()
	}
	if err != nil {
		return err
	}
	var fans, segments []string
	for _, e := range entries {
		name, isFan := strings.CutSuffix(e.Name(), fanMark)
		switch {
		case !e.IsDir() || !w.relevant(base+name):
		case isFan:
			fans = append(fans, name)
		default:
			segments = append(segments, name)
		}
	}
	slices.Sort(fans) // the mark sorts before letters and digits, but names that end early are no longer first by it
	slices.SortFunc(segments, func(a, b string) int { return strings.Compare(a+"/", b+"/") })
	for _, fan := range fans {
		files, err := os.ReadDir(filepath.Join(dir, fan+fanMark))
		if err != nil {
			return err
		}
		for _, file := range files {
			if segments, err = w.before(base+file.Name(), dir, base, segments); err != nil {
				return err
			}
			if err := w.object(base+file.Name(), file); err != nil || w.stopped {
				return err
			}
		}
	}
	_, err = w.before("", dir, base, segments)
	return err
}

// before walks the segments that come before key ("": all) and returns the others.
func (w *walk) before(key, dir, base string, segments []string) ([]string, error) {
	for len(segments) > 0 && (key == "" || base+segments[0]+"/" < key) && !w.stopped {
		if w.relevant(base + segments[0] + "/") {
			if err := w.folder(filepath.Join(dir, segments[0]), base+segments[0]+"/"); err != nil {
				return nil, err
			}
		}
		segments = segments[1:]
	}
	return segments, nil
}

func (w *walk) object(key string, file fs.DirEntry) error {
	if key <= w.after || !strings.HasPrefix(key, w.prefix) || w.stopped {
		return nil
	}
	if err := w.ctx.Err(); err != nil {
		return err
	}
	info, err := file.Info()
	if errors.Is(err, fs.ErrNotExist) {
		return nil // deleted meanwhile
	}
	if err != nil {
		return err
	}
	w.stopped = !w.yield(Info{Key: key, Size: info.Size(), ModTime: info.ModTime().UTC()}, nil)
	return nil
}
