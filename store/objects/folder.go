package objects

import (
	"context"
	"crypto/rand"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"vigie/triage"
)

const (
	// fanMark ends the name of a folder that holds the objects whose last segment starts alike. No key contains it,
	// so such a folder is never taken for a segment.
	fanMark = "+"
	// fanLength bytes of the last segment choose the folder: 256 folders for names in hexadecimal.
	fanLength = 2
	// journalFanLength keeps ten thousand 16-digit numbers together.
	journalFanLength = 12
	// temporaryFolder holds what is being written.
	temporaryFolder = "temporary" + fanMark
	// abandonedAfter is how long a temporary file lies untouched before it is taken for a crash's. A live upload
	// writes all the time.
	abandonedAfter = time.Hour
	// copyBuffer is what one write to a file takes.
	copyBuffer = 256 << 10 // bytes
)

// Folder is a Store in a folder of a local file system that knows hard links. Several processes may share it.
type Folder struct {
	root     string
	quota    *quota       // nil: as much as the disk takes
	promised atomic.Int64 // bytes of large objects that are being written: those that are not on the disk yet
	durable  sync.Map     // paths of folders whose names this process has made durable; only ever added to
}

var _ Store = (*Folder)(nil)

// OpenFolder opens the store in dir, makes it when there is none, and removes what a crash left half-written more than
// an hour before now.
func OpenFolder(dir string, now func() time.Time) (*Folder, error) {
	const op = "objects.OpenFolder"
	root, err := filepath.Abs(dir)
	if err != nil {
		return nil, triage.E(triage.Invalid, op, "", "the folder's path cannot be resolved", err)
	}
	f := &Folder{root: root}
	if err := f.makeFolder(filepath.Join(root, temporaryFolder)); err != nil {
		return nil, fileError(op, "", err)
	}
	if err := f.sweep(now()); err != nil {
		return nil, fileError(op, "", err)
	}
	return f, nil
}

// sweep removes temporary files that nobody has touched for long.
func (f *Folder) sweep(now time.Time) error {
	dir := filepath.Join(f.root, temporaryFolder)
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil || now.Sub(info.ModTime()) < abandonedAfter {
			continue // gone meanwhile, or alive
		}
		if err := os.Remove(filepath.Join(dir, e.Name())); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// Capabilities returns none.
func (f *Folder) Capabilities() Capabilities { return Capabilities{} }

// Put implements Store: a hard link is made only where there is no file, whichever process tries.
func (f *Folder) Put(ctx context.Context, key string, r io.Reader, size int64) error {
	const op = "objects.Put"
	if err := CheckKey(op, key); err != nil {
		return err
	}
	path := f.path(key)
	if _, err := os.Lstat(path); err == nil {
		return triage.E(triage.Exists, op, key, "", nil)
	}
	return f.write(ctx, op, key, r, size, func(temporary string) error {
		err := os.Link(temporary, path)
		if errors.Is(err, fs.ErrExist) {
			return triage.E(triage.Exists, op, key, "", nil)
		}
		return err
	})
}

// Replace implements Store.
func (f *Folder) Replace(ctx context.Context, key string, r io.Reader, size int64) error {
	const op = "objects.Replace"
	if err := CheckKey(op, key); err != nil {
		return err
	}
	return f.write(ctx, op, key, r, size, func(temporary string) error {
		old, statErr := os.Lstat(f.path(key))
		err := os.Rename(temporary, f.path(key))
		if err == nil && statErr == nil {
			f.quota.give(old.Size())
		}
		return err
	})
}

// write makes a complete and durable temporary file, lets publish give it its name, and makes the name durable.
func (f *Folder) write(ctx context.Context, op, key string, r io.Reader, size int64, publish func(temporary string) error) error {
	body, err := newContent(ctx, op, key, r, size)
	if err != nil {
		return err
	}
	temporary := filepath.Join(f.root, temporaryFolder, rand.Text())
	defer os.Remove(temporary) // whatever happens; a published object has its other name
	if err := f.quota.take(body.left); err != nil {
		return writeError(op, key, err)
	}
	kept := false
	defer func() {
		if !kept {
			f.quota.give(size)
		}
	}()
	if size >= largeObject {
		p, err := f.promise(body.src, size)
		if err != nil {
			return writeError(op, key, err)
		}
		defer p.end()
		body.src = p
	}
	if err := writeFile(temporary, body); err != nil {
		if failure := body.failure(); failure != nil {
			return failure
		}
		return writeError(op, key, err)
	}
	dir := filepath.Dir(f.path(key))
	if err := f.makeFolder(dir); err != nil {
		return writeError(op, key, err)
	}
	if err := ctx.Err(); err != nil {
		return writeError(op, key, err)
	}
	if err := publish(temporary); err != nil {
		return writeError(op, key, err)
	}
	kept = true
	return writeError(op, key, syncFolder(dir))
}

func writeFile(path string, body *content) error {
	file, err := os.OpenFile(path, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return err
	}
	// Without its ReadFrom, which would ignore our buffer.
	_, err = io.CopyBuffer(struct{ io.Writer }{file}, body, make([]byte, min(copyBuffer, body.left+1)))
	if err == nil {
		err = file.Sync()
	}
	return errors.Join(err, file.Close())
}

// Get implements Store.
func (f *Folder) Get(ctx context.Context, key string) (io.ReadCloser, error) {
	file, err := f.open(ctx, "objects.Get", key)
	if err != nil {
		return nil, err
	}
	return file, nil
}

// GetRange implements Store.
func (f *Folder) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	const op = "objects.GetRange"
	if err := checkRange(op, key, off, n); err != nil {
		return nil, err
	}
	file, err := f.open(ctx, op, key)
	if err != nil {
		return nil, err
	}
	return readCloser{io.NewSectionReader(file, off, n), file}, nil
}

// readCloser reads from one thing and closes another.
type readCloser struct {
	io.Reader
	io.Closer
}

func (f *Folder) open(ctx context.Context, op, key string) (*os.File, error) {
	if err := CheckKey(op, key); err != nil {
		return nil, err
	}
	if err := ctx.Err(); err != nil {
		return nil, fileError(op, key, err)
	}
	file, err := os.Open(f.path(key))
	if err != nil {
		return nil, fileError(op, key, err)
	}
	return file, nil
}

// Stat implements Store.
func (f *Folder) Stat(ctx context.Context, key string) (Info, error) {
	const op = "objects.Stat"
	if err := CheckKey(op, key); err != nil {
		return Info{}, err
	}
	if err := ctx.Err(); err != nil {
		return Info{}, fileError(op, key, err)
	}
	info, err := os.Lstat(f.path(key))
	if err != nil {
		return Info{}, fileError(op, key, err)
	}
	return Info{Key: key, Size: info.Size(), ModTime: info.ModTime().UTC()}, nil
}

// Delete implements Store.
func (f *Folder) Delete(ctx context.Context, key string) error {
	const op = "objects.Delete"
	if err := CheckKey(op, key); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fileError(op, key, err)
	}
	path := f.path(key)
	info, statErr := os.Lstat(path)
	if err := os.Remove(path); errors.Is(err, fs.ErrNotExist) {
		return nil
	} else if err != nil {
		return fileError(op, key, err)
	}
	if statErr == nil {
		f.quota.give(info.Size())
	}
	return fileError(op, key, syncFolder(filepath.Dir(path)))
}

// path returns where key's object lies: media/ab12 is media/ab+/ab12.
func (f *Folder) path(key string) string {
	i := strings.LastIndexByte(key, '/')
	name, length := key[i+1:], fanLength
	if strings.HasPrefix(key, Journal+"/") {
		length = journalFanLength
	}
	return filepath.Join(f.root, filepath.FromSlash(key[:i]), name[:min(length, len(name))]+fanMark, name)
}

// makeFolder makes dir and its parents, each durable in the one above it. A folder that is there already may be one
// that another process has just made and not yet made durable: so only what this process has seen to itself counts.
func (f *Folder) makeFolder(dir string) error {
	if _, known := f.durable.Load(dir); known {
		return nil
	}
	parent := filepath.Dir(dir)
	if dir != f.root {
		if err := f.makeFolder(parent); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	if err := syncFolder(parent); err != nil {
		return err
	}
	f.durable.Store(dir, true)
	return nil
}

// syncFolder makes the names in dir durable. Windows has no such call for folders; NTFS journals names.
func syncFolder(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// writeError is fileError for writes, where a missing file means that the folder went away under us.
func writeError(op, key string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return triage.E(triage.Unavailable, op, key, "the data folder vanished: put it back and start again", nil)
	}
	return fileError(op, key, err)
}

// fileError gives err its kind. The path stays out of it: the key says which object.
func fileError(op, key string, err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*triage.Error](err); ok {
		return err
	}
	if pathErr, ok := errors.AsType[*fs.PathError](err); ok {
		err = pathErr.Err
	}
	if linkErr, ok := errors.AsType[*os.LinkError](err); ok {
		err = linkErr.Err
	}
	switch {
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return triage.E(triage.Unavailable, op, key, "given up", err)
	case errors.Is(err, fs.ErrNotExist), errors.Is(err, syscall.ENOTDIR):
		return triage.E(triage.NotFound, op, key, "", nil)
	case errors.Is(err, syscall.ENOSPC), errors.Is(err, syscall.EDQUOT):
		return triage.E(triage.Full, op, key, "the disk of the data folder is full: free space or move the folder", err)
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EOPNOTSUPP):
		return triage.E(triage.Unavailable, op, key, "the data folder must be on a file system with hard links (ext4, xfs, btrfs, zfs) that this user may write", err)
	default:
		return triage.E(triage.Unavailable, op, key, "the data folder cannot be used: check its disk and its rights", err)
	}
}
