package container_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"vigie/store/evidence/container"
)

const mixed = "Content-Type: multipart/mixed; boundary=\"=_b\"\n\n"

const mailHead = "Received: by 10.0.0.1; Mon, 3 Feb 2020 13:00:05 +0100\nFrom: a@example.org\nDate: Mon, 3 Feb 2020 13:00:04 +0100\nMIME-Version: 1.0\n"

// tellAll returns a line for each member: its path, its bytes in quotes, and the reason.
func tellAll(t testing.TB, content []byte, limits container.Limits) string {
	t.Helper()
	a, err := container.Open(bytes.NewReader(content), int64(len(content)), limits)
	must(t, err)
	var lines strings.Builder
	for m, err := range a.Members(t.Context()) {
		if err != nil {
			fmt.Fprintf(&lines, "! %s\n", faultOf(t, err).Reason)
			continue
		}
		b, err := io.ReadAll(m)
		fmt.Fprintf(&lines, "%s %.60q", m.Path, b)
		if err != nil {
			fmt.Fprintf(&lines, " %s", faultOf(t, err).Reason)
		}
		lines.WriteByte('\n')
	}
	return lines.String()
}

// mails are messages, less mailHead, as mailers write them and as they should not, and what is told of them.
var mails = []struct{ name, content, want string }{
	{"a text", "Subject: x\n\nhello\nworld\n", `body.txt "hello\nworld\n"`},
	{"lines of Windows", "Subject: x\r\n\r\nhello\r\n", `body.txt "hello\r\n"`},
	{"no body", "Subject: x\n", `body.txt ""`},
	{"parts", mixed + "--=_b\n\ntext\n--=_b\nContent-Type: image/jpeg; name=a.jpg\nContent-Transfer-Encoding: base64\n\nZmly\nc3Q=\n--=_b--\n",
		"body.txt \"text\"\na.jpg \"first\""},
	{"names", mixed + "--=_b\nContent-Disposition: attachment; filename*0*=windows-1251''%EB%E5; filename*1=to.jpg\n\n1\n" +
		"--=_b\nContent-Disposition: attachment; filename=\"=?iso-8859-1?Q?=E9t=E9.jpg?=\"\n\n2\n" +
		"--=_b\nContent-Type: image/png; name=my photo.png\n\n3\n--=_b\nContent-Type: image/x-png\nContent-ID: <img1@x>\n\n4\n" +
		"--=_b\nContent-Type: image/gif;\n name=\"..\\\\..\\\\C:/x\"\n\n5\n--=_b\nContent-Type: image/pjpeg\n\n6\n--=_b--",
		"\u043b\u0435to.jpg \"1\"\n\u00e9t\u00e9.jpg \"2\"\nmy photo.png \"3\"\nimg1.png \"4\"\n_.._C__x \"5\"\npart.jpg \"6\""},
	{"nested", mixed + "--=_b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nt\n--i\nContent-Type: text/html\n\n<p>\n--i--\n\n--=_b\n\nu\n--=_b--\n",
		"body.txt \"t\"\nbody.html \"<p>\"\nbody~3.txt \"u\""},
	{"an inner multipart not closed", mixed + "--=_b\nContent-Type: multipart/alternative; boundary=i\n\n--i\n\nt\n--=_b\n\nu\n--=_b--\n",
		"body.txt \"t\"\nbody~2.txt \"u\""},
	{"inside and outside with one boundary", mixed + "--=_b\n" + mixed + "--=_b\n\nt\n--=_b--\n--=_b\n\nu\n--=_b--\n--=_b--\n",
		"body.txt \"t\"\nbody~2.txt \"u\""},
	{"parts behind the last boundary", mixed + "--=_b\n\nt\n--=_b--\n--=_b\n\nu\n", "body.txt \"t\"\nbody~2.txt \"u\\n\" archive-broken"},
	{"no boundary where one is told", mixed + "all\n", "preamble.txt \"all\\n\" archive-broken"},
	{"no boundary is told", "Content-Type: multipart/mixed\n\n--b\n", `part.bin "--b\n"`},
	{"before and behind", mixed + strings.Repeat("p", 600) + "\n--=_b\n\nt\n--=_b--\n" + strings.Repeat("e", 600),
		"preamble.txt \"" + strings.Repeat("p", 60) + "\"\nbody.txt \"t\"\nepilogue.txt \"" + strings.Repeat("e", 60) + "\""},
	{"a phrase before", mixed + "This is a multi-part message.\n--=_b\n\nt\n--=_b--\nphrase\n", `body.txt "t"`},
	{"a message inside", mixed + "--=_b\nContent-Type: message/rfc822\n\nSubject: in/side\nContent-Type: image/png; name=b.png\n\nB\n--=_b\n" +
		"Content-Type: message/rfc822; name=c.eml\nContent-Transfer-Encoding: base64\n\nZmlyc3Q=\n--=_b--\n",
		"in_side.eml/b.png \"B\"\nc.eml \"first\""},
	{"a digest", "Content-Type: multipart/digest; boundary=b\n\n--b\n\nSubject: 1\n\none\n--b\n\nSubject: 2\n\ntwo\n--b--\n", "1.eml/body.txt \"one\"\n2.eml/body.txt \"two\""},
	{"broken base64", "Content-Transfer-Encoding: BASE64\n\nZmlyc3Q=\n#\nZmly\n", `body.txt "first" archive-broken`},
	{"base64 in pieces, and no padding", "Content-Transfer-Encoding: base64\n\nZmlyc3Q=Zm ly\nc3Q", `body.txt "firstfirst"`},
	{"base64 cut off", "Content-Transfer-Encoding: base64\n\nZmlyc3QgZ", `body.txt "first " archive-broken`},
	{"quoted", "Content-Transfer-Encoding: quoted-printable\n\nso=66=74=\nly =C3=a9=X= =3\n=\r\n.", `body.txt "softly ` + "\u00e9" + `=X= =3\n."`},
	{"unknown encoding", "Content-Transfer-Encoding: x-uuencode\n\nbegin", `body.txt "" method-unsupported`},
	{"a file in a text", "\nlook:\nbegin 644 a/b.jpg\n%9FER<W0`\n`\nend\n\n", "body.txt \"look:\"\na_b.jpg \"first\""},
	{"files and texts", "\nbegin 644 a.jpg\n%9FER<W0`\n`\nend\nand\n=ybegin line=128 size=5 name=b c.jpg\n\x90\x93\x9c\x9d\x9e=J\n=yend size=5\nbye\n",
		"body.txt \"\"\na.jpg \"first\"\nbody~3.txt \"and\"\nb c.jpg \"first\\xe0\"\nbody~5.txt \"bye\\n\""},
	{"no file in a text", "\nbegin 644 days\nof sunshine, and rain in between them\nbegin work\n=ybegin\n",
		`body.txt "begin 644 days\nof sunshine, and rain in between them\nbegin w"`},
	{"a file in a text, cut off", mixed + "--=_b\n\nbegin 644 a.jpg\n%9FER<W0`\n--=_b\n\nt\n--=_b--", "body.txt \"\"\na.jpg \"first\" archive-broken\nbody~3.txt \"t\""},
	{"a file in a text, damaged", "\nbegin 644 a.jpg\n%9FER<W0`\nnever\nend\n", "body.txt \"\"\na.jpg \"first\" archive-broken"},
	{"cut in a part", mixed + "--=_b\n\nte", `body.txt "te" archive-broken`},
	{"cut in a part's header", mixed + "--=_b\nContent-Type: image/png; name=a.p", `a.p "" archive-broken`},
	{"no empty line behind the header", mixed + "--=_b\nContent-Type: text/html\n<html>\n--=_b--", `body.html "<html>"`},
	{"a line of 200,000 bytes", "Subject: x\n\n" + strings.Repeat("x", 200_000) + "\ny", "body.txt \"" + strings.Repeat("x", 60) + "\""},
}

// TestMail reads messages.
func TestMail(t *testing.T) {
	for _, test := range mails {
		if got := tellAll(t, []byte(mailHead+test.content), container.Limits{}); strings.TrimSpace(got) != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// TestMbox finds the messages of a box, and the lines that only look like its own.
func TestMbox(t *testing.T) {
	from := "From a@example.org Mon Feb  3 12:00:04 2020\n"
	first := from + mailHead + "Subject: =?utf-8?B?w6l0w6kvYg==?=\n\n"
	second := from + ">From x\n" + mailHead + "\n"
	for _, test := range []struct{ name, content, want string }{
		{"two", first + "one\n\n" + second + "two\n", "0001 2020-02-03 \u00e9t\u00e9_b/body.txt \"one\\n\"\n0002 2020-02-03/body.txt \"two\\n\""},
		{"quoted", first + ">From a\n>>From b\nFrom then on\n\nFrom here\n", "0001 2020-02-03 \u00e9t\u00e9_b/body.txt \"From a\\n>From b\\nFrom then on\\n\\nFrom here\\n\""},
		{"Thunderbird's", "From \r\nFrom: x\nSubject: y\n\nz\n\nFrom \r\nFrom: x\n\nw", "0001 y/body.txt \"z\\n\"\n0002/body.txt \"w\""},
		{"Takeout's", "From 123@xxx Mon Feb 03 12:00:04 +0000 2020\nX-GM-THRID: 1\nFrom: x\n\nz\n", "0001/body.txt \"z\\n\""},
		{"a part not closed", first[:len(first)-1] + "Content-Type: multipart/mixed; boundary=b\n\n--b\n\nt\n" + second + "two",
			"0001 2020-02-03 \u00e9t\u00e9_b/body.txt \"t\" archive-broken\n0002 2020-02-03/body.txt \"two\""},
		{"a message of a header", first + "one\n" + from + mailHead + second + "two",
			"0001 2020-02-03 \u00e9t\u00e9_b/body.txt \"one\"\n0002 2020-02-03/body.txt \"\"\n0003 2020-02-03/body.txt \"two\""},
	} {
		if got := tellAll(t, []byte(test.content), container.Limits{}); strings.TrimSpace(got) != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// TestAppleMail reads a message up to its length, and nothing of what follows.
func TestAppleMail(t *testing.T) {
	message := mailHead + "\ntext\n"
	for length, want := range map[int]string{
		len(message): "body.txt \"text\\n\"\n", len(message) - 2: "body.txt \"tex\"\n", 1 << 40: "body.txt \"text\\n<plist>\"\n",
	} {
		content := []byte(fmt.Sprintf("%-10d\n%s<plist>", length, message))
		if got := tellAll(t, content, container.Limits{}); got != want {
			t.Errorf("%d: got %s, want %s", length, got, want)
		}
		readTwice(t, content)
	}
}

// TestMailTime tells when a message says that it was written.
func TestMailTime(t *testing.T) {
	for _, m := range look(t, makeMail(twoFiles), container.Limits{}).members {
		if !m.Modified.Equal(noon) || m.LocalTime || m.Modified.Location() != time.UTC {
			t.Errorf("%v", m.Modified)
		}
	}
}

// TestSniffMail takes for mail what is, and nothing else.
func TestSniffMail(t *testing.T) {
	for content, want := range map[string]container.Format{
		mailHead:                                   container.Mail,
		"417       \n" + mailHead:                  container.Mail,
		"417       \n\n" + mailHead:                "",
		mailHead + "\n\x00\x01":                    container.Mail,
		"From: a\nTo: b\nSubject: c\nDate: d\n\nz": container.Mail,
		"From: <Saved by Blink>\nSubject: a\nDate: b\nMIME-Version: 1.0\n":  container.Mail,
		"From a Mon Feb  3 12:00:04 2020\n" + mailHead:                      container.Mbox,
		"From a Mon Feb  3 12:00:04 2020\nSubject: x\nhello\n":              "",
		"From: a\nTo: b\nSubject: c\n\nz":                                   "",
		"title: a\nfrom: b\ndate: c\n":                                      "",
		"HTTP/1.1 200 OK\nDate: x\nContent-Type: y\n":                       "",
		"Date: x\nContent-Type: y\nStatus: 200\nMIME-Version: 1.0\n":        "",
		"hello\n" + mailHead:                                                "",
		" " + mailHead:                                                      "",
		"From: a\nTo: b\nand then\nSubject: c\nDate: d\nReceived: e\n":      "",
		"From then on\nit was night.\n":                                     "",
		"Metadata-Version: 2.1\nName: x\nVersion: 1\nAuthor-email: a@b.org": "",
	} {
		if got := container.Sniff([]byte(content)); got != want {
			t.Errorf("%q: %q, not %q", content, got, want)
		}
	}
}

// TestMailNestedThousandfold ends, and gives what is too deep in one piece.
func TestMailNestedThousandfold(t *testing.T) {
	const levels = 1000
	var parts, messages strings.Builder
	for i := range levels {
		fmt.Fprintf(&parts, "Content-Type: multipart/mixed; boundary=b%d\n\n--b%d\n", i, i)
		messages.WriteString("Content-Type: message/rfc822\n\n")
	}
	for _, content := range []string{parts.String() + "\nx", messages.String() + "x"} {
		l := look(t, []byte(mailHead+content), container.Limits{})
		if len(l.members) != 1 || l.end != nil || l.members[0].read < levels*10 {
			t.Errorf("%v", l)
		}
	}
}

// makeMail makes a message whose parts are files, makeMbox a box that has one of each.
func makeMail(files []file) []byte {
	var b strings.Builder
	b.WriteString(mailHead + "Content-Type: multipart/mixed; boundary=b\n\n")
	for _, f := range files {
		fmt.Fprintf(&b, "--b\nContent-Disposition: attachment; filename=%q\n\n%s\n", f.name, f.content)
	}
	return append([]byte(b.String()), "--b--\n"...)
}

func makeMbox(files []file) (b []byte) {
	for _, f := range files {
		b = append(append(b, "From a Mon Feb  3 12:00:04 2020\n"...), makeMail([]file{f})...)
		b = append(b, '\n')
	}
	return b
}
