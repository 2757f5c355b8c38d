package container

import (
	"bytes"
	"strconv"
	"strings"
)

// mailHeaders are what messages begin with; those that are true belong to nothing but messages and news.
var mailHeaders = map[string]bool{
	"received": true, "return-path": true, "delivered-to": true, "message-id": true, "mime-version": true, "dkim-signature": true,
	"arc-seal": true, "arc-message-signature": true, "arc-authentication-results": true, "authentication-results": true,
	"received-spf": true, "x-received": true, "x-mozilla-status": true, "x-mozilla-status2": true, "x-gmail-labels": true,
	"x-gm-thrid": true, "x-originating-ip": true, "x-mailer": true, "newsgroups": true, "references": true, "in-reply-to": true,
	"envelope-to": true, "x-original-to": true, "x-account-key": true, "x-uidl": true, "x-ms-exchange-organization-scl": true,
	"domainkey-signature": true, "list-unsubscribe": true, "thread-topic": true, "thread-index": true, "x-mimeole": true,
	"from": false, "to": false, "cc": false, "subject": false, "date": false, "sender": false, "reply-to": false,
	"content-type": false, "content-transfer-encoding": false, "user-agent": false, "importance": false, "x-priority": false, "status": false,
}

// appleLine is how long the first line of Apple's may be, in bytes.
const appleLine = 24

// appleMail returns where the message in a file of Apple Mail (emlx) begins, and how long it is: its first line is that
// number, and properties follow the message. Of others it returns 0 and 0.
func appleMail(head []byte) (start, length int64) {
	line, _, ok := bytes.Cut(head[:min(len(head), appleLine)], []byte("\n"))
	n, err := strconv.ParseInt(strings.TrimRight(string(line), " \r"), 10, 63)
	if !ok || err != nil || n <= 0 {
		return 0, 0
	}
	return int64(len(line)) + 1, n
}

// isMail knows a message by its headers: all that is seen of it up to the first empty line is headers, three or more are
// a message's, and one of these nothing else has; or From, Date, Subject and To are all there.
func isMail(head []byte) bool {
	start, _ := appleMail(head)
	names := headerNames(head[start:])
	known, own := 0, false
	for name := range names {
		if only, is := mailHeaders[name]; is {
			known++
			own = own || only
		}
	}
	written := names["from"] && names["date"] && names["subject"] && names["to"]
	sender := names["from"] || names["received"] || names["return-path"] || names["delivered-to"] || names["x-received"]
	return known >= 3 && own && sender || written
}

// isMbox knows a box by its first From_ line and two headers of a message behind it.
func isMbox(head []byte) bool {
	line, rest, ok := bytes.Cut(head, []byte("\n"))
	if !ok || !bytes.HasPrefix(line, []byte(fromMark)) || !beginsMessage(string(line), rest, true) {
		return false
	}
	for bytes.HasPrefix(rest, []byte(">"+fromMark)) {
		_, rest, _ = bytes.Cut(rest, []byte("\n"))
	}
	known := 0
	for name := range headerNames(rest) {
		if _, is := mailHeaders[name]; is {
			known++
		}
	}
	return known >= 2
}

// headerNames returns the names of the headers that head begins with, in small letters: none when a line up to the first
// empty one is no header.
func headerNames(head []byte) map[string]bool {
	names := make(map[string]bool)
	for len(head) > 0 {
		line, rest, whole := bytes.Cut(head, []byte("\n"))
		line = bytes.TrimSuffix(line, []byte("\r"))
		switch name := headerName(line); {
		case len(line) == 0:
			return names
		case bytes.IndexByte(line, 0) >= 0:
			return nil
		case line[0] == ' ' || line[0] == '\t':
			if len(names) == 0 {
				return nil
			}
		case name != "":
			names[strings.ToLower(name)] = true
		case whole:
			return nil
		}
		head = rest
	}
	return names
}
