package container

import (
	"context"
	"io"
)

// Cursor reads members again, by their Ref. It may be used by one goroutine at a time; several cursors on one archive
// may be used at once. What reaching a member costs:
//
//   - zip: two reads, wherever it is;
//   - 7z: unpacking what lies before it in its solid block; the block's beginning again when it lies behind;
//   - tar and rar that is not solid: the headers up to it;
//   - tar.gz and the like, and solid rar: unpacking all that lies between; from the archive's beginning when it lies behind.
//
// So who wants several asks for them in the archive's order.
type Cursor struct {
	container *Container
	source    *source
	pass      pass
	at        int      // index of the member that the pass's next gives
	last      *reading // of the member that was opened last
}

// Cursor returns a new cursor, which ctx ends.
func (c *Container) Cursor(ctx context.Context) *Cursor {
	return &Cursor{container: c, source: &source{ctx: ctx, r: c.r}}
}

// Open returns the bytes of a member that a walk of this archive told; they end as a Member's do. They may be read until
// the next Open or Close. Errors are *Error, or of the cursor's ctx.
func (c *Cursor) Open(ref Ref) (io.Reader, error) {
	c.last.expire()
	if c.source.err != nil {
		c.rewind() // what failed may have been repaired
	}
	if err := c.seek(ref); err != nil {
		c.rewind()
		return nil, c.orContext(err)
	}
	e, fault := advance(c.pass, c.source)
	switch {
	case fault != nil:
		c.rewind()
		return nil, c.orContext(fault)
	case e == nil:
		c.rewind()
		return nil, broken("there is no such member")
	}
	c.at++
	reason := e.reason
	if reason == "" {
		reason = refusal(e.mode.Type())
	}
	switch {
	case reason != "":
		return nil, &Error{Reason: reason}
	case !e.mode.IsRegular():
		return empty{}, nil
	}
	c.last = &reading{pass: c.pass, source: c.source, meter: c.container.meter()}
	return c.last, nil
}

// seek brings the pass before the member of ref.
func (c *Cursor) seek(ref Ref) *Error {
	if _, jumps := c.pass.(jumper); c.pass != nil && !jumps && c.at > ref.index {
		c.rewind()
	}
	if c.pass == nil {
		p, fault := c.container.begin(c.source)
		if fault != nil {
			return fault
		}
		c.pass, c.at = p, 0
	}
	if j, jumps := c.pass.(jumper); jumps {
		if err := guarded(func() error { return j.jump(ref) }); err != nil {
			return c.source.fault(err)
		}
		c.at = ref.index
	}
	for ; c.at < ref.index; c.at++ {
		e, fault := advance(c.pass, c.source)
		if fault != nil {
			return fault
		}
		if e == nil {
			return broken("there is no such member")
		}
	}
	return nil
}

// orContext returns what ended the cursor, if that is what happened.
func (c *Cursor) orContext(fault *Error) error {
	if err := c.source.ctx.Err(); err != nil {
		return err
	}
	return fault
}

// rewind forgets the pass: the next one begins at the archive's beginning.
func (c *Cursor) rewind() {
	if c.pass != nil {
		c.pass.close()
	}
	c.pass, c.at = nil, 0
	c.source = &source{ctx: c.source.ctx, r: c.source.r}
}

// Close releases what the cursor holds. It may be opened again.
func (c *Cursor) Close() {
	c.last.expire()
	c.rewind()
}
