package drive

import (
	"fmt"
	"math"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
)

// maker makes one drive.
type maker struct {
	dice
	world *World
	drive *Drive
	other *maker // of the next drive, with which it has things in common; nil: it is alone

	seized  time.Time
	size    int // media to make
	phone   *camera
	cameras []*camera // further ones of the household, now and earlier
	known   bool      // there is known material
	made    int       // media so far

	quota       int       // groups to plant
	adversarial int       // of these, still to disguise
	disguised   *disguise // what is being planted
}

const (
	day  = 24 * time.Hour
	year = 365 * day
)

func newMaker(w *World, seed uint64, media int, submitted time.Time) *maker {
	m := &maker{
		dice: newDice("drive", seed), world: w, size: media,
		drive: &Drive{Seed: seed, Case: fmt.Sprintf("2026/%d", seed)},
	}
	m.seized = submitted.Add(-m.span(10*day, 120*day))
	m.known = evenly(seed) < knownDrives
	m.own(submitted)
	m.quota = int(float64(media) * groupsPerMedium * m.share(plantedLeast, plantedMost))
	m.adversarial = (m.quota + m.IntN(adversarialEvery)) / adversarialEvery
	return m
}

// evenly spreads numbers that follow one another over 0 to 1, so that a run of few drives is not all of one kind.
func evenly(seed uint64) float64 {
	_, part := math.Modf(float64(seed%1e6) * math.Phi)
	return part
}

// scene is something ordinary.
func (m *maker) scene(what string) *Scene { return &Scene{Code: m.code(), Ordinary: what} }

// medium makes a file of a scene: bits is how far its picture is from the scene's.
func (m *maker) medium(s *Scene, facts hashing.Facts, bits int) *Medium {
	m.made++
	return newMedium(m.dice, fmt.Sprintf("drive %d medium %d", m.drive.Seed, m.made), s, facts, bits)
}

func newMedium(d dice, name string, s *Scene, facts hashing.Facts, bits int) *Medium {
	x := hashing.Examination{Facts: facts}
	if facts.Kind == hashing.KindVideo {
		x.Note = "frames-not-examined"
	} else {
		x.Fingerprint = &hashing.Fingerprint{
			Version: hashing.FingerprintVersion, Decoder: "simulated", Way: hashing.WayFast, Quality: d.pictureQuality(facts),
			PHash: hashing.Hash64(d.Uint64()), DHash: hashing.Hash64(d.Uint64()),
		}
		x.Fingerprint.PDQ[pdq.Original] = d.near(s.Code, bits)
		for t := int(pdq.Original) + 1; t < len(x.Fingerprint.PDQ); t++ {
			x.Fingerprint.PDQ[t] = d.code()
		}
	}
	return &Medium{Name: name, Scene: s, Examination: x}
}

// pictureQuality is PDQ's quality: 100 for nearly every photograph; plain graphics have little to tell.
func (d dice) pictureQuality(f hashing.Facts) int {
	plain := .03
	if f.Format == "png" || f.Format == "gif" || f.Format == "webp" {
		plain = .35
	}
	if d.chance(plain) {
		return d.between(0, 49)
	}
	return d.between(85, 100)
}

// rewritten is how many bits a picture changes when it is scaled or compressed anew; alike of the same thing seconds later.
func (d dice) rewritten() int { return d.between(0, 6) }
func (d dice) alike() int     { return d.between(4, 14) }

// put adds a file to an exhibit.
func (m *maker) put(x *Exhibit, path string, modified time.Time, md *Medium) {
	x.Files = append(x.Files, &File{Path: path, Modified: modified.UTC().Truncate(time.Second), Medium: md, disguise: m.disguised})
}

// when returns a time before the seizure, within the last age, the more likely the later.
func (m *maker) when(age time.Duration) time.Time {
	back := time.Duration(float64(age) * m.Float64() * m.Float64())
	return m.seized.Add(-back - m.span(time.Hour, 3*day)).Truncate(time.Second)
}

// awake moves a time to waking hours.
func (m *maker) awake(t time.Time) time.Time {
	return t.Truncate(day).Add(m.span(8*time.Hour, 23*time.Hour))
}
