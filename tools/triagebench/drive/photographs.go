package drive

import (
	"fmt"
	"path"
	"time"
)

// cameraRoll is what a telephone took: family, holidays, work, as occasions of some pictures each.
func (m *maker) cameraRoll(x *Exhibit, n int) {
	for n > 0 {
		shots := min(m.about(6), n)
		n -= shots
		var scene *Scene
		for i, t := range m.during(m.awake(m.when(4*year)), shots) {
			if scene == nil || !m.chance(.25) { // else another try of the same
				scene = m.scene("camera roll")
			}
			facts := m.phone.facts(m.dice, t)
			name := m.phone.name(t)
			if m.chance(.08) {
				facts, name = m.phone.film(m.dice, t), filmName(name)
			}
			m.put(x, x.rollFolder(m)+name, t, m.medium(scene, facts, m.alike()*min(i, 1)))
		}
	}
}

// rollFolder is where the camera of a telephone writes.
func (x *Exhibit) rollFolder(m *maker) string {
	if x.device.kind == "iphone" {
		return x.device.root + fmt.Sprintf("Media/DCIM/%dAPPLE/", 100+m.phone.number/1000)
	}
	return x.device.root + "DCIM/Camera/"
}

func filmName(name string) string {
	ext := path.Ext(name)
	if ext == ".HEIC" || ext == ".JPG" {
		return name[:len(name)-len(ext)] + ".MOV"
	}
	return name[:len(name)-len(ext)] + ".mp4"
}

// archiveNames are what people call the folders of their pictures.
var archiveNames = []string{
	"Noël", "Vacances Bretagne", "Anniversaire", "Mariage Sophie", "Ski", "Jardin", "Week-end", "Rome", "Bébé", "Chat", "Travaux maison", "Fête école",
	"Espagne", "Divers", "A trier", "Baptême", "Randonnée", "Voiture", "Boulot", "Plage", "Portugal", "Famille",
}

// photoArchive are years of pictures of several cameras, in folders with names.
func (m *maker) photoArchive(x *Exhibit, n int) {
	root := x.device.home + pick(m.dice, "Pictures/", "Images/", "Photos/", "Documents/Photos/")
	for n > 0 {
		shots := min(m.between(8, 60), n)
		n -= shots
		c := pick(m.dice, m.cameras...)
		start := m.awake(m.seized.Add(-m.span(60*day, 15*year)))
		folder := root + pick(m.dice,
			fmt.Sprintf("%d/%s/", start.Year(), pick(m.dice, archiveNames...)), start.Format("2006-01-02")+"/", start.Format("2006/01/"), pick(m.dice, archiveNames...)+start.Format(" 2006/"))
		copied := start.Add(m.span(day, 60*day))
		keepsTimes := m.chance(.6)
		m.occasion(x, folder, c, "photo archive", m.during(start, shots), func(taken time.Time) time.Time {
			if keepsTimes {
				return taken
			}
			return copied
		})
	}
}

// occasion is a folder of pictures that one camera took one after the other.
func (m *maker) occasion(x *Exhibit, folder string, c *camera, what string, times []time.Time, modified func(time.Time) time.Time) {
	var scene *Scene
	for i, t := range times {
		if scene == nil || !m.chance(.3) {
			scene = m.scene(what)
		}
		facts, name := c.facts(m.dice, t), c.name(t)
		if m.chance(.04) {
			facts, name = c.film(m.dice, t), filmName(name)
		}
		m.put(x, folder+name, modified(t), m.medium(scene, facts, m.alike()*min(i, 1)))
	}
}

// photoLibrary is a library as macOS keeps it: originals by letter, and small copies of them.
func (m *maker) photoLibrary(x *Exhibit, n int) {
	root := x.device.home + "Pictures/Photos Library.photoslibrary/"
	for n > 0 {
		shots := min(m.about(8), n)
		n -= shots
		c := m.phone
		if m.chance(.25) {
			c = pick(m.dice, m.cameras...)
		}
		for _, t := range m.during(m.awake(m.when(7*year)), shots) {
			id := m.uuid()
			scene, ext := m.scene("photo library"), pick(m.dice, ".heic", ".jpeg")
			m.put(x, root+"originals/"+id[:1]+"/"+id+ext, t, m.medium(scene, c.facts(m.dice, t), 0))
			if m.chance(.3) {
				n--
				m.put(x, root+"resources/derivatives/"+id[:1]+"/"+id+"_1_105_c.jpeg", t, m.medium(scene, byThumbnail.facts(m.dice), m.rewritten()))
			}
		}
	}
}

// phoneBackup is the telephone again: its pictures byte for byte, in part, and those of an earlier one.
func (m *maker) phoneBackup(x *Exhibit, n int) {
	root := x.device.home + pick(m.dice, "Sauvegarde téléphone/", "Documents/Backup 2024/", "Desktop/photos tel/", "OneDrive/Pellicule/")
	for _, other := range m.drive.Exhibits {
		if other.device.kind != "android" && other.device.kind != "iphone" {
			continue
		}
		for _, f := range other.Files {
			if n == 0 {
				return
			}
			if f.Medium.Scene.Ordinary == "camera roll" && m.chance(.5) {
				n--
				m.put(x, root+"DCIM/Camera/"+path.Base(f.Path), f.Modified, f.Medium)
			}
		}
	}
	old := m.cameras[len(m.cameras)-1]
	for n > 0 {
		shots := min(m.about(7), n)
		n -= shots
		m.occasion(x, root+pick(m.dice, "DCIM/Camera/", "DCIM/100ANDRO/", "ancien tel/"), old, "backup of a telephone",
			m.during(m.awake(m.seized.Add(-m.span(3*year, 8*year))), shots), func(t time.Time) time.Time { return t })
	}
}

// takeout is what Google hands out.
func (m *maker) takeout(x *Exhibit, n int) {
	for n > 0 {
		shots := min(m.between(10, 40), n)
		n -= shots
		start := m.awake(m.when(6 * year))
		written := m.seized.Add(-m.span(30*day, year))
		m.occasion(x, x.device.home+fmt.Sprintf("Takeout/Google Photos/Photos from %d/", start.Year()), m.phone, "takeout", m.during(start, shots),
			func(time.Time) time.Time { return written })
	}
}

// editedPictures are photographs that went through an editor.
func (m *maker) editedPictures(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(3 * year))
		c, e, folder := m.phone, bySnapseed, "Snapseed/"
		switch x.device.kind {
		case "iphone":
			folder = "Media/PhotoData/Mutations/DCIM/100APPLE/IMG_" + m.digits(4) + "/Adjustments/"
		case "android":
			folder = pick(m.dice, "Pictures/Snapseed/", "Pictures/PicsArt/", "Pictures/Edited/")
		default:
			c, e, folder = pick(m.dice, m.cameras...), pick(m.dice, byPhotoshop, byLightroom, byGimp), "Pictures/Retouches/"
			m.put(x, x.device.home+folder+c.name(t), t.Add(m.span(time.Hour, 20*day)), m.medium(m.scene("edited"), e.edited(m.dice, c.facts(m.dice, t)), 0))
			continue
		}
		m.put(x, x.device.root+folder+"edit_"+c.name(t), t.Add(m.span(time.Minute, 5*day)), m.medium(m.scene("edited"), e.edited(m.dice, c.facts(m.dice, t)), 0))
	}
}

// scans are documents.
func (m *maker) scans(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(6 * year))
		facts := drawn("jpeg", 1654, 2339)
		facts.Make, facts.Model = "EPSON", pick(m.dice, "XP-2100 Series", "WF-2750")
		m.put(x, x.device.home+"Documents/Scans/"+t.Format("Scan_20060102_150405.jpg"), t, m.medium(m.scene("scan"), facts, 0))
	}
}
