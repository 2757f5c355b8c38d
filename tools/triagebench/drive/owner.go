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

// sources say what devices are full of.
var sources = map[string][]source{
	"android": {
		{.27, 0, (*maker).cameraRoll}, {.19, 0, (*maker).messengers}, {.13, 0, (*maker).appCaches}, {.07, 0, (*maker).thumbnails},
		{.05, 0, (*maker).screenshots}, {.05, 0, (*maker).downloads}, {.05, 0, (*maker).goingRound}, {.04, .8, (*maker).socialApps},
		{.03, .7, (*maker).editedPictures}, {.05, 0, (*maker).appGraphics}, {.03, .7, (*maker).adult}, {.015, .3, (*maker).recordings},
		{.02, .25, (*maker).privateAlbum}, {.02, 0, (*maker).trash},
	},
	"iphone": {
		{.36, 0, (*maker).cameraRoll}, {.16, 0, (*maker).messengers}, {.10, 0, (*maker).appCaches}, {.12, 0, (*maker).thumbnails},
		{.06, 0, (*maker).screenshots}, {.03, 0, (*maker).downloads}, {.04, 0, (*maker).goingRound}, {.03, .7, (*maker).socialApps},
		{.03, .7, (*maker).editedPictures}, {.04, 0, (*maker).appGraphics}, {.02, .6, (*maker).adult}, {.01, .3, (*maker).recordings},
		{.01, .2, (*maker).privateAlbum},
	},
	"windows": {
		{.22, 0, (*maker).programGraphics}, {.25, 0, (*maker).browserCache}, {.15, 0, (*maker).photoArchive}, {.07, 0, (*maker).downloads},
		{.07, .7, (*maker).adult}, {.06, .4, (*maker).fileSharing}, {.08, .6, (*maker).phoneBackup}, {.03, 0, (*maker).thumbnails},
		{.03, 0, (*maker).wallpapers}, {.03, .5, (*maker).recordings}, {.02, 0, (*maker).screenshots}, {.02, .8, (*maker).editedPictures},
		{.03, 0, (*maker).trash}, {.02, .2, (*maker).privateAlbum}, {.02, .5, (*maker).scans},
	},
	"mac": {
		{.12, 0, (*maker).programGraphics}, {.18, 0, (*maker).browserCache}, {.30, 0, (*maker).photoLibrary}, {.07, 0, (*maker).downloads},
		{.05, .6, (*maker).adult}, {.03, .3, (*maker).fileSharing}, {.06, .5, (*maker).phoneBackup}, {.08, 0, (*maker).thumbnails},
		{.02, 0, (*maker).wallpapers}, {.02, .4, (*maker).recordings}, {.03, 0, (*maker).screenshots}, {.02, 0, (*maker).trash},
	},
	"linux": {
		{.30, 0, (*maker).programGraphics}, {.22, 0, (*maker).browserCache}, {.16, 0, (*maker).photoArchive}, {.08, 0, (*maker).downloads},
		{.06, .7, (*maker).adult}, {.05, .5, (*maker).fileSharing}, {.08, 0, (*maker).thumbnails}, {.02, 0, (*maker).wallpapers},
		{.03, 0, (*maker).screenshots}, {.02, 0, (*maker).trash},
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
