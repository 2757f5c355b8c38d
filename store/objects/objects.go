// Package objects keeps bytes under names: the one contract that a folder and a MinIO server both fulfil, and
// encryption as a decorator over either. Package objectstest holds every implementation to the contract.
package objects

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"
	"time"

	"vigie/triage"
)

// Store keeps objects. All methods may be called by many goroutines, and several processes may share what is
// beneath one Store.
//
// A key is slash-separated, at most 512 bytes, its segments are of [a-z0-9-_.], at most 200 bytes each and never "."
// or ".."; the first is the bucket (media, keys, records or journal) and at least one more follows. A key is
// never also a folder of another key: what happens then is not defined. Every method answers other keys with
// triage.Invalid.
//
// Errors are *triage.Error and carry the key as their object. Unavailable means that the store did not answer or is
// full: for a write, it may still have taken effect, and repeating it is safe. A cancelled ctx ends the call soon;
// then errors.Is(err, ctx.Err()) holds.
type Store interface {
	// Put keeps size bytes of r under key if there is no such key yet, else fails with Exists; r may then be
	// unread. Of several concurrent Puts of one key exactly one succeeds. The object is durable when Put returns
	// nil, and complete whenever it can be seen. Put takes constant memory, reads r to its end, and returns r's
	// error (errors.Is holds) or Corrupt when r has another length than size; then nothing is left behind. It
	// does not close r, and does not read it any more once it has returned, whatever it returned.
	Put(ctx context.Context, key string, r io.Reader, size int64) error

	// Replace is Put without the condition: readers see the old object or the new one, never a mixture. It is for the few
	// mutable records.
	Replace(ctx context.Context, key string, r io.Reader, size int64) error

	// Get opens the whole object, or fails with NotFound. The caller closes it. Reading fails with Corrupt where
	// the store can tell that bytes changed.
	Get(ctx context.Context, key string) (io.ReadCloser, error)

	// GetRange opens the n bytes from off on, fewer where the object ends before, none when off is beyond its end.
	// Negative numbers are Invalid; else like Get.
	GetRange(ctx context.Context, key string, off, n int64) (io.ReadCloser, error)

	// Stat returns what List would, or NotFound.
	Stat(ctx context.Context, key string) (Info, error)

	// List yields, in the byte order of keys, every object whose key starts with prefix and is greater than after
	// ("": all). The prefix starts with a bucket and a slash and may end inside a segment. What is written during
	// the walk may be seen or not. The first error ends it.
	List(ctx context.Context, prefix, after string) iter.Seq2[Info, error]

	// Delete removes the object. That there is none is no error.
	Delete(ctx context.Context, key string) error

	// Capabilities says what the store can do beyond the contract.
	Capabilities() Capabilities
}

// Info describes one object.
type Info struct {
	Key     string
	Size    int64     // bytes, as they were handed to Put
	ModTime time.Time // when it was written, by the store's clock
}

// Capabilities are what some stores can do.
type Capabilities struct {
	Versioning bool // the journal's bucket keeps every version of an object
	ObjectLock bool // the journal's bucket can lock objects against deletion
}

// The buckets.
const (
	Media   = "media"
	Keys    = "keys"
	Records = "records"
	Journal = "journal"
)

// buckets lists every bucket.
var buckets = []string{Media, Keys, Records, Journal}

const (
	maxKey     = 512 // bytes; S3 allows 1,024 and the folder store needs some room
	maxSegment = 200 // bytes; file names end at 255
)

// CheckKey returns Invalid unless key is well formed.
func CheckKey(op, key string) error {
	if reason := faultOf(key); reason != "" {
		return triage.E(triage.Invalid, op, "", "not a key: "+reason, nil)
	}
	return nil
}

// faultOf says what is wrong with key, or "".
func faultOf(key string) string {
	segments := strings.Split(key, "/")
	switch {
	case len(key) > maxKey:
		return fmt.Sprintf("longer than %d bytes", maxKey)
	case !slices.Contains(buckets, segments[0]):
		return "its first segment is no bucket"
	case len(segments) < 2:
		return "nothing after the bucket"
	}
	for _, s := range segments {
		switch {
		case s == "" || s == "." || s == "..":
			return "an empty segment, . or .."
		case len(s) > maxSegment:
			return fmt.Sprintf("a segment longer than %d bytes", maxSegment)
		case !isPlain(s):
			return "a character that is not one of a-z 0-9 - _ ."
		}
	}
	return ""
}

func isPlain(s string) bool {
	for i := range len(s) {
		c := s[i]
		if !('a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '-' || c == '_' || c == '.') {
			return false
		}
	}
	return true
}

// checkPrefix returns Invalid unless some key can start with prefix, which names at least its bucket.
func checkPrefix(op, prefix string) error {
	folder := prefix[:strings.LastIndexByte(prefix, '/')+1]
	if folder == "" || faultOf(folder+"x") != "" || !isPlain(prefix[len(folder):]) {
		return triage.E(triage.Invalid, op, "", "not a prefix: a bucket, a slash, and the start of a key", nil)
	}
	return nil
}

func checkRange(op, key string, off, n int64) error {
	if off < 0 || n < 0 {
		return triage.E(triage.Invalid, op, key, "a range has no negative numbers", nil)
	}
	return nil
}

// Keyed adds Keys to a Store: List for callers that want nothing but the keys, such as the journal.
type Keyed struct{ Store }

// Keys yields the keys that List would yield, and those of damaged objects too, whose size List cannot tell.
func (k Keyed) Keys(ctx context.Context, prefix, after string) iter.Seq2[string, error] {
	list := k.List
	if s, ok := k.Store.(*sealed); ok {
		list = s.inner.List
	}
	return func(yield func(string, error) bool) {
		for info, err := range list(ctx, prefix, after) {
			if !yield(info.Key, err) {
				return
			}
		}
	}
}

// content reads exactly size bytes and fails for good when its source fails, ends early or goes on. It hands out
// the last bytes only after the source said that it ended well, so that a source that fails at its end (a digest
// that does not fit) never looks complete to a server that counts bytes.
type content struct {
	op, key string
	ctx     context.Context //nolint:containedctx // lives no longer than the call it belongs to
	src     io.Reader
	left    int64
	err     error // sticky; io.EOF after the last byte
}

func newContent(ctx context.Context, op, key string, r io.Reader, size int64) (*content, error) {
	if size < 0 {
		return nil, triage.E(triage.Invalid, op, key, "the size must be known", nil)
	}
	return &content{op: op, key: key, ctx: ctx, src: r, left: size}, nil
}

func (c *content) Read(p []byte) (int, error) {
	if c.err != nil {
		return 0, c.err
	}
	if err := c.ctx.Err(); err != nil {
		return 0, c.fail(triage.E(triage.Unavailable, c.op, c.key, "given up", err))
	}
	if c.left == 0 { // an empty object
		return 0, c.atEnd()
	}
	if int64(len(p)) > c.left {
		p = p[:c.left]
	}
	n, err := c.src.Read(p)
	c.left -= int64(n)
	switch {
	case c.left == 0:
		if err == nil {
			err = c.atEnd()
		}
		if !errors.Is(err, io.EOF) {
			return 0, c.fail(err)
		}
		c.err = io.EOF
		return n, nil
	case errors.Is(err, io.EOF):
		return n, c.fail(triage.E(triage.Corrupt, c.op, c.key, "the content is shorter than was said", nil))
	case err != nil:
		return n, c.fail(err)
	}
	return n, nil
}

// atEnd returns io.EOF when the source has nothing more.
func (c *content) atEnd() error {
	var one [1]byte
	for {
		n, err := c.src.Read(one[:])
		switch {
		case n > 0:
			return c.fail(triage.E(triage.Corrupt, c.op, c.key, "the content is longer than was said", nil))
		case errors.Is(err, io.EOF):
			c.err = io.EOF
			return io.EOF
		case err != nil:
			return c.fail(err)
		}
	}
}

// fail keeps err as the reason. Wrapped, so that no reader above takes an io.ErrUnexpectedEOF for a short last block.
func (c *content) fail(err error) error {
	if c.err == nil || errors.Is(c.err, io.EOF) {
		c.err = fmt.Errorf("%s %s: reading the content: %w", c.op, c.key, err)
	}
	return c.err
}

// failure returns why the source failed, or nil.
func (c *content) failure() error {
	if c.err == nil || c.err == io.EOF { //nolint:errorlint // our own sentinel, never wrapped
		return nil
	}
	return c.err
}
