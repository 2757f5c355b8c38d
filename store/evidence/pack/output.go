package pack

import (
	"errors"
	"io/fs"
	"os"

	"vigie/triage"
)

// output is the file of a bundle that is being written. The first failure of its disk stays: nothing is written behind it.
type output struct {
	file *os.File
	end  int64 // where is written next
	err  error
}

// Write appends p.
func (o *output) Write(p []byte) (int, error) {
	if o.err != nil {
		return 0, o.err
	}
	n, err := o.file.WriteAt(p, o.end)
	o.end += int64(n)
	return n, o.note(err)
}

// patch writes over what is at byte at.
func (o *output) patch(at int64, p []byte) error {
	if o.err != nil {
		return o.err
	}
	_, err := o.file.WriteAt(p, at)
	return o.note(err)
}

// sync returns when the disk has all that was written.
func (o *output) sync() error {
	if o.err != nil {
		return o.err
	}
	return o.note(o.file.Sync())
}

// cut takes back what is behind byte end, also after a failure: that may make room.
func (o *output) cut(end int64) error {
	o.end = end
	return o.note(o.file.Truncate(end))
}

func (o *output) note(err error) error {
	if err != nil && o.err == nil {
		o.err = unwritten(err)
	}
	return o.err
}

// unwritten gives a failure to write its kind. What was written before it is not lost.
func unwritten(err error) error {
	const op = "write bundle"
	if fault, ok := errors.AsType[*fs.PathError](err); ok {
		err = fault.Err // a PathError tells the name
	}
	switch {
	case isFull(err):
		return triage.E(triage.Full, op, "", "the bundle's disk is full: make room on it, then run the same command again and it goes on; or pack onto a larger disk", err)
	case isTooLong(err):
		return triage.E(triage.Full, op, "", "the bundle's disk takes no longer file: FAT32 takes 4 GB; pack onto a disk with exFAT, NTFS or ext4", err)
	}
	return triage.E(triage.Unavailable, op, "", "the bundle cannot be written: check its disk, then run the same command again", err)
}
