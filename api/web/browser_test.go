package web

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// screenshots is a folder for pictures of each page, for whoever works on their look.
var screenshots = flag.String("screenshots", "", "folder to write pictures of the pages into")

// browser is a headless Chromium with one page, whose complaints are collected.
type browser struct {
	ctx context.Context

	mu         sync.Mutex // guards complaints
	complaints []string
}

func newBrowser(t *testing.T) *browser {
	t.Helper()
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Fatal("chromium is not installed: run make setup-test")
	}
	// The folder of the profile is removed by hand: Chromium's children may still write while it goes away.
	profile, err := os.MkdirTemp("", "vigie-chromium-")
	if err != nil {
		t.Fatal(err)
	}
	o := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.UserDataDir(profile), chromedp.NoSandbox,
		chromedp.DisableGPU, chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("accept-lang", "fr"))
	ctx, stop := context.WithTimeout(context.Background(), 5*time.Minute)
	ctx, stopAllocator := chromedp.NewExecAllocator(ctx, o...)
	ctx, stopPage := chromedp.NewContext(ctx)
	b := &browser{ctx: ctx}
	if err := chromedp.Do(ctx, chromedp.Navigate("about:blank")); err != nil {
		t.Fatalf("chromium does not start: %v", err)
	}
	var listening sync.WaitGroup
	messages := chromedp.Console(ctx)
	listening.Go(func() {
		for m, err := range messages {
			if err != nil {
				return
			}
			if m.Type == "error" || m.Type == "warning" || m.IsException() {
				b.mu.Lock()
				b.complaints = append(b.complaints, m.Text+" "+m.URL)
				b.mu.Unlock()
			}
		}
	})
	t.Cleanup(func() {
		stopPage()
		stopAllocator()
		stop()
		listening.Wait()
		os.RemoveAll(profile)
	})
	return b
}

// complained returns what the page complained of since the last call: refused scripts or styles, exceptions.
func (b *browser) complained() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	c := b.complaints
	b.complaints = nil
	return c
}

func (b *browser) do(t *testing.T, steps ...chromedp.Action[chromedp.Void]) {
	t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 20*time.Second)
	defer stop()
	if err := chromedp.Do(ctx, steps...); err != nil {
		t.Fatal(err)
	}
}

func run[T any](t *testing.T, b *browser, a chromedp.Action[T]) T {
	t.Helper()
	ctx, stop := context.WithTimeout(b.ctx, 20*time.Second)
	defer stop()
	v, err := chromedp.Run(ctx, a)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

func (b *browser) scheme(t *testing.T, name string) {
	t.Helper()
	p := emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: name}}}
	if _, err := chromedp.Call(b.ctx, emulation.SetEmulatedMedia, p); err != nil {
		t.Fatal(err)
	}
}

// axe is the accessibility checker, which runs inside the page.
func axe(t *testing.T) string {
	t.Helper()
	source, err := os.ReadFile("testdata/axe.min.js")
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// runAxe checks the page against WCAG 2.2 AA, and what lies beside it under best practices.
const runAxe = `axe.run(document, {runOnly: {type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}, resultTypes: ["violations"]})
	.then(r => JSON.stringify({passes: r.passes.length, violations: r.violations.map(v => v.id + ": " + v.help + ": " + v.nodes.map(n => n.html + " " + (n.any[0] || n.all[0] || n.none[0] || {message: ""}).message).join(" | "))}))`

// checkPage fails when the page breaks a rule of accessibility, is wider than its window, or complained.
func (b *browser) checkPage(t *testing.T, axeSource, name string) {
	t.Helper()
	b.do(t, chromedp.Evaluate[chromedp.Void](axeSource+";0"))
	var result struct {
		Passes     int
		Violations []string
	}
	if err := json.Unmarshal([]byte(run(t, b, chromedp.Evaluate[string](runAxe, chromedp.EvalAwaitPromise))), &result); err != nil {
		t.Fatal(err)
	}
	if result.Passes < 10 {
		t.Errorf("%s: only %d rules passed: did the checker run?", name, result.Passes)
	}
	for _, v := range result.Violations {
		t.Errorf("%s: %s", name, v)
	}
	if over := run(t, b, chromedp.Evaluate[int](`document.documentElement.scrollWidth - document.documentElement.clientWidth`)); over > 0 {
		t.Errorf("%s: %d px wider than the window", name, over)
	}
	if wrong := run(t, b, chromedp.Evaluate[int](brokenScores)); wrong > 0 {
		t.Errorf("%s: %d scores stand on two lines, or run out of their column", name, wrong)
	}
	for _, c := range b.complained() {
		t.Errorf("%s: the browser complains: %s", name, c)
	}
	if *screenshots != "" {
		png := run(t, b, chromedp.FullScreenshot(100))
		if err := os.WriteFile(filepath.Join(*screenshots, name+".png"), png, 0o600); err != nil {
			t.Fatal(err)
		}
	}
}

// brokenScores counts those that are not one line within their column.
const brokenScores = `[...document.querySelectorAll('.score b')].filter(e =>
	e.offsetHeight > 1.6 * parseFloat(getComputedStyle(e).fontSize) || e.scrollWidth > e.clientWidth).length`

func listen(t *testing.T) net.Listener {
	t.Helper()
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	return ln
}

func quiet() *slog.Logger { return slog.New(slog.DiscardHandler) }

func TestPagesAreAccessible(t *testing.T) {
	b := newBrowser(t)
	base := serveSamples(t)
	source := axe(t)
	for _, view := range []struct {
		scheme string
		width  int64
	}{{"light", 1280}, {"dark", 400}} {
		b.scheme(t, view.scheme)
		b.do(t, chromedp.EmulateViewport(view.width, 900))
		for _, s := range samples("fr") {
			if s.part != "layout" {
				continue
			}
			b.do(t, chromedp.Navigate(base+"/sample/fr/"+s.name))
			b.checkPage(t, source, fmt.Sprintf("%s-%s-%d", s.name, view.scheme, view.width))
		}
	}
}

// TestARevealEnds waits until a grant is over: nothing of the pictures may stay.
func TestARevealEnds(t *testing.T) {
	b := newBrowser(t)
	b.do(t, chromedp.Navigate(serveSamples(t)+"/sample/fr/reveal-ending"))
	b.wait(t, `document.querySelector("#over").offsetParent !== null`)
	b.says(t, "Le dévoilement est terminé.")
	b.do(t, chromedp.KeyEvent(kb.Escape))
	if left := run(t, b, chromedp.Evaluate[int](`document.querySelectorAll("#pictures, #reveal img, #hide").length`)); left != 0 {
		t.Errorf("%d things of the reveal are left", left)
	}
	if c := b.complained(); len(c) > 0 {
		t.Errorf("the browser complains: %v", c)
	}
}
