package web

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"io/fs"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"

	"vigie/triage"
)

//go:embed static templates
var files embed.FS

// assets are the files under static, by name.
type assets map[string]asset

type asset struct {
	body    []byte
	media   string
	version string // of the content, for the address: what never changes may be kept for ever
}

func loadAssets() (assets, error) {
	a := make(assets)
	err := fs.WalkDir(files, "static", func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		body, err := files.ReadFile(name)
		sum := sha256.Sum256(body)
		a[name[len("static/"):]] = asset{body, mediaType(name), hex.EncodeToString(sum[:4])}
		return err
	})
	return a, err
}

func mediaType(name string) string {
	switch ext := path.Ext(name); ext {
	case ".js":
		return "text/javascript; charset=utf-8"
	case ".txt", ".md":
		return "text/plain; charset=utf-8"
	default:
		return mime.TypeByExtension(ext)
	}
}

// url returns the address of an asset. A name that does not exist stays visible, and a test finds it.
func (a assets) url(name string) string { return "/static/" + name + "?v=" + a[name].version }

func (p *Pages) static(c *fiber.Ctx) error {
	name := c.Params("*")
	if name == "operator.css" {
		c.Set(fiber.HeaderContentType, "text/css; charset=utf-8")
		c.Set(fiber.HeaderCacheControl, "no-cache")
		return c.Send(p.o.OperatorCSS)
	}
	a, ok := p.assets[name]
	if !ok {
		return triage.E(triage.NotFound, "read asset", "", "", nil)
	}
	c.Set(fiber.HeaderContentType, a.media)
	if c.Query("v") == a.version {
		c.Set(fiber.HeaderCacheControl, "public, max-age=31536000, immutable")
	} else {
		c.Set(fiber.HeaderCacheControl, "no-cache")
	}
	return c.Send(a.body)
}
