package drive

import (
	"fmt"

	"vigie/hashing"
)

// How much there is of what many drives have.
const (
	knownSeries    = 150 // of the partners' lists
	programPieces  = 1500
	widelySeen     = 400 // pictures that go round: jokes, greetings, news
	adultPieces    = 700
	stockPieces    = 160
	starPieces     = 120 // of professionals, who leave what the camera wrote
	benignListed   = .6  // of program graphics, in the list of harmless files
	knownLeast     = 6   // pictures of a known series
	knownMost      = 30
	knownFromEarly = .2 // of known files still carry what the camera wrote
)

// pools are media that lie on many drives, byte for byte.
type pools struct {
	known    [][]*Medium // by series; each stands in a list
	programs []*Medium
	seen     []*Medium
	adult    []*Medium
	stock    []*Medium
	stars    []*Medium
}

// newPools makes what is the same for every run: what goes round does not depend on the drives.
func newPools() pools {
	var p pools
	d := newDice("pools")
	n := 0
	add := func(what string, facts hashing.Facts, list List) *Medium {
		n++
		m := newMedium(d, fmt.Sprintf("pool medium %d", n), &Scene{Code: d.code(), Ordinary: what}, facts, 0)
		m.List = list
		if list == KnownFile {
			m.Examination.Fingerprint.Quality = 100
		}
		return m
	}
	for range knownSeries {
		c := d.newCamera(dedicated)
		series := make([]*Medium, d.between(knownLeast, knownMost))
		early := d.chance(knownFromEarly)
		for i := range series {
			facts := d.webPicture()
			if early {
				facts = c.facts(d, poolTime.Add(-d.span(year, 20*year)))
			}
			series[i] = add("known", facts, KnownFile)
		}
		p.known = append(p.known, series)
	}
	for range programPieces {
		list := Unlisted
		if d.chance(benignListed) {
			list = BenignFile
		}
		p.programs = append(p.programs, add("program graphic", d.programGraphic(), list))
	}
	for range widelySeen {
		p.seen = append(p.seen, add("widely seen", d.goesRound(), Unlisted))
	}
	for range adultPieces {
		p.adult = append(p.adult, add("adult", d.webPicture(), Unlisted))
	}
	for range stockPieces {
		facts := drawn("jpeg", pick(d, 1920, 2560, 3840), pick(d, 1080, 1440, 2160))
		if d.chance(.4) {
			facts.Software, facts.Profile, facts.TablesOf = byPhotoshop.software, "sRGB IEC61966-2.1", hashing.TablesAdobe
		}
		p.stock = append(p.stock, add("wallpaper or stock", facts, Unlisted))
	}
	for range starPieces {
		c := d.newCamera(dedicated)
		original := c.facts(d, poolTime.Add(-d.span(0, 10*year)))
		facts := byLightroom.edited(d, original)
		if d.chance(.3) {
			facts = original
		}
		p.stars = append(p.stars, add("published photograph", facts, Unlisted))
	}
	return p
}

// programGraphic are the facts of an icon, a button, a picture of a program.
func (d dice) programGraphic() hashing.Facts {
	side := pick(d, 16, 24, 32, 48, 64, 96, 128, 256, 512)
	switch {
	case d.chance(.12):
		return drawn("jpeg", pick(d, 640, 1024, 1920), pick(d, 480, 768, 1080))
	case d.chance(.2):
		return drawn("png", d.between(100, 1400), d.between(20, 900))
	}
	return drawn(pick(d, "png", "png", "png", "gif", "webp", "ico"), side, side)
}

// goesRound are the facts of what people send on.
func (d dice) goesRound() hashing.Facts {
	switch {
	case d.chance(.25):
		return drawn(pick(d, "gif", "webp"), pick(d, 240, 320, 480, 512), pick(d, 240, 320, 480, 512))
	case d.chance(.1):
		return recorded("mp4")
	case d.chance(.3):
		return byFacebook.facts(d)
	}
	return byWhatsApp.facts(d)
}

// webPicture are the facts of a picture from the web.
func (d dice) webPicture() hashing.Facts {
	e := byWeb
	e.side, e.quality, e.progressive = d.between(500, 2000), d.between(60, 95), d.chance(.4)
	if d.chance(.08) {
		e.software = byPhotoshop.software
	}
	f := e.facts(d)
	if d.chance(.1) {
		f = drawn(pick(d, "png", "webp"), e.side, e.side*2/3)
	}
	return f
}
