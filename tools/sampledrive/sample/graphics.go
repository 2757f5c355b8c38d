package sample

import (
	"image"
	"math"
)

// graphics are pictures no camera took: what a browser keeps, what programs ship, what a screen shows.
var (
	webGraphics = []scene{{"banner", banner}, {"product", product}, {"logo", logo}, {"chart", chart}}
	screens     = []scene{{"chart", chart}, {"window", window}, {"poster", tiles}}
	icons       = []scene{{"icon", icon}}
)

// sharp paints s at exactly the given size.
func (s scene) sharp(p *painter) *image.RGBA {
	s.paint(p)
	return p.image()
}

// text draws a paragraph of bars that look like words from afar.
func (p *painter) text(x, y, w, lineHeight float64, lines int, t tint) {
	for i := range lines {
		top := y + lineHeight*float64(i)
		for wx, end := x, x+w*p.between(0.5, 1); wx < end; {
			word := w * p.between(0.05, 0.25)
			p.rect(wx, top, min(wx+word, end), top+lineHeight*0.55, t)
			wx += word + w*0.04
		}
	}
}

func banner(p *painter) {
	p.fade(0, 1, p.colour(0.1, 1), p.colour(0.1, 1))
	for range p.count(3, 7) {
		p.polygon(p.colour(0.1, 1), p.anywhere(), p.anywhere(), p.anywhere())
	}
	p.text(p.between(0.05, 0.4), p.between(0.1, 0.6), p.between(0.3, 0.6), 0.12, p.count(2, 4), p.colour(0, 1))
	p.rect(0.6, p.between(0.6, 0.8), 0.95, 0.92, p.colour(0.2, 1))
	p.light(8, 0.3)
}

func (p *painter) anywhere() point { return point{p.between(-0.1, 1.1), p.between(-0.1, 1.1)} }

func product(p *painter) {
	p.fade(0, 1, tint{250, 250, 250}, p.colour(0.7, 1))
	for range p.count(3, 6) {
		p.thing(p.between(0.1, 0.9), p.between(0.35, 1), p.between(0.1, 0.24))
	}
	p.text(0.05, p.between(0, 0.8), 0.5, 0.09, 2, p.colour(0, 0.5))
	p.light(7, 0.35)
}

func logo(p *painter) {
	p.fade(0, 1, p.colour(0, 1), p.colour(0, 1))
	for range p.count(5, 9) {
		x, y, r := p.between(0.1, 0.9), p.between(0.1, 0.9), p.between(0.08, 0.3)
		switch p.IntN(3) {
		case 0:
			p.disc(x, y, r, p.colour(0, 1))
		case 1:
			p.rect(x-r, y-r*p.between(0.2, 1), x+r, y+r*0.5, p.colour(0, 1))
		default:
			p.line(p.anywhere(), p.anywhere(), r*0.5, p.colour(0, 1))
		}
	}
	p.light(9, 0.3)
}

func chart(p *painter) {
	p.fade(0, 1, p.colour(0.85, 1), p.colour(0.75, 1))
	switch p.IntN(3) {
	case 0:
		n := p.count(5, 14)
		for i := range n {
			x := 0.08 + 0.88*float64(i)/float64(n)
			p.rect(x, p.between(0.1, 0.85), x+0.6/float64(n), 0.92, p.colour(0.1, 0.8))
		}
	case 1:
		p.pie(p.between(0.3, 0.7), p.between(0.4, 0.6), p.between(0.25, 0.38))
	default:
		for range p.count(2, 5) {
			t := p.colour(0.05, 0.6)
			last := point{0.05, p.between(0.1, 0.9)}
			for i := range 10 {
				next := point{0.05 + 0.1*float64(i+1), min(0.95, max(0.05, last.y+p.between(-0.3, 0.3)))}
				p.line(last, next, 0.022, t)
				last = next
			}
		}
	}
	p.text(p.between(0.05, 0.6), p.between(0.02, 0.9), 0.35, 0.06, 2, p.colour(0, 0.3))
	p.light(9, 0.4)
}

func (p *painter) pie(x, y, r float64) {
	ratio := float64(p.w) / float64(p.h)
	for at := p.Float64(); ; {
		share := p.between(0.06, 0.3)
		corners := []point{{x, y}}
		for i := range 25 {
			sin, cos := math.Sincos(2 * math.Pi * (at + share*float64(i)/24))
			corners = append(corners, point{x + r*cos, y + r*sin*ratio})
		}
		p.polygon(p.colour(0.05, 0.9), corners...)
		if at += share; at > 2 {
			return
		}
	}
}

func window(p *painter) {
	p.fade(0, 1, p.colour(0.1, 0.9), p.colour(0.1, 0.9))
	p.light(8, 0.6)
	for range p.count(2, 5) {
		x, y, w, h := p.between(0, 0.6), p.between(0, 0.6), p.between(0.25, 0.6), p.between(0.25, 0.6)
		p.rect(x, y, x+w, y+h, p.colour(0.8, 1))
		p.rect(x, y, x+w, y+0.05, p.colour(0.1, 0.7))
		p.text(x+0.03, y+0.09, w*0.5, 0.06, int(h/0.06)-2, p.colour(0, 0.5))
		p.rect(x+w*0.65, y+h*0.3, x+w*0.95, y+h*0.8, p.colour(0.1, 0.9))
	}
	p.light(6, 0.25)
}

func icon(p *painter) {
	p.fade(0, 1, p.colour(0, 1), p.colour(0, 1))
	cells := p.count(4, 7)
	for r := range cells {
		for c := range cells {
			if p.IntN(2) == 0 {
				x, y := float64(c)/float64(cells), float64(r)/float64(cells)
				p.rect(x, y, x+1/float64(cells), y+1/float64(cells), p.colour(0, 1))
			}
		}
	}
	p.disc(p.between(0.2, 0.8), p.between(0.2, 0.8), p.between(0.1, 0.3), p.colour(0, 1))
}
