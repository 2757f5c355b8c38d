package triage

import (
	"vigie/hashing"
	"vigie/hashing/pdq"
)

// look is a picture of a medium, or a part of it, by which the medium may join a group.
type look struct {
	codes  *pdq.Dihedrals
	within int // bits: the largest distance to a founder
}

// looks returns what of a medium is compared with founders: the first of its pictures that shows enough, and what that was made
// of, where that can be told: without its borders, and what a screen shows. A tile of a collage is left out: who decides on its
// picture has not seen the others.
func looks(x hashing.Examination) []look {
	var list []look
	if codes := toCompare(x); codes != nil {
		list = append(list, look{codes, GroupDistance})
	}
	if x.Fingerprint == nil {
		return list
	}
	for i := range x.Fingerprint.Views {
		v := &x.Fingerprint.Views[i]
		if v.Quality >= pdq.MinQuality && (v.Name == hashing.ViewTrimmed || v.Name == hashing.ViewScreen) {
			list = append(list, look{&v.PDQ, ViewDistance(v.Name)})
		}
	}
	return list
}

// toCompare returns the hashes of the first picture that shows enough to be compared, or nil.
func toCompare(x hashing.Examination) *pdq.Dihedrals {
	if x.Fingerprint != nil && x.Fingerprint.Quality >= pdq.MinQuality {
		return &x.Fingerprint.PDQ
	}
	for i := range x.Frames {
		if x.Frames[i].Quality >= pdq.MinQuality {
			return &x.Frames[i].PDQ
		}
	}
	return nil
}

// newFounder returns the birth of a group that a medium founds or stands for, by what others can be near to.
func newFounder(g GroupID, id MediumID, x hashing.Examination) *Founder {
	f := &Founder{Group: g, Medium: id}
	codes := toCompare(x)
	if codes == nil {
		return f
	}
	code := codes[pdq.Original]
	f.PDQ = &code
	if x.Fingerprint != nil && codes == &x.Fingerprint.PDQ {
		for i := range x.Fingerprint.Views {
			if v := &x.Fingerprint.Views[i]; v.Name == hashing.ViewTrimmed && v.Quality >= pdq.MinQuality {
				f.Trimmed = append(f.Trimmed, v.PDQ[pdq.Original])
			}
		}
	}
	return f
}

// distance returns how far the nearest of looks is from a founder, in bits; false where none is near enough.
func (f *Founder) distance(looks []look) (best int, near bool) {
	consider := func(code pdq.Hash, within int) {
		for _, l := range looks {
			for i := range l.codes {
				if d := l.codes[i].Distance(code); d <= min(within, l.within) && (!near || d < best) {
					best, near = d, true
				}
			}
		}
	}
	if f.PDQ != nil {
		consider(*f.PDQ, GroupDistance)
	}
	for _, code := range f.Trimmed {
		consider(code, TrimmedDistance)
	}
	return best, near
}
