package triage_test

import (
	"bytes"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"testing"

	"vigie/triage"
)

// inBorder puts a picture on a plain ground, with a border of a share of its sides.
func inBorder(t *testing.T, p picture, path string, percent int) picture {
	t.Helper()
	img, err := jpeg.Decode(bytes.NewReader(p.bytes))
	if err != nil {
		t.Fatal(err)
	}
	w, h := img.Bounds().Dx(), img.Bounds().Dy()
	x, y := w*percent/100, h*percent/100
	page := image.NewRGBA(image.Rect(0, 0, w+2*x, h+2*y))
	draw.Draw(page, page.Rect, image.NewUniform(color.White), image.Point{}, draw.Src)
	draw.Draw(page, image.Rect(x, y, x+w, y+h), img, image.Point{}, draw.Src)
	var b bytes.Buffer
	if err := jpeg.Encode(&b, page, &jpeg.Options{Quality: 95}); err != nil {
		t.Fatal(err)
	}
	return newItem(path, b.Bytes())
}

// TestBorderCameFirst has a picture and another border join the copy in a border that came before them, also when what Redis held
// was made again from the record in between.
func TestBorderCameFirst(t *testing.T) {
	h := newHouse(t)
	c := h.caughtUp()
	p := newPicture(t, "plain.jpg", 1)
	first := inBorder(t, p, "first.jpg", 12)
	want := triage.GroupID(h.names.Medium(first.item.Digests.SHA256))
	for _, next := range []picture{first, p, inBorder(t, p, "third.jpg", 25)} {
		if err := h.submitOnce(t.Context(), next.item.Path, next); err != nil {
			t.Fatal(err)
		}
		h.work()
		m, err := h.views.Media.Medium(t.Context(), h.names.Medium(next.item.Digests.SHA256))
		if err != nil || m.Group != want {
			t.Errorf("%s is in group %s, %v; want %s", next.item.Path, m.Group, err, want)
		}
		h.rebuilt(c, next.item.Path)
	}
}
