package sample

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
	"time"
)

// words make up the documents; they mean nothing.
var words = []string{"facture", "jardin", "réunion", "lundi", "train", "livre", "recette", "maison", "chantier", "devis", "école", "voyage", "montant", "carte", "hiver", "lampe"}

func prose(r *rand.Rand, n int) []byte {
	var b bytes.Buffer
	for i := range n {
		b.WriteString(words[r.IntN(len(words))])
		if i%12 == 11 {
			b.WriteByte('\n')
		} else {
			b.WriteByte(' ')
		}
	}
	return b.Bytes()
}

func garbage(r *rand.Rand, n int) []byte {
	b := make([]byte, n)
	for i := range b {
		b[i] = byte(r.Uint32())
	}
	b[0] = 0x9C // no format begins so
	return b
}

func ledger(r *rand.Rand, rows int) []byte {
	b := bytes.NewBufferString("date;libelle;montant\n")
	for i := range rows {
		fmt.Fprintf(b, "2025-%02d-%02d;%s;%d,%02d\n", 1+r.IntN(12), 1+r.IntN(28), words[i%len(words)], r.IntN(900), r.IntN(100))
	}
	return b.Bytes()
}

// pdf returns a one-page document without a picture.
func pdf(r *rand.Rand) []byte {
	text := fmt.Sprintf("BT /F1 12 Tf 72 720 Td (%s %d) Tj ET", words[r.IntN(len(words)/2)*2%5], r.Uint32())
	objects := []string{
		"<< /Type /Catalog /Pages 2 0 R >>",
		"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
		"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R /Resources << /Font << /F1 5 0 R >> >> >>",
		fmt.Sprintf("<< /Length %d >>\nstream\n%s\nendstream", len(text), text),
		"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
	}
	b := bytes.NewBufferString("%PDF-1.4\n")
	var at []int
	for i, o := range objects {
		at = append(at, b.Len())
		fmt.Fprintf(b, "%d 0 obj\n%s\nendobj\n", i+1, o)
	}
	xref := b.Len()
	fmt.Fprintf(b, "xref\n0 %d\n0000000000 65535 f \n", len(objects)+1)
	for _, o := range at {
		fmt.Fprintf(b, "%010d 00000 n \n", o)
	}
	fmt.Fprintf(b, "trailer\n<< /Size %d /Root 1 0 R >>\nstartxref\n%d\n%%%%EOF\n", len(objects)+1, xref)
	return b.Bytes()
}

// packed is a file of an archive to be; its path is below the archive.
type packed struct {
	Label
	data []byte
}

// archive returns a zip of files, and as what its members are told where it lies at path.
func archive(path string, files ...packed) (data []byte, members []Label, err error) {
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, f := range files {
		w, err := z.Create(f.Path)
		if err != nil {
			return nil, nil, err
		}
		if _, err := w.Write(f.data); err != nil {
			return nil, nil, err
		}
		f.Path = path + "/" + f.Path
		members = append(members, f.Label)
	}
	err = z.Close()
	return b.Bytes(), members, err
}

// docx returns a word processor's container with one paragraph.
func docx(r *rand.Rand, path string) (data []byte, members []Label, err error) {
	part := func(name, text string) packed {
		return packed{Label{Path: name, Disposition: NotMedia, Why: "part of a word processor document"}, []byte(text)}
	}
	return archive(path,
		part("[Content_Types].xml", `<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types"/>`),
		part("word/document.xml", fmt.Sprintf(`<?xml version="1.0"?><w:document><w:body><w:p>%s</w:p></w:body></w:document>`, prose(r, 80))))
}

// box returns an ISO base media box (ISO/IEC 14496-12).
func box(kind string, body ...[]byte) []byte {
	content := bytes.Join(body, nil)
	b := binary.BigEndian.AppendUint32(nil, uint32(8+len(content)))
	return append(append(b, kind...), content...)
}

// video returns an MP4 that is recognised as one and holds no decodable frame.
func video(r *rand.Rand) []byte {
	header := make([]byte, 100) // version 0, no flags
	binary.BigEndian.PutUint32(header[12:], 1000)
	binary.BigEndian.PutUint32(header[16:], 4000)    // ticks of a millisecond
	binary.BigEndian.PutUint32(header[20:], 0x10000) // rate 1.0
	binary.BigEndian.PutUint32(header[96:], 2)       // next track
	return bytes.Join([][]byte{
		box("ftyp", []byte("isom\x00\x00\x02\x00isomiso2avc1mp41")),
		box("moov", box("mvhd", header)),
		box("mdat", garbage(r, 20_000)),
	}, nil)
}

// heic returns a file of the HEIC brand whose picture cannot be decoded.
func heic(r *rand.Rand) []byte {
	return bytes.Join([][]byte{
		box("ftyp", []byte("heic\x00\x00\x00\x00mif1heic")),
		box("meta", make([]byte, 4), box("hdlr", make([]byte, 8), []byte("pict"), make([]byte, 13))),
		box("mdat", garbage(r, 6_000)),
	}, nil)
}

// brokenJPEG returns a JPEG's first bytes followed by garbage.
func brokenJPEG(r *rand.Rand) []byte {
	return append([]byte("\xFF\xD8\xFF\xE0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"), garbage(r, 9_000)...)
}

// odd makes an item that is not a picture this package painted.
func odd(path string, data []byte, disposition, finding, why string, modified time.Time) file {
	return file{Label: Label{Path: path, Disposition: disposition, Finding: finding, Why: why}, data: data, modified: modified}
}
