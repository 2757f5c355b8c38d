package pack

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"filippo.io/age"

	"vigie/hashing"
	"vigie/triage"
)

// writeBuffer is how much is written to the disk at once.
const writeBuffer = 256 << 10

// Writer writes a bundle: of each part in order its media, then the part; at the end the note. It is used by one goroutine.
// An error that comes of the disk stays: what was written before it can be resumed.
type Writer struct {
	out    output
	buffer *bufio.Writer
	to     []age.Recipient
	key    age.Identity // of a resumed bundle
	header Header

	held    map[prefix]place // media that are in the bundle, or wait in small
	small   waiting
	copying []byte // for large media

	earlier []part // what earlier runs wrote, as far as this one makes the same
	parts   []part // of this run
	items   int64  // of those
	bytes   int64
	dropped int64
}

// part is one part in a bundle.
type part struct {
	frame
	id triage.PartID
}

// prefix names a medium: the first half of its SHA-256, which no two media of a seal share.
type prefix [16]byte

func prefixOf(d hashing.SHA256) prefix { return prefix(d[:16]) }

// place says where a medium is: where its frame begins (48 bits), and which it is in that (16). Millions are kept in memory.
type place uint64

// notYet is of a medium that waits in memory.
const notYet place = 0

func placeAt(at int64, i int) place { return place(at<<16 | int64(i)) } //nolint:gosec // neither is negative

func (p place) where() *where { return &where{int64(p >> 16), int64(p & 0xffff)} } //nolint:gosec // 48 bits

// Create begins a bundle that every one of the recipients can read whole. It never writes over a file: there is one already is an
// Exists error.
func Create(path string, h Header, to ...*age.X25519Recipient) (*Writer, error) {
	h.To = nil
	for _, r := range to {
		h.To = append(h.To, r.String())
	}
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, fs.ErrExist):
		return nil, triage.E(triage.Exists, "create bundle", "", "there is a file of that name already: give another name", nil)
	case errors.Is(err, fs.ErrNotExist):
		return nil, triage.E(triage.NotFound, "create bundle", "", "there is no such folder: check the bundle's path", nil)
	case err != nil:
		return nil, unwritten(err)
	}
	w, err := newWriter(file, h)
	if err == nil {
		err = w.begin(path)
	}
	if err != nil {
		file.Close()
		os.Remove(path) //nolint:errcheck // there is nothing in it
		return nil, err
	}
	return w, nil
}

// newWriter returns a Writer for those whom the header names.
func newWriter(file *os.File, h Header) (*Writer, error) {
	w := &Writer{out: output{file: file}, buffer: bufio.NewWriterSize(nil, writeBuffer), header: h, held: make(map[prefix]place)}
	for _, name := range h.To {
		to, err := age.ParseX25519Recipient(name)
		if err != nil {
			return nil, err
		}
		w.to = append(w.to, to)
	}
	return w, nil
}

func (w *Writer) begin(path string) error {
	if err := lockFor("create bundle", w.out.file); err != nil {
		return err
	}
	if _, err := w.out.Write(append([]byte(magic), make([]byte, headBytes-int64(len(magic)))...)); err != nil {
		return err
	}
	text, err := json.Marshal(w.header)
	if err != nil {
		return triage.E(triage.Internal, "create bundle", "", "", err)
	}
	if _, err := w.frame(kindHeader, func(to io.Writer) error { return all(to.Write(text)) }); err != nil {
		return err
	}
	if err := w.out.sync(); err != nil {
		return err
	}
	return w.out.note(syncName(path))
}

// lockFor takes the lock of a bundle.
func lockFor(op string, file *os.File) error {
	switch err := lock(file); {
	case errors.Is(err, ErrInUse):
		return triage.E(triage.Conflict, op, "", "another vigie pack writes this bundle: wait until it ends", ErrInUse)
	case err != nil:
		return triage.E(triage.Unavailable, op, "", "the bundle cannot be locked: pack onto a disk of this machine", err)
	}
	return nil
}

// Header returns what the bundle says that it holds.
func (w *Writer) Header() Header { return w.header }

// Dropped returns how many bytes Resume took away because they were not whole.
func (w *Writer) Dropped() int64 { return w.dropped }

// Part writes the next part of the manifest: first the media that wait, then the part. When it returns, the disk has all that was
// written. Every medium among the items has been given to Medium. Nothing is written of a part that an earlier run wrote.
func (w *Writer) Part(items []triage.Item) (triage.PartID, error) {
	const op = "pack part"
	if w.out.err != nil {
		return "", w.out.err
	}
	body, id, err := triage.EncodePart(items)
	if err != nil {
		return "", err
	}
	n := len(w.parts)
	if n < len(w.earlier) && w.earlier[n].id == id {
		w.count(w.earlier[n], items)
		return id, nil
	}
	if _, err := triage.DecodePart(body, id); err != nil {
		return "", err
	}
	if len(body) > triage.MaxPartBytes {
		return "", triage.E(triage.TooLarge, op, string(id), "", nil)
	}
	w.earlier = nil
	if err := w.flush(); err != nil {
		return "", err
	}
	where, err := w.where(items)
	if err != nil {
		return "", err
	}
	x := partIndex{Place: n + 1, ID: id, Where: where}
	if n > 0 {
		x.Before = w.parts[n-1].at
	}
	f, err := w.indexed(kindPart, x, body)
	if err != nil {
		return "", err
	}
	if err := w.settle(f.at); err != nil {
		return "", err
	}
	w.count(part{f, id}, items)
	return id, nil
}

// where returns where the media of items are.
func (w *Writer) where(items []triage.Item) ([]*where, error) {
	places := make([]*where, len(items))
	for i := range items {
		d := items[i].Digests
		if d == nil {
			continue
		}
		if p, held := w.held[prefixOf(d.SHA256)]; held {
			places[i] = p.where()
		} else if items[i].Disposition == triage.IsMedia {
			return nil, triage.E(triage.Internal, "pack part", "", "", fmt.Errorf("medium of item %d was not packed", i+1))
		}
	}
	return places, nil
}

func (w *Writer) count(p part, items []triage.Item) {
	w.parts = append(w.parts, p)
	w.items += int64(len(items))
	for i := range items {
		w.bytes += items[i].Size
	}
}

// Finish writes the note, with which the bundle is finished: it takes nothing more.
func (w *Writer) Finish(note []byte) error {
	const op = "finish bundle"
	switch {
	case w.out.err != nil:
		return w.out.err
	case len(note) > maxNote:
		return triage.E(triage.TooLarge, op, "", "", nil)
	}
	if err := w.flush(); err != nil {
		return err
	}
	x := noteIndex{Parts: make([]partAt, len(w.parts)), Items: w.items, Bytes: w.bytes}
	for i, p := range w.parts {
		x.Parts[i] = partAt{p.at, p.id}
	}
	f, err := w.indexed(kindNote, x, note)
	if err != nil {
		return err
	}
	if err := w.settle(f.at); err != nil {
		return err
	}
	if err := w.out.sync(); err != nil {
		return err
	}
	w.out.err = finished(op)
	return nil
}

// settle has the disk take all that was written, then notes that the frame at byte at is the last part, or the note.
func (w *Writer) settle(at int64) error {
	if err := w.out.sync(); err != nil {
		return err
	}
	return w.out.patch(int64(len(magic)), binary.BigEndian.AppendUint64(nil, uint64(at))) //nolint:gosec // not negative
}

// Close lets go of the file. What was written behind the last part may be lost, and is written again by who resumes.
func (w *Writer) Close() error { return w.out.file.Close() }

// indexed writes a frame of an index and what follows it.
func (w *Writer) indexed(kind byte, index any, rest []byte) (frame, error) {
	return w.frame(kind, func(to io.Writer) error {
		if err := writeIndex(to, index); err != nil {
			return err
		}
		return all(to.Write(rest))
	})
}

func writeIndex(to io.Writer, index any) error {
	text, err := json.Marshal(index)
	if err != nil {
		return triage.E(triage.Internal, "write bundle", "", "", err)
	}
	return all(to.Write(append(binary.BigEndian.AppendUint32(nil, uint32(len(text))), text...))) //nolint:gosec // of at most some megabytes
}

// frame appends a frame of what fill writes. Where that fails, nothing stays of the frame; the error is fill's or the disk's.
func (w *Writer) frame(kind byte, fill func(io.Writer) error) (frame, error) {
	f := frame{kind: kind, at: w.out.end}
	err := w.seal(fill)
	if err == nil {
		f.size = w.out.end - f.at - frameHead
		err = w.out.patch(f.at, f.header())
	}
	if err == nil {
		return f, nil
	}
	failed := w.out.err
	if cut := w.out.cut(f.at); failed == nil && cut != nil {
		return frame{}, cut
	}
	if failed != nil {
		return frame{}, failed
	}
	return frame{}, err
}

func (w *Writer) seal(fill func(io.Writer) error) error {
	w.buffer.Reset(&w.out)
	if err := all(w.buffer.Write(make([]byte, frameHead))); err != nil {
		return err
	}
	sealed, err := age.Encrypt(w.buffer, w.to...)
	if err != nil {
		return triage.E(triage.Invalid, "write bundle", "", "nobody can be given this bundle: check the keys that it is for", err)
	}
	if err := fill(sealed); err != nil {
		return err
	}
	if err := sealed.Close(); err != nil {
		return err
	}
	return w.buffer.Flush()
}

func all(_ int, err error) error { return err }

// Has reports whether the bundle has a medium, or will have it with the next part.
func (w *Writer) Has(d hashing.SHA256) bool {
	_, held := w.held[prefixOf(d)]
	return held
}
