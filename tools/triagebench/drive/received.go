package drive

import (
	"path"
	"strings"
	"time"

	"vigie/hashing"
)

// app is a messenger, with where it keeps what was sent and what came.
type app struct {
	android, sent string // folders below the storage
	iphone        string // below the data of its applications; %s is a conversation
	encoder       encoder
	name          func(m *maker, t time.Time) string
	share         float64 // of what messengers keep on a device
}

// The folders are the programs' own (Anglano 2014 for WhatsApp; the programs' defaults since scoped storage).
var apps = []app{
	{"Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/", "Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Sent/",
		"Containers/Shared/AppGroup/group.net.whatsapp.WhatsApp.shared/Message/Media/%s/", byWhatsApp,
		func(m *maker, t time.Time) string { return t.Format("IMG-20060102-WA") + m.digits(4) + ".jpg" }, .6},
	{"Telegram/Telegram Images/", "Android/data/org.telegram.messenger/files/Telegram/Telegram Images/",
		"Containers/Shared/AppGroup/group.ph.telegra.Telegraph/telegram-data/account-%s/postbox/media/", byTelegram,
		func(m *maker, _ time.Time) string { return m.digits(18) + "_" + m.digits(6) + ".jpg" }, .18},
	{"Pictures/Signal/", "Pictures/Signal/", "Containers/Shared/AppGroup/group.org.whispersystems.signal.group/Attachments/%s/", bySignal,
		func(_ *maker, t time.Time) string { return t.Format("signal-2006-01-02-15-04-05-000.jpg") }, .07},
	{"Pictures/Snapchat/", "Android/data/com.snapchat.android/files/file_manager/chat_snap/", "Containers/Data/Application/Snapchat/Documents/com.snap.file_manager/%s/", bySnapchat,
		func(m *maker, _ time.Time) string { return "Snapchat-" + m.digits(9) + ".jpg" }, .08},
	{"Pictures/Messenger/", "Pictures/Messenger/", "Library/SMS/Attachments/%s/", byFacebook,
		func(m *maker, _ time.Time) string { return "received_" + m.digits(15) + ".jpeg" }, .07},
}

// chat is one conversation of an app on a device.
func (m *maker) chat(x *Exhibit, a *app, sent bool) string {
	if x.device.kind == "iphone" {
		return x.device.root + strings.ReplaceAll(a.iphone, "%s", pick(m.dice, "33612345678", "a1", "b2", "c3", "0f", "7d"))
	}
	if sent {
		return x.device.root + a.sent
	}
	return x.device.root + a.android
}

func (m *maker) anyApp() *app {
	at := m.Float64()
	for i := range apps {
		if at -= apps[i].share; at < 0 {
			return &apps[i]
		}
	}
	return &apps[0]
}

// messengers are pictures received, and some sent: of the camera roll, mostly.
func (m *maker) messengers(x *Exhibit, n int) {
	roll := x.ordinary("camera roll")
	for ; n > 0; n-- {
		a, t := m.anyApp(), m.when(3*year)
		if m.chance(.18) && len(roll) > 0 {
			f := pick(m.dice, roll...)
			t = f.Modified.Add(m.span(time.Minute, 2*day))
			if f.Medium.Examination.Fingerprint != nil {
				m.put(x, m.chat(x, a, true)+a.name(m, t), t, m.medium(f.Medium.Scene, a.encoder.facts(m.dice), m.rewritten()))
				continue
			}
		}
		facts, name := a.encoder.facts(m.dice), a.name(m, t)
		if m.chance(.12) {
			facts, name = recorded("mp4"), strings.TrimSuffix(name, path.Ext(name))+".mp4"
		}
		m.put(x, m.chat(x, a, false)+name, t, m.medium(m.scene("received"), facts, 0))
	}
}

// ordinary returns the files of an ordinary kind.
func (x *Exhibit) ordinary(what string) (files []*File) {
	for _, f := range x.Files {
		if f.Medium.Scene.Ordinary == what {
			files = append(files, f)
		}
	}
	return files
}

// goingRound are pictures that everybody has been sent.
func (m *maker) goingRound(x *Exhibit, n int) {
	for ; n > 0; n-- {
		a, t := m.anyApp(), m.when(2*year)
		seen := m.world.pools.seen[m.popular(widelySeen)]
		if m.chance(.35) && seen.Examination.Fingerprint != nil { // written anew on its way
			seen = m.medium(seen.Scene, a.encoder.facts(m.dice), m.rewritten())
		}
		m.put(x, m.chat(x, a, false)+a.name(m, t), t, seen)
	}
}

// socialApps are pictures that such programs save.
func (m *maker) socialApps(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.when(2 * year)
		folder, e, name := "Pictures/Instagram/", byInstagram, t.Format("IMG_20060102_150405_")+m.digits(3)+".jpg"
		if m.chance(.5) {
			folder, e, name = "DCIM/Facebook/", byFacebook, "FB_IMG_"+m.digits(13)+".jpg"
		}
		if x.device.kind == "iphone" {
			folder = "Media/DCIM/101APPLE/"
		}
		m.put(x, x.device.root+folder+name, t, m.medium(m.scene("social"), e.facts(m.dice), 0))
	}
}

// downloadFolder is where browsers put files.
func (x *Exhibit) downloadFolder(m *maker) string {
	switch x.device.kind {
	case "android":
		return x.device.root + "Download/"
	case "iphone":
		return x.device.root + "Library/Mobile Documents/com~apple~CloudDocs/Downloads/"
	case "disk":
		return x.device.home + pick(m.dice, "Divers/", "Téléchargements/", "Docs/")
	}
	return x.device.home + "Downloads/"
}

// downloads are pictures from the web, from mails and from everywhere.
func (m *maker) downloads(x *Exhibit, n int) {
	for ; n > 0; n-- {
		t := m.when(4 * year)
		folder := x.downloadFolder(m)
		if m.chance(.2) {
			folder += pick(m.dice, "images/", "New folder/", "Nouveau dossier/", "recettes/", "annonce/")
		}
		switch at := m.Float64(); {
		case at < .1:
			m.put(x, folder+"photo-"+m.digits(7)+".jpg", t, pick(m.dice, m.world.pools.stars...))
		case at < .18:
			c := m.newCamera(pick(m.dice, phones, dedicated)) // somebody else's, by mail or from a cloud
			taken := t.Add(-m.span(time.Hour, year))
			m.put(x, folder+c.name(taken), t, m.medium(m.scene("from somebody else"), c.facts(m.dice, taken), 0))
		case at < .22:
			m.put(x, folder+"video-"+m.hex(6)+".mp4", t, m.medium(m.scene("download"), recorded("mp4"), 0))
		default:
			m.put(x, folder+m.webName(), t, m.medium(m.scene("download"), m.webPicture(), 0))
		}
	}
}

func (d dice) webName() string {
	return pick(d, "images-"+d.digits(3), d.hex(12), "image_"+d.digits(5), d.digits(8)+"_n", "picture"+d.digits(2), d.uuid()) + ".jpg"
}

// adult are pictures and films of grown-ups, from the web, often in folders that hide.
func (m *maker) adult(x *Exhibit, n int) {
	base := x.downloadFolder(m)
	for n > 0 {
		folder := base + pick(m.dice, "x/", "porn/", ".x/", "new/", "vids/", "_/", "XXX/", "perso/")
		at := m.when(5 * year)
		for range min(n, m.between(5, 50)) {
			n--
			t := at.Add(m.span(0, 20*day))
			switch p := m.Float64(); {
			case p < .3:
				m.put(x, folder+m.webName(), t, m.world.pools.adult[m.popular(adultPieces)])
			case p < .45:
				m.put(x, folder+m.hex(8)+".mp4", t, m.medium(m.scene("adult"), recorded("mp4"), 0))
			case p < .5: // of people who publish their own
				c := m.newCamera(pick(m.dice, phones, dedicated))
				m.put(x, folder+c.name(t), t, m.medium(m.scene("adult"), c.facts(m.dice, t.Add(-m.span(day, 4*year))), 0))
			default:
				m.put(x, folder+m.webName(), t, m.medium(m.scene("adult"), m.webPicture(), 0))
			}
		}
	}
}

// sharing is where a file-sharing program puts what it gets, which it offers to others.
func (m *maker) sharing(x *Exhibit) string {
	if x.device.kind == "mac" || x.device.kind == "linux" {
		return x.device.home + pick(m.dice, ".aMule/Incoming/", "Downloads/Transmission/", "torrents/")
	}
	return x.device.home + pick(m.dice, "Downloads/eMule/Incoming/", "Documents/Shareaza Downloads/", "Downloads/BitTorrent/", "Documents/FrostWire/Torrent Data/", "Downloads/uTorrent/")
}

// fileSharing are covers, posters, films and adult material.
func (m *maker) fileSharing(x *Exhibit, n int) {
	root := m.sharing(x)
	for n > 0 {
		folder := root + pick(m.dice, "", "", m.hex(6)+"/", "Album "+m.digits(2)+"/", "Pack "+m.digits(3)+"/")
		t := m.when(6 * year)
		for range min(n, m.between(1, 25)) {
			n--
			switch p := m.Float64(); {
			case p < .35:
				m.put(x, folder+m.hex(10)+".avi", t, m.medium(m.scene("shared film"), recorded(pick(m.dice, "avi", "mp4", "mkv")), 0))
			case p < .5:
				m.put(x, folder+pick(m.dice, "cover.jpg", "folder.jpg", "front.jpg"), t, m.medium(m.scene("cover"), drawn("jpeg", 600, 600), 0))
			case p < .65:
				m.put(x, folder+m.webName(), t, m.world.pools.adult[m.popular(adultPieces)])
			default:
				m.put(x, folder+m.webName(), t, m.medium(m.scene("shared picture"), m.webPicture(), 0))
			}
		}
	}
}

// knownFile returns a file of a series of the lists, or a copy of one that somebody edited, which is near it.
func (m *maker) knownFile(series []*Medium) (md *Medium, edited bool) {
	md = pick(m.dice, series...)
	if !m.chance(.25) {
		return md, false
	}
	copied := m.medium(md.Scene, m.webPicture(), m.between(2, 24))
	copied.Examination.Fingerprint.Quality = 100
	return copied, true
}

// anyName is a name that a file from elsewhere has.
func (md *Medium) anyName(m *maker) string {
	if md.Examination.Facts.Kind == hashing.KindVideo {
		return m.hex(8) + ".mp4"
	}
	return m.webName()
}

func inFolderOf(file, name string) string {
	if dir := path.Dir(file); dir != "." {
		return dir + "/" + name
	}
	return name
}
