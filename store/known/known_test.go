package known

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"log/slog"
	"reflect"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/hashing/pdq"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

var day = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)

func connect(t testing.TB) *redis.Client {
	t.Helper()
	addr, password := embeddedtest.Redis(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
	t.Cleanup(func() { _ = rdb.Close() })
	return rdb
}

func open(t testing.TB) (*Sets, *Mirror) {
	t.Helper()
	s := New(connect(t), "t:", [KeySize]byte{4})
	return s, NewMirror(s, slog.New(slog.DiscardHandler))
}

func create(t testing.TB, s *Sets, kind triage.SetKind, source string) triage.HashSet {
	t.Helper()
	set, err := s.CreateSet(t.Context(), triage.HashSet{Source: source, Kind: kind, Category: "default", Imported: day})
	if err != nil {
		t.Fatal(err)
	}
	return set
}

func add(t testing.TB, s *Sets, set triage.HashSet, entries ...triage.Entry) []triage.SetConflict {
	t.Helper()
	conflicts, err := s.AddEntries(t.Context(), set, entries)
	if err != nil {
		t.Fatal(err)
	}
	return conflicts
}

// addMany adds n entries in batches; entry tells what the i-th says.
func addMany(t testing.TB, s *Sets, set triage.HashSet, n int, entry func(i int) triage.Entry) {
	t.Helper()
	const batch = 4000
	entries := make([]triage.Entry, batch)
	for from := 0; from < n; from += batch {
		for i := range entries {
			entries[i] = entry(from + i)
		}
		add(t, s, set, entries[:min(batch, n-from)]...)
	}
}

func activate(t testing.TB, s *Sets, set triage.HashSet, replaces ...triage.SetID) triage.Epoch {
	t.Helper()
	epoch, err := s.Activate(t.Context(), set, replaces)
	if err != nil {
		t.Fatal(err)
	}
	return epoch
}

func match(t testing.TB, m triage.Matcher, p triage.Probe) []triage.Match {
	t.Helper()
	matches, _, err := m.Match(t.Context(), []triage.Probe{p})
	if err != nil {
		t.Fatal(err)
	}
	return matches[0]
}

func key(n int) (k triage.DigestKey) {
	sum := sha256.Sum256(binary.BigEndian.AppendUint64(nil, uint64(n)))
	copy(k[:], sum[:])
	return k
}

func code(n int) *pdq.Hash {
	h := pdq.Hash(sha256.Sum256(fmt.Appendf(nil, "code %d", n)))
	return &h
}

// flip changes the first n bits.
func flip(h pdq.Hash, n int) pdq.Hash {
	for i := range n {
		h[i/8] ^= 1 << (i % 8)
	}
	return h
}

func phash(v uint64) *hashing.Hash64 { h := hashing.Hash64(v); return &h }

func TestSetsKeepWhatTheyAreGiven(t *testing.T) {
	s, _ := open(t)
	first := create(t, s, triage.KnownSet, "partner")
	second := create(t, s, triage.KnownSet, "partner")
	benign := create(t, s, triage.BenignSet, "partner")
	if first.ID != 1 || first.Version != 1 || second.ID != 2 || second.Version != 2 || benign.Version != 1 || first.State != triage.Importing {
		t.Fatalf("numbers and versions: %+v, %+v, %+v", first, second, benign)
	}
	first.Entries, first.Rejected, first.ByMethod = 3, 1, map[triage.Method]int{triage.ByMD5: 3}
	first.Conflicts = []triage.SetConflict{{Entry: 1, OtherSet: 9, OtherEntry: 2}}
	first.Epoch, first.State = activate(t, s, first), triage.Active
	got, err := s.Set(t.Context(), first.ID)
	if err != nil || !reflect.DeepEqual(got, first) {
		t.Errorf("kept %+v, %v; want %+v", got, err, first)
	}
	if again := activate(t, s, first); again != first.Epoch {
		t.Errorf("activated again: epoch %d, was %d", again, first.Epoch)
	}
	epoch := activate(t, s, second, first.ID)
	if epoch != first.Epoch+1 {
		t.Errorf("second epoch %d after %d", epoch, first.Epoch)
	}
	got, err = s.Set(t.Context(), first.ID)
	if err != nil || got.State != triage.Withdrawn || got.Epoch != epoch || !got.Withdrawn.Equal(day) {
		t.Errorf("replaced: %+v, %v", got, err)
	}
	list, err := s.Sets(t.Context())
	if err != nil || len(list) != 3 || list[0].ID != 3 || list[2].ID != 1 {
		t.Errorf("list: %+v, %v", list, err)
	}
	if _, err := s.Set(t.Context(), 99); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("no such set: %v", err)
	}
}

func TestStatesOfSets(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}, PDQ: code(1)})
	probe := triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, PDQ: []pdq.Hash{*code(1)}, Quality: 100}
	if got := match(t, m, probe); len(got) != 0 {
		t.Errorf("a set that is being imported matches: %+v", got)
	}
	activate(t, s, set)
	if got := match(t, m, probe); len(got) != 2 {
		t.Errorf("an active set: %+v", got)
	}
	if _, err := s.AddEntries(t.Context(), set, []triage.Entry{{Number: 2, PDQ: code(2)}}); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("entries for an active set: %v", err)
	}
	epoch, err := s.Withdraw(t.Context(), set.ID, day)
	if err != nil || epoch != 2 {
		t.Errorf("withdrawn: %d, %v", epoch, err)
	}
	if got := match(t, m, probe); len(got) != 0 {
		t.Errorf("a withdrawn set matches: %+v", got)
	}
	if again, err := s.Withdraw(t.Context(), set.ID, day.Add(time.Hour)); err != nil || again != epoch {
		t.Errorf("withdrawn again: %d, %v", again, err)
	}
	if _, err := s.Activate(t.Context(), set, nil); !triage.IsKind(err, triage.Conflict) {
		t.Errorf("a withdrawn set came back: %v", err)
	}
	if _, err := s.Withdraw(t.Context(), 99, day); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("no such set: %v", err)
	}
}

func TestMatch(t *testing.T) {
	s, m := open(t)
	list := create(t, s, triage.KnownSet, "known")
	add(t, s, list,
		triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1), key(2), key(3)}},
		triage.Entry{Number: 2, Category: "special", PDQ: code(2)},
		triage.Entry{Number: 3, PHash: phash(0xff00)},
		triage.Entry{Number: 4, Category: "other", Exact: []triage.DigestKey{key(4)}, PDQ: code(4), PHash: phash(0x0ff00ff00ff00ff0)},
	)
	activate(t, s, list)
	white := create(t, s, triage.BenignSet, "benign")
	add(t, s, white, triage.Entry{Number: 7, Exact: []triage.DigestKey{key(7)}, PDQ: code(7), PHash: phash(7)})
	activate(t, s, white)

	known := func(entry uint32, category string, method triage.Method, distance int, transform pdq.Transform, quality ...int) triage.Match {
		return triage.Match{
			Set: list.ID, Source: "known", Version: 1, Kind: triage.KnownSet, Entry: entry, Category: category,
			Method: method, Distance: distance, Transform: transform, Quality: append(quality, 0)[0],
		}
	}
	turned := make([]pdq.Hash, 8)
	for i := range turned {
		turned[i] = *code(100 + i)
	}
	turned[pdq.FlipX] = flip(*code(2), 3)
	late, vote := known(2, "special", triage.ByPDQ, 3, pdq.FlipX, 90), known(3, "default", triage.ByPHash, 1, 0)
	late.Frame, vote.Frame = 9, 2
	part := known(2, "special", triage.ByPDQ, 3, pdq.FlipX)
	part.View, part.Quality = hashing.ViewTrimmed, 77
	for name, test := range map[string]struct {
		probe triage.Probe
		want  []triage.Match
	}{
		"nothing":        {triage.Probe{}, nil},
		"unknown":        {triage.Probe{Keys: triage.DigestKeys{MD5: key(50), SHA1: key(51), SHA256: key(52)}, PDQ: []pdq.Hash{*code(50)}, Quality: 100}, nil},
		"by MD5":         {triage.Probe{Keys: triage.DigestKeys{MD5: key(2)}}, []triage.Match{known(1, "default", triage.ByMD5, 0, 0)}},
		"all three":      {triage.Probe{Keys: triage.DigestKeys{MD5: key(1), SHA1: key(2), SHA256: key(3)}}, []triage.Match{known(1, "default", triage.BySHA256, 0, 0), known(1, "default", triage.BySHA1, 0, 0), known(1, "default", triage.ByMD5, 0, 0)}},
		"at 31":          {triage.Probe{PDQ: []pdq.Hash{flip(*code(2), 31)}, Quality: 50}, []triage.Match{known(2, "special", triage.ByPDQ, 31, 0, 50)}},
		"at 32":          {triage.Probe{PDQ: []pdq.Hash{flip(*code(2), 32)}, Quality: 50}, nil},
		"quality 49":     {triage.Probe{PDQ: []pdq.Hash{*code(2)}, Quality: 49}, nil},
		"mirrored":       {triage.Probe{PDQ: turned, Quality: 80}, []triage.Match{known(2, "special", triage.ByPDQ, 3, pdq.FlipX, 80)}},
		"pHash at 8":     {triage.Probe{PHash: phash(0xff00 ^ 0xff)}, []triage.Match{known(3, "default", triage.ByPHash, 8, 0)}},
		"pHash at 9":     {triage.Probe{PHash: phash(0xff00 ^ 0x1000000000000ff)}, nil},
		"the best first": {triage.Probe{Keys: triage.DigestKeys{SHA1: key(4)}, PDQ: []pdq.Hash{flip(*code(4), 1)}, Quality: 99, PHash: phash(0x0ff00ff00ff00ff1)}, []triage.Match{known(4, "other", triage.BySHA1, 0, 0), known(4, "other", triage.ByPDQ, 1, 0, 99), known(4, "other", triage.ByPHash, 1, 0)}},
		"in a later frame": {triage.Probe{PDQ: []pdq.Hash{*code(50)}, Quality: 100, Frames: []hashing.Frame{
			{Index: 4, PHash: 0xf0f0f0f0f0f0f0f0, PDQ: pdq.Dihedrals{*code(51)}, Quality: 90}, {Index: 9, PHash: 0xf0f0f0f0f0f0f0f0, PDQ: pdq.Dihedrals(turned), Quality: 90}, {Index: 11, PHash: 0xf0f0f0f0f0f0f0f0, PDQ: pdq.Dihedrals(turned), Quality: 90},
		}}, []triage.Match{late}},
		"in a part": {triage.Probe{PDQ: []pdq.Hash{*code(50)}, Quality: 100, Views: []hashing.View{
			{Name: hashing.ViewScreen, PDQ: pdq.Dihedrals{*code(51)}, Quality: 90}, {Name: hashing.ViewTrimmed, PDQ: pdq.Dihedrals(turned), Quality: 77},
		}}, []triage.Match{part}},
		"in a part of low quality": {triage.Probe{Views: []hashing.View{{Name: hashing.ViewTrimmed, PDQ: pdq.Dihedrals(turned), Quality: 49}}}, nil},
		"a frame's pHash":          {triage.Probe{Frames: []hashing.Frame{{Index: 2, PHash: 0xff01}}}, []triage.Match{vote}},
		"benign, near":             {triage.Probe{PDQ: []pdq.Hash{*code(7)}, Quality: 99, PHash: phash(7)}, nil},
		"benign, exactly":          {triage.Probe{Keys: triage.DigestKeys{MD5: key(7)}}, []triage.Match{{Set: white.ID, Source: "benign", Version: 1, Kind: triage.BenignSet, Entry: 7, Category: "default", Method: triage.ByMD5}}},
	} {
		t.Run(name, func(t *testing.T) {
			if got := match(t, m, test.probe); !reflect.DeepEqual(got, test.want) {
				t.Errorf("got  %+v\nwant %+v", got, test.want)
			}
		})
	}
}

func TestConflictsWithActiveSetsOfTheOtherKind(t *testing.T) {
	s, _ := open(t)
	list := create(t, s, triage.KnownSet, "known")
	add(t, s, list, triage.Entry{Number: 5, Exact: []triage.DigestKey{key(5), key(6)}})
	other := create(t, s, triage.KnownSet, "other known")
	if got := add(t, s, other, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(5)}}); len(got) != 0 {
		t.Errorf("two known sets are no conflict: %+v", got)
	}
	early := create(t, s, triage.BenignSet, "early")
	if got := add(t, s, early, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(5)}}); len(got) != 0 {
		t.Errorf("a set that is not active is no conflict: %+v", got)
	}
	activate(t, s, list)
	late := create(t, s, triage.BenignSet, "late")
	entry := triage.Entry{Number: 9, Exact: []triage.DigestKey{key(5), key(6)}}
	want := []triage.SetConflict{{Entry: 9, OtherSet: list.ID, OtherEntry: 5}}
	for range 2 { // adding again changes nothing
		if got := add(t, s, late, entry); !reflect.DeepEqual(got, want) {
			t.Errorf("conflicts %+v, want %+v", got, want)
		}
	}
	if _, err := s.Withdraw(t.Context(), list.ID, day); err != nil {
		t.Fatal(err)
	}
	last := create(t, s, triage.BenignSet, "last")
	if got := add(t, s, last, entry); len(got) != 0 {
		t.Errorf("a withdrawn set is no conflict: %+v", got)
	}
	refs, err := s.lookExact(t.Context(), []triage.DigestKey{key(6)})
	if err != nil || len(refs[0]) != 2 {
		t.Errorf("references to withdrawn sets should go when a digest is written: %+v, %v", refs, err)
	}
}

func TestMatchesAreBoundedAndKeepTheFinding(t *testing.T) {
	s, m := open(t)
	var benign []triage.HashSet
	for range MaxMatches + 6 {
		set := create(t, s, triage.BenignSet, "benign")
		add(t, s, set, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}})
		activate(t, s, set)
		benign = append(benign, set)
	}
	list := create(t, s, triage.KnownSet, "known")
	add(t, s, list, triage.Entry{Number: 1, PDQ: code(1)})
	activate(t, s, list)
	got := match(t, m, triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, PDQ: []pdq.Hash{flip(*code(1), 9)}, Quality: 90})
	if len(got) != MaxMatches || got[0].Set != list.ID || got[1].Set != benign[0].ID || got[0].More != 7 || got[1].More != 0 {
		t.Errorf("%d matches, the first %+v", len(got), got[:2])
	}
	if f := triage.Conclude(hashing.KindPicture, "", got); f != triage.NearKnown {
		t.Errorf("finding %q", f)
	}
}

func TestImportOfTenThousand(t *testing.T) {
	s, m := open(t)
	const n, batch = 10_000, 2000
	set := create(t, s, triage.KnownSet, "large")
	before := usedMemory(t, s.rdb)
	started := time.Now()
	for from := 0; from < n; from += batch {
		entries := make([]triage.Entry, batch)
		for i := range entries {
			entries[i] = triage.Entry{Number: uint32(from + i + 1), Exact: []triage.DigestKey{key(from + i)}, PDQ: code(from + i)}
		}
		add(t, s, set, entries...)
	}
	activate(t, s, set)
	t.Logf("%d entries in %v, %d bytes an entry (few a bucket: BenchmarkMemory has a million)", n, time.Since(started), (usedMemory(t, s.rdb)-before)/n)
	probes := make([]triage.Probe, 500)
	for i := range probes {
		at := i * n / len(probes)
		probes[i] = triage.Probe{Keys: triage.DigestKeys{SHA1: key(at)}, PDQ: []pdq.Hash{flip(*code(at), 30)}, Quality: 70}
	}
	matches, epoch, err := m.Match(t.Context(), probes)
	if err != nil || epoch != 1 {
		t.Fatalf("epoch %d, %v", epoch, err)
	}
	for i, got := range matches {
		want := uint32(i*n/len(probes) + 1)
		if len(got) != 2 || got[0].Entry != want || got[1].Entry != want || got[1].Distance != 30 {
			t.Fatalf("probe %d: %+v, want entry %d twice", i, got, want)
		}
	}
}

// However many entries are near, the nearest are told and all are counted, each once, whatever of the picture is near them.
func TestManyEqualCodes(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "dense")
	const n, odd = 100_000, 50_009
	nearest := flip(*code(1), 3)
	addMany(t, s, set, n, func(i int) triage.Entry {
		e := triage.Entry{Number: uint32(i + 1), PDQ: code(1)}
		switch i {
		case odd:
			e.PDQ = &nearest
		case odd + 1:
			e.PHash = phash(0xff00ff00ff00ff00)
		}
		return e
	})
	activate(t, s, set)
	turned := []pdq.Hash{flip(*code(1), 5), *code(50), flip(*code(1), 3), *code(51), *code(52), *code(53), *code(54), flip(*code(1), 20)}
	probe := triage.Probe{
		PDQ: turned, Quality: 90, PHash: phash(0xff00ff00ff00ff00),
		Views: []hashing.View{{Name: hashing.ViewTrimmed, PDQ: pdq.Dihedrals{flip(*code(1), 9)}, Quality: 90}},
	}
	few := triage.Probe{PDQ: []pdq.Hash{*code(60)}, Quality: 90, PHash: phash(0xff00ff00ff00ff00)}
	matches, _, err := m.Match(t.Context(), []triage.Probe{probe, few, probe})
	if err != nil {
		t.Fatal(err)
	}
	for _, i := range []int{0, 2} {
		got := matches[i]
		if len(got) != MaxMatches || got[0].Entry != odd+1 || got[0].Distance != 0 || got[0].Transform != 2 || got[1].Distance != 3 {
			t.Fatalf("probe %d: %d matches, the first %+v", i, len(got), got[:2])
		}
		if want := n + 1 - MaxMatches; got[0].More != want { // all by PDQ, one by pHash too
			t.Errorf("probe %d: and %d more, want %d", i, got[0].More, want)
		}
	}
	if len(matches[1]) != 1 || matches[1][0].More != 0 {
		t.Errorf("one match: %+v", matches[1])
	}
}

// A list that repeats a digest endlessly keeps Redis neither busy nor full.
func TestEqualLines(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "careless")
	addMany(t, s, set, 20_000, func(i int) triage.Entry {
		return triage.Entry{Number: uint32(i + 1), Exact: []triage.DigestKey{key(1)}}
	})
	activate(t, s, set)
	other := create(t, s, triage.KnownSet, "another")
	add(t, s, other, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}})
	activate(t, s, other)
	refs, err := s.lookExact(t.Context(), []triage.DigestKey{key(1)})
	if err != nil || len(refs[0]) != sameLines+1 {
		t.Errorf("%d references, %v", len(refs[0]), err)
	}
	if _, err := s.Withdraw(t.Context(), set.ID, day); err != nil {
		t.Fatal(err)
	}
	if got := match(t, m, triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}}); len(got) != 1 || got[0].Set != other.ID {
		t.Errorf("%+v", got)
	}
}

func usedMemory(t testing.TB, rdb redis.UniversalClient) int {
	t.Helper()
	info := rdb.InfoMap(t.Context(), "memory").Val()["Memory"]["used_memory"]
	var n int
	if _, err := fmt.Sscan(info, &n); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestMirrorFollowsChanges(t *testing.T) {
	s, m := open(t)
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan error)
	go func() { done <- m.Run(ctx) }()
	for i := range 3 {
		set := create(t, s, triage.KnownSet, "partner")
		add(t, s, set, triage.Entry{Number: 1, PDQ: code(i)})
		epoch := activate(t, s, set)
		for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(5 * time.Millisecond) {
			if v := m.view.Load(); v != nil && v.moment.Epoch == epoch {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("the mirror never came to epoch %d", epoch)
			}
		}
	}
	stop()
	if err := <-done; err != nil {
		t.Error(err)
	}
}

// Somebody else's first load must never be answered with "unknown".
func TestNotReadyIsUnavailable(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, PDQ: code(1)})
	activate(t, s, set)
	<-m.loading // as a load that takes long
	if _, _, err := m.Match(t.Context(), []triage.Probe{{PDQ: []pdq.Hash{*code(1)}, Quality: 90}}); !triage.IsKind(err, triage.Unavailable) {
		t.Errorf("while loading: %v", err)
	}
	m.loading <- struct{}{}
	if got := match(t, m, triage.Probe{PDQ: []pdq.Hash{*code(1)}, Quality: 90}); len(got) != 1 {
		t.Errorf("loaded: %+v", got)
	}
}

func TestCandidatesAreConfirmedInRedis(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, PDQ: code(1)})
	activate(t, s, set)
	probe := triage.Probe{PDQ: []pdq.Hash{*code(1)}, Quality: 90}
	if got := match(t, m, probe); len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	// Redis comes back with other content under the same epoch: what is mirrored counts no more.
	segment := s.segment(keyPDQ, set.ID, 1)
	entry := append([]byte{0, 0, 0, 1, 0, 0}, code(2)[:]...)
	if err := s.rdb.Set(t.Context(), segment, s.sealer.sealSegment(segment, entry, pdqSize), 0).Err(); err != nil {
		t.Fatal(err)
	}
	if got := match(t, m, probe); len(got) != 0 {
		t.Errorf("an entry that Redis does not have matched: %+v", got)
	}
	if got := match(t, m, triage.Probe{PDQ: []pdq.Hash{*code(2)}, Quality: 90}); len(got) != 1 {
		t.Errorf("the entry that Redis has: %+v", got)
	}
}

func TestEmptiedRedisMatchesNothing(t *testing.T) {
	s, m := open(t)
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}, PDQ: code(1)})
	activate(t, s, set)
	probe := triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, PDQ: []pdq.Hash{*code(1)}, Quality: 90}
	if got := match(t, m, probe); len(got) != 2 {
		t.Fatalf("%+v", got)
	}
	if err := s.rdb.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	matches, epoch, err := m.Match(t.Context(), []triage.Probe{probe})
	if err != nil || epoch != 0 || len(matches[0]) != 0 {
		t.Errorf("%+v, epoch %d, %v", matches, epoch, err)
	}
}

// The answers of Match belong to one epoch: while sets come and go, a match and the epoch it is for always agree.
func TestMatchIsExactForItsEpoch(t *testing.T) {
	s, m := open(t)
	probe := triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, PDQ: []pdq.Hash{*code(1)}, Quality: 90}
	var over atomic.Bool
	var readers sync.WaitGroup
	for range 4 {
		readers.Go(func() {
			for !over.Load() {
				matches, epoch, err := m.Match(t.Context(), []triage.Probe{probe})
				if triage.IsKind(err, triage.Unavailable) {
					continue // the first load
				}
				if err != nil {
					t.Error(err)
					return
				}
				// Odd epochs activate a set, even ones withdraw it.
				if want := 2 * int(epoch%2); len(matches[0]) != want {
					t.Errorf("epoch %d: %d matches, want %d", epoch, len(matches[0]), want)
					return
				}
			}
		})
	}
	for range 30 {
		set := create(t, s, triage.KnownSet, "partner")
		add(t, s, set, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}, PDQ: code(1)})
		activate(t, s, set)
		time.Sleep(2 * time.Millisecond)
		if _, err := s.Withdraw(t.Context(), set.ID, day); err != nil {
			t.Error(err)
		}
	}
	over.Store(true)
	readers.Wait()
}

func TestRecoversFromRestart(t *testing.T) {
	server := embeddedtest.RedisServer(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Addr(), Password: server.Password()})
	defer rdb.Close()
	s := New(rdb, "t:", [KeySize]byte{4})
	m := NewMirror(s, slog.New(slog.DiscardHandler))
	set := create(t, s, triage.KnownSet, "partner")
	add(t, s, set, triage.Entry{Number: 1, Exact: []triage.DigestKey{key(1)}, PDQ: code(1)})
	activate(t, s, set)
	if err := syscall.Kill(server.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	probe := triage.Probe{Keys: triage.DigestKeys{MD5: key(1)}, PDQ: []pdq.Hash{*code(1)}, Quality: 90}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		matches, _, err := m.Match(t.Context(), []triage.Probe{probe})
		if err == nil {
			if len(matches[0]) != 2 {
				t.Errorf("after the restart: %+v", matches)
			}
			return
		}
		if !triage.IsKind(err, triage.Unavailable) {
			t.Fatalf("while Redis was down: %v", err)
		}
		if time.Now().After(deadline) {
			t.Fatal("never recovered")
		}
	}
}
