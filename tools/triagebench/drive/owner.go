package drive

import (
	"fmt"
	"time"
)

// The shares that say what drives are like. docs/ranking.md says where they are from.
const (
	knownDrives      = .65 // of drives hold known material
	groupsPerMedium  = .76 // about, in the queue: others are alike, in sets, or the same file again
	plantedLeast     = .006
	plantedMost      = .016 // of groups
	adversarialEvery = 10
)

// device is what an exhibit is.
type device struct {
	kind string // "android", "iphone", "windows", "mac", "linux", "disk"
	root string // what stands before every path, as tools extract it
	home string // of the user, on computers
}

// own gives the drive's owner cameras and devices.
func (m *maker) own(submitted time.Time) {
	kinds := pick(m.dice,
		[]string{"android", "windows"}, []string{"android", "windows"}, []string{"android", "windows", "disk"}, []string{"iphone", "windows"}, []string{"iphone", "mac"},
		[]string{"windows", "disk"}, []string{"windows"}, []string{"android"}, []string{"android"}, []string{"iphone"}, []string{"android", "linux"}, []string{"iphone", "windows", "disk"})
	m.phone = m.newCamera(phones[3:])
	for i, kind := range kinds {
		x := &Exhibit{Seal: fmt.Sprintf("S%d", i+1), Opened: submitted, Seized: m.seized, device: device{kind: kind}}
		user := pick(m.dice, "martin", "jp", "Utilisateur", "PC-Maison", "alex", "bureau", "user")
		switch kind {
		case "android":
			x.device.root = pick(m.dice, "data/media/0/", "sdcard/", "Stockage interne/", "")
		case "iphone":
			m.phone = m.newCamera(phones[:3])
			x.device.root = pick(m.dice, "private/var/mobile/", "mobile/", "")
		case "windows":
			x.device.root = pick(m.dice, "", "C/", "Partition 2/")
			x.device.home = x.device.root + "Users/" + user + "/"
		case "mac":
			x.device.home = "Users/" + user + "/"
		case "linux":
			x.device.home = "home/" + user + "/"
		case "disk":
			x.device.home = pick(m.dice, "", "Sauvegarde/", "WD Elements/")
		}
		m.drive.Exhibits = append(m.drive.Exhibits, x)
	}
	for range m.between(1, 3) {
		m.cameras = append(m.cameras, m.newCamera(dedicated))
	}
	m.cameras = append(m.cameras, m.newCamera(phones)) // the telephone before
}

// source is one thing that fills a device, and its part of the device's media.
type source struct {
	part float64
	rare float64 // share of devices that have it; 0: all
	fill func(m *maker, x *Exhibit, n int)
}

// sources say what devices are full of: most pictures on a computer or a telephone are what programs bring, load and
// reduce; people's own are the smaller part.
var sources = map[string][]source{
	"android": {
		{.14, 0, (*maker).cameraRoll}, {.15, 0, (*maker).messengers}, {.28, 0, (*maker).appCaches}, {.14, 0, (*maker).thumbnails},
		{.04, 0, (*maker).screenshots}, {.03, 0, (*maker).downloads}, {.04, 0, (*maker).goingRound}, {.03, .8, (*maker).socialApps},
		{.02, .7, (*maker).editedPictures}, {.08, 0, (*maker).appGraphics}, {.02, .7, (*maker).adult}, {.01, .3, (*maker).recordings},
		{.01, .25, (*maker).privateAlbum}, {.01, 0, (*maker).trash},
	},
	"iphone": {
		{.18, 0, (*maker).cameraRoll}, {.12, 0, (*maker).messengers}, {.25, 0, (*maker).appCaches}, {.20, 0, (*maker).thumbnails},
		{.05, 0, (*maker).screenshots}, {.02, 0, (*maker).downloads}, {.03, 0, (*maker).goingRound}, {.03, .7, (*maker).socialApps},
		{.02, .7, (*maker).editedPictures}, {.08, 0, (*maker).appGraphics}, {.01, .6, (*maker).adult}, {.01, .3, (*maker).recordings},
		{.01, .2, (*maker).privateAlbum},
	},
	"windows": {
		{.34, 0, (*maker).programGraphics}, {.34, 0, (*maker).browserCache}, {.08, 0, (*maker).photoArchive}, {.04, 0, (*maker).downloads},
		{.04, .7, (*maker).adult}, {.04, .4, (*maker).fileSharing}, {.05, .6, (*maker).phoneBackup}, {.05, 0, (*maker).thumbnails},
		{.02, 0, (*maker).wallpapers}, {.01, .5, (*maker).recordings}, {.01, 0, (*maker).screenshots}, {.01, .8, (*maker).editedPictures},
		{.02, 0, (*maker).trash}, {.01, .2, (*maker).privateAlbum}, {.01, .5, (*maker).scans},
	},
	"mac": {
		{.25, 0, (*maker).programGraphics}, {.28, 0, (*maker).browserCache}, {.18, 0, (*maker).photoLibrary}, {.04, 0, (*maker).downloads},
		{.03, .6, (*maker).adult}, {.02, .3, (*maker).fileSharing}, {.04, .5, (*maker).phoneBackup}, {.12, 0, (*maker).thumbnails},
		{.01, 0, (*maker).wallpapers}, {.01, .4, (*maker).recordings}, {.02, 0, (*maker).screenshots}, {.01, 0, (*maker).trash},
	},
	"linux": {
		{.40, 0, (*maker).programGraphics}, {.28, 0, (*maker).browserCache}, {.10, 0, (*maker).photoArchive}, {.05, 0, (*maker).downloads},
		{.04, .7, (*maker).adult}, {.03, .5, (*maker).fileSharing}, {.10, 0, (*maker).thumbnails}, {.01, 0, (*maker).wallpapers},
		{.02, 0, (*maker).screenshots}, {.01, 0, (*maker).trash},
	},
	"disk": {
		{.45, 0, (*maker).photoArchive}, {.20, .7, (*maker).phoneBackup}, {.12, .6, (*maker).adult}, {.06, .4, (*maker).fileSharing},
		{.05, .5, (*maker).scans}, {.04, 0, (*maker).wallpapers}, {.06, .6, (*maker).downloads}, {.03, 0, (*maker).trash}, {.06, .6, (*maker).takeout},
	},
}

// furnish fills the devices with what is ordinary, and with stray known files.
func (m *maker) furnish() {
	left := float64(m.size)
	for i, x := range m.drive.Exhibits {
		part := left / float64(len(m.drive.Exhibits)-i) * m.share(.8, 1.2)
		if i == len(m.drive.Exhibits)-1 {
			part = left
		}
		left -= part
		var here []source
		total := 0.0
		for _, s := range sources[x.device.kind] {
			if s.rare > 0 && !m.chance(s.rare) {
				continue
			}
			s.part *= m.share(.5, 1.6)
			here = append(here, s)
			total += s.part
		}
		for _, s := range here {
			s.fill(m, x, int(part*s.part/total))
		}
	}
	if m.known && m.chance(.5) {
		m.strayKnown()
	}
}

// strayKnown puts a few known files where much else lies that has nothing to do with them.
func (m *maker) strayKnown() {
	for range m.between(1, 3) {
		x := pick(m.dice, m.drive.Exhibits...)
		f := pick(m.dice, x.Files...)
		for range m.between(1, 2) {
			file, _ := m.knownFile(pick(m.dice, m.world.pools.known...))
			m.put(x, inFolderOf(f.Path, file.anyName(m)), f.Modified.Add(m.span(-30*day, 0)), file)
		}
	}
}

// during returns times of one occasion: n pictures, seconds to minutes apart.
func (m *maker) during(start time.Time, n int) []time.Time {
	times := make([]time.Time, n)
	for i := range times {
		times[i] = start
		start = start.Add(m.span(3*time.Second, pick(m.dice, 20*time.Second, 2*time.Minute, 15*time.Minute)))
	}
	return times
}
