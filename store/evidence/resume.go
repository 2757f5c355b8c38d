package evidence

import (
	"context"
	"errors"
	"iter"
	"path/filepath"
	"strings"

	"vigie/triage"
)

// Earlier is how a reading of the same source began that was cut off. The zero Earlier is none.
type Earlier struct {
	Items iter.Seq2[triage.Item, error] // the first items that it told, in its order; an error ends all
	Last  string                        // the path, as it is at the source, of the last of them
}

// ErrTakenOver is of an item that was taken over without looking for its bytes: to have them, read the source from its beginning.
var ErrTakenOver = errors.New("read source: the item was taken over from an earlier reading")

// takenOver is the way to the bytes of something within what was not opened again.
type takenOver struct{}

func (takenOver) open(context.Context) (opened, error) { return nil, ErrTakenOver }
func (takenOver) ordered() bool                        { return false }

// trail leads along what an earlier reading told. It is used by one goroutine at a time: that which walks through what was
// being told when the earlier reading was cut off. Whatever differs from what is there now ends it, and is examined like all
// that follows. A nil trail has ended.
type trail struct {
	next  func() (triage.Item, error, bool)
	head  triage.Item // comes next
	taken triage.Item // came last
	last  string
	err   error
	ended bool
}

// follow returns the trail of an earlier reading, and what releases it.
func follow(earlier Earlier) (t *trail, release func()) {
	if earlier.Items == nil {
		return nil, func() {}
	}
	next, stop := iter.Pull2(earlier.Items)
	t = &trail{next: next, last: earlier.Last}
	t.advance()
	return t, stop
}

func (t *trail) advance() {
	it, err, ok := t.next()
	t.taken, t.head, t.err = t.head, it, err
	t.ended = !ok || err != nil
}

// takes goes on if f comes next. Of a file its size and times have to be the same too; of a member of a container, which is the
// same one, they are not known before it was read.
func (t *trail) takes(f *Found, isFile bool) bool {
	if t == nil || t.ended {
		return false
	}
	is := &t.head
	if is.RawPath() != f.RawPath() || isFile && (is.Size != f.Size || !is.Modified.Equal(f.Modified) ||
		!is.Changed.Equal(f.Changed) || !is.Created.Equal(f.Created) || is.Deleted != f.Deleted) {
		t.ended = true
		return false
	}
	t.advance()
	return true
}

// cutsOff reports whether the earlier reading may have ended before all was told of a path.
func (t *trail) cutsOff(path string) bool {
	rest, within := strings.CutPrefix(t.last, path)
	return within && (rest == "" || rest[0] == '/')
}

// pass tells what the trail says of f and of all that lies within it, if it goes past them: then all is said. If it ends
// within f, it is returned, to be followed there. b, which may be nil, is charged for what is not read.
func (r *reading) pass(t *trail, f *Found, b *budget, isFile bool, tell func(told) bool) (past bool, within *trail) {
	if !t.takes(f, isFile) {
		return r.lost(t, tell), nil
	}
	switch it := t.taken; {
	case isFile && it.Digests == nil:
		return r.lost(t, tell), nil // looked at again: that costs nothing, and perhaps it can be read now
	case t.cutsOff(f.RawPath()):
		return r.lost(t, tell), t
	default:
		f.Item = it
	}
	r.source.taken.add(f.Size)
	b.charge(0, f.Size)
	goOn := tell(told{found: *f})
	for inside := f.RawPath() + "/"; goOn && !t.ended && strings.HasPrefix(t.head.RawPath(), inside); {
		t.advance()
		r.source.taken.add(t.taken.Size)
		if path := t.taken.RawPath(); path[len(path)-1] != '/' { // which is no member, but what nobody could tell
			r.source.found.Add(1)
			r.source.held.Add(t.taken.Size)
			b.charge(1, t.taken.Size)
		}
		goOn = tell(told{found: Found{Item: t.taken, way: takenOver{}}})
	}
	r.lost(t, tell)
	return true, nil
}

// lost tells the error that ended a trail, if one did.
func (r *reading) lost(t *trail, tell func(told) bool) bool {
	if t == nil || t.err == nil {
		return false
	}
	tell(told{err: t.err})
	return true
}

// passFile is pass for what a walk came to. A drive image that is the source has no item of its own: the trail leads into it.
func (r *reading) passFile(t *trail, e Entry, out *stream) (past bool, within *trail) {
	if t == nil || r.source.whole && r.opens(e.Path) {
		return false, t
	}
	var f Found
	f.Path, f.PathB64 = Path(e.Path)
	if info, err := r.source.root.Lstat(filepath.FromSlash(e.Path)); err == nil && e.Type.IsRegular() {
		f.Size, f.Modified = info.Size(), modified(info)
		f.way = &file{source: r.source, path: e.Path, size: f.Size, modified: f.Modified}
	}
	return r.pass(t, &f, nil, true, func(t told) bool { return r.send(out, t) })
}
