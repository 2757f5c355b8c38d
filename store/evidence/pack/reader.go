package pack

import (
	"context"
	"errors"
	"io"
	"iter"
	"os"
	"sync/atomic"

	"filippo.io/age"

	"vigie/store/evidence"
	"vigie/triage"
)

// Reader reads a finished bundle. It may be used by several goroutines at once.
//
// What is not as it was written is a Corrupt error with ErrDamaged, wherever it is met: wrong bytes are never told.
type Reader struct {
	bundle *bundle
	index  noteIndex
	note   []byte
	frames frames // that are open

	told  atomic.Int64 // bytes of the items that the last call of Resume has told
	taken tally
}

// tally counts items and their bytes.
type tally struct{ items, bytes atomic.Int64 }

// Part is one part of a bundle's manifest.
type Part struct {
	Place int // from 1
	ID    triage.PartID
	Body  []byte // what triage.EncodePart made
	Found []evidence.Found
}

// Open opens a finished bundle with the key of one of those whom it is for. One that is not finished is a Conflict error with
// ErrUnfinished, one that is for others Forbidden, and a file that is none Invalid.
func Open(path string, key age.Identity) (*Reader, error) {
	const op = "open bundle"
	file, err := os.Open(path)
	if err != nil {
		return nil, noBundle(op, err)
	}
	r := &Reader{}
	if err := r.open(op, file, key); err != nil {
		file.Close()
		return nil, err
	}
	return r, nil
}

func (r *Reader) open(op string, file *os.File, key age.Identity) (err error) {
	if r.bundle, err = openBundle(op, file, key); err != nil {
		return err
	}
	b := r.bundle
	unfinished := triage.E(triage.Conflict, op, "", "the bundle is not finished: run the same vigie pack again, and it goes on where it stopped", ErrUnfinished)
	if b.last == 0 {
		return unfinished
	}
	f, err := frameAt(file, b.last, b.size)
	switch {
	case err != nil:
		return unread(op, b.last, err)
	case f.kind == kindPart:
		return unfinished
	case f.kind != kindNote:
		return damaged(op, b.last, errForm)
	case f.end() != b.size:
		return damaged(op, f.end(), errors.New("bytes follow the note"))
	}
	r.index, r.note, err = b.note(f)
	if err != nil {
		return unread(op, b.last, err)
	}
	return nil
}

// Close lets go of the file. Nothing may be read any more.
func (r *Reader) Close() error { return r.bundle.file.Close() }

// Header returns what the bundle says that it holds.
func (r *Reader) Header() Header { return r.bundle.header }

// Note returns the note that finished the bundle.
func (r *Reader) Note() []byte { return r.note }

// PartIDs names all parts, in order. What Parts tells has these names: it is checked.
func (r *Reader) PartIDs() []triage.PartID {
	ids := make([]triage.PartID, len(r.index.Parts))
	for i, p := range r.index.Parts {
		ids[i] = p.ID
	}
	return ids
}

// Parts returns the parts in order; an error is the last thing it yields. Media are read when an item is opened.
func (r *Reader) Parts(ctx context.Context) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		for i := range r.index.Parts {
			p, err := r.part(i)
			if err == nil {
				err = ctx.Err()
			}
			if err != nil {
				yield(Part{}, err)
				return
			}
			if !yield(p, nil) {
				return
			}
		}
	}
}

// part reads the part at the i-th place.
func (r *Reader) part(i int) (Part, error) {
	const op = "read bundle"
	is := r.index.Parts[i]
	c, err := r.frame(is.At, kindPart)
	if err != nil {
		return Part{}, unread(op, is.At, err)
	}
	x, items, body, err := c.part()
	if err == nil && (x.ID != is.ID || x.Place != i+1) {
		err = errForm
	}
	if err != nil {
		return Part{}, unread(op, is.At, err)
	}
	p := Part{Place: i + 1, ID: x.ID, Body: body, Found: make([]evidence.Found, len(items))}
	for k, it := range items {
		var open func(context.Context) (io.ReadCloser, error)
		if w := x.Where[k]; w != nil {
			m := entry{it.Digests.SHA256, it.Size}
			open = func(context.Context) (io.ReadCloser, error) { return r.medium(*w, m) }
		}
		p.Found[k] = evidence.Stored(it, open)
	}
	return p, nil
}

// Body returns the i-th part as it was signed.
func (r *Reader) Body(i int) ([]byte, error) {
	p, err := r.part(i)
	return p.Body, err
}

// frame opens the frame of a kind that begins at byte at.
func (r *Reader) frame(at int64, kind byte) (content, error) {
	f, err := frameAt(r.bundle.file, at, r.bundle.size)
	if err != nil {
		return content{}, err
	}
	if f.kind != kind {
		return content{}, errForm
	}
	return decrypt(r.bundle.file, f, r.bundle.key)
}

// Resume tells all items in order, as evidence.Source.Resume does: those that an earlier reading told too, since that costs
// nothing here. The second argument is not needed.
func (r *Reader) Resume(ctx context.Context, _ int, earlier evidence.Earlier) iter.Seq2[evidence.Found, error] {
	return func(yield func(evidence.Found, error) bool) {
		r.told.Store(0)
		r.taken.items.Store(0)
		r.taken.bytes.Store(0)
		t, release := follow(earlier)
		defer release()
		for p, err := range r.Parts(ctx) {
			if err != nil {
				yield(evidence.Found{}, err)
				return
			}
			for _, f := range p.Found {
				switch taken, err := t.takes(&f.Item); {
				case err != nil:
					yield(evidence.Found{}, err)
					return
				case taken:
					r.taken.items.Add(1)
					r.taken.bytes.Add(f.Size)
				default:
					r.told.Add(f.Size)
				}
				if !yield(f, nil) {
					return
				}
			}
		}
	}
}

// trail is what an earlier reading told, as long as the same comes again.
type trail struct {
	next  func() (triage.Item, error, bool)
	ended bool
}

func follow(earlier evidence.Earlier) (t *trail, release func()) {
	if earlier.Items == nil {
		return &trail{ended: true}, func() {}
	}
	next, stop := iter.Pull2(earlier.Items)
	return &trail{next: next}, stop
}

func (t *trail) takes(is *triage.Item) (bool, error) {
	if t.ended {
		return false, nil
	}
	was, err, ok := t.next()
	t.ended = !ok || err != nil || was.RawPath() != is.RawPath() || was.Size != is.Size
	return !t.ended, err
}

// Count tells how many items there are, and how many bytes those have.
func (r *Reader) Count(_ context.Context, tell func(items, bytes int64)) error {
	tell(r.index.Items, r.index.Bytes)
	return nil
}

// Digested returns how many bytes the items have that the last call of Resume has told, but those taken over.
func (r *Reader) Digested() int64 { return r.told.Load() }

// Held returns nothing: Count tells members of containers too.
func (r *Reader) Held() (members, bytes int64) { return 0, 0 }

// Taken returns how many items the last call of Resume has told that an earlier one had, and how many bytes those have.
func (r *Reader) Taken() (items, bytes int64) { return r.taken.items.Load(), r.taken.bytes.Load() }
