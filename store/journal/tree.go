package journal

import (
	"context"
	"errors"
	"fmt"
	"math/bits"

	"golang.org/x/mod/sumdb/tlog"
)

// The tree is that of RFC 6962 over the canonical bytes of the events; the event with number n is leaf n-1. Its stored
// hashes, in the order of package tlog, are cut into objects: journal/tree/<k> holds those that the leaves from
// k·treeSpan on to the next object's add. An object is written when it is complete and never changes; what is beyond the
// last one is computed from the events.
const (
	treeSpan   = 256 // leaves of one object
	treeHeader = "vigie-tree 1 "
)

// frontier is what one must keep of a tree to go on growing it: the roots of its complete subtrees, by their index.
type frontier struct {
	size  int64 // leaves
	roots map[int64]tlog.Hash
}

// frontierAt reads the frontier of a tree of that size.
func frontierAt(size int64, from tlog.HashReader) (*frontier, error) {
	f := &frontier{size: size, roots: map[int64]tlog.Hash{}}
	var indexes []int64
	for level := range bits.Len64(uint64(size)) { //nolint:gosec // not negative
		if size>>level&1 == 1 {
			indexes = append(indexes, tlog.StoredHashIndex(level, size>>level-1))
		}
	}
	hashes, err := from.ReadHashes(indexes)
	if err != nil {
		return nil, err
	}
	for i, index := range indexes {
		f.roots[index] = hashes[i]
	}
	return f, nil
}

// ReadHashes implements tlog.HashReader for what growing needs.
func (f *frontier) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		hash, ok := f.roots[index]
		if !ok {
			return nil, fmt.Errorf("hash %d is not on the frontier", index)
		}
		hashes[i] = hash
	}
	return hashes, nil
}

// add appends a leaf and returns the stored hashes that it adds.
func (f *frontier) add(leaf tlog.Hash) ([]tlog.Hash, error) {
	hashes, err := tlog.StoredHashesForRecordHash(f.size, leaf, f)
	if err != nil {
		return nil, err
	}
	level := len(hashes) - 1
	for l := range level {
		delete(f.roots, tlog.StoredHashIndex(l, f.size>>l-1))
	}
	f.roots[tlog.StoredHashIndex(level, f.size>>level)] = hashes[level]
	f.size++
	return hashes, nil
}

func (f *frontier) root() (tlog.Hash, error) { return tlog.TreeHash(f.size, f) }

func encodeTree(hashes []tlog.Hash) []byte {
	var body []byte
	for _, h := range hashes {
		body = append(body, h[:]...)
	}
	return withDigest(treeHeader, body)
}

// decodeTree reads the object of a span, which has a known number of hashes.
func decodeTree(raw []byte, span uint64) ([]tlog.Hash, error) {
	body, err := sealedBody(raw, treeHeader)
	if err != nil {
		return nil, err
	}
	first, end := spanBounds(span)
	if int64(len(body)) != (end-first)*tlog.HashSize {
		return nil, errors.New("it holds another number of hashes")
	}
	hashes := make([]tlog.Hash, end-first)
	for i := range hashes {
		copy(hashes[i][:], body[i*tlog.HashSize:])
	}
	return hashes, nil
}

// spanBounds returns the indexes of the first stored hash of a span and of the next span's.
func spanBounds(span uint64) (first, end int64) {
	leaf := int64(span) * treeSpan //nolint:gosec // far below 2^54
	return tlog.StoredHashCount(leaf), tlog.StoredHashCount(leaf + treeSpan)
}

// treeReader serves the stored hashes of a tree of any size: complete spans from the store, the rest from tail.
type treeReader struct {
	reader
	ctx   context.Context //nolint:containedctx // lives no longer than the call it belongs to
	op    string
	spans map[uint64][]tlog.Hash // those that were read
	tail  map[int64]tlog.Hash
}

func (r reader) tree(ctx context.Context, op string) *treeReader {
	return &treeReader{reader: r, ctx: ctx, op: op, spans: map[uint64][]tlog.Hash{}, tail: map[int64]tlog.Hash{}}
}

// ReadHashes implements tlog.HashReader.
func (t *treeReader) ReadHashes(indexes []int64) ([]tlog.Hash, error) {
	hashes := make([]tlog.Hash, len(indexes))
	for i, index := range indexes {
		if hash, ok := t.tail[index]; ok {
			hashes[i] = hash
			continue
		}
		level, n := tlog.SplitStoredHashIndex(index)
		span := uint64(((n+1)<<level - 1) / treeSpan) //nolint:gosec // an index is not negative
		stored, err := t.span(span)
		if err != nil {
			return nil, err
		}
		first, _ := spanBounds(span)
		hashes[i] = stored[index-first]
	}
	return hashes, nil
}

func (t *treeReader) span(span uint64) ([]tlog.Hash, error) {
	if hashes, ok := t.spans[span]; ok {
		return hashes, nil
	}
	key := numbered(treePrefix, span)
	raw, err := t.load(t.ctx, t.op, key, 1<<20)
	if err != nil {
		return nil, err
	}
	hashes, err := decodeTree(raw, span)
	if err != nil {
		return nil, broken(t.op, key, err)
	}
	t.spans[span] = hashes
	return hashes, nil
}

// extend computes the tail up to a tree of size leaves from the events themselves.
func (t *treeReader) extend(size int64, newest uint64) error {
	start := size - size%treeSpan
	f, err := frontierAt(start, t)
	if err != nil || start == size {
		return err
	}
	number, err := t.blockOf(t.ctx, uint64(start)+1, newest) //nolint:gosec // a size is not negative
	if err != nil {
		return err
	}
	for b, err := range t.blocks(t.ctx, t.op, number) {
		if err != nil {
			return err
		}
		for i, event := range b.Events {
			if leaf := int64(b.First) + int64(i) - 1; leaf != f.size || f.size == size { //nolint:gosec // far below 2^63
				continue
			}
			first := tlog.StoredHashCount(f.size)
			hashes, err := f.add(tlog.RecordHash(event))
			if err != nil {
				return err
			}
			for k, hash := range hashes {
				t.tail[first+int64(k)] = hash
			}
		}
		if f.size == size {
			return nil
		}
	}
	return broken(t.op, keyOf(newest), fmt.Errorf("the journal ends at event %d, before event %d", f.size, size))
}
