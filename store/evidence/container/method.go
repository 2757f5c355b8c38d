package container

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"encoding/binary"
	"io"

	"github.com/klauspost/compress/flate"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz/lzma"
	"github.com/xi2/xz"
)

// The methods of a zip that are known here. What is not: the ones of the eighties (1 to 6), Deflate64 (9, Windows
// makes it of files above 2 GiB), PPMd (98), and some for sound and pictures.
const (
	zipStored  = 0
	zipDeflate = 8
	zipBzip2   = 12
	zipLZMA    = 14
	zipZstdOld = 20
	zipZstd    = 93
	zipXz      = 95
	zipAES     = 99 // WinZip's encryption; the method proper is in an extra field
)

func unzips(method uint16) bool {
	switch method {
	case zipStored, zipDeflate, zipBzip2, zipLZMA, zipZstd, zipZstdOld, zipXz:
		return true
	}
	return false
}

// unzipper keeps what decoding one member needs for the next: 80 KiB, which would cost more than most members.
type unzipper struct {
	in      *bufio.Reader
	inflate io.ReadCloser
}

// unzip returns the size bytes that method has made packed of. They may be read until the next call.
func (u *unzipper) unzip(method uint16, packed io.Reader, size, window int64) (io.Reader, error) {
	if method == zipStored {
		return packed, nil
	}
	if u.in == nil {
		u.in = bufio.NewReaderSize(nil, 32<<10)
	}
	in := u.in
	in.Reset(packed)
	switch method {
	case zipDeflate:
		if u.inflate == nil {
			u.inflate = flate.NewReader(in)
		}
		return u.inflate, u.inflate.(flate.Resetter).Reset(in, nil) //nolint:forcetypeassert // says its documentation
	case zipBzip2:
		return bzip2.NewReader(in), nil
	case zipLZMA:
		return unzipLZMA(in, size, window)
	case zipZstd, zipZstdOld:
		return unzstd(in, window)
	case zipXz:
		return unxz(in, window)
	}
	return nil, &Error{Reason: ReasonMethod}
}

// unxz decodes all streams of r, one after the other.
func unxz(r io.Reader, window int64) (io.Reader, error) {
	return xz.NewReader(r, uint32(min(window, 1<<32-1))) //nolint:gosec // it fits
}

// unzstd decodes all frames of r in the goroutine that reads.
func unzstd(r io.Reader, window int64) (io.Reader, error) {
	const least = 1 << 10 // bytes; the decoder takes no less
	return zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true),
		zstd.WithDecoderMaxWindow(uint64(max(window, least)))) //nolint:gosec // positive
}

// unzipLZMA makes of a zip's LZMA header (version, length of the properties, properties) the one of a .lzma file.
func unzipLZMA(r *bufio.Reader, size, window int64) (io.Reader, error) {
	const properties = 5 // a byte for three parameters, then the window
	head := make([]byte, 4+properties)
	if _, err := io.ReadFull(r, head); err != nil || le16(head[2:]) != properties {
		return nil, broken("a member has no LZMA header")
	}
	if int64(le32(head[5:])) > window {
		return nil, &Error{Reason: ReasonWindow}
	}
	alone := binary.LittleEndian.AppendUint64(head[4:], uint64(size)) //nolint:gosec // positive
	return lzma.ReaderConfig{DictCap: int(max(window, lzma.MinDictCap))}.NewReader(io.MultiReader(bytes.NewReader(alone), r))
}
