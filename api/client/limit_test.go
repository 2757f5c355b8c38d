package client

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// TestLimit sends what two requests have together no faster than was asked for.
func TestLimit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New("http://x", "")
		const perSecond, size = 100 << 10, 500 << 10
		c.Limit(perSecond)
		begin := time.Now()
		var g sync.WaitGroup
		for range 2 {
			g.Go(func() {
				body := c.limited(t.Context(), io.NopCloser(bytes.NewReader(make([]byte, size))))
				if n, err := io.Copy(io.Discard, body); n != size || err != nil {
					t.Errorf("%d bytes, %v", n, err)
				}
			})
		}
		g.Wait()
		if took := time.Since(begin); took < 9800*time.Millisecond || took > 10*time.Second {
			t.Errorf("1,000 KiB at 100 a second took %s", took)
		}
		ctx, stop := context.WithCancel(t.Context())
		stop()
		if _, err := c.limited(ctx, io.NopCloser(bytes.NewReader(make([]byte, size)))).Read(make([]byte, size)); !errors.Is(err, context.Canceled) {
			t.Errorf("%v", err)
		}
	})
	c := New("http://x", "")
	if body := io.NopCloser(bytes.NewReader(nil)); c.limited(t.Context(), body) != body || c.limited(t.Context(), http.NoBody) != http.NoBody {
		t.Error("held back without a limit")
	}
}
