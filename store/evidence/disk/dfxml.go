package disk

import (
	"bufio"
	"errors"
	"html"
	"io"
	"strconv"
	"strings"
	"time"
)

// What fiwalk says is Digital Forensics XML, one element a line: names are escaped (\xNN for what is no UTF-8, for control
// characters and for the backslash), so that none of them ends a line. It is read line by line, and whatever is not known
// is passed over: a listing must not end at a strange file, as it would with a reader that insists on XML.

// run is a stretch of a file.
type run struct {
	at     int64 // in the file
	from   int64 // in the image; -1: zeros that lie nowhere
	length int64
}

// object is what fiwalk says of one name.
type object struct {
	name     string // raw bytes
	kind     byte   // of the name: 'r', 'd', 'l', …
	meta     int    // type of what is behind the name; 1 is a regular file
	size     int64
	inode    uint64
	deleted  bool
	odd      bool // some bytes lie where no run tells: compressed, resident, unknown
	resident bool
	runs     []run // reused by the next object
	times    [4]time.Time
	local    bool
}

// bare reports whether there is nothing behind the name.
func (o *object) bare() bool { return o.size < 0 }

// Which of an object's times is which.
const (
	modified = iota
	changed
	accessed
	created
)

// event is what a listing tells next: the beginning of a volume (fs is not ""), an object, or the end of a volume (both
// are empty).
type event struct {
	object *object
	fs     string
	offset int64 // of the volume, in bytes
	block  int64
	failed bool // of the end of a volume: some of it was not listed
}

const (
	// maxLineBytes is how long a line may be: a path of 4 KiB, each byte escaped.
	maxLineBytes = 64 << 10
	// maxRuns is how many runs of one file are looked at (24 MiB). A file with more is read by icat.
	maxRuns = 1 << 20
)

// errCutOff is returned for a listing that does not say that it is whole.
var errCutOff = errors.New("the listing ends before its end")

// dfxml reads what fiwalk says.
type dfxml struct {
	r      *bufio.Reader
	object object
	volume event // the one under way
	walk   bool  // something went wrong in it
	whole  bool
}

func newDFXML(r io.Reader) *dfxml {
	return &dfxml{r: bufio.NewReaderSize(r, maxLineBytes)}
}

// next returns what is told next, io.EOF at the end of a whole listing, and another error where it was cut off.
func (d *dfxml) next() (event, error) {
	inObject := false
	for {
		line, err := d.line()
		if err == io.EOF && !d.whole {
			err = errCutOff
		}
		if err != nil {
			return event{}, err
		}
		tag, rest := cutTag(line)
		switch {
		case tag == "fileobject":
			d.object = object{runs: d.object.runs[:0], size: -1}
			inObject = true
		case tag == "/fileobject" && inObject:
			return event{object: &d.object}, nil
		case tag == "volume":
			d.volume, d.walk = event{offset: number(attribute(rest, "offset"))}, false
		case tag == "block_size":
			d.volume.block = number(text(rest))
		case tag == "block_count" && !inObject: // the last thing of interest that is said of a volume
			return d.volume, nil
		case tag == "ftype_str":
			d.volume.fs = text(rest)
		case tag == "/volume":
			v := event{failed: d.walk}
			d.volume, d.walk = event{offset: -1}, false
			return v, nil
		case tag == "/dfxml":
			d.whole = true
		case strings.HasPrefix(tag, "!--") && strings.Contains(line, "TSK Error: tsk_fs_dir_walk"):
			d.walk = true
		case inObject:
			d.property(tag, rest)
		}
	}
}

// line returns the next line; what is longer than may be is cut.
func (d *dfxml) line() (string, error) {
	part, err := d.r.ReadSlice('\n')
	line := strings.TrimSpace(string(part))
	for errors.Is(err, bufio.ErrBufferFull) {
		_, err = d.r.ReadSlice('\n')
	}
	if err == io.EOF && line != "" {
		err = nil
	}
	return line, err
}

// property takes up what is said of an object.
func (d *dfxml) property(tag, rest string) {
	o := &d.object
	switch tag {
	case "filename":
		o.name = unescape(html.UnescapeString(text(rest)))
	case "name_type":
		if t := text(rest); t != "" {
			o.kind = t[0]
		}
	case "filesize":
		o.size = number(text(rest))
	case "unalloc":
		o.deleted = true
	case "inode":
		o.inode, _ = strconv.ParseUint(text(rest), 10, 64) // the last one counts: the folder's comes first
	case "meta_type":
		o.meta = int(number(text(rest)))
	case "mtime", "ctime", "atime", "crtime":
		o.time(tag, text(rest))
	case "byte_run":
		o.add(rest)
	}
}

func (o *object) time(tag, t string) {
	which := map[string]int{"mtime": modified, "ctime": changed, "atime": accessed, "crtime": created}[tag]
	value, err := time.Parse(time.RFC3339Nano, t)
	if err != nil {
		if value, err = time.Parse("2006-01-02T15:04:05", t); err != nil {
			return
		}
		o.local = true
	}
	if y := value.Year(); y >= 0 && y <= 9999 {
		o.times[which] = value.UTC()
	}
}

// add takes up a run, and joins it to the one before where it can.
func (o *object) add(attributes string) {
	r := run{at: number(attribute(attributes, "file_offset")), from: -1, length: number(attribute(attributes, "len"))}
	from := attribute(attributes, "img_offset")
	switch {
	case attribute(attributes, "type") == "resident":
		o.resident, o.odd = true, true
		return
	case attribute(attributes, "fill") == "0":
	case from == "":
		o.odd = true
		return
	default:
		r.from = number(from)
	}
	if attribute(attributes, "len") == "" { // compressed
		o.odd = true
		r.length = number(attribute(attributes, "uncompressed_len"))
	}
	if r.at < 0 || r.length <= 0 || r.at > 1<<62 || r.length > 1<<61 || r.from > 1<<62 || len(o.runs) == maxRuns {
		o.odd = true
		return
	}
	if n := len(o.runs); n > 0 {
		last := &o.runs[n-1]
		if last.at+last.length == r.at && (last.from < 0 && r.from < 0 || last.from >= 0 && last.from+last.length == r.from) {
			last.length += r.length
			return
		}
	}
	o.runs = append(o.runs, r)
}

// cutTag returns the name of the element that a line begins with, and what follows the name.
func cutTag(line string) (tag, rest string) {
	if !strings.HasPrefix(line, "<") {
		return "", ""
	}
	end := strings.IndexAny(line, " >")
	if end < 0 {
		return line[1:], ""
	}
	return line[1:end], line[end:]
}

// text returns what stands between an element's two tags.
func text(rest string) string {
	_, rest, _ = strings.Cut(rest, ">")
	if end := strings.LastIndex(rest, "</"); end >= 0 {
		return rest[:end]
	}
	return ""
}

// attribute returns the value of one attribute, or "".
func attribute(rest, name string) string {
	_, rest, ok := strings.Cut(rest, " "+name+"=")
	if !ok || rest == "" {
		return ""
	}
	end := strings.IndexByte(rest[1:], rest[0])
	if end < 0 {
		return ""
	}
	return rest[1 : 1+end]
}

// number returns a number, or -1 for anything else.
func number(s string) int64 {
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// unescape puts the bytes of a name in the place of \xNN.
func unescape(s string) string {
	if !strings.Contains(s, `\x`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+3 < len(s) && s[i+1] == 'x' {
			if c, err := strconv.ParseUint(s[i+2:i+4], 16, 8); err == nil {
				b.WriteByte(byte(c))
				i += 3
				continue
			}
		}
		b.WriteByte(s[i])
	}
	return b.String()
}
