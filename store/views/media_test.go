package views

import (
	"context"
	"encoding/binary"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/hashing"
	"vigie/triage"
)

func TestRegisterPart(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x, other := b.exhibit(1, "ada"), b.exhibit(2, "ada")
	items := []triage.ListedItem{
		picture(x.ID, 1, "a"), item(x.ID, 2, hashing.KindVideo, "a", ""), item(x.ID, 3, hashing.KindOther, "a", ""),
		picture(x.ID, 1, "copies"),
	}
	want := []triage.MediumID{mediumID(1), mediumID(2)}
	for range 2 { // the same part again changes nothing
		if got := b.register(x.ID, part(1), items...); !reflect.DeepEqual(got, want) {
			t.Fatalf("wanted %v, want %v", got, want)
		}
		p := b.progress(x.ID)
		if p.Items[triage.IsMedia] != 3 || p.Items[triage.NotMedia] != 1 || p.Pending != 3 || p.Wanted != 2 || p.Sealed || p.Settled || p.Rematch != 1 {
			t.Fatalf("%+v", p)
		}
	}
	m := b.medium(1)
	wantMedium := triage.Medium{
		ID: mediumID(1), State: triage.Wanted, Kind: hashing.KindPicture, Size: 1001, Keys: items[0].Keys,
		Places: []triage.Place{items[0].Place}, Slot: m.Slot,
	}
	if want := (triage.Slot{Exhibit: x.ID, Part: part(1), Generation: 1}); m.Slot != want {
		t.Errorf("slot %+v, want %+v", m.Slot, want)
	}
	if !reflect.DeepEqual(m, wantMedium) {
		t.Errorf("medium\n%+v, want\n%+v", m, wantMedium)
	}
	if got := b.medium(3); got.State != triage.Listed || got.Kind != hashing.KindOther {
		t.Errorf("not media: %+v", got)
	}
	// Somebody else's exhibit says that the third one is a picture.
	if got := b.register(other.ID, part(2), picture(other.ID, 3, "b"), picture(other.ID, 1, "b")); !slices.Equal(got, []triage.MediumID{mediumID(3), mediumID(1)}) {
		t.Errorf("wanted by the other: %v", got)
	}
	if got := b.medium(3); got.State != triage.Wanted || got.Kind != hashing.KindPicture || len(got.Places) != 2 {
		t.Errorf("it became media: %+v", got)
	}
	if p := b.progress(x.ID); p.Wanted != 3 || p.Pending != 3 {
		t.Errorf("the first exhibit: %+v", p)
	}
	media, err := b.Media.Media(ctx, []triage.MediumID{mediumID(1), mediumID(99), mediumID(2), "nonsense"})
	if err != nil || len(media) != 2 || media[mediumID(2)].Kind != hashing.KindVideo {
		t.Errorf("media %+v, %v", media, err)
	}
}

// TestRegisterHeldPart: a part that is told again changes nothing, and is looked through to its end where something of it is missing.
func TestRegisterHeldPart(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x, other := b.exhibit(1, "ada"), b.exhibit(2, "ada")
	items := []triage.ListedItem{picture(x.ID, 1, "a"), item(x.ID, 2, hashing.KindOther, "a", ""), picture(x.ID, 3, "a/b")}
	again := func(when string, want ...triage.MediumID) {
		t.Helper()
		if got := b.register(x.ID, part(1), items...); !slices.Equal(got, want) {
			t.Errorf("%s: wanted %v, want %v", when, got, want)
		}
		for n := 1; n <= 3; n++ {
			if places := b.medium(n).Places; !slices.ContainsFunc(places, func(p triage.Place) bool { return p.Exhibit == x.ID }) {
				t.Errorf("%s: medium %d lies in %v", when, n, places)
			}
		}
		if p := b.progress(x.ID); p.Wanted != len(want) || p.Items[triage.IsMedia] != 2 || p.Items[triage.NotMedia] != 1 {
			t.Errorf("%s: %+v", when, p)
		}
	}
	again("at first", mediumID(1), mediumID(3))
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: items[0].Keys, Size: 5}))
	again("one came", mediumID(3))
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(3), Generation: 1, Keys: items[2].Keys, Size: 5}))
	before := b.medium(1)
	again("both came")
	if after := b.medium(1); !reflect.DeepEqual(after, before) {
		t.Errorf("it became\n%+v, was\n%+v", after, before)
	}
	b.register(other.ID, part(2), picture(other.ID, 1, "b"), picture(other.ID, 2, "b"))
	again("what is not media is a picture elsewhere", mediumID(2))

	// Sealing without the part was cut off when one of its media had left.
	raw := packExhibit(x.ID)
	b.ok(b.Exhibits.run(ctx, dropItems, b.Exhibits.key(keyCounts, raw), raw, packID(string(mediumID(1)))).Err())
	again("one had left", mediumID(2))
}

func TestRegisterPartOfAThousand(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	items := make([]triage.ListedItem, triage.MaxPartItems)
	for i := range items {
		items[i] = picture(x.ID, i, "folder "+string(rune('a'+i%20)))
	}
	started := time.Now()
	if got := b.register(x.ID, part(1), items...); len(got) != len(items) {
		t.Errorf("%d wanted", len(got))
	}
	t.Logf("registered in %v", time.Since(started))
	if p := b.progress(x.ID); p.Wanted != len(items) {
		t.Errorf("%+v", p)
	}
}

func TestMarkQueued(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"), item(x.ID, 3, hashing.KindOther, "a", ""))
	verified := triage.DigestKeys{MD5: triage.DigestKey{9}, SHA1: b.medium(1).Keys.SHA1, SHA256: b.medium(1).Keys.SHA256}
	declared := b.medium(1).Keys
	for range 2 {
		b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: verified, Size: 77}))
		if m := b.medium(1); m.State != triage.Queued || m.Keys != verified || m.Size != 77 {
			t.Fatalf("%+v", m)
		}
		if p := b.progress(x.ID); p.Wanted != 1 || p.Pending != 3 {
			t.Fatalf("%+v", p)
		}
	}
	seen, err := b.Seen.Seen(ctx, []triage.Trace{{MD5: declared.MD5}, {MD5: verified.MD5}})
	if err != nil || seen[0] || !seen[1] {
		t.Errorf("seen by a declared digest that was wrong, and by the right one: %v, %v", seen, err)
	}
	// The worker was faster than the upload's last step: what it matched by was only declared.
	b.examine(2, triage.Pending, 0)
	wrong := b.medium(2).Keys
	wrong.MD5 = triage.DigestKey{8}
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(2), Generation: 1, Keys: wrong, Size: 5}))
	if m := b.medium(2); m.State != triage.Examined || m.Keys != wrong || m.Size != 1002 {
		t.Errorf("%+v", m)
	}
	if ids, err := b.Rematch.Outdated(ctx, 10, false); err != nil || !slices.Contains(ids, mediumID(2)) {
		t.Errorf("it should be matched again: %v, %v", ids, err)
	}
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(3), Generation: 1, Keys: verified, Size: 5}))
	if m := b.medium(3); m.State != triage.Listed || m.Keys == verified {
		t.Errorf("not media: %+v", m)
	}
}

// Once an examination is on record, so are the keys that it was made with: a medium keeps what it is seen by. Keys that
// turn out to be others stay with it.
func TestKeysOnRecord(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	declared := b.medium(1).Keys
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: declared, Size: 5}))
	at := triage.Locator{Pack: triage.PackID{Writer: "0123456789ab", Number: 7}, Offset: 8, Length: 9}
	_, err := b.Media.FileExaminations(ctx, triage.Filed{ExaminationRecord: triage.ExaminationRecord{Medium: mediumID(1), Size: 5, Keys: declared}, At: at})
	b.ok(err)
	if m := b.medium(1); m.Keys != declared || m.At != at {
		t.Errorf("on record, and not concluded: %+v", m)
	}
	b.examine(1, triage.Pending, 0)
	seen := func(keys triage.DigestKeys, want bool) {
		t.Helper()
		for _, trace := range []triage.Trace{{MD5: keys.MD5}, {SHA1: keys.SHA1}} {
			if got, err := b.Seen.Seen(ctx, []triage.Trace{trace}); err != nil || got[0] != want {
				t.Errorf("seen: %v, %v", got, err)
			}
		}
	}
	if m := b.medium(1); m.Keys != (triage.DigestKeys{}) || m.At != at {
		t.Errorf("concluded: %+v", m)
	}
	seen(declared, true)
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: declared, Size: 5}))
	if m := b.medium(1); m.Keys != (triage.DigestKeys{}) || m.Epoch != 0 {
		t.Errorf("queued late: %+v", m)
	}
	verified := triage.DigestKeys{MD5: triage.DigestKey{9}, SHA1: triage.DigestKey{8}, SHA256: declared.SHA256}
	b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: verified, Size: 5}))
	b.rematch(1, triage.Pending, 0)
	if m := b.medium(1); m.Keys != verified {
		t.Errorf("verified late: %+v", m)
	}
	seen(declared, false)
	seen(verified, true)
	b.ok(b.Exhibits.SealExhibit(ctx, x.ID, triage.Manifest{Version: 1}))
	seen(verified, false)
}

func TestMediumKeepsAnExamination(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	o := examined(1, triage.NearKnown, 0)
	o.Examination.Facts = hashing.Facts{
		Kind: hashing.KindPicture, Format: "heic", Width: 8000, Height: 6000, Orientation: 6, Make: "A rather long maker's name",
		Model: "Ünïcode 12", Serial: "0123456789", Software: "none", Taken: day.Add(-time.Hour), GPS: true, Lens: "35 mm",
		TakenFrom: "CreateDate", Pictures: 3, TablesOf: hashing.TablesOwn, Tables: "0011223344556677", JPEGQuality: 92, Subsampling: "4:2:0", Progressive: true,
		Profile: "Display P3", Thumbnail: hashing.ThumbnailOther, Editors: "one; two", Saves: 7, Provenance: true, Generated: "a machine",
		LivePhoto: "6D6C1B26-2C9D-4D5C-8A4A-1F9E5E3B0000", Zone: "+02:00", FilmAt: 3 << 20, FilmBytes: 1 << 21,
		Film: hashing.Film{Duration: 95 * time.Minute, Codec: "h264", Sound: "aac", MilliRate: 29_970, Rotation: 90, Looked: 987},
	}
	o.Examination.Facts.Taken = o.Examination.Facts.Taken.In(time.FixedZone("", 2*60*60))
	for i, facts := 0, reflect.ValueOf(o.Examination.Facts); i < facts.NumField(); i++ {
		if facts.Field(i).IsZero() {
			t.Fatalf("%s is not tried", facts.Type().Field(i).Name)
		}
	}
	o.Examination.Note = "frames-not-examined"
	o.Matches = append(o.Matches, matchesOf(triage.Benign)...)
	b.ok(b.Outcomes.Apply(t.Context(), o))
	m := b.medium(1)
	if want := o.Examination.Facts; !m.Facts.Taken.Equal(want.Taken) || m.Facts.Taken.Format(time.RFC3339) != want.Taken.Format(time.RFC3339) {
		t.Errorf("taken %v, not %v", m.Facts.Taken, want.Taken)
	} else {
		m.Facts.Taken = want.Taken // the same, in a zone of another name
	}
	if !reflect.DeepEqual(m.Facts, o.Examination.Facts) || !reflect.DeepEqual(m.Matches, o.Matches) || m.Quality != 77 ||
		!m.Hashed || m.Note != "frames-not-examined" || m.Unreadable != "" || m.State != triage.Examined || m.Finding != triage.NearKnown {
		t.Errorf("%+v", m)
	}
	b.ok(b.Outcomes.Apply(t.Context(), examined(1, triage.Unreadable, 0)))
	m = b.medium(1)
	if m.Hashed || m.Note != "" || m.Unreadable != "time-limit" || m.Limit != 60 || m.Matches != nil || m.Facts.Make != "" {
		t.Errorf("a later examination replaces an earlier one: %+v", m)
	}
}

func TestSealLetsPartsGo(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x, other := b.exhibit(1, "ada"), b.exhibit(2, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"))
	b.register(x.ID, part(2), picture(x.ID, 2, "a"), picture(x.ID, 3, "a"), picture(x.ID, 4, "a"))
	b.register(other.ID, part(3), picture(other.ID, 3, "b"))
	for n := 1; n <= 4; n++ {
		b.examine(n, triage.Pending, 0)
		b.join(n, n)
	}
	b.rematch(3, triage.Known, 0)
	b.rank(10, triage.ProbableNew)
	keys := b.medium(4).Keys
	for range 2 {
		b.ok(b.Exhibits.SealExhibit(ctx, x.ID, triage.Manifest{Version: 1, Parts: []triage.PartID{part(1)}, Sealed: day}))
		p := b.progress(x.ID)
		if p.Items[triage.IsMedia] != 2 || p.Media[triage.ProbableNew] != 2 || p.Media[triage.Known] != 0 || p.Pending != 0 {
			t.Fatalf("%+v", p)
		}
	}
	if p := b.progress(other.ID); p.Media[triage.Known] != 1 {
		t.Errorf("the other exhibit keeps its own: %+v", p)
	}
	if _, err := b.Media.Medium(ctx, mediumID(4)); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("a medium that nobody lists: %v", err)
	}
	if seen, err := b.Seen.Seen(ctx, []triage.Trace{{Medium: mediumID(4), MD5: keys.MD5, SHA1: keys.SHA1}}); err != nil || seen[0] {
		t.Errorf("is not seen any more: %v, %v", seen, err)
	}
	if !b.waiting(1, 2, 3, 4) {
		t.Errorf("groups that lost a place, a member or known media beside them are ranked again: %v", b.toRank())
	}
	// What nobody lists any more is nobody's business.
	b.ok(b.Outcomes.Apply(ctx, examined(4, triage.Pending, 0)))
	b.ok(b.Groups.JoinGroups(ctx, []triage.Join{{Medium: mediumID(4), Group: triage.GroupID(mediumID(4))}}))
	if n, err := b.Outcomes.CountFailure(ctx, mediumID(4)); err != nil || n != 0 {
		t.Errorf("failures: %d, %v", n, err)
	}
	b.rank(10, triage.ProbableNew)
	if _, n, err := b.Queue.Queue(ctx, 0, 10); err != nil || n != 2 {
		t.Errorf("queue of %d, %v", n, err)
	}
	// It comes back, and founds its group again: the group was born before.
	b.register(x.ID, part(2), picture(x.ID, 4, "a"))
	b.examine(4, triage.Pending, 0)
	b.join(4, 4)
	if founders, err := b.Groups.Founders(ctx, triage.FounderPoint{}); err != nil || len(founders.Born) != 4 {
		t.Errorf("founders %+v, %v", founders, err)
	}
}

func TestSeen(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), item(x.ID, 2, hashing.KindOther, "a", ""))
	one := b.medium(1).Keys
	traces := []triage.Trace{
		{Medium: mediumID(1), MD5: one.MD5, SHA1: one.SHA1}, {MD5: one.MD5}, {SHA1: one.SHA1}, {Medium: mediumID(1)},
		{Medium: mediumID(2), MD5: triage.DigestKey{1}}, {}, {MD5: triage.DigestKey{1}}, {Medium: mediumID(3)},
	}
	want := []bool{true, true, true, true, true, false, false, false}
	if got, err := b.Seen.Seen(t.Context(), traces); err != nil || !slices.Equal(got, want) {
		t.Errorf("%v, %v; want %v", got, err, want)
	}
	if got, err := b.Seen.Seen(t.Context(), nil); err != nil || len(got) != 0 {
		t.Errorf("nothing asked: %v, %v", got, err)
	}
}

func TestOutdated(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), item(x.ID, 2, hashing.KindOther, "a", ""), picture(x.ID, 3, "a"))
	outdated := func(want ...int) {
		t.Helper()
		got, err := b.Rematch.Outdated(ctx, 10, false)
		b.ok(err)
		if len(got) != len(want) {
			t.Errorf("outdated %v, want %v", got, want)
		}
		for _, n := range want {
			if !slices.Contains(got, mediumID(n)) {
				t.Errorf("outdated %v lacks %d", got, n)
			}
		}
		if p := b.progress(x.ID); p.Rematch != len(want) {
			t.Errorf("progress: %+v", p)
		}
	}
	outdated(2) // listed: to be matched even before the first set
	b.rematch(2, triage.NoFinding, 0)
	b.examine(1, triage.Pending, 0)
	outdated()
	b.setEpoch(1)
	outdated(1, 2)
	b.rematch(1, triage.Known, 1)
	outdated(2)
	if got := b.medium(1).Epoch; got != 1 {
		t.Errorf("epoch %d", got)
	}
}

func TestWantedSince(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	const old, young = 30, 5
	for n := range old {
		b.register(x.ID, part(n), picture(x.ID, n, "a"))
	}
	b.now = day.Add(time.Minute)
	for n := range young {
		b.register(x.ID, part(old+n), picture(x.ID, old+n, "a"))
	}
	seen := make(map[triage.MediumID]bool)
	for after := triage.MediumID(""); ; {
		ids, err := b.Rematch.WantedSince(ctx, day.Add(30*time.Second), after, 7)
		b.ok(err)
		if len(ids) == 0 {
			break
		}
		for _, id := range ids {
			if seen[id] {
				t.Errorf("%s comes twice", id)
			}
			seen[id] = true
			// What is repaired is not wanted any more, and still marks the place to go on from.
			b.ok(markOne(ctx, b.Media, triage.Arrived{Medium: id, Generation: 1, Keys: triage.DigestKeys{}, Size: 1}))
		}
		after = ids[len(ids)-1]
	}
	if len(seen) != old {
		t.Errorf("%d of %d", len(seen), old)
	}
	if ids, err := b.Rematch.WantedSince(ctx, day.Add(time.Hour), "", 100); err != nil || len(ids) != young {
		t.Errorf("the young ones: %d, %v", len(ids), err)
	}
}

// What Redis holds may be anything: what is opened is read to its end, what does not open is Corrupt.
func FuzzUnpack(f *testing.F) {
	d := db{sealer: newSealer([KeySize]byte{5}), words: &wordCache{known: make(words)}}
	x := &hashing.Examination{Facts: hashing.Facts{Kind: hashing.KindVideo, Width: 3, Make: "m", Taken: day}}
	f.Add(d.packExamination("", x, d.newWords()))
	f.Add(d.packMatches("", matchesOf(triage.Known), d.newWords()))
	f.Add("eKpe\x012z\x02ab" + "x" + strings.Repeat("y", 34) + "g\x00h\x80\x01")
	f.Add("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff")
	f.Fuzz(func(t *testing.T, s string) {
		known := words{"": unpacker(s), strings.Repeat("\xff", wordSize): unpacker(s)}
		unpackExamination(&triage.Medium{}, unpacker(s), known)
		if matches, refs := unpackMatches(unpacker(s), known), matchWords(unpacker(s)); len(matches) != len(refs) {
			t.Errorf("%d matches with %d words", len(matches), len(refs))
		}
		if _, err := (Groups{d}).openBirth(s); len(s) != 16 && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("birth %q: %v", s, err)
		}
		if _, err := (Groups{d}).decode("", nil, unpacker(s), day); err != nil {
			t.Errorf("rank %q: %v", s, err)
		}
		id := mediumID(1)
		if m, err := d.openMedium(id, s); err != nil && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("record %q: %+v, %v", s, m, err)
		}
		if fields, err := unpackFields(s, groupLengths, nil); err != nil && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("fields %q: %v, %v", s, fields, err)
		}
		length := binary.AppendUvarint(nil, uint64(len(s)))
		for _, field := range []rune{fieldExamination, fieldMatches} {
			record := "eKp" + string(field) + string(length) + s
			if _, err := d.openMedium(id, record); s != "" && !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("%c of a medium, %q: %v", field, s, err)
			}
		}
		for field, size := range map[string]int{string(fieldPlace): 8 + placeSize, string(fieldNumbered): 8 + placeSize + numbersSize} {
			place := "eKp" + field + (s + strings.Repeat("x", size))[:size]
			if _, err := d.openMedium(id, place); !triage.IsKind(err, triage.Corrupt) {
				t.Errorf("place of a medium, %q: %v", place, err)
			}
		}
		if c := unpackClue(s); c.Camera != "" && unpackClue(packClue(c)) != c {
			t.Errorf("clue of a medium, %q: %+v", s, c)
		}
		if known, exhibits := unpackTaken(s); (known || len(exhibits) > 0) && len(s) < entrySize {
			t.Errorf("taken in an hour, %q: %v, %q", s, known, exhibits)
		}
		if _, err := (Groups{d}).rankRef("", map[byte]string{fieldRank: s}); s != "" && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("rank of a group, %q: %v", s, err)
		}
		if _, err := (Groups{d}).decode("", map[byte]string{fieldDecision: s}, nil, day); s != "" && !triage.IsKind(err, triage.Corrupt) {
			t.Errorf("decision of a group, %q: %v", s, err)
		}
	})
}

// TestFloor: what a sweep went over is right, and counted together; what it marked is due, and what came since is behind.
func TestFloor(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	var items []triage.ListedItem
	for n := 1; n <= 5; n++ {
		items = append(items, picture(x.ID, n, "a"))
	}
	b.register(x.ID, part(1), items...)
	for n := 1; n <= 3; n++ {
		b.setEpoch(n)
		b.examine(n, triage.Pending, triage.Epoch(n))
	}
	state := func(when string, lag triage.Lag, rematch int, due ...int) {
		t.Helper()
		if got, err := b.Rematch.Lag(ctx); err != nil || got != lag {
			t.Errorf("%s: %+v, not %+v, %v", when, got, lag, err)
		}
		if p := b.progress(x.ID); p.Rematch != rematch {
			t.Errorf("%s: %d are to be matched again, not %d", when, p.Rematch, rematch)
		}
		got, err := b.Rematch.Outdated(ctx, 10, true)
		if err != nil || len(got) != len(due) {
			t.Errorf("%s: due are %v, not %v, %v", when, got, due, err)
		}
	}
	state("at first", triage.Lag{From: 1, To: 3, Media: 2}, 2)
	b.ok(b.Rematch.NoteSweep(ctx, 3, 1, 2))
	state("half-way", triage.Lag{From: 1, To: 3, Media: 2}, 1)
	b.ok(b.Rematch.MarkDue(ctx, []triage.MediumID{mediumID(1), mediumID(3), mediumID(4), mediumID(99)}))
	b.ok(b.Rematch.Swept(ctx, 3, 3)) // another's, that counted on more than is so
	state("not swept", triage.Lag{From: 2, To: 3, Media: 1}, 2, 1)
	b.ok(b.Rematch.Swept(ctx, 1, 3))
	state("swept", triage.Lag{From: 3, To: 3}, 1, 1)
	b.setEpoch(4)
	b.examine(5, triage.Pending, 4)
	state("changed again", triage.Lag{From: 3, To: 4, Media: 2}, 3, 1)
	b.rematch(1, triage.Known, 4)
	b.ok(b.Rematch.Swept(ctx, 3, 4))
	state("swept again", triage.Lag{From: 4, To: 4}, 0)
	b.setEpoch(5)
	state("and again", triage.Lag{From: 4, To: 5, Media: 4}, 4)
	for _, n := range []int{1, 2, 3, 5} { // few enough to be matched one by one
		b.rematch(n, triage.Known, 5)
	}
	state("all matched", triage.Lag{From: 5, To: 5}, 0)
	if left := b.rdb.HGetAll(ctx, "{t}:epochs").Val(); len(left) != 1 || left["5"] != "4" {
		t.Errorf("counted as %v", left)
	}
}

// markOne is MarkQueued of one medium.
func markOne(ctx context.Context, media Media, m triage.Arrived) error {
	gone, err := media.MarkQueued(ctx, m)
	if err == nil {
		err = gone[0]
	}
	return err
}

// TestMarkManyQueued answers of each medium by itself, also where Redis has forgotten its scripts.
func TestMarkManyQueued(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"), picture(x.ID, 2, "a"), picture(x.ID, 3, "a"))
	b.ok(b.rdb.ScriptFlush(ctx).Err())
	gone, err := b.Media.MarkQueued(ctx,
		triage.Arrived{Medium: mediumID(1), Generation: 1, Keys: b.medium(1).Keys, Size: 5},
		triage.Arrived{Medium: mediumID(9), Generation: 1, Size: 5},
		triage.Arrived{Medium: mediumID(3), Generation: 1, Keys: b.medium(3).Keys, Size: 6})
	b.ok(err)
	if gone[0] != nil || !triage.IsKind(gone[1], triage.NotFound) || gone[2] != nil {
		t.Errorf("%v", gone)
	}
	if b.medium(1).State != triage.Queued || b.medium(2).State != triage.Wanted || b.medium(3).State != triage.Queued {
		t.Errorf("%+v %+v %+v", b.medium(1), b.medium(2), b.medium(3))
	}
}
