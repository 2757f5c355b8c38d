package evidence

import (
	"context"
	"errors"
	"io"
	"slices"
	"sync"

	"vigie/store/evidence/container"
	"vigie/store/evidence/disk"
)

// maxIdle is how many containers stay open that nobody reads: their members are uploaded soon after they were found.
const maxIdle = 4

// box is a container of a source.
type box struct {
	source *Source
	way    way // to its own bytes
	format container.Format
	limits container.Limits
}

// ordered reports whether members are reached one after the other: of all but a zip, which has a directory.
func (b *box) ordered() bool { return b.format != container.Zip || b.way.ordered() }

// open opens a box that is not open.
func (b *box) open(ctx context.Context) (*openBox, error) {
	content, err := b.way.open(ctx)
	if err != nil {
		return nil, err
	}
	return b.openOn(content)
}

// openOn opens a box on its bytes, which it closes.
func (b *box) openOn(content opened) (*openBox, error) {
	at, size, err := content.at()
	var c *container.Container
	if err == nil {
		c, err = container.Open(at, size, b.limits)
	}
	if err != nil {
		content.Close()
		return nil, named(err)
	}
	return &openBox{box: b, content: content, container: c}, nil
}

// openBox is a box that is open.
type openBox struct {
	box       *box
	content   opened
	container *container.Container
	users     int // guarded by boxes

	mu      sync.Mutex // guards cursors; of an ordered box, whoever reads a member holds turn
	turn    sync.Mutex
	cursors []cursor // that nobody uses
}

// cursor ends with the ctx that it was made under.
type cursor struct {
	*container.Cursor
	ctx context.Context //nolint:containedctx // to know whether it can be used again
}

// member opens a member. Of an ordered box it waits until the one before is closed.
func (o *openBox) member(ctx context.Context, ref container.Ref) (io.Reader, func(), error) {
	if o.box.ordered() {
		o.turn.Lock()
	}
	c := o.cursor(ctx)
	done := func() {
		o.giveBack(c)
		if o.box.ordered() {
			o.turn.Unlock()
		}
	}
	r, err := c.Open(ref)
	if err != nil {
		done()
		return nil, nil, named(err)
	}
	return r, done, nil
}

func (o *openBox) cursor(ctx context.Context) cursor {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.cursors) > 0 {
		last := o.cursors[len(o.cursors)-1]
		o.cursors = o.cursors[:len(o.cursors)-1]
		if last.ctx == ctx {
			return last
		}
		last.Close()
	}
	return cursor{o.container.Cursor(ctx), ctx}
}

func (o *openBox) giveBack(c cursor) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.cursors = append(o.cursors, c)
}

func (o *openBox) close() {
	for _, c := range o.cursors {
		c.Close()
	}
	o.content.Close()
}

// boxes keeps containers open while they are used, and a few of them after.
type boxes struct {
	mu   sync.Mutex
	open []*openBox // those used last at the end
	wait map[*box]chan struct{}
}

// get returns b, opened by whoever comes first. The caller calls release.
func (s *boxes) get(ctx context.Context, b *box) (*openBox, error) {
	for {
		s.mu.Lock()
		if o := s.find(b); o != nil {
			o.users++
			s.mu.Unlock()
			return o, nil
		}
		others := s.wait[b]
		if others == nil {
			if s.wait == nil {
				s.wait = make(map[*box]chan struct{})
			}
			s.wait[b] = make(chan struct{})
		}
		s.mu.Unlock()
		if others == nil {
			return s.opening(ctx, b)
		}
		select {
		case <-others:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
}

// opening opens b while others wait for it.
func (s *boxes) opening(ctx context.Context, b *box) (*openBox, error) {
	o, err := b.open(ctx)
	s.mu.Lock()
	defer s.mu.Unlock()
	close(s.wait[b])
	delete(s.wait, b)
	if err != nil {
		return nil, err
	}
	o.users = 1
	s.open = append(s.open, o)
	return o, nil
}

// put adds a box that its caller has opened, and uses until release.
func (s *boxes) put(o *openBox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.users++
	s.open = append(s.open, o)
}

func (s *boxes) find(b *box) *openBox {
	i := slices.IndexFunc(s.open, func(o *openBox) bool { return o.box == b })
	if i < 0 {
		return nil
	}
	return s.open[i]
}

// release says that the caller is done with o.
func (s *boxes) release(o *openBox) {
	s.mu.Lock()
	defer s.mu.Unlock()
	o.users--
	if i := slices.Index(s.open, o); i >= 0 {
		s.open = append(slices.Delete(s.open, i, i+1), o)
	}
	idle := 0
	for i := len(s.open) - 1; i >= 0; i-- {
		if s.open[i].users > 0 {
			continue
		}
		if idle++; idle > maxIdle {
			s.open[i].close()
			s.open = slices.Delete(s.open, i, i+1)
		}
	}
}

func (s *boxes) close() {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, o := range s.open {
		o.close()
	}
	s.open = nil
}

// member is the way to a member of a box.
type member struct {
	box *box
	ref container.Ref
}

func (m *member) ordered() bool { return m.box.ordered() }

// open implements way.
func (m *member) open(ctx context.Context) (opened, error) {
	boxes := &m.box.source.boxes
	o, err := boxes.get(ctx, m.box)
	if err != nil {
		return nil, err
	}
	r, done, err := o.member(ctx, m.ref)
	if err != nil {
		boxes.release(o)
		return nil, err
	}
	return &openMember{r: r, done: func() { done(); boxes.release(o) }}, nil
}

// openMember reads a member until it is closed.
type openMember struct {
	r     io.Reader
	done  func() // nil: unpacked, and given back
	spool *spool // what it was unpacked to
}

// Read implements io.Reader.
func (m *openMember) Read(p []byte) (int, error) {
	n, err := m.r.Read(p)
	if err != nil && err != io.EOF { //nolint:errorlint // readers return io.EOF itself
		err = named(err)
	}
	return n, err
}

// at implements opened: a member has to be unpacked for that.
func (m *openMember) at() (io.ReaderAt, int64, error) {
	if m.spool == nil {
		m.spool = &spool{}
		if _, err := io.Copy(m.spool, m); err != nil {
			return nil, 0, err
		}
		m.release()
	}
	if m.spool.fault != nil {
		return nil, 0, m.spool.fault
	}
	return m.spool, m.spool.size, nil
}

// Close implements io.Closer.
func (m *openMember) Close() error {
	m.release()
	if m.spool != nil {
		return m.spool.Close()
	}
	return nil
}

// release lets others read the container.
func (m *openMember) release() {
	if m.done != nil {
		m.done()
		m.done = nil
	}
}

// named makes an *Error of what a container or a drive image says; ctx's stays what it is.
func named(err error) error {
	if fault, ok := errors.AsType[*disk.Error](err); ok {
		return &Error{Reason: fault.Reason, Err: fault}
	}
	if fault, ok := errors.AsType[*container.Error](err); ok {
		return &Error{Reason: fault.Reason, Err: fault}
	}
	return err
}
