package setfile_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"testing/iotest"

	"vigie/hashing"
	"vigie/hashing/vpdq"
	"vigie/store/setfile"
	"vigie/triage"
)

var (
	md5    = strings.Repeat("0a", 16)
	sha1   = strings.Repeat("1b", 20)
	sha256 = strings.Repeat("2c", 32)
	phash  = strings.Repeat("3d", 8)
	empty  = hashing.NewDigester().Sum()
)

// describe writes what Parse yields, one line each.
func describe(r io.Reader, o triage.ParseOptions) []string {
	var got []string
	for e, err := range setfile.Parse(r, o) {
		if err != nil {
			got = append(got, err.Error())
			continue
		}
		s := fmt.Sprintf("%d", e.Line)
		if e.MD5 != nil {
			s += " md5:" + e.MD5.String()[:2]
		}
		if e.SHA1 != nil {
			s += " sha1:" + e.SHA1.String()[:2]
		}
		if e.SHA256 != nil {
			s += " sha256:" + e.SHA256.String()[:2]
		}
		if e.PDQ != nil {
			s += " pdq:" + e.PDQ.String()[:2]
		}
		if e.PHash != nil {
			s += " phash:" + e.PHash.String()[:2]
		}
		if len(e.Film) > 0 {
			s += " film:"
			for _, code := range e.Film {
				s += code.String()[:2]
			}
		}
		if e.Category != "" {
			s += " " + e.Category
		}
		got = append(got, s)
	}
	return got
}

func TestParse(t *testing.T) {
	wrong := func(line int, what string) string { return fmt.Sprintf("read list line %d: invalid: %s", line, what) }
	const notClosed = "a quoted field is not closed"
	const undecided = "64 digits are a SHA-256 or a PDQ: say which by --hash sha256 or --hash pdq"
	for _, test := range []struct {
		name string
		hash triage.Method
		file string
		want []string
	}{
		{"nothing", "", "", nil},
		{"plain", "", md5 + "\n" + sha1 + "\n" + phash + "\n", []string{"1 md5:0a", "2 sha1:1b", "3 phash:3d"}},
		{"blank lines, comments, spaces, no last line end", "", "# list\n\n  " + md5 + "\t\n \n#\n" + sha1, []string{"3 md5:0a", "6 sha1:1b"}},
		{"byte order mark, CR LF, upper case", "", "\ufeff" + strings.ToUpper(md5) + "\r\n" + strings.ToUpper(sha1) + "\r\n", []string{"1 md5:0a", "2 sha1:1b"}},
		{"64 digits need to be told", "", sha256 + "\n" + md5 + "\n", []string{wrong(1, undecided), "2 md5:0a"}},
		{"64 digits are SHA-256", triage.BySHA256, sha256, []string{"1 sha256:2c"}},
		{"64 digits are PDQ", triage.ByPDQ, sha256, []string{"1 pdq:2c"}},
		{"64 digits are not MD5", triage.ByMD5, sha256, []string{wrong(1, undecided)}},
		{"wrong lines do not stop", "", "zz\n" + md5[:31] + "\n" + md5[:31] + "g\n" + md5 + "\n", []string{
			wrong(1, "this is not a hash; a plain list holds one a line, and a CSV file needs a header that names its columns (md5, sha1, sha256, pdq, phash, category)"),
			wrong(2, "31 hexadecimal digits are no hash: MD5 has 32, SHA-1 40, SHA-256 and PDQ 64, pHash 16"),
			wrong(3, "the md5 holds something that is no hexadecimal digit"),
			"4 md5:0a",
		}},
		{"an empty file is no entry", "", empty.MD5.String() + "\n" + empty.SHA1.String() + "\n", []string{
			wrong(1, "this is the digest of an empty file: an empty file never matches anything"),
			wrong(2, "this is the digest of an empty file: an empty file never matches anything"),
		}},

		{"one column", "", "SHA-1\n" + sha1 + "\n", []string{"2 sha1:1b"}},
		{"PDQ column needs no option", "", "pdq\n" + sha256 + "\n", []string{"2 pdq:2c"}},
		{"columns in any order", "", "Category,name,PDQ,Sha_256,SHA-1,MD5,pHash\n" +
			strings.Join([]string{"A1", "x", sha256, sha256, sha1, md5, phash}, ",") + "\n",
			[]string{"2 md5:0a sha1:1b sha256:2c pdq:2c phash:3d A1"}},
		{"semicolons, absent hashes", "", "MD5;SHA1;PhotoDNA;Image ID\r\n" + md5 + ";;zz;12\r\n;" + sha1 + ";;\r\n;;;\r\n",
			[]string{"2 md5:0a", "3 sha1:1b", wrong(4, "the row holds no hash")}},
		{"short row, long row", "", "md5,sha1,category\n" + md5 + "\n" + md5 + ",,a,b\n" + md5 + ",,a,\n",
			[]string{"2 md5:0a", wrong(3, "the row has 4 fields, the header 3"), "4 md5:0a a"}},
		{"a wrong hash spoils its row", "", "md5,sha1\n" + md5 + "," + sha1[:39] + "\n",
			[]string{wrong(2, "SHA-1 has 40 hexadecimal digits, not 39")}},
		{"quotes", "", "\"SHA-1\",\"FileName\",\"category\"\n\"" + sha1 + "\",\"a, \"\"b\"\"\",\"c;d\"\n", []string{"2 sha1:1b c;d"}},
		{"a field of several lines", "", "comment,md5\n\"one\ntwo, and\nthree\"," + md5 + "\nx," + md5 + "\n", []string{"2 md5:0a", "5 md5:0a"}},
		{"a quote that is not closed", "", "comment,md5\n\"one," + md5 + "\nx," + md5 + "\n", []string{wrong(2, notClosed), "3 md5:0a"}},
		{"hash column", triage.ByPDQ, "hash,quality\n" + sha256 + ",100\n" + md5 + ",\n", []string{"2 pdq:2c", "3 md5:0a"}},
		{"hash column undecided", "", "hash,quality\n" + sha256 + ",100\n", []string{wrong(2, undecided)}},
		{"comment before the header", "", "# from a partner\nmd5\n" + md5, []string{"3 md5:0a"}},

		{"over-long line", "", strings.Repeat("a", 200_000) + "\n" + md5 + "\n",
			[]string{wrong(1, "the line is longer than 64 KiB: it holds no hash that can be read"), "2 md5:0a"}},
		{"over-long line in an open quote", "", "c,md5\n\"," + md5 + "\n" + strings.Repeat("a", 200_000) + "\n," + md5 + "\n",
			[]string{wrong(2, notClosed), wrong(3, "the line is longer than 64 KiB: it holds no hash that can be read"), "4 md5:0a"}},
		{"UTF-16", "", "\xff\xfem\x00d\x005\x00\n\x00", []string{notText}},
		{"zero bytes later", "", md5 + "\n\x00\n" + md5 + "\n", []string{"1 md5:0a", notText}},
		{"zero bytes in a long line", "", strings.Repeat("a", 100_000) + "\x00\n" + md5 + "\n", []string{notText}},
	} {
		t.Run(test.name, func(t *testing.T) {
			for _, reader := range []io.Reader{strings.NewReader(test.file), iotest.OneByteReader(strings.NewReader(test.file))} {
				got := describe(reader, triage.ParseOptions{Hash: test.hash})
				if strings.Join(got, "\n") != strings.Join(test.want, "\n") {
					t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(test.want, "\n"))
				}
			}
		})
	}
}

// frame is a line of a vPDQ list, with a PDQ of one digit.
func frame(number, quality int, digit string, seconds float64) string {
	return fmt.Sprintf("%d,%d,%s,%.3f\n", number, quality, strings.Repeat(digit, 64), seconds)
}

// TestFilms: the lines of a film are one entry, and nothing else is.
func TestFilms(t *testing.T) {
	wrong := func(line int, what string) string { return fmt.Sprintf("read list line %d: invalid: %s", line, what) }
	one, two, three := strings.Repeat("1", 64), strings.Repeat("2", 64), strings.Repeat("4", 64)
	const header = "Video,PDQ,quality,MD5,category\n"
	for name, c := range map[string]struct {
		file string
		want []string
	}{
		"one":                   {frame(0, 100, "1", 0) + frame(30, 100, "2", 1.001), []string{"1 film:1122"}},
		"two, by their numbers": {frame(0, 100, "1", 0) + frame(30, 100, "2", 1) + frame(0, 100, "4", 0) + frame(25, 60, "8", 1), []string{"1 film:1122", "3 film:4488"}},
		"two, by a comment":     {"# first\n" + frame(0, 100, "1", 0) + "# second\n" + frame(30, 100, "2", 1), []string{"2 film:11", "4 film:22"}},
		"two, by a blank line":  {frame(0, 100, "1", 0) + "\r\n" + frame(30, 100, "2", 1), []string{"1 film:11", "3 film:22"}},
		"what shows little, and what shows the same": {frame(0, 10, "8", 0) + frame(1, 100, "1", 1) + frame(2, 100, "1", 2) + frame(3, 49, "2", 3) + frame(4, 50, "4", 4), []string{"1 film:1144"}},
		"nothing that shows enough":                  {frame(0, 10, "8", 0) + frame(1, 0, "1", 1), []string{wrong(1, "no frame of this film shows enough to be compared: all have a quality below 50")}},
		"a wrong line refuses its film": {
			frame(0, 100, "1", 0) + md5 + "\n" + frame(2, 100, "2", 1) + frame(0, 100, "4", 0),
			[]string{wrong(1, "in the film that begins here, line 2: this is no line of a vPDQ list (number of the frame, quality, 64 digits, seconds)"), "4 film:44"},
		},
		"a line that is too long": {
			frame(0, 100, "1", 0) + strings.Repeat("x", 200_000) + "\n" + frame(2, 100, "2", 1),
			[]string{wrong(1, "in the film that begins here, line 2: the line is longer than 64 KiB: it holds no hash that can be read")},
		},
		"a table": {
			header + "a," + one + ",90," + md5 + ",A1\na," + two + ",20,,\na," + three + ",,,B2\n\nb,,," + md5 + ",\n," + one + ",,,C3\n",
			[]string{"2 md5:0a film:1144 A1", "6 md5:0a", "7 pdq:11 C3"},
		},
		"a table whose rows differ": {
			header + "a," + one + ",90," + md5 + ",\na," + two + ",90," + strings.Repeat("0b", 16) + ",\na," + three + ",,,\nb," + one + ",x,,\nb," + one + ",100,,\n",
			[]string{wrong(2, "in the film that begins here, line 3: the rows of one film have different digests"), wrong(5, "a quality is a number from 0 to 100"), "6 film:11"},
		},
		"zero bytes within": {frame(0, 100, "1", 0) + "\x00", []string{"1 film:11", notText}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := describe(strings.NewReader(c.file), triage.ParseOptions{}); strings.Join(got, "\n") != strings.Join(c.want, "\n") {
				t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(c.want, "\n"))
			}
		})
	}
}

// TestLongFilm: of a film with more frames than are kept, some are from all of it.
func TestLongFilm(t *testing.T) {
	var file strings.Builder
	for i := range 9000 {
		code := fmt.Sprintf("%x", hashing.EmptySHA256[:]) // any
		digest, _, _ := hashing.Digest(strings.NewReader(strings.Repeat("x", i%977)))
		code = digest.SHA256.String()[:12] + code[12:]
		fmt.Fprintf(&file, "%d,100,%s,%d\n", i, code, i)
	}
	n := 0
	for e, err := range setfile.Parse(strings.NewReader(file.String()), triage.ParseOptions{}) {
		if n++; err != nil || len(e.Film) < 100 || len(e.Film) > vpdq.MaxFrames {
			t.Errorf("%d frames, %v", len(e.Film), err)
		}
	}
	if n != 1 {
		t.Errorf("%d films", n)
	}
}

const notText = "read list: corrupt: this is not a text file in UTF-8 or ASCII (it may be UTF-16, compressed or encrypted): save it as UTF-8 text"

func TestParseReportsTheReadersError(t *testing.T) {
	broken := errors.New("broken")
	var last error
	n := 0
	for _, err := range setfile.Parse(io.MultiReader(strings.NewReader(md5+"\n"), iotest.ErrReader(broken)), triage.ParseOptions{}) {
		n, last = n+1, err
	}
	if n != 2 || !errors.Is(last, broken) {
		t.Errorf("%d entries, then %v; want 2, then the reader's error", n, last)
	}
}

func TestParseStopsWhenAsked(t *testing.T) {
	for range setfile.Parse(strings.NewReader(md5+"\n"+md5), triage.ParseOptions{}) {
		break
	}
}

func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		md5 + "\n" + sha1, sha256, "MD5;SHA1\n" + md5 + ";", "c,md5\n\"a\nb\"," + md5, "\"", "md5\n\"\"\"", "hash\n" + sha256,
		"0,100," + sha256 + ",0\n1,100," + md5 + sha256[:32] + ",1\n", "film;pdq;quality;md5\na;" + sha256 + ";60;" + md5 + "\na;" + sha256 + ";;\nb;;;" + md5,
		"\xff\xfe", "\ufeff#\r\n", strings.Repeat(md5, 3000),
	} {
		f.Add([]byte(seed), "pdq")
	}
	f.Fuzz(func(t *testing.T, file []byte, hash string) {
		lines := uint32(bytes.Count(file, []byte("\n")) + 1)
		var last uint32
		ended := false
		for e, err := range setfile.Parse(bytes.NewReader(file), triage.ParseOptions{Hash: triage.Method(hash)}) {
			if ended {
				t.Fatal("went on after a fatal error")
			}
			if err != nil {
				ended = !triage.IsKind(err, triage.Invalid)
				continue
			}
			if e.Line <= last || e.Line > lines {
				t.Fatalf("line %d after %d, of %d", e.Line, last, lines)
			}
			last = e.Line
			if e.MD5 == nil && e.SHA1 == nil && e.SHA256 == nil && e.PDQ == nil && e.PHash == nil && len(e.Film) == 0 {
				t.Fatal("an entry without a hash")
			}
		}
	})
}

func BenchmarkParse(b *testing.B) {
	row := strings.Join([]string{md5, sha1, sha256, sha256, "A1", "\"a name, quoted\""}, ",") + "\n"
	for _, list := range []struct{ name, file string }{
		{"plain", strings.Repeat(sha1+"\n", 10_000)},
		{"table", "md5,sha1,sha256,pdq,category,name\n" + strings.Repeat(row, 10_000)},
	} {
		b.Run(list.name, func(b *testing.B) {
			b.SetBytes(int64(len(list.file)))
			b.ReportAllocs()
			n := 0
			for b.Loop() {
				for _, err := range setfile.Parse(strings.NewReader(list.file), triage.ParseOptions{}) {
					if err != nil {
						b.Fatal(err)
					}
					n++
				}
			}
			b.ReportMetric(float64(n)/b.Elapsed().Seconds(), "lines/s")
		})
	}
}
