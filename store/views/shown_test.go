package views

import (
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/triage"
)

// TestShownIsKept: parts of one showing join in whatever order and however often they come, from many at once; sealed, bound to whom they
// are of, and gone when they have faded.
func TestShownIsKept(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	until := b.now.Add(triage.GrantLife)
	part := func(n int, at time.Duration, on bool) triage.Showing {
		s := triage.Showing{Grant: "r1", Until: until, Marks: []triage.ShowingMark{{At: b.now.Add(at), On: on}}}
		if on {
			s.Sight, s.Step, s.Pictures = triage.SeePictures, triage.StepGrey, 1<<n
		}
		return s
	}
	parts := []triage.Showing{part(0, 0, true), part(1, time.Second, true), part(0, time.Minute, false), part(2, 2*time.Minute, true)}
	var at sync.WaitGroup
	for range 3 {
		for _, p := range parts {
			at.Go(func() {
				if err := b.Shown.KeepShown(ctx, "a1", p); err != nil {
					t.Error(err)
				}
			})
		}
	}
	at.Wait()
	got, err := b.Shown.Shown(ctx, "a1", b.now)
	b.ok(err)
	if len(got) != 1 {
		t.Fatalf("%+v", got)
	}
	want := triage.Showing{Grant: "r1", Sight: triage.SeePictures, Step: triage.StepGrey, Until: until, Pictures: 7}
	for _, p := range parts {
		want.Marks = append(want.Marks, p.Marks...)
	}
	if !reflect.DeepEqual(got[0], want) {
		t.Errorf("kept is %+v", got[0])
	}
	if other, err := b.Shown.Shown(ctx, "a2", b.now); err != nil || len(other) != 0 {
		t.Errorf("another's: %+v, %v", other, err)
	}
	if late, err := b.Shown.Shown(ctx, "a1", until.Add(time.Second)); err != nil || len(late) != 0 {
		t.Errorf("since its end: %+v, %v", late, err)
	}

	keys := b.rdb.Keys(ctx, "{t}:"+keyShown+"*").Val()
	if len(keys) != 1 {
		t.Fatalf("%q", keys)
	}
	sealed := b.rdb.HGet(ctx, keys[0], "r1").Val()
	if strings.Contains(sealed, "grey") || strings.Contains(sealed, "pictures") {
		t.Errorf("it lies open: %q", sealed)
	}
	if left := b.rdb.PTTL(ctx, keys[0]).Val(); left < triage.ShownKept || left > triage.ShownKept+2*shownDay {
		t.Errorf("it is kept for %v", left)
	}
	b.ok(b.rdb.HSet(ctx, strings.Replace(keys[0], "a1", "a2", 1), "r1", sealed).Err())
	if got, err := b.Shown.Shown(ctx, "a2", b.now); !triage.IsKind(err, triage.Corrupt) {
		t.Errorf("of another account: %+v, %v", got, err)
	}
}

// TestShownFades: over days, what ended within the time is told, and what ended before is not, nor kept when it comes again.
func TestShownFades(t *testing.T) {
	b := open(t)
	ctx := t.Context()
	keep := func(grant string, ended time.Time) {
		t.Helper()
		b.ok(b.Shown.KeepShown(ctx, "a1", triage.Showing{Grant: grant, Until: ended, Marks: []triage.ShowingMark{{At: ended.Add(-time.Minute), On: true}}}))
	}
	told := func() (grants []string) {
		t.Helper()
		list, err := b.Shown.Shown(ctx, "a1", time.Time{})
		b.ok(err)
		for _, s := range list {
			grants = append(grants, s.Grant)
		}
		slices.Sort(grants)
		return grants
	}
	for i, grant := range []string{"r0", "r1", "r2"} {
		keep(grant, b.now.Add(time.Duration(i)*15*24*time.Hour))
	}
	keep("before", b.now.Add(-triage.ShownKept-time.Minute))
	b.now = b.now.Add(30 * 24 * time.Hour)
	if got := told(); !slices.Equal(got, []string{"r0", "r1", "r2"}) {
		t.Errorf("told are %q", got)
	}
	b.now = b.now.Add(2 * 24 * time.Hour)
	if got := told(); !slices.Equal(got, []string{"r1", "r2"}) {
		t.Errorf("two days later, told are %q", got)
	}
}
