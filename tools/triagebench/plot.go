package main

import (
	"fmt"
	"html"
	"strings"
)

// The plot's geometry, in units of the drawing.
const (
	plotWidth, plotHeight = 840, 460
	plotLeft, plotTop     = 70, 30
	plotRight, plotBottom = 590, 390
	plotTo                = workedShare // share of groups opened, at the right edge
)

// strokes tell the orders apart without their colours.
var strokes = []struct{ class, dash string }{{"a", ""}, {"e", "14 3"}, {"b", "9 5"}, {"c", "2 4"}, {"d", "12 4 2 4"}}

func plotX(opened float64) float64 { return plotLeft + (plotRight-plotLeft)*opened/plotTo }
func plotY(found float64) float64  { return plotBottom - (plotBottom-plotTop)*found }

// plot draws the gain curve, to be read on light and dark ground, by eyes and by screen readers.
func (r *report) plot() string {
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" role="img" aria-labelledby="title desc" font-family="system-ui, sans-serif" font-size="14">`+"\n", plotWidth, plotHeight)
	fmt.Fprintf(&b, "<title id=\"title\">Planted groups found against groups opened</title>\n<desc id=\"desc\">%s</desc>\n", html.EscapeString(r.described()))
	b.WriteString(`<style>
text { fill: #1b1b1b } .ground { fill: #ffffff } .grid { stroke: #d0d0d0; stroke-width: 1 } .mark { stroke: #1b1b1b; stroke-width: 1.5; stroke-dasharray: 3 3 }
.line { fill: none; stroke-width: 2.5 } .a { stroke: #00539f } .b { stroke: #a34700 } .c { stroke: #00684a } .d { stroke: #6b6b6b } .e { stroke: #7a3fa0 }
@media (prefers-color-scheme: dark) {
text { fill: #f0f0f0 } .ground { fill: #16181c } .grid { stroke: #3c4048 } .mark { stroke: #f0f0f0 }
.a { stroke: #74b8ff } .b { stroke: #ffa766 } .c { stroke: #5fd3ab } .d { stroke: #b5b5b5 } .e { stroke: #cfa3f0 }
}
</style>
`)
	fmt.Fprintf(&b, `<rect class="ground" width="%d" height="%d"/>`+"\n", plotWidth, plotHeight)
	r.axes(&b)
	orders := r.drawn()
	labels := make([]float64, len(orders))
	for i := range orders {
		labels[i] = plotY(orders[i].found(plotTo))
	}
	for i, o := range orders {
		points := make([]string, 0, 121)
		for step := range 121 {
			opened := plotTo * float64(step) / 120
			found := 0.0
			if step > 0 {
				found = o.found(opened)
			}
			points = append(points, fmt.Sprintf("%.1f,%.1f", plotX(opened), plotY(found)))
		}
		fmt.Fprintf(&b, `<polyline class="line %s" stroke-dasharray="%s" points="%s"/>`+"\n", strokes[i].class, strokes[i].dash, strings.Join(points, " "))
		y := apart(labels, i)
		fmt.Fprintf(&b, `<line class="line %s" stroke-dasharray="%s" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><text x="%d" y="%.1f">%s</text>`+"\n",
			strokes[i].class, strokes[i].dash, plotRight+8, y, plotRight+38, y, plotRight+44, y+5, o.name)
	}
	b.WriteString("</svg>\n")
	return b.String()
}

// drawn are the orders that the plot shows; the further ones stand in a table.
func (r *report) drawn() []order { return r.orders[:len(strokes)] }

// apart moves a label up or down until it is clear of those before it.
func apart(labels []float64, i int) float64 {
	const room = 18
	for moved := true; moved; {
		moved = false
		for _, other := range labels[:i] {
			if d := labels[i] - other; d > -room && d < room {
				labels[i], moved = other+room, true
			}
		}
	}
	return labels[i]
}

// axes draws the ground lines with their numbers, and the mark.
func (r *report) axes(b *strings.Builder) {
	for step := range 6 {
		found := float64(step) / 5
		fmt.Fprintf(b, `<line class="grid" x1="%d" y1="%.1f" x2="%d" y2="%.1f"/><text x="%d" y="%.1f" text-anchor="end">%.0f %%</text>`+"\n",
			plotLeft, plotY(found), plotRight, plotY(found), plotLeft-8, plotY(found)+5, 100*found)
	}
	for _, opened := range []float64{0, .05, .10, .15, .20} {
		fmt.Fprintf(b, `<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/><text x="%.1f" y="%d" text-anchor="middle">%.0f %%</text>`+"\n",
			plotX(opened), plotTop, plotX(opened), plotBottom, plotX(opened), plotBottom+20, 100*opened)
	}
	fmt.Fprintf(b, `<path class="mark" fill="none" d="M%d %.1f H%.1f V%d"/><text x="%.1f" y="%.1f">mark: %.0f %% within %.0f %%</text>`+"\n",
		plotLeft, plotY(markFound), plotX(markOpened), plotBottom, plotX(0)+6, plotY(markFound)-8, 100*markFound, 100*markOpened)
	fmt.Fprintf(b, `<text x="%d" y="%d" text-anchor="middle">share of the queue's groups opened</text>`+"\n", (plotLeft+plotRight)/2, plotBottom+48)
	fmt.Fprintf(b, `<text transform="translate(18 %d) rotate(-90)" text-anchor="middle">share of planted groups found</text>`+"\n", (plotTop+plotBottom)/2)
}

// described says in words what the plot shows.
func (r *report) described() string {
	said := make([]string, len(r.drawn()))
	for i, o := range r.drawn() {
		said[i] = fmt.Sprintf("%s finds %.0f %% within the first 5 %% and %.0f %% within the first 20 %%", o.name, 100*o.found(.05), 100*o.found(.20))
	}
	return fmt.Sprintf("Share of %d planted groups found against the share of %d groups opened, from none to %.0f %%: %s.", len(r.planted), len(r.before), 100*plotTo, strings.Join(said, "; "))
}
