package web

import (
	"strconv"

	"vigie/api/i18n"
)

// The geometry of plots, in units of their drawing: pixels, as long as there is room.
const (
	plotWidth    = 640
	acrossHeight = 22
	acrossPitch  = 32  // from bar to bar
	acrossLeft   = 170 // its labels stand before it
	acrossRight  = 560 // and its numbers behind it
	columnsTall  = 220
	columnsLeft  = 56
	columnsTop   = 16
	columnsFloor = 190
	mostPitch    = 60 // from column to column
	mostLabels   = 10 // under columns
)

// plot is a drawing of numbers with the table of the same numbers: none is told by the drawing alone.
type plot struct {
	ID            string
	Title, Told   string // what it shows, and in one sentence what it says
	Width, Height int
	Floor         int // where columns stand; 0: there are none
	Left          int
	Bars          []plotBar
	Labels        []plotLabel
	Legend        []plotSeries
	Head          []string   // of the table
	Rows          [][]string // the first cell names the row
}

type plotBar struct {
	X, Y, Width, Height int
	Class               string
}

type plotLabel struct {
	X, Y   int
	Anchor string // start, middle or end
	Text   string
}

// plotSeries is one kind of what columns count.
type plotSeries struct {
	Class, Name string
	Values      []int
}

// acrossPlot draws a bar for each number.
func acrossPlot(l i18n.Lang, p plot, labels []string, values []int) plot {
	most := 1
	for _, n := range values {
		most = max(most, n)
	}
	p.Width, p.Height = plotWidth, acrossPitch*len(values)
	for i, n := range values {
		y := i*acrossPitch + (acrossPitch-acrossHeight)/2
		bar := plotBar{acrossLeft, y, scaled(n, most, acrossRight-acrossLeft), acrossHeight, "one"}
		p.Bars = append(p.Bars, bar)
		p.Labels = append(p.Labels,
			plotLabel{acrossLeft - 8, y + acrossHeight - 6, "end", labels[i]},
			plotLabel{acrossLeft + bar.Width + 8, y + acrossHeight - 6, "start", i18n.Number(l, n)})
		p.Rows = append(p.Rows, []string{labels[i], i18n.Number(l, n)})
	}
	return p
}

// columnsPlot draws a column for each label, of what each series counts there, the first one lowest.
func columnsPlot(l i18n.Lang, p plot, labels []string, series ...plotSeries) plot {
	p.Width, p.Height, p.Floor, p.Left = plotWidth, columnsTall, columnsFloor, columnsLeft
	most := 1
	for i := range labels {
		sum := 0
		for _, s := range series {
			sum += s.Values[i]
		}
		most = max(most, sum)
	}
	p.Labels = append(p.Labels, plotLabel{columnsLeft - 8, columnsFloor + 5, "end", "0"}, plotLabel{columnsLeft - 8, columnsTop + 5, "end", i18n.Number(l, most)})
	pitch := min((plotWidth-columnsLeft)/max(len(labels), 1), mostPitch)
	every := (len(labels) + mostLabels - 1) / mostLabels
	for i, label := range labels {
		x, y, row := columnsLeft+i*pitch+pitch/8, columnsFloor, []string{label}
		for _, s := range series {
			height := scaled(s.Values[i], most, columnsFloor-columnsTop)
			y -= height
			p.Bars = append(p.Bars, plotBar{x, y, pitch * 3 / 4, height, s.Class})
			row = append(row, i18n.Number(l, s.Values[i]))
		}
		if i%max(every, 1) == 0 {
			p.Labels = append(p.Labels, plotLabel{x + pitch*3/8, columnsFloor + 20, "middle", label})
		}
		p.Rows = append(p.Rows, row)
	}
	if len(series) > 1 {
		p.Legend = series
	}
	return p
}

// scaled returns how long a bar is: what is not nothing is seen.
func scaled(n, most, length int) int {
	if n == 0 {
		return 0
	}
	return max(n*length/most, 2)
}

// Box is the drawing's view box.
func (p plot) Box() string { return "0 0 " + strconv.Itoa(p.Width) + " " + strconv.Itoa(p.Height) }
