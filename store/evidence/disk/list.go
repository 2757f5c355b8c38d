package disk

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"iter"
	"slices"
	"strconv"
	"strings"
)

// windowFiles is how many files are sorted by where their bytes begin, before the first of them is yielded: some 35 MiB.
// Within a window the drive is read forwards.
const windowFiles = 1 << 16

// Files goes through the image and yields every file: first those that are allocated, then deleted ones, each in windows of
// windowFiles in the order in which their bytes begin on the drive; then, with Whole, the volumes and stretches of the
// drive that were not read, with the reason. Folders are not yielded unless they cannot be read, nor what is no file: the file systems' own records
// ($MFT and the like, FAT tables, the label of a volume), ".", "..", and the names that The Sleuth Kit adds.
//
// The same image gives the same files in the same order each time. An error is the last thing that is yielded: that of
// ctx, or an *Error with ReasonListing when the listing is not whole, whatever was yielded before.
func (im *Image) Files(ctx context.Context) iter.Seq2[*File, error] {
	return func(yield func(*File, error) bool) {
		if !im.enter() {
			yield(nil, &Error{Reason: ReasonClosed})
			return
		}
		defer im.leave()
		l := &listing{im: im, ctx: ctx, yield: yield}
		err := l.run()
		if err != nil && !l.stopped {
			yield(nil, err)
		}
	}
}

// listing is one going through an image.
type listing struct {
	im      *Image
	ctx     context.Context
	yield   func(*File, error) bool
	stopped bool // whoever asked has enough

	volumes []*volume
	current *volume
	deleted bool // the second pass: deleted files
	window  []*File
	folder  *File // the one told last, of which nothing was told yet
	inside  string
}

// errEnough ends a pass of which nobody wants more.
var errEnough = errors.New("enough")

func (l *listing) run() error {
	var err error
	if l.volumes, err = l.im.volumes(l.ctx); err != nil {
		return err
	}
	var incomplete error
	for _, deleted := range []bool{false, true} {
		l.deleted = deleted
		err := l.pass()
		if err == nil && !deleted {
			err = l.apfs()
		}
		if err == nil {
			err = l.flush()
		}
		switch {
		case errors.Is(err, errEnough):
			l.stopped = true
			return nil
		case l.ctx.Err() != nil:
			return l.ctx.Err()
		case err != nil:
			incomplete = err
			if l.flush() != nil {
				l.stopped = true
				return nil
			}
		}
	}
	for _, v := range l.volumes {
		if fault := v.fault(); fault != nil && !l.yield(v.whole(l.im, fault), nil) {
			l.stopped = true
			return nil
		}
	}
	return incomplete
}

// whole returns the file that tells of a volume.
func (v *volume) whole(im *Image, fault *Error) *File {
	name := v.name
	if name == "" {
		name = "(volume)"
	}
	return &File{
		Path: name, Address: v.address(), Altered: v.name == "", Whole: true, Size: v.length,
		Type: fs.ModeIrregular, Fault: fault, im: im, volume: v,
	}
}

// address tells a volume apart from the others of its image.
func (v *volume) address() string {
	if v.apsb != 0 {
		return strconv.FormatInt(v.start/sectorBytes, 10) + "-" + strconv.FormatUint(v.apsb, 10)
	}
	return strconv.FormatInt(v.start/sectorBytes, 10)
}

// pass has fiwalk list the image once: allocated files alone, which is quick, or all.
func (l *listing) pass() error {
	args := []string{"-x", "-z", "-g", "-G0"}
	if !l.deleted {
		args = append(args, "-O")
	}
	speech := l.im.listen(l.ctx, l.im.program(l.im.kit.fiwalk, args...))
	defer speech.Close()
	return l.read(newDFXML(speech))
}

// read takes up what a listing tells.
func (l *listing) read(d *dfxml) error {
	for {
		e, err := d.next()
		switch {
		case err == io.EOF:
			return nil
		case err != nil:
			return whyEnded(l.ctx, err, ReasonListing)
		case e.object == nil && e.fs != "":
			if l.begin(e); l.current == nil {
				return &Error{Reason: ReasonListing, Err: errors.New("more volumes than a drive can have, or one that is not on it")}
			}
		case e.object == nil:
			if l.current != nil {
				l.current.failed = l.current.failed || e.failed
			}
			if err := l.entered(""); err != nil {
				return err
			}
			l.current = nil
		case l.current != nil:
			if err := l.take(e.object); err != nil {
				return err
			}
		}
	}
}

// enter notes a folder whose entries must come next: fiwalk passes over one that it cannot read without a word. In each that
// it can, it finds "." or "..", but for exFAT, which has neither, and for HFS+, where a folder may be met twice.
func (l *listing) enter(o *object) {
	last := o.name[strings.LastIndexByte(o.name, '/')+1:]
	system := l.current.fs
	if l.deleted || o.mode() != fs.ModeDir || o.kind == 'V' || last == "." || last == ".." || o.system(l.current) ||
		system == "exfat" || strings.HasPrefix(system, "hfs") {
		return
	}
	l.folder, l.inside = l.file(o), o.name+"/"
	l.folder.Fault = fault(ReasonFolder)
}

// entered tells of the folder before when what comes next is not in it.
func (l *listing) entered(next string) error {
	folder := l.folder
	l.folder = nil
	if folder == nil || strings.HasPrefix(next, l.inside) {
		return nil
	}
	return l.add(folder)
}

// begin finds the volume that a listing has come to. fiwalk looks at the beginnings of drives without a partition table:
// there it may find one that we do not know of.
func (l *listing) begin(e event) {
	l.current = nil
	for _, v := range l.volumes {
		if !v.stray && v.start == e.offset {
			l.current = v
		}
	}
	if l.current == nil && len(l.volumes) < 2*maxVolumes && e.offset >= 0 && e.offset < l.im.size {
		l.current = &volume{name: "at-" + strconv.FormatInt(e.offset/sectorBytes, 10), start: e.offset, length: l.im.size - e.offset}
		l.volumes = append(l.volumes, l.current)
		if first := l.volumes[0]; first.name == "" && first.found == (found{}) {
			first.fs = e.fs // the drive as a whole is that volume
		}
	}
	v := l.current
	if v != nil && v.taken == nil {
		v.fs, v.block, v.taken = e.fs, e.block, newBlocks(e.block, v.start, v.length)
		if e.fs == "ntfs" {
			v.ntfs = openNTFS(l.im.r, v.start)
		}
		if e.fs == "ext4" {
			v.ext = openExt(l.im.r, v.start)
		}
	}
}

// take makes files of what a listing says of one name.
func (l *listing) take(o *object) error {
	v := l.current
	if err := l.entered(o.name); err != nil {
		return err
	}
	if o.deleted != l.deleted {
		return nil
	}
	l.enter(o)
	if !o.deleted && !o.virtual() { // those lie where no file can, and not in step with clusters
		v.taken.add(o.runs)
	}
	var own []data
	if v.ntfs != nil && !o.bare() && o.name != ".." && !strings.HasSuffix(o.name, "/.") && !strings.HasSuffix(o.name, "/..") {
		own = v.ntfs.streams(o.inode)
	}
	if o.isFile(v) {
		f := l.file(o)
		l.content(f, o, own)
		if err := l.add(f); err != nil {
			return err
		}
	}
	return l.streams(o, own)
}

// add puts a file into the window, and hands the window on when it is full.
func (l *listing) add(f *File) error {
	l.window = append(l.window, f)
	if len(l.window) < windowFiles {
		return nil
	}
	return l.flush()
}

// flush yields the window in the order of the drive; files without a place on it come first.
func (l *listing) flush() error {
	slices.SortStableFunc(l.window, func(a, b *File) int { return cmp.Compare(a.first(), b.first()) })
	for i, f := range l.window {
		l.window[i] = nil
		if !l.yield(f, nil) {
			return errEnough
		}
	}
	l.window = l.window[:0]
	return nil
}
