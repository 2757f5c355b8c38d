package main

import (
	"fmt"
	"io"
	"os"
	"strings"
	"sync"
	"time"
	"unicode/utf8"

	"golang.org/x/term"

	"vigie/api/i18n"
)

const (
	barEvery   = 200 * time.Millisecond // on a terminal
	lineAfter  = 2 * time.Second        // elsewhere: what is quicker needs no line
	lineEvery  = 5 * time.Second
	barWidth   = 24 // characters
	plainWidth = 80 // of a terminal that does not tell its own
)

// progress shows how far something has come: on a terminal one line that is written over, elsewhere a line every few
// seconds. It owns one goroutine, which end stops.
type progress struct {
	out      io.Writer
	terminal *os.File // nil elsewhere
	line     func() string
	stop     chan struct{}
	stopped  chan struct{}

	mu    sync.Mutex // guards what follows, and out
	shown int        // length of the line on the terminal, in characters
}

// startProgress shows what line returns until end is called. line must be safe to call from another goroutine.
func (env *environment) startProgress(line func() string) *progress {
	p := &progress{out: env.Stderr, line: line, stop: make(chan struct{}), stopped: make(chan struct{})}
	if f, ok := env.Stderr.(*os.File); ok && term.IsTerminal(int(f.Fd())) {
		p.terminal = f
	}
	go p.run()
	return p
}

func (p *progress) run() {
	defer close(p.stopped)
	next := barEvery
	if p.terminal == nil {
		next = lineAfter
	}
	for {
		select {
		case <-p.stop:
			return
		case <-time.After(next):
		}
		if p.terminal == nil {
			p.say(p.line())
			next = lineEvery
			continue
		}
		p.mu.Lock()
		p.over(p.line())
		p.mu.Unlock()
	}
}

// over writes a line over the one before. It needs no control sequence but the return, which every terminal knows. The
// caller holds mu.
func (p *progress) over(line string) {
	width := plainWidth
	if w, _, err := term.GetSize(int(p.terminal.Fd())); err == nil && w > 1 {
		width = w
	}
	runes := []rune(line)
	if len(runes) > width-1 {
		runes = runes[:width-1]
	}
	fmt.Fprint(p.out, "\r"+string(runes)+strings.Repeat(" ", max(0, min(p.shown, width-1)-len(runes))))
	p.shown = len(runes)
}

// say writes a line that stays.
func (p *progress) say(message string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.clear()
	fmt.Fprintln(p.out, message)
}

func (p *progress) clear() {
	if p.shown > 0 {
		p.over("")
		fmt.Fprint(p.out, "\r")
		p.shown = 0
	}
}

// end takes the line away. It may be called more than once.
func (p *progress) end() {
	p.mu.Lock()
	select {
	case <-p.stop:
	default:
		close(p.stop)
	}
	p.mu.Unlock()
	<-p.stopped
	p.mu.Lock()
	p.clear()
	p.mu.Unlock()
}

// bar draws how much of a whole is done; nothing while the whole is not known.
func bar(done, whole int64) string {
	if whole <= 0 {
		return ""
	}
	n := int(min(done, whole) * barWidth / whole)
	return "[" + strings.Repeat("#", n) + strings.Repeat("-", barWidth-n) + "] "
}

// left estimates how long the rest takes, from what was done since start; 0 when that cannot be said yet.
func left(done, whole int64, since time.Duration) time.Duration {
	if done <= 0 || whole <= done || since < time.Second {
		return 0
	}
	return time.Duration(float64(since) * float64(whole-done) / float64(done)).Round(time.Second)
}

// table writes rows in columns that are as wide as their widest cell; the first row is the header. Columns in right are
// numbers and are aligned to the right.
func table(w io.Writer, rows [][]string, right ...int) {
	var widths []int
	for _, row := range rows {
		for i, cell := range row {
			if i == len(widths) {
				widths = append(widths, 0)
			}
			widths[i] = max(widths[i], utf8.RuneCountInString(cell))
		}
	}
	numeric := make(map[int]bool)
	for _, i := range right {
		numeric[i] = true
	}
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			padding := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if numeric[i] {
				line.WriteString(padding + cell + "  ")
			} else {
				line.WriteString(cell + padding + "  ")
			}
		}
		fmt.Fprintln(w, strings.TrimRight(line.String(), " "))
	}
}

// harmless writes a name that came from evidence so that it cannot command the terminal.
func harmless(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 || r == 0x202e || r == 0x2066 || r == 0x2067 || r == 0x2028 || r == 0x2029 {
			return utf8.RuneError // controls, and what turns the direction of writing
		}
		return r
	}, s)
}

// rate writes bytes a second.
func rate(l i18n.Lang, bytes int64, d time.Duration) string {
	if d <= 0 {
		return i18n.Size(l, 0) + "/s"
	}
	return i18n.Size(l, int64(float64(bytes)/d.Seconds())) + "/s"
}
