package views

import (
	"context"
	"crypto/sha256"
	"fmt"
	"os"
	"os/exec"
	"reflect"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"vigie/hashing"
	"vigie/store/embedded/embeddedtest"
	"vigie/triage"
)

var (
	names = triage.NewNames([32]byte{1})
	day   = time.Date(2026, 11, 1, 8, 0, 0, 0, time.UTC)
)

// bench is one test's Redis, with a clock that the test sets.
type bench struct {
	*Views
	t   testing.TB
	all redis.UniversalClient
	rdb *redis.Client // the server of these that keeps the views
	now time.Time
}

// onCluster says, in the environment, that the tests are to run on a cluster.
const onCluster = "VIGIE_TEST_CLUSTER"

// connect returns a client of all of Redis, and one of the server that keeps the views.
func connect(t testing.TB) (redis.UniversalClient, *redis.Client) {
	t.Helper()
	if os.Getenv(onCluster) == "" {
		addr, password := embeddedtest.Redis(t)
		rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: addr, Password: password})
		t.Cleanup(func() { _ = rdb.Close() })
		return rdb, rdb
	}
	c := embeddedtest.RedisCluster(t)
	rdb := redis.NewClusterClient(&redis.ClusterOptions{Addrs: c.Addrs(), Password: c.Password})
	t.Cleanup(func() { _ = rdb.Close() })
	node, err := rdb.MasterForKey(t.Context(), "{t}:")
	if err != nil {
		t.Fatal(err)
	}
	return rdb, node
}

// TestOnCluster runs the tests of this package once more, on a Redis Cluster.
func TestOnCluster(t *testing.T) {
	if os.Getenv(onCluster) != "" {
		t.Skip("it is the one")
	}
	again := exec.CommandContext(t.Context(), os.Args[0], "-test.run", "^Test", "-test.v") //nolint:gosec // this binary
	again.Env = append(os.Environ(), onCluster+"=1")
	said, err := again.CombinedOutput()
	if ran := strings.Count(string(said), "--- PASS: Test"); err != nil || ran < 20 {
		t.Errorf("%d tests passed, %v\n%s", ran, err, said)
	}
}

func open(t testing.TB) *bench {
	t.Helper()
	all, rdb := connect(t)
	b := &bench{t: t, all: all, rdb: rdb, now: day}
	b.Views = New(all, "{t}:", [KeySize]byte{5}, func() time.Time { return b.now })
	b.ok(b.Rerank.StartReranking(t.Context(), byTest))
	return b
}

// byTest are the weights by which tests rank.
var byTest = triage.WeightsSum{All: "all of these", Evidence: "their parameters"}

func (b *bench) ok(err error) {
	b.t.Helper()
	if err != nil {
		b.t.Fatal(err)
	}
}

func (b *bench) setEpoch(n int) {
	b.t.Helper()
	b.ok(b.rdb.Set(b.t.Context(), "{t}:epoch", n, 0).Err())
}

func (b *bench) exhibit(n int, owner string) triage.Exhibit {
	b.t.Helper()
	x := triage.Exhibit{
		ID: names.Exhibit("case", strconv.Itoa(n)), Case: "case", Seal: strconv.Itoa(n), Owner: owner,
		Opened: day.Add(time.Duration(n) * time.Hour),
	}
	kept, err := b.Exhibits.SaveExhibit(b.t.Context(), x)
	b.ok(err)
	return kept
}

func sha(n int) hashing.SHA256 { return sha256.Sum256([]byte(strconv.Itoa(n))) }

func mediumID(n int) triage.MediumID { return names.Medium(sha(n)) }

func part(n int) triage.PartID { return triage.PartID(fmt.Sprintf("%064x", n)) }

// item is the n-th file, in a folder of an exhibit.
func item(x triage.ExhibitID, n int, kind hashing.Kind, folder, parent string) triage.ListedItem {
	d := sha(n)
	return triage.ListedItem{
		Medium: mediumID(n), Kind: kind, Size: int64(1000 + n),
		Keys: names.Digests(hashing.Digests{MD5: hashing.MD5(d[:16]), SHA1: hashing.SHA1(d[:20]), SHA256: d}),
		Place: triage.Place{
			Exhibit: x, Folder: names.Folder(x, folder), Parent: names.Folder(x, parent), Class: triage.PlaceCamera, Deleted: true, Archived: true, Modified: day,
		},
	}
}

func picture(x triage.ExhibitID, n int, folder string) triage.ListedItem {
	return item(x, n, hashing.KindPicture, folder, "parent of "+folder)
}

func (b *bench) register(x triage.ExhibitID, p triage.PartID, items ...triage.ListedItem) []triage.MediumID {
	b.t.Helper()
	counts := make(map[triage.Disposition]int)
	for i := range items {
		if items[i].Media() {
			counts[triage.IsMedia]++
		} else {
			counts[triage.NotMedia]++
		}
	}
	wanted, err := b.Exhibits.RegisterPart(b.t.Context(), x, p, counts, items)
	b.ok(err)
	return wanted
}

func (b *bench) medium(n int) triage.Medium {
	b.t.Helper()
	m, err := b.Media.Medium(b.t.Context(), mediumID(n))
	b.ok(err)
	return m
}

// ties are what others have in common with the n-th medium.
func (b *bench) ties(n int) triage.Tied {
	b.t.Helper()
	m := b.medium(n)
	slices.SortFunc(m.Places, func(p, q triage.Place) int { return strings.Compare(string(p.Exhibit), string(q.Exhibit)) })
	tied, err := b.Groups.Ties(b.t.Context(), []*triage.Medium{&m})
	b.ok(err)
	return tied[0]
}

func (b *bench) progress(x triage.ExhibitID) triage.Progress {
	b.t.Helper()
	p, err := b.Exhibits.Progress(b.t.Context(), x)
	b.ok(err)
	return p
}

// examine applies a first outcome.
func (b *bench) examine(n int, f triage.Finding, epoch triage.Epoch) {
	b.t.Helper()
	b.ok(b.Outcomes.Apply(b.t.Context(), examined(n, f, epoch)))
}

func examined(n int, f triage.Finding, epoch triage.Epoch) triage.Outcome {
	o := triage.Outcome{Medium: mediumID(n), Epoch: epoch, Finding: f, Matches: matchesOf(f), Examination: &hashing.Examination{
		Facts: hashing.Facts{Kind: hashing.KindPicture, Format: "jpeg", Width: 4000, Height: 3000},
	}}
	if f == triage.Unreadable {
		o.Examination.Unreadable, o.Examination.Limit = "time-limit", 60
	} else {
		o.Examination.Fingerprint = &hashing.Fingerprint{Quality: 77}
	}
	return o
}

// rematch applies an outcome without an examination.
func (b *bench) rematch(n int, f triage.Finding, epoch triage.Epoch) {
	b.t.Helper()
	b.ok(b.Outcomes.Apply(b.t.Context(), triage.Outcome{Medium: mediumID(n), Epoch: epoch, Finding: f, Matches: matchesOf(f)}))
}

func matchesOf(f triage.Finding) []triage.Match {
	m := triage.Match{Set: 3, Source: "partner", Version: 2, Entry: 70_000, Category: "A", Kind: triage.KnownSet, Method: triage.BySHA1}
	switch f {
	case triage.Known:
	case triage.NearKnown:
		m.Method, m.Distance, m.Transform, m.Quality, m.View, m.More = triage.ByPDQ, 12, 4, 88, "trimmed", 99_936
		m.Frame, m.At = 7_199, 3*time.Hour+1500*time.Millisecond
	case triage.Benign:
		m.Kind = triage.BenignSet
	default:
		return nil
	}
	return []triage.Match{m}
}

// join has a medium found a group, or join one.
func (b *bench) join(n, founder int) triage.GroupID {
	b.t.Helper()
	g := triage.GroupID(mediumID(founder))
	if n == founder {
		b.ok(b.Groups.Bear(b.t.Context(), []triage.Founder{{Group: g, Medium: mediumID(founder)}}))
	}
	b.ok(b.Groups.JoinGroups(b.t.Context(), []triage.Join{{Medium: mediumID(n), Group: g}}))
	return g
}

// toRank are the groups that wait for their rank, once those are marked whose ties have changed.
func (b *bench) toRank() []triage.Marked {
	b.t.Helper()
	for {
		n, err := b.Groups.Stir(b.t.Context(), 3)
		b.ok(err)
		if n == 0 {
			break
		}
	}
	marked, err := b.Groups.ToRank(b.t.Context(), 1000)
	b.ok(err)
	return marked
}

// rank ranks all groups that wait, as a steward would, with a score and a finding for all.
func (b *bench) rank(score int, f triage.Finding) {
	b.t.Helper()
	for _, m := range b.toRank() {
		b.ok(b.Groups.SaveRankings(b.t.Context(), byTest, []triage.Marked{m}, []triage.Group{b.ranking(m.Group, score, f)}))
	}
}

func (b *bench) ranking(id triage.GroupID, score int, f triage.Finding) triage.Group {
	b.t.Helper()
	members, err := b.Groups.GroupMedia(b.t.Context(), id)
	b.ok(err)
	g := triage.Group{ID: id, Members: len(members), Score: score, Finding: f}
	for _, m := range members {
		if m.Finding == triage.Pending || m.Finding == triage.ProbableNew || m.Finding == triage.Unranked {
			g.Open++
		}
	}
	return g
}

// waiting are the groups that wait for their rank, by number of their founder.
func (b *bench) waiting(founders ...int) bool {
	b.t.Helper()
	want := make(map[triage.GroupID]bool)
	for _, n := range founders {
		want[triage.GroupID(mediumID(n))] = true
	}
	got := make(map[triage.GroupID]bool)
	for _, m := range b.toRank() {
		got[m.Group] = true
	}
	return reflect.DeepEqual(got, want)
}

func TestAccounts(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	acc := triage.Account{Actor: triage.Actor{ID: "a1", Name: "Ève", Role: triage.Reviewer}, Token: "t1", Created: day}
	older := triage.Account{Actor: triage.Actor{ID: "a2", Name: "Ada", Role: triage.Admin}, Token: "t2", Created: day.Add(-time.Hour)}
	for range 2 {
		b.ok(b.Accounts.SaveAccount(ctx, acc))
		b.ok(b.Accounts.SaveAccount(ctx, older))
	}
	got, err := b.Accounts.Accounts(ctx)
	if want := []triage.Account{older, acc}; err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("accounts %+v, %v; want %+v", got, err, want)
	}
	acc.Revoked = day.Add(time.Minute)
	b.ok(b.Accounts.SaveAccount(ctx, acc))
	if got, err := b.Accounts.AccountByToken(ctx, "t1"); err != nil || !reflect.DeepEqual(got, acc) {
		t.Errorf("by token %+v, %v", got, err)
	}
	if _, err := b.Accounts.AccountByToken(ctx, "t3"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("no such token: %v", err)
	}
	if _, err := b.Accounts.Account(ctx, "a3"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("no such account: %v", err)
	}
}

func TestSessionsAndLinks(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	for _, test := range []struct {
		name string
		link triage.SignInLink
		left bool
	}{
		{"once", triage.SignInLink{Account: "a1", Once: true}, false},
		{"often", triage.SignInLink{Account: "a2"}, true},
	} {
		secret := triage.HashSecret(test.name)
		b.ok(b.Sessions.SaveLink(ctx, secret, test.link, time.Minute))
		if got, err := b.Sessions.TakeLink(ctx, secret); err != nil || got != test.link {
			t.Errorf("%s: %+v, %v", test.name, got, err)
		}
		_, err := b.Sessions.TakeLink(ctx, secret)
		if test.left && err != nil || !test.left && !triage.IsKind(err, triage.NotFound) {
			t.Errorf("%s, again: %v", test.name, err)
		}
	}
	s := triage.Session{ID: "s1", Actor: triage.Actor{ID: "a1", Name: "Ada", Role: triage.Examiner}, CSRF: "c"}
	b.ok(b.Sessions.SaveSession(ctx, "h", s, time.Minute))
	if got, err := b.Sessions.Session(ctx, "h"); err != nil || got != s {
		t.Errorf("session %+v, %v", got, err)
	}
	for range 2 {
		b.ok(b.Sessions.DropSession(ctx, "h"))
	}
	if _, err := b.Sessions.Session(ctx, "h"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("dropped: %v", err)
	}
	b.ok(b.Sessions.SaveSession(ctx, "short", s, 20*time.Millisecond))
	time.Sleep(60 * time.Millisecond)
	if _, err := b.Sessions.Session(ctx, "short"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("expired: %v", err)
	}
}

func TestGrants(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	group := triage.GroupID(mediumID(1))
	g := triage.Grant{
		ID: "r1", Group: group, Sight: triage.SeePictures, Step: triage.StepBlurred, Actor: "a1", Session: "s1",
		Media: []triage.MediumID{mediumID(1), mediumID(2)}, Numbers: []int{1, 3}, At: []triage.Moment{triage.NoFilm, 61_500}, Of: 3, Expires: day.Add(time.Minute),
	}
	b.ok(b.Grants.SaveGrant(ctx, g, time.Minute))
	if got, err := b.Grants.Grant(ctx, "r1"); err != nil || !reflect.DeepEqual(got, g) {
		t.Errorf("grant %+v, %v", got, err)
	}
	b.ok(b.Grants.SaveGrant(ctx, g, 40*time.Millisecond))
	time.Sleep(80 * time.Millisecond)
	if _, err := b.Grants.Grant(ctx, "r1"); !triage.IsKind(err, triage.NotFound) {
		t.Errorf("expired: %v", err)
	}
	g.ID, g.Step = "r2", triage.StepGrey
	b.ok(b.Grants.SaveGrant(ctx, g, time.Millisecond))
	granted := func(group triage.GroupID, actor string, want ...triage.RevealStep) {
		t.Helper()
		got, err := b.Grants.Granted(ctx, group, actor)
		slices.Sort(got.Steps)
		if err != nil || !slices.Equal(got.Steps, want) {
			t.Errorf("%s was granted %v of %s: %v", actor, got, group, err)
		}
	}
	granted(group, "a1", triage.StepBlurred, triage.StepGrey) // longer than the grants live
	granted(group, "a2")
	granted(triage.GroupID(mediumID(2)), "a1")

	tiles := triage.Grant{ID: "r3", Group: group, Sight: triage.SeeTiles, Step: triage.StepFull, Tiles: 0x8001, Actor: "a1", Session: "s1", Media: []triage.MediumID{mediumID(2)}, Numbers: []int{3}, Of: 3, Expires: day}
	b.ok(b.Grants.SaveGrant(ctx, tiles, time.Minute))
	if got, err := b.Grants.Grant(ctx, "r3"); err != nil || !reflect.DeepEqual(got, tiles) {
		t.Errorf("grant %+v, %v", got, err)
	}
	names := triage.Grant{ID: "r4", Group: group, Sight: triage.SeeNames, Actor: "a1", Session: "s1", Of: 3, Expires: day}
	b.ok(b.Grants.SaveGrant(ctx, names, time.Minute))
	if got, err := b.Grants.Grant(ctx, "r4"); err != nil || !reflect.DeepEqual(got, names) {
		t.Errorf("grant %+v, %v", got, err)
	}
	tiles.ID, tiles.Step, tiles.Tiles = "r5", triage.StepGrey, 0x0023
	b.ok(b.Grants.SaveGrant(ctx, tiles, time.Minute))
	granted(group, "a1", triage.StepBlurred, triage.StepGrey) // as before: no step is reached by tiles or names
	if got, err := b.Grants.Granted(ctx, group, "a1"); err != nil || len(got.Tiles) != 1 || got.Tiles[mediumID(2)] != 0x8023 {
		t.Errorf("%+v, %v", got, err)
	}
	if got, err := b.Grants.Granted(ctx, group, "a1"); err != nil || !slices.Equal(slices.Sorted(slices.Values(got.Grants)), []string{"r1", "r2", "r3", "r4", "r5"}) {
		t.Errorf("%+v, %v", got, err)
	}
	for range 2 {
		b.ok(b.Grants.Forget(ctx, group, "a1"))
		granted(group, "a1")
		if got, err := b.Grants.Granted(ctx, group, "a1"); err != nil || len(got.Grants) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func TestLease(t *testing.T) {
	b := open(t)
	hold := func(name, holder string, life time.Duration) bool {
		held, err := b.Lease.Hold(t.Context(), name, holder, life)
		b.ok(err)
		return held
	}
	if !hold("steward", "a", time.Minute) || hold("steward", "b", time.Minute) || !hold("other", "b", time.Minute) {
		t.Error("one holder a name")
	}
	if !hold("steward", "a", 30*time.Millisecond) {
		t.Error("the holder renews")
	}
	time.Sleep(60 * time.Millisecond)
	if !hold("steward", "b", time.Minute) {
		t.Error("a lease that is over can be had")
	}
	if !hold("steward", "b", 0) || !hold("steward", "a", time.Minute) || hold("steward", "b", 0) || hold("steward", "b", time.Minute) {
		t.Error("a lease that was given back can be had at once, and who has none gives none back")
	}
}

func TestExhibits(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	first, second := b.exhibit(1, "ada"), b.exhibit(2, "eve")
	other := first
	other.Owner, other.Opened = "eve", day.Add(99*time.Hour)
	if kept, err := b.Exhibits.SaveExhibit(ctx, other); err != nil || !reflect.DeepEqual(kept, first) {
		t.Errorf("the first one stays: %+v, %v", kept, err)
	}
	for _, test := range []struct {
		owner string
		want  []triage.Exhibit
	}{
		{"", []triage.Exhibit{second, first}}, {"ada", []triage.Exhibit{first}}, {"eve", []triage.Exhibit{second}}, {"bob", nil},
	} {
		got, err := b.Exhibits.Exhibits(ctx, test.owner)
		if err != nil || !slices.EqualFunc(got, test.want, func(a, b triage.Exhibit) bool { return reflect.DeepEqual(a, b) }) {
			t.Errorf("exhibits of %q: %+v, %v", test.owner, got, err)
		}
	}
	unknown := names.Exhibit("case", "none")
	for name, call := range map[string]func() error{
		"exhibit":  func() error { _, err := b.Exhibits.Exhibit(ctx, unknown); return err },
		"nonsense": func() error { _, err := b.Exhibits.Exhibit(ctx, "x*"); return err },
		"progress": func() error { _, err := b.Exhibits.Progress(ctx, unknown); return err },
		"seal":     func() error { return b.Exhibits.SealExhibit(ctx, unknown, triage.Manifest{}) },
		"part": func() error {
			_, err := b.Exhibits.RegisterPart(ctx, unknown, part(1), nil, []triage.ListedItem{picture(unknown, 1, "a")})
			return err
		},
		"empty part": func() error { _, err := b.Exhibits.RegisterPart(ctx, unknown, part(1), nil, nil); return err },
		"medium":     func() error { _, err := b.Media.Medium(ctx, mediumID(9)); return err },
		"queued": func() error {
			return markOne(ctx, b.Media, triage.Arrived{Medium: mediumID(9), Generation: 1, Keys: triage.DigestKeys{}, Size: 1})
		},
		"group": func() error { _, err := b.Queue.Group(ctx, "none"); return err },
		"claim": func() error { return b.Queue.Claim(ctx, triage.GroupID(mediumID(9)), triage.Claim{By: "a"}, day) },
	} {
		if err := call(); !triage.IsKind(err, triage.NotFound) {
			t.Errorf("%s that is not there: %v", name, err)
		}
	}
}

func TestManifestIsKept(t *testing.T) {
	b := open(t)
	x := b.exhibit(1, "ada")
	m := triage.Manifest{Version: 2, Parts: []triage.PartID{part(5), part(3)}, Items: 7, Sealed: day}
	b.ok(b.Exhibits.SealExhibit(t.Context(), x.ID, m))
	x.Manifest = &m
	if got, err := b.Exhibits.Exhibit(t.Context(), x.ID); err != nil || !reflect.DeepEqual(got, x) {
		t.Errorf("%+v, %v; want %+v", got, err, x)
	}
	p := b.progress(x.ID)
	if !p.Sealed || !p.Settled || p.Manifest != 2 {
		t.Errorf("an empty exhibit is settled when it is sealed: %+v", p)
	}
}

func TestRecoversFromRestart(t *testing.T) {
	server := embeddedtest.RedisServer(t)
	rdb := redis.NewClient(&redis.Options{Network: "unix", Addr: server.Addr(), Password: server.Password()})
	defer rdb.Close()
	b := &bench{t: t, rdb: rdb, now: day}
	b.Views = New(rdb, "{t}:", [KeySize]byte{5}, func() time.Time { return b.now })
	x := b.exhibit(1, "ada")
	b.register(x.ID, part(1), picture(x.ID, 1, "a"))
	if err := syscall.Kill(server.Pid(), syscall.SIGKILL); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
		err := b.Outcomes.Apply(context.Background(), examined(1, triage.Pending, 0))
		if err == nil {
			break
		}
		if !triage.IsKind(err, triage.Unavailable) {
			t.Fatalf("while Redis was down: %v", err)
		}
		if time.Now().After(deadline) {
			t.Fatal("never recovered")
		}
	}
	if m := b.medium(1); m.State != triage.Examined {
		t.Errorf("%+v", m)
	}
}
