package triage

import (
	"bytes"
	"strings"
	"testing"

	"vigie/hashing"
)

func digests(content string) *hashing.Digests {
	d, _, _ := hashing.Digest(strings.NewReader(content))
	return &d
}

func TestPartRoundTrip(t *testing.T) {
	items := []Item{
		{Path: "DCIM/a.jpg", Size: 3, Disposition: IsMedia, Kind: hashing.KindPicture, Format: "jpeg", Digests: digests("abc")},
		{Path: "bad\uFFFDname", PathB64: []byte("bad\xffname"), Disposition: IsEmpty},
		{Path: "link", Disposition: IsRefused, Reason: "symlink"},
	}
	body, id, err := EncodePart(items)
	if err != nil {
		t.Fatal(err)
	}
	again, sameID, _ := EncodePart(items)
	if !bytes.Equal(body, again) || id != sameID {
		t.Error("the same items gave other bytes")
	}
	got, err := DecodePart(body, id)
	if err != nil {
		t.Fatal(err)
	}
	if len(got) != 3 || got[1].RawPath() != "bad\xffname" || *got[0].Digests != *items[0].Digests {
		t.Errorf("got %+v", got)
	}
}

func TestDecodePartRefuses(t *testing.T) {
	media := func(change func(*Item)) []Item {
		it := Item{Path: "a", Size: 3, Disposition: IsMedia, Kind: hashing.KindPicture, Digests: digests("abc")}
		change(&it)
		return []Item{it}
	}
	for _, c := range []struct {
		name  string
		items []Item
		says  string
	}{
		{"no items", []Item{}, "1 to 1,000"},
		{"no path", media(func(it *Item) { it.Path = "" }), "path is missing"},
		{"negative size", media(func(it *Item) { it.Size = -1 }), "negative"},
		{"no digests", media(func(it *Item) { it.Digests = nil }), "three digests"},
		{"digest of nothing", media(func(it *Item) { it.Digests = digests("") }), "three digests"},
		{"media that is none", media(func(it *Item) { it.Kind = hashing.KindOther }), "disagree"},
		{"empty with bytes", media(func(it *Item) { it.Disposition = IsEmpty }), "size 0"},
		{"unreadable without reason", media(func(it *Item) { it.Disposition = IsUnreadable }), "needs a reason"},
		{"unknown disposition", media(func(it *Item) { it.Disposition = "lost" }), "unknown disposition"},
	} {
		t.Run(c.name, func(t *testing.T) {
			body, id, err := EncodePart(c.items)
			if err != nil {
				t.Fatal(err)
			}
			_, err = DecodePart(body, id)
			if !IsKind(err, Invalid) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("got %v, want Invalid with %q", err, c.says)
			}
		})
	}
	body, id, _ := EncodePart(media(func(*Item) {}))
	body[0] ^= 1
	if _, err := DecodePart(body, id); !IsKind(err, Corrupt) {
		t.Errorf("a flipped byte: got %v, want Corrupt", err)
	}
}

func FuzzDecodePart(f *testing.F) {
	body, id, _ := EncodePart([]Item{{Path: "a", Size: 3, Disposition: IsMedia, Kind: hashing.KindPicture, Digests: digests("abc")}})
	f.Add(body, string(id))
	f.Add([]byte("[]"), "")
	f.Add([]byte(`[{"path":"x","disposition":"empty"}]`), "")
	f.Fuzz(func(t *testing.T, body []byte, id string) {
		if id == "" { // let the fuzzer past the digest
			var items []Item
			_, own, _ := EncodePart(items)
			id = string(own)
		}
		items, err := DecodePart(body, PartID(id))
		if err != nil {
			return
		}
		if len(items) == 0 || len(items) > MaxPartItems {
			t.Fatalf("%d items passed", len(items))
		}
	})
}

func TestClassify(t *testing.T) {
	for path, want := range map[string]PlaceClass{
		"Phone/DCIM/Camera/IMG_1.jpg":                                          PlaceCamera,
		"DCIM/100APPLE/IMG_0001.JPG":                                           PlaceCamera,
		"Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/Sent/a.jpg": PlaceSent,
		"Android/media/com.whatsapp/WhatsApp/Media/WhatsApp Images/a.jpg":      PlaceMessenger,
		"Users/x/AppData/Local/Google/Chrome/User Data/Default/Cache/f_01":     PlaceCache,
		"PC/Program Files/Atelier/icons/16/a.png":                              PlaceProgram,
		"Users/x/Downloads/eMule/Incoming/a.jpg":                               PlacePeer,
		"DCIM/Screenshots/Screenshot_20260101.png":                             PlaceScreenshot,
		"Pictures/Screenshot_20260101.png":                                     PlaceScreenshot,
		"Movies/ScreenRecorder/a.mp4":                                          PlaceRecording,
		"DCIM/100APPLE/RPReplay_Final1.mp4":                                    PlaceRecording,
		"Users/x/Videos/2026-01-31 20-15-00.mp4":                               PlaceRecording,
		"Users/x/Videos/2026-01-31 20.15.00.mp4":                               PlaceOther,
		"Users/x/Videos/2026-01-31.mp4":                                        PlaceOther,
		"Documents/RPReplay_Final1.jpg":                                        PlaceOther, // no film
		"Downloads/shutterstock_123.jpg":                                       PlaceStock,
		"Documents/holiday.jpg":                                                PlaceOther,
		"Users/x/Library/Application Support/MobileSync/Backup/0a/3f/0a1b":     PlaceOther,
		"a.jpg":                  PlaceOther,
		"Mirror/dcim-copy/a.jpg": PlaceOther,
	} {
		kind := hashing.KindPicture
		if strings.HasSuffix(path, ".mp4") {
			kind = hashing.KindVideo
		}
		if got := classify(path, kind); got != want {
			t.Errorf("%s: got %s, want %s", path, got, want)
		}
	}
}

func TestCircumstances(t *testing.T) {
	for path, want := range map[string][3]bool{ // deleted, hidden, archived
		"$RECYCLE.BIN/S-1-5-21/$R1.jpg":           {true, false, false},
		"DCIM/Camera/.trashed-1700000000-a.jpg":   {true, false, false},
		"home/x/.local/share/Trash/files/a.jpg":   {true, false, false},
		"home/x/.private/a.jpg":                   {false, true, false},
		"home/x/.config/app/a.png":                {false, false, false},
		"Android/data/com.kii.safe/a.jpg":         {false, true, false},
		"Users/x/Documents/Hidden/a.jpg":          {false, true, false},
		"Data/Application/Calculator/Documents/a": {false, true, false},
		"Program Files/Calculator/a.png":          {false, false, false},
		"private/var/mobile/Media/DCIM/a.jpg":     {false, false, false},
		"Users/x/Documents/old.zip/holiday/a.jpg": {false, false, true},
		"Users/x/.secret/old.7z/a.jpg":            {false, true, true},
		"./a.jpg":                                 {false, false, false},
		"a.jpg":                                   {false, false, false},
	} {
		deleted, hidden, archived := circumstances(path)
		if got := [3]bool{deleted, hidden, archived}; got != want {
			t.Errorf("%s: got %v, want %v", path, got, want)
		}
	}
}

func TestNamesKeepApart(t *testing.T) {
	one, other := NewNames([32]byte{1}), NewNames([32]byte{2})
	d := *digests("abc")
	if one.Medium(d.SHA256) == other.Medium(d.SHA256) {
		t.Error("another key gave the same name")
	}
	if one.Medium(d.SHA256) != one.Medium(d.SHA256) {
		t.Error("the same key gave another name")
	}
	if one.Exhibit("ab", "c") == one.Exhibit("a", "bc") {
		t.Error("case and seal run into one another")
	}
	if one.Folder("x1", "f") == one.Folder("x2", "f") {
		t.Error("folders of two exhibits share a key")
	}
	if strings.Contains(string(one.Medium(d.SHA256)), d.SHA256.String()[:16]) {
		t.Error("the name tells the digest")
	}
}
