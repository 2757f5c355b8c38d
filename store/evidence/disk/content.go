package disk

import (
	"io/fs"
	"slices"
	"strconv"
	"strings"
	"time"
)

// isFile reports whether a name is that of a file, or of something else that is to be accounted for.
func (o *object) isFile(v *volume) bool {
	last := o.name[strings.LastIndexByte(o.name, '/')+1:]
	switch {
	case o.mode() == fs.ModeDir:
		return false
	case o.virtual():
		return false
	case last == "." || last == ".." || o.name == "":
		return false
	case o.system(v):
		return false
	case v.fs == "iso9660" && o.deleted && o.size == 0: // nothing is ever deleted there: an empty file that has two directories
		return false
	case strings.Contains(v.fs, "fat") && o.size == 0 && strings.HasSuffix(last, "(Volume Label Entry)"):
		return false
	}
	return true
}

// virtual reports whether a name is one that The Sleuth Kit adds: $MBR, $FAT1, $OrphanFiles.
func (o *object) virtual() bool {
	return o.kind == 'v' || o.kind == 'V' || o.meta == metaVirtual || o.meta == metaVirtualFolder
}

// system reports whether a name is one of the file system's own records: as narrowly as can be, for whoever hides files
// gives them such names.
func (o *object) system(v *volume) bool {
	switch {
	case v.fs == "ntfs":
		own, extended := strings.CutPrefix(o.name, "$Extend/")
		first, _, _ := strings.Cut(own, "/")
		return o.inode < systemRecords || extended && slices.Contains(extendedRecords, first)
	case strings.HasPrefix(v.fs, "hfs"):
		const firstUser = 16
		return o.inode < firstUser && strings.HasPrefix(o.name, "$")
	case v.fs == "exfat": // of these two it keeps no times
		return (o.name == "$ALLOC_BITMAP" || o.name == "$UPCASE_TABLE") && o.times == [len(o.times)]time.Time{}
	}
	return false
}

// extendedRecords are what NTFS keeps in its folder $Extend, and systemStreams the streams of such records. Files that were
// deleted while they were open lie there too, in $Deleted: those are files.
var (
	extendedRecords = []string{"$ObjId", "$Quota", "$Reparse", "$UsnJrnl", "$RmMetadata"}
	systemStreams   = []string{"$Bad", "$SDS", "$Info", "$J", "$Max", "$Config", "$Verify", "$Corrupt", "$T", "$TxfLog", "$Tops"}
)

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
	switch {
	case main != nil && main.hollow() && slices.ContainsFunc(own, func(d data) bool { return d.name == wofStream }):
		f.Fault = &Error{Reason: ReasonCompression, What: "WOF"}
	case main != nil && main.encrypted:
		f.Fault = &Error{Reason: ReasonEncrypted, What: "EFS"}
	case l.current.ext.encrypted(o.inode):
		f.Fault = &Error{Reason: ReasonEncrypted, What: "fscrypt"}
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

// wofStream holds the bytes of a file that Windows compressed in a way of its own (compact /exe): the file itself has a hole
// in their place. Beside a file that has bytes, a stream of that name means nothing.
const wofStream = "WofCompressedData"

// hollow reports whether there are no bytes but those of a hole.
func (d *data) hollow() bool {
	return d.resident == nil && !slices.ContainsFunc(d.runs, func(r run) bool { return r.from >= 0 })
}

// rootMark stands for the name of the root folder, of which a stream may hide something too.
const rootMark = "(root)"

// streams adds the alternate data streams of a file or a folder; of the file system's own records those that are not its own.
func (l *listing) streams(o *object, own []data) error {
	v, system := l.current, o.system(l.current)
	if o.name == "." {
		o.name, system = rootMark, true
	}
	for _, d := range own {
		if d.name == "" || system && slices.Contains(systemStreams, d.name) {
			continue
		}
		f := l.file(o)
		f.Altered = f.Altered || o.name == rootMark
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
