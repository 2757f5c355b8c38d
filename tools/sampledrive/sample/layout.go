package sample

import (
	"fmt"
	"image"
	"math/rand/v2"
	"time"
)

// Numbers of things at scale 1. Planted groups, listed pictures and oddities do not scale.
const (
	albumPictures   = 72
	tabletPictures  = 14
	messages        = 14
	downloaded      = 20
	cachedGraphics  = 44
	programGraphics = 44
	shots           = 10
	smallFiles      = 240
	writtenPapers   = 20
)

// layout plans what lies where. It holds its own source of chance: what is painted draws from another, so that
// planning one thing more does not change the others' pixels.
type layout struct {
	*rand.Rand
	now      time.Time
	scale    float64
	subjects []subject
	files    []file
	turn     int
	serial   int
}

func plan(o Options) (*layout, error) {
	l := &layout{Rand: chance(o.Seed, "layout"), now: o.Now.UTC().Truncate(time.Second), scale: o.Scale}
	l.plantedGroups()
	l.listedExactly()
	l.listedByPDQ()
	l.albums()
	l.tablet()
	l.withoutCamera()
	l.graphics()
	if err := l.unreadable(); err != nil {
		return nil, err
	}
	l.smallFiles()
	return l, l.papers()
}

// scaled returns the number of ordinary things to make, never none.
func (l *layout) scaled(n int) int { return max(3, int(float64(n)*l.scale+0.5)) }

// large returns a size of many megapixels, halved both ways in drives that are to be small.
func (l *layout) large(width, height int) image.Point {
	if l.scale < 1 {
		return image.Pt(width/2, height/2)
	}
	return image.Pt(width, height)
}

// number counts file names up, with gaps.
func (l *layout) number() int {
	l.serial += 1 + l.IntN(4)
	return l.serial
}

// ago returns a time between the given numbers of days before now, in French summer time.
func (l *layout) ago(least, most int) time.Time {
	zone := time.FixedZone("", 2*60*60)
	seconds := least*86400 + l.IntN((most-least)*86400)
	return l.now.Add(-time.Duration(seconds) * time.Second).In(zone)
}

// nextScene goes round the scenes, so that each drive has all of them.
func (l *layout) nextScene() scene {
	l.turn++
	return scenes[l.turn%len(scenes)]
}

var frames = []image.Point{{1280, 960}, {1440, 1080}, {1280, 960}, {1500, 1000}, {1920, 1080}, {1600, 1200}}

// shot plans a picture taken by c, without copies yet.
func (l *layout) shot(c camera, taken time.Time) subject {
	e := &exposure{camera: c, taken: taken, latitude: 43 + 6*l.Float64(), longitude: 6 * l.Float64()}
	if l.IntN(5) == 0 {
		e.orientation = []int{6, 8, 3}[l.IntN(3)]
	}
	return subject{scene: l.nextScene(), size: frames[l.IntN(len(frames))], format: "jpeg", exposure: e}
}

// plain plans a picture that no camera's data came with.
func (l *layout) plain(s scene, format string, width, height int) subject {
	return subject{scene: s, size: image.Pt(width, height), format: format}
}

func (l *layout) add(s subject, copies ...copied) {
	s.copies = append(s.copies, copies...)
	s.modified = l.ago(5, 900)
	if s.exposure != nil {
		s.modified = s.exposure.taken
	}
	l.subjects = append(l.subjects, s)
}

// Names as the devices give them.
func (l *layout) phoneName(t time.Time) string {
	return fmt.Sprintf("%s%s_%03d.jpg", phoneCamera, t.Format("20060102_150405"), l.number()%1000)
}
func (l *layout) reflexName(t time.Time) string {
	return fmt.Sprintf("%s%s/DSC_%04d.JPG", reflexImport, t.Format("2006"), l.number())
}
func (l *layout) message(folder string, sent time.Time) string {
	return fmt.Sprintf("%sIMG-%s-WA%04d.jpg", folder, sent.Format("20060102"), l.number())
}

// plantedGroups plans what the reviewer has to find: recent pictures of cameras that say who they are, in folders
// where known material lies, with copies that were sent on.
func (l *layout) plantedGroups() {
	edits := [][]edit{{resaved}, {smaller, grey}, {turned, resaved, mirrored}, {mirrored, smaller}, {resaved, smaller}, {grey, turned, smaller}}
	for i, made := range edits {
		taken := l.ago(2, 40)
		s := l.shot(phone, taken)
		copies := []copied{{path: l.phoneName(taken), edit: asIs}}
		switch {
		case i >= 5:
			s = l.shot(reflex, taken)
			copies[0].path = fmt.Sprintf("%sDSC_%04d.JPG", deepArchive, l.number())
		case i >= 3:
			s = l.shot(reflex, taken)
			copies[0].path = l.reflexName(l.now)
		}
		if i == 0 {
			s.size = l.large(4000, 3000)
		}
		for j, e := range made {
			folder := []string{whatsAppSent, telegram}[j%2]
			copies = append(copies, copied{path: l.message(folder, taken), edit: e})
		}
		s.planted = fmt.Sprintf("planted-%d", i+1)
		l.add(s, copies...)
	}
}

// listedExactly plans pictures that the known set lists by digest, alone or together with their PDQ.
func (l *layout) listedExactly() {
	by := []listing{{sha1: true}, {md5: true}, {sha256: true}, {sha1: true}, {md5: true}, {sha256: true}, {sha1: true, sha256: true}, {sha1: true}}
	for i, how := range by {
		taken := l.ago(200, 2000)
		s := l.shot(compact[i%len(compact)], taken)
		if i%2 == 0 {
			s.exposure = nil
		}
		path := l.phoneName(taken)
		switch i % 4 {
		case 1:
			path = l.reflexName(l.now)
		case 2:
			path = fmt.Sprintf("%s%08x.jpg", deepArchive, l.Uint32())
		case 3:
			path = l.message(whatsApp, l.ago(2, 190))
		}
		copies := []copied{{path: path, edit: asIs, listed: how}}
		if i < 3 { // the same bytes elsewhere, under another name
			copies = append(copies, copied{path: fmt.Sprintf("%sRéçu %d.jpg", downloads, l.number()), edit: asIs})
		}
		l.add(s, copies...)
	}
	for range 4 {
		s := l.shot(compact[0], l.ago(200, 2000))
		s.exposure = nil
		l.add(s, copied{path: fmt.Sprintf("%s%08x.jpg", telegram, l.Uint32()), edit: asIs, listed: listing{md5: true, sha1: true, sha256: true, pdq: true}},
			copied{path: l.message(whatsAppSent, l.ago(2, 190)), edit: resaved})
	}
	conflict := l.plain(l.nextScene(), "jpeg", 1024, 768)
	l.add(conflict, copied{path: fmt.Sprintf("%sfond %d.jpg", downloads, l.number()), edit: asIs, listed: listing{sha1: true, benign: true}})
}

// listedByPDQ plans pictures that the known set lists by PDQ only: what lies on the drive are edited copies, and
// two originals.
func (l *layout) listedByPDQ() {
	pairs := [][2]edit{{resaved, smaller}, {grey, turned}, {mirrored, resaved}, {smaller, grey}, {turned, mirrored}, {resaved, grey}}
	for i := range 12 {
		s := l.shot(compact[i%len(compact)], l.ago(300, 3000))
		if i%3 == 0 {
			s.exposure = nil
		}
		copies := []copied{{edit: asIs, listed: listing{pdq: true}}}
		if i >= 10 {
			copies[0].path = fmt.Sprintf("%s%08x.jpg", telegram, l.Uint32())
		}
		taken := l.ago(5, 200)
		second := []string{l.phoneName(taken), l.reflexName(l.now), fmt.Sprintf("%s%08x.jpg", deepArchive, l.Uint32())}[i%3]
		pair := pairs[i%len(pairs)]
		l.add(s, append(copies, copied{path: l.message(whatsAppSent, l.ago(2, 190)), edit: pair[0]}, copied{path: second, edit: pair[1]})...)
	}
}

// albums plans the holidays of years ago: cameras without serial numbers, nothing known near them.
func (l *layout) albums() {
	for i := range l.scaled(albumPictures) {
		s := l.shot(compact[i%len(compact)], l.ago(800, 3600))
		path := fmt.Sprintf("%sIMG_%04d.JPG", albums[i%len(albums)], l.number())
		if i == 0 {
			s.size = l.large(4000, 3000)
		}
		copies := []copied{{path: path, edit: asIs}}
		switch i % 12 {
		case 2:
			copies = append(copies, copied{path: path[:len(path)-4] + " - copie.JPG", edit: asIs})
		case 7:
			copies = append(copies, copied{path: path[:len(path)-4] + " retouche.jpg", edit: smaller})
		}
		l.add(s, copies...)
	}
}

// tablet plans recent everyday pictures of a phone that gives no serial number.
func (l *layout) tablet() {
	for i := range l.scaled(tabletPictures) {
		s := l.shot(tablet, l.ago(3, 330))
		if i == 0 {
			s.size = l.large(3264, 2448)
		}
		l.add(s, copied{path: fmt.Sprintf("%sIMG_%04d.JPG", tabletCamera, l.number()), edit: asIs})
	}
}

// withoutCamera plans pictures that came without Exif, in every format, and wallpapers that the benign set lists.
func (l *layout) withoutCamera() {
	for range l.scaled(messages) {
		l.add(l.plain(l.nextScene(), "jpeg", 960, 720), copied{path: l.message(whatsApp, l.ago(2, 190)), edit: asIs})
	}
	for i := range l.scaled(downloaded) {
		format := []string{"jpeg", "jpeg", "jpeg", "png", "bmp", "tiff", "gif"}[i%7]
		ext := map[string]string{"jpeg": "jpg", "tiff": "tif"}[format]
		if ext == "" {
			ext = format
		}
		width, height := 1024, 768
		if format != "jpeg" {
			width, height = 400, 300
		}
		name := fmt.Sprintf("%simage (%d).%s", downloads, l.number(), ext)
		if i == 1 {
			name = fmt.Sprintf("%sexport%d.dat", downloads, l.number())
		}
		l.add(l.plain(l.nextScene(), format, width, height), copied{path: name, edit: asIs})
	}
	for i := range 3 {
		copies := []copied{{path: fmt.Sprintf("%simg%d.jpg", wallpapers, i), edit: asIs, listed: listing{benign: true}}}
		if i == 0 { // alike a benign picture is not benign
			copies = append(copies, copied{path: fmt.Sprintf("%sfond %d.jpg", downloads, l.number()), edit: smaller})
		}
		l.add(l.plain(l.nextScene(), "jpeg", 1280, 800), copies...)
	}
}

// graphics plans what browsers and programs keep, and screenshots.
func (l *layout) graphics() {
	for i := range l.scaled(cachedGraphics) {
		format := []string{"jpeg", "png", "jpeg", "gif"}[i%4]
		size := []image.Point{{320, 180}, {240, 240}, {300, 250}, {200, 150}}[l.IntN(4)]
		copies := []copied{{path: fmt.Sprintf("%sf_%06x", chromeCache, l.number()), edit: asIs}}
		if i%15 == 3 {
			copies = append(copies, copied{path: fmt.Sprintf("%sf_%06x", chromeCache, l.number()), edit: asIs})
		}
		l.add(l.plain(webGraphics[i%len(webGraphics)], format, size.X, size.Y), copies...)
	}
	for i := range l.scaled(programGraphics) {
		side := []int{16, 24, 32, 48, 64}[i%5]
		format, ext := "png", []string{"png", "ico", "png"}[i%3]
		if i%4 == 3 {
			format, ext = "gif", "gif"
		}
		benign := listing{benign: i%4 == 0}
		l.add(l.plain(icons[0], format, side, side), copied{path: fmt.Sprintf("%s%d/action-%d.%s", programIcons, side, l.number(), ext), edit: asIs, listed: benign})
	}
	for i := range l.scaled(shots) {
		name := fmt.Sprintf("%sCapture %s %d.png", screenshots, l.ago(1, 600).Format("2006-01-02 150405"), i)
		l.add(l.plain(screens[i%len(screens)], "png", 800, 500), copied{path: name, edit: asIs})
	}
}
