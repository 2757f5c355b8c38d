package pack

import (
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"io/fs"
	"os"

	"filippo.io/age"

	"vigie/triage"
)

// bundle is an open file of this form, as far as every reader needs it.
type bundle struct {
	file   *os.File
	size   int64
	key    age.Identity
	header Header
	begins int64 // where the frame behind the header begins
	last   int64 // what the head says
}

// openBundle reads the head and the header.
func openBundle(op string, file *os.File, key age.Identity) (*bundle, error) {
	info, err := file.Stat()
	if err != nil {
		return nil, noBundle(op, err)
	}
	b := &bundle{file: file, size: info.Size(), key: key}
	head := make([]byte, headBytes)
	n, err := file.ReadAt(head, 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, noBundle(op, err)
	}
	if n < len(head) || string(head[:len(magic)]) != magic {
		if begins(head[:n]) {
			return nil, triage.E(triage.Invalid, op, "", "this bundle is of another version: update this program", nil)
		}
		return nil, triage.E(triage.Invalid, op, "", "this file is no bundle of vigie pack", nil)
	}
	b.last = int64(binary.BigEndian.Uint64(head[len(magic):])) //nolint:gosec // a negative one leads nowhere
	if err := b.readHeader(op); err != nil {
		return nil, err
	}
	return b, nil
}

func (b *bundle) readHeader(op string) error {
	f, err := frameAt(b.file, headBytes, b.size)
	if err != nil || f.kind != kindHeader {
		return unread(op, headBytes, err)
	}
	c, err := decrypt(b.file, f, b.key)
	if notForKey(err) {
		return triage.E(triage.Forbidden, op, "", "this key does not open the bundle: it is for others, or damaged at its beginning", err)
	}
	if err != nil {
		return unread(op, f.at, err)
	}
	text, err := c.rest(0, maxNote)
	if err == nil && json.Unmarshal(text, &b.header) != nil {
		err = errForm
	}
	if err != nil {
		return unread(op, f.at, err)
	}
	b.begins = f.end()
	return nil
}

// isFinished reports whether the head leads to a note that is whole. The only errors are the disk's.
func (b *bundle) isFinished() (bool, error) {
	f, err := frameAt(b.file, b.last, b.size)
	if err == nil && f.kind == kindNote {
		_, _, err = b.note(f)
	}
	if _, disk := errors.AsType[*fs.PathError](err); disk {
		return false, err
	}
	return err == nil && f.kind == kindNote, nil
}

// note reads the frame of a note.
func (b *bundle) note(f frame) (x noteIndex, note []byte, err error) {
	c, err := decrypt(b.file, f, b.key)
	if err != nil {
		return x, nil, err
	}
	from, err := c.index(&x, maxNoteIndex)
	if err != nil {
		return x, nil, err
	}
	note, err = c.rest(from, maxNote)
	return x, note, err
}
