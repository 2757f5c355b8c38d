package triage

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"testing/synctest"
	"time"
)

// TestCloseFounders: the nearest first, none beyond the distance, as many as are asked for; an index that runs knows of births by itself.
func TestCloseFounders(t *testing.T) {
	var born onRecord
	add := func(away int) GroupID {
		g := GroupID(fmt.Sprintf("%032x", len(born)))
		code := shown(1, away)[0]
		born = append(born, Founder{Group: g, PDQ: &code})
		return g
	}
	far, edge, near, same := add(CloseDistance+1), add(CloseDistance), add(32), add(0)
	index := NewFounderIndex(&born)
	for n, want := range map[int][]GroupID{9: {same, near, edge}, 2: {same, near}} {
		if got, err := index.Close(t.Context(), shown(1, 0)[0], n); err != nil || !slices.Equal(got, want) {
			t.Errorf("%d: %v, %v; want %v and not %s", n, got, err, want, far)
		}
	}
	synctest.Test(t, func(t *testing.T) {
		ctx, stop := context.WithCancel(t.Context())
		index := NewFounderIndex(&born)
		go index.Run(ctx)
		synctest.Wait()
		if len(index.births) != 4 {
			t.Errorf("%d births were read at the start", len(index.births))
		}
		add(5)
		time.Sleep(followEvery)
		synctest.Wait()
		if len(index.births) != 5 {
			t.Errorf("%d births are known", len(index.births))
		}
		stop()
		synctest.Wait()
	})
}
