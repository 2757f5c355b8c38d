package decode

import (
	"bytes"
	"image"
	"image/jpeg"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

const (
	// maxThumbnail is how many pixels a thumbnail may have. EXIF's have 160 × 120; some makers' reach 1 million.
	maxThumbnail = 2_000_000
	// sameThumbnail is the distance, in bits of PDQ, up to which a thumbnail shows its picture. Measured on the 52
	// pictures of ../shared/corpus that have one: at most 40 but for two (52 and 72), 8 to 30 as a rule; from other
	// pictures, thumbnails are 104 bits away and more.
	sameThumbnail = 80
)

// exifThumbnail returns the thumbnail in the EXIF data of a JPEG, or nil (EXIF 2.32, section 4.5.5: the second
// directory).
func exifThumbnail(data []byte) []byte {
	for s := range jpegSegments(data) {
		if s.marker != markerAPP1 || !bytes.HasPrefix(s.body, []byte("Exif\x00\x00")) {
			continue
		}
		t, first, ok := openTIFF(s.body[6:])
		if !ok {
			return nil
		}
		d, ok := t.directory(first)
		if !ok || d.next == 0 {
			return nil
		}
		if d, ok = t.directory(d.next); !ok {
			return nil
		}
		return part(t.data, t.number(d, tagJPEGOffset), t.number(d, tagJPEGLength))
	}
	return nil
}

// judgeThumbnail says whether a thumbnail shows the picture whose fingerprint is given.
func judgeThumbnail(thumbnail []byte, whole *hashing.Fingerprint, width, height int) hashing.ThumbnailVerdict {
	if len(thumbnail) == 0 || whole.Quality < pdq.MinQuality { // there is nothing to compare
		return ""
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(thumbnail))
	if err != nil || config.Width*config.Height > maxThumbnail {
		return hashing.ThumbnailUnreadable
	}
	img, err := jpeg.Decode(bytes.NewReader(thumbnail))
	if err != nil {
		return hashing.ThumbnailUnreadable
	}
	if thumbnailDistance(img, whole, width, height) <= sameThumbnail {
		return hashing.ThumbnailSame
	}
	return hashing.ThumbnailOther
}

// thumbnailDistance returns how far, in bits of PDQ, a thumbnail is from its picture, turned in whatever way, with and
// without the bars that fill it up to 4:3.
func thumbnailDistance(img image.Image, whole *hashing.Fingerprint, width, height int) int {
	best := pdq.Bits
	for _, candidate := range []image.Image{img, withoutBars(img, width, height)} {
		code, _ := pdq.FromImage(candidate)
		for _, turned := range whole.PDQ {
			best = min(best, code[pdq.Original].Distance(turned))
		}
	}
	return best
}

// withoutBars returns the middle of a thumbnail in the proportions of its picture.
func withoutBars(img image.Image, width, height int) image.Image {
	cropper, ok := img.(interface {
		SubImage(image.Rectangle) image.Image
	})
	if !ok || width <= 0 || height <= 0 {
		return img
	}
	r := img.Bounds()
	w, h := r.Dx(), r.Dy()
	if fit := w * height / width; fit < h {
		r.Min.Y += (h - fit) / 2
		r.Max.Y = r.Min.Y + fit
	} else if fit := h * width / height; fit < w {
		r.Min.X += (w - fit) / 2
		r.Max.X = r.Min.X + fit
	}
	if r.Empty() {
		return img
	}
	return cropper.SubImage(r)
}
