package decode_test

import (
	"bytes"
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"testing"

	"vigie/hashing/decode"
)

// chequered is a picture whose 16 tiles differ in red and green, of size pixels each.
func chequered(size int) *image.NRGBA {
	img := image.NewNRGBA(image.Rect(0, 0, decode.TileGrid*size, decode.TileGrid*size*3/4))
	for y := range img.Rect.Dy() {
		for x := range img.Rect.Dx() {
			img.SetNRGBA(x, y, tileColour(x/size, y/(size*3/4)))
		}
	}
	return img
}

func tileColour(column, row int) color.NRGBA {
	return color.NRGBA{uint8(40 + 60*column), uint8(40 + 60*row), 20, 255}
}

func alike(a color.Color, b color.NRGBA) bool {
	r, g, bl, _ := a.RGBA()
	const most = 12 // of 255: what JPEG changes
	return max(int(r>>8)-int(b.R), int(b.R)-int(r>>8), int(g>>8)-int(b.G), int(b.G)-int(g>>8), int(bl>>8)-int(b.B), int(b.B)-int(bl>>8)) <= most
}

// TestTiles: what is shown are the tiles that were asked for, where they lie, in the smallest frame; in place of others there is grey.
func TestTiles(t *testing.T) {
	const size = 240
	data := encode(t, "png", chequered(size))
	for _, c := range []struct {
		tiles         decode.Tiles
		columns, rows int // of the frame
		left, top     int // its first tile
	}{
		{1, 1, 1, 0, 0}, {1 << 15, 1, 1, 3, 3}, {1<<5 | 1<<6, 2, 1, 1, 1}, {1 | 1<<10, 3, 3, 0, 0}, {0xffff, 4, 4, 0, 0}, {1<<2 | 1<<14, 1, 4, 2, 0},
	} {
		view, err := decode.Preview(data, decode.View{Step: decode.PreviewTiles, Tiles: c.tiles}, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := jpeg.Decode(bytes.NewReader(view))
		if err != nil {
			t.Fatal(err)
		}
		if got, want := shown.Bounds().Size(), image.Pt(c.columns*size, c.rows*size*3/4); got != want {
			t.Errorf("tiles %016b: %v, not %v", c.tiles, got, want)
			continue
		}
		for row := range c.rows {
			for column := range c.columns {
				want := color.NRGBA{128, 128, 128, 255}
				if at := (c.top+row)*decode.TileGrid + c.left + column; c.tiles>>at&1 == 1 {
					want = tileColour(c.left+column, c.top+row)
				}
				for _, dx := range []int{10, size / 2, size - 11} { // not at the edges, where JPEG mixes what is next to one another
					if got := shown.At(column*size+dx, row*size*3/4+size/3); !alike(got, want) {
						t.Errorf("tiles %016b, %d of line %d: %v, not %v", c.tiles, column, row, got, want)
					}
				}
			}
		}
	}
}

// TestTilesKeepToThemselves: two pictures that differ in all but one tile give the same bytes for that.
func TestTilesKeepToThemselves(t *testing.T) {
	one, other := chequered(203), image.NewNRGBA(chequered(203).Rect)
	b := one.Rect
	const column, row = 2, 1
	tile := image.Rect(column*b.Dx()/4, row*b.Dy()/4, (column+1)*b.Dx()/4, (row+1)*b.Dy()/4)
	for y := range b.Dy() {
		for x := range b.Dx() {
			c := color.NRGBA{255, 255, 255, 255}
			if image.Pt(x, y).In(tile) {
				c = one.NRGBAAt(x, y)
			}
			other.SetNRGBA(x, y, c)
		}
	}
	var views [2][]byte
	for i, img := range []*image.NRGBA{one, other} {
		view, err := decode.Preview(encode(t, "png", img), decode.View{Step: decode.PreviewTiles, Tiles: 1 << (4*row + column)}, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		views[i] = view
	}
	if !bytes.Equal(views[0], views[1]) {
		t.Error("something of other tiles is in it")
	}
}

// TestTilesOfATurnedPicture: tiles are those of what is seen, however the picture lies in its file.
func TestTilesOfATurnedPicture(t *testing.T) {
	for orientation := uint16(1); orientation <= 8; orientation++ {
		data := withEXIF(encode(t, "jpeg", chequered(160)), exif(exifTag{0x0112, orientation}))
		full := preview(t, data, decode.PreviewFull)
		b := full.Bounds()
		for i := range 16 {
			view, err := decode.Preview(data, decode.View{Step: decode.PreviewTiles, Tiles: 1 << i}, decode.Limits{})
			if err != nil {
				t.Fatal(err)
			}
			tile, err := jpeg.Decode(bytes.NewReader(view))
			if err != nil {
				t.Fatal(err)
			}
			r, g, bl, _ := full.At(b.Dx()*(2*(i%4)+1)/8, b.Dy()*(2*(i/4)+1)/8).RGBA()
			want := color.NRGBA{uint8(r >> 8), uint8(g >> 8), uint8(bl >> 8), 255}
			if got := tile.At(tile.Bounds().Dx()/2, tile.Bounds().Dy()/2); !alike(got, want) || tile.Bounds().Size() != image.Pt(b.Dx()/4, b.Dy()/4) {
				t.Errorf("orientation %d, tile %d: %v of %v, not %v", orientation, i, got, tile.Bounds().Size(), want)
			}
		}
	}
}

// TestTilesAreBounded: tiles of a large picture are reduced together, none is told of none, and a picture of fewer pixels than tiles
// is no trouble.
func TestTilesAreBounded(t *testing.T) {
	for _, c := range []struct {
		source, want image.Point
		tiles        decode.Tiles
	}{
		{image.Pt(5000, 300), image.Pt(1250, 75), 1}, {image.Pt(5000, 300), image.Pt(2000, 40), 0b111}, {image.Pt(5000, 300), image.Pt(1, 1), 0},
		{image.Pt(3, 2), image.Pt(3, 2), 0xffff}, {image.Pt(1, 1), image.Pt(1, 1), 1},
	} {
		view, err := decode.Preview(encode(t, "png", scene(c.source.X, c.source.Y)), decode.View{Step: decode.PreviewTiles, Tiles: c.tiles}, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		config, err := jpeg.DecodeConfig(bytes.NewReader(view))
		if got := image.Pt(config.Width, config.Height); err != nil || got != c.want {
			t.Errorf("%s: %v, %v", fmt.Sprint(c), got, err)
		}
	}
}

// TestTilesOfTheSmallest: of a picture that is laid on a larger ground to bear its mark, the tiles are the picture's, not the ground's.
func TestTilesOfTheSmallest(t *testing.T) {
	const size = 16 // pixels of a tile: 64 × 48 in all
	img := chequered(size)
	data := encode(t, "png", img)
	for i := range decode.TileGrid * decode.TileGrid {
		view, err := decode.Preview(data, decode.View{Step: decode.PreviewTiles, Tiles: 1 << i, Mark: mark}, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := jpeg.Decode(bytes.NewReader(view))
		if err != nil {
			t.Fatal(err)
		}
		b := shown.Bounds()
		if got := b.Size(); got != image.Pt(97, size*3/4+39) {
			t.Errorf("tile %d is shown on %v", i, got)
		}
		at := func(x, y int) color.Color { return shown.At((b.Dx()-size)/2+x, y) }
		for _, p := range []image.Point{{size / 2, 1}, {4, size/2 - 2}, {size - 5, size/2 - 2}} {
			if got, want := at(p.X, p.Y), tileColour(i%decode.TileGrid, i/decode.TileGrid); !alike(got, want) {
				t.Errorf("tile %d shows %v at %v, not %v", i, got, p, want)
			}
		}
		if got := at(-12, 4); !alike(got, color.NRGBA{128, 128, 128, 255}) {
			t.Errorf("beside tile %d is %v", i, got)
		}
	}
}

// TestRevealView: tiles are shown in grey before the colour step, and small before the full one; none of them is blurred.
func TestRevealView(t *testing.T) {
	data := encode(t, "png", chequered(500))
	for _, c := range []struct {
		step  int
		plain bool
		tiles decode.Tiles
		grey  bool
		want  image.Point
		left  color.NRGBA
	}{
		{2, false, 1 << 3, true, image.Pt(320, 240), tileColour(3, 0)}, {3, false, 1 << 3, false, image.Pt(320, 240), tileColour(3, 0)},
		{4, false, 1 << 3, false, image.Pt(500, 375), tileColour(3, 0)}, {4, false, 0, false, image.Pt(2000, 1500), tileColour(0, 0)},
		{1, false, 1 << 3, true, image.Pt(320, 240), tileColour(3, 0)},
		{4, true, 1 << 3, true, image.Pt(500, 375), tileColour(3, 0)}, {4, true, 0, true, image.Pt(2000, 1500), tileColour(0, 0)},
	} {
		v := decode.RevealView(c.step, c.tiles, c.plain, "", "")
		view, err := decode.Preview(data, v, decode.Limits{})
		if err != nil {
			t.Fatal(err)
		}
		shown, err := jpeg.Decode(bytes.NewReader(view))
		if err != nil {
			t.Fatal(err)
		}
		if _, grey := shown.(*image.Gray); grey != c.grey || shown.Bounds().Size() != c.want || v.Side() < max(c.want.X, c.want.Y) {
			t.Errorf("%+v: grey %t, %v", c, grey, shown.Bounds())
		}
		if at := shown.At(20, 20); !c.grey && !alike(at, c.left) {
			t.Errorf("%+v: %v", c, at)
		}
	}
}
