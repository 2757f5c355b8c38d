package container_test

import (
	"bytes"
	"compress/zlib"
	"crypto/aes"
	"crypto/cipher"
	"crypto/md5"
	"crypto/rc4"
	"encoding/hex"
	"fmt"
	"image"
	"image/color"
	"strings"
	"testing"

	"golang.org/x/image/tiff"

	"vigie/store/evidence/container"
)

// makePDF makes a PDF of objects, "<<...>>" or "<<...>>|stream", from number 1, without a table of them: none is read.
func makePDF(objects ...string) []byte {
	b := []byte("%PDF-1.7\n")
	for i, o := range objects {
		value, data, stream := strings.Cut(o, "|")
		b = fmt.Appendf(b, "%d 0 obj\n", i+1)
		if stream {
			value = strings.TrimSuffix(value, ">>")
			b = fmt.Appendf(b, "%s/Length %d>>\nstream\r\n%s\nendstream", value, len(data), data)
		} else {
			b = append(b, value...)
		}
		b = append(b, "\nendobj\n"...)
	}
	return append(b, "trailer\n<</Root 1 0 R>>\n%%EOF\n"...)
}

const (
	jpegDict  = "<</Subtype/Image/Filter/DCTDecode>>|"
	grey      = "<</Subtype/Image/Width 2/Height 2/BitsPerComponent 8/ColorSpace/DeviceGray"
	greyAlone = grey + ">>|abcd"
)

// pdfs are PDFs, and what is told of them. "TIFF" stands for the head of one.
func pdfs(t testing.TB) []struct {
	name    string
	content []byte
	want    string
} {
	pack := func(s string) string { return deflated(t, s) }
	hidden := makePDF("<<>>", jpegDict+jpeg)
	objects := "5 0 6 5 null <</F(b.jpg)/EF<</F 2 0 R>>>>"
	return []struct {
		name    string
		content []byte
		want    string
	}{
		{"a text", makePDF("<</Type/Catalog>>", "<<>>|BT (x) Tj ET"), ""},
		{"a JPEG", makePDF("<<>>", jpegDict+jpeg), fmt.Sprintf("image-2.jpg %q", jpeg)},
		{"in two wraps", makePDF("<</Subtype/Image/Filter[/AHx/FlateDecode /DCTDecode]>>|" + hex.EncodeToString([]byte(pack(jpeg))) + ">"), fmt.Sprintf("image-1.jpg %q", jpeg)},
		{"base 85", makePDF("<</Subtype/Image/Filter[/A85/DCT]>>|87cURD]i,\"Ebo80~>"), `image-1.jpg "Hello World!"`},
		{"run lengths", makePDF("<</Subtype/Image/Filter[/RL/DCT]>>|\x01ab\xfec\x80"), `image-1.jpg "abccc"`},
		{"JPEG 2000", makePDF("<</Subtype/Image/Filter/JPXDecode>>|jp2"), `image-1.jp2 "jp2"`},
		{"JBIG2", makePDF("<</Subtype/Image/Filter/JBIG2Decode>>|x"), `image-1.bin "" method-unsupported`},
		{"a filter that nobody knows", makePDF("<</Subtype/Image/Filter/Zip>>|x"), `image-1.bin "" method-unsupported`},
		{"a colour space that nobody knows", makePDF("<</Subtype/Image/Width 1/Height 1/BitsPerComponent 8/ColorSpace/Lab>>|x"), `image-1.tif "" method-unsupported`},
		{"a mask", makePDF("<</Subtype/Image/Filter/DCTDecode/SMask 2 0 R>>|x", jpegDict+"y"), "image-1.jpg \"x\"\nmask-2.jpg \"y\""},
		{"the length is a reference", makePDF("<</Subtype/Image/Filter/DCT/Length 2 0 R>>\nstream\nan endstream\nb\nendstream", "14"), `image-1.jpg "an endstream\nb"`},
		{"no length", []byte("%PDF-1.0\n1 0 obj<</Subtype/Image/Filter/DCT>>stream\nabc\r\nendstream endobj"), `image-1.jpg "abc"`},
		{"a length that is too long", []byte("%PDF-1.0\n1 0 obj<</Length 5/Subtype/Image/Filter/DCT>>stream\nabc\nendstream endobj"), `image-1.jpg "abc"`},
		{"no end", []byte("%PDF-1.0\n1 0 obj<</Subtype/Image/Filter/DCT>>stream\nabc"), `image-1.jpg "abc" archive-broken`},
		{"an end that is not there", []byte("%PDF-1.0\n1 0 obj<</Subtype/Image/Filter/DCT>>stream\nabc\nendobj\n2 0 obj<</Subtype/Image/Filter/DCT>>stream\nd\nendstream"), "image-1.jpg \"abc\"\nimage-2.jpg \"d\""},
		{"an earlier version", append(makePDF(jpegDict+"old"), makePDF(jpegDict+"new")...), "image-1.jpg \"old\"\nimage-1~2.jpg \"new\""},
		{"a file", makePDF("<</EF<</F 2 0 R>>/F(../a.pdf)/UF<feff00e9002e007000640066>>>", "<</Type/EmbeddedFile/Filter/Fl>>|"+pack(string(hidden))), fmt.Sprintf("\u00e9.pdf %.60q", hidden)},
		{"files without a name", makePDF("<</Type/EmbeddedFile>>|x"), `attachment-1.bin "x"`},
		{"objects in a stream", makePDF("<</Type/ObjStm/N 2/First 8/Filter/Fl>>|"+pack(objects), "<<>>|picture"), `b.jpg "picture"`},
		{"streams of objects that need themselves", makePDF("<</Type/ObjStm/N 1/First 4/Length 9 0 R>>\nstream\n9 0 5\nendstream", jpegDict+"x"), `image-2.jpg "x"`},
		{"references in a circle", makePDF("<</Subtype/Image/Width 1 0 R/Height 2 0 R/BitsPerComponent 3 0 R/ColorSpace 1 0 R>>|x", "3 0 R", "2 0 R"), `image-1.tif "" method-unsupported`},
		{"a picture that is cut off", makePDF(strings.Replace(greyAlone, "abcd", "abc", 1)), "image-1.tif \"TIFF\" archive-broken"},
		{"a picture of no size", makePDF("<</Subtype/Image/Width 0/Height 1/BitsPerComponent 8/ColorSpace/DeviceGray>>|x"), `image-1.tif "" archive-broken`},
		{"a picture that claims much", makePDF("<</Subtype/Image/Width 1000000000/Height 1000000000/BitsPerComponent 16/ColorSpace/DeviceRGB>>|x"), `image-1.tif "" window-limit`},
		{"damaged", makePDF(grey + "/Filter/Fl>>|\x78\x9c" + pack("abcdefgh")[2:6]), `image-1.tif "TIFF" archive-broken`},
		{"not an object", []byte("%PDF-1.0\nnothing"), "! archive-broken"},
		{"text before", append([]byte("# is it one?\r\n"), makePDF(jpegDict+"x")...), `image-1.jpg "x"`},
		{"encrypted in a way that nobody knows", makePDF(jpegDict+"x", "<</Filter/Other>>", "trailer<</Encrypt 2 0 R>>"), `image-1.bin "" encrypted`},
	}
}

func TestPDF(t *testing.T) {
	for _, test := range pdfs(t) {
		got := strings.TrimSpace(tellAll(t, test.content, container.Limits{}))
		if from, to := strings.Index(got, `"II*`), strings.LastIndex(got, `"`); from >= 0 && to > from {
			got = got[:from] + `"TIFF` + got[to:]
		}
		if got != test.want {
			t.Errorf("%s: got\n%s, want\n%s", test.name, got, test.want)
		}
	}
}

// TestPDFSamples decodes what is made of samples.
func TestPDFSamples(t *testing.T) {
	g := func(v ...byte) (all []color.Color) {
		for _, y := range v {
			all = append(all, color.Gray{y})
		}
		return all
	}
	rgb := func(v ...byte) (all []color.Color) {
		for ; len(v) > 2; v = v[3:] {
			all = append(all, color.RGBA{v[0], v[1], v[2], 255})
		}
		return all
	}
	shape := "<</Subtype/Image/Width 2/Height 2"
	for _, test := range []struct {
		name, object string
		want         []color.Color
	}{
		{"grey", greyAlone, g('a', 'b', 'c', 'd')},
		{"grey upside down", grey + "/Decode[1 0]>>|\x00\x01\xfe\xff", g(255, 254, 1, 0)},
		{"an ink", shape + "/BitsPerComponent 8/ColorSpace[/Separation/Black/DeviceGray 9 0 R]>>|\x00\x01\xfe\xff", g(255, 254, 1, 0)},
		{"one bit", shape + "/BitsPerComponent 1/ColorSpace/DeviceGray>>|\x40\x80", g(0, 255, 255, 0)},
		{"a stencil", shape + "/ImageMask true>>|\x40\x80", g(0, 255, 255, 0)},
		{"four bits", shape + "/BitsPerComponent 4/ColorSpace/CalGray>>|\x0f\x1e", g(0, 255, 17, 238)},
		{"colours", shape + "/BitsPerComponent 8/ColorSpace/DeviceRGB>>|abcdefghijkl", rgb([]byte("abcdefghijkl")...)},
		{"a profile", shape + "/BitsPerComponent 8/ColorSpace[/ICCBased 2 0 R]>>|abcdefghijkl", rgb([]byte("abcdefghijkl")...)},
		{"16 bits", shape + "/BitsPerComponent 16/ColorSpace/DeviceGray>>|a\x00b\x00c\x00d\x00", g('a', 'b', 'c', 'd')},
		{"a palette", shape + "/BitsPerComponent 2/ColorSpace[/Indexed/DeviceRGB 2<010203040506070809>]>>|\x10\x60", rgb(1, 2, 3, 4, 5, 6, 4, 5, 6, 7, 8, 9)},
		{"inks", shape + "/BitsPerComponent 8/ColorSpace/DeviceCMYK>>|\xff\x00\x00\x00\x00\xff\x00\x00\x00\x00\xff\x00\x00\x00\x00\xff",
			rgb(0, 255, 255, 255, 0, 255, 255, 255, 0, 0, 0, 0)},
		{"PNG's prediction", grey + "/Filter/Fl/DecodeParms<</Predictor 15/Columns 2>>>>|" + deflated(t, "\x01a\x01\x02\x02\x02"), g('a', 'b', 'c', 'd')},
		{"TIFF's prediction", grey + "/Filter/Fl/DecodeParms<</Predictor 2/Columns 2>>>>|" + deflated(t, "a\x01c\x01"), g('a', 'b', 'c', 'd')},
		{"LZW", grey + "/Filter/LZW>>|\x80\x18\x4c\x46\x38\x08\x80\x80", nil},
		{"a fax", shape + "/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCF/DecodeParms<</K -1/Columns 2>>>>|\xc0\x01\x00\x10", g(255, 255, 255, 255)},
		{"a fax in whole bytes", shape + "/BitsPerComponent 1/ColorSpace/DeviceGray/Filter/CCF/DecodeParms<</K -1/Columns 2/EncodedByteAlign true>>>>|\x80\x80", g(255, 255, 255, 255)},
	} {
		if test.want == nil {
			continue
		}
		content := makePDF(test.object, "<</N 3>>|profile")
		a, err := container.Open(bytes.NewReader(content), int64(len(content)), container.Limits{})
		must(t, err)
		for m, err := range a.Members(t.Context()) {
			must(t, err)
			img, err := tiff.Decode(m)
			if err != nil || img.Bounds() != image.Rect(0, 0, 2, 2) {
				t.Errorf("%s: %v", test.name, err)
				continue
			}
			for i, want := range test.want {
				r, g, b, _ := img.At(i%2, i/2).RGBA()
				r2, g2, b2, _ := want.RGBA()
				if r>>8 != r2>>8 || g>>8 != g2>>8 || b>>8 != b2>>8 {
					t.Errorf("%s: %d is %v, not %v", test.name, i, img.At(i%2, i/2), want)
				}
			}
		}
	}
}

// TestEncryptedPDF opens what needs no password, and tells that of what does.
func TestEncryptedPDF(t *testing.T) {
	const pad = "\x28\xbf\x4e\x5e\x4e\x75\x8a\x41\x64\x00\x4e\x56\xff\xfa\x01\x08\x2e\x2e\x00\xb6\xd0\x68\x3e\x80\x2f\x0c\xa9\xfe\x64\x53\x69\x7a"
	owner := strings.Repeat("o", 32)
	sum := md5.Sum([]byte(pad + owner + "\xfc\xff\xff\xff" + "id"))
	key := sum[:5]
	arc := func(key []byte, s string) string {
		c, err := rc4.NewCipher(key)
		must(t, err)
		b := []byte(s)
		c.XORKeyStream(b, b)
		return string(b)
	}
	user := arc(key, pad)
	of := func(number byte, salt string) []byte {
		sum := md5.Sum(append(append(bytes.Clone(key), number, 0, 0, 0, 0), salt...))
		return sum[:10]
	}
	padding := 16 - len(jpeg)%16
	plain := []byte(jpeg + strings.Repeat(string(rune(padding)), padding))
	block, err := aes.NewCipher(append(of(1, "sAlT"), make([]byte, 6)...))
	must(t, err)
	cipher.NewCBCEncrypter(block, []byte(pad[:16])).CryptBlocks(plain, plain)
	make1 := func(data, dict, user string) []byte {
		encrypt := fmt.Sprintf("<</Filter/Standard/R 2/P -4/O<%x>/U<%x>%s>>", owner, user, dict)
		return bytes.Replace(makePDF(jpegDict+data, encrypt), []byte("/Root 1 0 R"), []byte("/Encrypt 2 0 R/ID[(id)(id)]"), 1)
	}
	for _, test := range []struct {
		name    string
		content []byte
		want    string
	}{
		{"RC4", make1(arc(of(1, ""), jpeg), "/V 1", user), fmt.Sprintf("image-1.jpg %q", jpeg)},
		{"a password", make1(arc(of(1, ""), jpeg), "/V 1", owner), `image-1.bin "" encrypted`},
		{"streams are plain", make1(jpeg, "/V 4/StmF/Identity", owner), fmt.Sprintf("image-1.jpg %q", jpeg)},
		{"AES with a password", make1(pad[:16]+string(plain), "/V 4/StmF/S/CF<</S<</CFM/AESV2>>>>", owner), `image-1.bin "" encrypted`},
		{"AES of 256 bits, damaged", make1(jpeg, "/V 5/StmF/S/CF<</S<</CFM/AESV3>>>>", "short"), `image-1.bin "" encrypted`},
	} {
		if got := strings.TrimSpace(tellAll(t, test.content, container.Limits{})); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// TestAPDFThatUnpacksToMuch is held to what the file may give, also by what is unpacked only to be looked at.
func TestAPDFThatUnpacksToMuch(t *testing.T) {
	var b bytes.Buffer
	much := string(pack(t, &b, zlib.NewWriter(&b), make([]byte, 4<<20)))
	tight := container.Limits{Ratio: 10, Floor: 1000}
	for _, content := range [][]byte{
		makePDF("<</Type/EmbeddedFile/Filter/Fl>>|" + much),
		makePDF(jpegDict+"x", "<</Type/ObjStm/N 1/First 9/Filter/Fl>>|"+much),
	} {
		if l := look(t, content, tight); l.end == nil || l.end.Reason != container.ReasonRatio {
			t.Errorf("%v", l)
		}
	}
}

// TestAPDFOfBeginnings ends soon: each object could be read to its end, which is that of the file.
func TestAPDFOfBeginnings(t *testing.T) {
	for _, one := range []string{"1 0 obj<<(", "1 0 obj<</a[", "1 0 obj<<>>stream\n", "1 0 obj<</Length 9999999>>stream endstream\n", "1 0 obj<<<<", "trailer<<("} {
		look(t, []byte("%PDF-1.0\n"+strings.Repeat(one, 1<<20/len(one))), container.Limits{})
	}
}
