package container_test

import (
	"archive/zip"
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"vigie/store/evidence/container"
)

// TestReasons makes an archive for each reason.
func TestReasons(t *testing.T) {
	many := strings.Repeat("0", 1<<20)
	bomb := []file{{"small", "x"}, {"bomb", many}, {"after", "x"}}
	zipped := makeZip(t, twoFiles, func(h *zip.FileHeader) { h.Method = zip.Store })
	tight := container.Limits{Ratio: 10, Floor: 1000}
	for _, test := range []struct {
		name    string
		content []byte
		limits  container.Limits
		want    string // a reason a member, then what ended it
	}{
		{"whole", zipped, container.Limits{}, " , "},
		{"ratio, zip", makeZip(t, bomb, nil), tight, " ,ratio-limit,! ratio-limit after 2"},
		{"ratio, tar.gz", gzipped(t, "", tarOf(t, bomb)), tight, " ,ratio-limit,! ratio-limit after 2"},
		{"ratio, tar.xz, in front of everything", xzipped(t, tarOf(t, bomb[1:])), tight, "ratio-limit,! ratio-limit after 1"},
		{"ratio, gz", gzipped(t, "", []byte(many)), tight, "ratio-limit,! ratio-limit after 1"},
		{"ratio below the floor", makeZip(t, bomb, nil), container.Limits{Ratio: 10}, " , , "},
		{"output", makeZip(t, bomb, nil), container.Limits{Output: 1000}, " ,size-limit,! size-limit after 2"},
		{"members", zipped, container.Limits{Members: 1}, " ,! member-limit after 1"},
		{"as many members as may be", zipped, container.Limits{Members: 2}, " , "},
		{"window, xz", xzipped(t, []byte(many)), container.Limits{Window: 1 << 20}, "window-limit"},
		{"window, zst", zstandard(t, []byte(many)), container.Limits{Window: 1 << 16}, "window-limit"},
		{"window, 7z", sevenOfLZMA(1 << 30), container.Limits{}, "window-limit"},
		{"window, 7z, of a small archive", sevenOfLZMA(1 << 20), container.Limits{Floor: 1 << 10, Ratio: 1}, "ratio-limit"},
		{"damage, 7z", sevenOfLZMA(1 << 20), container.Limits{}, "archive-broken"},
		{"path", makeZip(t, []file{{strings.Repeat("p", 101), "x"}, {"q", ""}}, nil), container.Limits{PathBytes: 100}, "path-too-long, "},
		{"password", patched(zipped, "PK\x01\x02", 8, 1), container.Limits{}, "encrypted,encrypted"},
		{"method", patched(zipped, "PK\x01\x02", 10, 9), container.Limits{}, "method-unsupported,method-unsupported"},
		{"sum, zip", bytes.Replace(zipped, []byte("second"), []byte("Second"), 1), container.Limits{}, " ,checksum"},
		{"sum, 7z", bytes.Replace(makeSeven(twoFiles), []byte("first"), []byte("First"), 1), container.Limits{}, "checksum, "},
		{"sum, rar", bytes.Replace(makeRar(twoFiles), []byte("first"), []byte("First"), 1), container.Limits{}, "checksum, "},
		{"sum, gz", changed(gzipped(t, "", []byte("abc")), -8), container.Limits{}, "checksum"},
		{"sum, tar.gz", changed(gzipped(t, "", tarOf(t, twoFiles)), -8), container.Limits{}, " , ,! checksum after 2"},
		{"cut tar", tarOf(t, twoFiles)[:1024+512+5], container.Limits{}, " ,archive-broken,! archive-broken after 2"},
		{"tar behind a tar", append(tarOf(t, twoFiles), tarOf(t, twoFiles)...), container.Limits{}, " , ,! archive-broken after 2"},
		{"cut gz", gzipped(t, "", []byte("abc"))[:20], container.Limits{}, "archive-broken"},
		{"cut 7z", makeSeven(twoFiles)[:50], container.Limits{}, "! archive-broken after 0"},
		{"cut rar", makeRar(twoFiles)[:50], container.Limits{}, "archive-broken,! archive-broken after 1"},
		{"cut zip", zipped[:70], container.Limits{}, "archive-broken,! archive-broken after 1"},
		{"damaged directory", changed(zipped, bytes.LastIndex(zipped, []byte("PK\x01\x02"))+1), container.Limits{}, " ,! archive-broken after 1"},
		{"two directories", append(bytes.Clone(zipped), zipped[bytes.Index(zipped, []byte("PK\x05\x06")):len(zipped)-1]...), container.Limits{},
			" , ,! archive-broken after 2"},
		{"directory says three", patched(zipped, "PK\x05\x06", 10, 3), container.Limits{}, " , ,! archive-broken after 2"},
	} {
		l := look(t, test.content, test.limits)
		var got []string
		for _, m := range l.members {
			got = append(got, max(m.reason, " "))
		}
		if l.end != nil {
			got = append(got, fmt.Sprintf("! %s after %d", l.end.Reason, l.end.Told))
		}
		if s := strings.Join(got, ","); s != test.want {
			t.Errorf("%s: got %q, want %q", test.name, s, test.want)
		}
	}
}

// TestMoreMembersThan16Bits goes through a zip whose end cannot count its members: the zip64 end does.
func TestMoreMembersThan16Bits(t *testing.T) {
	const n = 1<<16 + 10
	var files []file
	for i := range n {
		files = append(files, file{name: fmt.Sprint(i % (n - 1))})
	}
	l := look(t, makeZip(t, files, func(h *zip.FileHeader) { h.Method = zip.Store }), container.Limits{})
	if len(l.members) != n || l.end != nil || l.members[n-1].Path != fmt.Sprintf("0~%d", n) {
		t.Errorf("%v", l)
	}
}

// TestASevenThatClaimsMuch needs no more memory than its header is long.
func TestASevenThatClaimsMuch(t *testing.T) {
	many := string(append([]byte{0xf0}, 0xff, 0xff, 0xff, 0x7f)) // 2^31 - 1
	for _, header := range []string{
		"\x01\x04\x06\x00" + many,                                                                          // packed streams
		"\x01\x04\x06\x00\x01\x09\x00\x00\x07\x0b" + many + "\x00",                                         // blocks
		"\x01\x04\x06\x00\x01\x09\x00\x00\x07\x0b\x01\x00\x01\x11\x00" + many + many,                       // inputs
		"\x01\x04\x06\x00\x01\x09\x00\x00\x07\x0b\x01\x00\x01\x21\x00" + many,                              // properties
		"\x01\x04\x06\x00\x01\x09\x00\x00\x07\x0b\x01\x00\x01\x01\x00\x0c\x00\x00\x08\x0d" + many + "\x09", // members
		"\x01\x05" + many + "\x0e\x01\x00",                                                                 // files
	} {
		content := sevenAround(nil, []byte(header))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		if l := look(t, content, container.Limits{}); len(l.members) > 0 || l.end == nil || l.end.Reason != container.ReasonBroken {
			t.Errorf("%q: %v", header, l)
		}
		runtime.ReadMemStats(&after)
		if n := after.TotalAlloc - before.TotalAlloc; n > 1<<20 {
			t.Errorf("%q: %d bytes", header, n)
		}
	}
}

// changed returns b with the byte at offset (from the end when negative) other than it was.
func changed(b []byte, offset int) []byte {
	b = bytes.Clone(b)
	if offset < 0 {
		offset += len(b)
	}
	b[offset] ^= 0x55
	return b
}

// patched returns b with value at offset behind each mark.
func patched(b []byte, mark string, offset int, value uint16) []byte {
	b = bytes.Clone(b)
	for i := 0; ; i++ {
		next := bytes.Index(b[i:], []byte(mark))
		if next < 0 {
			return b
		}
		i += next
		binary.LittleEndian.PutUint16(b[i+offset:], value)
	}
}

// sevenOfLZMA makes a 7z whose only member asks for a window, in bytes, and is damaged.
func sevenOfLZMA(window uint32) []byte {
	h := []byte{1, 4, 6, 0, 1, 9, 5, 0, 7, 11, 1, 0, 1, 0x23, 3, 1, 1, 5, 0x5d}
	h = binary.LittleEndian.AppendUint32(h, window)
	h = append(h, 12, 9, 0, 0, 5, 1, 17, 5, 0, 'x', 0, 0, 0, 0, 0)
	return sevenAround([]byte("\x01\xff\xff\xff\xff"), h)
}

// TestPaths holds paths below the archive, and apart.
func TestPaths(t *testing.T) {
	names := []string{
		"a.jpg", "a.jpg", "./a.jpg", "../../etc/passwd", "/etc/passwd", `C:\Users\x.jpg`, `..\..\x`, "a//b/./c", "", "..", "d/x.tar.gz", "d/x.tar.gz",
		"caf\xe9.jpg", "a~2.jpg", "z~17", "z", "z",
	}
	want := []string{
		"a.jpg", "a~2.jpg", "a~3.jpg", "(..)/(..)/etc/passwd", "etc/passwd", "(C)/Users/x.jpg", "(..)/(..)/x", "a/b/c", "(unnamed)", "(..)",
		"d/x.tar.gz", "d/x.tar~12.gz", "caf\xe9.jpg", "a~2~14.jpg", "z~17", "z", "z~17-2",
	}
	altered := map[int]bool{1: true, 2: true, 3: true, 4: true, 5: true, 6: true, 8: true, 9: true, 11: true, 13: true, 16: true}
	var files []file
	for _, name := range names {
		files = append(files, file{name, "x"})
	}
	for i, m := range look(t, makeZip(t, files, nil), container.Limits{}).members {
		if m.Path != want[i] || m.Name != names[i] || m.Altered != altered[i] {
			t.Errorf("%q: got %q, altered %t, want %q", m.Name, m.Path, m.Altered, want[i])
		}
	}
}

// faulty is a source that fails behind some place.
type faulty struct {
	io.ReaderAt
	from int64
}

var errSource = errors.New("the disk is bad")

// ReadAt implements io.ReaderAt.
func (f faulty) ReadAt(p []byte, offset int64) (int, error) {
	if offset+int64(len(p)) > f.from {
		return 0, errSource
	}
	return f.ReaderAt.ReadAt(p, offset)
}

// TestASourceThatFails is not an archive that is broken.
func TestASourceThatFails(t *testing.T) {
	for name, content := range madeArchives(t) {
		a, err := container.Open(faulty{bytes.NewReader(content), 600}, int64(len(content)), container.Limits{})
		if err != nil {
			continue // a small one: its head cannot be had
		}
		var last error
		for m, err := range a.Members(t.Context()) {
			last = err
			if err == nil {
				_, last = io.Copy(io.Discard, m)
			}
		}
		if len(content) > 600 && (!errors.Is(last, errSource) || faultOf(t, last).Reason != container.ReasonInput) {
			t.Errorf("%s: %v", name, last)
		}
	}
}

func TestAWalkEndsWithItsContext(t *testing.T) {
	content := makeZip(t, twoFiles, nil)
	a, err := container.Open(bytes.NewReader(content), int64(len(content)), container.Limits{})
	must(t, err)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	var last error
	for _, err := range a.Members(ctx) {
		last = err
		cancel()
	}
	if !errors.Is(last, context.Canceled) {
		t.Errorf("%v", last)
	}
	if _, err := a.Cursor(ctx).Open(container.Ref{}); !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
}

func TestNoArchive(t *testing.T) {
	for _, content := range []string{"", "P", "PK", "BZh9 is a text", "GIF89a", strings.Repeat("\x00", 1024), strings.Repeat("0", 1024)} {
		if _, err := container.Open(strings.NewReader(content), int64(len(content)), container.Limits{}); faultOf(t, err).Reason != container.ReasonNoArchive {
			t.Errorf("%.10q: %v", content, err)
		}
	}
}
