package drive

import (
	"fmt"
	"time"
)

// programGraphics are what systems and programs bring: icons, buttons, help pages.
func (m *maker) programGraphics(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.seized.Add(-m.span(100*day, 6*year))
		md := pick(m.dice, m.world.pools.programs...)
		if m.chance(.3) {
			md = m.medium(m.scene("program graphic"), m.programGraphic(), 0)
		}
		m.put(x, x.programFolder(m)+m.graphicName(md), t, md)
	}
}

func (m *maker) graphicName(md *Medium) string {
	return fmt.Sprintf("%s_%s.%s", pick(m.dice, "icon", "btn", "logo", "tile", "bg", "help", "splash", "sprite"), m.hex(4), md.Examination.Facts.Format)
}

// programFolder is one of a program.
func (x *Exhibit) programFolder(m *maker) string {
	switch x.device.kind {
	case "windows":
		return x.device.root + pick(m.dice,
			"Program Files/"+pick(m.dice, "LibreOffice/share", "VideoLAN/VLC/skins", "GIMP 2/share/icons", "Steam/resource")+"/"+m.hex(1)+"/",
			"Program Files (x86)/"+pick(m.dice, "Adobe/Reader/images", "Steam/steamui/images", "Epson/help")+"/"+m.hex(1)+"/",
			"Windows/"+pick(m.dice, "SystemApps/Assets", "Web/Screen", "WinSxS/amd64_"+m.hex(2), "ImmersiveControlPanel/images")+"/",
			"Program Files/WindowsApps/Microsoft."+pick(m.dice, "Photos", "Store", "Xbox", "Weather")+"/Assets/",
			"ProgramData/"+pick(m.dice, "Microsoft/User Account Pictures", "Package Cache/"+m.hex(2))+"/")
	case "mac":
		return pick(m.dice, "Applications/"+pick(m.dice, "Safari", "Pages", "VLC", "Firefox")+".app/Contents/Resources/", "Library/User Pictures/"+pick(m.dice, "Animals", "Nature")+"/", "System/Library/CoreServices/"+m.hex(1)+"/")
	case "linux":
		return pick(m.dice, "usr/share/icons/"+pick(m.dice, "Adwaita", "hicolor", "Papirus")+"/48x48/apps/", "usr/share/pixmaps/", "usr/lib/libreoffice/share/gallery/", "usr/share/doc/"+m.hex(1)+"/")
	case "iphone":
		return x.device.root + "Containers/Bundle/Application/" + pick(m.dice, "Maps", "Banque", "Jeu", "Meteo") + ".app/"
	case "android":
		return x.device.root + "Android/data/com." + pick(m.dice, "king.candycrush", "supercell.clash", "fdj.parions", "meteo.france") + "/files/assets/"
	}
	return x.device.home + "Logiciels/" + m.hex(1) + "/images/"
}

// appGraphics are those of telephones' programs: games, stickers, maps.
func (m *maker) appGraphics(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.when(2 * year)
		folder := x.programFolder(m)
		if m.chance(.35) {
			folder = x.device.root + pick(m.dice, "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Stickers/", "Android/data/com.discord/files/stickers/")
			m.put(x, folder+"STK-"+m.digits(8)+".webp", t, m.medium(m.scene("sticker"), drawn("webp", 512, 512), 0))
			continue
		}
		md := m.medium(m.scene("program graphic"), m.programGraphic(), 0)
		m.put(x, folder+m.graphicName(md), t, md)
	}
}

// browserCache is what pages brought: small graphics, advertisements, articles, shops, adult pages.
func (m *maker) browserCache(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.seized.Add(-m.span(0, 120*day))
		m.cached(x, x.cacheFolder(m)+m.cacheName(x), t)
	}
}

// cached is one picture of a cache.
func (m *maker) cached(x *Exhibit, path string, t time.Time) {
	switch p := m.Float64(); {
	case p < .35:
		m.put(x, path, t, m.medium(m.scene("cached graphic"), m.programGraphic(), 0))
	case p < .40:
		m.put(x, path, t, m.world.pools.seen[m.popular(widelySeen)])
	case p < .44:
		m.put(x, path, t, m.world.pools.adult[m.popular(adultPieces)])
	case p < .46:
		m.put(x, path, t, pick(m.dice, m.world.pools.stars...))
	default:
		m.put(x, path, t, m.medium(m.scene("cached picture"), m.webPicture(), 0))
	}
}

// cacheFolder is where a browser, or a telephone's program, keeps what it may load again.
func (x *Exhibit) cacheFolder(m *maker) string {
	switch x.device.kind {
	case "windows":
		return x.device.home + pick(m.dice,
			"AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/", "AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/",
			"AppData/Local/Microsoft/Edge/User Data/Default/Cache/Cache_Data/", "AppData/Local/Mozilla/Firefox/Profiles/x1y2.default-release/cache2/entries/",
			"AppData/Local/Microsoft/Windows/INetCache/IE/A1B2C3D4/")
	case "mac":
		return x.device.home + pick(m.dice, "Library/Caches/Google/Chrome/Default/Cache/Cache_Data/", "Library/Caches/com.apple.Safari/WebKitCache/", "Library/Caches/Firefox/Profiles/a1.default/cache2/entries/")
	case "linux":
		return x.device.home + pick(m.dice, ".cache/mozilla/firefox/a1.default/cache2/entries/", ".cache/chromium/Default/Cache/Cache_Data/")
	case "iphone":
		return x.device.root + "Containers/Data/Application/" + pick(m.dice, "Safari", "Facebook", "Instagram", "Vinted", "TikTok") + "/Library/Caches/" + pick(m.dice, "", "fsCachedData/", "ImageCache/")
	}
	return x.device.root + "Android/data/com." + pick(m.dice, "facebook.katana", "instagram.android", "zhiliaoapp.musically", "android.chrome", "fr.vinted", "leboncoin") + "/cache/" + pick(m.dice, "", "image/", "glide/")
}

func (m *maker) cacheName(x *Exhibit) string {
	if x.device.kind == "windows" {
		return "f_" + m.hex(6)
	}
	return m.hex(32)
}

// appCaches are the caches of a telephone's programs: what pages brought, and copies of the camera roll's pictures that were handed to a
// program to send. Some of these have outlived their original.
func (m *maker) appCaches(x *Exhibit, n int) {
	for _, f := range x.ordinary("camera roll") {
		if n == 0 || !m.chance(.02) {
			continue
		}
		md := f.Medium
		if m.chance(.2) {
			md = m.medium(m.scene("cached original"), m.phone.facts(m.dice, f.Modified), 0)
		}
		m.put(x, x.cacheFolder(m)+m.cacheName(x), f.Modified.Add(m.span(0, 10*day)), md)
		n--
	}
	m.browserCache(x, n)
}

// thumbnails are small copies of what lies on the device, or lay there.
func (m *maker) thumbnails(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.when(2 * year)
		scene := m.scene("thumbnail")
		if len(x.Files) > 0 && m.chance(.7) {
			f := pick(m.dice, x.Files...)
			scene, t = f.Medium.Scene, f.Modified.Add(m.span(0, 10*day))
		}
		m.put(x, x.thumbnailFolder()+m.digits(9)+".jpg", t, m.medium(scene, pick(m.dice, byThumbnail, bySmall).facts(m.dice), m.rewritten()))
	}
}

func (x *Exhibit) thumbnailFolder() string {
	switch x.device.kind {
	case "android":
		return x.device.root + "DCIM/.thumbnails/"
	case "iphone":
		return x.device.root + "Media/PhotoData/Thumbnails/V2/DCIM/100APPLE/"
	case "mac":
		return x.device.home + "Library/Caches/com.apple.QuickLook.thumbnailcache/"
	case "linux":
		return x.device.home + ".cache/thumbnails/large/"
	}
	return x.device.home + "AppData/Local/Microsoft/Windows/Explorer/thumbcache_256/"
}

// wallpapers are large pictures for the screen.
func (m *maker) wallpapers(x *Exhibit, n int) {
	for ; n > 0; n-- {
		m.put(x, x.device.home+pick(m.dice, "Pictures/Wallpapers/", "Images/Fonds/", "Pictures/")+fmt.Sprintf("wallpaper-%s.jpg", m.digits(5)), m.when(5*year), pick(m.dice, m.world.pools.stock...))
	}
}
