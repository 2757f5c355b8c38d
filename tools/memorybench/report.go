package main

import (
	"errors"
	"fmt"
	"io"
	"time"
)

// What Redis is said to keep, in bytes (docs/performance.md, "What Redis keeps of a medium", at 1 million).
const (
	aloneBytes    = 373 // a picture that is alone in its group
	documentBytes = 165
	placeBytes    = 8 // an item
)

// report is what one run has measured.
type report struct {
	source source
	phases []phase
}

// phase is one command.
type phase struct {
	what    string
	took    time.Duration
	printed int64 // bytes
	samples []sample
}

// tenths returns where each tenth of the phase ends: of the items, where they are done in it, else of the time.
func (p *phase) tenths(items int) (at []int) {
	last := len(p.samples) - 1
	byItems := last > 0 && p.samples[0].done < items/10
	for tenth := 1; tenth <= 10; tenth++ {
		i := last * tenth / 10
		if byItems {
			for i = 0; i < last && p.samples[i].done < items*tenth/10; i++ {
			}
		}
		at = append(at, i)
	}
	at[9] = last // after the last item too
	return at
}

// warmUp belongs to the first tenth, however short that is: by then all pools and buffers of a process have been in use.
const warmUp = 5 * time.Second

// grew returns a side's peak in the first tenth, and in all.
func (p *phase) grew(items, side int) (first, all int64) {
	at := p.tenths(items)
	for i, s := range p.samples {
		if i <= at[0] || s.after < warmUp {
			first = max(first, s.peak[side])
		}
		all = max(all, s.peak[side])
	}
	return first, all
}

// allowed is how high a side may come.
func (r *report) allowed(side int, first int64) int64 {
	most := int64(flatFactor*float64(first)) + flatSlack
	if side == byService {
		most += int64(r.source.pictures) * groupBytes
	}
	return most
}

func (r *report) write(out io.Writer) {
	fmt.Fprintf(out, "%d items, %.0f MB; %d different pictures, %d different other contents\n", r.source.items, mega(r.source.bytes), r.source.pictures, r.source.others)
	for i := range r.phases {
		if len(r.phases[i].samples) > 0 {
			r.phases[i].write(out, r)
		}
	}
	if len(r.phases) > 0 && len(r.phases[0].samples) > 0 {
		r.writeRedis(out, r.phases[0].samples)
	}
}

func (p *phase) write(out io.Writer, r *report) {
	fmt.Fprintf(out, "\n%s: %.0f s, printed %.1f MB\n\n| MiB resident | s | items done | %s | %s | %s | %s | disk free |\n|---|---|---|---|---|---|---|---|\n",
		p.what, p.took.Seconds(), mega(p.printed), sideNames[0], sideNames[1], sideNames[2], sideNames[3])
	for tenth, i := range p.tenths(r.source.items) {
		s := p.samples[i]
		fmt.Fprintf(out, "| %d %% | %.0f | %d | %d | %d | %d | %d | %d |\n", 10*(tenth+1), s.after.Seconds(), s.done,
			s.resident[0]>>20, s.resident[1]>>20, s.resident[2]>>20, s.resident[3]>>20, s.free>>20)
	}
	fmt.Fprintln(out, "\n| MiB | peak, first tenth | peak | may be | slope behind the first tenth, bytes an item |\n|---|---|---|---|---|")
	for side := range sides {
		first, all := p.grew(r.source.items, side)
		most := "grows"
		if side == bySubmit || side == byService {
			most = fmt.Sprint(r.allowed(side, first) >> 20)
		}
		fmt.Fprintf(out, "| %s | %d | %d | %s | %.0f |\n", sideNames[side], first>>20, all>>20, most, p.slope(r.source.items, side))
	}
}

// leastItems is how many it takes to speak of bytes an item.
const leastItems = 100

// slope is that of the straight line, by least squares, through what a side had resident behind the first tenth: bytes an item, or 0
// where the items were done before.
func (p *phase) slope(items, side int) float64 {
	var n, x, y, xx, xy float64
	for _, s := range p.samples[p.tenths(items)[0]:] {
		a, b := float64(s.done), float64(s.resident[side])
		n, x, y, xx, xy = n+1, x+a, y+b, xx+a*a, xy+a*b
	}
	spread := n*xx - x*x
	if spread <= 0 || items < leastItems {
		return 0
	}
	return (n*xy - x*y) / spread
}

func (r *report) writeRedis(out io.Writer, samples []sample) {
	grown := samples[len(samples)-1].resident[byRedis] - samples[0].resident[byRedis]
	if r.source.items < leastItems {
		fmt.Fprintf(out, "\nRedis: %d MiB more\n", grown>>20)
		return
	}
	said := int64(r.source.pictures)*aloneBytes + int64(r.source.others)*documentBytes + int64(r.source.items)*placeBytes
	contents := max(1, r.source.pictures+r.source.others)
	fmt.Fprintf(out, "\nRedis: %d MiB more, %d bytes an item, %d a different content; by docs/performance.md %d MiB, without records' spare room\n",
		grown>>20, grown/int64(r.source.items), grown/int64(contents), said>>20)
}

func mega(bytes int64) float64 { return float64(bytes) / 1e6 }

// marks fails where the submission or the service grew with the source.
func (r *report) marks() (err error) {
	for i := range r.phases {
		for _, side := range []int{bySubmit, byService} {
			if first, all := r.phases[i].grew(r.source.items, side); all > r.allowed(side, first) {
				err = errors.Join(err, fmt.Errorf("%s: %s is not flat: %d MiB in the first tenth, %d in all", r.phases[i].what, sideNames[side], first>>20, all>>20))
			}
		}
	}
	return err
}
