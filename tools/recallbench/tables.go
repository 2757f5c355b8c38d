package main

import (
	"fmt"
	"maps"
	"math"
	"slices"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// method is one way to look a picture up. It returns what it found an entry by, or "".
type method struct {
	name string
	find func(q, entry *hashing.Fingerprint) string
}

func methods() []method {
	return []method{{"PDQ ≤ 31", plainPDQ}, {"pHash ≤ 8", phash}, {"Vigie", vigie}}
}

func plainPDQ(q, entry *hashing.Fingerprint) string {
	if q.Quality >= pdq.MinQuality && q.PDQ[pdq.Original].Distance(entry.PDQ[pdq.Original]) <= pdq.MatchDistance {
		return "pdq"
	}
	return ""
}

func phash(q, entry *hashing.Fingerprint) string {
	if q.PHash.Distance(entry.PHash) <= triage.PHashDistance {
		return "phash"
	}
	return ""
}

// vigie looks a picture up as the mirror of the sets does.
func vigie(q, entry *hashing.Fingerprint) string {
	code := entry.PDQ[pdq.Original]
	if q.Quality >= pdq.MinQuality {
		for t, h := range q.PDQ {
			if h.Distance(code) <= pdq.MatchDistance {
				return pdq.Transform(t).String()
			}
		}
	}
	for _, v := range q.Views {
		for _, h := range v.PDQ {
			if h.Distance(code) <= triage.ViewDistance {
				return string(v.Name)
			}
		}
	}
	return ""
}

// recallTable prints the share of edited pictures that are found by their original's entry.
func recallTable(originals []*picture, list []edit) {
	fmt.Println("| edit | PDQ ≤ 31 | pHash ≤ 8 | Vigie |")
	fmt.Println("|---|---|---|---|")
	for i, e := range list {
		fmt.Printf("| %s |", e.name)
		for _, m := range methods() {
			found := 0
			for _, p := range originals {
				if p.queries[i] != nil && m.find(p.queries[i], p.entry) != "" {
					found++
				}
			}
			fmt.Printf(" %.1f %% |", 100*float64(found)/float64(len(originals)))
		}
		fmt.Println()
	}
	fmt.Println()
}

// falseTable prints how often a picture, edited or not, is taken for another one's entry.
func falseTable(pictures []*picture, list []edit, show bool) {
	fmt.Println("| looked up by | pairs | taken for one | rate | 95 % upper bound |")
	fmt.Println("|---|---|---|---|---|")
	for _, m := range methods() {
		pairs, hits, by := 0, 0, map[string]int{}
		for _, p := range pictures {
			for i, q := range p.queries {
				for _, other := range pictures {
					if q == nil || p.shows(other) {
						continue
					}
					pairs++
					how := m.find(q, other.entry)
					if how == "" {
						continue
					}
					hits++
					by[how]++
					if show {
						fmt.Printf("%s: %s (%s) ~ %s by %s\n", m.name, p.name, list[i].name, other.name, how)
					}
				}
			}
		}
		fmt.Printf("| **%s** | %d | %d | %.2g | %.2g |\n", m.name, pairs, hits, float64(hits)/float64(pairs), upperBound(hits, pairs))
		for _, how := range slices.Sorted(maps.Keys(by)) {
			fmt.Printf("| — %s | | %d | %.2g | %.2g |\n", how, by[how], float64(by[how])/float64(pairs), upperBound(by[how], pairs))
		}
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
	return high / float64(n)
}
