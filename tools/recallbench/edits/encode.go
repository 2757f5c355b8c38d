package edits

import (
	"bytes"
	"context"
	"image"
	"image/jpeg"
	"image/png"
	"os/exec"

	"vigie/hashing/pdq"
)

// NoPart is more than any distance.
const NoPart = pdq.Bits + 1

// PartDistance returns how far, in bits, the part of an edited picture that shows the whole original is from the original's hash: what is
// over pdq.MatchDistance, no search for that part can find. NoPart: there is no such part.
func PartDistance(data []byte, at image.Rectangle, original pdq.Hash) int {
	img, _, err := image.Decode(bytes.NewReader(data))
	if err != nil || at.Empty() {
		return NoPart
	}
	codes, _ := pdq.FromImage(img.(interface {
		SubImage(image.Rectangle) image.Image
	}).SubImage(at))
	return codes[pdq.Original].Distance(original)
}

// Encode makes a JPEG, or a PNG where quality is 0.
func Encode(img image.Image, quality int) ([]byte, error) {
	var b bytes.Buffer
	if quality == 0 {
		err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(&b, img)
		return b.Bytes(), err
	}
	err := jpeg.Encode(&b, img, &jpeg.Options{Quality: quality})
	return b.Bytes(), err
}

// webp has ffmpeg make a WebP of a JPEG.
func webp(ctx context.Context, data []byte) ([]byte, error) {
	cmd := exec.CommandContext(ctx, "ffmpeg", "-v", "error", "-f", "image2pipe", "-c:v", "mjpeg", "-i", "-", "-frames:v", "1",
		"-c:v", "libwebp", "-quality", "60", "-f", "webp", "-")
	cmd.Stdin = bytes.NewReader(data)
	return cmd.Output()
}
