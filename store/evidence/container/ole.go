package container

import (
	"fmt"
	"io"
	"strings"
	"time"
)

// olePass walks a compound file: its streams as the directory's tree has them, before each the pictures that lie in it.
type olePass struct {
	file    *oleFile
	limits  Limits
	meter   *meter
	streams []uint32
	at      int         // in streams
	blips   *blipSearch // in streams[at]
	behind  oleView     // of streams[at], before the blip that was told last
	passed  int64       // its offset
	found   int         // blips of it
	whole   bool        // streams[at] itself is told next
	catalog map[string]thumbEntry
	pending *entry // after a jump
	content func() (io.Reader, error)
}

// picturesStream is PowerPoint's, of nothing but pictures: it is told itself only when there is something else.
const picturesStream = "Pictures"

func (c *Container) beginOLE(s *source) (pass, error) {
	file, err := openOLE(s, c.size)
	if err != nil {
		return nil, err
	}
	o := &olePass{file: file, limits: c.limits, meter: c.meter(), streams: file.order()}
	o.catalog = o.readCatalog()
	return o, nil
}

// jump implements jumper.
func (o *olePass) jump(ref Ref) error {
	if ref.part < 0 || ref.part >= len(o.streams) {
		return broken("there is no such member")
	}
	o.at, o.blips, o.found, o.whole, o.pending = ref.part, nil, 0, ref.offset < 0, nil
	if ref.offset < 0 {
		return nil
	}
	o.watch()
	if o.behind == nil || o.follow(ref.offset) != nil {
		return broken("there is no such member")
	}
	b, ok := newBlipSearch(o.behind.clone(), o.file.entries[o.streams[o.at]].size-ref.offset).here()
	if !ok {
		return broken("there is no such member")
	}
	b.at = ref.offset
	o.pending = o.picture(b)
	o.blips = newBlipSearch(strings.NewReader(""), 0) // next goes on with the stream
	return nil
}

// next implements pass.
func (o *olePass) next() (*entry, error) {
	if e := o.pending; e != nil {
		o.pending = nil
		return e, nil
	}
	for o.at < len(o.streams) {
		stream := o.streams[o.at]
		switch {
		case o.whole:
			o.at, o.whole = o.at+1, false
			return o.stream(stream), nil
		case o.blips == nil:
			if o.watch(); o.behind == nil {
				o.whole = true
				continue
			}
			o.blips, o.found = newBlipSearch(o.behind.clone(), o.file.entries[stream].size), 0
		}
		b, ok, err := o.blips.next()
		switch {
		case err != nil:
			return nil, err
		case ok:
			o.found++
			return o.picture(b), nil
		}
		if o.whole = o.file.entries[stream].name != picturesStream || !o.blips.all(); !o.whole {
			o.at++
		}
		o.blips = nil
	}
	if o.file.cut {
		return nil, &Error{Reason: ReasonSize}
	}
	return nil, io.EOF
}

// picture returns the member that a blip is.
func (o *olePass) picture(b blip) *entry {
	stream := o.streams[o.at]
	name := fmt.Sprintf("%s/%03d%s", o.file.path(stream, o.limits.PathBytes), o.found, b.extension())
	o.content = func() (io.Reader, error) {
		if err := o.follow(b.at); err != nil {
			return nil, err
		}
		r := o.behind.clone()
		if err := r.skip(b.head); err != nil {
			return nil, err
		}
		return b.open(io.LimitReader(r, b.size))
	}
	return &entry{name: name, size: b.outSize(), offset: b.at, part: o.at}
}

// stream returns the member that a stream is.
func (o *olePass) stream(stream uint32) *entry {
	e := o.file.entries[stream]
	name := o.file.path(stream, o.limits.PathBytes)
	told := &entry{name: name, size: e.size, modified: fileTime(e.modified), offset: -1, part: o.at - 1}
	from := int64(0)
	switch title := o.attachmentName(stream); {
	case title != "":
		told.name = strings.TrimSuffix(name, e.name) + title
	case o.catalog != nil:
		from = o.thumbnail(stream, told)
	case e.name == packagedFile:
		from = o.packaged(stream, told)
	}
	o.content = func() (io.Reader, error) {
		r := o.file.stream(stream)
		if err := r.skip(from); err != nil {
			return nil, err
		}
		r.left = min(r.left, told.size)
		return r, nil
	}
	return told
}

// watch begins a view of streams[at], if it is one in which pictures are known to be.
func (o *olePass) watch() {
	stream := o.streams[o.at]
	o.behind, o.passed = nil, 0
	switch o.file.entries[stream].name {
	case picturesStream, "Data", "WordDocument", "EscherDelayStm":
		o.behind = o.file.stream(stream)
	case "Workbook", "Book":
		o.behind = &sheetDrawings{in: o.file.stream(stream)}
	}
}

// follow brings the view to an offset: pictures come in order, and none is reached from the beginning.
func (o *olePass) follow(offset int64) error {
	err := o.behind.skip(offset - o.passed)
	o.passed = offset
	return err
}

// open implements pass.
func (o *olePass) open() (io.Reader, error) { return o.content() }

func (o *olePass) close() {}

// thumbEntry is what the catalog of a Thumbs.db says of one picture.
type thumbEntry struct {
	name     string
	modified time.Time
}
