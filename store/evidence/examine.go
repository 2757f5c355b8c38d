package evidence

import (
	"cmp"
	"context"
	"errors"
	"io"
	"io/fs"
	"path"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode/utf8"

	"vigie/hashing"
	"vigie/hashing/decode"
	"vigie/store/evidence/container"
	"vigie/store/evidence/disk"
	"vigie/triage"
)

// readBuffer is how much of a file is read at once: large enough that a disk streams.
const readBuffer = 256 << 10

var buffers = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// file examines what a walk came to: it reads the file once, digests it, tells by its content what it is, and goes on with
// what it holds. Where an earlier reading was cut off within the file, t leads on. It is called with a slot.
func (r *reading) file(e Entry, t *trail, out *stream) {
	var f Found
	f.Path, f.PathB64 = Path(e.Path)
	switch {
	case e.Fault != nil:
		f.Disposition, f.Reason = triage.IsUnreadable, e.Fault.Reason
	case !e.Type.IsRegular():
		f.Disposition, f.Reason = triage.IsRefused, refusal(e.Type)
	case r.source.whole && r.opens(e.Path):
		r.drive(e.Path, t, out)
		return
	default:
		r.regular(f, t, out)
		return
	}
	r.emit(out, told{found: f})
}

// opens reports whether a drive image can be opened. One that cannot is an item by its bytes.
func (r *reading) opens(name string) bool {
	_, err := r.source.image(r.ctx, name)
	return err == nil
}

// regular examines a regular file.
func (r *reading) regular(f Found, t *trail, out *stream) {
	opened, info, err := r.source.open(f.RawPath())
	if err != nil {
		f.unreadable(err)
		r.emit(out, told{found: f})
		return
	}
	content := &steady{File: opened, info: info}
	f.Size, f.Modified = info.Size(), modified(info)
	way := &file{source: r.source, path: f.RawPath(), size: f.Size, modified: f.Modified}
	f.way = way
	in, err := r.look(&f.Item, content, t)
	if err != nil {
		f.unreadable(err)
	}
	if !r.emit(out, told{found: f}) || err != nil || in == (inside{}) {
		content.Close()
		return
	}
	if in.drive {
		content.Close()
		if !r.source.isLater(f.RawPath()) {
			r.drive(f.RawPath(), t, out)
		}
		return
	}
	x := &expansion{
		reading: r, prefix: f.RawPath() + "/", box: &box{source: r.source, way: way, format: in.format}, budget: newBudget(f.Size), trail: t,
	}
	x.expand(content, out)
}

// look digests a file, or takes over what an earlier reading told of it, and tells what it holds others as.
func (r *reading) look(it *triage.Item, content io.Reader, t *trail) (inside, error) {
	if t == nil {
		return r.digest(it, content, nil)
	}
	buffer := buffers.Get().(*[readBuffer]byte)
	defer buffers.Put(buffer)
	n, err := io.ReadFull(content, buffer[:])
	if err != nil && err != io.ErrUnexpectedEOF { //nolint:errorlint // io.ReadFull returns it itself
		return inside{}, err
	}
	*it = t.taken
	r.source.taken.add(it.Size)
	again := *it
	return classify(&again, buffer[:n]), nil
}

// unreadable says of an item why its bytes could not be had.
func (f *Found) unreadable(err error) {
	reason := ReasonInput
	if fault, ok := errors.AsType[*Error](err); ok {
		reason = fault.Reason
	}
	f.Disposition, f.Reason = triage.IsUnreadable, reason
	f.Kind, f.Format, f.Digests, f.way = "", "", nil, nil
}

// Path writes a path down: as text and, where it is not UTF-8, its bytes beside, with the wrong ones shown as U+FFFD in
// the text.
func Path(raw string) (text string, b64 []byte) {
	if utf8.ValidString(raw) {
		return raw, nil
	}
	return strings.ToValidUTF8(raw, string(utf8.RuneError)), []byte(raw)
}

// refusal names a sort of file that is never opened.
func refusal(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeSymlink != 0:
		return ReasonLink
	case mode&fs.ModeNamedPipe != 0:
		return ReasonPipe
	case mode&fs.ModeSocket != 0:
		return ReasonSocket
	case mode&fs.ModeDevice != 0:
		return ReasonDevice
	}
	return ReasonIrregular
}

// inside is what a file holds others as. The zero inside holds none.
type inside struct {
	format container.Format
	drive  bool // it is a drive image
}

// digest reads a file to its end, and tells what it holds others as. A container goes to keep too, if there is one.
func (r *reading) digest(it *triage.Item, content io.Reader, keep *spool) (inside, error) {
	buffer := buffers.Get().(*[readBuffer]byte)
	defer buffers.Put(buffer)
	src := &interruptible{r.ctx, content, &r.source.read}
	n, err := io.ReadFull(src, buffer[:])
	switch err {
	case nil, io.ErrUnexpectedEOF:
	case io.EOF:
		it.Disposition = triage.IsEmpty
		return inside{}, nil
	default:
		return inside{}, err
	}
	in := classify(it, buffer[:n])
	digester := hashing.NewDigester()
	var to io.Writer = digester
	if in.format != "" && keep != nil {
		to = io.MultiWriter(digester, keep)
	}
	if _, err := to.Write(buffer[:n]); err != nil {
		return inside{}, err
	}
	if _, err := io.CopyBuffer(to, src, buffer[:]); err != nil {
		return inside{}, err
	}
	sum := digester.Sum()
	it.Digests = &sum
	return in, nil
}

// classify tells what a file is by its first bytes, and what it holds others as. By its name only where its bytes say
// nothing: a damaged picture still counts as one, so that it is not passed over; whoever decodes it says what is wrong.
func classify(it *triage.Item, head []byte) inside {
	it.Kind, it.Format = decode.Sniff(head)
	in := inside{format: container.Sniff(head[:min(len(head), container.HeadBytes)])}
	if it.Format == "" && in.format == "" {
		it.Kind, in.format = kindByName(it.RawPath()), container.ByName(it.RawPath())
	}
	it.Disposition = triage.NotMedia
	if it.Kind == hashing.KindPicture || it.Kind == hashing.KindVideo {
		it.Disposition = triage.IsMedia
		return inside{}
	}
	if in.format == "" {
		image := disk.Sniff("", head[:min(len(head), disk.HeadBytes)]) // by its bytes alone: anything may be called .img
		in.drive = image != ""
		it.Format = cmp.Or(it.Format, string(image))
	}
	it.Format = cmp.Or(it.Format, string(in.format))
	return in
}

// extensions are the usual ones of the formats that decode.Sniff knows.
var extensions = map[hashing.Kind][]string{
	hashing.KindPicture: {
		"jpg", "jpeg", "jpe", "jfif", "png", "apng", "gif", "webp", "bmp", "dib", "tif", "tiff", "heic", "heif", "hif", "avif",
		"jxl", "jp2", "j2k", "jpf", "jpx", "psd", "ico", "dng", "cr2", "cr3", "nef", "arw", "orf", "rw2", "raf", "pef", "srw",
	},
	hashing.KindVideo: {
		"mp4", "m4v", "mov", "qt", "3gp", "3g2", "avi", "mkv", "webm", "wmv", "asf", "flv", "f4v", "mpg", "mpeg", "mpe", "m2v",
		"vob", "mts", "m2ts", "ogv", "rm", "rmvb", "divx",
	},
}

func kindByName(raw string) hashing.Kind {
	extension := strings.ToLower(strings.TrimPrefix(path.Ext(raw), "."))
	for kind, list := range extensions {
		if slices.Contains(list, extension) {
			return kind
		}
	}
	return hashing.KindOther
}

// interruptible is a reader that ctx ends and that counts.
type interruptible struct {
	ctx context.Context //nolint:containedctx // lives as long as one call of digest
	io.Reader
	read *atomic.Int64
}

// Read implements io.Reader.
func (r *interruptible) Read(p []byte) (int, error) {
	if err := r.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := r.Reader.Read(p)
	r.read.Add(int64(n))
	return n, err
}
