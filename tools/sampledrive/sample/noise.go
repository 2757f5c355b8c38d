package sample

import (
	"math"
	"math/rand/v2"
)

// noise is a smooth random field of the plane (value noise over a lattice).
type noise uint32

func newNoise(r *rand.Rand) noise { return noise(r.Uint32()) }

// lattice returns the field's value at whole coordinates, -1 to 1.
func (n noise) lattice(x, y int) float64 {
	h := uint32(n) ^ uint32(x)*0x9E3779B1 ^ uint32(y)*0x85EBCA77
	h ^= h >> 15
	h *= 0x2C1B3C6D
	h ^= h >> 12
	h *= 0x297A2D39
	h ^= h >> 15
	return float64(h)/(1<<31) - 1
}

// at returns the field between the lattice points, -1 to 1.
func (n noise) at(x, y float64) float64 {
	fx, fy := math.Floor(x), math.Floor(y)
	ix, iy := int(fx), int(fy)
	u, v := smooth(x-fx), smooth(y-fy)
	top := n.lattice(ix, iy)*(1-u) + n.lattice(ix+1, iy)*u
	bottom := n.lattice(ix, iy+1)*(1-u) + n.lattice(ix+1, iy+1)*u
	return top*(1-v) + bottom*v
}

func smooth(t float64) float64 { return t * t * (3 - 2*t) }

// fractal adds three octaves of the field, the coarsest strongest, about -1 to 1.
func (n noise) fractal(x, y float64) float64 {
	return 0.55*n.at(x, y) + 0.3*n.at(2*x+17, 2*y+5) + 0.15*n.at(4*x+3, 4*y+29)
}

// ridge returns the skyline of a mountain range: height base, roughness amp, with about peaks summits.
func (n noise) ridge(base, amp, peaks float64) func(x float64) float64 {
	return func(x float64) float64 {
		y, a, f := base, amp, peaks
		for i := range 6 {
			y += a * n.at(x*f+float64(31*i), 0.5)
			a, f = a/2, f*2
		}
		return y
	}
}
