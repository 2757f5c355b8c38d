package evidence

import (
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
	"vigie/triage"
)

// readBuffer is how much of a file is read at once: large enough that a disk streams.
const readBuffer = 256 << 10

var buffers = sync.Pool{New: func() any { return new([readBuffer]byte) }}

// Examine makes an item of an entry: it reads the file once, digests it, and tells by its content what it is. The only
// error is the end of ctx.
func (s *Source) Examine(ctx context.Context, e Entry) (triage.Item, error) {
	var it triage.Item
	it.Path, it.PathB64 = Path(e.Path)
	switch {
	case e.Fault != nil:
		it.Disposition, it.Reason = triage.IsUnreadable, e.Fault.Reason
		return it, nil
	case !e.Type.IsRegular():
		it.Disposition, it.Reason = triage.IsRefused, refusal(e.Type)
		return it, nil
	}
	err := s.digest(ctx, &it)
	if ctx.Err() != nil {
		return triage.Item{}, ctx.Err()
	}
	if fault, ok := errors.AsType[*Error](err); ok {
		it.Disposition, it.Reason = triage.IsUnreadable, fault.Reason
		it.Kind, it.Format, it.Digests = "", "", nil
		return it, nil
	}
	return it, err
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

// digest reads the file of an item to its end.
func (s *Source) digest(ctx context.Context, it *triage.Item) error {
	file, info, err := s.open(it.RawPath())
	if err != nil {
		return err
	}
	defer file.Close()
	it.Size, it.Modified = info.Size(), modified(info)
	buffer := buffers.Get().(*[readBuffer]byte)
	defer buffers.Put(buffer)
	src := &interruptible{ctx, &steady{File: file, info: info}, &s.read}
	n, err := io.ReadFull(src, buffer[:])
	switch err {
	case nil, io.ErrUnexpectedEOF:
	case io.EOF:
		it.Disposition = triage.IsEmpty
		return nil
	default:
		return err
	}
	classify(it, buffer[:n])
	digester := hashing.NewDigester()
	digester.Write(buffer[:n])
	if _, err := io.CopyBuffer(digester, src, buffer[:]); err != nil {
		return err
	}
	sum := digester.Sum()
	it.Digests = &sum
	return nil
}

// classify tells what a file is by its first bytes. By its name only where its bytes say nothing: a damaged picture
// still counts as one, so that it is not passed over; whoever decodes it says what is wrong.
func classify(it *triage.Item, head []byte) {
	it.Kind, it.Format = decode.Sniff(head)
	if it.Format == "" {
		it.Kind = kindByName(it.RawPath())
	}
	it.Disposition = triage.NotMedia
	if it.Kind == hashing.KindPicture || it.Kind == hashing.KindVideo {
		it.Disposition = triage.IsMedia
	}
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
