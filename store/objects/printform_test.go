package objects

import (
	"bytes"
	"math/rand/v2"
	"reflect"
	"testing"

	"vigie/hashing"
	"vigie/triage"
)

// randomExamination has a fingerprint, frames and parts, or some of them.
func randomExamination(rng *rand.Rand) (x hashing.Examination) {
	code := func(b []byte) {
		for i := range b {
			b[i] = byte(rng.Uint32())
		}
	}
	if rng.IntN(5) > 0 {
		f := &hashing.Fingerprint{Version: 1, Decoder: "a", Quality: rng.IntN(101), PHash: hashing.Hash64(rng.Uint64()), DHash: 7}
		for t := range f.PDQ {
			code(f.PDQ[t][:])
		}
		for range rng.IntN(3) {
			v := hashing.View{Name: []hashing.ViewName{hashing.ViewTile, hashing.ViewScreen, "of another version", ""}[rng.IntN(4)], Quality: rng.IntN(101)}
			for t := range v.PDQ {
				code(v.PDQ[t][:])
			}
			f.Views = append(f.Views, v)
		}
		x.Fingerprint = f
	}
	for range rng.IntN(4) {
		frame := hashing.Frame{Index: rng.IntN(9), At: 3, Quality: rng.IntN(101), PHash: hashing.Hash64(rng.Uint64()), DHash: 9}
		for t := range frame.PDQ {
			code(frame.PDQ[t][:])
		}
		x.Frames = append(x.Frames, frame)
	}
	return x
}

// lookedUp is what a sweep looks up of an examination.
func lookedUp(x hashing.Examination) triage.Probe {
	p := triage.NewProbe(triage.DigestKeys{}, x)
	p.Frames = nil
	for _, f := range x.Frames { // only what is compared
		p.Frames = append(p.Frames, hashing.Frame{PDQ: f.PDQ, Quality: f.Quality, PHash: f.PHash})
	}
	return p
}

func TestPrintForm(t *testing.T) {
	rng := rand.New(rand.NewPCG(5, 1))
	for range 300 {
		x := randomExamination(rng)
		var first firstPicture
		got, err := decodePrint(encodePrint(&x), &first)
		if err != nil || !reflect.DeepEqual(got, lookedUp(x)) {
			t.Fatalf("%+v, %v", got, err)
		}
	}
}

// FuzzPrint: what is a print is one in one form only, and nothing else is taken for one.
func FuzzPrint(f *testing.F) {
	rng := rand.New(rand.NewPCG(5, 2))
	for range 3 {
		x := randomExamination(rng)
		b := encodePrint(&x)
		f.Add(b)
		f.Add(b[:len(b)-1])
	}
	f.Add([]byte{})
	f.Add([]byte{0, 0xff, 0xff, 0, 0})
	f.Fuzz(func(t *testing.T, b []byte) {
		var first firstPicture
		p, err := decodePrint(b, &first)
		if err != nil {
			return
		}
		x := hashing.Examination{Frames: p.Frames}
		if p.PDQ != nil {
			x.Fingerprint = &hashing.Fingerprint{PDQ: first.pdq, PHash: first.phash, Quality: p.Quality, Views: p.Views}
		}
		if again := encodePrint(&x); !bytes.Equal(again, b) {
			t.Errorf("%x became %x", b, again)
		}
	})
}

// FuzzPrintGroups cuts files of prints.
func FuzzPrintGroups(f *testing.F) {
	one := append(make([]byte, printHeader-1), 3, 1, 2, 3)
	f.Add(append(append(make([]byte, ringRefSize), 0, 0, 0, byte(len(one))), one...))
	f.Add(append(make([]byte, ringRefSize), 0xff, 0xff, 0xff, 0xff))
	f.Add([]byte{1})
	f.Fuzz(func(t *testing.T, b []byte) {
		_, group, rest, ok := cutGroup(b)
		if !ok {
			return
		}
		if len(group)+len(rest)+ringRefSize+4 != len(b) {
			t.Fatalf("%d bytes became %d and %d", len(b), len(group), len(rest))
		}
		prints, ok := printsOf(group)
		n := 0
		for _, p := range prints {
			n += printHeader + len(p.doc)
		}
		if ok && n != len(group) {
			t.Fatalf("%d of %d bytes were read", n, len(group))
		}
	})
}
