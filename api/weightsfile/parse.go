package weightsfile

import (
	"cmp"
	"errors"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/pelletier/go-toml/v2"
	"github.com/pelletier/go-toml/v2/unstable"

	"vigie/api/i18n"
	"vigie/triage/signals"
)

// MaxSize bounds a file, in bytes: that of all weights with their comments is a tenth of it.
const MaxSize = 100_000

// Problem is what is wrong with a file, in a line of it; 0: what is missing stands in none.
type Problem struct {
	Line int
	text func(i18n.Lang) string
}

// In says what is wrong, and where, in a language.
func (p Problem) In(l i18n.Lang) string {
	if p.Line == 0 {
		return p.text(l)
	}
	return say(l, "line", p.Line, p.text(l))
}

// Parse reads a file: its weights, and the version that they were made of, or NoVersion. With problems, which come in the
// order of their lines, neither counts.
func Parse(body []byte) (w signals.Weights, version int, problems []Problem) {
	if len(body) > MaxSize {
		return w, NoVersion, []Problem{{0, func(l i18n.Lang) string { return say(l, "too-large", i18n.Size(l, MaxSize)) }}}
	}
	var values map[string]any
	if err := toml.Unmarshal(body, &values); err != nil {
		line := 0
		if at, ok := errors.AsType[*toml.DecodeError](err); ok {
			line, _ = at.Position()
		}
		said := strings.TrimPrefix(err.Error(), "toml: ")
		return w, NoVersion, []Problem{{line, func(l i18n.Lang) string { return say(l, "syntax", strconv.QuoteToGraphic(said)) }}}
	}
	r := reader{lines: linesOf(body)}
	w, version = r.read(values)
	slices.SortStableFunc(r.problems, func(a, b Problem) int { return cmp.Compare(a.Line, b.Line) })
	return w, version, r.problems
}

// reader takes the numbers out of a file.
type reader struct {
	lines    map[string]int // of keys, with those of their tables: "points.icon"
	problems []Problem
}

func (r *reader) wrong(key, what string) {
	name := strconv.QuoteToGraphic(key)
	r.problems = append(r.problems, Problem{r.lines[key], func(l i18n.Lang) string { return say(l, what, strings.Trim(name, `"`)) }})
}

func (r *reader) read(values map[string]any) (signals.Weights, int) {
	version := NoVersion
	var threshold *int
	tables := map[string]map[string]int{}
	told := map[string]bool{} // what is wrong with the number is said already
	for key, value := range values {
		switch key {
		case versionKey:
			n, whole := integer(value)
			if version = n; !whole || n < 0 {
				r.wrong(key, "version-0")
			}
		case signals.ThresholdName:
			if n, whole := integer(value); whole {
				threshold = &n
			} else {
				told[key] = true
				r.wrong(key, "whole")
			}
		case pointsKey, parametersKey:
			tables[key] = r.table(key, value, told)
		default:
			r.wrong(key, "unknown")
		}
	}
	w, problems := signals.New(threshold, tables[pointsKey], tables[parametersKey])
	for _, p := range allMissing(problems, told) {
		r.problems = append(r.problems, Problem{r.lineOf(p), func(l i18n.Lang) string { return i18n.WeightProblem(l, p) }})
	}
	return w, version
}

// allMissing makes one problem of all numbers that are missing, and leaves out what was told already.
func allMissing(problems []signals.Problem, told map[string]bool) (rest []signals.Problem) {
	var missing []string
	for _, p := range problems {
		switch {
		case told[p.Name], told[""] && p.Wrong == signals.Missing:
		case p.Wrong == signals.Missing:
			missing = append(missing, p.Name)
		default:
			rest = append(rest, p)
		}
	}
	if len(missing) > 0 {
		rest = append(rest, signals.Problem{Name: strings.Join(missing, ", "), Wrong: signals.Missing})
	}
	return rest
}

// lineOf finds the line of a number, which a table holds. An unknown one stands in either.
func (r *reader) lineOf(p signals.Problem) int {
	return max(r.lines[p.Name], r.lines[pointsKey+"."+p.Name], r.lines[parametersKey+"."+p.Name])
}

// table returns the numbers of a table. It notes in told what is none.
func (r *reader) table(key string, value any, told map[string]bool) map[string]int {
	values, ok := value.(map[string]any)
	if !ok {
		told[""] = true // what is missing needs no words of its own
		r.wrong(key, "table")
		return nil
	}
	numbers := make(map[string]int, len(values))
	for name, value := range values {
		n, whole := integer(value)
		if !whole {
			told[name] = true
			r.wrong(key+"."+name, "whole")
		}
		numbers[name] = n
	}
	return numbers
}

// integer returns a value of the file as a whole number that an int holds everywhere.
func integer(value any) (int, bool) {
	n, whole := value.(int64)
	return int(n), whole && n >= math.MinInt32 && n <= math.MaxInt32
}

// linesOf finds the line of every key. body is TOML.
func linesOf(body []byte) map[string]int {
	lines := make(map[string]int)
	var p unstable.Parser
	p.Reset(body)
	var table string
	for p.NextExpression() {
		switch e := p.Expression(); e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = pathOf(&p, "", e.Key(), lines)
		case unstable.KeyValue:
			pathOf(&p, table, e.Key(), lines)
		}
	}
	return lines
}

// pathOf returns the name of a key within a table, and notes the line of each part of it, where it has none yet.
func pathOf(p *unstable.Parser, table string, key unstable.Iterator, lines map[string]int) string {
	path := table
	for key.Next() {
		if path != "" {
			path += "."
		}
		path += string(key.Node().Data)
		if _, seen := lines[path]; !seen {
			lines[path] = p.Shape(key.Node().Raw).Start.Line
		}
	}
	return path
}
