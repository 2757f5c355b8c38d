package evidence

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"path/filepath"
	"slices"

	"vigie/triage"
)

const (
	readDirBatch = 1024 // entries of a folder read at once
	// maxFolderPath leaves room below triage.MaxPathBytes for any name: 255 UTF-16 units are at most 765 bytes.
	maxFolderPath = triage.MaxPathBytes - 1024
)

// Entry is one name in a source that is not a folder, or a folder that could not be read.
type Entry struct {
	Path  string      // as it is at the source, relative to it, separated by "/"
	Type  fs.FileMode // type bits; 0 is a regular file
	Fault *Error      // of a folder: why it could not be read
}

// name is one entry of a folder. It is kept small: a folder may hold very many.
type name struct {
	path string // within its folder; a folder's ends in "/"
	mode fs.FileMode
}

// Walk returns what the source holds, ordered bytewise by path. It keeps the names of the folders on the way to where
// it is in memory, and nothing else. The only errors are the end of ctx and a source that cannot be read at all;
// both are the last thing it yields.
func (s *Source) Walk(ctx context.Context) iter.Seq2[Entry, error] {
	return func(yield func(Entry, error) bool) {
		if s.only != "" {
			yield(Entry{Path: s.only}, nil)
			return
		}
		names, fault := s.readFolder(ctx, "")
		if fault != nil && len(names) == 0 && ctx.Err() == nil {
			yield(Entry{}, triage.E(triage.Invalid, "walk source", "", "the folder cannot be read", fault))
			return
		}
		w := walk{source: s, ctx: ctx, yield: yield}
		if w.folder("", names) && ctx.Err() != nil {
			yield(Entry{}, ctx.Err())
		}
	}
}

type walk struct {
	source *Source
	ctx    context.Context //nolint:containedctx // lives as long as one call of Walk
	yield  func(Entry, error) bool
}

// folder yields the entries of a folder, names, whose path is prefix. It returns false when no more is wanted.
func (w *walk) folder(prefix string, names []name) bool {
	for _, n := range names {
		if w.ctx.Err() != nil {
			return true
		}
		goOn := true
		if n.mode.IsDir() {
			goOn = w.enter(prefix + n.path)
		} else {
			goOn = w.yield(Entry{Path: prefix + n.path, Type: n.mode}, nil)
		}
		if !goOn {
			return false
		}
	}
	return true
}

// enter reads and yields a folder; prefix ends in "/".
func (w *walk) enter(prefix string) bool {
	path := prefix[:len(prefix)-1]
	if len(path) > maxFolderPath {
		return w.yield(Entry{Path: path, Type: fs.ModeDir, Fault: &Error{Reason: ReasonPathTooLong}}, nil)
	}
	names, fault := w.source.readFolder(w.ctx, path)
	if w.ctx.Err() != nil {
		return true
	}
	if fault != nil && !w.yield(Entry{Path: path, Type: fs.ModeDir, Fault: fault}, nil) {
		return false
	}
	return w.folder(prefix, names)
}

// readFolder returns the names in a folder in the order in which their paths sort: a folder's as if it ended in "/".
// What could be read before a fault is returned beside it.
func (s *Source) readFolder(ctx context.Context, path string) ([]name, *Error) {
	f, _, err := s.openAs(fs.ModeDir, cmp.Or(path, "."), folderFlags)
	if fault, ok := errors.AsType[*Error](err); ok {
		return nil, fault
	}
	defer f.Close()
	var names []name
	var fault *Error
	for ctx.Err() == nil {
		batch, err := f.ReadDir(readDirBatch)
		for _, e := range batch {
			n := name{path: e.Name(), mode: e.Type()}
			if e.IsDir() {
				n.path += "/"
			}
			names = append(names, n)
		}
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			fault = failed(err)
			break
		}
	}
	slices.SortFunc(names, func(a, b name) int { return cmp.Compare(a.path, b.path) })
	return names, fault
}

// Count walks the source for its totals only, and tells them now and then while they grow: how many files and how
// many bytes.
func (s *Source) Count(ctx context.Context, tell func(files, bytes int64)) error {
	const every = 256
	var files, bytes int64
	for e, err := range s.Walk(ctx) {
		if err != nil {
			return err
		}
		files++
		if e.Type.IsRegular() && !s.whole { // what a drive image holds is told as it is found
			if info, err := s.root.Lstat(filepath.FromSlash(e.Path)); err == nil {
				bytes += info.Size()
			}
		}
		if files%every == 0 {
			tell(files, bytes)
		}
	}
	tell(files, bytes)
	return nil
}
