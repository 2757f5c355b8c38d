package decode

import (
	"image"
	"unsafe"
)

// heifMinRow is how many samples libheif gives a row of a plane at least; beyond that, it rounds up to heifAlign bytes
// (libheif 1.19, pixelimage.cc).
const (
	heifMinRow = 64
	heifAlign  = 16
)

// heifRows mends what gen2brain/heic v0.4.9 returns of narrow pictures. It takes the planes over from libheif's memory
// with rows that are only rounded up, so that those of fewer than 64 samples are torn, and the last plane begins in
// the middle of the one before.
func heifRows(img image.Image) image.Image {
	switch img := img.(type) {
	case *image.YCbCr:
		size := img.Rect.Size()
		chroma := size
		switch img.SubsampleRatio {
		case image.YCbCrSubsampleRatio420:
			chroma = image.Pt((size.X+1)/2, (size.Y+1)/2)
		case image.YCbCrSubsampleRatio422:
			chroma.X = (size.X + 1) / 2
		}
		y, c := heifRow(size.X, 1), heifRow(chroma.X, 1)
		if y == img.YStride && c == img.CStride {
			return img
		}
		luma, part := y*size.Y, c*chroma.Y
		all := behind(img.Y, luma+2*part)
		mended := *img
		mended.Y, mended.Cb, mended.Cr = all[:luma], all[luma:luma+part], all[luma+part:]
		mended.YStride, mended.CStride = y, c
		return &mended
	case *image.Gray:
		if row := heifRow(img.Rect.Dx(), 1); row != img.Stride {
			return &image.Gray{Pix: behind(img.Pix, row*img.Rect.Dy()), Stride: row, Rect: img.Rect}
		}
	case *image.NRGBA:
		if row := heifRow(img.Rect.Dx(), 4); row != img.Stride {
			return &image.NRGBA{Pix: behind(img.Pix, row*img.Rect.Dy()), Stride: row, Rect: img.Rect}
		}
	case *image.RGBA:
		if row := heifRow(img.Rect.Dx(), 4); row != img.Stride {
			return &image.RGBA{Pix: behind(img.Pix, row*img.Rect.Dy()), Stride: row, Rect: img.Rect}
		}
	}
	return img
}

// heifRow returns the bytes of a row of so many samples.
func heifRow(samples, bytes int) int {
	n := max(samples+samples%2, heifMinRow) * bytes
	return (n + heifAlign - 1) / heifAlign * heifAlign
}

// behind returns n bytes from the beginning of s, which is a view of the sandbox's memory: libheif was seen to write
// as many there, or the decoding would have failed.
func behind(s []byte, n int) []byte {
	if len(s) == 0 {
		return nil
	}
	return unsafe.Slice(&s[0], n) //nolint:gosec // within the sandbox's memory, see above
}
