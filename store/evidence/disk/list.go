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
// drive that were not read, with the reason. Folders are not yielded, nor what is no file: the file systems' own records
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
			l.begin(e)
		case e.object == nil:
			if l.current != nil {
				l.current.failed = l.current.failed || e.failed
			}
			l.current = nil
		case l.current != nil:
			if err := l.take(e.object); err != nil {
				return err
			}
		}
	}
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
	if l.current == nil {
		l.current = &volume{name: "at-" + strconv.FormatInt(e.offset/sectorBytes, 10), start: e.offset, length: max(0, l.im.size-e.offset)}
		l.volumes = append(l.volumes, l.current)
		if first := l.volumes[0]; first.name == "" && first.found == (found{}) {
			first.fs = e.fs // the drive as a whole is that volume
		}
	}
	v := l.current
	if v.taken == nil {
		v.fs, v.block, v.taken = e.fs, e.block, newBlocks(e.block, v.length)
		if e.fs == "ntfs" {
			v.ntfs = openNTFS(l.im.r, v.start)
		}
	}
}

// take makes files of what a listing says of one name.
func (l *listing) take(o *object) error {
	v := l.current
	if o.deleted != l.deleted {
		return nil
	}
	if !o.deleted {
		v.taken.add(o.runs)
	}
	var own []data
	if v.ntfs != nil && !o.bare() && !o.system(v) {
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

// isFile reports whether a name is that of a file, or of something else that is to be accounted for.
func (o *object) isFile(v *volume) bool {
	last := o.name[strings.LastIndexByte(o.name, '/')+1:]
	switch {
	case o.mode() == fs.ModeDir:
		return false
	case o.kind == 'v' || o.kind == 'V' || o.meta == metaVirtual || o.meta == metaVirtualFolder:
		return false
	case last == "." || last == ".." || o.name == "":
		return false
	case o.system(v):
		return false
	case v.fs == "iso9660" && o.deleted && o.size == 0: // nothing is ever deleted there: an empty file that has two directories
		return false
	case strings.HasPrefix(v.fs, "fat") && o.size == 0 && strings.HasSuffix(last, " (Volume Label Entry)"):
		return false
	case v.fs == "exfat" && o.size == 0 && strings.HasSuffix(last, "(Volume Label Entry)"):
		return false
	}
	return true
}

// system reports whether a name is one of the file system's own records.
func (o *object) system(v *volume) bool {
	switch {
	case v.fs == "ntfs":
		return o.inode < systemRecords || strings.HasPrefix(o.name, "$Extend/")
	case strings.HasPrefix(v.fs, "hfs"):
		const firstUser = 16
		return o.inode < firstUser && strings.HasPrefix(o.name, "$")
	case strings.HasPrefix(v.fs, "exfat"):
		return strings.HasPrefix(o.name, "$ALLOC_BITMAP") || strings.HasPrefix(o.name, "$UPCASE_TABLE")
	}
	return false
}

// Types of what is behind a name: TSK_FS_META_TYPE_ENUM.
const (
	metaVirtual       = 10
	metaVirtualFolder = 11
)

// mode returns the type of what is behind a name, or of the name where nothing is.
func (o *object) mode() fs.FileMode {
	kinds := []fs.FileMode{1: 0, 2: fs.ModeDir, 3: fs.ModeNamedPipe, 4: fs.ModeDevice | fs.ModeCharDevice, 5: fs.ModeDevice, 6: fs.ModeSymlink, 8: fs.ModeSocket}
	if !o.bare() && o.meta > 0 && o.meta < len(kinds) && o.meta != 7 {
		return kinds[o.meta]
	}
	switch o.kind {
	case 'r', '-', 0:
		return 0
	case 'd', 'V':
		return fs.ModeDir
	case 'l':
		return fs.ModeSymlink
	case 'c':
		return fs.ModeDevice | fs.ModeCharDevice
	case 'b':
		return fs.ModeDevice
	case 'p':
		return fs.ModeNamedPipe
	case 's', 'h':
		return fs.ModeSocket
	}
	return fs.ModeIrregular
}

// file returns what is known of a file before its content is looked at.
func (l *listing) file(o *object) *File {
	v := l.current
	f := &File{
		Address: v.address() + "/" + strconv.FormatUint(o.inode, 10), Deleted: o.deleted, Size: max(o.size, 0), Type: o.mode(), LocalTime: o.local,
		Modified: o.times[modified], Created: o.times[created], Accessed: o.times[accessed], Changed: o.times[changed],
		im: l.im, volume: v,
	}
	if v.fs == "iso9660" && f.Modified.IsZero() { // it keeps one time, that of the recording, and others show it as this
		f.Modified = f.Created
	}
	var tooLong bool
	f.Path, f.Altered, tooLong = safePath(v.name, o.name)
	switch {
	case tooLong:
		f.Fault = fault(ReasonPathTooLong)
	case o.bare() && o.deleted:
		f.Fault = fault(ReasonNoContent)
	case o.bare():
		f.Fault = fault(ReasonMetadata)
	default:
		f.Fault = fault(refusal(f.Type))
	}
	return f
}

// content says where a file's bytes are.
func (l *listing) content(f *File, o *object, own []data) {
	if f.Fault != nil || f.Size == 0 {
		return
	}
	f.valid = f.Size
	var main *data
	if len(own) > 0 && own[0].name == "" && own[0].size == o.size {
		main = &own[0]
		f.valid = min(main.valid, f.Size)
	}
	for i := range own {
		if own[i].name == wofStream {
			f.Fault = &Error{Reason: ReasonCompression, What: "WOF"}
			return
		}
	}
	switch {
	case main != nil && main.encrypted:
		f.Fault = &Error{Reason: ReasonEncrypted, What: "EFS"}
	case o.resident && main != nil && main.resident != nil:
		f.resident = main.resident
	case f.Deleted && len(o.runs) == 0 && !o.odd:
		f.Fault = fault(ReasonNoContent)
	case f.Deleted && l.current.taken.touches(o.runs):
		f.Fault = fault(ReasonOverwritten)
	case !o.odd && covers(o.runs, f.Size) && len(o.runs) <= maxKeptRuns:
		f.runs = slices.Clone(o.runs)
	default:
		f.icat = strconv.FormatUint(o.inode, 10)
	}
}

// covers reports whether runs give all bytes of a file, from the first to the last.
func covers(runs []run, size int64) bool {
	at := int64(0)
	for _, r := range runs {
		if r.at != at {
			return false
		}
		at += r.length
	}
	return at >= size
}

// wofStream holds the bytes of a file that Windows compressed in a way of its own (compact /exe): what the file itself
// has are zeros.
const wofStream = "WofCompressedData"

// streams adds the alternate data streams of a file or a folder.
func (l *listing) streams(o *object, own []data) error {
	v := l.current
	last := o.name[strings.LastIndexByte(o.name, '/')+1:]
	if last == "." || last == ".." {
		return nil
	}
	for _, d := range own {
		if d.name == "" {
			continue
		}
		f := l.file(o)
		f.Path += ":" + d.name
		f.Stream, f.Type, f.Fault, f.Size, f.valid = true, 0, nil, d.size, min(d.valid, d.size)
		attribute := "-128-" + strconv.Itoa(int(d.id))
		f.Address += attribute
		if !l.deleted {
			v.taken.add(d.runs)
		}
		switch {
		case d.encrypted:
			f.Fault = &Error{Reason: ReasonEncrypted, What: "EFS"}
		case d.name == wofStream:
			f.Fault = &Error{Reason: ReasonCompression, What: "WOF"}
		case f.Deleted && v.taken.touches(d.runs):
			f.Fault = fault(ReasonOverwritten)
		case d.resident != nil:
			f.resident = d.resident
		case d.whole && len(d.runs) <= maxKeptRuns:
			f.runs = d.runs
		default:
			f.icat = strconv.FormatUint(o.inode, 10) + attribute
		}
		if err := l.add(f); err != nil {
			return err
		}
	}
	return nil
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
