package container

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"
)

// A message is read as it comes, line by line, by RFC 5322 and 2045 to 2049, and as the mailers of thirty years wrote it. A
// boundary ends whatever is open inside: what was not closed costs nothing. Its parts are the members, texts included;
// headers are not, nor what stands before and behind the parts of a multipart and is shorter than looseBytes.

const (
	// mailDepth bounds multiparts and messages within each other; real ones have some ten. What lies deeper is told in one piece.
	mailDepth  = 64
	looseBytes = 512 // "This is a multi-part message in MIME format." and a list's signature are shorter
)

// mailPlace is where in a message a part lies.
type mailPlace struct {
	folder string
	date   time.Time // of the message
	depth  int
}

// multipart is one whose parts are being read.
type multipart struct {
	place    mailPlace
	boundary string
	closed   bool // the last one was
	digest   bool // its parts are messages where they do not say
}

// mailPass walks a message, or a box of them.
type mailPass struct {
	source  *source
	size    int64
	lines   mailLines
	within  []multipart
	event   mailEvent
	at      multipart // the boundary that event is of
	message int       // its number in the box, from 1; after a jump it is not known
	start   int64     // its offset
	part    int       // how many members of it were told
	wanted  int       // after a jump: the part that next is to return
	body    *mailBody // of the part that was told last
	text    mailPlace // of the text that is read; files may begin in it
	isText  bool
	coded   codedFile // that is read
}

func (c *Container) beginMail(s *source) pass {
	m := &mailPass{source: s, size: c.size}
	m.lines.box = c.format == Mbox
	head := make([]byte, min(c.size, appleLine))
	n, _ := s.ReadAt(head, 0) // an error comes again
	start, length := appleMail(head[:n])
	if length > 0 {
		m.size = min(m.size, start+length)
	}
	m.goTo(start)
	return m
}

// goTo continues with the message at offset.
func (m *mailPass) goTo(offset int64) {
	m.lines.reset(io.NewSectionReader(m.source, offset, m.size-offset), offset)
	m.body, m.within, m.event = nil, nil, mailNothing
	if m.lines.box {
		for m.event == mailNothing { // up to the first From_ line: the next one
			_, m.event = m.line()
		}
	} else {
		m.event = mailMessage
	}
	m.begin(offset)
}

// begin is at the first line of a message.
func (m *mailPass) begin(offset int64) {
	m.start, m.part = offset, 0
	m.within = m.within[:0]
}

// jump implements jumper.
func (m *mailPass) jump(ref Ref) error {
	if ref.offset < 0 || ref.offset > m.size {
		return broken("there is no such member")
	}
	if ref.offset != m.start || ref.part < m.part {
		m.goTo(ref.offset)
	}
	m.wanted = ref.part
	return nil
}

// next implements pass.
func (m *mailPass) next() (*entry, error) {
	for {
		e, err := m.nextPart()
		if err != nil {
			return nil, err
		}
		e.offset, e.part = m.start, m.part
		m.part++
		if m.part > m.wanted {
			m.wanted = 0
			return e, nil
		}
	}
}

// nextPart goes on until something is a member.
func (m *mailPass) nextPart() (*entry, error) {
	if m.body != nil {
		m.body.skip()
		m.body = nil
	}
	for {
		if m.lines.err != nil {
			return nil, m.lines.err
		}
		var e *entry
		switch m.event {
		case mailEnd:
			return nil, io.EOF
		case mailMessage:
			m.message++
			m.begin(m.lines.mark)
			m.event = mailNothing
			e = m.descend(mailPlace{}, true)
		case mailBoundary:
			m.event = mailNothing
			e = m.descend(m.at.place, false)
		case mailClosed:
			m.event = mailNothing
			e = m.loose(m.at.place, "epilogue.txt")
		case mailFile:
			m.event, m.isText = mailNothing, false
			m.body = &mailBody{pass: m, decoder: m.coded.coding.decoder(), coded: true}
			name := cmp.Or(mailName(m.coded.name), "part.bin")
			e = &entry{name: joined(m.text.folder, name), size: UnknownSize, modified: m.text.date}
		case mailRest:
			m.event, m.isText, m.coded = mailNothing, true, codedFile{}
			e = m.loose(m.text, "body.txt")
		case mailNothing:
			e = m.loose(m.within[len(m.within)-1].place, "preamble.txt")
		}
		if e != nil {
			return e, nil
		}
	}
}

// descend reads the header of a message or part, and goes into it when it is one that has others. It returns the member
// that it is otherwise.
func (m *mailPass) descend(place mailPlace, message bool) *entry {
	m.isText, m.coded = false, codedFile{}
	h := m.header()
	if message {
		place = m.enter(place, h)
	}
	for {
		part := h.part()
		deep := place.depth >= mailDepth
		switch {
		case part.sort == "" && !message && m.at.digest:
			part.sort = "message/rfc822"
		case part.sort == "":
			part.sort = "text/plain"
		}
		switch {
		case strings.HasPrefix(part.sort, "multipart/") && part.boundary != "" && !deep:
			inside := mailPlace{folder: place.folder, date: place.date, depth: place.depth + 1}
			m.within = append(m.within, multipart{place: inside, boundary: part.boundary, digest: part.sort == "multipart/digest"})
			return nil
		case part.isMessage() && !deep && m.event == mailNothing:
			h, message = m.header(), true
			title := part.name
			if title == "" {
				title = cmp.Or(mailName(h.text("subject")), "message") + ".eml"
			}
			place = mailPlace{folder: joined(place.folder, title), date: h.date(), depth: place.depth + 1}
			continue
		}
		m.body = &mailBody{pass: m}
		reason := m.body.decode(part.encoding)
		_, plain := m.body.decoder.(plainDecoder)
		m.text, m.isText = place, plain && part.sort == "text/plain"
		return &entry{name: joined(place.folder, part.fileName()), size: UnknownSize, modified: place.date, reason: reason}
	}
}

// enter returns the place of the parts of a message: in a box, a folder of its number, day and subject.
func (m *mailPass) enter(place mailPlace, h mailHeader) mailPlace {
	place.date = h.date()
	if m.lines.box {
		title := fmt.Sprintf("%04d", m.message)
		if !place.date.IsZero() {
			title += place.date.Format(" 2006-01-02")
		}
		place.folder = strings.TrimSpace(title + " " + mailName(h.text("subject")))
	}
	return place
}

// loose makes a member of what lies outside the parts of a multipart, when it is more than a mailer's phrase, or when
// it is all that there is of it; and of what lies behind a file in a text, when it is more than empty lines.
func (m *mailPass) loose(place mailPlace, name string) *entry {
	body, depth := &mailBody{pass: m}, len(m.within)
	for len(body.ahead) < looseBytes {
		b, ok := body.raw()
		if !ok {
			own := m.event == mailBoundary && len(m.within) == depth
			dropped := name == "epilogue.txt" || name == "preamble.txt" && own
			if dropped || strings.TrimSpace(string(body.ahead)) == "" {
				return nil
			}
			break
		}
		body.ahead = append(body.ahead, b...)
	}
	m.body = body
	return &entry{name: joined(place.folder, name), size: UnknownSize, modified: place.date, reason: body.decode("")}
}

// line returns the next piece of a line, or what it is beside text. Then the piece is of no use.
func (m *mailPass) line() ([]byte, mailEvent) {
	b, event := m.lines.next()
	switch {
	case event != mailNothing || !m.lines.whole || len(b) < 3:
	case b[0] == '-' && b[1] == '-':
		event = m.boundary(strings.TrimRight(string(b[2:]), " \t\r\n"))
	case m.coded.coding.ends(b):
		event = mailRest
	case m.isText && (bytes.HasPrefix(b, []byte("begin ")) || bytes.HasPrefix(b, []byte("=ybegin "))):
		line := string(b) // peeking moves b
		following, _ := m.lines.in.Peek(headerPeek)
		if m.coded = beginsFile(line, following); m.coded.coding != notCoded {
			return nil, mailFile
		}
		b = []byte(line)
	}
	return b, event
}

// boundary looks for the multipart whose boundary this is, from the innermost, and leaves those inside it.
func (m *mailPass) boundary(text string) mailEvent {
	for i := len(m.within) - 1; i >= 0; i-- {
		p := &m.within[i]
		last := text == p.boundary+"--"
		if !last && text != p.boundary {
			continue
		}
		p.closed = last
		m.at, m.within = *p, m.within[:i+1]
		if last {
			return mailClosed
		}
		return mailBoundary
	}
	return mailNothing
}

// open implements pass.
func (m *mailPass) open() (io.Reader, error) { return m.body, nil }

func (m *mailPass) close() {}

// unfinished says that a part ended with its message, and a multipart round it had not come to its end.
func (m *mailPass) unfinished() bool {
	for _, p := range m.within {
		if !p.closed {
			return true
		}
	}
	return false
}
