package pdq

import (
	"image"
	"image/color"
)

// luma weighs 8-bit colours as the reference does. The conversions keep compilers from fusing a product with
// the sum, which would round differently.
func luma(r, g, b uint8) float32 {
	return float32(float32(0.299)*float32(r)) + float32(float32(0.587)*float32(g)) + float32(float32(0.114)*float32(b))
}

// lumaOf is the luma of any colour: 8 bits a channel, alpha divided out and dropped.
func lumaOf(c color.Color) float32 {
	switch c := c.(type) {
	case color.Gray:
		return float32(c.Y)
	case color.Gray16:
		return float32(c.Y >> 8)
	}
	n := color.NRGBAModel.Convert(c).(color.NRGBA)
	return luma(n.R, n.G, n.B)
}

// lumaRows returns what fills a line with the luma of row y of img, 0 being the topmost.
func lumaRows(img image.Image) func(y int, line []float32) {
	switch img := img.(type) {
	case *image.Gray:
		return func(y int, line []float32) {
			for x, v := range img.Pix[y*img.Stride:][:len(line)] {
				line[x] = float32(v)
			}
		}
	case *image.YCbCr:
		return ycbcrRows(img)
	case *image.NYCbCrA:
		return ycbcrRows(&img.YCbCr)
	case *image.NRGBA:
		return func(y int, line []float32) {
			pix := img.Pix[y*img.Stride:][:4*len(line)]
			for x := range line {
				p := pix[4*x : 4*x+3 : 4*x+3]
				line[x] = luma(p[0], p[1], p[2])
			}
		}
	case *image.RGBA:
		return rgbaRows(img)
	case *image.Paletted:
		var table [256]float32
		for i, c := range img.Palette[:min(len(img.Palette), len(table))] {
			table[i] = lumaOf(c)
		}
		return func(y int, line []float32) {
			for x, index := range img.Pix[y*img.Stride:][:len(line)] {
				line[x] = table[index]
			}
		}
	}
	corner := img.Bounds().Min
	return func(y int, line []float32) {
		for x := range line {
			line[x] = lumaOf(img.At(corner.X+x, corner.Y+y))
		}
	}
}

// ycbcrRows goes through 8-bit RGB, because partners' decoders do and the rounding and clamping there is part
// of what the hash sees.
func ycbcrRows(img *image.YCbCr) func(y int, line []float32) {
	corner := img.Rect.Min
	shift := 0 // how many pixels share a sample of chroma along a row, as a power of two
	switch img.SubsampleRatio {
	case image.YCbCrSubsampleRatio422, image.YCbCrSubsampleRatio420:
		shift = 1
	case image.YCbCrSubsampleRatio411, image.YCbCrSubsampleRatio410:
		shift = 2
	}
	weighed := newWeights()
	return func(y int, line []float32) {
		luminance := img.Y[img.YOffset(corner.X, corner.Y+y):][:len(line)]
		chroma := img.COffset(corner.X, corner.Y+y)
		cb, cr := img.Cb[chroma:], img.Cr[chroma:]
		for x, v := range luminance {
			c := (corner.X+x)>>shift - corner.X>>shift
			line[x] = weighed.luma(v, cb[c], cr[c])
		}
	}
}

// weights are the products that luma adds, for each value of a colour.
type weights struct{ r, g, b [256]float32 }

func newWeights() *weights {
	w := new(weights)
	for v := range 256 {
		w.r[v], w.g[v], w.b[v] = luma(uint8(v), 0, 0), luma(0, uint8(v), 0), luma(0, 0, uint8(v))
	}
	return w
}

// luma is luma of what color.YCbCrToRGB makes of a pixel, bit for bit, in 16.16 fixed point as there.
func (w *weights) luma(y, cb, cr uint8) float32 {
	light, blue, red := int32(y)*0x10101, int32(cb)-128, int32(cr)-128
	r := byteOf(light + 91881*red)
	g := byteOf(light - 22554*blue - 46802*red)
	b := byteOf(light + 116130*blue)
	return w.r[r] + w.g[g] + w.b[b]
}

// byteOf cuts a 16.16 value to a byte.
func byteOf(v int32) uint8 {
	if uint32(v) >= 1<<24 { //nolint:gosec // negative values are meant to be large
		v = ^(v >> 31)
		return uint8(v) //nolint:gosec // all zeros or all ones
	}
	return uint8(v >> 16) //nolint:gosec // below 1<<24
}

// rgbaRows divides alpha out where a pixel is not opaque.
func rgbaRows(img *image.RGBA) func(y int, line []float32) {
	return func(y int, line []float32) {
		pix := img.Pix[y*img.Stride:][:4*len(line)]
		for x := range line {
			p := pix[4*x : 4*x+4 : 4*x+4]
			if p[3] == 0xff {
				line[x] = luma(p[0], p[1], p[2])
				continue
			}
			line[x] = lumaOf(color.RGBA{R: p[0], G: p[1], B: p[2], A: p[3]})
		}
	}
}
