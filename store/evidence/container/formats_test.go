package container_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"crypto/sha256"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/store/evidence"
	"vigie/store/evidence/container"
)

// madeArchives are archives of twoFiles in every format that keeps several.
func madeArchives(t testing.TB) map[string][]byte {
	plain := tarOf(t, twoFiles)
	return map[string][]byte{
		"zip": makeZip(t, twoFiles, nil), "zip stored": makeZip(t, twoFiles, func(h *zip.FileHeader) { h.Method = zip.Store }),
		"zip without a directory": withoutDirectory(makeZip(t, twoFiles, nil)), "zip with something before": append(
			append([]byte("PK\x03\x04"), make([]byte, 1000)...), makeZip(t, twoFiles, nil)...),
		"tar": plain, "tar.gz": gzipped(t, "x.tar", plain), "tar.xz": xzipped(t, plain), "tar.zst": zstandard(t, plain),
		"7z": makeSeven(twoFiles), "rar": makeRar(twoFiles), "eml": makeMail(twoFiles), "mbox": makeMbox(twoFiles),
		"ole": makeOLE(twoFiles), "thumbcache": makeThumbcache(0x20, twoFiles),
	}
}

func withoutDirectory(b []byte) []byte { return b[:bytes.Index(b, []byte("PK\x01\x02"))] }

func TestEveryFormatTellsTheSame(t *testing.T) {
	for name, content := range madeArchives(t) {
		l := look(t, content, container.Limits{})
		if len(l.members) != len(twoFiles) || (l.end != nil) != strings.HasPrefix(name, "zip with") {
			t.Errorf("%s: %v", name, l)
			continue
		}
		for i, m := range l.members {
			if !tells(name, m.Path, twoFiles[i].name) || m.Altered || m.reason != "" || m.sum != sha256.Sum256([]byte(twoFiles[i].content)) {
				t.Errorf("%s: %q, %s", name, m.Path, m.reason)
			}
			if !m.Modified.Equal(noon) && hasTimes(name) || m.LocalTime {
				t.Errorf("%s: %v, local %t", name, m.Modified, m.LocalTime)
			}
		}
	}
}

// hasTimes reports whether what is made of a format tells times.
func hasTimes(format string) bool { return format != "7z" && format != "ole" && format != "thumbcache" }

// tells reports whether path is what a format makes of a name.
func tells(format, path, name string) bool {
	switch format {
	case "eml":
		return path == strings.ReplaceAll(name, "/", "_") // no attachment lies in a folder
	case "thumbcache":
		return path == map[string]string{twoFiles[0].name: "0000000000000001.bin", twoFiles[1].name: "0000000000000002.bin"}[name]
	case "mbox":
		return strings.HasSuffix(path, " 2020-02-03/"+strings.ReplaceAll(name, "/", "_"))
	}
	return path == name
}

func TestASingleFile(t *testing.T) {
	body := []byte("hello world\n")
	for _, test := range []struct {
		name    string
		content []byte
		format  container.Format
		path    string
	}{
		{"gz", gzipped(t, "x.jpg", body), container.Gzip, "x.jpg"},
		{"gz without a name", gzipped(t, "", body), container.Gzip, "content"},
		{"gz twice over", append(gzipped(t, "x", body[:5]), gzipped(t, "y", body[5:])...), container.Gzip, "x"},
		{"bz2", bzip2ed(t), container.Bzip2, "content"},
		{"xz", xzipped(t, body), container.Xz, "content"},
		{"zst", zstandard(t, body), container.Zstd, "content"},
	} {
		l := look(t, test.content, container.Limits{})
		if l.format != test.format || len(l.members) != 1 || l.end != nil {
			t.Errorf("%s: %v, %v", test.name, l, l.end)
			continue
		}
		if m := l.members[0]; m.Path != test.path || m.reason != "" || m.sum != sha256.Sum256(body) || m.Size != container.UnknownSize {
			t.Errorf("%s: %q, %s", test.name, m.Path, m.reason)
		}
	}
}

// TestCursor reads members again, in all orders, with several cursors.
func TestCursor(t *testing.T) {
	for name, content := range madeArchives(t) {
		a, err := container.Open(bytes.NewReader(content), int64(len(content)), container.Limits{})
		must(t, err)
		var refs []container.Ref
		for m, err := range a.Members(t.Context()) {
			if err == nil {
				refs = append(refs, m.Ref)
			}
		}
		if len(refs) != len(twoFiles) {
			t.Fatalf("%s: %d members", name, len(refs))
		}
		t.Run(name, func(t *testing.T) {
			for range 3 {
				t.Run("", func(t *testing.T) {
					t.Parallel()
					c := a.Cursor(t.Context())
					defer c.Close()
					for _, i := range []int{0, 1, 1, 0, 0, 1} {
						r, err := c.Open(refs[i])
						must(t, err)
						got, err := io.ReadAll(r)
						if err != nil || string(got) != twoFiles[i].content {
							t.Fatalf("member %d: %q, %v", i, got, err)
						}
					}
					half, err := c.Open(refs[1])
					must(t, err)
					half.Read(make([]byte, 3)) // and no more
					r, err := c.Open(refs[0])
					must(t, err)
					if n, err := half.Read(make([]byte, 3)); n > 0 || err == nil {
						t.Fatalf("a member that was left gives %d bytes, %v", n, err)
					}
					if got, err := io.ReadAll(r); err != nil || string(got) != twoFiles[0].content {
						t.Fatalf("after half a member: %q, %v", got, err)
					}
				})
			}
		})
	}
}

func TestWhatIsNoFileIsRefused(t *testing.T) {
	l := look(t, makeTar(t,
		tar.Header{Typeflag: tar.TypeDir, Name: "d/"}, tar.Header{Typeflag: tar.TypeSymlink, Name: "l", Linkname: "../../etc/passwd"},
		tar.Header{Typeflag: tar.TypeLink, Name: "h", Linkname: "a"}, tar.Header{Typeflag: tar.TypeChar, Name: "c"},
		tar.Header{Typeflag: tar.TypeBlock, Name: "b"}, tar.Header{Typeflag: tar.TypeFifo, Name: "p"},
		tar.Header{Typeflag: tar.TypeReg, Name: "a", Linkname: "bytes"}), container.Limits{})
	want := []string{"", evidence.ReasonLink, "hardlink", evidence.ReasonDevice, evidence.ReasonDevice, evidence.ReasonPipe, ""}
	var got []string
	for _, m := range l.members {
		got = append(got, m.reason)
	}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
	if container.ReasonSocket != evidence.ReasonSocket || container.ReasonIrregular != evidence.ReasonIrregular ||
		container.ReasonInput != evidence.ReasonInput || container.ReasonPathTooLong != evidence.ReasonPathTooLong {
		t.Error("the same reason has two codes")
	}
	for mode, reason := range map[uint32]string{0xa1ff: "symlink", 0x1180: "pipe", 0x6180: "device", 0xc180: "socket"} {
		z := makeZip(t, []file{{"x", "y"}}, func(h *zip.FileHeader) { h.CreatorVersion, h.ExternalAttrs = 3<<8, mode<<16 })
		if l := look(t, z, container.Limits{}); len(l.members) != 1 || l.members[0].reason != reason {
			t.Errorf("%o: %v", mode, l)
		}
	}
}

// TestTimes holds times to their meaning: MS-DOS's, without a zone, only where there is nothing better.
func TestTimes(t *testing.T) {
	const dosNoon = (2020-1980)<<9 | 2<<5 | 3
	for _, test := range []struct {
		name  string
		extra string
		local bool
		want  time.Time
	}{
		{"MS-DOS", "", true, noon},
		{"Info-ZIP", "\x55\x54\x05\x00\x01\x00\x00\x00\x80", false, time.Unix(-1<<31, 0)},
		{"Info-ZIP without this one", "\x55\x54\x05\x00\x02\x00\x00\x00\x80", true, noon},
		{"Windows", "\x0a\x00\x10\x00\x00\x00\x00\x00\x01\x00\x08\x00\x00\x80\x3e\xd5\xde\xb1\x9d\x01", false, time.Unix(0, 0)},
		{"cut off", "\x55\x54\x05\x00\x01\x00", true, noon},
	} {
		z := makeZip(t, []file{{"x", "y"}}, func(h *zip.FileHeader) {
			h.Modified, h.Extra = time.Time{}, []byte(test.extra)
			h.ModifiedDate, h.ModifiedTime = dosNoon, 12<<11|2 //nolint:staticcheck // the field that is meant
		})
		l := look(t, z, container.Limits{})
		if m := l.members[0]; !m.Modified.Equal(test.want) || m.LocalTime != test.local {
			t.Errorf("%s: %v, local %t", test.name, m.Modified, m.LocalTime)
		}
	}
}
