package main

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/tools/recallbench/edits"
	"vigie/triage"
)

// method is one way to look a picture up.
type method struct {
	name string
	asks func(q *hashing.Fingerprint) bool // whether there is anything of q to look up so
	find func(q, entry *hashing.Fingerprint) bool
}

// methods are those that the tables compare.
func methods() []method {
	good := func(q *hashing.Fingerprint) bool { return q.Quality >= pdq.MinQuality }
	all := func(*hashing.Fingerprint) bool { return true }
	return []method{
		{"PDQ ≤ 31", good, func(q, entry *hashing.Fingerprint) bool { return wholeAt(q, entry) <= pdq.MatchDistance }},
		{"pHash ≤ 8", all, func(q, entry *hashing.Fingerprint) bool { return q.PHash.Distance(entry.PHash) <= triage.PHashDistance }},
		{"PDQ ≤ 40 and pHash ≤ 6", good, func(q, entry *hashing.Fingerprint) bool {
			return wholeAt(q, entry) <= 40 && q.PHash.Distance(entry.PHash) <= 6
		}},
		{"Vigie", all, vigie},
	}
}

// variants are what Vigie looks up of a picture, each by itself.
func variants() []method {
	list := []method{{"turned", func(q *hashing.Fingerprint) bool { return q.Quality >= pdq.MinQuality }, turned}}
	for _, name := range []hashing.ViewName{hashing.ViewTrimmed, hashing.ViewScreen, hashing.ViewTile} {
		list = append(list, method{
			string(name),
			func(q *hashing.Fingerprint) bool {
				return slices.ContainsFunc(q.Views, func(v hashing.View) bool { return v.Name == name })
			},
			func(q, entry *hashing.Fingerprint) bool { return inPart(q, entry, name) },
		})
	}
	return list
}

func wholeAt(q, entry *hashing.Fingerprint) int {
	return q.PDQ[pdq.Original].Distance(entry.PDQ[pdq.Original])
}

// turned looks all of a picture up, each way round.
func turned(q, entry *hashing.Fingerprint) bool { return near(&q.PDQ, entry, pdq.MatchDistance) }

// inPart looks the parts of a picture up that are of a name.
func inPart(q, entry *hashing.Fingerprint, name hashing.ViewName) bool {
	for i := range q.Views {
		if v := &q.Views[i]; v.Name == name && near(&v.PDQ, entry, triage.ViewDistance(name)) {
			return true
		}
	}
	return false
}

func near(codes *pdq.Dihedrals, entry *hashing.Fingerprint, distance int) bool {
	for i := range codes {
		if codes[i].Distance(entry.PDQ[pdq.Original]) <= distance {
			return true
		}
	}
	return false
}

// vigie looks a picture up as the mirror of the sets does.
func vigie(q, entry *hashing.Fingerprint) bool {
	return slices.ContainsFunc(variants(), func(m method) bool { return m.asks(q) && m.find(q, entry) })
}

// recallTable prints the share of edited pictures that are found by their original's entry, how many parts of one were looked
// up, and the share that the very part that shows the original finds, where there is one.
func recallTable(originals []*picture, list []edits.Edit, missed bool) {
	fmt.Print("| edit |")
	for _, m := range methods() {
		fmt.Printf(" %s |", m.name)
	}
	fmt.Println(" parts | PDQ of the very part |")
	fmt.Println(strings.Repeat("|---", len(methods())+3) + "|")
	for i, e := range list {
		fmt.Printf("| %s |", e.Name)
		share := func(n int) { fmt.Printf(" %.1f %% |", 100*float64(n)/float64(len(originals))) }
		for _, m := range methods() {
			found := 0
			for _, p := range originals {
				if q := p.queries[i]; q != nil && m.asks(q) && m.find(q, p.entry) {
					found++
				}
			}
			share(found)
		}
		looked, parts, within := 0, 0, 0
		for _, p := range originals {
			if q := p.queries[i]; q != nil {
				looked += len(q.Views)
			}
			if p.exact[i] != edits.NoPart {
				parts++
			}
			if p.exact[i] <= pdq.MatchDistance {
				within++
			}
		}
		fmt.Printf(" %.1f |", float64(looked)/float64(max(len(originals), 1)))
		if parts == 0 {
			fmt.Println(" |")
			continue
		}
		share(within)
		fmt.Println()
	}
	fmt.Println()
	if missed {
		missedParts(originals, list)
	}
}

// missedParts names what was not found though the part that shows it is near.
func missedParts(originals []*picture, list []edits.Edit) {
	for i, e := range list {
		for _, p := range originals {
			q := p.queries[i]
			if q == nil || p.exact[i] == edits.NoPart || vigie(q, p.entry) {
				continue
			}
			fmt.Printf("%s: %s: the very part at %d bits; looked up:", e.Name, p.name, p.exact[i])
			for _, v := range q.Views {
				fmt.Printf(" %s at %d", v.Name, v.PDQ[pdq.Original].Distance(p.entry.PDQ[pdq.Original]))
			}
			fmt.Println()
		}
	}
}

// falseTable prints how often a picture, edited or not, is taken for another one's entry. A picture of which a variant looks
// nothing up counts no pairs for it.
func falseTable(pictures []*picture, list []edits.Edit, show bool) {
	fmt.Println("| looked up by | pairs | taken for one | rate | 95 % upper bound |")
	fmt.Println("|---|---|---|---|---|")
	for _, m := range append(methods(), variants()...) {
		pairs, hits := 0, 0
		for _, p := range pictures {
			for i, q := range p.queries {
				if q == nil || !m.asks(q) {
					continue
				}
				for _, other := range pictures {
					if p.shows(other) || other.listed && strings.Contains(m.name, "pHash") {
						continue
					}
					pairs++
					if m.find(q, other.entry) {
						hits++
						if show {
							fmt.Printf("%s: %s (%s) ~ %s\n", m.name, p.name, list[i].Name, other.name)
						}
					}
				}
			}
		}
		fmt.Printf("| %s | %d | %d | %.2g | %.2g |\n", m.name, pairs, hits, float64(hits)/float64(max(pairs, 1)), upperBound(hits, pairs))
	}
}

// upperBound is the one-sided 95 % bound of a rate of which hits in n were seen: that of a Poisson count, which rare hits
// are (Garwood 1936).
func upperBound(hits, n int) float64 {
	low, high := float64(hits), float64(hits)+10+5*math.Sqrt(float64(hits)+1)
	for range 100 {
		mean := (low + high) / 2
		sum := 0.0
		for k := range hits + 1 {
			gamma, _ := math.Lgamma(float64(k + 1))
			sum += math.Exp(float64(k)*math.Log(mean) - mean - gamma)
		}
		if sum > 0.05 {
			low = mean
		} else {
			high = mean
		}
	}
	return high / float64(max(n, 1))
}
