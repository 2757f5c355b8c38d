package decode

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/jpeg"
	"io"

	"vigie/hashing/jpegluma"
)

// lumaPicture is a JPEG of a kind of which only the luma is decoded here: image/jpeg knows no luma that is subsampled,
// and no three components that are each subsampled in their own way.
type lumaPicture struct{ *image.Gray }

// lumaDecoder names the code that decoded luma, for Fingerprint.Decoder.
func lumaDecoder(scale jpegluma.Scale) string {
	return fmt.Sprintf("jpegluma %d at 1:%d", jpegluma.Version, scale)
}

func jpegConfig(r io.Reader) (image.Config, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return image.Config{}, err
	}
	config, err := jpeg.DecodeConfig(bytes.NewReader(data))
	if err != nil {
		if info, lumaErr := jpegluma.Config(data); lumaErr == nil {
			return image.Config{Width: info.Width, Height: info.Height}, nil
		}
	}
	return config, err
}

// decodeJPEG decodes with image/jpeg, and in grey what that does not take and jpegluma does: what has a fingerprint can be
// shown.
func decodeJPEG(r io.Reader) (image.Image, error) {
	data, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	img, err := jpeg.Decode(bytes.NewReader(data))
	if err == nil {
		return img, nil
	}
	plane, info, lumaErr := jpegluma.Decode(data, jpegluma.Full, jpegluma.Options{})
	switch {
	case lumaErr != nil:
		return nil, err
	case info.Damaged && isUnsupported(err):
		return nil, io.ErrUnexpectedEOF
	case info.Damaged:
		return nil, err
	}
	return lumaPicture{wholeLuma(plane, info)}, nil
}

// wholeLuma returns the luma of a picture with a sample for each pixel.
func wholeLuma(plane jpegluma.Plane, info jpegluma.Info) *image.Gray {
	grey := image.NewGray(image.Rect(0, 0, info.Width, info.Height))
	for y := range info.Height {
		line := grey.Pix[y*grey.Stride:][:info.Width]
		for x := range line {
			line[x] = plane.Pix[y/plane.StepY*plane.Stride+x/plane.StepX]
		}
	}
	return grey
}

func isUnsupported(err error) bool {
	_, unsupported := errors.AsType[jpeg.UnsupportedError](err)
	return unsupported
}
