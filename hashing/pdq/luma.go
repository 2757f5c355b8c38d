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
	return func(y int, line []float32) {
		for x := range line {
			luminance := img.Y[img.YOffset(corner.X+x, corner.Y+y)]
			chroma := img.COffset(corner.X+x, corner.Y+y)
			line[x] = luma(color.YCbCrToRGB(luminance, img.Cb[chroma], img.Cr[chroma]))
		}
	}
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
