package container_test

import (
	"bytes"
	"compress/zlib"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"

	"vigie/store/evidence/container"
)

const (
	oneID  = "0123456789abcdef\xff"
	jpeg   = "\xff\xd8\xff\xe0 a picture, or so"
	png    = "\x89PNG\r\n\x1a\n another"
	bitmap = "\x28\x00\x00\x00\x01\x00\x00\x00\x01\x00\x00\x00\x01\x00\x18\x00" + "\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00\x00" + "rgb0"
)

func deflated(t testing.TB, s string) string {
	var b bytes.Buffer
	return string(pack(t, &b, zlib.NewWriter(&b), []byte(s)))
}

// drawings makes a workbook whose drawings lie in records of at most 100 bytes.
func drawings(s string) string {
	sort, b := uint16(0xeb), []byte("\x09\x08\x02\x00\x00\x06")
	for len(s) > 0 {
		n := min(len(s), 100)
		b = binary.LittleEndian.AppendUint16(b, sort)
		b = append(binary.LittleEndian.AppendUint16(b, uint16(n)), s[:n]...)
		s, sort = s[n:], 0x3c
	}
	return string(b) + "\x0a\x00\x00\x00"
}

// oles are compound files, and what is told of them.
func oles(t testing.TB) []struct {
	name  string
	files []file
	want  string
} {
	long := strings.Repeat("long ", 1000)
	packed := deflated(t, "an enhanced metafile")
	native := "\x00\x00\x00\x00\x02\x00a.jpg\x00C:\\a.jpg\x00\x00\x00\x03\x00\x02\x00\x00\x00x\x00\x05\x00\x00\x00firstrest"
	return []struct {
		name  string
		files []file
		want  string
	}{
		{"short and long", []file{{"a", "first"}, {"b", long}, {"c", ""}}, "a \"first\"\nb \"" + long[:60] + "\"\nc \"\""},
		{"storages", []file{{"d/a", "x"}, {"b", "y"}, {"d/c", "z"}}, "d/a \"x\"\nd/c \"z\"\nb \"y\""},
		{"names", []file{{"\x05Summary", "x"}, {"\u4840\u3b3f\u43f2", "y"}, {"..", "z"}}, "[5]Summary \"x\"\n!" + "\u0000" + "\n(..) \"z\""},
		{"pictures and nothing else", []file{{"Pictures", blipOf(0x46a, 0xf01d, oneID, jpeg) + blipOf(0x6e1, 0xf01e, oneID+oneID[:16], png)}},
			fmt.Sprintf("Pictures/001.jpg %q\nPictures/002.png %q", jpeg, png)},
		{"pictures of all sorts", []file{{"Pictures", blipOf(0x7a8, 0xf01f, oneID, bitmap) + metafile(0x3d4, 0xf01a, 20, 0, packed) + metafile(0x216, 0xf01b, 5, 0xfe, "plain")}},
			fmt.Sprintf("Pictures/001.bmp %.60q\nPictures/002.emf \"an enhanced metafile\"\nPictures/003.wmf \"plain\"", "BM\x3a\x00\x00\x00\x00\x00\x00\x00\x36\x00\x00\x00"+bitmap)},
		{"and something else", []file{{"Pictures", strings.Repeat("#", 100) + blipOf(0x46a, 0xf01d, oneID, jpeg)}},
			fmt.Sprintf("Pictures/001.jpg %q\nPictures %q", jpeg, strings.Repeat("#", 60))},
		{"a damaged metafile", []file{{"Pictures", metafile(0x3d4, 0xf01a, 20, 0, packed[:len(packed)-1]+"#")}}, "Pictures/001.emf \"an enhanced metafile\" checksum"},
		{"one inside what another claims", []file{{"Data", blipOf(0x46a, 0xf01d, oneID, jpeg+blipOf(0x46a, 0xf01d, oneID, jpeg)) + "#"}},
			fmt.Sprintf("Data/001.jpg %.60q\nData/002.jpg %q\nData %.60q", jpeg+blipOf(0x46a, 0xf01d, oneID, jpeg), jpeg, blipOf(0x46a, 0xf01d, oneID, jpeg+blipOf(0x46a, 0xf01d, oneID, jpeg)))},
		{"a sheet", []file{{"Workbook", drawings(strings.Repeat("#", 90) + blipOf(0x46a, 0xf01d, oneID, jpeg+long[:400]))}},
			fmt.Sprintf("Workbook/001.jpg %.60q\nWorkbook %.60q", jpeg+long, drawings(strings.Repeat("#", 100)))},
		{"Thumbs.db", []file{{"1", thumbnailOf(jpeg)}, {"2", thumbnailOf("\x01\x00\x00\x00old")}, {"Catalog", catalogue("a/b.png", "film.avi")}},
			fmt.Sprintf("a_b.png.jpg %q\nfilm.avi.thumbnail \"\\x01\\x00\\x00\\x00old\"\nCatalog %.60q", jpeg, catalogue("a/b.png", "film.avi"))},
		{"Thumbs.db of Vista", []file{{"256_0123456789abcdef", "\x18" + strings.Repeat("\x00", 23) + jpeg}}, fmt.Sprintf("256_0123456789abcdef.jpg %q", jpeg)},
		{"an attachment", []file{{"__attach/__substg1.0_37010102", jpeg}, {"__attach/__substg1.0_3704001E", "SHORT"}, {"__attach/__substg1.0_3707001F", "a\x00.\x00j\x00"}},
			fmt.Sprintf("__attach/a.j %q\n__attach/__substg1.0_3704001E \"SHORT\"\n__attach/__substg1.0_3707001F \"a\\x00.\\x00j\\x00\"", jpeg)},
		{"a file in a document", []file{{"ObjectPool/\x01Ole10Native", native}}, "ObjectPool/a.jpg \"first\""},
		{"something else called so", []file{{"\x01Ole10Native", native[:20]}}, fmt.Sprintf("[1]Ole10Native %q", native[:20])},
	}
}

func TestOLE(t *testing.T) {
	for _, test := range oles(t) {
		got := strings.TrimSpace(tellAll(t, makeOLE(test.files), container.Limits{}))
		if test.name == "names" {
			got = strings.ReplaceAll(got, got[strings.Index(got, "!")+1:strings.Index(got, "\n(..)")], "\u0000")
		}
		if got != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// TestDamagedOLE ends, and tells what is there.
func TestDamagedOLE(t *testing.T) {
	long := strings.Repeat("long ", 2000)
	whole := makeOLE([]file{{"a", "first"}, {"b", long}})
	table := len(whole) - 512
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"the chain of a stream is a loop", with32(whole, table+4*3, 1), fmt.Sprintf("a \"first\"\nb %q", long[:60])},
		{"the chain of a stream ends", with32(whole, table+4*3, 0xfffffffe), fmt.Sprintf("a \"first\"\nb %q archive-broken", long[:60])},
		{"a stream says that it is large", with32(whole, bytes.Index(whole, []byte("b\x00\x00"))+120, 0x7fffffff), fmt.Sprintf("a \"first\"\nb %q archive-broken", long[:60])},
		{"the directory is a loop", with32(whole, bytes.Index(whole, []byte("R\x00o\x00o"))+128+72, 1), fmt.Sprintf("a \"first\"\nb %q", long[:60])},
		{"the table is not there", with32(whole, 76, 0xfffffff0), fmt.Sprintf("a \"first\"\nb %q archive-broken", long[:60])},
		{"the tables of the table are a loop", with32(with32(whole, 68, 0), 72, 0xffffffff), fmt.Sprintf("a \"first\"\nb %q", long[:60])},
		{"no directory", with32(whole, 48, 0xfffffffe), "! archive-broken"},
		{"sectors of no size", with32(whole, 30, 0), "! archive-broken"},
		{"cut off", whole[:6000], "! archive-broken"},
		{"a header", whole[:512], "! archive-broken"},
		{"half a header", whole[:100], "! archive-broken"},
	} {
		got := tellAll(t, test.content, container.Limits{})
		if strings.TrimSpace(got) != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// TestALargeOLE has tables that its header has no room for, and a hundred pictures.
func TestALargeOLE(t *testing.T) {
	picture := jpeg + strings.Repeat("0123456789abcdefghij\xf0", 5000)
	var pictures strings.Builder
	for range 100 {
		pictures.WriteString(blipOf(0x46a, 0xf01d, oneID, picture))
	}
	content := makeOLE([]file{{"Pictures", pictures.String()}, {"z", "last"}})
	l := look(t, content, container.Limits{})
	if len(l.members) != 101 || l.end != nil || l.members[99].sum != sha256.Sum256([]byte(picture)) || l.members[100].read != 4 {
		t.Errorf("%v", l)
	}
	readTwice(t, content)
}

// TestABlipThatUnpacksToMuch is held to what the file may give.
func TestABlipThatUnpacksToMuch(t *testing.T) {
	bomb := makeOLE([]file{{"Pictures", metafile(0x3d4, 0xf01a, 20, 0, deflated(t, strings.Repeat("0", 4<<20)))}})
	l := look(t, bomb, container.Limits{Ratio: 10, Floor: 1000})
	if len(l.members) != 1 || l.members[0].reason != container.ReasonRatio || l.end == nil || l.end.Reason != container.ReasonRatio {
		t.Errorf("%v", l)
	}
}

// with32 returns b with a number at an offset.
func with32(b []byte, at int, v uint32) []byte {
	b = bytes.Clone(b)
	binary.LittleEndian.PutUint32(b[at:], v)
	return b
}
