package decode

import (
	"image"
	"image/draw"

	"github.com/disintegration/imaging"
)

// TileGrid is how many tiles of a picture lie side by side, and one above the other.
const TileGrid = 4

// Tiles are tiles of an upright picture: bit TileGrid*row + column.
type Tiles uint16

func (t Tiles) has(column, row int) bool { return t>>(TileGrid*row+column)&1 == 1 }

// stored returns where the tiles lie before the picture is turned upright.
func (t Tiles) stored(orientation int) Tiles {
	const set = 255
	grid := image.NewNRGBA(image.Rect(0, 0, TileGrid, TileGrid))
	for i := range TileGrid * TileGrid {
		if t.has(i%TileGrid, i/TileGrid) {
			grid.Pix[4*i] = set
		}
	}
	switch orientation { // the turn back: all others are their own
	case 6:
		orientation = 8
	case 8:
		orientation = 6
	}
	grid = upright(grid, orientation)
	t = 0
	for i := range TileGrid * TileGrid {
		if grid.Pix[4*i] == set {
			t |= 1 << i
		}
	}
	return t
}

// cutTiles returns some tiles of a picture, where they lie, within the smallest frame that holds them, of which no side is longer than
// side. Each is reduced by itself, so that not a pixel of another comes into it; in place of those there is nothing.
func cutTiles(img image.Image, tiles Tiles, side int) *image.NRGBA {
	b := img.Bounds()
	tile := func(i int) image.Rectangle {
		column, row := i%TileGrid, i/TileGrid
		return image.Rect(column*b.Dx()/TileGrid, row*b.Dy()/TileGrid, (column+1)*b.Dx()/TileGrid, (row+1)*b.Dy()/TileGrid)
	}
	var frame image.Rectangle
	for i := range TileGrid * TileGrid {
		if tiles>>i&1 == 1 {
			frame = frame.Union(tile(i))
		}
	}
	scale := min(1, float64(side)/float64(max(1, frame.Dx(), frame.Dy())))
	reduce := func(p image.Point) image.Point {
		p = p.Sub(frame.Min)
		return image.Pt(int(float64(p.X)*scale), int(float64(p.Y)*scale))
	}
	size := reduce(frame.Max)
	out := image.NewNRGBA(image.Rect(0, 0, max(1, size.X), max(1, size.Y)))
	for i := range TileGrid * TileGrid {
		from := tile(i)
		to := image.Rectangle{Min: reduce(from.Min), Max: reduce(from.Max)}
		if tiles>>i&1 == 0 || from.Empty() || to.Empty() {
			continue
		}
		cut := imaging.Resize(imaging.Crop(img, from.Add(b.Min)), to.Dx(), to.Dy(), imaging.Box)
		draw.Draw(out, to, cut, image.Point{}, draw.Src)
	}
	return out
}
