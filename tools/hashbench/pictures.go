package main

import (
	"bytes"
	"image"
	"image/jpeg"
	"image/png"
	"math"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"

	"vigie/hashing/decode"
)

// picture is one file to be measured.
type picture struct {
	name          string
	data          []byte
	width, height int
}

func (p picture) megapixels() float64 { return float64(p.width) * float64(p.height) / 1e6 }

func (p picture) isJPEG() bool { return bytes.HasPrefix(p.data, []byte{0xff, 0xd8}) }

// realPictures are files of the corpus: one of each size and kind that it has.
var realPictures = []string{
	"exif/ianare/jpg/mobile/HMD_Nokia_8.3_5G.jpg",
	"exif/ianare/jpg/hdr/iphone_hdr_YES.jpg",
	"exif/ianare/jpg/mobile/jolla.jpg",
	"wallpapers/mate-backgrounds/mate/nature/Wood.jpg",
	"exif/ianare/jpg/hdr/canon_hdr_YES.jpg",
	"formats/libjxl/jxl/flower/flower.png.im_q85_420_progr.jpg",
	"wallpapers/mate-backgrounds/mate/nature/RainDrops.jpg",
	"photos/n01440764_tench.JPEG",
	"wallpapers/mate-backgrounds/mate/abstract/Waves.png",
	"formats/libheif/examples/example.heic",
}

// pictures makes drawn pictures of each size class, and adds real ones where the corpus is.
func pictures(corpus string) ([]picture, error) {
	var list []picture
	for _, c := range []struct {
		name          string
		width, height int
	}{{"drawn 256 px", 256, 256}, {"drawn 2 MP", 1600, 1200}, {"drawn 12 MP", 4000, 3000}, {"drawn 24 MP", 6000, 4000}} {
		img := photograph(c.width, c.height)
		var out bytes.Buffer
		if err := jpeg.Encode(&out, img, &jpeg.Options{Quality: 85}); err != nil {
			return nil, err
		}
		list = append(list, picture{c.name, out.Bytes(), c.width, c.height})
		if data := progressive(out.Bytes()); data != nil && c.width >= 1600 && c.width <= 4000 {
			list = append(list, picture{c.name + ", progressive", data, c.width, c.height})
		}
		if c.width == 1600 {
			var out bytes.Buffer
			if err := png.Encode(&out, img); err != nil {
				return nil, err
			}
			list = append(list, picture{c.name + ", PNG", out.Bytes(), c.width, c.height})
		}
	}
	for _, name := range realPictures {
		data, err := os.ReadFile(filepath.Join(corpus, name))
		if err != nil {
			continue
		}
		facts := decode.Examine(data, decode.Limits{}).Facts
		list = append(list, picture{filepath.Base(name), data, facts.Width, facts.Height})
	}
	return list, nil
}

// progressive rewrites a JPEG with jpegtran, without loss; nil where that is not installed.
func progressive(data []byte) []byte {
	cmd := exec.Command("jpegtran", "-progressive")
	cmd.Stdin = bytes.NewReader(data)
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	return out
}

// photograph draws slopes and shapes with the noise of a sensor, which is what makes a file of a camera large.
func photograph(width, height int) image.Image {
	rng := rand.New(rand.NewPCG(1, 2))
	img := image.NewYCbCr(image.Rect(0, 0, width, height), image.YCbCrSubsampleRatio420)
	for y := range height {
		for x := range width {
			u, v := float64(x)/float64(width), float64(y)/float64(height)
			light := 120 + 60*math.Sin(9*u+4*v*v) + 25*math.Sin(140*u*v) + 12*math.Sin(float64(x)/3)*math.Sin(float64(y)/4)*v
			img.Y[y*img.YStride+x] = byte(max(0, min(light+rng.NormFloat64()*3, 255)))
		}
	}
	for i := range img.Cb {
		img.Cb[i], img.Cr[i] = byte(120+i%img.CStride*16/img.CStride+rng.IntN(3)), byte(132+rng.IntN(3))
	}
	return img
}
