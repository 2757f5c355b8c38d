package objects

import (
	"context"
	"io"
	"sync"

	"github.com/minio/sio"

	"vigie/triage"
)

// mediumWindow is how much of a medium that is read here and there is fetched and unsealed at a time, in bytes: what reads films asks
// for 32 KiB after 32 KiB, mostly one after the other.
const mediumWindow = 1 << 20

// OpenMediumAt implements triage.MediaArchive. What it returns holds one window of the medium in memory, and checks the packages that
// it reads.
func (a *Archive) OpenMediumAt(ctx context.Context, id triage.MediumID, from int) (io.ReaderAt, int64, error) {
	const op = "objects.OpenMediumAt"
	ref, key, err := a.find(ctx, id, from)
	if err != nil {
		return nil, 0, err
	}
	m := &mediumAt{ctx: ctx, store: behindHeader{a.raw}, object: mediumKey(id, ref.generation), config: dare(key[:])}
	info, err := m.store.Stat(ctx, m.object)
	if err == nil {
		info, err = clearInfo(op, info)
	}
	m.size = info.Size
	return m, m.size, err
}

// mediumAt reads a medium at any place.
type mediumAt struct {
	ctx    context.Context //nolint:containedctx // io.ReaderAt has none, and whoever opened it reads
	store  Store
	object string
	config sio.Config
	size   int64

	mu     sync.Mutex // guards what follows
	window []byte
	at     int64 // where it begins
}

// ReadAt implements io.ReaderAt.
func (m *mediumAt) ReadAt(p []byte, off int64) (n int, err error) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for n < len(p) && err == nil {
		var more []byte
		more, err = m.from(off + int64(n))
		n += copy(p[n:], more)
	}
	return n, err
}

// from returns what is at hand of the medium from a place on, and fetches it if there is nothing.
func (m *mediumAt) from(off int64) ([]byte, error) {
	if off < 0 || off >= m.size {
		return nil, io.EOF
	}
	if off < m.at || off >= m.at+int64(len(m.window)) {
		if err := m.fetch(off); err != nil {
			m.window = nil
			return nil, err
		}
	}
	return m.window[off-m.at:], nil
}

func (m *mediumAt) fetch(off int64) error {
	n := min(mediumWindow, m.size-off)
	r, err := openRangeOf(m.ctx, "objects.OpenMediumAt", m.store, m.object, m.config, off, n)
	if err != nil {
		return err
	}
	defer r.Close()
	if int64(cap(m.window)) < n {
		m.window = make([]byte, n)
	}
	m.window, m.at = m.window[:n], off
	_, err = io.ReadFull(r, m.window)
	return err
}

// behindHeader shows what lies behind a medium's header.
type behindHeader struct{ Store }

func (b behindHeader) Stat(ctx context.Context, key string) (Info, error) {
	info, err := b.Store.Stat(ctx, key)
	info.Size = max(0, info.Size-mediumHeader)
	return info, err
}

func (b behindHeader) GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error) {
	return b.Store.GetRange(ctx, key, off+mediumHeader, n)
}
