package setpack

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"filippo.io/age"
	"golang.org/x/mod/sumdb/note"

	"vigie/hashing"
	"vigie/triage"
)

// made is when the packs of these tests were made.
var made = time.Date(2026, 11, 23, 14, 0, 0, 0, time.UTC)

// office is who makes and who opens packs.
type office struct {
	maker    Maker
	service  note.Verifier
	examiner *age.X25519Identity
}

func newOffice(t testing.TB) office {
	t.Helper()
	private, public, err := note.GenerateKey(nil, "vigie-journal")
	if err != nil {
		t.Fatal(err)
	}
	signer, err := note.NewSigner(private)
	if err != nil {
		t.Fatal(err)
	}
	verifier, err := note.NewVerifier(public)
	if err != nil {
		t.Fatal(err)
	}
	identity, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return office{Maker{signer}, verifier, identity}
}

// file returns the digests of a file that differs by its number.
func file(n int) hashing.Digests {
	d := hashing.NewDigester()
	fmt.Fprintf(d, "file %d", n)
	return d.Sum()
}

func whole(d hashing.Digests) triage.RawEntry {
	return triage.RawEntry{MD5: &d.MD5, SHA1: &d.SHA1, SHA256: &d.SHA256}
}

// pack makes a pack: files 0 to 2 are known, by one digest each, 3 by all three; 10 and 11 are benign; 3 is that too.
func (o office) pack(t testing.TB) []byte {
	t.Helper()
	draft, err := o.maker.Draft(o.examiner.Recipient().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	one, two, three := file(0), file(1), file(2)
	for _, e := range []triage.RawEntry{{MD5: &one.MD5}, {SHA1: &two.SHA1}, {SHA256: &three.SHA256}, whole(file(3)), whole(file(3))} {
		if !draft.Add(triage.KnownSet, e) {
			t.Error("an entry with a digest is not taken")
		}
	}
	if draft.Add(triage.KnownSet, triage.RawEntry{Line: 7}) {
		t.Error("an entry without a digest is taken")
	}
	for _, n := range []int{3, 10, 11} {
		draft.Add(triage.BenignSet, whole(file(n)))
	}
	count := draft.Count()
	if count[triage.KnownSet] != 4 || count[triage.BenignSet] != 3 {
		t.Errorf("counted %v", count)
	}
	return write(t, draft, triage.SetPack{
		ID: "s1", For: "Lab <3>", Made: made, Expires: made.AddDate(0, 0, 7), Epoch: 12, Known: count[triage.KnownSet], Benign: count[triage.BenignSet],
		Categories: map[string]int{"A": 5, "": 1, "a \ufffd\n category": 2}, Perceptual: 9,
	})
}

func write(t testing.TB, draft triage.PackDraft, p triage.SetPack) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := draft.Write(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestRoundTrip(t *testing.T) {
	o := newOffice(t)
	p, err := Open(bytes.NewReader(o.pack(t)), o.examiner, o.service, made.Add(time.Hour))
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "s1" || p.For != "Lab <3>" || p.Epoch != 12 || p.Known != 4 || p.Benign != 3 || p.Perceptual != 9 || !p.Proven ||
		!p.Made.Equal(made) || p.Expires.Sub(p.Made) != 7*24*time.Hour || p.Categories["A"] != 5 || p.Categories["a \ufffd\n category"] != 2 {
		t.Errorf("it says %+v", p.SetPack)
	}
	want := map[int]triage.SetKind{0: triage.KnownSet, 1: triage.KnownSet, 2: triage.KnownSet, 3: triage.KnownSet, 10: triage.BenignSet, 11: triage.BenignSet}
	for n := range 100 {
		if kind, is := p.Count(file(n)); kind != want[n] || is != (want[n] != "") {
			t.Errorf("file %d counts as %q", n, kind)
		}
	}
	if kind, is := p.Count(hashing.NewDigester().Sum()); is {
		t.Errorf("an empty file counts as %s", kind)
	}
	if p, err = Open(bytes.NewReader(o.pack(t)), o.examiner, nil, made); err != nil || p.Proven {
		t.Errorf("without the service's key: proven %t, %v", p.Proven, err)
	}
}

// An empty file in a list, which no parser lets through, still matches nothing.
func TestEmptyFileNeverMatches(t *testing.T) {
	o := newOffice(t)
	draft, err := o.maker.Draft(o.examiner.Recipient().String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	empty := hashing.NewDigester().Sum()
	draft.Add(triage.KnownSet, whole(empty))
	draft.Count()
	p, err := Open(bytes.NewReader(write(t, draft, triage.SetPack{Made: made, Expires: made.Add(time.Hour), Known: 1})), o.examiner, o.service, made)
	if err != nil {
		t.Fatal(err)
	}
	if _, is := p.Count(empty); is {
		t.Error("it matches")
	}
}

func TestRefused(t *testing.T) {
	o, other := newOffice(t), newOffice(t)
	whole := o.pack(t)
	for _, test := range []struct {
		name     string
		file     []byte
		identity age.Identity
		service  note.Verifier
		now      time.Time
		kind     triage.Kind
		cause    error
		hint     string
	}{
		{"the last second", whole, o.examiner, o.service, made.AddDate(0, 0, 7).Add(-time.Second), "", nil, ""},
		{"expired", whole, o.examiner, o.service, made.AddDate(0, 0, 7), triage.Conflict, ErrExpired, "vigie sets pack"},
		{"a clock a little behind", whole, o.examiner, o.service, made.Add(-clockSkew), "", nil, ""},
		{"a clock before it was made", whole, o.examiner, o.service, made.Add(-clockSkew - time.Second), triage.Conflict, ErrEarly, "set the clock right"},
		{"for another key", whole, other.examiner, o.service, made, triage.Forbidden, nil, "another key"},
		{"of another service", whole, o.examiner, other.service, made, triage.Corrupt, nil, "not made by the service"},
		{"cut short", whole[:len(whole)-1], o.examiner, o.service, made, triage.Corrupt, nil, "copy it again"},
		{"with something after its end", append(slices.Clone(whole), 0), o.examiner, o.service, made, triage.Corrupt, nil, "copy it again"},
		{"nothing", nil, o.examiner, o.service, made, triage.Corrupt, nil, "copy it again"},
		{"another file", []byte("PK\x03\x04"), o.examiner, o.service, made, triage.Corrupt, nil, "copy it again"},
	} {
		_, err := Open(bytes.NewReader(test.file), test.identity, test.service, test.now)
		if test.kind == "" {
			if err != nil {
				t.Errorf("%s: %v", test.name, err)
			}
			continue
		}
		if !triage.IsKind(err, test.kind) || test.cause != nil && !errors.Is(err, test.cause) || !strings.Contains(err.Error(), test.hint) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// No bit of the file can be changed, and it cannot end early anywhere.
func TestBitFlips(t *testing.T) {
	o := newOffice(t)
	whole := o.pack(t)
	for i := range whole {
		for _, bit := range []byte{1, 0x80} {
			flipped := slices.Clone(whole)
			flipped[i] ^= bit
			if _, err := Open(bytes.NewReader(flipped), o.examiner, o.service, made); err == nil {
				t.Errorf("bit %#x of byte %d was flipped, and it opens", bit, i)
			}
		}
		if _, err := Open(bytes.NewReader(whole[:i]), o.examiner, o.service, made); err == nil {
			t.Errorf("its first %d bytes open", i)
		}
	}
}

// plain returns what a pack holds within its encryption.
func (o office) plain(t testing.TB, pack []byte) []byte {
	t.Helper()
	r, err := age.Decrypt(bytes.NewReader(pack), o.examiner)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return plain
}

// Who can encrypt for the examiner, as anybody can who knows the public key, changes nothing in what the service signed. (A signature
// can be spelt in several ways: the last digit of its base64 has bits that say nothing.)
func TestForged(t *testing.T) {
	o := newOffice(t)
	plain := o.plain(t, o.pack(t))
	original, err := open(bytes.NewReader(plain), o.service, made, 100)
	if err != nil {
		t.Fatal(err)
	}
	for i := range plain {
		forged := slices.Clone(plain)
		forged[i] ^= 1
		p, err := open(bytes.NewReader(forged), o.service, made, 100)
		if err == nil && reflect.DeepEqual(p.SetPack, original.SetPack) && slices.Equal(p.known, original.known) && slices.Equal(p.benign, original.benign) {
			continue
		}
		if !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("byte %d of %d was changed: %v", i, len(plain), err)
		}
	}
}

// Neither the file nor what is within its encryption holds a digest, or as much of one as a tag is long.
func TestNoDigestInClear(t *testing.T) {
	o := newOffice(t)
	pack := o.pack(t)
	for name, text := range map[string][]byte{"file": pack, "inside": o.plain(t, pack)} {
		for _, n := range []int{0, 1, 2, 3, 10, 11} {
			d := file(n)
			for _, digest := range [][]byte{d.MD5[:], d.SHA1[:], d.SHA256[:]} {
				const part = 6 // bytes: by chance once in 10^11
				if bytes.Contains(text, digest[:part]) || bytes.Contains(bytes.ToLower(text), []byte(hex.EncodeToString(digest[:part]))) {
					t.Errorf("%s: it holds a digest of file %d", name, n)
				}
			}
		}
	}
}

// Two packs of the same sets share no tag: who has one learns nothing of another.
func TestTagsAreOfOnePack(t *testing.T) {
	o := newOffice(t)
	first, second := o.plain(t, o.pack(t)), o.plain(t, o.pack(t))
	tags := first[len(first)-7*TagSize:]
	for len(tags) > 0 {
		if bytes.Contains(second, tags[:TagSize]) {
			t.Error("both packs have the same tag")
		}
		tags = tags[TagSize:]
	}
}

// What a tag's length promises: at 10 million entries and 10 million files, a false match less likely than one in a million.
func TestTagsAreLongEnough(t *testing.T) {
	const entries, files, digests = 10_000_000, 10_000_000, 3
	if chance := digests * entries * files / math.Pow(2, 8*TagSize); chance > 1e-6/1e6 {
		t.Errorf("the chance of a false match is %g", chance)
	}
}

// No verb prints an entry or the key.
func TestNothingIsPrinted(t *testing.T) {
	o := newOffice(t)
	p, err := Open(bytes.NewReader(o.pack(t)), o.examiner, nil, made)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%d", "%x", "%q"} {
		for _, v := range []any{p, *p} {
			if got := fmt.Sprintf(verb, v); got != "set pack s1" {
				t.Errorf("%s prints %q", verb, got)
			}
		}
	}
}

func TestRecipients(t *testing.T) {
	hybrid, err := age.GenerateHybridIdentity()
	if err != nil {
		t.Fatal(err)
	}
	o := newOffice(t)
	own := o.examiner.Recipient().String()
	for to, good := range map[string]bool{
		own: true, hybrid.Recipient().String(): true,
		"": false, "age1": false, own + "x": false, own + "\n" + own: false, "# mine\n" + own: false, own + " ": false,
		"ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHsKLqeplhpW+uObz5dvMgjz1OxfM/XXUB+VHtZ6isGN": false, o.examiner.String(): false,
	} {
		_, err := o.maker.Draft(to, nil)
		if good != (err == nil) || err != nil && (!triage.IsKind(err, triage.Invalid) || to != "" && len(to) > 4 && strings.Contains(err.Error(), to)) {
			t.Errorf("%.20q: %v", to, err)
		}
	}
}

// FuzzOpen reads what somebody made who can encrypt for the examiner: with a header of theirs, or as one text.
func FuzzOpen(f *testing.F) {
	o := newOffice(f)
	plain := o.plain(f, o.pack(f))
	n := binary.BigEndian.Uint32(plain)
	f.Add(plain[4:4+n], plain[4+n:])
	text, _, _ := bytes.Cut(plain[4:4+n], []byte("\n\n"))
	f.Add(append(bytes.Replace(text, []byte(`"known":4`), []byte(`"known":-1`), 1), "\n\n— x AAAAAAA=\n"...), plain[4+n:])
	f.Add([]byte(firstLine+"{}\n\n— x AAAAAAA=\n"), []byte{})
	f.Add([]byte{}, []byte{})
	f.Fuzz(func(t *testing.T, head, body []byte) {
		file := append(append(binary.BigEndian.AppendUint32(nil, uint32(len(head))), head...), body...)
		const most = 1000
		p, err := open(bytes.NewReader(file), nil, made, most)
		if err != nil {
			if kind := triage.KindOf(err); kind != triage.Corrupt && kind != triage.Conflict {
				t.Fatalf("%v", err)
			}
			return
		}
		if p.Proven || len(p.known) != p.Known || len(p.benign) != p.Benign || (p.Known+p.Benign)*TagSize != len(body) {
			t.Fatalf("%d bytes are %d and %d entries", len(body), p.Known, p.Benign)
		}
		if !slices.IsSortedFunc(p.known, compareTags) || !slices.IsSortedFunc(p.benign, compareTags) {
			t.Fatal("the tags are not sorted")
		}
		p.Count(hashing.Digests{SHA256: sha256.Sum256(head)})
	})
}
