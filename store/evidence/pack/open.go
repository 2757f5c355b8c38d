package pack

import (
	"bufio"
	"crypto/sha256"
	"hash"
	"io"
	"slices"
	"sync"

	"vigie/hashing"
)

const (
	// openFrames is how many frames of media stay open: of those that were read last, since media that follow each other are
	// sent together, by several goroutines.
	openFrames = 16
	// readBuffer is how much of a medium is decrypted at once.
	readBuffer = 256 << 10
)

// frames are frames of media that are open, those used last at the end.
type frames struct {
	mu   sync.Mutex // guards all
	open []*mediaFrame
}

// mediaFrame is an open frame. It is never changed, and need not be closed.
type mediaFrame struct {
	content
	at    int64
	media []entry
	from  []int64
}

// get returns an open frame, or nil.
func (fs *frames) get(at int64) *mediaFrame {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	i := slices.IndexFunc(fs.open, func(f *mediaFrame) bool { return f.at == at })
	if i < 0 {
		return nil
	}
	f := fs.open[i]
	fs.open = append(slices.Delete(fs.open, i, i+1), f)
	return f
}

// put keeps a frame open.
func (fs *frames) put(f *mediaFrame) {
	fs.mu.Lock()
	defer fs.mu.Unlock()
	if len(fs.open) == openFrames {
		fs.open = slices.Delete(fs.open, 0, 1)
	}
	fs.open = append(fs.open, f)
}

// mediaAt opens the frame that begins at byte at.
func (r *Reader) mediaAt(at int64) (*mediaFrame, error) {
	if f := r.frames.get(at); f != nil {
		return f, nil
	}
	c, err := r.frame(at, kindMedia)
	if err != nil {
		return nil, err
	}
	f := &mediaFrame{content: c, at: at}
	if f.media, f.from, err = c.media(); err != nil {
		return nil, err
	}
	r.frames.put(f)
	return f, nil
}

// medium opens a medium, which has to be m.
func (r *Reader) medium(w where, m entry) (io.ReadCloser, error) {
	at, i := w[0], w[1]
	f, err := r.mediaAt(at)
	if err == nil && (i < 0 || i >= int64(len(f.media)) || f.media[i] != m) {
		err = errForm
	}
	if err != nil {
		return nil, unread("read bundle", at, err)
	}
	src := io.NewSectionReader(f, f.from[i], m.Size)
	return &medium{src: bufio.NewReaderSize(src, int(min(m.Size, readBuffer))), at: at, left: m.Size, want: m.SHA256, digest: sha256.New()}, nil
}

// medium reads a medium. Its last bytes are not told before all are known to be right.
type medium struct {
	src    io.Reader
	at     int64
	left   int64
	want   hashing.SHA256
	digest hash.Hash
	err    error
}

// Read implements io.Reader.
func (m *medium) Read(p []byte) (int, error) {
	if m.err != nil || len(p) == 0 {
		return 0, m.err
	}
	if m.left == 0 {
		return 0, io.EOF
	}
	n, err := m.src.Read(p)
	if err == io.EOF { //nolint:errorlint // an io.SectionReader returns it itself
		err = nil
		if n == 0 {
			err = errNotWhole
		}
	}
	m.digest.Write(p[:n])
	m.left -= int64(n)
	if err == nil && m.left == 0 && hashing.SHA256(m.digest.Sum(nil)) != m.want {
		err = errForm
	}
	if err != nil {
		m.err = unread("read bundle", m.at, err)
		return 0, m.err
	}
	return n, nil
}

// Close implements io.Closer.
func (m *medium) Close() error { return nil }
