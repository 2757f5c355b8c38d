package sample

// The folders of the seized phone, tablet and computer.
const (
	phoneCamera   = "Telephone/Stockage interne/DCIM/Camera/"
	whatsApp      = "Telephone/Stockage interne/WhatsApp/Media/WhatsApp Images/"
	whatsAppSent  = whatsApp + "Sent/"
	telegram      = "Telephone/Stockage interne/Telegram/Telegram Images/"
	tabletCamera  = "iPhone/DCIM/100APPLE/"
	home          = "PC/Users/Claire/"
	downloads     = home + "Downloads/"
	documents     = home + "Documents/"
	deepArchive   = documents + "Archives/2024/ancien disque/sauvegarde/divers/à trier/vrac/"
	pictures      = home + "Pictures/"
	reflexImport  = pictures + "Import reflex/"
	screenshots   = pictures + "Captures d’écran/"
	scans         = documents + "Numérisations/"
	chromeCache   = home + "AppData/Local/Google/Chrome/User Data/Default/Cache/Cache_Data/"
	appStorage    = home + "AppData/Roaming/Courrier/storage/default/"
	programIcons  = "PC/Program Files/Atelier/resources/icons/"
	wallpapers    = "PC/Windows/Web/Wallpaper/"
	videos        = home + "Videos/"
	recoveredData = documents + "Récupération/"
)

// albums are holidays of years ago, far from everything else.
var albums = []string{
	pictures + "2016 Bretagne/", pictures + "2017 Noël/", pictures + "2018 Ardèche/", pictures + "2019 Łódź/",
	pictures + "2020 jardin/", pictures + "2021 Alpes/", pictures + "2022 Крым/", pictures + "2023 日本/",
}

// Cameras. The phone and the reflex say who they are; the others give no serial number.
var (
	phone   = camera{vendor: "samsung", model: "SM-A546B", serial: "R5CW30ABCDE", software: "A546BXXS9CXG1", places: true}
	reflex  = camera{vendor: "NIKON CORPORATION", model: "NIKON D5600", serial: "6041237", software: "Ver.1.10"}
	tablet  = camera{vendor: "Apple", model: "iPhone 13", software: "17.5.1", places: true}
	compact = []camera{
		{vendor: "Canon", model: "Canon PowerShot SX610 HS"},
		{vendor: "Panasonic", model: "DMC-TZ70", software: "Ver.1.0"},
		{vendor: "SONY", model: "DSC-WX350", software: "DSC-WX350 v1.00"},
	}
)
