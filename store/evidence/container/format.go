package container

import (
	"bytes"
	"path"
	"strconv"
	"strings"
)

// Format is a sort of container.
type Format string

// The formats.
const (
	Zip        Format = "zip"
	Tar        Format = "tar"
	Gzip       Format = "gzip"
	Bzip2      Format = "bzip2"
	Xz         Format = "xz"
	Zstd       Format = "zstd"
	SevenZip   Format = "7z"
	Rar        Format = "rar"
	Mail       Format = "eml"        // one message, or a page with its pictures (MHTML)
	OLE        Format = "ole"        // a compound file: office documents of yesterday, Thumbs.db, msg, msi
	Thumbcache Format = "thumbcache" // of Windows Vista to 11
	Thumbdata  Format = "thumbdata"  // of Android; Open knows it, ByName too, Sniff does not: nothing is at its beginning
	PDF        Format = "pdf"
	Mbox       Format = "mbox" // messages one after the other
)

// HeadBytes is how much of a file Sniff looks at: the first headers of a message may be the long signatures of those who
// passed it on.
const HeadBytes = 4 << 10

const tarBlock = 512 // bytes of a tar's header

// signatures are how files begin. A zip may also begin with its end (it is empty) or with the mark of a split one.
var signatures = []struct {
	start  string
	format Format
}{
	{"PK\x03\x04", Zip},
	{"PK\x05\x06", Zip},
	{"PK\x06\x06", Zip},
	{"PK\x07\x08PK\x03\x04", Zip},
	{"PK00PK\x03\x04", Zip},
	{"7z\xbc\xaf\x27\x1c", SevenZip},
	{rar4Mark, Rar},
	{rar5Mark, Rar},
	{"\x1f\x8b\x08", Gzip},
	{"\xfd7zXZ\x00", Xz},
	{oleMark, OLE},
	{thumbcacheMark, Thumbcache},
	{"\x28\xb5\x2f\xfd", Zstd},
}

// Sniff tells the format of an archive by its first bytes, HeadBytes of them or the whole of a shorter one, or "". An
// archive behind something else, as in a program that unpacks itself, is not seen.
func Sniff(head []byte) Format {
	for _, s := range signatures {
		if strings.HasPrefix(string(head[:min(len(head), len(s.start))]), s.start) {
			return s.format
		}
	}
	switch {
	case isBzip2(head):
		return Bzip2
	case isTar(head):
		return Tar
	case isSkippedZstd(head):
		return Zstd
	case isMbox(head):
		return Mbox
	case isMail(head):
		return Mail
	case isPDF(head):
		return PDF
	}
	return ""
}

// ByName tells the format of a container that its first bytes cannot tell, by its file's name, or "". Open says whether it is one.
func ByName(name string) Format {
	number, ok := strings.CutPrefix(path.Base(name), ".thumbdata")
	if ok && number != "" && isNumber(number[:1]) {
		return Thumbdata
	}
	return ""
}

// isBzip2 wants the first block's mark, or the end's, after the header: three letters alone begin many a text.
func isBzip2(head []byte) bool {
	return len(head) >= 10 && string(head[:3]) == "BZh" && head[3] >= '1' && head[3] <= '9' &&
		(string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90")
}

// isSkippedZstd knows files that begin with a skippable frame (as pzstd writes them) by the frame that follows.
func isSkippedZstd(head []byte) bool {
	if len(head) < 8 || head[0]&0xf0 != 0x50 || string(head[1:4]) != "\x2a\x4d\x18" {
		return false
	}
	next := 8 + int64(le32(head[4:]))
	return next+4 <= int64(len(head)) && string(head[next:next+4]) == "\x28\xb5\x2f\xfd"
}

// isTar knows a tar's header by its checksum, whatever its dialect. Old writers added the bytes up as signed.
func isTar(head []byte) bool {
	const from, to = 148, 156
	if len(head) < tarBlock {
		return false
	}
	field := string(bytes.Trim(head[from:to], " \x00"))
	want, err := strconv.ParseInt(field, 8, 64)
	if err != nil {
		return false
	}
	var unsigned, signed int64
	for i, b := range head[:tarBlock] {
		if i >= from && i < to {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b)) //nolint:gosec // what they did
	}
	return want == unsigned || want == signed
}
