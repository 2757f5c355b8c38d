// Package jpegluma decodes the luma of a JPEG (ITU T.81) and nothing else, at full size or reduced by 2, 4 or 8: what
// a perceptual hash looks at, for a fraction of what a whole decode costs.
//
// A reduced plane is what a full decode and an average over 2×2, 4×4 or 8×8 pixels would give: the average is taken
// in the frequency domain, exactly, from the coefficients it depends on. It differs from the average of a full decode
// by rounding (at most one level) and where the full decode had to cut pixels off at black or white.
//
// What makes it fast: chroma is passed over and not decoded, at 1/8 only the constant coefficients are kept and
// several symbols of the others are passed over at a time, and of a progressive picture at 1/8 only the scans of
// constant coefficients are read.
//
// It knows sequential and progressive Huffman JPEG of 8 bits with one component or with luma and two chroma
// components. For all other kinds it returns ErrUnsupported, and the caller has a library for them.
package jpegluma

import (
	"errors"
	"io"
)

// Version changes when the same data would become another plane.
const Version = 1

// Scale is by how much a plane is smaller than the luma of its picture, in each direction.
type Scale int

// The scales.
const (
	Full    Scale = 1
	Half    Scale = 2
	Quarter Scale = 4
	Eighth  Scale = 8
)

// DefaultMaxPixels is how many pixels a picture may have when Options does not say.
const DefaultMaxPixels = 120_000_000

// Options bound a decode. The zero value means the defaults.
type Options struct {
	MaxPixels int64 // width × height by the header, checked before the plane is allocated
}

// Plane is luma on the scale of 0 to 255: Height rows of Width samples, each row Stride bytes after the one before.
// A sample is the mean of StepX × StepY pixels of the picture; in the last column and row it takes in what the encoder
// put beyond the edge. The steps are the scale, or a multiple of it where the picture's luma is itself subsampled.
type Plane struct {
	Pix           []byte
	Stride        int
	Width, Height int
	StepX, StepY  int
}

// Info is what was learnt of a picture beside its luma.
type Info struct {
	Width, Height         int // of the picture, in pixels, as stored
	LumaWidth, LumaHeight int // of its luma: smaller than the picture where luma is subsampled
	Orientation           int // EXIF 1 to 8, 0 when not stated
	Components            int // 1 or 3
	Progressive           bool
	// Damaged says that what was read of the data breaks the rules or ends early. What could not be decoded is mid
	// grey, or what the damage made of it. Parts that the plane did not need are not looked at.
	Damaged bool
}

// The errors of Decode and Config.
var (
	ErrUnsupported = errors.New("jpegluma: a kind of JPEG that is not decoded here")
	ErrCorrupt     = errors.New("jpegluma: not a JPEG, or too damaged to begin")
	ErrTooLarge    = errors.New("jpegluma: more pixels than allowed")
	// ErrTruncated says that the data end before the first picture data begin.
	ErrTruncated = io.ErrUnexpectedEOF
)

// Decoder decodes pictures, one at a time. It keeps buffers and Huffman tables from one to the next, so that a plane is
// good until the next Decode. The zero value is ready.
type Decoder struct {
	tables tableCache
	source source
	units  []unit
	coefs  []int16
	pix    []byte
}

// Decode is Decode of a new Decoder.
func Decode(data []byte, scale Scale, options Options) (Plane, Info, error) {
	return new(Decoder).Decode(data, scale, options)
}

// Config is Config of a new Decoder.
func Config(data []byte) (Info, error) { return new(Decoder).Config(data) }

// Config reads the header of a picture only.
func (d *Decoder) Config(data []byte) (Info, error) {
	h := header{data: data, tables: &d.tables}
	if err := h.readFrame(); err != nil {
		return h.info, err
	}
	return h.info, nil
}

// Decode returns the luma of data at the given scale. The Info is there as far as it was read, also beside an error.
func (d *Decoder) Decode(data []byte, scale Scale, options Options) (Plane, Info, error) {
	switch scale {
	case Full, Half, Quarter, Eighth:
	default:
		return Plane{}, Info{}, errors.New("jpegluma: no such scale")
	}
	h := header{data: data, tables: &d.tables}
	if err := h.readFrame(); err != nil {
		return Plane{}, h.info, err
	}
	limit := options.MaxPixels
	if limit == 0 {
		limit = DefaultMaxPixels
	}
	if int64(h.info.Width) > limit/int64(h.info.Height) {
		return Plane{}, h.info, ErrTooLarge
	}
	p := picture{header: h, decoder: d, scale: scale}
	err := p.decode()
	return p.plane, p.info, err
}
