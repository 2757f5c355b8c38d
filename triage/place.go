package triage

import (
	"path"
	"strings"
	"time"
)

// PlaceClass says what sort of folder a file lay in. The path rules run where the manifest is read; only the
// class leaves.
type PlaceClass string

// The classes of place.
const (
	PlaceCamera    PlaceClass = "camera"    // a camera roll
	PlaceMessenger PlaceClass = "messenger" // sent or received by a messenger
	PlaceCache     PlaceClass = "cache"     // a browser's cache
	PlaceProgram   PlaceClass = "program"   // a program's own pictures
	PlaceOther     PlaceClass = "other"
)

// Place is where a medium lay in one exhibit, without telling its name.
type Place struct {
	Exhibit  ExhibitID  `json:"x"`
	Folder   FolderKey  `json:"f"`
	Parent   FolderKey  `json:"p"`
	Class    PlaceClass `json:"c"`
	Modified time.Time  `json:"m,omitzero"`
}

// placeRules are tried in order on the lower-cased path, framed by slashes; the first that is contained decides.
// Sources: Android's and Apple's DCIM layout (DCF, JEITA CP-3461), the messengers' default folders, the default
// cache folders of Chromium and Firefox.
var placeRules = []struct {
	part  string
	class PlaceClass
}{
	{"/cache/", PlaceCache}, {"/cache2/", PlaceCache}, {"/caches/", PlaceCache}, {"/code cache/", PlaceCache},
	{"/temporary internet files/", PlaceCache}, {"/inetcache/", PlaceCache}, {"/cache_data/", PlaceCache},
	{"/whatsapp", PlaceMessenger}, {"/telegram", PlaceMessenger}, {"/signal/", PlaceMessenger},
	{"/snapchat/", PlaceMessenger}, {"/messenger/", PlaceMessenger}, {"/viber/", PlaceMessenger},
	{"/program files", PlaceProgram}, {"/windows/", PlaceProgram}, {"/usr/share/", PlaceProgram},
	{"/icons/", PlaceProgram}, {"/node_modules/", PlaceProgram},
	{"/dcim/", PlaceCamera}, {"/camera/", PlaceCamera}, {"/camera roll/", PlaceCamera}, {"/100apple/", PlaceCamera},
}

// classify returns the class of the folder of an item's path.
func classify(itemPath string) PlaceClass {
	framed := "/" + strings.ToLower(path.Dir(itemPath)) + "/"
	for _, rule := range placeRules {
		if strings.Contains(framed, rule.part) {
			return rule.class
		}
	}
	return PlaceOther
}

// place returns where an item lay.
func (n Names) place(x ExhibitID, it *Item) Place {
	folder := path.Dir(it.RawPath())
	return Place{
		Exhibit:  x,
		Folder:   n.Folder(x, folder),
		Parent:   n.Folder(x, path.Dir(folder)),
		Class:    classify(it.RawPath()),
		Modified: it.Modified,
	}
}
