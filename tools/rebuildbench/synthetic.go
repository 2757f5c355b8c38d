package main

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"strings"
	"time"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/triage"
)

// The mix, of what an examiner submits.
const (
	exhibitItems = 50_000
	folderItems  = 200
	setEntries   = 10_000
	maxDecisions = 2000

	otherEvery      = 10  // one item in so many is no media
	againEvery      = 20  // … is a medium that another exhibit holds too
	knownEvery      = 200 // … stands in a set, by SHA-1
	nearEvery       = 997 // … is near an entry of a set, by PDQ
	unreadableEvery = 101 // … could not be decoded
	lonePercent     = 70  // of media are alone in their group
	maxGroup        = 10
)

var opened = time.Date(2026, 3, 1, 8, 0, 0, 0, time.UTC)

// noise returns 32 bytes that tell nothing of what and n.
func noise(what string, n int) [32]byte {
	return sha256.Sum256(binary.BigEndian.AppendUint64([]byte(what), uint64(n))) //nolint:gosec // counts
}

func digestsOf(n int) hashing.Digests {
	a, b := noise("digests a", n), noise("digests b", n)
	return hashing.Digests{MD5: hashing.MD5(a[:16]), SHA1: hashing.SHA1(b[:20]), SHA256: hashing.SHA256(noise("digests c", n))}
}

// subject is one item with what its examination found.
type subject struct {
	item    triage.Item
	again   bool // another exhibit holds the same bytes, and they are examined
	known   bool // in the known set
	near    bool // near an entry of the known set
	founder int  // number of the item whose group it joins
}

// subjects makes the items one after the other: the groups run through them.
type subjects struct {
	n       int // of the next item
	founder int
	left    int // members that the group still gets
	size    int
}

func (s *subjects) next() subject {
	n := s.n
	s.n++
	d := digestsOf(n)
	x := subject{founder: n}
	if n%againEvery == 7 && n > exhibitItems {
		x.again, d = true, digestsOf(n-exhibitItems+8) // 8 items on, where no other rule strikes
	}
	x.item = triage.Item{
		Path: fmt.Sprintf("DCIM/%03d/IMG_%08d.JPG", n/folderItems%1000, n), Size: int64(100_000 + n%1000),
		Modified: opened.Add(-time.Duration(n) * time.Minute), Disposition: triage.IsMedia, Kind: hashing.KindPicture, Format: "jpeg", Digests: &d,
	}
	switch {
	case x.again:
		return x
	case n%otherEvery == 3:
		x.item.Path, x.item.Disposition, x.item.Kind, x.item.Format = strings.TrimSuffix(x.item.Path, "JPG")+"txt", triage.NotMedia, hashing.KindOther, ""
		return x
	}
	x.known, x.near = n%knownEvery == 1, n%nearEvery == 2
	if x.known || x.near || x.unreadable(n) {
		return x
	}
	if s.left > 0 {
		s.left--
		x.founder = s.founder
		return x
	}
	if dice := noise("group", n); int(dice[0])%100 >= lonePercent {
		s.founder, s.left = n, 1+int(dice[1])%(maxGroup-1)
	}
	return x
}

func (x *subject) unreadable(n int) bool { return n%unreadableEvery == 5 }

// examination is what a decoder would have found.
func (x *subject) examination(n int) hashing.Examination {
	facts := hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4000, Height: 3000, Orientation: 1}
	if x.unreadable(n) {
		return hashing.Examination{Facts: facts, Unreadable: "truncated"}
	}
	if n%3 == 0 {
		facts.Make, facts.Model, facts.Taken = "Canon", "EOS 5D", opened.Add(-time.Duration(n)*time.Hour)
	}
	fp := &hashing.Fingerprint{Version: hashing.FingerprintVersion, Decoder: "jpeg/1", Quality: 90, PHash: phash(n), DHash: phash(-n)}
	for t := range fp.PDQ {
		fp.PDQ[t] = pdq.Hash(noise(fmt.Sprint("pdq ", t), x.founder))
	}
	if x.near {
		fp.PDQ[0] = entryCode(n % setEntries)
	}
	fp.PDQ[0][n%32] ^= 0b101 // no two are equal
	return hashing.Examination{Facts: facts, Fingerprint: fp}
}

func phash(n int) hashing.Hash64 {
	h := noise("phash", n)
	return hashing.Hash64(binary.BigEndian.Uint64(h[:]))
}

// entryCode is the PDQ of an entry of the set of near ones.
func entryCode(i int) pdq.Hash { return pdq.Hash(noise("entry", i)) }

// lists are the set files: known digests, known PDQs, benign digests.
func lists() (known, near, benign string) {
	var k, p, b strings.Builder
	for i := range setEntries {
		fmt.Fprintln(&k, digestsOf(i*knownEvery+1).SHA1)
		fmt.Fprintln(&p, entryCode(i))
		harmless := noise("benign", i)
		fmt.Fprintln(&b, hashing.SHA1(harmless[:20]))
	}
	return k.String(), p.String(), b.String()
}
