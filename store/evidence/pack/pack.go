// Package pack keeps a submission in one file, a bundle: its manifest parts, its media and the signed note that ends it, all
// encrypted with age. A Writer makes a bundle, or goes on with one that was cut off; a Reader tells what is in it.
// docs/pack.md describes the file.
package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"time"

	"filippo.io/age"

	"vigie/triage"
)

// magic begins a bundle. The eight bytes behind it tell, big-endian, where the last part begins that is durable, or the note
// of a finished bundle; 0: there is none yet.
const (
	magic     = "vigie pack 1\n"
	headBytes = int64(len(magic)) + 8
)

// Header says what a bundle holds.
type Header struct {
	Case    string    `json:"case"`
	Seal    string    `json:"seal"`
	Seized  string    `json:"seized,omitempty"` // day of the seizure, 2006-01-02; empty: nobody said
	Created time.Time `json:"created"`
	To      []string  `json:"to"` // whom it is for, as age1…; Create fills it in
}

// Is reports whether a file begins as a bundle does, of whatever version.
func Is(path string) bool {
	file, err := os.Open(path)
	if err != nil {
		return false
	}
	defer file.Close()
	head := make([]byte, len(magic))
	_, err = io.ReadFull(file, head)
	return err == nil && begins(head)
}

// begins reports whether a file of this head is a bundle, of whatever version.
func begins(head []byte) bool {
	return len(head) >= len(magic) && bytes.HasPrefix(head, []byte(magic[:len(magic)-2]))
}

// These are causes of the errors of this package, for those who do something about them.
var (
	ErrFinished   = errors.New("the bundle is finished")
	ErrUnfinished = errors.New("the bundle is not finished")
	ErrInUse      = errors.New("another process writes the bundle")
	ErrDamaged    = errors.New("the bundle is damaged")
	ErrUnreadable = errors.New("the bundle cannot be read")
)

// damaged is of what is not what a Writer wrote, in the frame that begins at byte at.
func damaged(op string, at int64, err error) error {
	cause := ErrDamaged
	if err != nil {
		cause = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return triage.E(triage.Corrupt, op, fmt.Sprintf("frame at byte %d", at), "the bundle is damaged: copy it again from where it was packed, or pack the source anew", cause)
}

// unread is of a frame that cannot be had: its bytes are wrong, or the disk does not give them.
func unread(op string, at int64, err error) error {
	if _, ok := errors.AsType[*triage.Error](err); ok {
		return err
	}
	if fault, ok := errors.AsType[*fs.PathError](err); ok {
		return unreadable(op, fault.Err)
	}
	return damaged(op, at, err)
}

// unreadable is of a disk that does not give what is on it.
func unreadable(op string, err error) error {
	return triage.E(triage.Unavailable, op, "", "the bundle cannot be read: check its disk", fmt.Errorf("%w: %w", ErrUnreadable, err))
}

// noBundle is of a path that leads to no bundle.
func noBundle(op string, err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return triage.E(triage.NotFound, op, "", "there is no such bundle: check its path", nil)
	}
	if fault, ok := errors.AsType[*fs.PathError](err); ok {
		err = fault.Err // a PathError tells the name
	}
	return unreadable(op, err)
}

// notForKey reports whether err is of a frame that is not for a key.
func notForKey(err error) bool {
	_, other := errors.AsType[*age.NoIdentityMatchError](err)
	return other
}

// finished is of a bundle that takes nothing more.
func finished(op string) error {
	return triage.E(triage.Conflict, op, "", "the bundle is finished: send it with vigie submit, or give another name", ErrFinished)
}
