package container_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/hex"
	"hash/crc32"
	"io"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

var noon = time.Date(2020, 2, 3, 12, 0, 4, 0, time.UTC)

// file is a member to be.
type file struct{ name, content string }

var twoFiles = []file{{"DCIM/a.jpg", "first"}, {"b", "second, and longer"}}

// makeZip makes a zip; change may alter each header before it is written.
func makeZip(t testing.TB, files []file, change func(*zip.FileHeader)) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := &zip.FileHeader{Name: f.name, Method: zip.Deflate, Modified: noon}
		if change != nil {
			change(h)
		}
		m, err := w.CreateHeader(h)
		must(t, err)
		_, err = io.WriteString(m, f.content)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

func makeTar(t testing.TB, headers ...tar.Header) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, h := range headers {
		content := h.Linkname
		if h.Typeflag == tar.TypeReg {
			h.Linkname, h.Size = "", int64(len(content))
		}
		h.ModTime, h.Mode = noon, 0o644
		must(t, w.WriteHeader(&h))
		if h.Typeflag == tar.TypeReg {
			_, err := io.WriteString(w, content)
			must(t, err)
		}
	}
	must(t, w.Close())
	return b.Bytes()
}

// tarOf makes a tar of regular files: Linkname stands for what is in them.
func tarOf(t testing.TB, files []file) []byte {
	var headers []tar.Header
	for _, f := range files {
		headers = append(headers, tar.Header{Typeflag: tar.TypeReg, Name: f.name, Linkname: f.content})
	}
	return makeTar(t, headers...)
}

func gzipped(t testing.TB, name string, content []byte) []byte {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	w.Name, w.ModTime = name, noon
	return pack(t, &b, w, content)
}

func xzipped(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	must(t, err)
	return pack(t, &b, w, content)
}

func zstandard(t testing.TB, content []byte) []byte {
	var b bytes.Buffer
	w, err := zstd.NewWriter(&b, zstd.WithWindowSize(8<<20))
	must(t, err)
	return pack(t, &b, w, content)
}

func pack(t testing.TB, b *bytes.Buffer, w io.WriteCloser, content []byte) []byte {
	t.Helper()
	_, err := w.Write(content)
	must(t, err)
	must(t, w.Close())
	return b.Bytes()
}

// bzip2ed is "hello world\n" as bzip2 writes it: Go has no writer.
func bzip2ed(t testing.TB) []byte {
	b, err := hex.DecodeString("425a68393141592653594eece83600000251800010400006449080200031064c4101a7a9a580bb9431f8bb9229c28482776741b0")
	must(t, err)
	return b
}

// makeSeven makes a 7z whose members are stored in one block.
func makeSeven(files []file) []byte {
	var data, sums, sizes, names []byte
	for i, f := range files {
		data = append(data, f.content...)
		sums = binary.LittleEndian.AppendUint32(sums, crc32.ChecksumIEEE([]byte(f.content)))
		if i < len(files)-1 {
			sizes = append(sizes, byte(len(f.content)))
		}
		for _, unit := range utf16.Encode([]rune(f.name + "\x00")) {
			names = binary.LittleEndian.AppendUint16(names, unit)
		}
	}
	n, all := byte(len(files)), byte(len(data))
	h := []byte{1, 4, 6, 0, 1, 9, all, 0, 7, 11, 1, 0, 1, 1, 0, 12, all, 0, 8, 13, n, 9}
	h = append(append(append(h, sizes...), 10, 1), sums...)
	h = append(h, 0, 0, 5, n, 17, byte(len(names)+1), 0)
	h = append(append(h, names...), 0, 0)
	return sevenAround(data, h)
}

// sevenAround puts the start of a 7z before packed streams and a header.
func sevenAround(data, header []byte) []byte {
	where := binary.LittleEndian.AppendUint64(nil, uint64(len(data)))
	where = binary.LittleEndian.AppendUint64(where, uint64(len(header)))
	where = binary.LittleEndian.AppendUint32(where, crc32.ChecksumIEEE(header))
	b := binary.LittleEndian.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(where))
	return append(append(append(b, where...), data...), header...)
}

// makeRar makes a rar 5 whose members are stored.
func makeRar(files []file) []byte {
	block := func(header ...byte) []byte {
		header = append([]byte{byte(len(header))}, header...)
		return append(binary.LittleEndian.AppendUint32(nil, crc32.ChecksumIEEE(header)), header...)
	}
	b := append([]byte("Rar!\x1a\x07\x01\x00"), block(1, 0, 0)...)
	for _, f := range files {
		size := byte(len(f.content)) // below 128: one byte
		h := []byte{2, 2, size, 6, size, 0}
		h = binary.LittleEndian.AppendUint32(h, uint32(noon.Unix()))
		h = binary.LittleEndian.AppendUint32(h, crc32.ChecksumIEEE([]byte(f.content)))
		h = append(append(h, 0, 1, byte(len(f.name))), f.name...)
		b = append(append(b, block(h...)...), f.content...)
	}
	return append(b, block(5, 0, 0)...)
}
