package edits

import (
	"image"
	"image/color"
	"math"
	"math/rand/v2"
	"strings"

	"github.com/disintegration/imaging"
)

// Negative is a kind of hard negatives: pictures that are alike in kind and show different things, which a careless hash takes
// for one. They are drawn from a seed: pages of text (same margins and line heights, other words), charts (same axes, other
// bars), skies (a gradient and clouds), screens of a messenger (same bars, other bubbles), icons (shapes on a plain ground),
// forms (same boxes, other entries).
type Negative struct {
	Name string
	Draw func(rng *rand.Rand) *image.NRGBA
}

// Negatives returns all kinds.
func Negatives() []Negative {
	return []Negative{
		{"text page", textPage}, {"chart", chart}, {"sky", sky}, {"messenger screen", messages}, {"icon", icon}, {"form", form},
	}
}

func white() color.NRGBA { return color.NRGBA{255, 255, 255, 255} }
func black() color.NRGBA { return color.NRGBA{20, 20, 20, 255} }

func words(rng *rand.Rand, n int) string {
	var b strings.Builder
	for b.Len() < n {
		for range 2 + rng.IntN(8) {
			b.WriteByte(byte('a' + rng.IntN(26)))
		}
		b.WriteByte(' ')
	}
	return b.String()[:n]
}

func textPage(rng *rand.Rand) *image.NRGBA {
	img := imaging.New(600, 850, white())
	for y := 70; y < 800; y += 20 {
		if rng.IntN(9) > 0 {
			write(img, words(rng, 20+rng.IntN(48)), image.Pt(60, y), 1, black())
		}
	}
	return img
}

func chart(rng *rand.Rand) *image.NRGBA {
	img := imaging.New(800, 600, white())
	fill(img, image.Rect(80, 60, 83, 520), black())
	fill(img, image.Rect(80, 518, 740, 521), black())
	bar := color.NRGBA{byte(rng.IntN(200)), byte(rng.IntN(200)), byte(rng.IntN(200)), 255}
	n := 5 + rng.IntN(8)
	for i := range n {
		x := 100 + i*620/n
		fill(img, image.Rect(x, 518-rng.IntN(430), x+440/n, 518), bar)
	}
	write(img, words(rng, 18), image.Pt(250, 40), 2, black())
	return img
}

func sky(rng *rand.Rand) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, 640, 480))
	var clouds, detail [6]float64
	for i := range clouds {
		clouds[i], detail[i] = rng.Float64()*6, 6+rng.Float64()*30
	}
	for y := range 480 {
		for x := range 640 {
			u, v := float64(x)/640, float64(y)/480
			c := max(wave(u, v, clouds)+0.2*wave(u, v, detail)-0.6, 0)
			img.SetNRGBA(x, y, color.NRGBA{byte(90 + 80*v + 80*c), byte(140 + 60*v + 50*c), byte(220 + 20*c), 255})
		}
	}
	return img
}

// wave is a smooth value between 0 and 1.
func wave(x, y float64, k [6]float64) float64 {
	return (2 + math.Sin(k[0]*x+k[1]*y+k[2]) + math.Sin(k[3]*x-k[4]*y+k[5])) / 4
}

func messages(rng *rand.Rand) *image.NRGBA {
	img := imaging.New(540, 1170, color.NRGBA{236, 229, 221, 255})
	fill(img, image.Rect(0, 0, 540, 110), color.NRGBA{7, 94, 84, 255})
	write(img, words(rng, 12), image.Pt(90, 80), 2, white())
	for y := 140; y < 1050; {
		h, w := 50+20*rng.IntN(4), 150+rng.IntN(250)
		x := 20
		if rng.IntN(2) == 0 {
			x = 520 - w
		}
		fill(img, image.Rect(x, y, x+w, y+h), white())
		for line := y + 25; line < y+h; line += 20 {
			write(img, words(rng, w/9), image.Pt(x+10, line), 1, black())
		}
		y += h + 15
	}
	return img
}

func icon(rng *rand.Rand) *image.NRGBA {
	img := imaging.New(256, 256, anyColour(rng))
	for range 1 + rng.IntN(4) {
		x, y := 30+rng.IntN(120), 30+rng.IntN(120)
		fill(img, image.Rect(x, y, x+20+rng.IntN(90), y+20+rng.IntN(90)), anyColour(rng))
	}
	return img
}

func form(rng *rand.Rand) *image.NRGBA {
	img := imaging.New(600, 850, white())
	for i := range 14 {
		y := 60 + i*55
		fill(img, image.Rect(50, y, 550, y+36), black())
		fill(img, image.Rect(52, y+2, 548, y+34), white())
		write(img, words(rng, 5+rng.IntN(55)), image.Pt(60, y+26), 1, black())
	}
	return img
}
