package decode

import (
	"bytes"
	"encoding/binary"
	"strings"

	"vigie/hashing"
)

// SniffLen is how many bytes, at most, Sniff looks at. Most formats show themselves in 16; the first directory
// of a raw picture and the type of a Matroska file need more.
const SniffLen = 4096

// signature recognises a format by fixed bytes.
type signature struct {
	offset int
	bytes  string
	kind   hashing.Kind
	format string
}

// signatures are tried in order, after the formats that need more than a look. Sources: the formats' own
// specifications, and the magic file of Debian's file 5.44 where a format has none.
var signatures = []signature{
	{0, "\xff\xd8\xff", hashing.KindPicture, "jpeg"},
	{0, "\x89PNG\r\n\x1a\n", hashing.KindPicture, "png"},
	{0, "GIF87a", hashing.KindPicture, "gif"},
	{0, "GIF89a", hashing.KindPicture, "gif"},
	{0, "\x00\x00\x00\x0cJXL \r\n\x87\n", hashing.KindPicture, "jxl"},
	{0, "\xff\x0a", hashing.KindPicture, "jxl"},
	{16, "ftypmjp2", hashing.KindVideo, "mj2"}, // Motion JPEG 2000 begins like a picture
	{0, "\x00\x00\x00\x0cjP  \r\n\x87\n", hashing.KindPicture, "jp2"},
	{0, "\xff\x4f\xff\x51", hashing.KindPicture, "jp2"},
	{0, "8BPS\x00\x01", hashing.KindPicture, "psd"},
	{0, "8BPS\x00\x02", hashing.KindPicture, "psd"},
	{0, "II\xbc\x01", hashing.KindPicture, "jxr"},
	{0, "FUJIFILMCCD-RAW", hashing.KindPicture, "raf"},
	{0, "IIU\x00", hashing.KindPicture, "rw2"},
	{0, "IIRO", hashing.KindPicture, "orf"},
	{0, "IIRS", hashing.KindPicture, "orf"},
	{0, "MMOR", hashing.KindPicture, "orf"},
	{0, "II+\x00", hashing.KindPicture, "bigtiff"},
	{0, "MM\x00+", hashing.KindPicture, "bigtiff"},

	{0, "FLV\x01", hashing.KindVideo, "flv"},
	{0, "\x30\x26\xb2\x75\x8e\x66\xcf\x11\xa6\xd9\x00\xaa\x00\x62\xce\x6c", hashing.KindVideo, "asf"},
	{0, "\x00\x00\x01\xba", hashing.KindVideo, "mpeg-ps"},
	{0, "\x00\x00\x01\xb3", hashing.KindVideo, "mpeg"},
	{0, ".RMF", hashing.KindVideo, "rm"},

	{0, "%PDF-", hashing.KindOther, "pdf"},
	{0, "PK\x03\x04", hashing.KindOther, "zip"},
	{0, "PK\x05\x06", hashing.KindOther, "zip"},
	{0, "Rar!\x1a\x07", hashing.KindOther, "rar"},
	{0, "7z\xbc\xaf\x27\x1c", hashing.KindOther, "7z"},
	{0, "\x1f\x8b\x08", hashing.KindOther, "gzip"},
	{0, "BZh", hashing.KindOther, "bzip2"},
	{0, "\xfd7zXZ\x00", hashing.KindOther, "xz"},
	{0, "\x28\xb5\x2f\xfd", hashing.KindOther, "zstd"},
	{257, "ustar", hashing.KindOther, "tar"},
	{0, "SQLite format 3\x00", hashing.KindOther, "sqlite"},
	{0, "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", hashing.KindOther, "ole"},
	{0, "{\\rtf", hashing.KindOther, "rtf"},
	{0, "\x7fELF", hashing.KindOther, "elf"},
	{0, "MZ", hashing.KindOther, "pe"},
	{0, "ID3", hashing.KindOther, "mp3"},
	{0, "fLaC", hashing.KindOther, "flac"},
	{0, "EVF\x09\x0d\x0a\xff\x00", hashing.KindOther, "e01"},
}

// Sniff says what the beginning of a file is, by its content and never by its name. It needs the first SniffLen
// bytes, or all when there are fewer. The format is empty when nothing was recognised.
func Sniff(head []byte) (hashing.Kind, string) {
	head = head[:min(len(head), SniffLen)]
	for _, recognise := range []func([]byte) (hashing.Kind, string){
		sniffBoxes, sniffRIFF, sniffTIFF, sniffMatroska, sniffBitmap, sniffOgg, sniffTransport,
	} {
		if kind, format := recognise(head); format != "" {
			return kind, format
		}
	}
	for _, s := range signatures {
		if len(head) > s.offset && bytes.HasPrefix(head[s.offset:], []byte(s.bytes)) {
			return s.kind, s.format
		}
	}
	return hashing.KindOther, ""
}

// brands maps the brands of ISO base media files (ISO/IEC 14496-12) to formats; what is not here is a film.
var brands = map[string]string{
	"heic": "heic", "heix": "heic", "heim": "heic", "heis": "heic", "hevc": "heic", "hevx": "heic", "hevm": "heic", "hevs": "heic",
	"avif": "avif", "avis": "avif", "crx ": "cr3", "jxl ": "jxl", "jp2 ": "jp2",
	"qt  ": "mov", "M4A ": "m4a", "M4B ": "m4a",
}

var brandKinds = map[string]hashing.Kind{"mov": hashing.KindVideo, "m4a": hashing.KindOther}

// sniffBoxes recognises ISO base media files by their brands, and QuickTime files from before there were any by
// the type of their first box.
func sniffBoxes(head []byte) (hashing.Kind, string) {
	if len(head) < 12 {
		return "", ""
	}
	size := binary.BigEndian.Uint32(head)
	switch string(head[4:8]) {
	case "ftyp":
	case "moov", "mdat", "wide", "free", "skip", "pnot":
		if size >= 8 || size == 1 || size == 0 {
			return hashing.KindVideo, "mov"
		}
		return "", ""
	default:
		return "", ""
	}
	major := string(head[8:12])
	if strings.HasPrefix(major, "3g") {
		return hashing.KindVideo, "3gp"
	}
	// Picture containers often have a general major brand (mif1, msf1): the compatible ones decide then.
	candidates := []string{major}
	general := strings.HasPrefix(major, "mif") || strings.HasPrefix(major, "msf") || major == "miaf"
	if general {
		for at := 16; at+4 <= len(head) && at+4 <= int(min(size, SniffLen)); at += 4 {
			candidates = append(candidates, string(head[at:at+4]))
		}
	}
	for _, brand := range candidates {
		if format, ok := brands[brand]; ok {
			if kind, ok := brandKinds[format]; ok {
				return kind, format
			}
			return hashing.KindPicture, format
		}
	}
	if general {
		return hashing.KindPicture, "heif"
	}
	return hashing.KindVideo, "mp4"
}

// sniffRIFF tells the contents of RIFF containers apart.
func sniffRIFF(head []byte) (hashing.Kind, string) {
	if len(head) < 12 || string(head[:4]) != "RIFF" {
		return "", ""
	}
	switch string(head[8:12]) {
	case "WEBP":
		return hashing.KindPicture, "webp"
	case "AVI ", "AVIX":
		return hashing.KindVideo, "avi"
	case "WAVE":
		return hashing.KindOther, "wav"
	}
	return hashing.KindOther, "riff"
}

// sniffBitmap recognises BMP and ICO, whose first bytes are common words and numbers, by more than those.
func sniffBitmap(head []byte) (hashing.Kind, string) {
	if len(head) >= 18 && string(head[:2]) == "BM" {
		switch binary.LittleEndian.Uint32(head[14:]) { // size of the header that follows, one for each version
		case 12, 40, 52, 56, 64, 108, 124:
			return hashing.KindPicture, "bmp"
		}
	}
	if len(head) >= 22 && (string(head[:4]) == "\x00\x00\x01\x00" || string(head[:4]) == "\x00\x00\x02\x00") {
		count, size, at := binary.LittleEndian.Uint16(head[4:]), binary.LittleEndian.Uint32(head[14:]), binary.LittleEndian.Uint32(head[18:])
		if count > 0 && count < 1024 && head[9] == 0 && size > 0 && at >= 22 {
			return hashing.KindPicture, map[byte]string{1: "ico", 2: "cur"}[head[2]]
		}
	}
	return "", ""
}

// sniffMatroska tells WebM from Matroska by the document type in the EBML header.
func sniffMatroska(head []byte) (hashing.Kind, string) {
	if !bytes.HasPrefix(head, []byte("\x1a\x45\xdf\xa3")) {
		return "", ""
	}
	if _, after, ok := bytes.Cut(head, []byte("\x42\x82")); ok && len(after) >= 5 && bytes.HasPrefix(after[1:], []byte("webm")) {
		return hashing.KindVideo, "webm"
	}
	return hashing.KindVideo, "mkv"
}

// sniffOgg tells film from sound by the codec of the first page.
func sniffOgg(head []byte) (hashing.Kind, string) {
	if !bytes.HasPrefix(head, []byte("OggS")) {
		return "", ""
	}
	if len(head) > 35 && bytes.HasPrefix(head[28:], []byte("\x80theora")) {
		return hashing.KindVideo, "ogv"
	}
	return hashing.KindOther, "ogg"
}

// sniffTransport recognises MPEG transport streams by their recurring synchronisation byte: packets of 188
// bytes, or of 192 with a time stamp before each (camcorders and Blu-ray).
func sniffTransport(head []byte) (hashing.Kind, string) {
	const sync, repeats = 0x47, 5
	for _, layout := range []struct{ offset, packet int }{{0, 188}, {4, 192}} {
		if len(head) < layout.offset+repeats*layout.packet {
			continue
		}
		found := 0
		for i := range repeats {
			if head[layout.offset+i*layout.packet] == sync {
				found++
			}
		}
		if found == repeats {
			return hashing.KindVideo, "mpeg-ts"
		}
	}
	return "", ""
}
