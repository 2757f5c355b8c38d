package sample

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"testing"
	"time"

	"github.com/bep/imagemeta"
)

func TestExifIsReadable(t *testing.T) {
	taken := time.Date(2026, 10, 3, 17, 4, 5, 0, time.FixedZone("", 7200))
	var plain bytes.Buffer
	if err := jpeg.Encode(&plain, image.NewGray(image.Rect(0, 0, 8, 8)), nil); err != nil {
		t.Fatal(err)
	}
	for _, e := range []exposure{
		{camera: phone, taken: taken, orientation: 6, latitude: 47.2184, longitude: 1.5536},
		{camera: reflex, taken: taken, orientation: 1},
		{camera: compact[0], taken: taken},
	} {
		data, err := e.tag(plain.Bytes())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jpeg.Decode(bytes.NewReader(data)); err != nil {
			t.Errorf("%s: no longer a JPEG: %v", e.model, err)
		}
		tags := readExif(t, data)
		// The reader calls BodySerialNumber (A431) SerialNumber.
		want := map[string]string{"Make": e.vendor, "Model": e.model, "DateTimeOriginal": "2026:10:03 17:04:05", "OffsetTimeOriginal": "+02:00", "Software": e.software, "SerialNumber": e.serial}
		for name, v := range want {
			got := ""
			if tag, ok := tags.EXIF()[name]; ok {
				got = fmt.Sprint(tag.Value)
			}
			if got != v {
				t.Errorf("%s: %s reads %q, want %q", e.model, name, got, v)
			}
		}
		lat, long, err := tags.GetLatLong()
		if err != nil || (lat-e.latitude)*(lat-e.latitude)+(long-e.longitude)*(long-e.longitude) > 1e-8 {
			t.Errorf("%s: at %v, %v (%v), want %v, %v", e.model, lat, long, err, e.latitude, e.longitude)
		}
	}
}

func readExif(t *testing.T, data []byte) imagemeta.Tags {
	t.Helper()
	var tags imagemeta.Tags
	_, err := imagemeta.Decode(imagemeta.Options{
		R: bytes.NewReader(data), ImageFormat: imagemeta.JPEG, Sources: imagemeta.EXIF,
		ShouldHandleTag: func(imagemeta.TagInfo) bool { return true },
		HandleTag:       func(tag imagemeta.TagInfo) error { tags.Add(tag); return nil },
		Warnf:           func(format string, args ...any) { t.Errorf("warning: "+format, args...) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return tags
}

func TestExifNeedsJPEG(t *testing.T) {
	if _, err := (exposure{}).tag([]byte("GIF89a")); err == nil {
		t.Error("Exif was put into what is not a JPEG")
	}
}
