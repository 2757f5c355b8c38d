package container

import (
	"mime"
	"net/mail"
	"strings"
	"time"
	"unicode/utf8"
)

// mailHeader has the values of the headers that matter here, unfolded, by their names in small letters.
type mailHeader map[string]string

// headerBytes bounds the value of one header; the longest in use are lists of receivers, which do not matter here.
const headerBytes = 16 << 10

// header reads lines up to the first empty one, or what is no header.
func (m *mailPass) header() mailHeader {
	h := make(mailHeader)
	name, first := "", true
	for {
		b, event := m.line()
		if event != mailNothing {
			m.event = event
			return h
		}
		line := strings.TrimRight(string(b), "\r\n")
		switch {
		case !m.lines.whole:
			continue // the rest of a long line
		case line == "":
			return h
		case line[0] == ' ' || line[0] == '\t':
			if name != "" && len(h[name])+len(line) < headerBytes {
				h[name] += line
			}
			continue
		}
		field, value, ok := strings.Cut(line, ":")
		switch {
		case !ok || headerName([]byte(strings.TrimRight(field, " \t")+":")) == "":
			if first && strings.HasPrefix(strings.TrimLeft(line, ">"), fromMark) {
				continue // who passed it on
			}
			m.lines.unread(b) // the empty line is not there
			return h
		default:
			name, first = known(field), false
		}
		if _, twice := h[name]; name != "" && !twice && len(value) < headerBytes {
			h[name] = value
		} else {
			name = ""
		}
	}
}

// known returns the name of a header that matters here, or "".
func known(field string) string {
	switch field = strings.ToLower(strings.TrimSpace(field)); field {
	case "subject", "date", "content-type", "content-disposition", "content-transfer-encoding", "content-id":
		return field
	}
	return ""
}

// text returns a header's words decoded.
func (h mailHeader) text(name string) string { return decodedWords(strings.TrimSpace(h[name])) }

// date returns when the message was written, or none.
func (h mailHeader) date() time.Time {
	t, err := mail.ParseDate(strings.TrimSpace(h["date"]))
	if err != nil {
		return time.Time{}
	}
	return t
}

// mailPart is what a header says of a part.
type mailPart struct {
	sort     string // "image/jpeg"
	boundary string
	encoding string
	name     string // of its file; may be ""
	id       string
}

// part reads what the header says of the body.
func (h mailHeader) part() mailPart {
	sort, of := parameters(h["content-type"])
	_, disposition := parameters(h["content-disposition"])
	p := mailPart{sort: sort, boundary: strings.TrimRight(of["boundary"], " \t")}
	if len(p.boundary) > headerPeek*2 { // RFC 2046 allows 70
		p.boundary = ""
	}
	p.encoding, _ = parameters(h["content-transfer-encoding"])
	p.name = mailName(disposition["filename"])
	if p.name == "" {
		p.name = mailName(of["name"])
	}
	id, _, _ := strings.Cut(strings.Trim(strings.TrimSpace(h["content-id"]), "<>"), "@")
	p.id = mailName(id)
	return p
}

// isMessage says that the body is a message that can be read on in place.
func (p mailPart) isMessage() bool {
	switch p.encoding {
	case "", "7bit", "8bit", "binary":
		return p.sort == "message/rfc822" || p.sort == "message/global" || p.sort == "message/news"
	}
	return false
}

// fileName returns the name of the part's file: its own, its content's identifier, or what it is.
func (p mailPart) fileName() string {
	extension := mailExtension(p.sort)
	switch {
	case p.name != "":
		return p.name
	case p.id != "" && strings.HasSuffix(strings.ToLower(p.id), extension):
		return p.id
	case p.id != "":
		return p.id + extension
	case p.sort == "text/plain" || p.sort == "text/html":
		return "body" + extension
	}
	return "part" + extension
}

// mailExtension returns the ending that files of a sort have.
func mailExtension(sort string) string {
	switch sort {
	case "text/plain":
		return ".txt"
	case "text/html":
		return ".html"
	case "image/jpeg", "image/jpg", "image/pjpeg":
		return ".jpg"
	case "image/tiff":
		return ".tif"
	case "video/quicktime":
		return ".mov"
	case "message/rfc822":
		return ".eml"
	}
	class, name, _ := strings.Cut(sort, "/")
	name = strings.TrimPrefix(name, "x-")
	plain := len(name) >= 2 && len(name) <= 5 && strings.Trim(name, "abcdefghijklmnopqrstuvwxyz0123456789") == ""
	if plain && (class == "image" || class == "video" || class == "audio" || class == "text" || class == "application") {
		return "." + name
	}
	return ".bin"
}

// nameBytes bounds one name of a message's folder or file: what file systems allow is 255.
const nameBytes = 120

// mailName makes one name of a path of what somebody wrote: separators, colons of drives and line ends are none.
func mailName(s string) string {
	b := make([]byte, 0, len(s))
	for _, c := range []byte(s) { // bytes: who knows which encoding this is
		switch {
		case c == '/' || c == '\\' || c == ':':
			b = append(b, '_')
		case c >= ' ' && c != 0x7f:
			b = append(b, c)
		}
	}
	s = strings.Trim(string(b), " .")
	if len(s) <= nameBytes {
		return s
	}
	extension := ""
	if i := strings.LastIndexByte(s, '.'); len(s)-i <= 8 {
		extension = s[i:]
	}
	cut := nameBytes - len(extension)
	for cut > 0 && !utf8.RuneStart(s[cut]) {
		cut--
	}
	return s[:cut] + extension
}

func joined(folder, name string) string {
	if folder == "" {
		return name
	}
	return folder + "/" + name
}

// words decodes "=?utf-8?Q?...?=".
var words = mime.WordDecoder{CharsetReader: charsetReader}

// decodedWords returns s with its encoded words decoded, as it is where they cannot be.
func decodedWords(s string) string {
	if !strings.Contains(s, "=?") {
		return s
	}
	if decoded, err := words.DecodeHeader(s); err == nil {
		return decoded
	}
	return s
}
