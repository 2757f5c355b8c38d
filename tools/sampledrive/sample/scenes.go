package sample

import (
	"image"
	"math"
	"math/rand/v2"

	"github.com/disintegration/imaging"
)

// A scene is a way to compose a picture of ordinary things. Every scene ends with uneven light, whose coarse
// pattern is each picture's own: two mountains are as unlike as a mountain and a room.
type scene struct {
	name  string
	paint func(p *painter)
}

// scenes are what cameras saw. Never people.
var scenes = []scene{
	{"mountains", mountains}, {"coast", coast}, {"town", town}, {"room", room}, {"table", table},
	{"forest", forest}, {"market", market}, {"flowers", flowers}, {"road", road}, {"tiles", tiles},
}

// Scene draws any of the scenes as a picture of w × h pixels, without the grain of a sensor.
func Scene(r *rand.Rand, w, h int) *image.NRGBA {
	p := newPainter(r, w, h)
	scenes[r.IntN(len(scenes))].draw(p)
	return imaging.Clone(p.image())
}

// draw paints s and its light.
func (s scene) draw(p *painter) {
	s.paint(p)
	p.light(p.count(3, 5), 0.45)
	p.light(p.count(8, 12), 0.5)
}

// sky fills the top of the picture down to y, by day, dusk or night, perhaps with a sun or a moon and clouds.
func (p *painter) sky(y float64) (base tint) {
	base = p.colour(0.15, 1)
	p.fade(0, y, base, p.colour(0.3, 1))
	if p.IntN(3) > 0 {
		p.disc(p.Float64(), p.between(0.05, y), p.between(0.03, 0.11), p.colour(0.85, 1))
	}
	for range p.count(0, 6) {
		x, cy, t := p.Float64(), p.between(0, y), base.towards(tint{255, 255, 255}, p.between(0.3, 0.9))
		for range p.count(3, 7) {
			p.ellipse(x+p.between(-0.09, 0.09), cy+p.between(-0.02, 0.02), p.between(0.03, 0.08), p.between(0.015, 0.05), t)
		}
	}
	return base
}

func mountains(p *painter) {
	horizon := p.between(0.35, 0.75)
	p.sky(1)
	for i := range p.count(2, 4) {
		base := horizon + 0.13*float64(i)
		p.below(newNoise(p.Rand).ridge(base, p.between(0.1, 0.3), p.between(1.5, 5)), p.colour(0.15, 0.95), p.colour(0.1, 0.7))
	}
	for range p.count(0, 14) {
		p.fir(p.Float64(), p.between(0.75, 1.05), p.between(0.1, 0.35))
	}
}

// fir draws a conifer that stands at (x, y).
func (p *painter) fir(x, y, height float64) {
	t := p.colour(0.08, 0.45)
	p.rect(x-height*0.03, y-height*0.2, x+height*0.03, y, t.scale(0.6))
	for i := range 3 {
		top := y - height*(1-0.22*float64(i))
		w := height * (0.12 + 0.07*float64(i))
		p.polygon(t, point{x, top}, point{x + w, top + height*0.4}, point{x - w, top + height*0.4})
	}
}

func coast(p *painter) {
	horizon := p.between(0.2, 0.7)
	p.sky(horizon)
	sea := p.colour(0.15, 0.8)
	p.fade(horizon, 1, sea, p.colour(0.1, 0.9))
	for range p.count(10, 40) {
		y := horizon + (1-horizon)*p.Float64()
		p.ellipse(p.Float64(), y, p.between(0.03, 0.2), p.between(0.003, 0.012), sea.scale(p.between(0.4, 1.8)))
	}
	for range p.count(0, 3) {
		x, w := p.Float64(), p.between(0.08, 0.25)
		p.polygon(p.colour(0.1, 0.6), point{x - w, horizon}, point{x - w*0.3, horizon - p.between(0.04, 0.2)},
			point{x + w*0.4, horizon - p.between(0.02, 0.15)}, point{x + w, horizon})
	}
	for range p.count(1, 6) {
		p.boat(p.Float64(), horizon+p.between(0.02, 0.9)*(1-horizon), p.between(0.04, 0.13))
	}
	if p.IntN(2) == 0 {
		p.below(newNoise(p.Rand).ridge(p.between(0.7, 0.95), 0.15, 2), p.colour(0.5, 1), p.colour(0.3, 0.8))
	}
}

// boat draws a sailing boat of half-length s on the water at (x, y).
func (p *painter) boat(x, y, s float64) {
	p.polygon(p.colour(0.1, 0.9), point{x - s, y - s*0.3}, point{x + s, y - s*0.3}, point{x + s*0.6, y + s*0.2}, point{x - s*0.6, y + s*0.2})
	p.polygon(p.colour(0.5, 1), point{x, y - s*0.4}, point{x, y - s*2.4}, point{x + s*0.9, y - s*0.5})
	p.polygon(p.colour(0.3, 1), point{x - s*0.05, y - s*0.5}, point{x - s*0.05, y - s*2}, point{x - s*0.7, y - s*0.5})
}

func town(p *painter) {
	ground := p.between(0.7, 0.95)
	p.sky(ground)
	p.fade(ground, 1, p.colour(0.2, 0.8), p.colour(0.1, 0.7))
	for x := p.between(-0.1, 0.05); x < 1; {
		w := p.between(0.08, 0.28)
		p.house(x, ground+p.between(-0.03, 0.08), w, p.between(0.2, 0.65))
		x += w * p.between(0.85, 1.3)
	}
	for range p.count(0, 4) {
		x := p.Float64()
		p.rect(x, ground-p.between(0.15, 0.4), x+0.012, ground+0.1, p.colour(0.1, 0.4))
	}
}

// house draws a house whose lower left corner is (x, y).
func (p *painter) house(x, y, w, h float64) {
	wall := p.colour(0.25, 1)
	p.rect(x, y-h, x+w, y, wall)
	if p.IntN(3) > 0 {
		p.polygon(p.colour(0.15, 0.6), point{x - w*0.08, y - h}, point{x + w*p.between(0.3, 0.7), y - h - p.between(0.06, 0.2)}, point{x + w*1.08, y - h})
	}
	columns, rows := p.count(1, 5), p.count(1, 6)
	glass := p.colour(0.1, 1)
	for c := range columns {
		for r := range rows {
			wx, wy := x+w*(float64(c)+0.25)/float64(columns), y-h+h*(float64(r)+0.2)/float64(rows)
			p.rect(wx, wy, wx+w*0.5/float64(columns), wy+h*0.55/float64(rows), glass.scale(p.between(0.5, 1.2)))
		}
	}
}

func room(p *painter) {
	x0, x1, y0, y1 := p.between(0.1, 0.35), p.between(0.65, 0.9), p.between(0.08, 0.3), p.between(0.55, 0.8)
	p.polygon(p.colour(0.2, 1), point{0, 0}, point{1, 0}, point{x1, y0}, point{x0, y0})
	p.polygon(p.colour(0.2, 0.9), point{0, 0}, point{x0, y0}, point{x0, y1}, point{0, 1})
	p.polygon(p.colour(0.2, 0.9), point{1, 0}, point{x1, y0}, point{x1, y1}, point{1, 1})
	p.polygon(p.colour(0.15, 0.8), point{0, 1}, point{x0, y1}, point{x1, y1}, point{1, 1})
	p.rect(x0, y0, x1, y1, p.colour(0.3, 1))
	for range p.count(1, 4) { // frames and windows on the far wall
		w, h := (x1-x0)*p.between(0.12, 0.35), (y1-y0)*p.between(0.2, 0.5)
		x, y := p.between(x0, x1-w), p.between(y0, y1-h)
		p.rect(x, y, x+w, y+h, p.colour(0.05, 0.5))
		p.rect(x+w*0.1, y+h*0.1, x+w*0.9, y+h*0.9, p.colour(0.4, 1))
	}
	p.shelf(p.between(0, 0.6), p.between(0.1, 0.4), p.between(0.2, 0.4), p.between(0.3, 0.5))
	tx, ty, tw := p.between(0.05, 0.5), p.between(0.6, 0.85), p.between(0.3, 0.5)
	wood := p.colour(0.15, 0.8)
	for _, x := range []float64{tx + tw*0.05, tx + tw*0.9} {
		p.rect(x, ty, x+0.03, 1, wood.scale(0.7))
	}
	p.rect(tx, ty, tx+tw, ty+0.05, wood)
	for range p.count(1, 4) {
		p.thing(p.between(tx, tx+tw), ty, p.between(0.04, 0.09))
	}
	lamp := p.between(0.2, 0.8)
	p.line(point{lamp, 0}, point{lamp, 0.18}, 0.006, tint{30, 30, 30})
	p.polygon(p.colour(0.7, 1), point{lamp - 0.03, 0.16}, point{lamp + 0.03, 0.16}, point{lamp + 0.09, 0.26}, point{lamp - 0.09, 0.26})
}

// shelf draws a bookcase whose upper left corner is (x, y).
func (p *painter) shelf(x, y, w, h float64) {
	p.rect(x, y, x+w, y+h, p.colour(0.1, 0.5))
	rows := p.count(2, 4)
	for r := range rows {
		bottom := y + h*float64(r+1)/float64(rows) - 0.012
		for bx := x + 0.01; bx < x+w-0.03; {
			bw := p.between(0.012, 0.04)
			p.rect(bx, bottom-h/float64(rows)*p.between(0.45, 0.85), bx+bw, bottom, p.colour(0.2, 1))
			bx += bw + p.between(0, 0.012)
		}
	}
}

// thing draws a fruit, a bottle, a box or a cup of size s that stands on (x, y).
func (p *painter) thing(x, y, s float64) {
	t := p.colour(0.2, 1)
	switch p.IntN(4) {
	case 0:
		p.disc(x, y-s*0.9, s, t)
		p.disc(x-s*0.3, y-s*1.2, s*0.3, t.towards(tint{255, 255, 255}, 0.6))
	case 1:
		p.rect(x-s*0.5, y-s*2.6, x+s*0.5, y, t)
		p.rect(x-s*0.2, y-s*4, x+s*0.2, y-s*2.6, t.scale(0.8))
		p.rect(x-s*0.5, y-s*1.8, x+s*0.5, y-s*0.8, p.colour(0.5, 1))
	case 2:
		p.rect(x-s, y-s*1.5, x+s, y, t)
		p.polygon(t.scale(0.6), point{x + s, y}, point{x + s*1.4, y - s*0.4}, point{x + s*1.4, y - s*1.9}, point{x + s, y - s*1.5})
	default:
		p.disc(x+s*0.9, y-s*0.9, s*0.5, t.scale(0.7))
		p.rect(x-s*0.8, y-s*1.8, x+s*0.8, y, t)
		p.ellipse(x, y-s*1.8, s*0.8, s*0.3, t.scale(0.4))
	}
}

func table(p *painter) {
	edge := p.between(0.25, 0.55)
	p.fade(0, edge, p.colour(0.1, 1), p.colour(0.1, 1))
	p.fade(edge, 1, p.colour(0.2, 0.9), p.colour(0.1, 0.7))
	for i := range p.count(5, 12) {
		y := edge + (1-edge)*(0.15+0.08*float64(i))
		p.thing(p.Float64(), min(y, 1.05), p.between(0.04, 0.13))
	}
}

func forest(p *painter) {
	ground := p.between(0.65, 0.9)
	p.fade(0, ground, p.colour(0.2, 1), p.colour(0.3, 1))
	p.fade(ground, 1, p.colour(0.15, 0.7), p.colour(0.1, 0.5))
	for range p.count(8, 22) {
		x, w, foot := p.Float64(), p.between(0.008, 0.07), p.between(ground, 1)
		lean := p.between(-0.08, 0.08)
		p.polygon(p.colour(0.05, 0.75), point{x + lean - w*0.3, 0}, point{x + lean + w*0.3, 0}, point{x + w*0.5, foot}, point{x - w*0.5, foot})
	}
	for range p.count(10, 30) {
		p.ellipse(p.Float64(), p.between(0, 0.5), p.between(0.03, 0.12), p.between(0.02, 0.09), p.colour(0.1, 0.8))
	}
}

func market(p *painter) {
	p.fade(0, 1, p.colour(0.1, 0.9), p.colour(0.1, 0.9))
	columns, rows := p.count(3, 8), p.count(2, 6)
	tilt := p.between(-0.1, 0.1)
	for r := range rows {
		kind := p.colour(0.2, 1)
		for c := range columns {
			x := (float64(c)+0.5+p.between(-0.15, 0.15))/float64(columns) + tilt*float64(r)/float64(rows)
			y := (float64(r) + 0.5 + p.between(-0.15, 0.15)) / float64(rows)
			rx, ry := p.between(0.25, 0.5)/float64(columns), p.between(0.25, 0.5)/float64(rows)
			t := kind.scale(p.between(0.3, 1.3))
			if p.IntN(2) == 0 {
				p.rect(x-rx, y-ry, x+rx, y+ry, t)
			} else {
				p.ellipse(x, y, rx, ry, t)
			}
			p.ellipse(x, y, rx*0.4, ry*0.4, p.colour(0.1, 1))
		}
	}
}

func flowers(p *painter) {
	p.fade(0, 1, p.colour(0.2, 0.8), p.colour(0.05, 0.5))
	for range p.count(6, 18) {
		x, y, s := p.Float64(), p.Float64(), p.between(0.04, 0.15)
		p.line(point{x, y}, point{x + p.between(-0.1, 0.1), 1.1}, 0.01, p.colour(0.2, 0.5))
		petals, t := p.count(5, 9), p.colour(0.4, 1)
		turn := p.Float64()
		for i := range petals {
			sin, cos := math.Sincos(2 * math.Pi * (turn + float64(i)/float64(petals)))
			p.disc(x+cos*s*0.7, y+sin*s*0.9, s*0.45, t.scale(p.between(0.8, 1.1)))
		}
		p.disc(x, y, s*0.4, p.colour(0.2, 1))
	}
}

func road(p *painter) {
	horizon := p.between(0.3, 0.6)
	p.sky(horizon)
	p.fade(horizon, 1, p.colour(0.2, 0.8), p.colour(0.15, 0.7))
	p.below(newNoise(p.Rand).ridge(horizon-0.03, 0.06, 6), p.colour(0.1, 0.5), p.colour(0.2, 0.6))
	far, left, right := p.between(0.2, 0.8), p.between(-0.3, 0.3), p.between(0.7, 1.3)
	p.polygon(p.colour(0.1, 0.6), point{far - 0.01, horizon}, point{far + 0.01, horizon}, point{right, 1}, point{left, 1})
	for i := range 6 { // dashes grow towards the viewer
		a, b := math.Pow(float64(i)/6, 2), math.Pow((float64(i)+0.5)/6, 2)
		mid := func(t float64) point { return point{far + ((left+right)/2-far)*t, horizon + (1-horizon)*t} }
		p.line(mid(a), mid(b), 0.004+0.03*a, tint{235, 235, 220})
	}
	for range p.count(2, 8) {
		depth := p.between(0.1, 1)
		x := far + p.between(-1.2, 1.2)*depth
		foot := horizon + (1-horizon)*depth
		switch p.IntN(3) {
		case 0:
			p.car(x, foot, 0.16*depth+0.03)
		case 1:
			p.rect(x-0.01*depth, foot-0.6*depth, x+0.01*depth, foot, p.colour(0.1, 0.6))
		default:
			p.fir(x, foot, 0.6*depth)
		}
	}
}

// car draws a car of half-length s whose wheels stand at y.
func (p *painter) car(x, y, s float64) {
	t := p.colour(0.2, 1)
	p.rect(x-s, y-s*0.8, x+s, y-s*0.15, t)
	p.polygon(t.scale(0.8), point{x - s*0.7, y - s*0.8}, point{x - s*0.4, y - s*1.4}, point{x + s*0.4, y - s*1.4}, point{x + s*0.7, y - s*0.8})
	p.disc(x-s*0.55, y-s*0.15, s*0.2, tint{20, 20, 20})
	p.disc(x+s*0.55, y-s*0.15, s*0.2, tint{20, 20, 20})
}

func tiles(p *painter) {
	columns, rows := p.count(4, 9), p.count(3, 8)
	palette := []tint{p.colour(0.05, 0.35), p.colour(0.35, 0.7), p.colour(0.7, 1)}
	for r := range rows {
		for c := range columns {
			x0, y0 := float64(c)/float64(columns), float64(r)/float64(rows)
			x1, y1 := float64(c+1)/float64(columns), float64(r+1)/float64(rows)
			p.rect(x0, y0, x1, y1, palette[p.IntN(3)])
			t := palette[p.IntN(3)]
			switch p.IntN(3) {
			case 0:
				p.polygon(t, point{x0, y0}, point{x1, y0}, point{x0, y1})
			case 1:
				p.polygon(t, point{x1, y0}, point{x1, y1}, point{x0, y1})
			default:
				p.ellipse((x0+x1)/2, (y0+y1)/2, (x1-x0)*0.4, (y1-y0)*0.4, t)
			}
		}
	}
}
