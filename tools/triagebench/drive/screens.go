package drive

import (
	"fmt"
	"path"
	"time"

	"vigie/hashing"
)

// screen returns the size of the device's screen, in pixels.
func (x *Exhibit) screen(m *maker) (width, height int) {
	switch x.device.kind {
	case "android":
		return 1080, pick(m.dice, 2400, 2340)
	case "iphone":
		return 1170, 2532
	}
	return 1920, 1080
}

// screenshots are captures of a screen: conversations, tickets, maps, films, games.
func (m *maker) screenshots(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(2 * year))
		facts, path := m.screenshot(x, t)
		m.put(x, path, t, m.medium(m.scene("screenshot"), facts, 0))
	}
}

func (m *maker) screenshot(x *Exhibit, t time.Time) (hashing.Facts, string) {
	width, height := x.screen(m)
	facts := drawn("png", width, height)
	switch x.device.kind {
	case "android":
		if m.chance(.4) {
			facts = drawn("jpeg", width, height)
			return facts, x.device.root + "DCIM/Screenshots/" + t.Format("Screenshot_20060102-150405_") + pick(m.dice, "Chrome", "WhatsApp", "Maps", "YouTube", "Instagram", "Gallery") + ".jpg"
		}
		return facts, x.device.root + "Pictures/Screenshots/" + t.Format("Screenshot_20060102-150405.png")
	case "iphone":
		return facts, x.device.root + fmt.Sprintf("Media/DCIM/101APPLE/IMG_%04d.PNG", m.between(1, 9999))
	case "mac":
		return facts, x.device.home + "Desktop/" + t.Format("Capture d’écran 2006-01-02 à 15.04.05.png")
	}
	return facts, x.device.home + "Pictures/Screenshots/" + t.Format("Capture d'écran 2006-01-02 150405.png")
}

// recordings are films of a screen, and pictures of them: games, lessons, meetings, calls, and adult streams.
func (m *maker) recordings(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(3 * year))
		facts, path := m.recording(x, t, pick(m.dice, "game", "game", "meeting", "stream"))
		m.put(x, path, t, m.medium(m.scene("screen recording"), facts, 0))
	}
}

// recording is one film of a screen, named as the recorders do it.
func (m *maker) recording(x *Exhibit, t time.Time, what string) (hashing.Facts, string) {
	switch x.device.kind {
	case "android":
		return recorded("mp4"), x.device.root + pick(m.dice, "DCIM/Screen recordings/", "Movies/", "DCIM/ScreenRecorder/") + t.Format("Screen_Recording_20060102_150405_") + pick(m.dice, "Chrome", "Skype", "Roblox", "YouTube") + ".mp4"
	case "iphone":
		return recorded("mp4"), x.device.root + fmt.Sprintf("Media/DCIM/101APPLE/RPReplay_Final%d.MP4", t.Unix())
	}
	if what == "meeting" {
		return recorded("mp4"), x.device.home + t.Format("Documents/Zoom/2006-01-02 15.04.05 Reunion/") + "video" + m.digits(9) + ".mp4"
	}
	name := pick(m.dice, t.Format("bandicam 2006-01-02 15-04-05-000.mp4"), t.Format("2006-01-02 15-04-05.mkv"), t.Format("Enregistrement d'écran 2006-01-02 150405.mp4"))
	return recorded(path.Ext(name)[1:]), x.device.home + pick(m.dice, "Videos/", "Videos/Captures/", "Documents/Bandicam/") + name
}

// privateFolder is a folder that hides what lies in it.
func (x *Exhibit) privateFolder(m *maker) string {
	switch x.device.kind {
	case "android":
		return x.device.root + pick(m.dice, ".private/", "Pictures/.p/", "DCIM/.hidden/", "Android/data/com.kii.safe/files/", ".vault/", "Download/.d/")
	case "iphone":
		return x.device.root + "Containers/Data/Application/" + pick(m.dice, "KeepSafe", "PrivatePhotoVault", "Calculator") + "/Documents/" + pick(m.dice, "albums/", "media/")
	case "windows":
		return x.device.home + pick(m.dice, "Documents/.p/", "AppData/Roaming/p/", "Documents/hidden/", "Music/old/.x/", "Desktop/Nouveau dossier/.n/")
	case "disk":
		return x.device.home + pick(m.dice, ".p/", "$x/", "Docs/.archive/", "hidden/")
	}
	return x.device.home + pick(m.dice, ".p/", ".private/", "Documents/.x/")
}

// privateAlbum is what people hide for reasons of their own: papers, themselves.
func (m *maker) privateAlbum(x *Exhibit, n int) { m.privateIn(x, x.privateFolder(m), n) }

func (m *maker) privateIn(x *Exhibit, folder string, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(3 * year))
		if m.chance(.4) {
			m.put(x, folder+m.webName(), t, m.medium(m.scene("private"), m.webPicture(), 0))
			continue
		}
		m.put(x, folder+m.phone.name(t), t, m.medium(m.scene("private"), m.phone.facts(m.dice, t), 0))
	}
}

// trash is what was thrown away, of all that the device holds.
func (m *maker) trash(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.awake(m.when(year))
		switch p := m.Float64(); {
		case p < .45:
			c := m.phone
			if x.device.kind != "android" && m.chance(.5) {
				c = pick(m.dice, m.cameras...)
			}
			m.put(x, x.trashed(m, c.name(t), t), t, m.medium(m.scene("thrown away"), c.facts(m.dice, t), 0))
		case p < .6:
			facts, name := m.screenshot(x, t)
			m.put(x, x.trashed(m, path.Base(name), t), t, m.medium(m.scene("thrown away"), facts, 0))
		default:
			m.put(x, x.trashed(m, m.webName(), t), t, m.medium(m.scene("thrown away"), m.webPicture(), 0))
		}
	}
}

// trashed is where a file goes that was thrown away, by the name that it gets.
func (x *Exhibit) trashed(m *maker, name string, t time.Time) string {
	switch x.device.kind {
	case "android":
		return x.device.root + pick(m.dice,
			fmt.Sprintf("DCIM/Camera/.trashed-%d-%s", t.Add(30*day).Unix(), name),
			"Android/data/com.sec.android.gallery3d/files/.Trash/"+m.hex(16)+path.Ext(name),
			fmt.Sprintf("Pictures/.Gallery2/recycle/%s", name))
	case "iphone": // stays where it was: a database says that it is gone
		return x.rollFolder(m) + name
	case "windows":
		return x.device.root + "$Recycle.Bin/S-1-5-21-1111-2222-3333-1001/$R" + m.letters("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ", 6) + path.Ext(name)
	case "mac":
		return x.device.home + ".Trash/" + name
	case "linux":
		return x.device.home + ".local/share/Trash/files/" + name
	}
	return pick(m.dice, ".Trashes/501/"+name, "$RECYCLE.BIN/S-1-5-21-4444-5555-6666-1001/$R"+m.letters("0123456789ABCDEFGHIJ", 6)+path.Ext(name), "$OrphanFiles/"+name)
}
