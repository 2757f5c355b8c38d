package objects

import (
	"encoding/binary"
	"errors"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// A print is what of an examination is looked up, in bytes:
//
//	bytes  what
//	1      1 when there is a first picture, else 0
//	265    the first picture: quality, pHash, the eight PDQs
//	2      how many further ones there are; each as the first
//	2      how many parts of the first one there are; each: length and name (1 + n), quality, the eight PDQs
const (
	dihedralsSize = len(pdq.Dihedrals{}) * len(pdq.Hash{})
	pictureSize   = 1 + 8 + dihedralsSize
)

var errPrint = errors.New("not a print")

// hasPrint reports whether there is anything to look up.
func hasPrint(x *hashing.Examination) bool { return x.Fingerprint != nil || len(x.Frames) > 0 }

// encodePrint returns the print of an examination.
func encodePrint(x *hashing.Examination) []byte {
	b := []byte{0}
	var views []hashing.View
	if f := x.Fingerprint; f != nil {
		b[0] = 1
		b, views = appendPicture(b, f.Quality, f.PHash, &f.PDQ), f.Views
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(x.Frames))) //nolint:gosec // maxExamination bounds them
	for i := range x.Frames {
		b = appendPicture(b, x.Frames[i].Quality, x.Frames[i].PHash, &x.Frames[i].PDQ)
	}
	b = binary.BigEndian.AppendUint16(b, uint16(len(views))) //nolint:gosec // maxExamination bounds them
	for i := range views {
		name := views[i].Name[:min(len(views[i].Name), 255)]
		b = append(append(b, byte(len(name))), name...)
		b = appendDihedrals(append(b, qualityByte(views[i].Quality)), &views[i].PDQ)
	}
	return b
}

func qualityByte(q int) byte { return byte(min(max(q, 0), 255)) }

func appendPicture(b []byte, quality int, phash hashing.Hash64, d *pdq.Dihedrals) []byte {
	return appendDihedrals(binary.BigEndian.AppendUint64(append(b, qualityByte(quality)), uint64(phash)), d)
}

func appendDihedrals(b []byte, d *pdq.Dihedrals) []byte {
	for t := range d {
		b = append(b, d[t][:]...)
	}
	return b
}

// firstPicture holds the hashes to which a probe refers.
type firstPicture struct {
	pdq   pdq.Dihedrals
	phash hashing.Hash64
}

// decodePrint reads what encodePrint wrote. first takes the hashes of the first picture.
func decodePrint(b []byte, first *firstPicture) (p triage.Probe, err error) {
	r := printReader{rest: b}
	if there := r.take(1); there != nil && there[0] == 1 {
		p.Quality, first.phash = r.picture(&first.pdq)
		p.PDQ, p.PHash = first.pdq[:], &first.phash
	}
	if n := r.count(pictureSize); n > 0 {
		p.Frames = make([]hashing.Frame, n)
		for i := range p.Frames {
			p.Frames[i].Quality, p.Frames[i].PHash = r.picture(&p.Frames[i].PDQ)
		}
	}
	if n := r.count(1 + 1 + dihedralsSize); n > 0 {
		p.Views = make([]hashing.View, n)
		for i := range p.Views {
			v := &p.Views[i]
			if n := r.take(1); n != nil {
				v.Name = hashing.ViewName(r.take(int(n[0])))
			}
			v.Quality = r.quality()
			r.dihedrals(&v.PDQ)
		}
	}
	if r.short || len(r.rest) > 0 || b[0] > 1 || p.Views != nil && p.PDQ == nil {
		return triage.Probe{}, errPrint
	}
	return p, nil
}

// printReader takes bytes from the front of rest, and none any more once there were too few.
type printReader struct {
	rest  []byte
	short bool
}

func (r *printReader) take(n int) []byte {
	if r.short || len(r.rest) < n {
		r.short = true
		return nil
	}
	b := r.rest[:n]
	r.rest = r.rest[n:]
	return b
}

// count reads how many things follow that take size bytes each, at least.
func (r *printReader) count(size int) int {
	b := r.take(2)
	if b == nil {
		return 0
	}
	n := int(binary.BigEndian.Uint16(b))
	if n*size > len(r.rest) {
		r.short = true
		return 0
	}
	return n
}

func (r *printReader) quality() int {
	b := r.take(1)
	if b == nil {
		return 0
	}
	return int(b[0])
}

func (r *printReader) picture(d *pdq.Dihedrals) (quality int, phash hashing.Hash64) {
	quality = r.quality()
	if b := r.take(8); b != nil {
		phash = hashing.Hash64(binary.BigEndian.Uint64(b))
	}
	r.dihedrals(d)
	return quality, phash
}

func (r *printReader) dihedrals(d *pdq.Dihedrals) {
	b := r.take(dihedralsSize)
	if b == nil {
		return
	}
	for t := range d {
		copy(d[t][:], b[t*len(d[t]):])
	}
}
