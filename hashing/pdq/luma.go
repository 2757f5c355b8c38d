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
		x, shared := 0, 1<<shift-corner.X&(1<<shift-1) // pixels of the first sample of chroma: some may lie outside
		for c := 0; x < len(line); c++ {
			colour := tintOf(cb[c], cr[c])
			for end := min(x+shared, len(line)); x < end; x++ {
				line[x] = weighed.luma(luminance[x], colour)
			}
			shared = 1 << shift
		}
	}
}

// weights are the products that luma adds, for each value of a colour from -256 to 767: what is below 0 counts as 0 and
// what is above 255 as 255.
type weights struct{ r, g, b [weightValues]float32 }

const (
	weightValues = 1024
	weightOfZero = 256
)

func newWeights() *weights {
	w := new(weights)
	for i := range weightValues {
		v := uint8(min(max(i-weightOfZero, 0), 255)) //nolint:gosec // it is
		w.r[i], w.g[i], w.b[i] = luma(v, 0, 0), luma(0, v, 0), luma(0, 0, v)
	}
	return w
}

// tint is what chroma adds to red, green and blue, in 16.16 fixed point.
type tint struct{ r, g, b int32 }

func tintOf(cb, cr uint8) tint {
	blue, red := int32(cb)-128, int32(cr)-128
	const zero = weightOfZero << 16
	return tint{zero + 91881*red, zero - 22554*blue - 46802*red, zero + 116130*blue}
}

// luma is luma of what color.YCbCrToRGB makes of a pixel, bit for bit, in fixed point as there.
func (w *weights) luma(y uint8, t tint) float32 {
	light, mask := int32(y)*0x10101, int32(weightValues-1)
	return w.r[(light+t.r)>>16&mask] + w.g[(light+t.g)>>16&mask] + w.b[(light+t.b)>>16&mask]
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
