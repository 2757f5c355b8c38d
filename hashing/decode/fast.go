package decode

import (
	"image"

	"vigie/hashing"
	"vigie/hashing/jpegluma"
	"vigie/hashing/pdq"
)

const (
	// fastMinSide is how many samples the shorter side of a reduced plane must have for PDQ to be taken from it. With
	// three samples for each of PDQ's 64 values the hash is within 10 bits of the reference's, the published rule of
	// what counts as equal; with fewer it was seen up to 26 bits off (docs/performance.md has the table).
	fastMinSide = 192
	// fastMinQuality is the quality from which on that rule holds.
	fastMinQuality = 80
)

// FastScale returns the smallest scale at which the luma of a picture can be hashed.
func FastScale(info jpegluma.Info) jpegluma.Scale {
	for _, scale := range []jpegluma.Scale{jpegluma.Eighth, jpegluma.Quarter, jpegluma.Half} {
		if min(info.LumaWidth, info.LumaHeight) >= fastMinSide*int(scale) {
			return scale
		}
	}
	return jpegluma.Full
}

// fast returns the fingerprint of a JPEG from its luma alone, reduced as far as PDQ allows. It returns nil for what only
// the library decodes, what is damaged, and what has too little in it for the fast way to be near the reference.
func (e *Examiner) fast(data []byte, limits Limits) (*hashing.Fingerprint, image.Config) {
	info, err := e.jpeg.Config(data)
	if err != nil || limits.check(max(info.Width, 1), max(info.Height, 1), len(data)) != nil {
		return nil, image.Config{}
	}
	scale := FastScale(info)
	plane, info, err := e.jpeg.Decode(data, scale, jpegluma.Options{MaxPixels: limits.MaxPixels})
	if err != nil || info.Damaged {
		return nil, image.Config{}
	}
	defer e.hashes()()
	fp := &hashing.Fingerprint{
		Version: hashing.FingerprintVersion, Way: hashing.WayFast, Decoder: lumaDecoder(scale),
	}
	scaled := pdq.Scaled{
		Pix: plane.Pix, Stride: plane.Stride, Columns: plane.Width, Rows: plane.Height,
		StepX: plane.StepX, StepY: plane.StepY, Width: info.Width, Height: info.Height,
	}
	fp.PDQ, fp.Quality = pdq.FromScaled(scaled)
	if fp.Quality < fastMinQuality {
		return nil, image.Config{}
	}
	grey := &image.Gray{Pix: plane.Pix, Stride: plane.Stride, Rect: image.Rect(0, 0, plane.Width, plane.Height)}
	for max(grey.Rect.Dx(), grey.Rect.Dy()) > 2*reducedSide {
		grey = halved(grey)
	}
	if err := smallHashes(grey, fp); err != nil {
		return nil, image.Config{}
	}
	fp.Views = parts(scaled)
	return fp, image.Config{Width: info.Width, Height: info.Height}
}

// halved is img reduced by averages over 2×2 pixels. An odd column or row at the end is left out.
func halved(img *image.Gray) *image.Gray {
	width, height := max(img.Rect.Dx()/2, 1), max(img.Rect.Dy()/2, 1)
	half := image.NewGray(image.Rect(0, 0, width, height))
	for y := range height {
		upper := img.Pix[2*y*img.Stride:]
		lower := img.Pix[min(2*y+1, img.Rect.Dy()-1)*img.Stride:]
		for x := range width {
			next := min(2*x+1, img.Rect.Dx()-1)
			sum := int(upper[2*x]) + int(upper[next]) + int(lower[2*x]) + int(lower[next])
			half.Pix[y*half.Stride+x] = byte((sum + 2) / 4)
		}
	}
	return half
}
