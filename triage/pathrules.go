package triage

// placeRules are tried in order on the lower-cased path; the first of which a part is in the folder, framed by slashes,
// or which begins the name of the file, decides. Sources: Android's and Apple's DCIM layout (DCF, JEITA CP-3461), the
// default folders and names of messengers, file-sharing programs, screen recorders and browsers, and the prefixes under
// which picture agencies hand out files.
var placeRules = []struct {
	class   PlaceClass
	films   bool // only for films
	folders []string
	names   []string
	shape   string // of the beginning of names; "0" stands for a digit
}{
	{class: PlaceOther, folders: []string{"/mobilesync/backup/"}}, // a telephone's files, below those of a program
	{class: PlaceCache, folders: []string{
		"/cache/", "/cache2/", "/caches/", "/code cache/", "/cache_data/", "/temporary internet files/", "/inetcache/",
		"/gpucache/", "/.cache/", "/image_manager_disk_cache/", "/.thumbnails/", "/thumbcache/", "/.thumbdata",
	}},
	{class: PlaceStock, folders: []string{"/wallpaper/", "/wallpapers/", "/fonds d'écran/", "/fonds d’écran/", "/backgrounds/"}, names: []string{
		"shutterstock_", "istock", "depositphotos_", "adobestock_", "gettyimages", "dreamstime", "123rf", "alamy", "pexels-",
		"unsplash-", "pixabay-", "stock-photo-",
	}},
	{class: PlaceRecording, films: true, folders: []string{
		"/screen recordings/", "/screenrecord", "/screen recorder", "/screencast", "/movies/screen", "/videos/captures/", "/obs/",
		"/bandicam/", "/camtasia", "/fraps/", "/apowersoft", "/azrecorder", "/az screen recorder/", "/xrecorder/", "/mobizen/",
		"/durecorder/", "/zoom/", "/recorded calls/", "/videocalls/",
	}, names: []string{
		"screen recording", "screen_recording", "screenrecord", "screen-record", "screenrecorder", "rpreplay", "screencast", "bandicam",
		"vokoscreen", "simplescreenrecorder", "xrecorder_", "az_recorder", "mobizen_", "enregistrement de l", "enregistrement_de_l",
		"enregistrement d'écran", "enregistrement d’écran",
	}, shape: "0000-00-00 00-00-00."}, // OBS Studio's own
	{class: PlaceScreenshot, folders: []string{"/screenshots/", "/captures d'écran/", "/captures d’écran/"}, names: []string{
		"screenshot", "screen shot", "capture d'écran", "capture d’écran", "bildschirmfoto",
	}},
	{class: PlaceSent, folders: []string{
		"/whatsapp images/sent/", "/whatsapp video/sent/", "/whatsapp documents/sent/", "/whatsapp animated gifs/sent/",
		"/whatsapp business images/sent/", "/whatsapp business video/sent/", "/messenger/sent/", "/sent media/",
	}},
	{class: PlaceMessenger, folders: []string{
		"/whatsapp", "/telegram", "/signal/", "/snapchat/", "/messenger/", "/viber/", "/threema/", "/wickr/", "/kik/", "/discord/",
		"/skype/", "/wechat/", "/micromsg/", "/line/", "/imo/", "/sms/attachments/", "/com.facebook.orca/", "/session/attachments/",
	}},
	{class: PlacePeer, folders: []string{
		"/emule/", "/amule/", "/edonkey", "/incoming/", "/shareaza", "/limewire/", "/frostwire/", "/bittorrent/", "/utorrent/",
		"/qbittorrent/", "/torrents/", "/freenet", "/gigatribe/", "/my shared folder/", "/kazaa", "/retroshare/", "/soulseek/",
		"/ares/", "/bearshare/",
	}},
	{class: PlaceProgram, folders: []string{
		"/program files", "/programdata/", "/windows/", "/appdata/local/microsoft/", "/usr/share/", "/usr/lib/", "/usr/local/",
		"/applications/", "/library/application support/", "/system/library/", "/system/", "/icons/", "/node_modules/",
		"/site-packages/", "/steamapps/", "/skins/", "/themes/", "/stickers/", "/emoji/", "/drawable",
	}},
	{class: PlaceCamera, folders: []string{"/dcim/", "/camera/", "/camera roll/", "/100apple/", "/pellicule/"}},
}

// deletedFolders and deletedNames tell what was thrown away, or was recovered: recycle bins, and what tools of recovery
// name what they find.
var (
	deletedFolders = []string{
		"/$recycle.bin/", "/recycler/", "/.trash", "/trash/", "/corbeille/", "/lost+found/", "/$orphanfiles/", "/recup_dir.",
		"/deleted/", "/carved/", "/recently deleted/", "/[unallocated]/", "/.recently-deleted/",
	}
	deletedNames = []string{".trashed-"}
)

// vaultFolders are those of programs that hide pictures behind a code, or are named for what they are ("private" is not among them:
// iOS and macOS keep all that users have below such a folder); hiddenPrograms begin the names of hidden folders that every
// machine has.
var (
	vaultFolders = []string{
		"/keepsafe/", "/com.kii.safe/", "/vault/", "/photovault/", "/gallery vault/", "/calculator+", "/hideitpro/", "/secure folder/",
		"/private space/", "/.hidden/", "/secret calculator/", "/privatealbum/", "/privatephotovault/", "/private photo vault/",
		"/calculator/documents/", // where a calculator that only calculates keeps nothing
		"/hidden/", "/secret/", "/secrets/", "/caché/", "/privé/", "/coffre/", "/coffre-fort/",
	}
	hiddenPrograms = []string{
		".cache", ".config", ".local", ".mozilla", ".thumbnails", ".thumbdata", ".git", ".vscode", ".npm", ".gradle", ".android", ".ds_store",
		".spotlight", ".fseventsd", ".documentrevisions", ".icons", ".themes", ".steam", ".wine", ".stickerthumbs", ".statuses",
		".globaltrash", ".face", ".app", ".m2", ".var", ".kde", ".gimp",
	}
)

// archiveEnds are the ends of names of archives, where they stand in a path as folders do.
var archiveEnds = []string{".zip/", ".rar/", ".7z/", ".tar/", ".tgz/", ".tar.gz/", ".tar.xz/", ".tar.bz2/", ".cbz/", ".cbr/", ".jar/", ".apk/", ".iso/"}
