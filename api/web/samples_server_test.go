package web

import (
	"bytes"
	"context"
	"image"
	"image/color"
	"image/jpeg"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"vigie/api/guard"
	"vigie/api/i18n"
	"vigie/triage"
)

// serveSamples serves the sample pages through the real guard, with its headers, and returns their address.
func serveSamples(t *testing.T) string {
	t.Helper()
	p := newTestPages(t)
	g := guard.New(context.Background(), guard.Options{Access: &triage.Access{}, Log: quiet(), Now: time.Now})
	g.Handle(fiber.MethodGet, "/static/*", guard.Public(), p.static)
	g.Handle(fiber.MethodGet, "/sample/:lang/:name", guard.Public(), func(c *fiber.Ctx) error {
		l := i18n.Lang(c.Params("lang"))
		for _, s := range append(samples(l), endingReveal(l)) {
			if s.name == c.Params("name") {
				c.Type("html", "utf-8")
				return c.SendString(p.renderSample(t, l, s))
			}
		}
		return fiber.ErrNotFound
	})
	g.Handle(fiber.MethodGet, "/reveals/r1/pictures/:n", guard.Public(), func(c *fiber.Ctx) error {
		c.Type("jpg")
		return c.Send(somePicture(t))
	})
	for _, polled := range []string{"/drives/:id/progress", "/cases/:id", "/queue/news", "/ranking"} {
		g.Handle(fiber.MethodGet, polled, guard.Public(), func(c *fiber.Ctx) error {
			return c.SendStatus(fiber.StatusNoContent) // nothing new, for a page that stays open for long
		})
	}
	ln := listen(t)
	go g.App().Listener(ln)                  //nolint:errcheck // ends with the test
	t.Cleanup(func() { g.App().Shutdown() }) //nolint:errcheck // see above
	return "http://" + ln.Addr().String()
}

// somePicture is a gradient, as a first look would be.
func somePicture(t *testing.T) []byte {
	t.Helper()
	img := image.NewGray(image.Rect(0, 0, 320, 240))
	for y := range 240 {
		for x := range 320 {
			img.SetGray(x, y, color.Gray{uint8((x + y) * 255 / 560)})
		}
	}
	var b bytes.Buffer
	if err := jpeg.Encode(&b, img, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}
