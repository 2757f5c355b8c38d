package objects

import (
	"context"
	"io"
	"io/fs"
	"path/filepath"
	"sync/atomic"
	"syscall"
)

const (
	// spaceReserve is what stays free for what was acknowledged: the journal, examinations, and Redis's files where
	// they lie on the same disk. On a small disk it is smallReserve of it.
	spaceReserve = 1 << 30 // bytes
	smallReserve = 0.05
	// DiskResume is the load at which a disk that was full has room again: when half as much again as the reserve
	// is free.
	DiskResume = 1 / 1.5
	// largeObject has to fit before its first byte is written: it could fill the disk, reserve and all, before anybody looks again
	// (triage.Room, each second), and would be sent again as soon as what came of it was removed.
	largeObject = 64 << 20 // bytes
)

// quota bounds what one process's Folder holds. The bytes of files count, not those of their blocks.
type quota struct {
	most int64
	used atomic.Int64
}

// Limit bounds the folder to so many bytes, for a disk that is shared with others. Only one process may write the
// folder then. It is called before the folder is used.
func (f *Folder) Limit(most int64) error {
	q := &quota{most: most}
	err := filepath.WalkDir(f.root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			q.used.Add(info.Size())
		}
		return err
	})
	f.quota = q
	return fileError("objects.Limit", "", err)
}

// take counts n bytes more; it fails as the system does when they do not fit. nil has no bound.
func (q *quota) take(n int64) error {
	if q == nil {
		return nil
	}
	if q.used.Add(n) > q.most {
		q.used.Add(-n)
		return syscall.EDQUOT
	}
	return nil
}

func (q *quota) give(n int64) {
	if q != nil {
		q.used.Add(-n)
	}
}

// promise is the room of a large object while it is written: its bytes that are not on the disk yet.
type promise struct {
	io.Reader // its bytes
	left      int64
	all       *atomic.Int64 // of all promises
}

// promise makes room for a large object, whose bytes are then read through it. It fails as the system does when it would not leave the reserve free.
func (f *Folder) promise(r io.Reader, size int64) (*promise, error) {
	all := f.promised.Add(size)
	p := &promise{r, size, &f.promised}
	free, whole, err := freeSpace(f.root)
	if err == nil && load(free-all, whole) >= 1 {
		p.end()
		return nil, syscall.ENOSPC
	}
	return p, nil // what cannot be known shows when it is written
}

// Read implements io.Reader.
func (p *promise) Read(b []byte) (int, error) {
	n, err := p.Reader.Read(b)
	p.left -= int64(n)
	p.all.Add(-int64(n))
	return n, err
}

// end gives back what was not read.
func (p *promise) end() { p.all.Add(-p.left) }

// Load says how full the folder is, for triage.Limit: from 1 on only the reserve is free.
func (f *Folder) Load(context.Context) (float64, error) {
	if f.quota != nil {
		return load(f.quota.most-f.quota.used.Load(), f.quota.most), nil
	}
	return DiskLoad(f.root)
}

// DiskLoad says how full the disk is that dir lies on.
func DiskLoad(dir string) (float64, error) {
	free, size, err := freeSpace(dir)
	return load(free, size), err
}

func load(free, size int64) float64 {
	reserve := min(spaceReserve, smallReserve*float64(size))
	return reserve / max(float64(free), 1)
}
